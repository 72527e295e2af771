/* SPDX-License-Identifier: MIT */
/*
 *   IDLE -> [EMPTY_CR -> EMPTY] -> HEAD -> COMPLETE ------------------+
 *                                       -> LENGTH -> COMPLETE --------+
 *                                       -> CHUNK_LINE <-> CHUNK_DATA  |
 *                                            -> TRAILERS -> COMPLETE -+
 *                                       -> UNTIL_CLOSE -> CLOSED      |
 *   COMPLETE -> IDLE, or CLOSED behind the last message  <------------+
 *
 * and from everywhere to FAILED.
 */
#include "reader.h"

#include <assert.h>

#include "framing.h"

/* So many octets of a body allow for one more chunk. */
#define OCTETS_PER_CHUNK 64

enum state {
    IDLE,
    EMPTY_CR, /* a CR before a request */
    EMPTY,    /* an empty line before a request */
    HEAD,
    LENGTH,
    CHUNK_LINE,
    CHUNK_DATA,
    TRAILERS,
    UNTIL_CLOSE,
    COMPLETE, /* but for END, which is yet to be told */
    CLOSED,
    FAILED
};

static const struct bight__http_fault bare_cr = {400, "RFC 9112, 2.2",
                                                 "a CR without an LF"};
static const struct bight__http_fault empty_lines = {
    400, "RFC 9112, 2.2", "more than one empty line before a request"};
static const struct bight__http_fault long_body = {413, "RFC 9110, 15.5.14",
                                                   "a body above the limit"};
static const struct bight__http_fault many_chunks = {
    413, "RFC 9112, 7.1", "too many chunks for so small a body"};
static const struct bight__http_fault cut_short = {
    400, "RFC 9112, 8", "the input ended within a message"};
static const struct bight__http_fault no_memory = {503, "no memory",
                                                   "no memory for the head"};

void bight__http_reader_init(struct bight__http_reader *reader,
                             enum bight__http_kind kind,
                             const struct bight__http_limits *limits)
{
    *reader = (struct bight__http_reader){
        .limits = limits,
        .state = IDLE,
        .kind = (uint8_t)kind,
    };
}

static enum bight__http_event fail(struct bight__http_reader *reader,
                                   const struct bight__http_fault *fault)
{
    reader->fault = fault;
    reader->state = FAILED;
    return BIGHT__HTTP_FAIL;
}

static void enter(struct bight__http_reader *reader, enum state state)
{
    reader->state = (uint8_t)state;
}

/* -- heads ---------------------------------------------------------------- */

/* Is there still something between messages? */
static bool skip_empty_line(struct bight__http_reader *reader, bight_bytes *in)
{
    uint8_t octet = *in->data;
    if (reader->state == IDLE && octet == '\r')
        enter(reader, EMPTY_CR);
    else if (reader->state == EMPTY_CR && octet == '\n')
        enter(reader, EMPTY);
    else
        return false;
    *in = bight_bytes_tail(*in, 1);
    return true;
}

static void begin(struct bight__http_reader *reader,
                  const struct bight__http_head *head)
{
    assert(head->used == 0);
    (void)head;
    if (reader->kind == BIGHT__HTTP_REQUESTS)
        bight__http_guard_request(&reader->guard, reader->limits);
    else
        bight__http_guard_response(&reader->guard, reader->limits);
    reader->left = 0;
    reader->taken = 0;
    reader->last = false;
    enter(reader, HEAD);
}

static const struct bight__http_fault *frame(struct bight__http_reader *reader,
                                             struct bight__http_head *head)
{
    const struct bight__http_fault *fault;
    if (reader->kind == BIGHT__HTTP_REQUESTS) {
        fault = bight__http_frame_request(head);
        reader->last = !head->keep_alive;
        return fault;
    }
    fault =
        bight__http_frame_response(head, reader->head_request, reader->connect);
    if (head->status < 200)
        reader->last = head->status == 101;
    else
        reader->last =
            !head->keep_alive || (reader->connect && head->status < 300);
    return fault;
}

