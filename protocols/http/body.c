/* SPDX-License-Identifier: MIT */
/* Bodies of requests: kept, streamed or dropped. Until somebody asks for it a
 * body stays where it is, and the client is not read from. */
#include "grown.h"
#include "server.h"

/* What is read of a body that nobody wants, so that the connection lives. */
#define DROP_MAX ((uint64_t)256 * 1024)

/* -- what is to happen to it ---------------------------------------------- */

bool bight__http_body_wanted(const bight_http_exchange *x)
{
    return !x->heard || x->head.framing == BIGHT__HTTP_NO_BODY ||
           (x->body != BIGHT__HTTP_UNREAD && !x->paused);
}

/* A client that waits for 100 may never send it. */
bool bight__http_body_droppable(const bight_http_exchange *x)
{
    if (x->complete || x->head.framing == BIGHT__HTTP_NO_BODY)
        return true;
    if (x->head.continues && !x->continued)
        return false;
    return x->body != BIGHT__HTTP_UNREAD ||
           (x->head.framing == BIGHT__HTTP_LENGTH &&
            x->head.length <= DROP_MAX);
}

static void flow(bight_http_exchange *x)
{
    struct bight__http_connection *c = x->connection;
    if (x->complete || c->closing)
        return;
    x->mark = c->reader.taken;
    x->stalled = c->server->second;
    x->spared = 0;
    if (c->phase != BIGHT__HTTP_DONE)
        bight__http_clock_enter(c, BIGHT__HTTP_FLOW);
    bight__http_wake(c);
}

void bight__http_body_go_on(bight_http_exchange *x)
{
    if (x->body != BIGHT__HTTP_UNREAD)
        flow(x);
}

void bight__http_body_stall(struct bight__http_connection *c, bool *flag)
{
    bight_http_exchange *x = c->exchange;
    if (x != NULL && !x->paused && !c->full)
        x->stalled = c->server->second;
    *flag = true;
}

void bight__http_body_spare(struct bight__http_connection *c, bool *flag)
{
    bight_http_exchange *x = c->exchange;
    bool stalled = *flag;
    *flag = false;
    if (stalled && x != NULL && !x->paused && !c->full)
        x->spared += c->server->second - x->stalled;
}

void bight__http_body_drop(bight_http_exchange *x)
{
    x->body = BIGHT__HTTP_DROPPED;
    x->drop_end = x->connection->reader.taken + DROP_MAX;
    x->paused = false;
    flow(x);
}

/* RFC 9110, 10.1.1: only who is about to read asks for more. */
static void tell_to_go_on(bight_http_exchange *x)
{
    if (!x->head.continues || x->continued)
        return;
    x->continued = true;
    if (x->answer == BIGHT__HTTP_NOT_BEGUN)
        (void)bight_transport_write(
            x->connection->transport,
            BIGHT_BYTES("HTTP/1.1 100 Continue\r\n\r\n"));
}

/* -- kept ----------------------------------------------------------------- */

static const struct bight__http_fault too_large = {
    413, "RFC 9110, 15.5.14", "the body is larger than the limit"};

static void give_whole(bight_http_exchange *x)
{
    bight_promise *promise = x->reading;
    x->reading = NULL;
    x->whole = bight_buffer_bytes(&x->kept);
    bight_promise_resolve(promise, bight_value_pointer(&x->whole, NULL));
}

static bight_deferred *refuse_body(bight_http_exchange *x)
{
    bight_http_fail(x, 413);
    return bight_deferred_rejected(bight_http_loop(x), bight_http_error(413));
}

