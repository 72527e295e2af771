/* SPDX-License-Identifier: MIT */
/*
 * Waiting for what is no Deferred: what streams, locks and queues are made of.
 * Whoever waits lies on its own stack; nothing is allocated.
 */
#ifndef BIGHT_ASYNC_PARK_H
#define BIGHT_ASYNC_PARK_H

#include <stdbool.h>

#include <bight/error.h>

#include "base/list.h"

struct bight__task;

/* Somebody who waits. */
struct bight__waiter {
    struct bight__list link;  /* the maker's: in a list, or initialised */
    struct bight__task *task; /* NULL: it does not wait any more */
    bight_error error;
    bool steady; /* neither a cancel nor a deadline wakes it */
};

/* Suspends the running task until it is unparked: returns what that says, or
 * CANCELLED, TIMED_OUT, LOOP_CLOSED. If it is steady it may be woken at the
 * loop's close by LOOP_CLOSED, and has to park again. The waiter is in no list
 * then. The condition must have been looked at before. `at`: where the program
 * waits. */
bight_error bight__park(struct bight__waiter *waiter, const void *at);

/* It goes on from the ready queue; false: it was woken before. */
bool bight__unpark(struct bight__waiter *waiter, bight_error error);

#endif
