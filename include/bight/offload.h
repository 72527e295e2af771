/* SPDX-License-Identifier: MIT */
/** @file
 * Work on the loop's pool (L6) as a Deferred.
 */
#ifndef BIGHT_OFFLOAD_H
#define BIGHT_OFFLOAD_H

#include <bight/api.h>
#include <bight/deferred.h>

BIGHT_BEGIN_DECLS

/** Runs on a thread of the pool, where nothing of the loop's may be used.
 * *ret_value is none at first, and destroyed if it returns an error. */
typedef bight_error (*bight_offload_fn)(void *arg, bight_value *ret_value);

/**
 * Runs `fn` on a thread, a virtual loop's on its own; `arg` is lent until the
 * result comes, so cancel answers LATER: CANCELLED if `fn` had not begun, else
 * what it gives. The loop's close waits for it. BUSY: too many wait; NO_MEMORY,
 * LOOP_CLOSED, the system's.
 */
BIGHT_API bight_deferred *bight_offload(bight_loop *loop, bight_offload_fn fn,
                                        void *arg);

BIGHT_END_DECLS

#endif
