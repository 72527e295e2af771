/* SPDX-License-Identifier: MIT */
/* Exchanges: made, kept for the next one, handed to who answers; what they tell
 * of their request. */
#include <string.h>

#include <bight/alloc.h>

#include "server.h"

/* How many are kept for the next ones, and how much memory each may keep. */
#define POOL_MAX 256
#define KEEP_MAX ((size_t)16 * 1024)

/* -- the pool ------------------------------------------------------------- */

static bight_http_exchange *make(const bight_http_server *server)
{
    bight_http_exchange *x =
        bight_zalloc(sizeof(*x) + server->states_size * sizeof(x->states[0]));
    if (x != NULL)
        bight__http_head_init(&x->head);
    return x;
}

bight_http_exchange *bight__http_exchange_take(struct bight__http_connection *c)
{
    bight_http_server *server = c->server;
    bight_http_exchange *x = server->pool;
    if (x == NULL) {
        x = make(server);
        if (x == NULL)
            return NULL;
    } else {
        server->pool = x->next_free;
        server->pooled--;
    }
    x->connection = c;
    return x;
}

static void destroy(bight_http_exchange *x)
{
    bight__http_head_fini(&x->head);
    bight_buffer_fini(&x->kept);
    bight_buffer_fini(&x->extra);
    bight_buffer_fini(&x->coded[0]);
    bight_buffer_fini(&x->coded[1]);
    bight_free(x);
}

static void empty(bight_buffer *buffer)
{
    if (buffer->capacity > KEEP_MAX)
        bight_buffer_fini(buffer);
    else if (buffer->end > 0)
        bight_buffer_clear(buffer);
}

static void reset(bight_http_exchange *x, const bight_http_server *server)
{
    const size_t first = offsetof(bight_http_exchange, body);
    bight__http_head_reset(&x->head);
    memset((char *)x + first, 0,
           sizeof(*x) - first + server->states_size * sizeof(x->states[0]));
    if ((x->kept.capacity | x->extra.capacity | x->coded[0].capacity |
         x->coded[1].capacity) == 0)
        return; /* most never needed one */
    empty(&x->kept);
    empty(&x->extra);
    empty(&x->coded[0]);
    empty(&x->coded[1]);
}

static void give_back(bight_http_exchange *x, bight_http_server *server)
{
    if (server->pooled >= POOL_MAX) {
        destroy(x);
        return;
    }
    reset(x, server);
    x->next_free = server->pool;
    server->pool = x;
    server->pooled++;
}

void bight__http_pool_free(bight_http_server *server)
{
    while (server->pool != NULL) {
        bight_http_exchange *x = server->pool;
        server->pool = x->next_free;
        destroy(x);
    }
}

/* -- who answers ---------------------------------------------------------- */

void *bight__http_state(const bight_http_exchange *x, size_t index)
{
    const bight_http_server *server = x->connection->server;
    size_t at = 0;
    for (size_t i = 0; i < index; i++)
        at += (server->uses[i].middleware->state_size + 7) / 8;
    return (void *)(uintptr_t)&x->states[at];
}

static void log_handler(const bight_http_exchange *x, bight_error error)
{
    const bight_log_field fields[] = {
        bight_log_bytes("method", bight_http_method(x)),
        bight_log_bytes("target", bight_http_target(x)),
        bight_log_error("why", error),
    };
    bight_transport_log(x->connection->transport, BIGHT_LOG_WARNING,
                        "handler-failed", fields, 3);
}

static bight_error no_answer(void)
{
    return bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                            "the handler ended without an answer");
}

static void answer_error(bight_http_exchange *x, bight_error error)
{
    bool status = error.domain == &bight_http_domain && error.code >= 400 &&
                  error.code <= 599;
    if (!status)
        log_handler(x, error);
    if (x->answer == BIGHT__HTTP_NOT_BEGUN)
        bight_http_fail(x, status ? (unsigned)error.code : 500);
    else if (x->answer != BIGHT__HTTP_FINISHED)
        bight_transport_abort(x->connection->transport);
}

/* The connection waits for this (T36): it is still there. */
static void handled(bight_result *result, void *arg)
{
    bight_http_exchange *x = arg;
    struct bight__http_connection *c = x->connection;
    bight_error error = bight_result_error(result);
    if (c->running) { /* there was no memory to wait for it (D13) */
        x->awaited = false;
        c->closing = true;
        bight_transport_fail(c->transport,
                             bight_error_of(BIGHT_ERROR_NO_MEMORY));
        return;
    }
    c->running = true;
    if (c->closing || !bight_transport_is_open(c->transport))
        c->closing = true;
    else if (bight_failed(error))
        answer_error(x, error);
    else if (x->answer == BIGHT__HTTP_NOT_BEGUN)
        answer_error(x, no_answer());
    else if (x->source == NULL)
        bight_http_finish(x);
    x->awaited = false;
    c->running = false;
    bight__http_settle_now(c);
}

static bool ask_middleware(bight_http_exchange *x)
{
    const bight_http_server *server = x->connection->server;
    for (size_t i = 0; i < server->use_count; i++) {
        const bight_http_use *use = &server->uses[i];
        x->asked++;
        if (use->middleware->request != NULL &&
            !use->middleware->request(use->ctx, bight__http_state(x, i), x))
            return false;
    }
    return true;
}

void bight__http_exchange_handle(bight_http_exchange *x)
{
    const bight_http_server *server = x->connection->server;
    if (server->use_count > 0 && !ask_middleware(x))
        return;
    bight_deferred *d = server->handler(server->ctx, x);
    if (d != NULL) {
        x->awaited = true;
        bight_transport_own(x->connection->transport,
                            bight_finally(d, handled, x));
    } else if (x->answer == BIGHT__HTTP_NOT_BEGUN && !x->later) {
        answer_error(x, no_answer());
    }
}

void bight_http_later(bight_http_exchange *x)
{
    x->later = true;
}

/* -- the end -------------------------------------------------------------- */

void bight_http_on_end(bight_http_exchange *x, bight_http_end_fn fn, void *ctx)
{
    x->on_end = fn;
    x->end_ctx = ctx;
}

void bight__http_exchange_end(bight_http_exchange *x, bight_error error)
{
    bight_http_server *server = x->connection->server;
    x->answer = BIGHT__HTTP_FINISHED;
    if (x->source != NULL)
        bight__http_source_stop(x);
    if (x->began_ns > 0)
        bight__http_report(x, error);
    if (x->on_end != NULL)
        x->on_end(x->end_ctx, x, error);
    for (size_t i = x->asked; i > 0; i--) {
        const bight_http_use *use = &server->uses[i - 1];
        if (use->middleware->end != NULL)
            use->middleware->end(use->ctx, bight__http_state(x, i - 1), x,
                                 error);
    }
    give_back(x, server);
}
