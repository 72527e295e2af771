/* SPDX-License-Identifier: MIT */
/** @file
 * Streams: a connection as straight-line code, in a task. Reads and writes
 * suspend only if they have to. What was read before comes before any error;
 * the end of what the peer sends is the error EOF. One task may read and one
 * may write at a time: a second one gets BUSY.
 *
 *     static bight_error serve(bight_stream *stream)
 *     {
 *         bight_bytes line;
 *         bight_error e = bight_stream_read_line(stream, 512, &line);
 *         return bight_failed(e) ? e : bight_stream_write(stream, line);
 *     }
 *     BIGHT_STREAM_PROTOCOL(parrot, .serve = serve, .limit = 4096);
 */
#ifndef BIGHT_STREAM_H
#define BIGHT_STREAM_H

#include <bight/endpoint.h>
#include <bight/task.h>

BIGHT_BEGIN_DECLS

/** One connection's; only this header's functions look inside. */
typedef struct bight_stream {
    void *inside[24];
} bight_stream;

/* -- reading --------------------------------------------------------------- */

/**
 * Bytes are lent until the next read of this stream. Limits are required: 0 is
 * USAGE. EOF: nothing more comes, or too little; what is left stays there for
 * read_some. FRAME_TOO_LONG: sure to pass the limit; it stays there, too. Else
 * why the connection ended (T29), CANCELLED, TIMED_OUT, BUSY, USAGE.
 */
BIGHT_API bight_error bight_stream_read_some(bight_stream *stream, size_t limit,
                                             bight_bytes *ret_data);
/** `size` is its own limit, above the stream's, too. */
BIGHT_API bight_error bight_stream_read_exactly(bight_stream *stream,
                                                size_t size,
                                                bight_bytes *ret_data);
/** Up to and with the delimiter, which `limit` includes. INVALID: it is empty.
 */
BIGHT_API bight_error bight_stream_read_until(bight_stream *stream,
                                              bight_bytes delimiter,
                                              size_t limit,
                                              bight_bytes *ret_data);
/** A line without its "\n" or "\r\n", which `limit` does not include. */
BIGHT_API bight_error bight_stream_read_line(bight_stream *stream, size_t limit,
                                             bight_bytes *ret_line);

/* -- writing --------------------------------------------------------------- */

/** Takes a copy, and suspends only while more than the high mark waits to be
 * sent (T15). The bytes are taken also if it returns CANCELLED or TIMED_OUT
 * then. BUSY, USAGE, or why the connection ended: they were not. */
BIGHT_API bight_error bight_stream_write(bight_stream *stream,
                                         bight_bytes data);
/** Likewise `count` pieces as one. */
BIGHT_API bight_error bight_stream_writev(bight_stream *stream,
                                          const bight_bytes *pieces,
                                          size_t count);
/** Suspends until all that was written has left for the kernel. */
BIGHT_API bight_error bight_stream_drain(bight_stream *stream);
/** The peer reads an end behind what was written; reading goes on. Does not
 * suspend. UNSUPPORTED where the wire cannot, CLOSED. */
BIGHT_API bight_error bight_stream_write_eof(bight_stream *stream);

/* -- its end --------------------------------------------------------------- */

/**
 * Sends what is left, then ends, and waits for that, no longer than the linger
 * timeout (T24). Returns why it did not end well; CANCELLED, TIMED_OUT: it ends
 * by itself. The stream is gone in any case. NULL is fine; not in a task it
 * does not wait. In a server's own task: see bight_stream_server.
 */
BIGHT_API bight_error bight_stream_close(bight_stream *stream);
/** Drops what is left, and is gone; TCP sends a reset. NULL is fine. */
BIGHT_API void bight_stream_abort(bight_stream *stream);

/** Joins two streams: each sends what the other reads, ends included, without
 * the task (bight_pipe), beginning with what they have read. Returns when both
 * have ended: success, or why one did not end well; the other is reset then.
 * CANCELLED, TIMED_OUT: they stay joined. Both are yours to close. */
BIGHT_API bight_error bight_stream_pipe(bight_stream *a, bight_stream *b);

