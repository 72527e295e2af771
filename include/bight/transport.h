/* SPDX-License-Identifier: MIT */
/** @file
 * A connection, as its protocol sees it. Every verb is legal in every callback
 * and outside of them, on the loop's thread; none calls user code. A transport
 * is valid until connection_lost returned, longer while referenced; an ended
 * one answers CLOSED or false to every verb (T10: a rule of contracts.md, see
 * api.h).
 */
#ifndef BIGHT_TRANSPORT_H
#define BIGHT_TRANSPORT_H

#include <bight/deferred.h>
#include <bight/log.h>
#include <bight/protocol.h>

BIGHT_BEGIN_DECLS

/** What became of a write; may be ignored (T12). */
typedef enum bight_write_status {
    BIGHT_WRITE_READY = 0,
    BIGHT_WRITE_FULL = 1,  /**< taken; stop producing until resume_writing */
    BIGHT_WRITE_CLOSED = 2 /**< dropped: closed, eof written, or ended */
} bight_write_status;

/** Who pauses reading; each reason is its own switch (T20). */
typedef enum bight_hold {
    BIGHT_HOLD_USER = 1,   /**< the protocol, and bight_pause_own_reading */
    BIGHT_HOLD_RATE = 2,   /**< a limit of speed */
    BIGHT_HOLD_FRAMER = 4, /**< what cuts the bytes into messages */
    BIGHT_HOLD_UPGRADE = 8 /**< a change of protocol under way */
} bight_hold;

/** What a transport may or may not be able to do. */
typedef enum bight_capability {
    BIGHT_CAN_WRITE_EOF = 1,
    BIGHT_CAN_RESET = 2,      /**< abort reaches the peer as a reset */
    BIGHT_CAN_CREDENTIALS = 3 /**< the peer address tells pid and uid */
} bight_capability;

/** The deadlines of one connection (T31): never early, up to 20 ms late (two
 * ticks of 10 ms, L4), on a manual or virtual clock, too. */
typedef enum bight_timeout_kind {
    BIGHT_TIMEOUT_IDLE = 1,  /**< nothing read or written; default none */
    BIGHT_TIMEOUT_WRITE = 2, /**< queued bytes make no progress; none */
    BIGHT_TIMEOUT_LINGER = 3 /**< from close to the end; 30 s */
} bight_timeout_kind;

typedef enum bight_party {
    BIGHT_PARTY_LOCAL = 1,
    BIGHT_PARTY_PEER = 2,
    BIGHT_PARTY_SYSTEM = 3
} bight_party;

/** How a connection ended, or what is known so far (T29). */
typedef struct bight_end {
    size_t size; /**< sizeof(bight_end), set by the caller */
    bight_party who;
    bight_error why;       /**< the first cause; success: not ended */
    int system;            /**< errno, 0 where there is none */
    unsigned later_causes; /**< how many came after the first */
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint64_t unsent; /**< bytes written that never left */
    uint64_t duration_ms;
} bight_end;

/** Called once when owned bytes are no longer needed, also when the connection
 * dies; inside any verb or between callbacks, so it must not call verbs. */
typedef void (*bight_release_fn)(void *ctx, bight_bytes data);

/** Writes a copy of `data`, corked until the dispatch ends (T11 to T17). */
BIGHT_API bight_write_status bight_transport_write(bight_transport *t,
                                                   bight_bytes data);

/** Writes `count` pieces as one. */
BIGHT_API bight_write_status bight_transport_writev(bight_transport *t,
                                                    const bight_bytes *pieces,
                                                    size_t count);

/** Writes by reference: `release` is called exactly once, whatever happens. */
BIGHT_API bight_write_status bight_transport_write_take(
    bight_transport *t, bight_bytes data, bight_release_fn release, void *ctx);

/** How a file came out, once: from the ready queue, before connection_lost, so
 * `ctx` may be the protocol's state. `sent` bytes left the file for the wire;
 * success: all of them. */
