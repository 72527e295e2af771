/* SPDX-License-Identifier: MIT */
/** @file
 * Several Deferreds as one (D12). Each function consumes its inputs on every
 * path, and its result comes after all of them have settled: who lost was asked
 * to give up (D7) and waited for, so what they borrow is free again. Cancelling
 * the result, or a timeout on it, asks all inputs; what comes then counts.
 *
 * Inputs are of `loop`, NULL among them counts as failed with NO_MEMORY (D13);
 * the array itself is lent for the call. One block is allocated for all of
 * them; without memory for it they are cancelled, waited for, and the result is
 * NO_MEMORY.
 */
#ifndef BIGHT_COMBINE_H
#define BIGHT_COMBINE_H

#include <stddef.h>

#include <bight/api.h>
#include <bight/deferred.h>

BIGHT_BEGIN_DECLS

/** What each input gave, in the order of the inputs. A value's destructor ends
 * it, with every value that nobody took (D5). */
typedef struct bight_outcomes bight_outcomes;

/** All values, as a bight_outcomes; of no inputs, an empty one. The first error
 * decides: it is the result, and the other inputs are cancelled. */
BIGHT_API bight_deferred *bight_all(bight_loop *loop,
                                    bight_deferred *const *inputs,
                                    size_t count);

/**
 * The first value; the other inputs are cancelled, and their values destroyed.
 * ALL_FAILED: there is none, of no inputs either; the error's cause is theirs,
 * in order. CANCELLED instead, if the result was cancelled and an input was.
 * `errors` may be NULL, or has room for `count`: lent until the result comes,
 * and filled just before; success is there for the winner alone, unless the
 * loop closed first: then nothing is written.
 */
BIGHT_API bight_deferred *bight_race(bight_loop *loop,
                                     bight_deferred *const *inputs,
                                     size_t count, bight_error *errors);

/** Every value or error, as a bight_outcomes; none decides, and none fails it,
 * after a cancel or timeout neither: inputs that gave up are CANCELLED. */
BIGHT_API bight_deferred *bight_settled(bight_loop *loop,
                                        bight_deferred *const *inputs,
                                        size_t count);

/* -- what came of each ----------------------------------------------------- */

BIGHT_API size_t bight_outcomes_count(const bight_outcomes *outcomes);
/** The error of an input, with its texts, or success. `i` < count. */
BIGHT_API bight_error bight_outcomes_error(const bight_outcomes *outcomes,
                                           size_t i);
/** The value of an input, lent; none on an error. `i` < count. */
BIGHT_API bight_value bight_outcomes_peek(const bight_outcomes *outcomes,
                                          size_t i);
/** The value of an input, now the caller's; what stays is none. */
BIGHT_API bight_value bight_outcomes_take(bight_outcomes *outcomes, size_t i);

BIGHT_END_DECLS

#endif
