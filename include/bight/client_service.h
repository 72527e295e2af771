/* SPDX-License-Identifier: MIT */
/** @file
 * A client that stays connected (E12): connects to a description, prepares the
 * connection, and after its end or a failure tries again, later each time.
 *
 *     STOPPED ── start ──> CONNECTING ── prepared ──> CONNECTED
 *        ^                    │    ^                      │
 *        │ closed     failed  v    │ delay                │ ended
 *     DISCONNECTING <─ stop ─ WAITING <────────────────────┘
 *
 * On the loop's thread. Verbs call no hook and no callback from inside; hooks
 * may call every verb, bight_client_service_free included.
 */
#ifndef BIGHT_CLIENT_SERVICE_H
#define BIGHT_CLIENT_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/api.h>
#include <bight/deferred.h>
#include <bight/error.h>
#include <bight/listener.h>
#include <bight/transport.h>

BIGHT_BEGIN_DECLS

typedef struct bight_client_service bight_client_service;

typedef enum bight_client_state {
    BIGHT_CLIENT_STOPPED = 0,
    BIGHT_CLIENT_CONNECTING = 1, /**< also while it is prepared */
    BIGHT_CLIENT_CONNECTED = 2,
    BIGHT_CLIENT_WAITING = 3, /**< for the next attempt */
    BIGHT_CLIENT_DISCONNECTING = 4
} bight_client_state;

/** `next_ms` when no attempt follows: the error was fatal. */
#define BIGHT_CLIENT_NEVER UINT64_MAX

/** Fill with bight_client_service_options_init; copied. */
typedef struct bight_client_service_options {
    size_t size;
    /** Of the connections; NULL: defaults. Copied, what it lends stays while
     * the service or one of its connections lives. */
    const bight_owner_options *owner;
    /** Before attempt n+1: min(first * factor^n, max) + U[0,1) * jitter. */
    uint64_t first_delay_ms; /**< 1000 */
    double delay_factor;     /**< 1.5; at least 1 */
    uint64_t max_delay_ms;   /**< 60 000 */
    uint64_t jitter_ms;      /**< 1000 */
    /** n is 0 again once a connection was prepared, or without `prepare` lived
     * so long; 5000. */
    uint64_t lived_ms;
    uint64_t prepare_timeout_ms; /**< 30 000; 0: none */
    uint64_t stop_timeout_ms;    /**< of a stop, then it aborts; 5000 */
    /** 64 random bits; NULL: the service's own, seeded by the system, or on a
     * virtual loop always alike. */
    uint64_t (*random)(void *ctx);
    /** After each connect, connection_made of its protocol included: what must
     * be done before anybody uses it. Its failure is the attempt's; cancelled
     * when the connection ends or a stop comes. NULL (the hook): nothing. */
    bight_deferred *(*prepare)(void *ctx, bight_transport *t);
    /** Whether an attempt that failed so is the last. NULL: never. */
    bool (*is_fatal)(void *ctx, bight_error why);
    /** An attempt failed, or a connection ended that nobody stopped. */
    void (*failed)(void *ctx, bight_error why, uint64_t next_ms);
    void *ctx;
} bight_client_service_options;

BIGHT_API void bight_client_service_options_init(
    bight_client_service_options *options);

/** A stopped one; `options` may be NULL. INVALID: the description, or an
 * option; NO_MEMORY, CLOSED. End it with bight_client_service_free. */
BIGHT_API bight_error bight_client_service_new(
    bight_loop *loop, const char *description, const bight_factory *factory,
    const bight_client_service_options *options,
    bight_client_service **ret_service);

/** Begins to connect, soon; nothing if it has begun. BUSY: it is
 * DISCONNECTING. CLOSED: its loop is. */
BIGHT_API bight_error bight_client_service_start(bight_client_service *service);

/**
 * For good, until the next start: no attempt follows. The connection is closed,
 * at the latest aborted after stop_timeout_ms; then the Deferred fires, without
 * a value. Again: all of them fire together. Cancelling one only stops waiting.
 */
BIGHT_API bight_deferred *bight_client_service_stop(
    bight_client_service *service);

/**
 * The value is a reference to the prepared transport (T7): that of now, or of
 * the next success. After `attempts` more that failed, 0 for no limit, that
 * error. A stop, and a stopped service, reject with CLOSED, a fatal error with
 * itself. Cancelling one touches nothing else.
 */
BIGHT_API bight_deferred *bight_client_service_when_connected(
    bight_client_service *service, unsigned attempts);

BIGHT_API bight_client_state
bight_client_service_state(const bight_client_service *service);

/** The prepared transport, lent; NULL unless CONNECTED. */
BIGHT_API bight_transport *bight_client_service_transport(
    const bight_client_service *service);

/** Stops, and is gone when that is over; also after its loop. NULL is fine. */
BIGHT_API void bight_client_service_free(bight_client_service *service);

BIGHT_END_DECLS

#endif
