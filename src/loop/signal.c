/* SPDX-License-Identifier: MIT */
/* Signals: one owner per process and number (L15). */
#include "loop/signal.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>

#include <bight/alloc.h>

#include "loop/dispatch.h"

#define SIGNALS 65

struct bight_signal {
    struct bight__ready ready;
    struct bight__resource resource;
    bight_loop *loop;
    bight_call_fn fn;
    void *ctx;
    void *handle;
    int signum;
    bool queued;  /* the entry is in the ready queue */
    bool started; /* the backend holds it */
    bool freed;   /* by its owner: call back no more, go when let go of */
};

static atomic_bool taken[SIGNALS];

bight_loop *bight__signal_loop(const bight_signal *signal)
{
    return signal->loop;
}

void **bight__signal_handle(bight_signal *signal)
{
    return &signal->handle;
}

static void release_if_done(bight_signal *signal)
{
    if (signal->freed && !signal->queued && !signal->started)
        bight_free(signal);
}

static void signal_run(struct bight__ready *entry)
{
    bight_signal *signal = bight__container(entry, bight_signal, ready);
    signal->queued = false;
    if (!signal->freed)
        signal->fn(signal->ctx);
    else
        release_if_done(signal);
}

void bight__signal_raised(bight_signal *signal)
{
    if (signal->queued)
        return;
    signal->queued = true;
    bight__ready_push(signal->loop, &signal->ready);
}

/* Gives the number back to the process, once. */
static void give_back(bight_signal *signal)
{
    if (signal->signum != 0)
        atomic_store(&taken[signal->signum], false);
    signal->signum = 0;
}

void bight__signal_stopped(bight_signal *signal)
{
    signal->started = false;
    bight__resource_remove(signal->loop, &signal->resource);
    release_if_done(signal);
}

static void signal_end(struct bight__resource *resource)
{
    bight_signal *signal = bight__container(resource, bight_signal, resource);
    if (signal->signum == 0)
        return;
    give_back(signal);
    signal->loop->backend->signal_stop(signal->loop, signal);
}

static size_t signal_describe(const struct bight__resource *resource, char *buf,
                              size_t size)
{
    const bight_signal *signal =
        bight__container(resource, const bight_signal, resource);
    return (size_t)snprintf(buf, size, "signal %d", signal->signum);
}

/* One that was given back is on its way out. */
static void signal_report(struct bight__resource *resource,
                          struct bight__survivors *survivors)
{
    const bight_signal *signal =
        bight__container(resource, bight_signal, resource);
    char name[32];
    if (signal->signum == 0)
        return;
    (void)signal_describe(resource, name, sizeof(name));
    bight__survivors_add(survivors, resource->ops->kind, name,
                         resource->made_at,
                         bight__loop_now_ms(signal->loop) - resource->made_ms);
}

static const struct bight__resource_ops signal_resource = {
    .kind = "signal",
    .describe = signal_describe,
    .end = signal_end,
    .report = signal_report};

static bight_error start(bight_signal *signal, const void *made_at)
{
    bight_loop *loop = signal->loop;
    bight_error error =
        loop->backend->signal_start(loop, signal, signal->signum);
    signal->started = signal->handle != NULL || !bight_failed(error);
    if (signal->started)
        bight__resource_add(loop, &signal->resource, &signal_resource, made_at);
    return error;
}

bight_error bight_signal_new(bight_loop *loop, int signum, bight_call_fn fn,
                             void *ctx, bight_signal **ret_signal)
{
    bight__loop_check(loop);
    if (loop->state != BIGHT__LOOP_OPEN)
        return bight_error_of(BIGHT_ERROR_CLOSED);
    if (signum < 1 || signum >= SIGNALS)
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "there is no signal %d", signum);
    bight_signal *signal = bight_zalloc(sizeof(*signal));
    if (signal == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    if (atomic_exchange(&taken[signum], true)) {
        bight_free(signal);
        return bight_error_note(bight_error_of(BIGHT_ERROR_BUSY),
                                "another loop owns signal %d", signum);
    }
    signal->ready.run = signal_run;
    signal->loop = loop;
    signal->signum = signum;
    signal->fn = fn;
    signal->ctx = ctx;
    bight_error error = start(signal, __builtin_return_address(0));
    if (bight_failed(error)) {
        bight_signal_free(signal);
        return error;
    }
    *ret_signal = signal;
    return bight_ok();
}

void bight_signal_free(bight_signal *signal)
{
    if (signal == NULL)
        return;
    bight__loop_check(signal->loop);
    signal->freed = true;
    if (signal->started && signal->signum != 0) {
        give_back(signal);
        signal->loop->backend->signal_stop(signal->loop, signal);
        return;
    }
    give_back(signal);
    release_if_done(signal);
}
