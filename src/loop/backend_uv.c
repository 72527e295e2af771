/* SPDX-License-Identifier: MIT */
/*
 * The backend on libuv, for loops of our own and for adopted ones. It keeps
 * three handles: a timer, an idle handle that makes polls not wait, and an
 * async handle for other threads. None of them keeps a host alive without
 * work: the timer is ref'd while a user's timer runs, the idle handle only
 * runs while work is queued, the async handle is ref'd while jobs run (L10).
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <bight/alloc.h>
#include <bight/uv.h>

#include "loop/signal.h"
#include "loop/uv.h"

/* More than uv_loop_init and its handles take. */
#define DESCRIPTORS 8

struct uv_state {
    uv_timer_t timer;
    uv_idle_t idle;
    uv_async_t async;
    uv_loop_t own;
    unsigned open_handles;
};

static struct uv_state *state_of(const bight_loop *loop)
{
    return loop->backend_state;
}

static void on_timer(uv_timer_t *handle)
{
    bight_loop *loop = handle->data;
    bight__uv_begin(loop);
    bight__loop_expire(loop);
    bight__dispatch_end(loop);
}

/* The end of this dispatch runs what is queued, and stops the handle if that
 * was all. */
static void on_idle(uv_idle_t *handle)
{
    bight_loop *loop = handle->data;
    bight__uv_begin(loop);
    bight__dispatch_end(loop);
}

static void on_async(uv_async_t *handle)
{
    bight_loop *loop = handle->data;
    bight__uv_begin(loop);
    bight__loop_collect(loop);
    bight__dispatch_end(loop);
}

static void on_closed(uv_handle_t *handle)
{
    bight_loop *loop = handle->data;
    if (--state_of(loop)->open_handles == 0)
        bight__loop_backend_closed(loop);
}

/* Of the three only the async handle can fail, so it goes first: an adopted
 * loop must not be left with handles that only its host's turns could close. */
static int open_handles(bight_loop *loop, struct uv_state *state)
{
    int status = uv_async_init(loop->uv, &state->async, on_async);
    if (status != 0)
        return status;
    (void)uv_timer_init(loop->uv, &state->timer);
    (void)uv_idle_init(loop->uv, &state->idle);
    state->timer.data = state->idle.data = state->async.data = loop;
    state->open_handles = 3;
    uv_unref((uv_handle_t *)&state->async);
    uv_unref((uv_handle_t *)&state->timer);
    return 0;
}

/* libuv 1.44 leaves behind the poll descriptor of a loop that it could not
 * make; 0 is what it leaves where it had none. */
/* libuv aborts where it finds no descriptors for its signals' pipes. */
static int probe_descriptors(void)
{
    int fds[DESCRIPTORS];
    int count = 0;
    int status = 0;
    while (count < DESCRIPTORS && status == 0) {
        fds[count] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        status = fds[count] < 0 ? uv_translate_sys_error(errno) : 0;
        count += fds[count] >= 0;
    }
    while (count > 0)
        (void)close(fds[--count]);
    return status;
}

static int make_own(uv_loop_t *loop)
{
    int status = probe_descriptors();
    if (status != 0)
        return status;
    status = uv_loop_init(loop);
#if UV_VERSION_HEX < 0x012d00
    if (status != 0 && uv_backend_fd(loop) > 0)
        (void)close(uv_backend_fd(loop));
#endif
    return status;
}

