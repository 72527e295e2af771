/* SPDX-License-Identifier: MIT */
/** @file
 * Owners: listeners and connectors, with the limits of their connections.
 */
#ifndef BIGHT_LISTENER_H
#define BIGHT_LISTENER_H

#include <bight/report.h>
#include <bight/transport.h>

BIGHT_BEGIN_DECLS

typedef struct bight_listener bight_listener;
typedef struct bight_connector bight_connector;
typedef struct bight_filter bight_filter;

/** Limits of each connection of one owner; defaults by bight_limits_init. */
typedef struct bight_limits {
    size_t size;                 /**< sizeof(bight_limits) */
    size_t high_mark;            /**< 64 KiB (T15) */
    size_t low_mark;             /**< 16 KiB */
    size_t write_cap;            /**< 16 MiB (T17) */
    size_t read_limit;           /**< held bytes; 1 MiB (T22) */
    uint64_t connect_timeout_ms; /**< 30 s */
    uint64_t idle_timeout_ms;    /**< 0: none */
    uint64_t write_timeout_ms;   /**< 0: none */
    uint64_t linger_timeout_ms;  /**< 30 s (T24) */
    size_t max_connections;      /**< of a listener; 0: no limit */
    /** Of a listener with filters: until the protocol's connection_made; 15 s,
     * 0: none (T31). On a connector connect_timeout_ms covers that, too (E7).
     */
    uint64_t handshake_timeout_ms;
} bight_limits;

BIGHT_API void bight_limits_init(bight_limits *limits);

/** One filter between the wire and the protocol. */
typedef struct bight_filter_use {
    const bight_filter *filter; /**< lent while the owner lives, and ... */
    const void *options;        /**< ... so are its options */
} bight_filter_use;

/** A connection of this owner ended; called right after connection_lost. */
typedef void (*bight_ended_fn)(void *ctx, bight_transport *t,
                               const bight_end *end);
/** A connection never came to be: refused, failed before it was made (T3). */
typedef void (*bight_refused_fn)(void *ctx, const bight_address *peer,
                                 bight_error why);

/** Whether a peer may connect; asked before there is a handle (E6). An error
 * closes its socket, and is told to `refused`. */
typedef bight_error (*bight_admit_fn)(void *ctx, const bight_address *peer);

/** What owners have in common; all of it copied but what pointers lend. */
typedef struct bight_owner_options {
    size_t size; /**< sizeof(bight_owner_options) */
    bight_limits limits;
    /** Of the factory and its protocols (bight_transport_options); lent until
     * the owner's last connection ended. */
    const void *factory_options;
    const bight_filter_use *filters; /**< from the wire up; copied */
    size_t filter_count;             /**< at most 4 */
    bight_ended_fn ended;
    bight_refused_fn refused;
    bight_admit_fn admit;       /**< of a listener; NULL: everyone */
    void *ctx;                  /**< for all of these functions */
    bight_reported_fn reported; /**< what protocols did; NULL: nobody asks */
} bight_owner_options;

BIGHT_API void bight_owner_options_init(bight_owner_options *options);

typedef struct bight_drain_report {
    size_t size;
    uint64_t served;  /**< connections that ended by themselves in time */
    uint64_t aborted; /**< connections cut at the deadline */
} bight_drain_report;
typedef void (*bight_drained_fn)(void *ctx, const bight_drain_report *report);

/** The address listened on, port resolved (E2). */
BIGHT_API bight_address bight_listener_address(const bight_listener *listener);
/** As text: "tcp:127.0.0.1:8080", "unix:/run/x"; snprintf-like. */
BIGHT_API size_t bight_listener_describe(const bight_listener *listener,
                                         char *buf, size_t size);
/** Connections open now. */
BIGHT_API size_t bight_listener_count(const bight_listener *listener);

/** Nothing new is accepted after it returns; connections are untouched (E4).
 * Idempotent. */
BIGHT_API void bight_listener_stop(bight_listener *listener);
/** Stops, tells every connection, aborts those left after `deadline_ms`, then
 * calls `fn` once (E11). Again with 0: aborts the rest now. */
BIGHT_API void bight_listener_drain(bight_listener *listener,
                                    uint64_t deadline_ms, bight_drained_fn fn,
                                    void *ctx);
/** Stops; the listener is gone once its last connection ended. NULL is fine. */
BIGHT_API void bight_listener_close(bight_listener *listener);

/** Told once how a connect went: `t` is NULL exactly if `error` failed. */
typedef void (*bight_connected_fn)(void *ctx, bight_transport *t,
                                   bight_error error);
/** Gives up a connect: its callback comes with CANCELLED, soon (T3). Legal
 * until that callback. */
BIGHT_API void bight_connector_cancel(bight_connector *connector);

BIGHT_END_DECLS

#endif
