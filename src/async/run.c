/* SPDX-License-Identifier: MIT */
/*
 * What happens between the two ends, all of it from the ready queue: callbacks
 * run, chained Deferreds are waited for, results move outward. Every step takes
 * one entry of its own, so a chain of any depth needs no stack and starves
 * nobody.
 */
#include "async/deferred.h"

#include "async/callback.h"
#include "async/cancel.h"
#include "async/report.h"
#include "async/result.h"
#include "async/texts.h"

/* Moves what `inner` has into `d`, and ends `inner`. The result's storage is
 * that of a deadline's node until then. */
static void move_result(bight_deferred *inner, bight_deferred *d)
{
    if (d->deadline && d->state == BIGHT__WAITING)
        bight__deadline_disarm(d);
    d->value = inner->value; /* or the error */
    d->texts = inner->texts;
    d->failed = inner->failed;
    d->handled = inner->handled;
    d->asked = inner->asked;
    d->owed |= inner->owed;
    bight__deferred_end(inner);
}

/* An error's texts wait outside of the ring of notes, from which they may be
 * gone when it is looked at. */
static void restore(bight_deferred *d)
{
    if (d->failed)
        d->error = bight__texts_restore(d->texts, d->error);
}

static void keep(bight_deferred *d)
{
    if (d->failed && d->texts == NULL)
        d->texts = bight__texts_keep(d->error);
}

/* Behind its last callback a Deferred only passes on: whoever waits for it may
 * as well wait for what it waits for. */
static bool only_passes(const bight_deferred *d)
{
    return bight__callback_none_left(d) && !d->deadline && !d->timed_out &&
           !d->starved;
}

/* Turns CHAINING into RUNNING, if the inner one has its result, or into
 * WAITING; answers whether it goes on. */
static bool join(bight_deferred *d)
{
    bight_deferred *inner = d->inner;
    while (inner->state == BIGHT__WAITING && only_passes(inner)) {
        bight_deferred *skipped = inner;
        inner = skipped->inner;
        inner->outer = d;
        bight__deferred_end(skipped);
    }
    d->inner = inner;
    if (inner->state == BIGHT__SETTLED) {
        d->state = BIGHT__RUNNING;
        move_result(inner, d);
        restore(d);
        return true;
    }
    d->state = BIGHT__WAITING;
    d->asked = BIGHT__ASKED_BY_NOBODY;
    if (d->deadline)
        bight__deadline_arm(d);
    if (d->owed) {
        d->owed = false;
        bight__deferred_cancel(d);
    }
    return false;
}

static void starve(bight_deferred *d)
{
    d->starved = false;
    bight__result_set_error(d, bight_error_of(BIGHT_ERROR_NO_MEMORY));
}

/* An asked-for CANCELLED is no news, nor is what the loop's own close did. */
static bool is_news(const bight_deferred *d)
{
    if (d->handled)
        return false;
    return d->asked != BIGHT__ASKED_BY_CALLER ||
           !(bight_error_is(d->error, &bight_domain, BIGHT_ERROR_CANCELLED) ||
             bight_error_is(d->error, &bight_domain, BIGHT_ERROR_LOOP_CLOSED));
}

static void __attribute__((noinline)) end_failed(bight_deferred *d)
{
    bight_loop *loop = bight__deferred_loop(d);
    bool news = is_news(d);
    bight_error error = d->error;
    const void *made_at = d->made_at;
    bight__result_clear(d);
    bight__deferred_end(d);
    if (news)
        bight__report_unhandled(loop, error, made_at);
}

static void end_detached(bight_deferred *d)
{
    if (d->failed) {
        end_failed(d);
        return;
    }
    if (d->value.destroy != NULL)
        bight__result_clear(d);
    bight__deferred_end(d);
}

/* All callbacks have run. */
static void finish(bight_deferred *d)
{
    if (d->consumer == BIGHT__CONSUMER_OPEN) {
        keep(d);
        d->state = BIGHT__SETTLED;
    } else if (d->consumer == BIGHT__CONSUMER_CHAINED) {
        bight_deferred *outer = d->outer;
        unsigned asked = d->asked;
        keep(d);
        move_result(d, outer);
        bight__result_translate(outer, asked);
        bight__deferred_queue(outer);
    } else if (d->consumer == BIGHT__CONSUMER_AWAITED) {
        d->awaiter->settled(d->awaiter, d);
    } else {
        end_detached(d);
    }
}

/* Whether the first callback is for such a result. */
static bool is_due(const bight_deferred *d)
{
    return (d->kinds & (d->failed ? BIGHT__ON_ERROR : BIGHT__ON_VALUE)) != 0;
}

/* The last callback of one that is waited for runs as the first of its outer:
 * so a loop that hands over its next turn holds that and the outermost only. */
static bight_deferred *run_as_outer(bight_deferred *d)
{
    bight_deferred *outer = d->outer;
    move_result(d, outer);
    outer->state = BIGHT__RUNNING;
    return outer;
}

/* Answers whether `d` goes on with its next callback. */
static bool run_one(bight_deferred *d, struct bight__callback callback)
{
    if (d->consumer != BIGHT__CONSUMER_CHAINED || !only_passes(d)) {
        callback.fn((bight_result *)d, callback.arg);
        return d->state == BIGHT__RUNNING || join(d);
    }
    d = run_as_outer(d);
    callback.fn((bight_result *)d, callback.arg);
    if (d->state == BIGHT__RUNNING || join(d)) {
        bight__result_translate(d, d->asked);
        keep(d);
        bight__deferred_queue(d);
    }
    return false;
}

static void run(struct bight__ready *entry)
{
    bight_deferred *d = bight__container(entry, bight_deferred, ready);
    d->state = BIGHT__RUNNING;
    restore(d);
    for (;;) {
        if (d->starved && bight__callback_at_end(d))
            starve(d);
        if (d->kinds == 0 && !bight__callback_refill(d))
            break;
        bool due = is_due(d);
        struct bight__callback callback = bight__callback_take(d);
        if (due && !run_one(d, callback))
            return;
    }
    finish(d);
}

void bight__deferred_queue(bight_deferred *d)
{
    d->state = BIGHT__QUEUED;
    d->ready.run = run;
    bight__ready_push(bight__slab_of(d, d->place)->async->loop, &d->ready);
}
