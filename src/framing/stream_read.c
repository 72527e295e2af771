/* SPDX-License-Identifier: MIT */
/* Reading from a stream: whatever is there is lent, else the task waits. */
#include "framing/stream.h"

#include <string.h>

#define CALLER __builtin_return_address(0)

static bight_bytes held(const struct bight__stream *s)
{
    return bight_buffer_bytes(&s->bytes);
}

/* -- a read's begin and end ------------------------------------------------ */

static bight_error __attribute__((noinline, cold))
refuse(const struct bight__stream *s, const struct bight__task *task,
       size_t limit, const char *name)
{
    bight_error error = bight__stream_check(s, task, name);
    if (bight_failed(error))
        return error;
    if (limit == 0)
        return bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                                "%s without a limit", name);
    return bight_error_note(bight_error_of(BIGHT_ERROR_BUSY),
                            "%s while another task reads", name);
}

/* Nothing may be found that would need more than the limit. False: refuse. */
static inline bool begin(struct bight__stream *s,
                         const struct bight__task *task, size_t limit)
{
    if (__builtin_expect(task == NULL || s->transport == NULL || limit == 0 ||
                             s->reading,
                         0))
        return false;
    s->reading = true;
    s->most = limit;
    if (s->lent > 0)
        bight__stream_consume(s);
    return true;
}

static bight_error give_up(struct bight__stream *s, bight_error error)
{
    s->reading = false;
    s->most = 0;
    return error;
}

/* They are lent first: what another task does in a turn leaves them alone. */
static inline bight_error lend(struct bight__stream *s,
                               struct bight__task *task, size_t size,
                               bight_bytes *ret_data, const void *at)
{
    s->lent = size;
    *ret_data = bight_bytes_of(s->bytes.data + s->bytes.start, size);
    s->parked++; /* it stays while another task has its turn */
    bight__stream_pass(task, at);
    s->parked--;
    if (s->transport == NULL)
        return give_up(s, bight__stream_why(s));
    s->reading = false;
    s->most = 0;
    return bight_ok();
}

static bight_error too_long(size_t limit)
{
    return bight_error_note(bight_error_of(BIGHT_ERROR_FRAME_TOO_LONG),
                            "more than %zu bytes", limit);
}

/* -- waiting --------------------------------------------------------------- */

static bight_error end_of(const struct bight__stream *s)
{
    if (!s->at_eof)
        return bight__stream_why(s);
    bight_error error = bight_error_of(BIGHT_ERROR_EOF);
    size_t left = held(s).size;
    return left == 0 ? error
                     : bight_error_note(error, "%zu bytes before it", left);
}

/* Nothing more will come. */
static bool has_ended(const struct bight__stream *s)
{
    return s->at_eof || s->over || s->transport == NULL ||
           (s->told_to_stop && bight__stream_size(s) == 0) ||
           !bight_transport_is_open(s->transport);
}

/* A woken task looks again: what is there, or why nothing comes any more,
 * counts more than why it was woken: its connection's end cancels a server's
 * task. */
static bight_error await_bytes(struct bight__stream *s, size_t wanted,
                               const void *at)
{
    while (bight__stream_size(s) < wanted) {
        if (has_ended(s))
            return end_of(s);
        if (s->bytes.data != NULL && bight__stream_size(s) == 0)
            bight__stream_drop_block(s);
        if (s->paused)
            bight__stream_resume(s);
        s->wanted = wanted;
        bight_error error = bight__stream_park(s, &s->reader, at);
        if (bight_failed(error) && bight__stream_size(s) < wanted)
            return has_ended(s) ? end_of(s) : error;
    }
    return bight_ok();
}

/* -- what can be read ------------------------------------------------------ */

bight_error bight_stream_read_some(bight_stream *stream, size_t limit,
                                   bight_bytes *ret_data)
{
    struct bight__stream *s = bight__stream_of(stream);
    struct bight__task *task = bight__task_current();
    if (!begin(s, task, limit))
        return refuse(s, task, limit, "bight_stream_read_some");
    s->most = 0;
    if (bight__stream_size(s) == 0) {
        bight_error error = await_bytes(s, 1, CALLER);
        if (bight_failed(error))
            return give_up(s, error);
    }
    size_t size = bight__stream_size(s);
    size = size < limit ? size : limit;
    return lend(s, task, size, ret_data, CALLER);
}

bight_error bight_stream_read_exactly(bight_stream *stream, size_t size,
                                      bight_bytes *ret_data)
{
    struct bight__stream *s = bight__stream_of(stream);
    struct bight__task *task = bight__task_current();
    if (!begin(s, task, size))
        return refuse(s, task, size, "bight_stream_read_exactly");
    bight_error error = await_bytes(s, size, CALLER);
    return bight_failed(error) ? give_up(s, error)
                               : lend(s, task, size, ret_data, CALLER);
}

/* A line that has more than its limit, but for an end that has begun. */
static bool is_sure_to_pass(bight_bytes data, size_t most, bool line)
{
    if (data.size >= most)
        return true;
    return line && data.size == most - 1 && data.data[most - 2] != '\r';
}

/* Each byte is looked at once, whatever pieces they come in. */
static bight_error find(struct bight__stream *s, bight_bytes delimiter,
                        bool line, const void *at, size_t *ret_size)
{
    size_t seen = 0;
    size_t most = s->most;
    for (;;) {
        bight_bytes data = held(s);
        const uint8_t *hit = NULL;
        if (data.size > seen)
            hit = memmem(data.data + seen, data.size - seen, delimiter.data,
                         delimiter.size);
        if (hit != NULL) {
            *ret_size = (size_t)(hit - data.data) + delimiter.size;
            return *ret_size <= most ? bight_ok() : too_long(most);
        }
        if (is_sure_to_pass(data, most, line))
            return too_long(most);
        seen = data.size < delimiter.size ? 0 : data.size - delimiter.size + 1;
        bight_error error = await_bytes(s, data.size + 1, at);
        if (bight_failed(error))
            return error;
    }
}

bight_error bight_stream_read_until(bight_stream *stream, bight_bytes delimiter,
                                    size_t limit, bight_bytes *ret_data)
{
    struct bight__stream *s = bight__stream_of(stream);
    struct bight__task *task = bight__task_current();
    size_t size = 0;
    if (delimiter.size == 0)
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "a delimiter without bytes");
    if (!begin(s, task, limit))
        return refuse(s, task, limit, "bight_stream_read_until");
    bight_error error = find(s, delimiter, false, CALLER, &size);
    return bight_failed(error) ? give_up(s, error)
                               : lend(s, task, size, ret_data, CALLER);
}

/* The longest line has two more bytes at its end. */
bight_error bight_stream_read_line(bight_stream *stream, size_t limit,
                                   bight_bytes *ret_line)
{
    struct bight__stream *s = bight__stream_of(stream);
    struct bight__task *task = bight__task_current();
    size_t size = 0;
    if (!begin(s, task, limit))
        return refuse(s, task, limit, "bight_stream_read_line");
    s->most = limit < SIZE_MAX - 2 ? limit + 2 : SIZE_MAX;
    bight_error error = find(s, BIGHT_BYTES("\n"), true, CALLER, &size);
    if (bight_failed(error))
        return give_up(s, error);
    size_t length = size - 1;
    if (length > 0 && held(s).data[length - 1] == '\r')
        length--;
    if (length > limit)
        return give_up(s, too_long(limit));
    error = lend(s, task, size, ret_line, CALLER);
    ret_line->size = length;
    return error;
}
