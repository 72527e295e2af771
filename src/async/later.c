/* SPDX-License-Identifier: MIT */
/* A Deferred that a timer fires. */
#include <bight/later.h>

#include "async/deferred.h"
#include "loop/timer.h"

#define MAGIC 0x1a7e

/* A slot like the Deferred's. */
struct later {
    uint16_t magic;
    uint16_t place;
    bight_promise *promise;
    bight_timer *timer;
};

_Static_assert(sizeof(struct later) <= BIGHT__SLOT_SIZE, "a slot");

static void later_free(struct later *later)
{
    bight_timer_free(later->timer);
    bight__slot_put(later);
}

static void later_due(void *ctx)
{
    struct later *later = ctx;
    bight_promise *promise = later->promise;
    later_free(later);
    bight_promise_resolve(promise, bight_value_none());
}

static bight_cancel_answer later_cancel(void *arg)
{
    struct later *later = arg;
    bight__promise_forget(later->promise);
    later_free(later);
    return BIGHT_CANCEL_NOW;
}

static struct later *later_new(bight_loop *loop)
{
    struct bight__async *async = bight__async_of(loop);
    struct later *later = async == NULL ? NULL : bight__slot_find(async);
    if (later == NULL)
        return NULL;
    later->magic = MAGIC;
    if (!bight_failed(bight__timer_new(loop, later_due, later, &later->timer)))
        return later;
    bight__slot_put(later);
    return NULL;
}

/* A loop that closes makes no timers. */
static bight_deferred *fail(bight_loop *loop, const void *made_at)
{
    if (loop->state == BIGHT__LOOP_OPEN)
        return NULL;
    return bight__deferred_rejected(
        loop, bight_error_of(BIGHT_ERROR_LOOP_CLOSED), made_at);
}

bight_deferred *bight_later(bight_loop *loop, uint64_t ms)
{
    const void *made_at = __builtin_return_address(0);
    bight__loop_check(loop);
    struct later *later = later_new(loop);
    if (later == NULL)
        return fail(loop, made_at);
    bight_deferred *d = bight__deferred_new(loop, &later->promise, later_cancel,
                                            later, made_at);
    if (d == NULL)
        later_free(later);
    else
        bight_timer_start(later->timer, ms);
    return d;
}
