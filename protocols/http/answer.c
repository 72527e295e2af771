/* SPDX-License-Identifier: MIT */
/* Answers: the head, and how the body's end is told (RFC 9112, 6). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "grown.h"
#include "octets.h"
#include "server.h"

/* -- the head ------------------------------------------------------------- */

/* What fits leaves in one piece with a short body; fields that a handler set
 * are pieces of their own. */
#define HEAD_MAX 1024

struct out {
    uint8_t bytes[HEAD_MAX];
    size_t used;
};

/* All of these answer where to go on. */
static inline uint8_t *put(uint8_t *at, const void *data, size_t size)
{
    memcpy(at, data, size);
    return at + size;
}

#define PUT(at, literal) put(at, literal, sizeof(literal) - 1)

static inline uint8_t *put_number(uint8_t *at, uint64_t number)
{
    size_t digits = 1;
    for (uint64_t rest = number; rest > 9; rest /= 10)
        digits++;
    uint8_t *end = at + digits;
    for (at = end; digits > 0; digits--) {
        *--at = (uint8_t)('0' + number % 10);
        number /= 10;
    }
    return end;
}

/* One that would break the head is left out (RFC 9112, 11.1). */
static inline uint8_t *put_type(uint8_t *at, const char *type)
{
    size_t size = type != NULL ? strlen(type) : 0;
    const uint8_t *octets = (const uint8_t *)type;
    const uint8_t *end = octets + size;
    if (size == 0 || size > 256 || bight__http_skip_text(octets, end) != end)
        return at;
    at = PUT(at, "Content-Type: ");
    at = put(at, type, size);
    return PUT(at, "\r\n");
}

static inline uint8_t *put_length(uint8_t *at, uint64_t length)
{
    at = PUT(at, "Content-Length: ");
    at = put_number(at, length);
    return PUT(at, "\r\n");
}

static inline uint8_t *put_framing(uint8_t *at, const bight_http_exchange *x)
{
    bool none = x->status == 204 || x->status == 304 || x->status < 200;
    if (none)
        return at;
    if (x->status == 205)
        return put_length(at, 0);
    if (x->length != BIGHT_HTTP_LENGTH_UNKNOWN)
        return put_length(at, x->length);
    return x->head.minor == 1 ? PUT(at, "Transfer-Encoding: chunked\r\n") : at;
}

static inline uint8_t *put_connection(uint8_t *at, const bight_http_exchange *x)
{
    if (x->connection->last)
        return PUT(at, "Connection: close\r\n");
    return x->head.minor == 0 ? PUT(at, "Connection: keep-alive\r\n") : at;
}

/* Of a 200 all of it lies together. */
static inline uint8_t *put_common(uint8_t *at, const bight_http_server *server,
                                  unsigned status)
{
    char unknown[32];
    size_t skip = server->line_size;
    if (status == 200)
        return put(at, server->common, server->common_size);
    bight_bytes line = bight__http_status_line(status, unknown);
    at = put(at, line.data, line.size);
    return put(at, server->common + skip, server->common_size - skip);
}

static inline void put_head(struct out *out, const bight_http_exchange *x)
{
    uint8_t *at = put_common(out->bytes, x->connection->server, x->status);
    if (!bight__http_is_set(x, "Content-Type"))
        at = put_type(at, x->type);
    at = put_framing(at, x);
    at = put_connection(at, x);
    out->used = (size_t)(at - out->bytes);
}

/* Small ones leave in one piece. */
static inline bight_write_status send_head(bight_http_exchange *x,
                                           struct out *out, bight_bytes body)
{
    bight_transport *t = x->connection->transport;
    if (x->extra.end == 0 && out->used + 2 + body.size <= HEAD_MAX) {
        uint8_t *at = PUT(out->bytes + out->used, "\r\n");
        if (body.size > 0)
            at = put(at, body.data, body.size);
        return bight_transport_write(
            t, bight_bytes_of(out->bytes, (size_t)(at - out->bytes)));
    }
    const bight_bytes pieces[] = {bight_bytes_of(out->bytes, out->used),
                                  bight_buffer_bytes(&x->extra),
                                  BIGHT_BYTES("\r\n"), body};
    return bight_transport_writev(t, pieces, 4);
}

/* -- the beginning -------------------------------------------------------- */

/* Last to first: the first is the outermost. */
static void ask_middleware(bight_http_exchange *x)
{
    const bight_http_server *server = x->connection->server;
    for (size_t i = x->asked; i > 0; i--) {
        const bight_http_use *use = &server->uses[i - 1];
        bool transforms = false;
        if (use->middleware->answer == NULL)
            continue;
        use->middleware->answer(use->ctx, bight__http_state(x, i - 1), x,
                                &x->length, &transforms);
        if (transforms && !x->silent && use->middleware->transform != NULL)
            x->coders |= UINT64_C(1) << (i - 1);
    }
}

