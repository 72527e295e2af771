/* SPDX-License-Identifier: MIT */
/*
 * The client's inside. Commands wait in `waiting`, their bytes in `out`, until
 * one flush for each dispatch gives both away: the bytes to the transport, the
 * commands to `flying`, in whose order the answers come.
 *
 *     DOWN ── connection_made ──> GREETING ── all steps answered ──> READY
 *      ^                             │ refused, lost                   │ lost
 *      └─────────────────────────────┴─────────────────────────────────┘
 */
#ifndef REDIS_CLIENT_H
#define REDIS_CLIENT_H

#include <bight/redis_client.h>

enum bight__redis_phase {
    BIGHT__REDIS_DOWN,
    BIGHT__REDIS_GREETING,
    BIGHT__REDIS_READY
};

enum bight__redis_kind {
    BIGHT__REDIS_COMMAND,
    BIGHT__REDIS_HELLO,     /* of the greeting; an error may mean RESP2 */
    BIGHT__REDIS_STEP,      /* of the greeting */
    BIGHT__REDIS_SUBSCRIBE, /* confirmed by a push, or RESP2's array */
    BIGHT__REDIS_UNSUBSCRIBE
};

struct bight__redis_topic;

/* One command. */
struct bight__redis_entry {
    struct bight__redis_entry *next;
    bight_redis_client *client;
    bight_promise *promise;           /* COMMAND */
    struct bight__redis_topic *topic; /* SUBSCRIBE, UNSUBSCRIBE */
    uint64_t number;
    uint32_t size; /* of its bytes, while it waits */
    uint8_t kind;
    bool cancelled; /* its promise is silent */
};

struct bight__redis_queue {
    struct bight__redis_entry *first;
    struct bight__redis_entry **last;
    size_t count;
};

struct bight__redis_chunk;
struct bight__redis_slab;

struct bight_redis_client {
    bight_loop *loop;
    bight_redis_client *self; /* what a factory's options can carry */
    bight_client_service *service;
    bight_redis_options options; /* texts are in `texts` */
    char *texts;
    bight_client_service_options hooks; /* the program's own */
    bight_redis_reader *reader;

    bight_transport *transport; /* lent until connection_lost */
    enum bight__redis_phase phase;
    unsigned protocol; /* of the connection */
    bool paused;       /* the transport is FULL */
    bool stopped;      /* for good, until it is freed */
    bool freed;
    bool flushing;  /* a flush is queued */
    unsigned busy;  /* calls into this that are under way */
    size_t lent;    /* chunks that the transport has */
    size_t dead;    /* cancelled among those that wait */
    uint64_t made;  /* entries; their numbers */
    uint64_t given; /* entries below this number were sent */

    struct bight__redis_queue waiting;
    struct bight__redis_queue flying;
    struct bight__redis_chunk *out;
    struct bight__redis_chunk *spare;
    struct bight__redis_entry *free;
    struct bight__redis_slab *slabs;

    bight_promise *greeting;
    unsigned steps; /* yet to be answered */

    struct bight__redis_topic **topics;
    size_t topic_count;
    size_t topic_room;  /* a power of two */
    int64_t subscribed; /* RESP2: as the server counts */
    bight_redis_subscription *subscriptions;
    unsigned delivering;
    bight_redis_subscription *graves;
};

/* -- client.c ----------------------------------------------------------------
 */

/* Frees it if it is time. */
void bight__redis_client_leave(bight_redis_client *client);

/* -- queue.c -----------------------------------------------------------------
 */

void bight__redis_queues_init(bight_redis_client *client);
void bight__redis_queues_fini(bight_redis_client *client);

/* A command at the end of those that wait. NULL: no memory. With `ret_d` it
 * has a Deferred. */
struct bight__redis_entry *bight__redis_queue_command(
    bight_redis_client *client, enum bight__redis_kind kind,
    const bight_bytes *arguments, size_t count, bight_deferred **ret_d);

/* The bytes of those that wait. */
size_t bight__redis_queue_bytes(const bight_redis_client *client);

/* Written at once, before all that wait: the greeting's. False: no memory. */
bool bight__redis_send_now(bight_redis_client *client,
                           enum bight__redis_kind kind,
                           const bight_bytes *arguments, size_t count,
                           struct bight__redis_topic *topic);

/* Gives what waits to the transport, if it is READY for it. */
void bight__redis_flush(bight_redis_client *client);
/* Likewise, once for all that comes in this dispatch. */
void bight__redis_flush_soon(bight_redis_client *client);

/* The first under way, now the caller's. NULL: there is none. */
struct bight__redis_entry *bight__redis_queue_take(
    struct bight__redis_queue *queue);
void bight__redis_entry_put(struct bight__redis_entry *entry);

/* What is under way, or waits, ends with an error. */
void bight__redis_queue_fail(struct bight__redis_queue *queue,
                             bight_error error);
void bight__redis_waiting_fail(bight_redis_client *client, bight_error error);
/* Subscriptions that wait are sent by the greeting anyway. */
void bight__redis_waiting_drop_topics(bight_redis_client *client);

/* -- greeting.c -------------------------------------------------------------
 */

/* The service's hook: what is to be done before the first command. */
bight_deferred *bight__redis_greet(bight_redis_client *client);
/* An answer to HELLO or a STEP. */
void bight__redis_greeting_answered(bight_redis_client *client,
                                    enum bight__redis_kind kind,
                                    const bight_redis_reply *reply);
void bight__redis_greeting_failed(bight_redis_client *client,
                                  bight_error error);

/* -- answer.c ----------------------------------------------------------------
 */

extern const bight_factory bight__redis_factory;

#endif
