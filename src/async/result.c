/* SPDX-License-Identifier: MIT */
/* The result inside a callback. */
#include "async/result.h"

#include <bight/alloc.h>

static bight_deferred *running(bight_result *result)
{
    bight_deferred *d = bight__deferred_of(result);
    bight__deferred_check(d);
    assert((d->state == BIGHT__RUNNING || d->state == BIGHT__CHAINING) &&
           "a result is used outside of its callback");
    return d;
}

void bight__result_clear(bight_deferred *d)
{
    bool failed = d->failed;
    bight_value value = d->value;
    struct bight__texts *texts = d->texts;
    d->failed = d->handled = false;
    d->value = bight_value_none();
    d->texts = NULL;
    if (failed)
        bight_free(texts);
    else
        bight_value_destroy(value);
}

void bight__result_set_error(bight_deferred *d, bight_error error)
{
    bight__result_clear(d);
    d->error = error;
    d->failed = true;
}

/* The number of its note stays: what was under way when the time was up. */
void bight__result_translate(bight_deferred *d, unsigned asked)
{
    if (d->failed && d->timed_out && asked != BIGHT__ASKED_BY_CALLER &&
        bight_error_is(d->error, &bight_domain, BIGHT_ERROR_CANCELLED))
        d->error.code = BIGHT_ERROR_TIMED_OUT;
    d->timed_out = false;
}

/* A Deferred that was chained before is let go. */
static void unchain(bight_deferred *d)
{
    if (d->state != BIGHT__CHAINING)
        return;
    bight_deferred *inner = d->inner;
    d->state = BIGHT__RUNNING;
    d->texts = NULL;
    inner->consumer = BIGHT__CONSUMER_OPEN;
    bight__deferred_detach(inner);
}

bight_error bight_result_error(bight_result *result)
{
    bight_deferred *d = running(result);
    if (!d->failed)
        return bight_ok();
    d->handled = true;
    return d->error;
}

bight_value bight_result_peek(const bight_result *result)
{
    const bight_deferred *d = (const bight_deferred *)result;
    bight__deferred_check(d);
    return d->failed ? bight_value_none() : d->value;
}

bight_value bight_result_take(bight_result *result)
{
    bight_deferred *d = running(result);
    if (d->failed)
        return bight_value_none();
    bight_value value = d->value;
    d->value = bight_value_none();
    return value;
}

void bight_result_set(bight_result *result, bight_value value)
{
    bight_deferred *d = running(result);
    unchain(d);
    bight__result_clear(d);
    d->value = value;
}

void bight_result_fail(bight_result *result, bight_error error)
{
    bight_deferred *d = running(result);
    assert(bight_failed(error) && "failed with success");
    unchain(d);
    bight__result_set_error(d, error);
}

static bight_deferred *outer_of(const bight_deferred *d)
{
    return d->consumer == BIGHT__CONSUMER_CHAINED ? d->outer : NULL;
}

static bight_deferred *inner_of(const bight_deferred *d)
{
    return d->state == BIGHT__WAITING || d->state == BIGHT__CHAINING ? d->inner
                                                                     : NULL;
}

/* Whether `inner` waits for `d` already. Seen from both sides at once, so that
 * the shorter way counts: a chain of n is then built in n log n, however. */
static bool waits_for(const bight_deferred *inner, const bight_deferred *d)
{
    const bight_deferred *out = d;
    const bight_deferred *in = inner;
    while (out != NULL && in != NULL) {
        if (out == inner || in == d)
            return true;
        out = outer_of(out);
        in = inner_of(in);
    }
    return false;
}

static void chain(bight_deferred *d, bight_deferred *inner)
{
    bight__consumer_check(inner);
    assert(bight__deferred_stranded(d) || bight__deferred_stranded(inner) ||
           bight__deferred_loop(d) == bight__deferred_loop(inner));
    bight__result_clear(d);
    inner->consumer = BIGHT__CONSUMER_CHAINED;
    inner->outer = d;
    d->inner = inner;
    d->state = BIGHT__CHAINING;
}

void bight_result_chain(bight_result *result, bight_deferred *inner)
{
    bight_deferred *d = running(result);
    unchain(d);
    if (inner == NULL) {
        bight__result_set_error(d, bight_error_of(BIGHT_ERROR_NO_MEMORY));
        return;
    }
    bight__deferred_check(inner);
    if (!waits_for(inner, d)) {
        chain(d, inner);
        return;
    }
    bight__result_set_error(d, bight_error_of(BIGHT_ERROR_CIRCULAR));
    if (inner->consumer == BIGHT__CONSUMER_OPEN)
        bight__deferred_detach(inner);
}

bight_loop *bight_result_loop(const bight_result *result)
{
    const bight_deferred *d = (const bight_deferred *)result;
    bight__deferred_check(d);
    return bight__deferred_loop(d);
}
