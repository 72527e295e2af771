/* SPDX-License-Identifier: MIT */
/** @file
 * One request and its answer: what a handler works on. An exchange is valid
 * until its end was told (bight_http_on_end), which comes after the answer was
 * written, or when the client is gone. All of it on the loop's thread; no verb
 * calls back from inside.
 */
#ifndef BIGHT_HTTP_EXCHANGE_H
#define BIGHT_HTTP_EXCHANGE_H

#include <bight/deferred.h>
#include <bight/transport.h>

BIGHT_BEGIN_DECLS

typedef struct bight_http_exchange bight_http_exchange;

/**
 * Answers a request whose head is complete. A Deferred that it returns is the
 * connection's from then on (T36): cancelled when the client goes; once it
 * fires, an answer that was begun is finished, an error before that is answered
 * by its status (bight_http_error) or 500. NULL: the answer was begun, or
 * bight_http_later was called; else it is 500 (D13).
 */
typedef bight_deferred *(*bight_http_handler_fn)(void *ctx,
                                                 bight_http_exchange *x);

/** Errors whose codes are statuses: 400 to 599. */
extern BIGHT_API const bight_error_domain bight_http_domain;

static inline bight_error bight_http_error(unsigned status)
{
    return bight_error_make(&bight_http_domain, (int32_t)status);
}

/** Called once at the end: success if all of the answer was handed to the
 * transport; else why not. The exchange is gone when it returns. */
typedef void (*bight_http_end_fn)(void *ctx, bight_http_exchange *x,
                                  bight_error error);
/** One per exchange; NULL takes it back. */
BIGHT_API void bight_http_on_end(bight_http_exchange *x, bight_http_end_fn fn,
                                 void *ctx);

/** For handlers that return NULL: an answer will come, or the client goes. */
BIGHT_API void bight_http_later(bight_http_exchange *x);

/* -- the head: slices, lent until the exchange's end ---------------------- */

/** "GET". */
BIGHT_API bight_bytes bight_http_method(const bight_http_exchange *x);
/** As sent: "/a%20b?c", "*", "http://h/a". */
BIGHT_API bight_bytes bight_http_target(const bight_http_exchange *x);
/** Still coded; never empty but for CONNECT, and "*" for OPTIONS. */
BIGHT_API bight_bytes bight_http_path(const bight_http_exchange *x);
/** Behind the "?"; `data` NULL: there is none. */
BIGHT_API bight_bytes bight_http_query(const bight_http_exchange *x);
/** host[:port] of the target, else of the field Host (RFC 9112, 3.2). */
BIGHT_API bight_bytes bight_http_host(const bight_http_exchange *x);
/** Of HTTP/1.x: 0 or 1. */
BIGHT_API unsigned bight_http_minor(const bight_http_exchange *x);
/** The first field of that name, in any case; `data` NULL: there is none. */
BIGHT_API bight_bytes bight_http_field(const bight_http_exchange *x,
                                       const char *name);
/** All fields in order; false past the last. */
BIGHT_API bool bight_http_field_at(const bight_http_exchange *x, size_t index,
                                   bight_bytes *ret_name,
                                   bight_bytes *ret_value);
/** What a router found for ":name" or "*" in the path, still coded; `data`
 * NULL: there is none. */
BIGHT_API bight_bytes bight_http_path_value(const bight_http_exchange *x,
                                            const char *name);
BIGHT_API bight_transport *bight_http_transport(const bight_http_exchange *x);
BIGHT_API bight_loop *bight_http_loop(const bight_http_exchange *x);
/** When its head was complete: ns of bight_loop_now_ns; 0 unless requests are
 * reported (bight_transport_is_reported). */
BIGHT_API uint64_t bight_http_began_ns(const bight_http_exchange *x);

/* -- its body ------------------------------------------------------------- */

/** Bytes; 0: none. UINT64_MAX: it comes in chunks. */
BIGHT_API uint64_t bight_http_body_length(const bight_http_exchange *x);
/** Bytes of it that came. */
BIGHT_API uint64_t bight_http_received(const bight_http_exchange *x);

/**
 * Keeps the body, up to the limit. The value is a `const bight_bytes *`, lent
 * until the exchange's end. An error of bight_http_domain, 413 or 400, was
 * answered already. Once per exchange: else USAGE. CLOSED: the client goes. Of
 * a Deferred that the handler does not return, a callback that hears an error
 * may come behind the exchange's end.
 */
BIGHT_API bight_deferred *bight_http_read_body(bight_http_exchange *x);

/** Takes a body as it comes. */
typedef struct bight_http_sink {
    size_t size; /**< sizeof(bight_http_sink) */
    /** Some of it, lent for the call, never none. */
    void (*data)(void *ctx, bight_http_exchange *x, bight_bytes data);
    /** Success: it was complete. Else the exchange ends soon. Exactly once. */
    void (*end)(void *ctx, bight_http_exchange *x, bight_error error);
} bight_http_sink;

/** Gives the body to `sink`, without limit but that of `body_rate`; the table
 * is lent until `end`. The client is told to go on if it waits for that
 * (RFC 9110, 10.1.1). USAGE: the body was asked for before. CLOSED: the client
 * goes. */
BIGHT_API bight_error bight_http_stream_body(bight_http_exchange *x,
                                             const bight_http_sink *sink,
                                             void *ctx);
/** No more data comes until resume. */
BIGHT_API void bight_http_pause_body(bight_http_exchange *x);
BIGHT_API void bight_http_resume_body(bight_http_exchange *x);
/** Fields behind a chunked body (RFC 9110, 6.5), once that is complete. */
BIGHT_API bool bight_http_trailer_at(const bight_http_exchange *x, size_t index,
                                     bight_bytes *ret_name,
                                     bight_bytes *ret_value);

