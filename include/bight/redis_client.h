/* SPDX-License-Identifier: MIT */
/** @file
 * A client of one Redis server, on the loop's thread: commands as Deferreds, in
 * one pipeline; it stays connected, as client_service.h says. All commands of a
 * dispatch leave in one write. Verbs call nothing of yours from inside.
 */
#ifndef BIGHT_REDIS_CLIENT_H
#define BIGHT_REDIS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include <bight/client_service.h>
#include <bight/redis_error.h>
#include <bight/redis_reply.h>

BIGHT_BEGIN_DECLS

typedef struct bight_redis_client bight_redis_client;

/** Fill with bight_redis_options_init; copied, texts too. */
typedef struct bight_redis_options {
    size_t size;
    /** Delays, limits, is_fatal, failed; NULL: defaults. `prepare` is the
     * client's own. Copied, as bight_client_service_new does. */
    const bight_client_service_options *service;
    const char *user;     /**< NULL: the default user */
    const char *password; /**< NULL: no AUTH */
    unsigned database;    /**< SELECT, unless 0 */
    const char *name;     /**< CLIENT SETNAME; NULL: none */
    unsigned protocol;    /**< 0: RESP3, else RESP2; 2 or 3: only that */
    /** While there is no connection: refuse commands (NOT_CONNECTED), those
     * that wait too. Else they wait for the next. */
    bool refuse_offline;
    size_t max_commands; /**< under way and waiting; 65 536 */
    size_t max_bytes;    /**< of those that wait; 16 MiB */
    bight_redis_limits limits;
    /** A push that belongs to no subscription ("invalidate"); lent. */
    void (*pushed)(void *ctx, const bight_redis_reply *push);
    void *ctx; /**< of `pushed` */
} bight_redis_options;

BIGHT_API void bight_redis_options_init(bight_redis_options *options);

/** A client that begins to connect, soon; `options` may be NULL. INVALID: the
 * description or an option; NO_MEMORY, CLOSED. */
BIGHT_API bight_error bight_redis_client_new(bight_loop *loop,
                                             const char *description,
                                             const bight_redis_options *options,
                                             bight_redis_client **ret_client);

/**
 * Sends a command of `count` arguments, its name first; they are copied. The
 * value is a bight_redis_reply, freed by its destructor; an error reply rejects
 * (bight_redis_domain), and so does LOST: it is never sent twice. Cancelled,
 * as by bight_timeout, it is not sent, or its reply dropped. What changes the
 * connection's mode (SUBSCRIBE, HELLO, ...) is USAGE. CLOSED after a stop.
 */
BIGHT_API bight_deferred *bight_redis_command(bight_redis_client *client,
                                              const bight_bytes *arguments,
                                              size_t count);

/** bight_redis_command of strings, ended by NULL. */
BIGHT_API bight_deferred *bight_redis_call(bight_redis_client *client,
                                           const char *name, ...)
    __attribute__((sentinel));

/** Connected, greeted and authenticated, without a value; otherwise as
 * bight_client_service_when_connected. */
BIGHT_API bight_deferred *bight_redis_when_ready(bight_redis_client *client,
                                                 unsigned attempts);

/** Commands under way and waiting, cancelled ones too. */
BIGHT_API size_t bight_redis_pending(const bight_redis_client *client);

/** 2 or 3; 0: not connected. */
BIGHT_API unsigned bight_redis_protocol(const bight_redis_client *client);

/** To look at its state; lent. Stop the client, not the service. */
BIGHT_API bight_client_service *bight_redis_service(
    const bight_redis_client *client);

/** Closes, as bight_client_service_stop: commands that wait are rejected with
 * CLOSED, those under way with LOST. Await them first. */
BIGHT_API bight_deferred *bight_redis_client_stop(bight_redis_client *client);

/** Stops, and is gone with its subscriptions when that is over. NULL is fine.
 */
BIGHT_API void bight_redis_client_free(bight_redis_client *client);

/* -- subscriptions --------------------------------------------------------- */

typedef struct bight_redis_subscription bight_redis_subscription;

typedef enum bight_redis_topic {
    BIGHT_REDIS_CHANNEL = 1,
    BIGHT_REDIS_PATTERN = 2
} bight_redis_topic;

/** A message; all of it is lent. */
typedef struct bight_redis_message {
    size_t size;
    bight_bytes channel;
    bight_bytes pattern; /**< that it matched; empty for a channel's */
    bight_bytes payload;
} bight_redis_message;

typedef void (*bight_redis_message_fn)(void *ctx,
                                       const bight_redis_message *message);

/**
 * Calls `fn` for each message, also after each reconnect; what is published
 * meanwhile is lost. The Deferred, without a value, is the server's first
 * confirmation, or its refusal. *ret_subscription is to be ended, also after
 * that, until its client is freed; it is NULL without memory, and after a stop.
 * With RESP2 the server takes no commands meanwhile: use a client of its own.
 */
BIGHT_API bight_deferred *bight_redis_subscribe(
    bight_redis_client *client, bight_redis_topic kind, bight_bytes name,
    bight_redis_message_fn fn, void *ctx,
    bight_redis_subscription **ret_subscription);

/** `fn` is not called any more. NULL is fine. */
BIGHT_API void bight_redis_unsubscribe(bight_redis_subscription *subscription);

BIGHT_END_DECLS

#endif
