/* SPDX-License-Identifier: MIT */
/* K7: a stack overflow ends the process and names the task. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "async/stack_guard.h"
#include "tasks.h"

/* Each level keeps its part of the stack in use. */
static unsigned __attribute__((noinline)) descend(unsigned depth)
{
    volatile unsigned char part[256];
    part[depth % sizeof(part)] = (unsigned char)depth;
    if (depth == 0)
        return 0;
    return descend(depth - 1) + part[depth % sizeof(part)];
}

static bight_error overflow(void *arg, bight_value *ret_value)
{
    (void)arg;
    *ret_value = number(descend(1000));
    return bight_yield();
}

/* So far that the page below is written to, and no further. */
static bight_error overflow_a_little(void *arg, bight_value *ret_value)
{
    unsigned *depth = arg;
    for (*depth = 1;; ++*depth) {
        *ret_value = number(descend(*depth));
        bight_error error = bight_yield();
        if (bight_failed(error))
            return error;
    }
}

static bight_error fault_elsewhere(void *arg, bight_value *ret_value)
{
    (void)arg;
    (void)ret_value;
    (void)raise(SIGSEGV);
    return bight_ok();
}

static unsigned depth;

static void run_to_its_end(bight_task_fn fn)
{
    begin(BIGHT_LOOP_VIRTUAL);
    bight_task_options options = named("deep thought");
    options.stack_size = BIGHT_STACK_LEAST;
    bight_detach(bight_spawn(the_loop, &options, fn, &depth));
    turn();
    _exit(0);
}

/* What a child process says before a signal ends it, which is returned. */
static int run_apart(bight_task_fn fn, void (*before)(void), char *ret_text,
                     size_t size)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        (void)dup2(ends[1], STDERR_FILENO);
        if (before != NULL)
            before();
        run_to_its_end(fn);
    }
    (void)close(ends[1]);
    size_t length = 0;
    ssize_t got;
    while ((got = read(ends[0], ret_text + length, size - 1 - length)) > 0)
        length += (size_t)got;
    ret_text[length] = '\0';
    (void)close(ends[0]);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFSIGNALED(status), "%s", ret_text);
    return WTERMSIG(status);
}

static void ck_assert_named(const char *text)
{
    const char *expected =
        "bight: stack overflow in task \"deep thought\": its function at 0x";
    ck_assert_msg(strstr(text, expected) != NULL, "%s", text);
}

START_TEST(K7_a_stack_overflow_names_the_task)
{
    char text[4096];
    bight__guard_best = (enum bight__guard)_i;
    int signum = run_apart(overflow, NULL, text, sizeof(text));
    ck_assert_named(text);
    ck_assert_int_eq(signum, SIGSEGV);
}
END_TEST

START_TEST(K7_without_a_guard_it_is_seen_when_the_task_suspends)
{
    char text[4096];
    bight__guard_best = BIGHT__GUARD_NONE;
    int signum = run_apart(overflow_a_little, NULL, text, sizeof(text));
    ck_assert_named(text);
    ck_assert_int_eq(signum, SIGABRT);
}
END_TEST

static void handle(int signum)
{
    static const char text[] = "the program's own handler\n";
    if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
        _exit(1);
    (void)signal(signum, SIG_DFL);
    (void)raise(signum);
}

static void install_own(void)
{
    (void)signal(SIGSEGV, handle);
}

START_TEST(K7_other_faults_are_the_handlers_that_was_there_before)
{
    char text[4096];
    int signum = run_apart(fault_elsewhere, install_own, text, sizeof(text));
    ck_assert_str_eq(text, "the program's own handler\n");
    ck_assert_int_eq(signum, SIGSEGV);
}
END_TEST

static void install_none(void)
{
    (void)signal(SIGSEGV, SIG_DFL);
}

START_TEST(K7_or_end_the_process)
{
    char text[4096];
    int signum = run_apart(fault_elsewhere, install_none, text, sizeof(text));
    ck_assert_str_eq(text, "");
    ck_assert_int_eq(signum, SIGSEGV);
}
END_TEST

START_TEST(L15_no_handler_is_installed_before_a_task_runs)
{
    struct sigaction before, after;
    begin(BIGHT_LOOP_VIRTUAL);
    ck_assert_int_eq(sigaction(SIGSEGV, NULL, &before), 0);
    bight_detach(bight_deferred_resolved(the_loop, number(1)));
    turn();
    ck_assert_int_eq(sigaction(SIGSEGV, NULL, &after), 0);
    ck_assert(before.sa_sigaction == after.sa_sigaction);
    run_task(twice, "a");
    ck_assert_int_eq(sigaction(SIGSEGV, NULL, &after), 0);
    ck_assert(before.sa_sigaction != after.sa_sigaction);
    end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("overflow");
    TCase *overflow = tcase_create("overflow");
    tcase_set_tags(overflow, "fork");
    tcase_add_loop_test(overflow, K7_a_stack_overflow_names_the_task,
                        BIGHT__GUARD_INSTALLED, BIGHT__GUARD_PROTECTED + 1);
    tcase_add_test(overflow,
                   K7_without_a_guard_it_is_seen_when_the_task_suspends);
    tcase_add_test(overflow,
                   K7_other_faults_are_the_handlers_that_was_there_before);
    tcase_add_test(overflow, K7_or_end_the_process);
    suite_add_tcase(suite, overflow);
    TCase *before = leaks_test_case(suite, "before");
    tcase_add_test(before, L15_no_handler_is_installed_before_a_task_runs);
    return suite;
}