static inline void choose_framing(bight_http_exchange *x)
{
    struct bight__http_connection *c = x->connection;
    if (x->length != BIGHT_HTTP_LENGTH_UNKNOWN) {
        x->answer = BIGHT__HTTP_LENGTH_KNOWN;
    } else if (x->head.minor == 1) {
        x->answer = BIGHT__HTTP_IN_CHUNKS;
    } else {
        x->answer = BIGHT__HTTP_TO_THE_CLOSE;
        c->last = c->last || !x->silent;
    }
}

/* What follows is for no HTTP server, says the client (RFC 9110, 9.3.6). */
static bool is_tunnel(const bight_http_exchange *x)
{
    return x->head.form == BIGHT__HTTP_AUTHORITY && x->status < 300;
}

/* Whether another request may follow, which the head tells. */
static inline void choose_persistence(bight_http_exchange *x)
{
    struct bight__http_connection *c = x->connection;
    int64_t most = c->server->limits.requests;
    if (is_tunnel(x) || !x->head.keep_alive || !bight__http_body_droppable(x) ||
        (most > 0 && c->requests + 1 >= most))
        c->last = true;
}

static inline void begin(bight_http_exchange *x, unsigned status,
                         const char *type, uint64_t length)
{
    x->status = (uint16_t)status;
    x->type = type;
    x->length = length;
    x->silent = status == 204 || status == 205 || status == 304 ||
                x->head.method_number == BIGHT__HTTP_METHOD_HEAD;
    if (x->asked > 0)
        ask_middleware(x);
    if (status == 304)
        x->type = NULL; /* it is told to middleware only */
}

/* With what is known now: fields are not set any more. */
static inline void make_head(bight_http_exchange *x, struct out *out)
{
    choose_persistence(x);
    choose_framing(x);
    put_head(out, x);
    x->type = NULL;
}

/* Only bight_http_switch makes a tunnel (RFC 9110, 9.3.6). */
static unsigned allowed(const bight_http_exchange *x, unsigned status)
{
    bool grants = x->head.form == BIGHT__HTTP_AUTHORITY && status < 300;
    return grants ? 501 : status;
}

static bool may_begin(const bight_http_exchange *x)
{
    return x->answer == BIGHT__HTTP_NOT_BEGUN && !x->connection->closing;
}

/* Nothing more is written. What the request still holds is read and dropped, if
 * that is little. */
static inline void complete(bight_http_exchange *x)
{
    bool to_the_close = x->answer == BIGHT__HTTP_TO_THE_CLOSE;
    x->answer = BIGHT__HTTP_FINISHED;
    if (x->source != NULL)
        bight_transport_unregister_producer(x->connection->transport);
    if (to_the_close && !x->silent)
        x->connection->last = true;
    if (!x->complete && !x->connection->last)
        bight__http_body_drop(x);
    bight__http_settle(x->connection);
}

/* What was promised cannot be kept: nobody may take it for all (T25). */
static bight_write_status break_off(bight_http_exchange *x, const char *why)
{
    const bight_log_field field = bight_log_text("why", why);
    bight_transport_log(x->connection->transport, BIGHT_LOG_WARNING,
                        "answer-broken-off", &field, 1);
    x->connection->closing = true;
    bight_transport_abort(x->connection->transport);
    return BIGHT_WRITE_CLOSED;
}

/* By the one nearest to the handler first, each into the buffer that the one
 * before did not write; false: it was broken off. */
static bool code(bight_http_exchange *x, bight_bytes *data, bool last)
{
    const bight_http_server *server = x->connection->server;
    bight_buffer *out = x->coded;
    for (size_t i = x->asked; i > 0 && (data->size > 0 || last); i--) {
        const bight_http_use *use = &server->uses[i - 1];
        if ((x->coders >> (i - 1) & 1) == 0)
            continue;
        bight_buffer_clear(out);
        bight_error error = use->middleware->transform(
            use->ctx, bight__http_state(x, i - 1), *data, last, out);
        if (bight_failed(error)) {
            (void)break_off(x, "the body could not be coded");
            return false;
        }
        *data = bight_buffer_bytes(out);
        out = out == x->coded ? x->coded + 1 : x->coded;
    }
    return true;
}

/* -- at once -------------------------------------------------------------- */