static enum bight__http_event begin_body(struct bight__http_reader *reader,
                                         const struct bight__http_head *head)
{
    switch ((enum bight__http_framing)head->framing) {
    case BIGHT__HTTP_NO_BODY:
        enter(reader, COMPLETE);
        break;
    case BIGHT__HTTP_LENGTH:
        if (head->length > reader->limits->body)
            return fail(reader, &long_body);
        reader->left = head->length;
        enter(reader, LENGTH);
        break;
    case BIGHT__HTTP_CHUNKED:
        bight__http_chunked_begin(&reader->chunked);
        enter(reader, CHUNK_LINE);
        break;
    case BIGHT__HTTP_UNTIL_CLOSE:
        enter(reader, UNTIL_CLOSE);
        break;
    }
    return BIGHT__HTTP_HEAD;
}

static enum bight__http_event read_head(struct bight__http_reader *reader,
                                        struct bight__http_head *head,
                                        bight_bytes *in)
{
    const uint8_t *data = in->data;
    const struct bight__http_fault *fault =
        bight__http_guard_scan(&reader->guard, reader->limits, in);
    if (fault != NULL)
        return fail(reader, fault);
    if (!bight__http_head_append(head, data, (size_t)(in->data - data)))
        return fail(reader, &no_memory);
    if (!bight__http_guard_is_done(&reader->guard))
        return BIGHT__HTTP_MORE;
    fault = bight__http_head_parse(head, reader->kind == BIGHT__HTTP_RESPONSES,
                                   reader->guard.fields);
    if (fault == NULL)
        fault = frame(reader, head);
    return fault == NULL ? begin_body(reader, head) : fail(reader, fault);
}

static __attribute__((noinline)) enum bight__http_event begin_request(
    struct bight__http_reader *reader, bight_bytes *in)
{
    while (in->size > 0 && skip_empty_line(reader, in)) {
    }
    if (in->size == 0)
        return BIGHT__HTTP_MORE;
    if (reader->state == EMPTY_CR)
        return fail(reader, &bare_cr);
    if (reader->state == EMPTY && *in->data == '\r')
        return fail(reader, &empty_lines);
    return BIGHT__HTTP_HEAD;
}

static enum bight__http_event begin_message(struct bight__http_reader *reader,
                                            struct bight__http_head *head,
                                            bight_bytes *in)
{
    if (in->size == 0)
        return BIGHT__HTTP_MORE;
    if (reader->kind == BIGHT__HTTP_REQUESTS &&
        (reader->state != IDLE || *in->data == '\r')) {
        enum bight__http_event event = begin_request(reader, in);
        if (event != BIGHT__HTTP_HEAD)
            return event;
    }
    begin(reader, head);
    return read_head(reader, head, in);
}

/* -- bodies --------------------------------------------------------------- */

static enum bight__http_event complete(struct bight__http_reader *reader)
{
    enter(reader, reader->last ? CLOSED : IDLE);
    return BIGHT__HTTP_END;
}

void bight__http_reader_end(struct bight__http_reader *reader)
{
    assert(reader->state == COMPLETE);
    (void)complete(reader);
}

/* Lends at most `most`. */
static enum bight__http_event lend(struct bight__http_reader *reader,
                                   uint64_t most, bight_bytes *in,
                                   bight_bytes *ret_data)
{
    size_t size = in->size < most ? in->size : (size_t)most;
    if (size == 0)
        return BIGHT__HTTP_MORE;
    *ret_data = bight_bytes_head(*in, size);
    *in = bight_bytes_tail(*in, size);
    reader->taken += size;
    return BIGHT__HTTP_DATA;
}

static enum bight__http_event lend_left(struct bight__http_reader *reader,
                                        bight_bytes *in, bight_bytes *ret_data)
{
    enum bight__http_event event = lend(reader, reader->left, in, ret_data);
    if (event == BIGHT__HTTP_DATA)
        reader->left -= ret_data->size;
    return event;
}

static __attribute__((noinline)) enum bight__http_event lend_all(
    struct bight__http_reader *reader, bight_bytes *in, bight_bytes *ret_data)
{
    uint64_t limit = reader->limits->body;
    uint64_t most = limit > reader->taken ? limit - reader->taken : 0;
    if (most == 0 && in->size > 0)
        return fail(reader, &long_body);
    return lend(reader, most, in, ret_data);
}

/* -- chunks --------------------------------------------------------------- */

