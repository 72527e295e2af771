/* SPDX-License-Identifier: MIT */
/*
 * A stack's overflow (K7). Running into a guard raises SIGSEGV, whose handler
 * needs another stack; it is installed when the first task of the process runs,
 * and passes on whatever is not a guard of ours.
 */
#ifndef BIGHT_ASYNC_OVERFLOW_H
#define BIGHT_ASYNC_OVERFLOW_H

#include <stdbool.h>

/* Once for each thread that runs tasks. True: it need not be called again. */
bool bight__overflow_watch(void);

#endif