static bight_error uv_open(bight_loop *loop, void *host)
{
    struct uv_state *state = bight_zalloc(sizeof(*state));
    if (state == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    int status = host != NULL ? 0 : make_own(&state->own);
    if (status != 0) {
        bight_free(state);
        return bight_error_uv(status);
    }
    loop->uv = host != NULL ? host : &state->own;
    status = open_handles(loop, state);
    if (status != 0) {
        if (host == NULL)
            (void)uv_loop_close(&state->own);
        bight_free(state);
        return bight_error_uv(status);
    }
    loop->backend_state = state;
    return bight_ok();
}

static bool uv_turn(bight_loop *loop, bool once)
{
    return uv_run(loop->uv, once ? UV_RUN_NOWAIT : UV_RUN_DEFAULT) != 0;
}

static void uv_halt(bight_loop *loop)
{
    if (loop->running)
        uv_stop(loop->uv);
}

static uint64_t uv_now_ns(const bight_loop *loop)
{
    (void)loop;
    return uv_hrtime();
}

/* libuv counts from its cached time, so the absolute millisecond is what
 * makes a deadline never early (L3). But its poll waits as long as that time
 * is from the deadline: a time as old as the callback is slow would make it as
 * late. A host's time is the host's. */
static uint64_t delay_until(const bight_loop *loop, uint64_t due_ns)
{
    if (!loop->adopted)
        uv_update_time(loop->uv);
    uint64_t due_ms = due_ns / 1000000 + (due_ns % 1000000 != 0);
    uint64_t now_ms = uv_now(loop->uv);
    return due_ms > now_ms ? due_ms - now_ms : 0;
}

/* A manual clock moves only between turns: libuv's timer serves what is due
 * already. */
static void uv_arm(bight_loop *loop, uint64_t due_ns, bool keep)
{
    uv_timer_t *timer = &state_of(loop)->timer;
    bool real = loop->kind == BIGHT_LOOP_REAL;
    if (due_ns == UINT64_MAX || (!real && due_ns > loop->manual_ns)) {
        (void)uv_timer_stop(timer);
        return;
    }
    (void)uv_timer_start(timer, on_timer, real ? delay_until(loop, due_ns) : 0,
                         0);
    if (keep)
        uv_ref((uv_handle_t *)timer);
    else
        uv_unref((uv_handle_t *)timer);
}

static void uv_keep_polling(bight_loop *loop, bool on)
{
    if (on)
        (void)uv_idle_start(&state_of(loop)->idle, on_idle);
    else
        (void)uv_idle_stop(&state_of(loop)->idle);
}

static void uv_wake(bight_loop *loop)
{
    (void)uv_async_send(&state_of(loop)->async);
}

static void uv_await_threads(bight_loop *loop, bool on)
{
    if (on)
        uv_ref((uv_handle_t *)&state_of(loop)->async);
    else
        uv_unref((uv_handle_t *)&state_of(loop)->async);
}

static void uv_shut(bight_loop *loop)
{
    struct uv_state *state = state_of(loop);
    uv_close((uv_handle_t *)&state->timer, on_closed);
    uv_close((uv_handle_t *)&state->idle, on_closed);
    uv_close((uv_handle_t *)&state->async, on_closed);
}

static bool uv_state_free(bight_loop *loop)
{
    if (!loop->adopted && uv_loop_close(loop->uv) != 0)
        return false;
    bight_free(loop->backend_state);
    return true;
}

static bight_error uv_after_fork(bight_loop *loop)
{
    int status = uv_loop_fork(loop->uv);
    /* libuv 1.44 keeps a wake-up that was under way as pending, though its
     * descriptor is new and empty: no later one would be sent. */
    state_of(loop)->async.pending = 0;
    return bight_error_uv(status);
}

static void on_signal(uv_signal_t *handle, int signum)
{
    (void)signum;
    bight_signal *signal = handle->data;
    bight_loop *loop = bight__signal_loop(signal);
    bight__uv_begin(loop);
    bight__signal_raised(signal);
    bight__dispatch_end(loop);
}

static void on_signal_closed(uv_handle_t *handle)
{
    bight_signal *signal = handle->data;
    bight_free(handle);
    bight__signal_stopped(signal);
}

static bight_error uv_signal_begin(bight_loop *loop, bight_signal *signal,
                                   int signum)
{
    uv_signal_t *handle = bight_alloc(sizeof(*handle));
    if (handle == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    int status =
        bight__loop_fault(loop) ? UV_EMFILE : uv_signal_init(loop->uv, handle);
    if (status != 0) {
        bight_free(handle);
        return bight_error_uv(status);
    }
    handle->data = signal;
    *bight__signal_handle(signal) = handle;
    uv_unref((uv_handle_t *)handle);
    status = uv_signal_start(handle, on_signal, signum);
    return bight_error_uv(status);
}

static void uv_signal_end(bight_loop *loop, bight_signal *signal)
{
    (void)loop;
    uv_close(*bight__signal_handle(signal), on_signal_closed);
}

const struct bight__backend bight__backend_uv = {
    .name = "libuv",
    .open = uv_open,
    .run = uv_turn,
    .stop = uv_halt,
    .now_ns = uv_now_ns,
    .arm = uv_arm,
    .keep_polling = uv_keep_polling,
    .wake = uv_wake,
    .await_threads = uv_await_threads,
    .close = uv_shut,
    .free = uv_state_free,
    .after_fork = uv_after_fork,
    .signal_start = uv_signal_begin,
    .signal_stop = uv_signal_end,
};

bight_error bight_loop_adopt(uv_loop_t *host, const bight_loop_options *options,
                             bight_loop **ret_loop)
{
    if (options != NULL && options->kind == BIGHT_LOOP_VIRTUAL)
        return bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                                "a virtual loop has no host");
    return bight__loop_make(options, host, ret_loop);
}

uv_loop_t *bight_loop_uv(bight_loop *loop)
{
    return loop->uv;
}

const char *bight_loop_uv_version(void)
{
    return uv_version_string();
}
