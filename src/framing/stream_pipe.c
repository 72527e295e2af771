/* SPDX-License-Identifier: MIT */
/* Two streams joined: what they have read goes first, the rest past them. */
#include "framing/stream.h"

#define CALLER __builtin_return_address(0)

/* What was read, and what is lent is over. */
static void hand_over(struct bight__stream *from, struct bight__stream *to)
{
    bight__stream_consume(from);
    (void)bight_transport_write(to->transport,
                                bight_buffer_bytes(&from->bytes));
    bight__stream_drop_block(from);
}

static bight_error join(struct bight__stream *a, struct bight__stream *b)
{
    hand_over(a, b);
    hand_over(b, a);
    bight_error error = bight_pipe(a->transport, b->transport);
    if (!bight_failed(error))
        error = bight_pipe(b->transport, a->transport);
    bight__stream_resume(a);
    bight__stream_resume(b);
    return error;
}

static bool has_ended(const struct bight__stream *s)
{
    return s->over || s->transport == NULL ||
           bight__transport_has_ended(s->transport);
}

/* What was cut short must not look like an end (T25). */
static bight_error pass_on(struct bight__stream *from, struct bight__stream *to)
{
    if (!has_ended(from))
        return bight_ok();
    bight_error why = bight__stream_why(from);
    if (bight__stream_ended_well(why))
        return bight_ok();
    if (!has_ended(to))
        bight_transport_abort(to->transport);
    return why;
}

static bight_error judge(struct bight__stream *a, struct bight__stream *b)
{
    bight_error error = pass_on(a, b);
    return bight_failed(error) ? error : pass_on(b, a);
}

/* By its end. */
static bool cancels_task(const struct bight__stream *s)
{
    return s->serve != NULL && has_ended(s);
}

/* Whichever ends first wakes it, a server's by its task's cancellation. */
static bight_error await_ends(struct bight__stream *a, struct bight__stream *b,
                              const void *at)
{
    bight_error error = bight_ok();
    while (!has_ended(a) || !has_ended(b)) {
        bight_error woken = bight__stream_park_both(a, b, at);
        error = judge(a, b);
        if (bight_failed(woken) && !bight_failed(error))
            return cancels_task(a) || cancels_task(b) ? bight_ok() : woken;
        if (bight_failed(error))
            return error;
    }
    return error;
}

bight_error bight_stream_pipe(bight_stream *one, bight_stream *another)
{
    struct bight__stream *a = bight__stream_of(one);
    struct bight__stream *b = bight__stream_of(another);
    const struct bight__task *task = bight__task_current();
    bight_error error = bight__stream_check(a, task, "bight_stream_pipe");
    if (!bight_failed(error))
        error = bight__stream_check(b, task, "bight_stream_pipe");
    if (!bight_failed(error) && (a->reading || b->reading))
        error = bight_error_note(bight_error_of(BIGHT_ERROR_BUSY),
                                 "bight_stream_pipe while a task reads");
    if (!bight_failed(error))
        error = join(a, b);
    if (bight_failed(error))
        return error;
    a->joined = b;
    b->joined = a;
    error = await_ends(a, b, CALLER);
    a->joined = b->joined = NULL;
    return error;
}
