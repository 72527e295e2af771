/* SPDX-License-Identifier: MIT */
/* Waiting in turn: see turn.h. */
#include "async/turn.h"

#define MAGIC 0x3a17

static void waiter_free(struct bight__turn *waiter)
{
    bight__list_remove(&waiter->link);
    bight__list_remove(&waiter->of);
    bight__slot_put(waiter);
}

static bight_cancel_answer waiter_cancel(void *arg)
{
    struct bight__turn *waiter = arg;
    bight__list_remove(&waiter->link);
    bight__promise_forget(waiter->promise);
    if (waiter->left != NULL)
        waiter->left(waiter);
    waiter_free(waiter);
    return BIGHT_CANCEL_NOW;
}

static void waiter_init(struct bight__turn *waiter, struct bight__list *list)
{
    waiter->magic = MAGIC;
    waiter->left = NULL;
    waiter->value = bight_value_none();
    waiter->condition = NULL;
    waiter->lock = NULL;
    bight__list_init(&waiter->of);
    bight__list_push_back(list, &waiter->link);
}

bight_deferred *bight__turn_new(bight_loop *loop, struct bight__list *list,
                                const void *made_at,
                                struct bight__turn **ret_waiter)
{
    bight_promise *promise;
    struct bight__async *async = bight__async_of(loop);
    struct bight__turn *waiter = async == NULL ? NULL : bight__slot_find(async);
    if (waiter == NULL)
        return NULL;
    bight_deferred *d =
        bight__deferred_new(loop, &promise, waiter_cancel, waiter, made_at);
    if (d == NULL) {
        bight__slot_put(waiter);
        return NULL;
    }
    waiter_init(waiter, list);
    waiter->promise = promise;
    *ret_waiter = waiter;
    return d;
}

void bight__turn_resolve(struct bight__turn *waiter, bight_value value)
{
    bight_promise *promise = waiter->promise;
    waiter_free(waiter);
    bight_promise_resolve(promise, value);
}

void bight__turn_reject(struct bight__turn *waiter, bight_code code)
{
    bight_promise *promise = waiter->promise;
    bight_value value = waiter->value;
    waiter_free(waiter);
    bight_value_destroy(value);
    bight_promise_reject(promise, bight_error_of(code));
}

void bight__turns_resolve(struct bight__list *list)
{
    struct bight__turn *waiter;
    while ((waiter = bight__turn_first(list)) != NULL)
        bight__turn_resolve(waiter, bight_value_none());
}

void bight__turns_reject(struct bight__list *list, bight_code code)
{
    struct bight__turn *waiter;
    while ((waiter = bight__turn_first(list)) != NULL)
        bight__turn_reject(waiter, code);
}
