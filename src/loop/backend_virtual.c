/* SPDX-License-Identifier: MIT */
/*
 * The backend in virtual time (L11): no descriptors; when nothing is ready the
 * clock jumps to the next deadline, so a program of many hours runs at once
 * and the same program gives the same trace.
 */
#include <bight/alloc.h>

#include "loop/dispatch.h"
#include "loop/signal.h"

struct virtual_state {
    pthread_mutex_t mutex;
    pthread_cond_t woken;
    bool wake;          /* guarded: another thread sent something */
    bool await_threads; /* jobs run: wait for them instead of returning */
};

static struct virtual_state *state_of(const bight_loop *loop)
{
    return loop->backend_state;
}

static bight_error virtual_open(bight_loop *loop, void *host)
{
    (void)host;
    struct virtual_state *state = bight_zalloc(sizeof(*state));
    if (state == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    (void)pthread_mutex_init(&state->mutex, NULL);
    (void)pthread_cond_init(&state->woken, NULL);
    loop->backend_state = state;
    return bight_ok();
}

static void dispatch(bight_loop *loop)
{
    bight__dispatch_begin(loop, loop->manual_ns / 1000000);
    if (loop->armed_ns <= loop->manual_ns)
        bight__loop_expire(loop);
    bight__dispatch_end(loop);
}

/* Whether another thread sent something; waits for it if jobs are out and
 * there is nothing else to do. */
static bool take_wake(struct virtual_state *state, bool wait)
{
    (void)pthread_mutex_lock(&state->mutex);
    while (wait && state->await_threads && !state->wake)
        (void)pthread_cond_wait(&state->woken, &state->mutex);
    bool woken = state->wake;
    state->wake = false;
    (void)pthread_mutex_unlock(&state->mutex);
    return woken;
}

/* One step: what is ready, then what other threads sent, then time. */
static bool advance(bight_loop *loop)
{
    bool due = loop->armed_ns != UINT64_MAX;
    if (take_wake(state_of(loop), !loop->polling && !due)) {
        bight__dispatch_begin(loop, 0);
        bight__loop_collect(loop);
        bight__dispatch_end(loop);
        return true;
    }
    if (loop->polling) {
        dispatch(loop);
        return true;
    }
    /* Deadlines of connections alone do not keep a real loop from waiting for
     * the network; here there is no network to wait for. */
    if (!due)
        return false;
    if (loop->armed_ns > loop->manual_ns)
        loop->manual_ns = loop->armed_ns;
    dispatch(loop);
    return true;
}

static bool virtual_run(bight_loop *loop, bool once)
{
    if (once) {
        if (take_wake(state_of(loop), false))
            bight__loop_collect(loop);
        dispatch(loop);
        return loop->polling || loop->armed_ns != UINT64_MAX;
    }
    while (!loop->stopping && loop->state != BIGHT__LOOP_CLOSED &&
           advance(loop))
        continue;
    return loop->polling;
}

static void virtual_stop(bight_loop *loop)
{
    (void)loop;
}

static uint64_t virtual_now_ns(const bight_loop *loop)
{
    return loop->manual_ns;
}

static void virtual_arm(bight_loop *loop, uint64_t due_ns, bool keep)
{
    (void)loop;
    (void)due_ns;
    (void)keep;
}

static void virtual_keep_polling(bight_loop *loop, bool on)
{
    (void)loop;
    (void)on;
}

static void virtual_wake(bight_loop *loop)
{
    struct virtual_state *state = state_of(loop);
    (void)pthread_mutex_lock(&state->mutex);
    state->wake = true;
    (void)pthread_cond_signal(&state->woken);
    (void)pthread_mutex_unlock(&state->mutex);
}

static void virtual_await_threads(bight_loop *loop, bool on)
{
    state_of(loop)->await_threads = on;
}

static void virtual_close(bight_loop *loop)
{
    bight__loop_backend_closed(loop);
}

static bool virtual_free(bight_loop *loop)
{
    struct virtual_state *state = state_of(loop);
    (void)pthread_cond_destroy(&state->woken);
    (void)pthread_mutex_destroy(&state->mutex);
    bight_free(state);
    return true;
}

static bight_error virtual_after_fork(bight_loop *loop)
{
    (void)pthread_mutex_init(&state_of(loop)->mutex, NULL);
    (void)pthread_cond_init(&state_of(loop)->woken, NULL);
    return bight_ok();
}

/* The process's signals stay out of virtual time; a test raises them. */
static bight_error virtual_signal_start(bight_loop *loop, bight_signal *signal,
                                        int signum)
{
    (void)loop;
    (void)signal;
    (void)signum;
    return bight_ok();
}

static void virtual_signal_stop(bight_loop *loop, bight_signal *signal)
{
    (void)loop;
    bight__signal_stopped(signal);
}

const struct bight__backend bight__backend_virtual = {
    .name = "virtual",
    .open = virtual_open,
    .run = virtual_run,
    .stop = virtual_stop,
    .now_ns = virtual_now_ns,
    .arm = virtual_arm,
    .keep_polling = virtual_keep_polling,
    .wake = virtual_wake,
    .await_threads = virtual_await_threads,
    .close = virtual_close,
    .free = virtual_free,
    .after_fork = virtual_after_fork,
    .signal_start = virtual_signal_start,
    .signal_stop = virtual_signal_stop,
};
