/* SPDX-License-Identifier: MIT */
/*
 * The protocol: from octets to exchanges, one at a time. Octets behind a
 * request that is still being answered are put back, and reading rests; so a
 * pipeline is as long as what the transport holds, and answers keep the order.
 */
#include "server.h"

#include <bight/report.h>

/* -- the end -------------------------------------------------------------- */

void bight__http_close(struct bight__http_connection *c)
{
    if (c->closing)
        return;
    c->closing = true;
    bight__http_clock_enter(c, BIGHT__HTTP_BUSY);
    bight_transport_close(c->transport);
}

/* A client that writes all before it reads has to get rid of its body, else a
 * reset takes the answer from it: so reading goes on for as long as that comes,
 * and no longer than clock.c lets it. What comes is dropped. */
void bight__http_close_unread(struct bight__http_connection *c)
{
    if (c->closing)
        return;
    c->closing = true;
    bight__http_clock_enter(c, BIGHT__HTTP_LEFT);
    if (bight_failed(bight_transport_write_eof(c->transport)))
        bight_transport_close(c->transport);
    else if (c->held)
        bight_transport_resume_reading(c->transport, BIGHT_HOLD_FRAMER);
}

/* Who waits for 100 sends nothing. */
static bool sends_on(const bight_http_exchange *x)
{
    return x->heard && !x->complete && (!x->head.continues || x->continued);
}

static void log_fault(const struct bight__http_connection *c,
                      const struct bight__http_fault *fault)
{
    const bight_log_field fields[] = {
        bight_log_uint("status", fault->status),
        bight_log_text("why", fault->text),
        bight_log_text("rule", fault->rule),
    };
    bight_transport_log(c->transport, BIGHT_LOG_INFO, "bad-request", fields, 3);
}

/* Whatever was begun cannot be ended as it should be. */
void bight__http_refuse(struct bight__http_connection *c,
                        const struct bight__http_fault *fault)
{
    bight_http_exchange *x = c->exchange;
    log_fault(c, fault);
    if (x != NULL && x->answer != BIGHT__HTTP_NOT_BEGUN &&
        x->answer != BIGHT__HTTP_FINISHED) {
        c->closing = true;
        bight_transport_abort(c->transport);
        return;
    }
    if (x == NULL || x->answer == BIGHT__HTTP_NOT_BEGUN)
        bight__http_answer_fault(c, fault->status);
    if (x != NULL) {
        x->status = x->status > 0 ? x->status : (uint16_t)fault->status;
        x->answer = BIGHT__HTTP_FINISHED;
        bight__http_body_fail(x, bight_http_error(fault->status));
    }
    if (x != NULL && sends_on(x) && fault->status != 408)
        bight__http_close_unread(c);
    else
        bight__http_close(c);
}

/* -- reading -------------------------------------------------------------- */

static inline bool may_read(const struct bight__http_connection *c)
{
    const bight_http_exchange *x = c->exchange;
    if (c->closing || c->full || (x == NULL && c->last))
        return false;
    return x == NULL || (!x->complete && bight__http_body_wanted(x));
}

static bool begin(struct bight__http_connection *c)
{
    c->exchange = bight__http_exchange_take(c);
    if (c->exchange != NULL)
        return true;
    c->closing = true;
    bight_transport_fail(c->transport, bight_error_of(BIGHT_ERROR_NO_MEMORY));
    return false;
}

/* Without a body the request is complete before it is handled, and its end is
 * told behind that. */
static void on_head(struct bight__http_connection *c)
{
    bight_http_exchange *x = c->exchange;
    x->heard = true;
    x->complete = x->head.framing == BIGHT__HTTP_NO_BODY;
    if (x->complete)
        bight__http_reader_end(&c->reader);
    bight__http_clock_enter(c, BIGHT__HTTP_BUSY);
    if (c->reported)
        x->began_ns = bight_loop_now_ns(c->server->loop);
    if (x->head.unknown_expectation)
        bight_http_fail(x, 417);
    else
        bight__http_exchange_handle(x);
    if (x->complete && x->body != BIGHT__HTTP_UNREAD)
        bight__http_body_end(x);
}

