/* SPDX-License-Identifier: MIT */
/*
 * The loop's life: made, run, closed, freed.
 *
 *     OPEN ── close ──> CLOSING ── nothing held ──> SHUT ── backend ──> CLOSED
 *       run, run again    ends all resources,         its own            free
 *                         keeps turning               handles close
 */
#include "loop/loop.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <bight/alloc.h>

#include "base/log.h"
#include "loop/call.h"
#include "loop/dispatch.h"
#include "loop/pool.h"
#include "loop/side.h"

#define SLOW_CALLBACK_MS 50
#define POOL_THREADS 4

void bight_loop_options_init(bight_loop_options *options)
{
    *options = (bight_loop_options){
        .size = sizeof(*options),
        .slow_callback_ms = SLOW_CALLBACK_MS,
        .pool_threads = POOL_THREADS,
        .lookup_threads = POOL_THREADS,
    };
}

/* Neighbouring seeds shall have little in common; never 0. */
static uint64_t order_of(const bight_loop_options *options)
{
    if (options->kind != BIGHT_LOOP_VIRTUAL || options->order_seed == 0)
        return 0;
    uint64_t order = options->order_seed * UINT64_C(0x9e3779b97f4a7c15);
    order ^= order >> 31;
    return order != 0 ? order : 1;
}

/* Only what the caller's struct covers is read; an older one is smaller. */
static bight_loop_options options_take(const bight_loop_options *given)
{
    bight_loop_options options;
    bight_loop_options_init(&options);
    if (given != NULL)
        memcpy(&options, given,
               given->size < sizeof(options) ? given->size : sizeof(options));
    if (options.slow_callback_ms == 0)
        options.slow_callback_ms = SLOW_CALLBACK_MS;
    return options;
}

static void ignore_sigpipe(void)
{
    struct sigaction action;
    if (sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL)
        (void)signal(SIGPIPE, SIG_IGN);
}

static void wheel_expired(struct bight__wheel_node *node)
{
    (void)node;
    assert(false && "a wheel node without its floor");
}

/* The last entry: whatever was queued before it has run. */
static void shut_run(struct bight__ready *entry)
{
    bight_loop *loop = bight__container(entry, bight_loop, shut);
    if (loop->ready_head != NULL || loop->dirty_levels != 0) {
        bight__ready_push(loop, entry);
        return;
    }
    if (loop->async_end != NULL && loop->async_end(loop)) {
        bight__ready_push(loop, entry);
        return;
    }
    bight__side_free(loop);
    loop->backend->close(loop);
}

static void loop_init(bight_loop *loop, const bight_loop_options *options)
{
    loop->options = *options;
    loop->kind = options->kind;
    loop->thread = pthread_self();
    loop->ready_tail = &loop->ready_head;
    loop->later_tail = &loop->later_head;
    loop->threadsafe_tail = &loop->threadsafe_head;
    loop->armed_ns = UINT64_MAX;
    loop->order = order_of(options);
    loop->shut.run = shut_run;
    loop->backend = options->kind == BIGHT_LOOP_VIRTUAL
                        ? &bight__backend_virtual
                        : &bight__backend_uv;
    (void)pthread_mutex_init(&loop->mutex, NULL);
    bight__resources_init(&loop->resources);
}

/* Frees what no longer has anything registered; also a half-made loop. */
static void loop_destroy(bight_loop *loop)
{
    if (loop->wire_fini != NULL)
        loop->wire_fini(loop);
    if (loop->async_fini != NULL)
        loop->async_fini(loop);
    bight__pools_free(loop);
    bight__calls_fini(loop);
    bight__timers_fini(&loop->timers);
    bight__survivors_fini(&loop->survivors);
    (void)pthread_mutex_destroy(&loop->mutex);
    bight_free(loop->read_buffer);
    bight_free(loop->name);
    bight_free(loop);
}

