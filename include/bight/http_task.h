/* SPDX-License-Identifier: MIT */
/** @file
 * Handlers as tasks: one for each request, which awaits what it needs, and is
 * cancelled when its client goes.
 *
 *     static bight_error delay(void *ctx, bight_http_exchange *x)
 *     {
 *         bight_error e = bight_sleep(1000);
 *         if (!bight_failed(e))
 *             bight_http_answer(x, 200, "text/plain", BIGHT_BYTES("late\n"));
 *         return e;
 *     }
 *     static bight_http_task delay_task = {.size = sizeof(bight_http_task),
 *                                          .fn = delay};
 *     ... .handler = bight_http_task_handler, .ctx = &delay_task ...
 */
#ifndef BIGHT_HTTP_TASK_H
#define BIGHT_HTTP_TASK_H

#include <bight/http_exchange.h>
#include <bight/task.h>

BIGHT_BEGIN_DECLS

/**
 * Answers a request, in a task. When it returns, an answer that was begun is
 * finished; an error before that is answered by its status (bight_http_error)
 * or 500, one behind it cuts the answer off. The exchange stays until then, but
 * no longer than the linger timeout once the client is gone, which a
 * BIGHT_SHIELD must not outlast.
 */
typedef bight_error (*bight_http_task_fn)(void *ctx, bight_http_exchange *x);

/** What the handler's ctx points to; lent as long as the server. */
typedef struct bight_http_task {
    size_t size; /**< sizeof(bight_http_task) */
    bight_http_task_fn fn;
    void *ctx;
    size_t stack_size; /**< 0: 64 KiB */
} bight_http_task;

/** A bight_http_handler_fn, for a server or a route. `task` is a
 * `const bight_http_task *`. */
BIGHT_API bight_deferred *bight_http_task_handler(void *task,
                                                  bight_http_exchange *x);

/** Waits for the body and lends it until the exchange's end: as
 * bight_http_read_body. An error of bight_http_domain is to be returned. */
BIGHT_API bight_error bight_http_await_body(bight_http_exchange *x,
                                            bight_bytes *ret_body);

/**
 * Writes some of the body of an answer that was begun by bight_http_start, and
 * suspends while the client is slower. Only in the exchange's own task (USAGE).
 * The bytes are taken also if it returns CANCELLED or TIMED_OUT. CLOSED: they
 * were not. NO_MEMORY.
 */
BIGHT_API bight_error bight_http_await_write(bight_http_exchange *x,
                                             bight_bytes data);

BIGHT_END_DECLS

#endif