/* A client that said so sends no more: its eof need not be waited for (T23).
 * What it sent all the same has to be read, else a reset might overtake the
 * answer. */
static bool is_last_word(const struct bight__http_connection *c,
                         const bight_http_exchange *x, bight_bytes behind)
{
    return x->complete && !x->head.keep_alive && behind.size == 0 && !c->held;
}

static void end(struct bight__http_connection *c, bool now)
{
    if (c->unread)
        bight__http_close_unread(c);
    bight__http_close(c);
    if (now)
        bight_transport_close_now(c->transport);
}

/* The exchange is over for both sides. */
static inline void finish(struct bight__http_connection *c, bight_bytes behind)
{
    bight_http_exchange *x = c->exchange;
    if (x == NULL || x->answer != BIGHT__HTTP_FINISHED)
        return;
    if (x->source != NULL)
        bight__http_source_stop(x);
    if (!x->complete)
        bight__http_body_leave(x);
    if (x->awaited)
        return;
    if (!x->complete && !c->last && !c->closing)
        return; /* its body is being dropped */
    bool now = false;
    if (c->last) {
        now = is_last_word(c, x, behind);
        c->unread = sends_on(x);
    }
    c->exchange = NULL;
    c->requests++;
    if (x->body != BIGHT__HTTP_UNREAD)
        bight__http_body_fail(x, bight_error_of(BIGHT_ERROR_CANCELLED));
    bight__http_exchange_end(x, bight_ok());
    if (c->last && !c->full)
        end(c, now);
    else if (!c->closing)
        bight__http_clock_enter(c,
                                c->full ? BIGHT__HTTP_BUSY : BIGHT__HTTP_IDLE);
}

/* What was answered has left: until then the write timeout alone counts, since
 * a slow reader may take its time. */
static void go_idle(struct bight__http_connection *c)
{
    if (c->exchange != NULL || c->closing)
        return;
    if (c->last)
        end(c, false);
    else
        bight__http_clock_enter(c, BIGHT__HTTP_IDLE);
}

/* The rest comes again, in front of what will be read. */
static void hold(struct bight__http_connection *c, bight_bytes data)
{
    c->held = true;
    bight_transport_pause_reading(c->transport, BIGHT_HOLD_FRAMER);
    bight_error error = bight_transport_unread(c->transport, data);
    if (bight_failed(error))
        bight_transport_fail(c->transport, error);
}

/* The next protocol begins with it (T33). */
static void hand_over(struct bight__http_connection *c, bight_bytes data)
{
    bight_error error = bight_transport_unread(c->transport, data);
    if (bight_failed(error))
        bight_transport_fail(c->transport, error);
}

static bool take_event(struct bight__http_connection *c, bight_bytes *data)
{
    bight_bytes piece;
    bight_http_exchange *x = c->exchange;
    switch (bight__http_reader_step(&c->reader, &x->head, data, &piece)) {
    case BIGHT__HTTP_MORE:
        if (c->phase == BIGHT__HTTP_IDLE &&
            !bight__http_reader_is_idle(&c->reader))
            bight__http_clock_enter(c, BIGHT__HTTP_SOME);
        return false;
    case BIGHT__HTTP_HEAD:
        on_head(c);
        break;
    case BIGHT__HTTP_DATA:
        bight__http_body_data(x, piece);
        break;
    case BIGHT__HTTP_END:
        x->complete = true;
        bight__http_body_end(x);
        break;
    case BIGHT__HTTP_CLOSED:
        *data = bight_bytes_of(NULL, 0);
        return false;
    case BIGHT__HTTP_FAIL:
        bight__http_refuse(c, c->reader.fault);
        return false;
    }
    finish(c, *data);
    return true;
}

static void data_received(void *self, bight_transport *t, bight_bytes data)
{
    struct bight__http_connection *c = self;
    (void)t;
    c->running = true;
    c->came = true;
    while ((data.size > 0 || c->exchange != NULL) && may_read(c)) {
        if (c->exchange == NULL && !begin(c))
            break;
        if (!take_event(c, &data))
            break;
    }
    c->running = false;
    if (data.size > 0 && c->switched)
        hand_over(c, data);
    else if (data.size > 0 && !c->closing)
        hold(c, data);
}