/* The length of a coded body is known then, too. */
void bight_http_answer(bight_http_exchange *x, unsigned status,
                       const char *type, bight_bytes body)
{
    struct out out;
    uint64_t size = body.size;
    if (!may_begin(x) || status < 200 || status > 999)
        return;
    begin(x, allowed(x, status), type, size);
    if (x->coders != 0) {
        if (!code(x, &body, true))
            return;
        x->length = body.size;
    }
    make_head(x, &out);
    if (x->silent)
        size = body.size = 0;
    if (send_head(x, &out, body) == BIGHT_WRITE_FULL)
        bight__http_body_stall(x->connection, &x->connection->full);
    x->written = size;
    x->sent = body.size;
    complete(x);
}

/* -- in pieces ------------------------------------------------------------ */

bight_error bight_http_start(bight_http_exchange *x, unsigned status,
                             const char *type, uint64_t length)
{
    struct out out;
    if (status < 200 || status > 999)
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "status %u", status);
    if (x->connection->closing)
        return bight_error_of(BIGHT_ERROR_CLOSED);
    if (!may_begin(x))
        return bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                                "an answer was begun before");
    begin(x, allowed(x, status), type, length);
    make_head(x, &out);
    (void)send_head(x, &out, bight_bytes_of(NULL, 0));
    return bight_ok();
}

static bight_write_status send_chunk(bight_http_exchange *x, bight_bytes data)
{
    char line[20];
    int size = snprintf(line, sizeof(line), "%zx\r\n", data.size);
    const bight_bytes pieces[] = {bight_bytes_of(line, (size_t)size), data,
                                  BIGHT_BYTES("\r\n")};
    return bight_transport_writev(x->connection->transport, pieces, 3);
}

/* As it is to be on the wire but for the framing. */
static bight_write_status send_body(bight_http_exchange *x, bight_bytes data)
{
    if (data.size == 0 || x->silent)
        return x->connection->full ? BIGHT_WRITE_FULL : BIGHT_WRITE_READY;
    if (x->answer == BIGHT__HTTP_LENGTH_KNOWN &&
        data.size > x->length - x->sent)
        return break_off(x, "more was written than was promised");
    x->sent += data.size;
    if (x->answer == BIGHT__HTTP_IN_CHUNKS)
        return send_chunk(x, data);
    return bight_transport_write(x->connection->transport, data);
}

static bight_write_status send_coded(bight_http_exchange *x, bight_bytes data,
                                     bool last)
{
    if (!code(x, &data, last))
        return BIGHT_WRITE_CLOSED;
    return send_body(x, data);
}

static bool is_begun(const bight_http_exchange *x)
{
    return x->answer != BIGHT__HTTP_NOT_BEGUN &&
           x->answer != BIGHT__HTTP_FINISHED && !x->connection->closing;
}

bight_write_status bight_http_write(bight_http_exchange *x, bight_bytes data)
{
    if (!is_begun(x))
        return BIGHT_WRITE_CLOSED;
    x->written += data.size;
    bight_write_status status =
        x->coders != 0 ? send_coded(x, data, false) : send_body(x, data);
    if (status == BIGHT_WRITE_FULL)
        bight__http_body_stall(x->connection, &x->connection->full);
    return status;
}

/* What leaves with FULL is told by resume_writing. */
static bight_write_status send_file(bight_http_exchange *x, int fd,
                                    uint64_t offset, uint64_t length)
{
    bight_transport *t = x->connection->transport;
    char line[24];
    x->sent += length;
    if (x->answer != BIGHT__HTTP_IN_CHUNKS)
        return bight_transport_send_file(t, fd, offset, length, NULL, NULL);
    int size = snprintf(line, sizeof(line), "%" PRIx64 "\r\n", length);
    (void)bight_transport_write(t, bight_bytes_of(line, (size_t)size));
    (void)bight_transport_send_file(t, fd, offset, length, NULL, NULL);
    return bight_transport_write(t, BIGHT_BYTES("\r\n"));
}

bight_write_status bight_http_send_file(bight_http_exchange *x, int fd,
                                        uint64_t offset, uint64_t length)
{
    struct bight__http_connection *c = x->connection;
    bool sends = is_begun(x) && !x->silent && length > 0;
    bool fits =
        x->answer != BIGHT__HTTP_LENGTH_KNOWN || length <= x->length - x->sent;
    if (is_begun(x))
        x->written += length;
    if (sends && fits && x->coders == 0) {
        bight_write_status status = send_file(x, fd, offset, length);
        if (status == BIGHT_WRITE_FULL)
            bight__http_body_stall(c, &c->full);
        return status;
    }
    (void)close(fd);
    if (sends)
        return break_off(x, fits ? "a file cannot be coded"
                                 : "more was written than was promised");
    return is_begun(x) ? BIGHT_WRITE_READY : BIGHT_WRITE_CLOSED;
}

