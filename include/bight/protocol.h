/* SPDX-License-Identifier: MIT */
/** @file
 * What a protocol author writes: a const table of callbacks, and for a server
 * with shared state a factory. All callbacks run on the loop's thread, never
 * inside a verb that the protocol called (T8), never nested (T9); such rules
 * stand in contracts.md (see api.h).
 */
#ifndef BIGHT_PROTOCOL_H
#define BIGHT_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>

#include <bight/address.h>
#include <bight/api.h>
#include <bight/bytes.h>
#include <bight/error.h>

BIGHT_BEGIN_DECLS

typedef struct bight_loop bight_loop;
typedef struct bight_transport bight_transport;

/** Memory that a protocol offers to read into. */
typedef struct bight_space {
    uint8_t *data;
    size_t size;
} bight_space;

/**
 * One protocol. `self` is `state_size` zeroed bytes per connection, freed
 * after connection_lost. Slots may be NULL; the table grows at its end only.
 * A loop copies it when it first sees it, and knows it by its address from
 * then on: it stays there, unchanged, as long as the loop. So make it static.
 */
typedef struct bight_protocol {
    size_t size;       /**< sizeof(bight_protocol) */
    const char *name;  /**< for logs */
    size_t state_size; /**< bytes of `self` */
    /** First, exactly once (T1). */
    void (*connection_made)(void *self, bight_transport *t);
    /** Never empty; `data` is lent until this returns (T4, T22). */
    void (*data_received)(void *self, bight_transport *t, bight_bytes data);
    /** The peer writes no more. True: go on writing; false or absent: the
     * transport closes itself after flushing (T27). */
    bool (*eof_received)(void *self, bight_transport *t);
    /** Stop producing: the peer is slower than you (T15). */
    void (*pause_writing)(void *self, bight_transport *t);
    /** Go on; strictly paired with pause_writing. */
    void (*resume_writing)(void *self, bight_transport *t);
    /** Last, exactly once, with the reason; frees what `self` owns (T2). */
    void (*connection_lost)(void *self, bight_transport *t, bight_error why);
    /** Offers memory for the next read; lent until buffer_updated or loss. An
     * empty space means: use data_received this time. */
    bight_space (*get_buffer)(void *self, bight_transport *t, size_t hint);
    /** `size` bytes were read into what get_buffer offered. */
    void (*buffer_updated)(void *self, bight_transport *t, size_t size);
    /** The server stops (E11): finish and close. Absent: it is closed. */
    void (*draining)(void *self, bight_transport *t);
} bight_protocol;

/**
 * Makes protocols and holds what they share: one `shared` of `shared_size`
 * zeroed bytes per loop and `factory_options`, while any owner uses it (E3).
 * Copied and known by its address, as a protocol's table; it stays there,
 * unchanged, until the last of those owners' connections has ended.
 */
typedef struct bight_factory {
    size_t size;                    /**< sizeof(bight_factory) */
    const char *name;               /**< for logs */
    const bight_protocol *protocol; /**< for every connection, or see build */
    size_t shared_size;
    /** Before the first port or connect; an error fails that. */
    bight_error (*started)(void *shared, const void *options, bight_loop *loop);
    /** After the last port closed and the last connection ended. */
    void (*stopped)(void *shared);
    /** Chooses the protocol for a peer; an error refuses it (E5). */
    bight_error (*build)(void *shared, const bight_address *peer,
                         const bight_protocol **ret_protocol);
} bight_factory;

/** `t` is lent for the call. */
typedef void (*bight_each_fn)(void *ctx, bight_transport *t);

/** Calls `fn` for each live connection that this factory made on this loop, in
 * no order (E3): one whose connection_made was called and that has not ended.
 * They may be written to, closed and aborted inside. On the loop's thread. */
BIGHT_API void bight_factory_each(bight_loop *loop,
                                  const bight_factory *factory,
                                  bight_each_fn fn, void *ctx);

/** For pause_writing and resume_writing of a protocol that answers what it
 * reads: a peer that does not read is not read from. */
BIGHT_API void bight_pause_own_reading(void *self, bight_transport *t);
BIGHT_API void bight_resume_own_reading(void *self, bight_transport *t);

BIGHT_END_DECLS

#endif
