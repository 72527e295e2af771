/* SPDX-License-Identifier: MIT */
/* The two ends of a Deferred. What happens between them is in run.c. */
#include "async/deferred.h"

#include <stdio.h>
#include <stdlib.h>

#include "async/cancel.h"
#include "async/report.h"
#include "async/result.h"
#include "async/texts.h"

#define CALLER __builtin_return_address(0)

void bight__deferred_misused(const bight_deferred *d, const char *what)
{
    char made_at[96] = "unknown";
    char fired_at[96] = "nowhere yet";
    bool known =
        d->magic == BIGHT__DEFERRED_MAGIC || d->magic == BIGHT__DEFERRED_GONE;
    if (known)
        bight__origin_text(d->made_at, made_at, sizeof(made_at));
    if (known && !d->deadline && d->state != BIGHT__PENDING)
        bight__origin_text(d->fired_at, fired_at, sizeof(fired_at));
    (void)fprintf(stderr, "bight: %s: made at %s, first fired at %s\n", what,
                  made_at, fired_at);
    abort();
}

/* Field by field: most of a new one is never read before it is written. */
static inline bight_deferred *fill(bight_deferred *d, bight_loop *loop,
                                   bight_canceller_fn canceller, void *arg,
                                   const void *made_at)
{
    d->magic = BIGHT__DEFERRED_MAGIC;
    d->state = BIGHT__PENDING;
    d->consumer = BIGHT__CONSUMER_OPEN;
    d->asked = BIGHT__ASKED_BY_NOBODY;
    d->kinds = 0;
    d->promised = true;
    d->failed = d->handled = d->deadline = d->timed_out = d->starved = false;
    d->abandoned = d->owed = false;
    d->shared = d->tasked = false;
    d->unused = 0;
    d->canceller = canceller;
    d->canceller_arg = arg;
    d->more = NULL;
    d->made_ms = (uint32_t)loop->now_ms;
    d->made_at = made_at;
    loop->deferreds++;
    return d;
}

static bight_deferred *__attribute__((noinline))
new_slowly(bight_loop *loop, bight_promise **ret_promise,
           bight_canceller_fn canceller, void *arg, const void *made_at)
{
    struct bight__async *async = bight__async_of(loop);
    bight_deferred *d = async != NULL ? bight__slot_find(async) : NULL;
    *ret_promise = (bight_promise *)d;
    return d == NULL ? NULL : fill(d, loop, canceller, arg, made_at);
}

bight_deferred *bight__deferred_new(bight_loop *loop,
                                    bight_promise **ret_promise,
                                    bight_canceller_fn canceller, void *arg,
                                    const void *made_at)
{
    bight__loop_check(loop);
    struct bight__async *async = loop->async;
    bight_deferred *d = NULL;
    if (async != NULL && !async->ended)
        d = bight__slot_take(async);
    if (d == NULL)
        return new_slowly(loop, ret_promise, canceller, arg, made_at);
    *ret_promise = (bight_promise *)d;
    return fill(d, loop, canceller, arg, made_at);
}

bight_deferred *bight_deferred_new(bight_loop *loop,
                                   bight_promise **ret_promise,
                                   bight_canceller_fn canceller, void *arg)
{
    return bight__deferred_new(loop, ret_promise, canceller, arg, CALLER);
}

/* Without a callback and with its end still to be given away, nothing runs. */
static void fired(bight_deferred *d)
{
    if (d->kinds == 0 && d->consumer == BIGHT__CONSUMER_OPEN)
        d->state = BIGHT__SETTLED;
    else
        bight__deferred_queue(d);
}

/* A value that nobody waits for, and that needs no end, is gone at once. */
void bight__deferred_fire_value(bight_deferred *d, bight_value value)
{
    if (d->consumer == BIGHT__CONSUMER_DETACHED && d->kinds == 0 &&
        value.destroy == NULL) {
        bight__deferred_end(d);
        return;
    }
    d->value = value;
    d->failed = d->timed_out = false;
    d->texts = NULL;
    fired(d);
}

void bight__deferred_fire_error(bight_deferred *d, bight_error error)
{
    assert(bight_failed(error) && "rejected with success");
    d->error = error;
    d->failed = true;
    d->texts = bight__texts_keep(error);
    bight__result_translate(d, d->asked);
    fired(d);
}

bight_deferred *bight__deferred_resolved(bight_loop *loop, bight_value value,
                                         const void *made_at)
{
    bight_promise *promise;
    bight_deferred *d =
        bight__deferred_new(loop, &promise, NULL, NULL, made_at);
    if (d == NULL) {
        bight_value_destroy(value);
        return NULL;
    }
    d->promised = false;
    d->fired_at = made_at;
    bight__deferred_fire_value(d, value);
    return d;
}

