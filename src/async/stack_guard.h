/* SPDX-License-Identifier: MIT */
/*
 * Guards at the lower ends of stacks. MADV_GUARD_INSTALL (Linux 6.13) splits no
 * map. A page without rights splits one into three, so there is a limit on how
 * many are made so; after that the page stays, and that nobody wrote to it is
 * looked at whenever the stack is left.
 */
#ifndef BIGHT_ASYNC_STACK_GUARD_H
#define BIGHT_ASYNC_STACK_GUARD_H

#include <stdbool.h>
#include <stddef.h>

enum bight__guard {
    BIGHT__GUARD_INSTALLED, /* a marker in the page table */
    BIGHT__GUARD_PROTECTED, /* a page without rights */
    BIGHT__GUARD_NONE       /* a page that has to stay empty */
};

/* For tests: the best to be tried, and how many pages without rights may be
 * made in all; 0: by the system's limit. */
extern enum bight__guard bight__guard_best;
extern unsigned bight__guard_most;

size_t bight__guard_size(void);

/* Makes the page at `page` one. */
enum bight__guard bight__guard_make(void *page);

/* The page's rights are back, or it is about to go. */
void bight__guard_unmake(enum bight__guard guard);

/* Of one that is NONE: whether nothing was written to the page below `bottom`,
 * and `frame` is above it. */
bool bight__guard_intact(const char *bottom, const void *frame);

#endif