/* -- the answer ----------------------------------------------------------- */

/** Nothing of the answer was begun. */
BIGHT_API bool bight_http_is_unanswered(const bight_http_exchange *x);
/** The status of the answer; 0 before that. */
BIGHT_API unsigned bight_http_status(const bight_http_exchange *x);
/** Bytes of the body that were written, before any coding in chunks. */
BIGHT_API uint64_t bight_http_written(const bight_http_exchange *x);
/** Those on the wire: after what middleware made of them, none for HEAD. */
BIGHT_API uint64_t bight_http_sent(const bight_http_exchange *x);

/** Sets a field of the answer in the place of those of that name, or adds one
 * more. INVALID: no token, or CR, LF, NUL and the like in the value (RFC 9112,
 * 11.1), or a name that the server sets itself (Content-Length, Transfer-
 * Encoding, Connection, Date, Server). USAGE: too late. NO_MEMORY. */
BIGHT_API bight_error bight_http_set_field(bight_http_exchange *x,
                                           const char *name, bight_bytes value);
BIGHT_API bight_error bight_http_add_field(bight_http_exchange *x,
                                           const char *name, bight_bytes value);
/** What was set, lent until the next change; `data` NULL: nothing. Middleware's
 * `answer` finds the `type` of an answer here, too. */
BIGHT_API bight_bytes bight_http_answer_field(const bight_http_exchange *x,
                                              const char *name);

/** Answers at once: `type` is Content-Type, or NULL. For HEAD, 204 and 304 the
 * body is left out. Nothing if an answer was begun. */
BIGHT_API void bight_http_answer(bight_http_exchange *x, unsigned status,
                                 const char *type, bight_bytes body);
/** A page that tells the status and no more; fields that were set stay. */
BIGHT_API void bight_http_fail(bight_http_exchange *x, unsigned status);
/** A redirect: 301, 302, 303, 307 or 308. INVALID, nothing sent: a location
 * that may not be in a field. */
BIGHT_API bight_error bight_http_redirect(bight_http_exchange *x,
                                          unsigned status,
                                          bight_bytes location);

/** Of a body whose length nobody knows: it is sent in chunks (RFC 9112, 7.1),
 * to a client of HTTP/1.0 until the connection closes. */
#define BIGHT_HTTP_LENGTH_UNKNOWN UINT64_MAX

/** Begins an answer in pieces; type and length of a 304 are those that a 200
 * would have had, for middleware: neither is sent. INVALID: a status that has
 * no answer of its own (1xx). USAGE: one was begun. CLOSED. */
BIGHT_API bight_error bight_http_start(bight_http_exchange *x, unsigned status,
                                       const char *type, uint64_t length);
/** Writes some of its body, copied; FULL and CLOSED as of a transport (T12).
 * More than was promised ends the connection, and is CLOSED. */
BIGHT_API bight_write_status bight_http_write(bight_http_exchange *x,
                                              bight_bytes data);
/** Writes `length` bytes of the file `fd` from `offset` as a part of the body,
 * by sendfile where that can be; takes `fd` (bight_transport_send_file, T19).
 * Of a body that middleware codes it ends the connection: see
 * bight_http_is_coded. */
BIGHT_API bight_write_status bight_http_send_file(bight_http_exchange *x,
                                                  int fd, uint64_t offset,
                                                  uint64_t length);
/** Middleware changes the body of the answer that was begun. */
BIGHT_API bool bight_http_is_coded(const bight_http_exchange *x);
/** The answer is complete. Less than was promised ends the connection by a
 * reset, so that no one takes it for all. */
BIGHT_API void bight_http_finish(bight_http_exchange *x);

/** Writes a body on demand (T18). */
typedef struct bight_http_source {
    size_t size; /**< sizeof(bight_http_source) */
    /** There is room. Of a pull source: write some, or finish; it is asked
     * again until a write is FULL. Else: once at first and after each FULL. */
    void (*resume)(void *ctx, bight_http_exchange *x);
    /** No more calls come; once. May be NULL. */
    void (*stop)(void *ctx, bight_http_exchange *x);
    bool pull;
} bight_http_source;

/** After bight_http_start; the first resume comes soon. The table is lent until
 * `stop`. Of a body that is left out (HEAD, 204, 304) nothing is asked: the
 * answer is complete. BUSY: there is one. USAGE: nothing was begun, or all is
 * written. */
BIGHT_API bight_error bight_http_produce(bight_http_exchange *x,
                                         const bight_http_source *source,
                                         void *ctx);

/* -- another protocol ----------------------------------------------------- */

/** The protocols that the client asks to go on with (Upgrade; RFC 9110, 7.8) by
 * a request without a body; `data` NULL: none, or not yet (the body has to be
 * read first). */
BIGHT_API bight_bytes bight_http_upgrade(const bight_http_exchange *x);

/**
 * Answers 101 with `token` as Upgrade, or 200 to a CONNECT (`token` NULL), and
 * hands the connection over, with bytes that came behind the request (T33). The
 * exchange ends with success. USAGE: that was not asked for, or answered. As
 * bight_transport_set_protocol: BUSY also if the handler returned a Deferred
 * that has not fired.
 */
BIGHT_API bight_error bight_http_switch(bight_http_exchange *x,
                                        const char *token,
                                        const bight_protocol *protocol,
                                        void **ret_self);

BIGHT_END_DECLS

#endif
