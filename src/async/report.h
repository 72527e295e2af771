/* SPDX-License-Identifier: MIT */
/* Errors that nobody handled. */
#ifndef BIGHT_ASYNC_REPORT_H
#define BIGHT_ASYNC_REPORT_H

#include "async/deferred.h"

/* D9: tells of an error that nobody handled. `loop` may be NULL. */
void bight__report_unhandled(bight_loop *loop, bight_error error,
                             const void *made_at)
    __attribute__((noinline, cold));

#endif
