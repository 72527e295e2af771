/* SPDX-License-Identifier: MIT */
/* Locks and semaphores: permits under two names. */
#include <bight/lock.h>

#include "async/permits.h"

#define CALLER __builtin_return_address(0)

static struct bight__permits *of_lock(bight_lock *lock)
{
    return (struct bight__permits *)lock;
}

static struct bight__permits *of_semaphore(bight_semaphore *semaphore)
{
    return (struct bight__permits *)semaphore;
}

bight_error bight_lock_new(bight_loop *loop, bight_lock **ret_lock)
{
    struct bight__permits *permits = bight__permits_new(loop, 1);
    if (permits == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    *ret_lock = (bight_lock *)permits;
    return bight_ok();
}

void bight_lock_free(bight_lock *lock)
{
    bight__permits_free(of_lock(lock));
}

bight_deferred *bight_lock_acquire(bight_lock *lock)
{
    return bight__permits_acquire(of_lock(lock), CALLER);
}

bool bight_lock_try_acquire(bight_lock *lock)
{
    return bight__permits_try_acquire(of_lock(lock));
}

void bight_lock_release(bight_lock *lock)
{
    bight__permits_release(of_lock(lock), "bight_lock_release");
}

bool bight_lock_is_held(const bight_lock *lock)
{
    return ((const struct bight__permits *)lock)->free == 0;
}

bight_error bight_semaphore_new(bight_loop *loop, size_t limit,
                                bight_semaphore **ret_semaphore)
{
    if (limit == 0)
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "semaphore of no holds");
    struct bight__permits *permits = bight__permits_new(loop, limit);
    if (permits == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    *ret_semaphore = (bight_semaphore *)permits;
    return bight_ok();
}

void bight_semaphore_free(bight_semaphore *semaphore)
{
    bight__permits_free(of_semaphore(semaphore));
}

bight_deferred *bight_semaphore_acquire(bight_semaphore *semaphore)
{
    return bight__permits_acquire(of_semaphore(semaphore), CALLER);
}

bool bight_semaphore_try_acquire(bight_semaphore *semaphore)
{
    return bight__permits_try_acquire(of_semaphore(semaphore));
}

void bight_semaphore_release(bight_semaphore *semaphore)
{
    bight__permits_release(of_semaphore(semaphore), "bight_semaphore_release");
}

size_t bight_semaphore_available(const bight_semaphore *semaphore)
{
    return ((const struct bight__permits *)semaphore)->free;
}
