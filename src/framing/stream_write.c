/* SPDX-License-Identifier: MIT */
/* Writing to a stream: the transport takes it; a task waits while it is full.
 */
#include "framing/stream.h"

#include "loop/dispatch.h"

#define CALLER __builtin_return_address(0)

static bool may_write(const struct bight__stream *s,
                      const struct bight__task *task)
{
    return task != NULL && s->transport != NULL && !s->writing;
}

static bight_error __attribute__((noinline, cold))
refuse(const struct bight__stream *s, const struct bight__task *task,
       const char *name)
{
    bight_error error = bight__stream_check(s, task, name);
    if (bight_failed(error))
        return error;
    return bight_error_note(bight_error_of(BIGHT_ERROR_BUSY),
                            "%s while another task's write waits", name);
}

static bool has_ended(const struct bight__stream *s)
{
    return s->over || s->transport == NULL ||
           bight__transport_has_ended(s->transport);
}

static bight_error __attribute__((noinline))
await_resume(struct bight__stream *s, const void *at)
{
    bight_error error = bight_ok();
    s->writing = true;
    while (!bight_failed(error) && s->full && !has_ended(s))
        error = bight__stream_park(s, &s->writer, at);
    s->writing = false;
    if (!s->full)
        return bight_ok();
    return has_ended(s) ? bight__stream_why(s) : error;
}

/* A write of an ended stream took nothing. */
static bight_error __attribute__((noinline))
judge(struct bight__stream *s, bight_write_status status, const void *at)
{
    if (status == BIGHT_WRITE_CLOSED)
        return bight__stream_why(s);
    s->full = true;
    return await_resume(s, at);
}

static inline bight_error written(struct bight__stream *s,
                                  struct bight__task *task,
                                  bight_write_status status, const void *at)
{
    if (__builtin_expect(status != BIGHT_WRITE_READY || s->full, 0))
        return judge(s, status, at);
    bight__stream_pass(task, at);
    return bight_ok();
}

bight_error bight_stream_write(bight_stream *stream, bight_bytes data)
{
    struct bight__stream *s = bight__stream_of(stream);
    struct bight__task *task = bight__task_current();
    if (!may_write(s, task))
        return refuse(s, task, "bight_stream_write");
    return written(s, task, bight_transport_write(s->transport, data), CALLER);
}

bight_error bight_stream_writev(bight_stream *stream, const bight_bytes *pieces,
                                size_t count)
{
    struct bight__stream *s = bight__stream_of(stream);
    struct bight__task *task = bight__task_current();
    if (!may_write(s, task))
        return refuse(s, task, "bight_stream_writev");
    return written(s, task, bight_transport_writev(s->transport, pieces, count),
                   CALLER);
}

/* With marks of 0 the resume comes when all has left. */
static bight_error await_empty(struct bight__stream *s, const void *at)
{
    const bight_limits *limits = bight__transport_limits(s->transport);
    size_t high = limits->high_mark;
    size_t low = limits->low_mark;
    bight_transport *t = bight_transport_ref(s->transport);
    bight_error error = bight_transport_set_marks(t, 0, 0);
    if (!bight_failed(error)) {
        s->full = true;
        error = await_resume(s, at);
        (void)bight_transport_set_marks(t, high, low);
    }
    bight_transport_unref(t);
    return error;
}

bight_error bight_stream_drain(bight_stream *stream)
{
    struct bight__stream *s = bight__stream_of(stream);
    struct bight__task *task = bight__task_current();
    if (!may_write(s, task))
        return refuse(s, task, "bight_stream_drain");
    bight__dispatch_flush(bight_transport_loop(s->transport));
    if (s->over || !bight_transport_is_open(s->transport))
        return bight__stream_why(s);
    if (bight__out_refused(s->transport) > 0)
        return await_empty(s, CALLER);
    bight__stream_pass(task, CALLER);
    return bight_ok();
}

bight_error bight_stream_write_eof(bight_stream *stream)
{
    struct bight__stream *s = bight__stream_of(stream);
    bight_error error =
        bight__stream_check(s, bight__task_current(), "bight_stream_write_eof");
    return bight_failed(error) ? error
                               : bight_transport_write_eof(s->transport);
}
