/* SPDX-License-Identifier: MIT */
/** @file
 * Deferreds that time makes: one that comes later, and a call that is made
 * again and again.
 */
#ifndef BIGHT_LATER_H
#define BIGHT_LATER_H

#include <stdint.h>

#include <bight/api.h>
#include <bight/deferred.h>

BIGHT_BEGIN_DECLS

/** Comes in `ms`, never early, without a value. Keeps the loop running; cancel
 * answers NOW. NULL: no memory. */
BIGHT_API bight_deferred *bight_later(bight_loop *loop, uint64_t ms);

typedef struct bight_ticker bight_ticker;

/** One turn. `ticks`: how many there were since the last turn, usually 1. What
 * comes meanwhile is skipped until its result has come; an error ends the
 * ticker. What is through at once returns bight_deferred_resolved. */
typedef bight_deferred *(*bight_tick_fn)(void *arg, uint64_t ticks);

/**
 * Calls `fn` every `ms` from now on, one at a time, at multiples of `ms` since
 * the start however late a turn was; keeps the loop running. The Deferred comes
 * when it has ended: without a value after a stop, else with a turn's error.
 * Cancelling that cancels the turn, too. `ret_ticker` may be NULL and is valid
 * until the Deferred has fired; on an error it is set to NULL. INVALID: 0 ms.
 */
BIGHT_API bight_deferred *bight_ticker_start(bight_loop *loop, uint64_t ms,
                                             bight_tick_fn fn, void *arg,
                                             bight_ticker **ret_ticker);
/** No turn begins any more; one that is under way is waited for. Twice is fine
 * as long as the Deferred has not fired, NULL always. */
BIGHT_API void bight_ticker_stop(bight_ticker *ticker);

BIGHT_END_DECLS

#endif