/** For its peer, options, timeouts and marks; lent. */
BIGHT_API bight_transport *bight_stream_transport(const bight_stream *stream);

/* -- clients --------------------------------------------------------------- */

/** May be NULL, and each member 0, for the defaults. */
typedef struct bight_stream_options {
    size_t size;  /**< sizeof(bight_stream_options) */
    size_t limit; /**< bytes read ahead, then reading pauses; 64 KiB */
    const bight_owner_options *owner; /**< as for bight_connect */
} bight_stream_options;

/** Connects, in the running task; errors as of bight_connect. The stream is to
 * be closed, or aborted, by the caller. */
BIGHT_API bight_error bight_stream_connect(const char *description,
                                           const bight_stream_options *options,
                                           bight_stream **ret_stream);
/** Likewise with what was parsed for a client. */
BIGHT_API bight_error bight_stream_connect_to(
    const bight_endpoint *endpoint, const bight_stream_options *options,
    bight_stream **ret_stream);

/* -- servers --------------------------------------------------------------- */

/** One connection, in a task of its own. When it returns, the connection is
 * closed; an error is the reason of its end (T30), unless it has one, and what
 * was written is sent before, as by a close. */
typedef bight_error (*bight_stream_fn)(bight_stream *stream);

/**
 * What a server's connections have in common. When a connection ends, its task
 * is cancelled (T36). When the server drains (E11), reads that find nothing
 * return CLOSED. A close inside `serve` ends the connection without waiting for
 * more than what is queued; the stream answers CLOSED then, until it returns.
 */
typedef struct bight_stream_server {
    size_t size; /**< sizeof(bight_stream_server) */
    bight_stream_fn serve;
    size_t limit;      /**< bytes read ahead, then reading pauses; required */
    size_t stack_size; /**< of the task; 0: 64 KiB */
    const char *name;  /**< of the task, in reports */
} bight_stream_server;

/** Defines the protocol NAME, static and const, for a plugin or a factory; the
 * further arguments are members of bight_stream_server by name. */
#define BIGHT_STREAM_PROTOCOL(NAME, ...)                                       \
    static void NAME##_connection_made(void *self, bight_transport *t)         \
    {                                                                          \
        static const bight_stream_server server = {                            \
            .size = sizeof(bight_stream_server), __VA_ARGS__, .name = #NAME};  \
        bight_stream_begin((bight_stream *)self, t, &server);                  \
    }                                                                          \
    static const bight_protocol NAME = {                                       \
        .size = sizeof(bight_protocol),                                        \
        .name = #NAME,                                                         \
        .state_size = sizeof(bight_stream),                                    \
        .connection_made = NAME##_connection_made,                             \
        .eof_received = bight_stream_eof_received,                             \
        .pause_writing = bight_stream_pause_writing,                           \
        .resume_writing = bight_stream_resume_writing,                         \
        .connection_lost = bight_stream_connection_lost,                       \
        .get_buffer = bight_stream_get_buffer,                                 \
        .buffer_updated = bight_stream_buffer_updated,                         \
        .draining = bight_stream_draining,                                     \
    }

/** What the macro is made of: slots of a protocol whose state begins with a
 * bight_stream. bight_stream_begin is for connection_made; `server` is lent
 * until the connection ends. */
BIGHT_API void bight_stream_begin(bight_stream *stream, bight_transport *t,
                                  const bight_stream_server *server);
BIGHT_API bool bight_stream_eof_received(void *self, bight_transport *t);
BIGHT_API void bight_stream_pause_writing(void *self, bight_transport *t);
BIGHT_API void bight_stream_resume_writing(void *self, bight_transport *t);
BIGHT_API void bight_stream_connection_lost(void *self, bight_transport *t,
                                            bight_error why);
BIGHT_API bight_space bight_stream_get_buffer(void *self, bight_transport *t,
                                              size_t hint);
BIGHT_API void bight_stream_buffer_updated(void *self, bight_transport *t,
                                           size_t size);
BIGHT_API void bight_stream_draining(void *self, bight_transport *t);

BIGHT_END_DECLS

#endif