void bight_http_finish(bight_http_exchange *x)
{
    if (!is_begun(x))
        return;
    if (x->coders != 0 &&
        send_coded(x, bight_bytes_of(NULL, 0), true) == BIGHT_WRITE_CLOSED)
        return;
    if (x->answer == BIGHT__HTTP_LENGTH_KNOWN && !x->silent &&
        x->sent < x->length) {
        (void)break_off(x, "less was written than was promised");
        return;
    }
    if (x->answer == BIGHT__HTTP_IN_CHUNKS && !x->silent)
        (void)bight_transport_write(x->connection->transport,
                                    BIGHT_BYTES("0\r\n\r\n"));
    complete(x);
}

/* -- on demand ------------------------------------------------------------ */

/* What a source ends by writing its last is told behind it, not inside. */
static void resume(void *ctx, bight_transport *t)
{
    bight_http_exchange *x = ctx;
    struct bight__http_connection *c = x->connection;
    bool nested = c->running;
    (void)t;
    c->running = true;
    x->source->resume(x->source_ctx, x);
    c->running = nested;
    if (!nested)
        bight__http_settle_now(c);
}

static void stop(void *ctx, bight_transport *t)
{
    (void)t;
    bight__http_source_stop(ctx);
}

static const bight_producer pull = {
    .size = sizeof(bight_producer),
    .resume = resume,
    .stop = stop,
    .pull = true,
};
static const bight_producer push = {
    .size = sizeof(bight_producer),
    .resume = resume,
    .stop = stop,
};

bight_error bight_http_produce(bight_http_exchange *x,
                               const bight_http_source *source, void *ctx)
{
    if (x->source != NULL)
        return bight_error_of(BIGHT_ERROR_BUSY);
    if (!is_begun(x))
        return bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                                "no answer was begun");
    x->source = source;
    x->source_ctx = ctx;
    if (x->silent) {
        bight_http_finish(x);
        return bight_ok();
    }
    bight_error error = bight_transport_register_producer(
        x->connection->transport, BIGHT__HTTP_HAS(source, pull) ? &pull : &push,
        x);
    if (bight_failed(error))
        x->source = NULL;
    return error;
}

void bight__http_source_stop(bight_http_exchange *x)
{
    const bight_http_source *source = x->source;
    if (source == NULL)
        return;
    x->source = NULL;
    bight_transport_unregister_producer(x->connection->transport);
    if (BIGHT__HTTP_HAS(source, stop))
        source->stop(x->source_ctx, x);
}

/* -- what is known beforehand --------------------------------------------- */

static bool is_head(const bight_http_exchange *x)
{
    return x != NULL &&
           bight_bytes_equal(bight_http_method(x), BIGHT_BYTES("HEAD"));
}

void bight__http_answer_fault(struct bight__http_connection *c, unsigned status)
{
    struct out out;
    char text[64];
    size_t size = (size_t)snprintf(text, sizeof(text), "%u %s\n", status,
                                   bight__http_reason(status));
    uint8_t *at = put_common(out.bytes, c->server, status);
    at = put_type(at, "text/plain; charset=utf-8");
    at = put_length(at, size);
    at = PUT(at, "Connection: close\r\n\r\n");
    if (!is_head(c->exchange))
        at = put(at, text, size);
    (void)bight_transport_write(
        c->transport, bight_bytes_of(out.bytes, (size_t)(at - out.bytes)));
}

void bight__http_answer_switch(bight_http_exchange *x, unsigned status)
{
    char unknown[32];
    bight_bytes line = bight__http_status_line(status, unknown);
    bool upgrade = status == 101;
    const bight_bytes pieces[] = {
        line, bight_buffer_bytes(&x->extra),
        upgrade ? BIGHT_BYTES("Connection: Upgrade\r\n\r\n")
                : BIGHT_BYTES("\r\n")};
    x->status = (uint16_t)status;
    x->answer = BIGHT__HTTP_FINISHED;
    (void)bight_transport_writev(x->connection->transport, pieces, 3);
}

bool bight_http_is_unanswered(const bight_http_exchange *x)
{
    return x->answer == BIGHT__HTTP_NOT_BEGUN;
}

unsigned bight_http_status(const bight_http_exchange *x)
{
    return x->status;
}

uint64_t bight_http_written(const bight_http_exchange *x)
{
    return x->written;
}

uint64_t bight_http_sent(const bight_http_exchange *x)
{
    return x->sent;
}

bool bight_http_is_coded(const bight_http_exchange *x)
{
    return x->coders != 0;
}
