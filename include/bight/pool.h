/* SPDX-License-Identifier: MIT */
/** @file
 * Work off the loop: functions that block or compute run on threads of the
 * loop's own, and answer on the loop.
 */
#ifndef BIGHT_POOL_H
#define BIGHT_POOL_H

#include <bight/api.h>
#include <bight/error.h>
#include <bight/loop.h>

BIGHT_BEGIN_DECLS

typedef struct bight_work bight_work;

/** Runs on a thread of the pool, where nothing of the loop's may be used. */
typedef bight_error (*bight_work_fn)(void *ctx);

/** Runs on the loop. The work is gone once it returned. */
typedef void (*bight_work_done_fn)(void *ctx, bight_error error);

/**
 * Runs `fn` on a thread, then `done` once on the loop with its result and the
 * result's texts; `ctx` is lent until then, and close waits for it (L6). Never
 * calls back from inside. `ret_work` may be NULL. A virtual loop runs `fn` on
 * its own thread. BUSY: too many wait; CLOSED, NO_MEMORY, the system's.
 */
BIGHT_API bight_error bight_work_submit(bight_loop *loop, bight_work_fn fn,
                                        bight_work_done_fn done, void *ctx,
                                        bight_work **ret_work);

/**
 * Before its start: `fn` will not run, and `done` gets CANCELLED soon. Later it
 * does nothing, and `done` gets the result of `fn`. NULL is fine.
 */
BIGHT_API void bight_work_cancel(bight_work *work);

BIGHT_END_DECLS

#endif
