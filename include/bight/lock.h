/* SPDX-License-Identifier: MIT */
/** @file
 * Taking turns on one loop: locks, semaphores, conditions. Who waits longest is
 * served first; who was cancelled takes nobody's turn. A hold is a value: take
 * it, since where it ends, on whatever path, what it held is released. So a
 * result that nobody wants any more, as of a race, leaves nothing locked. Not
 * in bight_await(bight_lock_acquire(lock), NULL): that lets go at once.
 *
 * Freeing rejects all who wait with CLOSED; the holds that are out stay valid.
 * No memory is allocated but for the object and, at times, pools of Deferreds.
 */
#ifndef BIGHT_LOCK_H
#define BIGHT_LOCK_H

#include <stdbool.h>
#include <stddef.h>

#include <bight/api.h>
#include <bight/deferred.h>

BIGHT_BEGIN_DECLS

/* -- locks ----------------------------------------------------------------- */

typedef struct bight_lock bight_lock;

/** NO_MEMORY. */
BIGHT_API bight_error bight_lock_new(bight_loop *loop, bight_lock **ret_lock);
/** NULL is fine. */
BIGHT_API void bight_lock_free(bight_lock *lock);
/** Its value is the hold. */
BIGHT_API bight_deferred *bight_lock_acquire(bight_lock *lock);
/** Whether it was free, and now is held, until bight_lock_release. */
BIGHT_API bool bight_lock_try_acquire(bight_lock *lock);
/** Ends the hold, in place of its value's destructor. Aborts if there is none.
 * Calls nobody back from inside. */
BIGHT_API void bight_lock_release(bight_lock *lock);
BIGHT_API bool bight_lock_is_held(const bight_lock *lock);

/* -- semaphores ------------------------------------------------------------ */

/** A lock for so many at a time. */
typedef struct bight_semaphore bight_semaphore;

/** `limit` holds at a time. NO_MEMORY; INVALID: 0. */
BIGHT_API bight_error bight_semaphore_new(bight_loop *loop, size_t limit,
                                          bight_semaphore **ret_semaphore);
BIGHT_API void bight_semaphore_free(bight_semaphore *semaphore);
/** Its value is one hold. */
BIGHT_API bight_deferred *bight_semaphore_acquire(bight_semaphore *semaphore);
BIGHT_API bool bight_semaphore_try_acquire(bight_semaphore *semaphore);
/** Ends one hold, in place of its value's destructor. */
BIGHT_API void bight_semaphore_release(bight_semaphore *semaphore);
/** How many holds are free. */
BIGHT_API size_t bight_semaphore_available(const bight_semaphore *semaphore);

/* -- conditions ------------------------------------------------------------ */

/** Something that is told; what it means is the program's. */
typedef struct bight_condition bight_condition;

BIGHT_API bight_error bight_condition_new(bight_loop *loop,
                                          bight_condition **ret_condition);
BIGHT_API void bight_condition_free(bight_condition *condition);
/**
 * Releases `lock`, whose hold this takes in any case, waits to be notified, and
 * then for the lock: the value is the hold again. On an error the lock is not
 * held. NULL for `lock`: none is released or taken. Who is cancelled after it
 * was notified hands that on.
 */
BIGHT_API bight_deferred *bight_condition_wait(bight_condition *condition,
                                               bight_lock *lock);
/** Wakes who waits longest, if anybody does. */
BIGHT_API void bight_condition_notify(bight_condition *condition);
/** Wakes all who wait now. */
BIGHT_API void bight_condition_notify_all(bight_condition *condition);

BIGHT_END_DECLS

#endif
