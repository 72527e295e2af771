/* SPDX-License-Identifier: MIT */
/* What happens when a task's stack is used up: see overflow.h. */
#include "async/overflow.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "async/stack_slab.h"
#include "async/task.h"

#define LEAST_SIZE ((size_t)64 * 1024)

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key; /* of a thread's other stack */
static struct sigaction before;

/* -- the message ----------------------------------------------------------- */

static void say(const char *text)
{
    size_t length = strlen(text);
    while (length > 0) {
        ssize_t written = write(STDERR_FILENO, text, length);
        if (written <= 0)
            return;
        text += written;
        length -= (size_t)written;
    }
}

static void say_number(uintptr_t number, unsigned base)
{
    char text[24];
    char *at = text + sizeof(text) - 1;
    *at = '\0';
    do {
        *--at = "0123456789abcdef"[number % base];
        number /= base;
    } while (number > 0);
    say(at);
}

/* The thread may have been anywhere, so this allocates nothing and looks
 * nothing up. */
static void report(const struct bight__stack *stack)
{
    const struct bight__task *task =
        bight__container(stack, struct bight__task, stack);
    say("bight: stack overflow in task \"");
    say(task->name[0] != '\0' ? task->name : "unnamed");
    say("\": its function at 0x");
    say_number((uintptr_t)task->fn, 16);
    say(" used all of ");
    say_number((uintptr_t)((const char *)stack - stack->bottom), 10);
    say(" bytes; a larger stack_size may help\n");
}

void bight__stack_overflown(const struct bight__stack *stack)
{
    report(stack);
    abort();
}

/* -- the handler ----------------------------------------------------------- */

static void pass_on(int signum, siginfo_t *info, void *context)
{
    if ((before.sa_flags & SA_SIGINFO) != 0) {
        before.sa_sigaction(signum, info, context);
    } else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) {
        before.sa_handler(signum);
    } else {
        (void)sigaction(SIGSEGV, &before, NULL);
        if (info->si_code <= 0) /* sent: it would not come again */
            (void)raise(signum);
    }
}

/* The instruction is tried again, without a handler: the process ends where it
 * ran into the guard, which is what a core dump then shows. */
static void handle(int signum, siginfo_t *info, void *context)
{
    const struct bight__stack *stack =
        info->si_code > 0 ? bight__stack_guarded_at(info->si_addr) : NULL;
    if (stack == NULL) {
        pass_on(signum, info, context);
        return;
    }
    report(stack);
    struct sigaction none = {.sa_handler = SIG_DFL};
    (void)sigaction(SIGSEGV, &none, NULL);
}

static size_t size_of_stack(void)
{
    long size = sysconf(_SC_SIGSTKSZ);
    return size > (long)LEAST_SIZE ? (size_t)size : LEAST_SIZE;
}

static void forget(void *map)
{
    stack_t current;
    stack_t none = {.ss_flags = SS_DISABLE};
    if (sigaltstack(NULL, &current) == 0 && current.ss_sp == map)
        (void)sigaltstack(&none, NULL);
    (void)munmap(map, size_of_stack());
}

static void install(void)
{
    struct sigaction action = {.sa_sigaction = handle,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGSEGV, &action, &before);
    (void)pthread_key_create(&key, forget);
}

/* Without memory for it the process ends as well, but without a word. */
bool bight__overflow_watch(void)
{
    stack_t stack;
    (void)pthread_once(&once, install);
    if (sigaltstack(NULL, &stack) != 0 || (stack.ss_flags & SS_DISABLE) == 0)
        return true;
    void *map = mmap(NULL, size_of_stack(), PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (map == MAP_FAILED)
        return true;
    stack = (stack_t){.ss_sp = map, .ss_size = size_of_stack()};
    (void)sigaltstack(&stack, NULL);
    (void)pthread_setspecific(key, map);
    return true;
}
