/* SPDX-License-Identifier: MIT */
/*
 * The switch for all other machines: a stack is entered once by makecontext,
 * which sets the mask of signals by a system call, and from then on by
 * _longjmp, which does not. Compiled without _FORTIFY_SOURCE, since that takes
 * a jump to another stack for an error.
 */
#include "async/switch.h"

#if !defined(BIGHT__SWITCH_X86_64) && !defined(BIGHT__SWITCH_AARCH64)

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <ucontext.h>

/* Where a stack goes on is such a buffer in its innermost frame. */
void bight__switch(void **ret_from, void *to)
{
    jmp_buf here;
    *ret_from = &here;
    if (_setjmp(here) == 0)
        _longjmp(*(jmp_buf *)to, 1);
}

struct beginning {
    void (*entry)(void *arg);
    void *arg;
    void *at; /* where the new stack waits to go on */
    ucontext_t back;
    ucontext_t forth;
};

/* makecontext hands over ints only. The first visit leaves at once; `beginning`
 * is gone when the second comes. */
static void begin(unsigned high, unsigned low)
{
    struct beginning *beginning =
        (struct beginning *)(((uintptr_t)high << 16 << 16) | low);
    void (*entry)(void *arg) = beginning->entry;
    void *arg = beginning->arg;
    jmp_buf here;
    beginning->at = &here;
    if (_setjmp(here) == 0)
        (void)setcontext(&beginning->back);
    entry(arg);
    abort();
}

void *bight__switch_make(void *bottom, void *top, void (*entry)(void *arg),
                         void *arg)
{
    struct beginning beginning = {.entry = entry, .arg = arg};
    uintptr_t address = (uintptr_t)&beginning;
    (void)getcontext(&beginning.forth);
    beginning.forth.uc_link = NULL;
    beginning.forth.uc_stack.ss_sp = bottom;
    beginning.forth.uc_stack.ss_size = (size_t)((char *)top - (char *)bottom);
    makecontext(&beginning.forth, (void (*)(void))begin, 2,
                (unsigned)(address >> 16 >> 16), (unsigned)address);
    (void)swapcontext(&beginning.back, &beginning.forth);
    return beginning.at;
}

#endif
