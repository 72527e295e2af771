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

enum phase { DOWN, GREETING, READY };

enum kind {
    COMMAND,
    HELLO,     /* of the greeting; an error may mean RESP2 */
    STEP,      /* of the greeting */
    SUBSCRIBE, /* `topic` is confirmed by a push, or RESP2's array */
    UNSUBSCRIBE
};

struct topic;

/* One command. */
struct entry {
    struct entry *next;
    bight_redis_client *client;
    bight_promise *promise; /* COMMAND */
    struct topic *topic;    /* SUBSCRIBE, UNSUBSCRIBE */
    uint64_t number;
    uint32_t size; /* of its bytes, while it waits */
    uint8_t kind;
    bool cancelled; /* its promise is silent */
};

struct queue {
    struct entry *first;
    struct entry **last;
    size_t count;
};

struct chunk;
struct slab;

struct bight_redis_client {
    bight_loop *loop;
    bight_redis_client *self; /* what a factory's options can carry */
    bight_client_service *service;
    bight_redis_options options; /* texts are in `texts` */
    char *texts;
    bight_client_service_options hooks; /* the program's own */
    bight_redis_reader *reader;

    bight_transport *transport; /* lent until connection_lost */
    enum phase phase;
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

    struct queue waiting;
    struct queue flying;
    struct chunk *out;
    struct chunk *spare;
    struct entry *free;
    struct slab *slabs;

    bight_promise *greeting;
    unsigned steps; /* yet to be answered */

    struct topic **topics;
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
void client_leave(bight_redis_client *client);

/* -- queue.c -----------------------------------------------------------------
 */

void queues_init(bight_redis_client *client);
void queues_fini(bight_redis_client *client);

/* A command at the end of those that wait. NULL: no memory. With `ret_d` it
 * has a Deferred. */
struct entry *queue_command(bight_redis_client *client, enum kind kind,
                            const bight_bytes *arguments, size_t count,
                            bight_deferred **ret_d);

/* The bytes of those that wait. */
size_t queue_bytes(const bight_redis_client *client);

/* Written at once, before all that wait: the greeting's. False: no memory. */
bool send_now(bight_redis_client *client, enum kind kind,
              const bight_bytes *arguments, size_t count, struct topic *topic);

/* Gives what waits to the transport, if it is READY for it. */
void flush(bight_redis_client *client);
/* Likewise, once for all that comes in this dispatch. */
void flush_soon(bight_redis_client *client);

/* The first under way, now the caller's. NULL: there is none. */
struct entry *queue_take(struct queue *queue);
void entry_put(struct entry *entry);

/* What is under way, or waits, ends with an error. */
void queue_fail(struct queue *queue, bight_error error);
void waiting_fail(bight_redis_client *client, bight_error error);
/* Subscriptions that wait are sent by the greeting anyway. */
void waiting_drop_topics(bight_redis_client *client);

/* -- greeting.c -------------------------------------------------------------
 */

/* The service's hook: what is to be done before the first command. */
bight_deferred *greet(bight_redis_client *client);
/* An answer to HELLO or a STEP. */
void greeting_answered(bight_redis_client *client, enum kind kind,
                       const bight_redis_reply *reply);
void greeting_failed(bight_redis_client *client, bight_error error);

/* -- answer.c ----------------------------------------------------------------
 */

extern const bight_factory redis_factory;

#endif