bight_deferred *bight_http_read_body(bight_http_exchange *x)
{
    bight_loop *loop = bight_http_loop(x);
    uint64_t length = bight_http_body_length(x);
    if (x->connection->closing)
        return bight_deferred_rejected(loop,
                                       bight_error_of(BIGHT_ERROR_CLOSED));
    if (x->body != BIGHT__HTTP_UNREAD)
        return bight_deferred_rejected(loop, bight_error_of(BIGHT_ERROR_USAGE));
    if (length != UINT64_MAX && length > x->connection->server->limits.body)
        return refuse_body(x);
    bight_deferred *d = bight_deferred_new(loop, &x->reading, NULL, NULL);
    if (d == NULL)
        return NULL;
    x->body = BIGHT__HTTP_KEPT;
    tell_to_go_on(x);
    if (x->head.framing == BIGHT__HTTP_NO_BODY)
        give_whole(x);
    else
        flow(x);
    return d;
}

static void keep(bight_http_exchange *x, bight_bytes data)
{
    struct bight__http_connection *c = x->connection;
    if (x->reading == NULL)
        return;
    if (x->kept.end - x->kept.start + data.size > c->server->limits.body) {
        bight__http_refuse(c, &too_large);
        return;
    }
    bight_error error = bight_buffer_append(&x->kept, data);
    if (bight_failed(error))
        bight__http_body_fail(x, error);
}

/* -- streamed ------------------------------------------------------------- */

bight_error bight_http_stream_body(bight_http_exchange *x,
                                   const bight_http_sink *sink, void *ctx)
{
    if (x->connection->closing)
        return bight_error_of(BIGHT_ERROR_CLOSED);
    if (x->body != BIGHT__HTTP_UNREAD || x->ended)
        return bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                                "the body was asked for before");
    x->body = BIGHT__HTTP_STREAMED;
    x->sink = sink;
    x->sink_ctx = ctx;
    x->later = true;
    tell_to_go_on(x);
    if (x->complete)
        bight__http_settle(x->connection);
    flow(x);
    return bight_ok();
}

void bight_http_pause_body(bight_http_exchange *x)
{
    bight__http_body_stall(x->connection, &x->paused);
}

void bight_http_resume_body(bight_http_exchange *x)
{
    bight__http_body_spare(x->connection, &x->paused);
    bight__http_wake(x->connection);
}

static void end_sink(bight_http_exchange *x, bight_error error)
{
    if (x->sink == NULL || x->ended)
        return;
    x->ended = true;
    if (BIGHT__HTTP_HAS(x->sink, end))
        x->sink->end(x->sink_ctx, x, error);
}

void bight__http_body_tell(bight_http_exchange *x)
{
    if (x->complete)
        end_sink(x, bight_ok());
}

void bight__http_body_leave(bight_http_exchange *x)
{
    end_sink(x, bight_error_of(BIGHT_ERROR_CANCELLED));
}

/* -- as it comes ---------------------------------------------------------- */

void bight__http_body_data(bight_http_exchange *x, bight_bytes data)
{
    x->received += data.size;
    if (x->limited && x->received > x->most) {
        bight__http_refuse(x->connection, &too_large);
        return;
    }
    if (x->body == BIGHT__HTTP_KEPT)
        keep(x, data);
    else if (x->body == BIGHT__HTTP_STREAMED && !x->ended &&
             BIGHT__HTTP_HAS(x->sink, data))
        x->sink->data(x->sink_ctx, x, data);
    else if (x->body == BIGHT__HTTP_DROPPED &&
             x->connection->reader.taken > x->drop_end)
        bight__http_close_unread(x->connection);
}

void bight__http_body_end(bight_http_exchange *x)
{
    struct bight__http_connection *c = x->connection;
    if (c->phase == BIGHT__HTTP_FLOW)
        bight__http_clock_enter(c, BIGHT__HTTP_BUSY);
    if (x->reading != NULL)
        give_whole(x);
    end_sink(x, bight_ok());
}

void bight__http_body_fail(bight_http_exchange *x, bight_error error)
{
    bight_promise *promise = x->reading;
    x->reading = NULL;
    if (promise != NULL)
        bight_promise_reject(promise, error);
    end_sink(x, error);
}
