/* SPDX-License-Identifier: MIT */
/*
 * From one stack to another. Where a stack goes on is one pointer, into itself:
 * the registers that a function has to keep lie there. On x86_64 and aarch64
 * the switch is a few instructions; elsewhere, and with
 * BIGHT_TASK_SWITCH=portable, it is _setjmp and _longjmp.
 */
#ifndef BIGHT_ASYNC_SWITCH_H
#define BIGHT_ASYNC_SWITCH_H

#include <stddef.h>

#if defined(BIGHT_SWITCH_PORTABLE)
#define BIGHT__SWITCH "portable"
#elif defined(__x86_64__) && defined(__LP64__) && defined(__ELF__)
#define BIGHT__SWITCH "x86_64"
#define BIGHT__SWITCH_X86_64 1
#elif defined(__aarch64__) && defined(__LP64__) && defined(__ELF__) &&         \
    !defined(__AARCH64EB__)
#define BIGHT__SWITCH "aarch64"
#define BIGHT__SWITCH_AARCH64 1
#elif defined(BIGHT_SWITCH_ASM)
#error "BIGHT_TASK_SWITCH=asm: there is none for this machine"
#else
#define BIGHT__SWITCH "portable"
#endif

/* Leaves for where `to` points; what is written to *ret_from leads back. */
void bight__switch(void **ret_from, void *to);

/* Prepares a stack that grows down from `top`: the first switch to the result
 * calls `entry`, which never returns. */
void *bight__switch_make(void *bottom, void *top, void (*entry)(void *arg),
                         void *arg);

#endif