typedef void (*bight_sent_fn)(void *ctx, bight_transport *t, uint64_t sent,
                              bight_error error);

/**
 * Sends `length` bytes of the regular file `fd` from `offset`, in order with
 * other writes (T19). Takes `fd` and closes it, whatever happens. `fn` may be
 * NULL; CLOSED: it is not called. What waits counts towards the marks, not
 * towards the cap. A file that is shorter, or fails, ends the connection.
 */
BIGHT_API bight_write_status bight_transport_send_file(bight_transport *t,
                                                       int fd, uint64_t offset,
                                                       uint64_t length,
                                                       bight_sent_fn fn,
                                                       void *ctx);

/** Sends eof after what is queued; reading goes on, a producer is stopped.
 * Idempotent (T26). UNSUPPORTED where the wire cannot; CLOSED. */
BIGHT_API bight_error bight_transport_write_eof(bight_transport *t);

/** Flushes, sends eof, waits for the peer's, at most 2 s or 1 MiB of input,
 * and ends. Nothing is delivered any more but connection_lost. All of it is
 * bounded by the linger timeout (T23, T24). */
BIGHT_API void bight_transport_close(bight_transport *t);

/** Flushes and ends, for protocols that know that the peer is done. */
BIGHT_API void bight_transport_close_now(bight_transport *t);

/** Drops what is queued and ends; TCP sends a reset (T25). */
BIGHT_API void bight_transport_abort(bight_transport *t);

/** Ends the connection with `why` as its reason, for a protocol whose peer
 * breaks the rules. Flushes once: if all left, it ends as close does, else the
 * rest is dropped and the wire reset (T30). Does nothing once it closes. The
 * code of `why` is kept; its texts as long as any note. */
BIGHT_API void bight_transport_fail(bight_transport *t, bight_error why);

BIGHT_API void bight_transport_pause_reading(bight_transport *t,
                                             bight_hold reason);
BIGHT_API void bight_transport_resume_reading(bight_transport *t,
                                              bight_hold reason);

/** Another protocol from when the running callback returned (T33); a producer
 * is stopped, what was heard (eof, draining) is not told again. Its state
 * is made now: `*ret_self` (may be NULL) can be filled at once, for it hears
 * connection_made and connection_lost even if the connection ends meanwhile.
 * NO_MEMORY, CLOSED (also before connection_made), BUSY: a change is pending,
 * it is piped, or owns Deferreds or files, whose callbacks may use this
 * protocol's state (T36, T19). */
BIGHT_API bight_error bight_transport_set_protocol(
    bight_transport *t, const bight_protocol *protocol, void **ret_self);

/** Puts bytes back in front of what is yet to be delivered: for what a
 * protocol read too much before set_protocol. Without that, or a pause, they
 * come again at once. NO_MEMORY; CLOSED, also after eof_received. */
BIGHT_API bight_error bight_transport_unread(bight_transport *t,
                                             bight_bytes data);

/** Keeps `t` past its end, and past its loop's: bight_transport_loop is then
 * no loop any more. */
BIGHT_API bight_transport *bight_transport_ref(bight_transport *t);
/** NULL is fine. Never closes. */
BIGHT_API void bight_transport_unref(bight_transport *t);

/** Marks for pause_writing and resume_writing; in force at once (T15).
 * INVALID: low > high. NO_MEMORY, CLOSED. */
BIGHT_API bight_error bight_transport_set_marks(bight_transport *t, size_t high,
                                                size_t low);
/** The most that may be queued before WRITE_OVERFLOW (T17). */
BIGHT_API bight_error bight_transport_set_write_cap(bight_transport *t,
                                                    size_t cap);
/** For bight_transport_set_timeout: what the owner's options say again. */
#define BIGHT_TIMEOUT_OF_OWNER UINT64_MAX
/** 0 switches the deadline off, but for linger, where it is INVALID. Up to
 * 20 ms late (L4). NO_MEMORY, CLOSED. */
