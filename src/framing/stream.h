/* SPDX-License-Identifier: MIT */
/*
 * The inside of a stream, which is the state of its connection's protocol.
 *
 *     wire ── get_buffer ──> bytes ── a read lends of them ──> the task
 *      │                       │
 *      └── paused <── full ────┘
 *
 * An idle stream owns no bytes. While some are lent they stay where they are,
 * so what comes meanwhile has the room behind them, and then the wire waits.
 */
#ifndef BIGHT_FRAMING_STREAM_H
#define BIGHT_FRAMING_STREAM_H

#include <bight/buffer.h>
#include <bight/stream.h>

#include "async/park.h"
#include "async/task.h"
#include "wire/look.h"

#define BIGHT__STREAM_LIMIT ((size_t)64 * 1024)

struct bight__stream {
    bight_transport *transport; /* with a reference; NULL: closed */
    bight_buffer bytes;         /* read, and not yet consumed */
    size_t lent;                /* of them, to whoever read last */
    size_t limit;
    size_t most;   /* that the read under way may want at once */
    size_t wanted; /* bytes that wake the reader */
    struct bight__waiter *reader;
    struct bight__waiter *writer;
    struct bight__waiter *closer;
    bight_error why;              /* it is over */
    bight_stream_fn serve;        /* NULL: a client's */
    struct bight__stream *joined; /* that it is piped to */
    bight_transport *released;
    struct bight__ready farewell; /* to it, once nobody waits any more */
    uint32_t parked;              /* tasks that do */
    bool reading : 1;             /* a read is under way */
    bool writing : 1;             /* a write waits */
    bool full : 1;                /* a resume_writing will come */
    bool paused : 1;              /* the wire is not read */
    bool greedy : 1;              /* the last read filled its room */
    bool at_eof : 1;              /* the peer's was heard */
    bool over : 1;                /* the connection is */
    bool told_to_stop : 1;        /* its server drains */
    bool begun : 1;               /* its task has run */
};

_Static_assert(sizeof(struct bight__stream) <= sizeof(bight_stream),
               "a stream has room in the public one");

static inline struct bight__stream *bight__stream_of(bight_stream *stream)
{
    return (struct bight__stream *)stream;
}

static inline size_t bight__stream_size(const struct bight__stream *s)
{
    return s->bytes.end - s->bytes.start;
}

/* A suspension point that does not suspend (K2). */
static inline void bight__stream_pass(struct bight__task *task, const void *at)
{
    if (task->readies + 1 < BIGHT__TASK_READY)
        task->readies++;
    else
        bight__task_pass(task, at);
}

/* Why `task`, which runs, cannot use the stream: there is none, or the stream
 * was closed; success: neither. */
bight_error bight__stream_check(const struct bight__stream *s,
                                const struct bight__task *task,
                                const char *name);

/* It came to its end in order. */
bool bight__stream_ended_well(bight_error why);

/* Why nothing comes or goes any more. */
bight_error bight__stream_why(const struct bight__stream *s);

/* From here on the wire is read. */
void bight__stream_resume(struct bight__stream *s);

/* Nothing is lent any more. */
void bight__stream_consume(struct bight__stream *s);

/* Frees its block, or gives it back. */
void bight__stream_drop_block(struct bight__stream *s);

/* Parks on `*place` until somebody wakes that; the stream stays. */
bight_error bight__stream_park(struct bight__stream *s,
                               struct bight__waiter **place, const void *at);
/* Likewise until either is over. */
bight_error bight__stream_park_both(struct bight__stream *a,
                                    struct bight__stream *b, const void *at);

/* Lets go of the connection; the stream may be gone after that. */
void bight__stream_release(struct bight__stream *s);

#endif
