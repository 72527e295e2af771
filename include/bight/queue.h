/* SPDX-License-Identifier: MIT */
/** @file
 * A bounded queue of values between those who put and those who get, all on one
 * loop: both wait, first come, first served. Who was cancelled neither takes a
 * value nor a place.
 */
#ifndef BIGHT_QUEUE_H
#define BIGHT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include <bight/api.h>
#include <bight/deferred.h>

BIGHT_BEGIN_DECLS

typedef struct bight_queue bight_queue;

/** Room for `limit` values is made at once. NO_MEMORY; INVALID: 0. */
BIGHT_API bight_error bight_queue_new(bight_loop *loop, size_t limit,
                                      bight_queue **ret_queue);
/** Closes it, and destroys the values in it. NULL is fine. */
BIGHT_API void bight_queue_free(bight_queue *queue);

/** Comes without a value once `value` is in, which is the queue's in any case:
 * on an error it was destroyed. CLOSED. */
BIGHT_API bight_deferred *bight_queue_put(bight_queue *queue,
                                          bight_value value);
/** False, and `value` is still the caller's: it is full or closed. */
BIGHT_API bool bight_queue_try_put(bight_queue *queue, bight_value value);
/** The oldest value. CLOSED: it is closed, and empty. */
BIGHT_API bight_deferred *bight_queue_get(bight_queue *queue);
/** False: it is empty. */
BIGHT_API bool bight_queue_try_get(bight_queue *queue, bight_value *ret_value);

/** No more is put: who waits for room or for a value is rejected with CLOSED.
 * What is in may still be got. Twice is fine. */
BIGHT_API void bight_queue_close(bight_queue *queue);
BIGHT_API bool bight_queue_is_closed(const bight_queue *queue);
/** How many values are in. */
BIGHT_API size_t bight_queue_count(const bight_queue *queue);

BIGHT_END_DECLS

#endif