BIGHT_API bight_error bight_transport_set_timeout(bight_transport *t,
                                                  bight_timeout_kind which,
                                                  uint64_t ms);

/** Bytes written that have not left, in all layers, but for those still in
 * their files (T16, T19). */
BIGHT_API size_t bight_transport_queued(const bight_transport *t);
BIGHT_API bool bight_transport_can(const bight_transport *t,
                                   bight_capability what);
/** Open: connection_made was heard and nothing has ended it yet. */
BIGHT_API bool bight_transport_is_open(const bight_transport *t);
BIGHT_API bool bight_transport_is_paused(const bight_transport *t);
/** Data may be delivered now: open, no reason to pause, no bytes held, no
 * change of protocol pending. What hands data on in pieces asks after each. */
BIGHT_API bool bight_transport_is_reading(const bight_transport *t);
BIGHT_API void bight_transport_end(const bight_transport *t, bight_end *end);
BIGHT_API bight_address bight_transport_peer(const bight_transport *t);
/** NOT_FOUND where the wire has none. */
BIGHT_API bight_error bight_transport_local(const bight_transport *t,
                                            bight_address *ret_address);
/** The descriptor, borrowed, -1 if there is none: to look at, not to use. */
BIGHT_API int bight_transport_fd(const bight_transport *t);
BIGHT_API bight_loop *bight_transport_loop(const bight_transport *t);
/** The running protocol's state; NULL once it is gone. */
BIGHT_API void *bight_transport_self(const bight_transport *t);
/** What the factory shares, and its owner's `factory_options`: how a client's
 * protocol learns what it is to do. */
BIGHT_API void *bight_transport_shared(const bight_transport *t);
BIGHT_API const void *bight_transport_options(const bight_transport *t);

/** Logs with the protocol's name, the peer and the descriptor added; of one
 * event 10 lines a second, then a count. `event` is a constant (S5). */
BIGHT_API void bight_transport_log(const bight_transport *t,
                                   bight_log_level level, const char *event,
                                   const bight_log_field *fields, size_t count);

/** Something that writes on demand (T18). `finish` and `stop` may be NULL. */
typedef struct bight_producer {
    size_t size; /**< sizeof(bight_producer) */
    /** Write now. A pull producer is asked again after each call until a
     * write answers FULL; a push producer once per pause. */
    void (*resume)(void *ctx, bight_transport *t);
    /** Stop writing (push only). */
    void (*pause)(void *ctx, bight_transport *t);
    /** The transport is closing: write the rest, then unregister. Absent: the
     * producer is stopped at once. */
    void (*finish)(void *ctx, bight_transport *t);
    /** No more calls come. Exactly once, unless it unregistered. */
    void (*stop)(void *ctx, bight_transport *t);
    bool pull;
} bight_producer;

/** The table is lent until stop or unregister. BUSY: there is one already.
 * INVALID: no resume. NO_MEMORY, CLOSED. The first resume comes soon. */
BIGHT_API bight_error bight_transport_register_producer(
    bight_transport *t, const bight_producer *producer, void *ctx);
BIGHT_API void bight_transport_unregister_producer(bight_transport *t);

/**
 * Writes everything that `from` reads to `to`, eof included, with `from` read
 * only as fast as `to` takes it. Both may be piped to each other. When one
 * ends, the other is closed, unless eofs went both ways: that ends by itself.
 * NO_MEMORY, CLOSED, BUSY: already piped. INVALID: to itself, or to one of
 * another loop.
 */
BIGHT_API bight_error bight_pipe(bight_transport *from, bight_transport *to);

/**
 * Takes the consumer's end of `d`: it is cancelled when the connection ends,
 * and connection_lost waits for it, at most the linger timeout, so that its
 * callbacks may use the protocol's state (T36). Of a connection that is over it
 * is cancelled and detached. Without memory the connection ends.
 */
BIGHT_API void bight_transport_own(bight_transport *t, bight_deferred *d);

BIGHT_END_DECLS

#endif