bight_deferred *bight_deferred_resolved(bight_loop *loop, bight_value value)
{
    return bight__deferred_resolved(loop, value, CALLER);
}

bight_deferred *bight__deferred_rejected(bight_loop *loop, bight_error error,
                                         const void *made_at)
{
    bight_promise *promise;
    bight_deferred *d =
        bight__deferred_new(loop, &promise, NULL, NULL, made_at);
    if (d == NULL)
        return NULL;
    d->promised = false;
    d->fired_at = made_at;
    bight__deferred_fire_error(d, error);
    return d;
}

bight_deferred *bight_deferred_rejected(bight_loop *loop, bight_error error)
{
    return bight__deferred_rejected(loop, error, CALLER);
}

void bight__deferred_end(bight_deferred *d)
{
    d->state = BIGHT__ENDED;
    if (d->promised)
        return;
    struct bight__async *async = bight__slab_of(d, d->place)->async;
    if (async != NULL)
        async->loop->deferreds--;
    bight__slot_put(d);
}

/* -- the producer's end ---------------------------------------------------- */

bight_deferred *bight__promise_take(bight_promise *promise,
                                    const void *fired_at)
{
    bight_deferred *d = (bight_deferred *)promise;
    if (d == NULL)
        return NULL;
    bight__promise_check(d);
    d->promised = false;
    if (d->state != BIGHT__PENDING) {
        if (d->state == BIGHT__ENDED)
            bight__deferred_end(d);
        return NULL;
    }
    bight__loop_check(bight__deferred_loop(d));
    d->fired_at = fired_at;
    if (d->deadline)
        bight__deadline_disarm(d);
    return d;
}

void bight__promise_forget(bight_promise *promise)
{
    bight__promise_check((bight_deferred *)promise);
    ((bight_deferred *)promise)->promised = false;
}

static void __attribute__((noinline))
resolve_slowly(bight_promise *promise, bight_value value, const void *fired_at)
{
    bight_deferred *d = bight__promise_take(promise, fired_at);
    if (d != NULL)
        bight__deferred_fire_value(d, value);
    else
        bight_value_destroy(value);
}

/* The short way: somebody waits, without a deadline. */
void bight_promise_resolve(bight_promise *promise, bight_value value)
{
    bight_deferred *d = (bight_deferred *)promise;
    if (d == NULL || d->magic != BIGHT__DEFERRED_MAGIC || !d->promised ||
        d->shared || d->deadline || d->state != BIGHT__PENDING) {
        resolve_slowly(promise, value, CALLER);
        return;
    }
    bight__loop_check(bight__deferred_loop(d));
    d->promised = false;
    d->fired_at = CALLER;
    bight__deferred_fire_value(d, value);
}

void bight_promise_reject(bight_promise *promise, bight_error error)
{
    bight_deferred *d = bight__promise_take(promise, CALLER);
    if (d != NULL)
        bight__deferred_fire_error(d, error);
}

bool bight_promise_is_wanted(const bight_promise *promise)
{
    const bight_deferred *d = (const bight_deferred *)promise;
    if (d == NULL)
        return false;
    bight__deferred_check(d);
    return d->state == BIGHT__PENDING;
}

/* -- the consumer's end ---------------------------------------------------- */

/* An error that will be reported is: from the queue, where user code runs. */
void bight__deferred_detach(bight_deferred *d)
{
    d->consumer = BIGHT__CONSUMER_DETACHED;
    if (d->state != BIGHT__SETTLED)
        return;
    if (d->failed && !d->handled && !bight__deferred_stranded(d)) {
        bight__deferred_queue(d);
        return;
    }
    bight__result_clear(d);
    bight__deferred_end(d);
}

void bight_detach(bight_deferred *d)
{
    if (d == NULL) {
        bight__report_unhandled(NULL, bight_error_of(BIGHT_ERROR_NO_MEMORY),
                                NULL);
        return;
    }
    bight__consumer_check(d);
    bight__deferred_detach(d);
}

bool bight_deferred_has_fired(const bight_deferred *d)
{
    if (d == NULL)
        return true;
    bight__consumer_check(d);
    return d->state != BIGHT__PENDING;
}

bight_loop *bight_deferred_loop(const bight_deferred *d)
{
    if (d == NULL)
        return NULL;
    bight__deferred_check(d);
    return bight__deferred_loop(d);
}