/* A line is read: what follows it? NULL, or what is wrong. */
static const struct bight__http_fault *begin_chunk(
    struct bight__http_reader *reader)
{
    const struct bight__http_limits *limits = reader->limits;
    uint64_t size = reader->chunked.size;
    if (reader->taken > limits->body || size > limits->body - reader->taken)
        return &long_body;
    if (reader->chunked.chunks > limits->chunks &&
        reader->chunked.chunks - limits->chunks >
            reader->taken / OCTETS_PER_CHUNK)
        return &many_chunks;
    reader->left = size;
    if (size > 0) {
        enter(reader, CHUNK_DATA);
        return NULL;
    }
    bight__http_guard_trailers(&reader->guard, limits);
    enter(reader, TRAILERS);
    return NULL;
}

static enum bight__http_event read_chunk_line(struct bight__http_reader *reader,
                                              bight_bytes *in)
{
    const struct bight__http_fault *fault =
        bight__http_chunked_scan(&reader->chunked, reader->limits, in);
    if (fault == NULL && bight__http_chunked_is_done(&reader->chunked))
        fault = begin_chunk(reader);
    return fault == NULL ? BIGHT__HTTP_MORE : fail(reader, fault);
}

static enum bight__http_event read_trailers(struct bight__http_reader *reader,
                                            struct bight__http_head *head,
                                            bight_bytes *in)
{
    const uint8_t *data = in->data;
    const struct bight__http_fault *fault =
        bight__http_guard_scan(&reader->guard, reader->limits, in);
    uint16_t fields = reader->guard.fields;
    if (fault != NULL)
        return fail(reader, fault);
    if (fields > 0 && !bight__http_trailers_append(&head->trailers, data,
                                                   (size_t)(in->data - data)))
        return fail(reader, &no_memory);
    if (!bight__http_guard_is_done(&reader->guard))
        return BIGHT__HTTP_MORE;
    if (fields > 0)
        fault = bight__http_trailers_parse(&head->trailers, fields);
    return fault == NULL ? complete(reader) : fail(reader, fault);
}

static __attribute__((noinline)) enum bight__http_event read_chunked(
    struct bight__http_reader *reader, struct bight__http_head *head,
    bight_bytes *in, bight_bytes *ret_data)
{
    while (in->size > 0 && reader->state == CHUNK_LINE)
        if (read_chunk_line(reader, in) == BIGHT__HTTP_FAIL)
            return BIGHT__HTTP_FAIL;
    if (in->size == 0)
        return BIGHT__HTTP_MORE;
    if (reader->state == TRAILERS)
        return read_trailers(reader, head, in);
    enum bight__http_event event = lend_left(reader, in, ret_data);
    if (reader->left == 0) {
        bight__http_chunked_next(&reader->chunked);
        enter(reader, CHUNK_LINE);
    }
    return event;
}

/* -- all of it ------------------------------------------------------------ */

enum bight__http_event bight__http_reader_step(
    struct bight__http_reader *reader, struct bight__http_head *head,
    bight_bytes *in, bight_bytes *ret_data)
{
    switch ((enum state)reader->state) {
    case IDLE:
    case EMPTY_CR:
    case EMPTY:
        return begin_message(reader, head, in);
    case HEAD:
        return in->size > 0 ? read_head(reader, head, in) : BIGHT__HTTP_MORE;
    case LENGTH:
        return reader->left > 0 ? lend_left(reader, in, ret_data)
                                : complete(reader);
    case CHUNK_LINE:
    case CHUNK_DATA:
    case TRAILERS:
        return read_chunked(reader, head, in, ret_data);
    case UNTIL_CLOSE:
        return lend_all(reader, in, ret_data);
    case COMPLETE:
        return complete(reader);
    case CLOSED:
        return BIGHT__HTTP_CLOSED;
    case FAILED:
        break;
    }
    return BIGHT__HTTP_FAIL;
}

enum bight__http_event bight__http_reader_eof(struct bight__http_reader *reader)
{
    switch ((enum state)reader->state) {
    case IDLE:
    case EMPTY:
    case UNTIL_CLOSE:
    case CLOSED:
    case COMPLETE:
        enter(reader, CLOSED);
        return BIGHT__HTTP_END;
    case EMPTY_CR:
    case HEAD:
    case LENGTH:
    case CHUNK_LINE:
    case CHUNK_DATA:
    case TRAILERS:
        return fail(reader, &cut_short);
    case FAILED:
        break;
    }
    return BIGHT__HTTP_FAIL;
}

bool bight__http_reader_is_idle(const struct bight__http_reader *reader)
{
    return reader->state == IDLE || reader->state == EMPTY;
}
