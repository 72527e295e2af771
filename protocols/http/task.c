/* SPDX-License-Identifier: MIT */
/* Handlers as tasks. In a file of its own: who has none links no tasks. */
#include <bight/http_task.h>

#include <bight/alloc.h>

#include "server.h"

/* One request's, from its spawn to its end. */
struct bight__http_task {
    bight_http_exchange *x;
    const bight_http_task *task;
    bight_promise *room; /* of a write that waits; NULL: none does */
    const char *runs;    /* where the task has its name, which tells it */
};

/* -- its life -------------------------------------------------------------- */

static void let_go(struct bight__http_task *call)
{
    bight_promise *room = call->room;
    call->room = NULL;
    if (room != NULL)
        bight_promise_resolve(room, bight_value_none());
}

/* Before the server hears of it: that finishes what has no source. */
static void forget(bight_result *result, void *arg)
{
    struct bight__http_task *call = arg;
    bight_http_exchange *x = call->x;
    (void)result;
    let_go(call);
    x->task = NULL;
    bight__http_source_stop(x);
    bight_free(call);
}

static bight_error run(void *arg, bight_value *ret_value)
{
    struct bight__http_task *call = arg;
    (void)ret_value;
    call->runs = bight_task_name();
    return call->task->fn(call->task->ctx, call->x);
}

bight_deferred *bight_http_task_handler(void *task, bight_http_exchange *x)
{
    const bight_http_task *given = task;
    const bight_task_options options = {
        .size = sizeof(options),
        .name = "http",
        .stack_size = given->stack_size,
    };
    struct bight__http_task *call = bight_zalloc(sizeof(*call));
    if (call == NULL)
        return NULL;
    call->x = x;
    call->task = given;
    x->task = call;
    return bight_finally(bight_spawn(bight_http_loop(x), &options, run, call),
                         forget, call);
}

/* -- what it awaits -------------------------------------------------------- */

bight_error bight_http_await_body(bight_http_exchange *x, bight_bytes *ret_body)
{
    bight_value value;
    bight_error error = bight_await(bight_http_read_body(x), &value);
    if (!bight_failed(error))
        *ret_body = *(const bight_bytes *)value.as.pointer;
    return error;
}

static void resume(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    if (x->task != NULL)
        let_go(x->task);
}

static const bight_http_source source = {.size = sizeof(bight_http_source),
                                         .resume = resume};

/* The source tells when there is room; it stays until the task has ended. */
static bight_error await_room(bight_http_exchange *x)
{
    struct bight__http_task *call = x->task;
    let_go(call);
    bight_deferred *d =
        bight_deferred_new(bight_http_loop(x), &call->room, NULL, NULL);
    if (d != NULL && x->source == NULL) {
        bight_error error = bight_http_produce(x, &source, NULL);
        if (bight_failed(error)) {
            bight_promise_reject(call->room, error);
            call->room = NULL;
        }
    }
    return bight_await(d, NULL);
}

bight_error bight_http_await_write(bight_http_exchange *x, bight_bytes data)
{
    if (x->task == NULL || x->task->runs != bight_task_name())
        return bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                                "bight_http_await_write outside of its task");
    switch (bight_http_write(x, data)) {
    case BIGHT_WRITE_FULL:
        return x->silent ? bight_ok() : await_room(x);
    case BIGHT_WRITE_CLOSED:
        return bight_error_of(BIGHT_ERROR_CLOSED);
    case BIGHT_WRITE_READY:
        break;
    }
    return bight_ok();
}
