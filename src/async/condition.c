/* SPDX-License-Identifier: MIT */
/*
 * Conditions. Who was notified moves on to the lock's waiters:
 *
 *     waiting ── notify ──> lock's turn ── its hold ──> fires
 *        └── cancel            └── cancel ──> the next is notified instead
 */
#include <bight/lock.h>

#include <bight/alloc.h>

#include "async/permits.h"

struct bight_condition {
    bight_loop *loop;
    struct bight__list waiters;
    struct bight__list notified; /* that wait for their lock now */
};

bight_error bight_condition_new(bight_loop *loop,
                                bight_condition **ret_condition)
{
    bight__loop_check(loop);
    bight_condition *condition = bight_alloc(sizeof(*condition));
    if (condition == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    condition->loop = loop;
    bight__list_init(&condition->waiters);
    bight__list_init(&condition->notified);
    *ret_condition = condition;
    return bight_ok();
}

static void forget_notified(bight_condition *condition)
{
    struct bight__list *link;
    while ((link = bight__list_first(&condition->notified)) != NULL) {
        bight__list_remove(link);
        bight__container(link, struct bight__turn, of)->left = NULL;
    }
}

static void left_unnotified(struct bight__turn *waiter)
{
    if (waiter->lock != NULL)
        bight__permits_unuse(waiter->lock);
}

/* It will never act on it. */
static void left_notified(struct bight__turn *waiter)
{
    bight_condition_notify(waiter->condition);
}

void bight_condition_free(bight_condition *condition)
{
    struct bight__turn *waiter;
    if (condition == NULL)
        return;
    forget_notified(condition);
    while ((waiter = bight__turn_first(&condition->waiters)) != NULL) {
        left_unnotified(waiter);
        bight__turn_reject(waiter, BIGHT_ERROR_CLOSED);
    }
    bight_free(condition);
}

bight_deferred *bight_condition_wait(bight_condition *condition,
                                     bight_lock *lock)
{
    struct bight__turn *waiter;
    bight_deferred *d = bight__turn_new(condition->loop, &condition->waiters,
                                        __builtin_return_address(0), &waiter);
    if (d != NULL) {
        waiter->condition = condition;
        waiter->lock = lock;
        waiter->left = left_unnotified;
    }
    if (d != NULL && lock != NULL)
        bight__permits_use(waiter->lock);
    if (lock != NULL)
        bight__permits_release((struct bight__permits *)lock,
                               "bight_condition_wait");
    return d;
}

void bight_condition_notify(bight_condition *condition)
{
    struct bight__turn *waiter = bight__turn_first(&condition->waiters);
    if (waiter == NULL)
        return;
    if (waiter->lock == NULL) {
        bight__turn_resolve(waiter, bight_value_none());
        return;
    }
    bight__list_remove(&waiter->link);
    bight__list_push_back(&condition->notified, &waiter->of);
    waiter->left = left_notified;
    bight__permits_grant(waiter->lock, waiter);
}

void bight_condition_notify_all(bight_condition *condition)
{
    while (!bight__list_empty(&condition->waiters))
        bight_condition_notify(condition);
}