bight_error bight__loop_make(const bight_loop_options *given, void *host,
                             bight_loop **ret_loop)
{
    bight_loop_options options = options_take(given);
    bight_loop *loop = bight_zalloc(sizeof(*loop));
    if (loop == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    loop_init(loop, &options);
    loop->adopted = host != NULL;
    loop->read_buffer = bight_alloc(BIGHT__READ_BUFFER_SIZE);
    loop->name = bight_strdup(options.name != NULL ? options.name : "loop");
    bight_error error = bight_error_of(BIGHT_ERROR_NO_MEMORY);
    if (loop->read_buffer != NULL && loop->name != NULL &&
        bight__calls_init(loop))
        error = loop->backend->open(loop, host);
    loop->lent = loop->read_buffer;
    loop->lent_end = loop->read_buffer + BIGHT__READ_BUFFER_SIZE;
    if (bight_failed(error)) {
        loop_destroy(loop);
        return error;
    }
    if (!options.leave_sigpipe)
        ignore_sigpipe();
    bight__dispatch_tick(loop, bight__loop_now_ms(loop));
    bight__wheel_init(&loop->wheel, (uint32_t)(loop->now_ms / BIGHT__TICK_MS));
    bight__wheel_init(&loop->deadlines, loop->wheel.now);
    loop->wheel.expired = loop->deadlines.expired = wheel_expired;
    *ret_loop = loop;
    return bight_ok();
}

bight_error bight_loop_new(const bight_loop_options *options,
                           bight_loop **ret_loop)
{
    return bight__loop_make(options, NULL, ret_loop);
}

uint64_t bight_loop_now_ns(const bight_loop *loop)
{
    return loop->kind == BIGHT_LOOP_REAL ? loop->backend->now_ns(loop)
                                         : loop->manual_ns;
}

uint64_t bight__loop_now_ms(const bight_loop *loop)
{
    return bight_loop_now_ns(loop) / 1000000;
}

void bight__loop_kick(bight_loop *loop)
{
    if (loop->polling)
        return;
    loop->polling = true;
    loop->backend->keep_polling(loop, true);
}

bool bight__loop_fault_planned(bight_loop *loop)
{
    loop->faults_seen++;
    return --loop->faults == 0;
}

static bight_error usage(const char *text)
{
    return bight_error_note(bight_error_of(BIGHT_ERROR_USAGE), "%s", text);
}

/* What other threads sent before is collected first: the wake-up alone does
 * not keep the backend turning. */
static bool turn(bight_loop *loop, bool once)
{
    loop->thread = pthread_self();
    loop->running = true;
    loop->stopping = false;
    bight__loop_collect(loop);
    bool alive = loop->backend->run(loop, once);
    loop->running = false;
    return alive;
}

bight_error bight_loop_run(bight_loop *loop)
{
    if (loop->adopted)
        return usage("an adopted loop is run by its host");
    if (loop->running)
        return usage("the loop is running");
    if (loop->state == BIGHT__LOOP_CLOSED)
        return usage("the loop is closed");
    (void)turn(loop, false);
    return bight_ok();
}

bool bight_loop_step(bight_loop *loop)
{
    assert(!loop->adopted && !loop->running);
    return loop->state != BIGHT__LOOP_CLOSED && turn(loop, true);
}

void bight_loop_stop(bight_loop *loop)
{
    bight__loop_check(loop);
    if (!loop->running)
        return;
    loop->stopping = true;
    loop->backend->stop(loop);
}

static void expire_now(bight_loop *loop)
{
    loop->running = true;
    bight__dispatch_begin(loop, loop->manual_ns / 1000000);
    bight__loop_expire(loop);
    bight__dispatch_end(loop);
    loop->running = false;
}

static void set_clock(bight_loop *loop, uint64_t ns)
{
    loop->manual_ns = ns;
    loop->now_ms = ns / 1000000;
}

/* Turns until all that is ready or due at this time has run. */
static void settle(bight_loop *loop)
{
    do {
        if (loop->armed_ns <= loop->manual_ns)
            expire_now(loop);
        if (loop->state == BIGHT__LOOP_CLOSED)
            return;
        (void)turn(loop, true);
    } while (loop->polling || loop->armed_ns <= loop->manual_ns);
}

static void finish_close(bight_loop *loop)
{
    while (loop->state != BIGHT__LOOP_CLOSED)
        (void)turn(loop, false);
}

bight_error bight_loop_advance(bight_loop *loop, uint64_t ms)
{
    if (loop->kind == BIGHT_LOOP_REAL || loop->adopted || loop->running)
        return usage("only a stopped loop with a clock of its own advances");
    uint64_t limit_ns = bight__add_ms(loop->manual_ns, ms);
    settle(loop);
    while (loop->armed_ns <= limit_ns) {
        set_clock(loop, loop->armed_ns);
        settle(loop);
    }
    set_clock(loop, limit_ns);
    settle(loop);
    if (loop->state != BIGHT__LOOP_OPEN)
        finish_close(loop);
    return bight_ok();
}

/* The last resource gone means that only the backend is left to close, after
 * the entries that are still queued. */
void bight__loop_release(bight_loop *loop)
{
    if (loop->state != BIGHT__LOOP_CLOSING || loop->in_close_run ||
        loop->jobs > 0 || !bight__list_empty(&loop->resources.all))
        return;
    loop->state = BIGHT__LOOP_SHUT;
    bight__ready_push(loop, &loop->shut);
}

void bight__loop_backend_closed(bight_loop *loop)
{
    loop->state = BIGHT__LOOP_CLOSED;
    /* The program's own handles on it must not keep an owned loop turning. */
    if (!loop->adopted)
        loop->backend->stop(loop);
    if (loop->closed != NULL)
        loop->closed(loop->closed_ctx, &loop->survivors.report);
}

void bight_loop_close(bight_loop *loop, bight_loop_closed_fn fn, void *ctx)
{
    bight__loop_check(loop);
    if (loop->state != BIGHT__LOOP_OPEN)
        return;
    loop->state = BIGHT__LOOP_CLOSING;
    loop->closed = fn;
    loop->closed_ctx = ctx;
    bight__survivors_collect(loop);
    bight__survivors_log(loop);
    bight__calls_refuse(loop);
    loop->in_close_run = true;
    bight__resources_end(loop);
    loop->in_close_run = false;
    bight__loop_rearm(loop);
    bight__loop_release(loop);
    if (!loop->adopted && !loop->running)
        finish_close(loop);
}

bight_error bight_loop_free(bight_loop *loop)
{
    if (loop == NULL)
        return bight_ok();
    if (loop->running || loop->dispatching ||
        (loop->adopted && loop->state != BIGHT__LOOP_CLOSED))
        return bight_error_of(BIGHT_ERROR_BUSY);
    /* Whoever made a loop may free it, though another thread ran it. */
    loop->thread = pthread_self();
    bight_loop_close(loop, NULL, NULL);
    if (!loop->adopted)
        finish_close(loop);
    if (!loop->backend->free(loop))
        return bight_error_note(bight_error_of(BIGHT_ERROR_BUSY),
                                "handles of the program's own are open on it");
    loop_destroy(loop);
    return bight_ok();
}

bight_error bight_loop_after_fork(bight_loop *loop)
{
    loop->thread = pthread_self();
    bight__log_after_fork();
    bight__calls_after_fork(loop);
    bight__pools_after_fork(loop);
    bight_error error = loop->backend->after_fork(loop);
    return bight_failed(error) ? error : bight__side_after_fork(loop);
}

void bight_loop_stats_get(const bight_loop *loop, bight_loop_stats *stats)
{
    bight_loop_stats all = {
        .size = stats->size,
        .dispatches = loop->dispatches,
        .ready_run = loop->ready_run,
        .threadsafe = loop->threadsafe_count,
        .slow_callbacks = loop->slow_callbacks,
        .connections = loop->connections,
        .deferreds = loop->deferreds,
    };
    memcpy(all.slow_histogram, loop->slow_histogram,
           sizeof(all.slow_histogram));
    memcpy(stats, &all, stats->size < sizeof(all) ? stats->size : sizeof(all));
}
