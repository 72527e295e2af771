/* SPDX-License-Identifier: MIT */
/* Giving up: by the caller's wish, or because a deadline has passed. */
#include "async/cancel.h"

#include "async/abandon.h"

/* A wheel reaches no further; whoever waits longer waits for ever. */
#define FAR_MS (UINT64_C(100) * 24 * 60 * 60 * 1000)

bight_deferred *bight__deferred_innermost(bight_deferred *d)
{
    while (d->state == BIGHT__WAITING || d->state == BIGHT__CHAINING)
        d = d->inner;
    return d;
}

void bight__deferred_reject(bight_deferred *d, bight_code code)
{
    d->fired_at = NULL;
    if (d->deadline)
        bight__deadline_disarm(d);
    bight__deferred_fire_error(d, bight_error_of(code));
}

/* The canceller may have fired it. */
void bight__deferred_ask(bight_deferred *d, enum bight__asker asker,
                         bight_code code)
{
    if (d->state != BIGHT__PENDING)
        return;
    bool before = d->asked != BIGHT__ASKED_BY_NOBODY;
    if (d->asked < (unsigned)asker)
        d->asked = (unsigned)asker & 3u;
    if (before)
        return;
    bight_cancel_answer answer = BIGHT_CANCEL_NOW;
    if (d->canceller != NULL)
        answer = d->canceller(d->canceller_arg);
    if (answer == BIGHT_CANCEL_NOW && d->state == BIGHT__PENDING)
        bight__deferred_reject(d, code);
}

void bight_cancel(bight_deferred *d)
{
    if (d == NULL)
        return;
    bight__consumer_check(d);
    bight__deferred_ask(bight__deferred_innermost(d), BIGHT__ASKED_BY_CALLER,
                        BIGHT_ERROR_CANCELLED);
}

void bight__deferred_cancel(bight_deferred *d)
{
    if (d == NULL || bight__deferred_stranded(d) ||
        bight__slot_async(d, d->place)->ended)
        return;
    bight_deferred *inner = bight__deferred_innermost(d);
    if (inner->state == BIGHT__PENDING)
        bight__deferred_ask(inner, BIGHT__ASKED_BY_CALLER,
                            BIGHT_ERROR_CANCELLED);
    else
        inner->owed = true;
}

/* -- deadlines ------------------------------------------------------------- */

static bool has_result(const bight_deferred *d)
{
    return d->state != BIGHT__PENDING && d->state != BIGHT__WAITING;
}

static void watch(bight_deferred *d, uint32_t due)
{
    d->timer.link = NULL;
    d->timer.mark = BIGHT__MARK_DEFERRED;
    bight__loop_watch_deadline(bight__deferred_loop(d), &d->timer, due);
}

void bight__deadline_arm(bight_deferred *d)
{
    uint32_t due = (uint32_t)d->due;
    d->fired_at = NULL;
    watch(d, due);
}

void bight__deadline_disarm(bight_deferred *d)
{
    uint32_t due = d->timer.due;
    bight__loop_unwatch_deadline(bight__deferred_loop(d), &d->timer);
    d->due = due;
}

/* What has fired but not yet come out waits for the next tick: its callbacks
 * may hand over another. If the caller asked before, the caller wins. */
void bight__deadline_expired(struct bight__wheel_node *node)
{
    if (node->mark == BIGHT__MARK_WATCH) {
        struct bight__watch *watch =
            bight__container(node, struct bight__watch, node);
        watch->expired(watch);
        return;
    }
    bight_deferred *d = bight__container(node, bight_deferred, timer);
    bight_deferred *inner = bight__deferred_innermost(d);
    if (inner->state != BIGHT__PENDING) {
        watch(d, node->due);
        return;
    }
    if (d->abandoned) {
        bight__deferred_reject(inner, BIGHT_ERROR_LINGER_TIMEOUT);
        return;
    }
    d->deadline = false;
    if (inner->asked == BIGHT__ASKED_BY_CALLER)
        return;
    d->timed_out = true;
    bight__deferred_ask(inner, BIGHT__ASKED_BY_DEADLINE, BIGHT_ERROR_CANCELLED);
}

/* Of several on one Deferred the earliest counts. */
static void set_deadline(bight_deferred *d, uint32_t due)
{
    if (d->deadline) {
        uint32_t old = has_result(d) ? (uint32_t)d->due : d->timer.due;
        if ((int32_t)(old - due) <= 0)
            return;
        if (!has_result(d))
            bight__loop_unwatch_deadline(bight__deferred_loop(d), &d->timer);
    }
    d->deadline = true;
    if (has_result(d))
        d->due = due;
    else
        watch(d, due);
}

bight_deferred *bight_timeout(bight_deferred *d, uint64_t ms)
{
    if (d == NULL)
        return NULL;
    bight__consumer_check(d);
    if (ms < FAR_MS && !bight__deferred_stranded(d))
        set_deadline(d, bight__loop_due(bight__deferred_loop(d), ms));
    return d;
}

/* The deadline stays: what the callbacks may still hand over is past it, too.
 * What outlived its loop has settled. */
void bight__deferred_abandon(bight_deferred *d, uint64_t ms)
{
    bight_deferred *inner = bight__deferred_innermost(d);
    if (d->abandoned || bight__deferred_stranded(d))
        return;
    bight__deferred_ask(inner, BIGHT__ASKED_BY_CALLER, BIGHT_ERROR_CANCELLED);
    if (ms == 0 && inner->state == BIGHT__PENDING)
        bight__deferred_reject(inner, BIGHT_ERROR_LINGER_TIMEOUT);
    if (d->deadline && !has_result(d))
        bight__loop_unwatch_deadline(bight__deferred_loop(d), &d->timer);
    d->deadline = false;
    d->abandoned = true;
    set_deadline(d, bight__loop_due(bight__deferred_loop(d), ms));
}
