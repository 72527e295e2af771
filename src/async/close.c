/* SPDX-License-Identifier: MIT */
/*
 * Deferreds at the loop's close (L9). Those whose consumer's end nobody gave
 * away are named when it begins. What is pending gets its chance while the loop
 * ends everything else; when nothing else is left it is rejected, and the
 * callbacks run. Afterwards only ends are left, which may be consumed whenever.
 */
#include "async/deferred.h"

#include <bight/alloc.h>

#include "async/cancel.h"
#include "async/result.h"
#include "async/shared.h"

static const char *state_name(const bight_deferred *d)
{
    switch ((enum bight__deferred_state)d->state) {
    case BIGHT__PENDING:
        return "pending";
    case BIGHT__CHAINING:
    case BIGHT__WAITING:
        return "waiting";
    case BIGHT__QUEUED:
    case BIGHT__RUNNING:
    case BIGHT__SETTLED:
    case BIGHT__ENDED:
        break;
    }
    return d->failed ? "rejected" : "resolved";
}

static void report_one(bight_deferred *d, void *survivors)
{
    if (d->consumer != BIGHT__CONSUMER_OPEN || d->state == BIGHT__ENDED)
        return;
    uint64_t now_ms = bight__loop_now_ms(bight__deferred_loop(d));
    bight__survivors_add(survivors, bight__async_resource.kind, state_name(d),
                         d->made_at, (uint32_t)now_ms - d->made_ms);
}

static void report(struct bight__resource *resource,
                   struct bight__survivors *survivors)
{
    bight__slabs_each(bight__container(resource, struct bight__async, resource),
                      report_one, survivors);
}

static void end(struct bight__resource *resource)
{
    struct bight__async *async =
        bight__container(resource, struct bight__async, resource);
    async->closing = true;
    bight__shared_abandon(async);
    bight__resource_remove(async->loop, resource);
}

const struct bight__resource_ops bight__async_resource = {
    .kind = "deferred", .end = end, .report = report};

/* Nothing turns any more that could fire it, whatever its producer answers. */
static void reject(bight_deferred *d)
{
    bight__deferred_ask(d, BIGHT__ASKED_BY_CALLER, BIGHT_ERROR_LOOP_CLOSED);
    if (d->state == BIGHT__PENDING)
        bight__deferred_reject(d, BIGHT_ERROR_LOOP_CLOSED);
}

/* A task's result comes when the task ends. */
static void reject_one(bight_deferred *d, void *ctx)
{
    bool *any = ctx;
    if (d->state != BIGHT__PENDING || d->tasked)
        return;
    *any = true;
    reject(d);
}

static void reject_task(bight_deferred *d, void *ctx)
{
    (void)ctx;
    if (d->state == BIGHT__PENDING)
        reject(d);
}

/* Whether there are tasks still. If all of them wait for each other, none is
 * waited for any more. */
static bool drive_tasks(struct bight__async *async, bool any)
{
    if (async->tasks_ops == NULL)
        return false;
    size_t count = async->tasks_ops->drive(async->tasks, &any);
    if (count > 0 && !any)
        bight__slabs_each(async, reject_task, NULL);
    return count > 0;
}

/* Nobody can take its value any more. */
static void empty_one(bight_deferred *d, void *ctx)
{
    (void)ctx;
    if (d->state == BIGHT__SETTLED)
        bight__result_set_error(d, bight_error_of(BIGHT_ERROR_LOOP_CLOSED));
}

bool bight__async_end(bight_loop *loop)
{
    struct bight__async *async = loop->async;
    bool any = false;
    async->ended = true;
    bight__slabs_each(async, reject_one, &any);
    if (drive_tasks(async, any) || any)
        return true;
    async->dead = true;
    bight__slabs_each(async, empty_one, NULL);
    return loop->ready_head != NULL || loop->dirty_levels != 0;
}

void bight__async_fini(bight_loop *loop)
{
    struct bight__async *async = loop->async;
    loop->async = NULL;
    if (async->tasks_ops != NULL)
        async->tasks_ops->fini(async->tasks);
    bight__slabs_fini(async);
    bight_free(async);
}
