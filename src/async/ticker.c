/* SPDX-License-Identifier: MIT */
/*
 * A call that is made again and again:
 *
 *     RESTING ── tick ──> CALLING ── returned ──> TURNING ─┐
 *        │  ^                                              │
 *        │  └────────── the turn's result ─────────────────┤
 *        └── stop, cancel ──> ended <── an error, stopped ─┘
 */
#include <bight/later.h>

#include <bight/alloc.h>

#include "async/cancel.h"
#include "loop/timer.h"

#define NS_PER_MS UINT64_C(1000000)
/* A hundred years and some: whoever waits longer waits for ever. */
#define FAR_MS (UINT64_C(40000) * 24 * 60 * 60 * 1000)

enum ticker_state { RESTING, CALLING, TURNING };

struct bight_ticker {
    bight_loop *loop;
    bight_promise *promise;
    bight_timer *timer;
    bight_tick_fn fn;
    void *arg;
    bight_deferred *turn; /* TURNING */
    uint64_t started_ns;
    uint64_t interval_ns;
    uint64_t ticks; /* that were called for, or skipped */
    enum ticker_state state;
    bool stopping;
    bool cancelled;
};

static void ticker_free(bight_ticker *ticker)
{
    bight_timer_free(ticker->timer);
    bight_free(ticker);
}

static void end(bight_ticker *ticker, bight_error error)
{
    bight_promise *promise = ticker->promise;
    if (!bight_failed(error) && ticker->cancelled)
        error = bight_error_of(BIGHT_ERROR_CANCELLED);
    ticker_free(ticker);
    if (bight_failed(error))
        bight_promise_reject(promise, error);
    else
        bight_promise_resolve(promise, bight_value_none());
}

static uint64_t ticks_until(const bight_ticker *ticker, uint64_t now_ns)
{
    return (now_ns - ticker->started_ns) / ticker->interval_ns;
}

/* Until the next multiple, rounded up to a whole ms. */
static void rest(bight_ticker *ticker)
{
    uint64_t now_ns = bight_loop_now_ns(ticker->loop);
    uint64_t next = ticks_until(ticker, now_ns) + 1;
    uint64_t wait_ns = ticker->started_ns + next * ticker->interval_ns - now_ns;
    ticker->state = RESTING;
    bight_timer_start(ticker->timer, (wait_ns + NS_PER_MS - 1) / NS_PER_MS);
}

static void turned_with(bight_ticker *ticker, bight_error error)
{
    ticker->turn = NULL;
    if (bight_failed(error) || ticker->stopping)
        end(ticker, error);
    else
        rest(ticker);
}

static void turned(bight_result *result, void *arg)
{
    turned_with(arg, bight_result_error(result));
}

static void turn(bight_ticker *ticker, bight_deferred *d)
{
    ticker->state = TURNING;
    if (d == NULL) {
        turned_with(ticker, bight_error_of(BIGHT_ERROR_NO_MEMORY));
        return;
    }
    ticker->turn = d;
    bight_on(d, turned, ticker);
    if (ticker->cancelled)
        bight__deferred_cancel(d);
}

static void tick(void *ctx)
{
    bight_ticker *ticker = ctx;
    if (ticker->stopping) {
        end(ticker, bight_ok());
        return;
    }
    uint64_t ticks = ticks_until(ticker, bight_loop_now_ns(ticker->loop));
    uint64_t due = ticks - ticker->ticks;
    ticker->ticks = ticks;
    ticker->state = CALLING;
    turn(ticker, ticker->fn(ticker->arg, due));
}

static bight_cancel_answer cancel(void *arg)
{
    bight_ticker *ticker = arg;
    if (ticker->state == RESTING) {
        bight__promise_forget(ticker->promise);
        ticker_free(ticker);
        return BIGHT_CANCEL_NOW;
    }
    ticker->stopping = ticker->cancelled = true;
    bight__deferred_cancel(ticker->turn);
    return BIGHT_CANCEL_LATER;
}

static bight_ticker *ticker_new(bight_loop *loop, uint64_t ms, bight_tick_fn fn,
                                void *arg)
{
    bight_ticker *ticker = bight_zalloc(sizeof(*ticker));
    if (ticker == NULL)
        return NULL;
    ticker->loop = loop;
    ticker->fn = fn;
    ticker->arg = arg;
    ticker->started_ns = bight_loop_now_ns(loop);
    ticker->interval_ns = (ms < FAR_MS ? ms : FAR_MS) * NS_PER_MS;
    if (!bight_failed(bight__timer_new(loop, tick, ticker, &ticker->timer)))
        return ticker;
    bight_free(ticker);
    return NULL;
}

static bight_deferred *fail(bight_loop *loop, uint64_t ms, const void *made_at)
{
    bight_code code = BIGHT_ERROR_NO_MEMORY;
    if (loop->state != BIGHT__LOOP_OPEN)
        code = BIGHT_ERROR_LOOP_CLOSED;
    else if (ms == 0)
        code = BIGHT_ERROR_INVALID;
    return bight__deferred_rejected(loop, bight_error_of(code), made_at);
}

bight_deferred *bight_ticker_start(bight_loop *loop, uint64_t ms,
                                   bight_tick_fn fn, void *arg,
                                   bight_ticker **ret_ticker)
{
    const void *made_at = __builtin_return_address(0);
    bight_deferred *d = NULL;
    bight__loop_check(loop);
    bight_ticker *ticker = ms == 0 ? NULL : ticker_new(loop, ms, fn, arg);
    if (ret_ticker != NULL)
        *ret_ticker = NULL;
    if (ticker == NULL)
        return fail(loop, ms, made_at);
    d = bight__deferred_new(loop, &ticker->promise, cancel, ticker, made_at);
    if (d == NULL) {
        ticker_free(ticker);
        return NULL;
    }
    if (ret_ticker != NULL)
        *ret_ticker = ticker;
    rest(ticker);
    return d;
}

void bight_ticker_stop(bight_ticker *ticker)
{
    if (ticker == NULL)
        return;
    ticker->stopping = true;
    if (ticker->state == RESTING)
        bight_timer_start(ticker->timer, 0);
}