void bight__http_wake(struct bight__http_connection *c)
{
    if (!c->held || !may_read(c))
        return;
    c->held = false;
    bight_transport_resume_reading(c->transport, BIGHT_HOLD_FRAMER);
}

void bight__http_settle_now(struct bight__http_connection *c)
{
    c->running = true;
    if (c->exchange != NULL)
        bight__http_body_tell(c->exchange);
    c->running = false;
    finish(c, bight_bytes_of(NULL, 0));
    bight__http_wake(c);
}

/* Verbs call nobody back. */
void bight__http_settle(struct bight__http_connection *c)
{
    if (c->running || c->closing || c->exchange == NULL ||
        c->phase == BIGHT__HTTP_DONE)
        return;
    bight__http_clock_enter(c, BIGHT__HTTP_DONE);
    bight_timer_start(c->server->settler, 0);
}

/* -- the transport's calls ------------------------------------------------ */

static void connection_made(void *self, bight_transport *t)
{
    struct bight__http_connection *c = self;
    bight_http_server *const *server = bight_transport_shared(t);
    c->transport = t;
    c->server = *server;
    c->reported = bight_transport_is_reported(t);
    bight__http_reader_init(&c->reader, BIGHT__HTTP_REQUESTS,
                            &c->server->reading);
    bight__http_clock_add(c);
}

/* Only its end says that such an answer is complete (T25). */
static bool is_cut_short(const bight_http_exchange *x)
{
    return x != NULL && x->answer == BIGHT__HTTP_TO_THE_CLOSE && !x->silent;
}

/* Who sends no more may wait for the answer, or have gone: to one that was
 * begun the wire tells which. What was answered already is flushed. */
static bool eof_received(void *self, bight_transport *t)
{
    struct bight__http_connection *c = self;
    const bight_http_exchange *x = c->exchange;
    c->last = true;
    if (x != NULL && x->complete && c->server->limits.half_close_ms > 0) {
        c->eof = true;
        if (x->answer == BIGHT__HTTP_NOT_BEGUN && c->phase != BIGHT__HTTP_DONE)
            bight__http_clock_enter(c, BIGHT__HTTP_HALF);
        return true;
    }
    c->closing = true;
    if (is_cut_short(x))
        bight_transport_abort(t);
    return false;
}

static void pause_writing(void *self, bight_transport *t)
{
    struct bight__http_connection *c = self;
    bight__http_body_stall(c, &c->full);
    if (c->patient || c->server->limits.write_timeout_ms == 0)
        return;
    c->patient = !bight_failed(bight_transport_set_timeout(
        t, BIGHT_TIMEOUT_WRITE, c->server->limits.write_timeout_ms));
}

static void resume_writing(void *self, bight_transport *t)
{
    struct bight__http_connection *c = self;
    (void)t;
    bight__http_body_spare(c, &c->full);
    go_idle(c);
    bight__http_settle_now(c);
}

static void connection_lost(void *self, bight_transport *t, bight_error why)
{
    struct bight__http_connection *c = self;
    bight_http_exchange *x = c->exchange;
    (void)t;
    c->closing = true;
    bight__http_clock_remove(c);
    if (x == NULL)
        return;
    bight_error error =
        x->answer == BIGHT__HTTP_FINISHED && x->complete ? bight_ok() : why;
    c->exchange = NULL;
    bight__http_body_fail(x, why);
    bight__http_exchange_end(x, error);
}

/* Idle ones have nothing to lose; of the others the answer says it. */
static void draining(void *self, bight_transport *t)
{
    struct bight__http_connection *c = self;
    (void)t;
    c->last = true;
    if (c->phase == BIGHT__HTTP_IDLE)
        bight__http_close(c);
    else if (c->phase == BIGHT__HTTP_LEFT)
        bight_transport_close(c->transport);
}

const bight_protocol bight_http_protocol = {
    .size = sizeof(bight_protocol),
    .name = "http",
    .state_size = sizeof(struct bight__http_connection),
    .connection_made = connection_made,
    .data_received = data_received,
    .eof_received = eof_received,
    .pause_writing = pause_writing,
    .resume_writing = resume_writing,
    .connection_lost = connection_lost,
    .draining = draining,
};
