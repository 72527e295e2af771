/* SPDX-License-Identifier: MIT */
/*
 * Subscriptions. A topic is what the server knows, a subscription who listens;
 * a topic without any leaves the table, and lives on only for the commands
 * under way that are about it.
 */
#include "topic.h"

#include <string.h>

#include <bight/alloc.h>
#include <bight/log.h>

struct bight__redis_topic {
    struct bight__redis_topic *next; /* of the same place in the table */
    bight_redis_client *client;
    bight_redis_topic kind;
    bool known; /* in the table */
    bool confirmed;
    unsigned refs; /* subscriptions, commands, a delivery */
    bight_redis_subscription *first;
    size_t size;
    uint8_t name[];
};

struct bight_redis_subscription {
    bight_redis_subscription *next;  /* of the topic */
    bight_redis_subscription *grave; /* ended while messages are delivered */
    bight_redis_subscription *after; /* of the client's */
    bight_redis_subscription **at;   /* what points here among those */
    struct bight__redis_topic *topic;
    bight_redis_message_fn fn; /* NULL: ended */
    void *ctx;
    bight_promise *promise; /* until the first confirmation */
};

static bight_bytes name_of(const struct bight__redis_topic *topic)
{
    return bight_bytes_of(topic->name, topic->size);
}

/* -- the table
 * ----------------------------------------------------------------- */

static struct bight__redis_topic **place_of(const bight_redis_client *client,
                                            bight_redis_topic kind,
                                            bight_bytes name)
{
    uint32_t hash = 2166136261u ^ (uint32_t)kind;
    for (size_t i = 0; i < name.size; i++)
        hash = (hash ^ name.data[i]) * 16777619u;
    return &client->topics[hash & (client->topic_room - 1)];
}

static struct bight__redis_topic *find(const bight_redis_client *client,
                                       bight_redis_topic kind, bight_bytes name)
{
    if (client->topic_count == 0)
        return NULL;
    struct bight__redis_topic *topic = *place_of(client, kind, name);
    while (topic != NULL &&
           (topic->kind != kind || !bight_bytes_equal(name_of(topic), name)))
        topic = topic->next;
    return topic;
}

static void insert(bight_redis_client *client, struct bight__redis_topic *topic)
{
    struct bight__redis_topic **place =
        place_of(client, topic->kind, name_of(topic));
    topic->next = *place;
    *place = topic;
}

static bool grow(bight_redis_client *client)
{
    size_t old_room = client->topic_room;
    struct bight__redis_topic **old = client->topics;
    size_t room = old_room == 0 ? 16 : 2 * old_room;
    struct bight__redis_topic **topics =
        bight_zalloc(room * sizeof(struct bight__redis_topic *));
    if (topics == NULL)
        return false;
    client->topics = topics;
    client->topic_room = room;
    for (size_t i = 0; i < old_room; i++) {
        while (old[i] != NULL) {
            struct bight__redis_topic *topic = old[i];
            old[i] = topic->next;
            insert(client, topic);
        }
    }
    bight_free(old);
    return true;
}

static struct bight__redis_topic *topic_new(bight_redis_client *client,
                                            bight_redis_topic kind,
                                            bight_bytes name)
{
    if (client->topic_count == client->topic_room && !grow(client))
        return NULL;
    struct bight__redis_topic *topic = bight_zalloc(sizeof(*topic) + name.size);
    if (topic == NULL)
        return NULL;
    topic->client = client;
    topic->kind = kind;
    topic->known = true;
    topic->size = name.size;
    if (name.size > 0)
        memcpy(topic->name, name.data, name.size);
    insert(client, topic);
    client->topic_count++;
    return topic;
}

static void forget(struct bight__redis_topic *topic)
{
    bight_redis_client *client = topic->client;
    struct bight__redis_topic **place =
        place_of(client, topic->kind, name_of(topic));
    if (!topic->known)
        return;
    topic->known = false;
    while (*place != topic)
        place = &(*place)->next;
    *place = topic->next;
    client->topic_count--;
}

void bight__redis_topic_unref(struct bight__redis_topic *topic)
{
    if (--topic->refs == 0) {
        forget(topic);
        bight_free(topic);
    }
}

/* -- confirmations
 * --------------------------------------------------------------- */

static void settle(struct bight__redis_topic *topic, bight_error error)
{
    bight_redis_subscription *each = topic->first;
    for (; each != NULL; each = each->next) {
        bight_promise *promise = each->promise;
        each->promise = NULL;
        if (promise != NULL && bight_failed(error))
            bight_promise_reject(promise, error);
        else if (promise != NULL)
            bight_promise_resolve(promise, bight_value_none());
    }
}

void bight__redis_topic_confirmed(struct bight__redis_topic *topic)
{
    topic->confirmed = true;
    settle(topic, bight_ok());
}

/* Whoever was confirmed before is told nothing else than a line of the log. */
void bight__redis_topic_refused(struct bight__redis_topic *topic,
                                bight_error error)
{
    bight_log_field fields[] = {bight_log_bytes("topic", name_of(topic)),
                                bight_log_error("why", error)};
    bight_log_write(BIGHT_LOG_WARNING, "subscribe-refused", fields, 2);
    forget(topic);
    settle(topic, error);
}

static const bight_bytes words[2][2] = {
    {{(const uint8_t *)"SUBSCRIBE", 9}, {(const uint8_t *)"PSUBSCRIBE", 10}},
    {{(const uint8_t *)"UNSUBSCRIBE", 11},
     {(const uint8_t *)"PUNSUBSCRIBE", 12}}};

static bight_bytes word_for(const struct bight__redis_topic *topic,
                            enum bight__redis_kind kind)
{
    return words[kind == BIGHT__REDIS_UNSUBSCRIBE]
                [topic->kind == BIGHT_REDIS_PATTERN];
}

static bool send_topic(struct bight__redis_topic *topic)
{
    const bight_bytes arguments[] = {word_for(topic, BIGHT__REDIS_SUBSCRIBE),
                                     name_of(topic)};
    topic->refs++;
    if (bight__redis_send_now(topic->client, BIGHT__REDIS_SUBSCRIBE, arguments,
                              2, topic))
        return true;
    topic->refs--;
    return false;
}

bool bight__redis_topics_send(bight_redis_client *client)
{
    for (size_t i = 0; i < client->topic_room; i++)
        for (struct bight__redis_topic *topic = client->topics[i];
             topic != NULL; topic = topic->next)
            if (!send_topic(topic))
                return false;
    return true;
}

void bight__redis_topics_lost(bight_redis_client *client)
{
    bight__redis_waiting_drop_topics(client);
    client->subscribed = 0;
    for (size_t i = 0; i < client->topic_room; i++)
        for (struct bight__redis_topic *topic = client->topics[i];
             topic != NULL; topic = topic->next)
            topic->confirmed = false;
}

/* In order with the commands that wait. */
static bool queue_topic(struct bight__redis_topic *topic,
                        enum bight__redis_kind kind)
{
    const bight_bytes arguments[] = {word_for(topic, kind), name_of(topic)};
    struct bight__redis_entry *entry =
        bight__redis_queue_command(topic->client, kind, arguments, 2, NULL);
    if (entry == NULL)
        return false;
    entry->topic = topic;
    topic->refs++;
    return true;
}

/* -- messages
 * --------------------------------------------------------------------- */

static void bury(bight_redis_client *client)
{
    while (client->delivering == 0 && client->graves != NULL) {
        bight_redis_subscription *grave = client->graves;
        client->graves = grave->grave;
        bight_free(grave);
    }
}

/* Those that end meanwhile stay where they are until the last was called. */
static void deliver(struct bight__redis_topic *topic,
                    const bight_redis_message *message)
{
    bight_redis_client *client = topic->client;
    bight_redis_subscription *each = topic->first;
    topic->refs++;
    client->delivering++;
    for (; each != NULL; each = each->next)
        if (each->fn != NULL)
            each->fn(each->ctx, message);
    client->delivering--;
    bight__redis_topic_unref(topic);
    bury(client);
}

bool bight__redis_topics_deliver(bight_redis_client *client,
                                 const bight_redis_reply *push)
{
    const bight_redis_reply *items = push->as.items;
    bight_redis_message message = {.size = sizeof(message)};
    struct bight__redis_topic *topic = NULL;
    if (push->count == 3 &&
        bight_bytes_equal(items[0].text, BIGHT_BYTES("message"))) {
        message.channel = items[1].text;
        message.payload = items[2].text;
        topic = find(client, BIGHT_REDIS_CHANNEL, message.channel);
    } else if (push->count == 4 &&
               bight_bytes_equal(items[0].text, BIGHT_BYTES("pmessage"))) {
        message.pattern = items[1].text;
        message.channel = items[2].text;
        message.payload = items[3].text;
        topic = find(client, BIGHT_REDIS_PATTERN, message.pattern);
    } else {
        return false;
    }
    if (topic != NULL)
        deliver(topic, &message);
    return true;
}

/* -- subscriptions
 * ------------------------------------------------------------------ */

static void link_new(bight_redis_client *client, bight_redis_subscription *made)
{
    bight_redis_subscription **last = &made->topic->first;
    while (*last != NULL)
        last = &(*last)->next;
    *last = made;
    made->after = client->subscriptions;
    if (made->after != NULL)
        made->after->at = &made->after;
    made->at = &client->subscriptions;
    client->subscriptions = made;
}

/* A delivery that stands at it goes on from its `next`. */
static void unlink_ended(bight_redis_subscription *ended)
{
    bight_redis_subscription **at = &ended->topic->first;
    while (*at != ended)
        at = &(*at)->next;
    *at = ended->next;
    *ended->at = ended->after;
    if (ended->after != NULL)
        ended->after->at = ended->at;
}

static bight_redis_subscription *subscription_new(bight_redis_client *client,
                                                  bight_redis_topic kind,
                                                  bight_bytes name)
{
    bight_redis_subscription *made = bight_zalloc(sizeof(*made));
    struct bight__redis_topic *topic = find(client, kind, name);
    if (made != NULL && topic == NULL)
        topic = topic_new(client, kind, name);
    if (made == NULL || topic == NULL) {
        bight_free(made);
        return NULL;
    }
    bool asks = topic->refs == 0 && client->phase == BIGHT__REDIS_READY;
    topic->refs++;
    made->topic = topic;
    if (asks && !queue_topic(topic, BIGHT__REDIS_SUBSCRIBE)) {
        bight__redis_topic_unref(topic);
        bight_free(made);
        return NULL;
    }
    link_new(client, made);
    return made;
}

bight_deferred *bight_redis_subscribe(
    bight_redis_client *client, bight_redis_topic kind, bight_bytes name,
    bight_redis_message_fn fn, void *ctx,
    bight_redis_subscription **ret_subscription)
{
    *ret_subscription = NULL;
    if (client->stopped)
        return bight_deferred_rejected(client->loop,
                                       bight_error_of(BIGHT_ERROR_CLOSED));
    bight_redis_subscription *made = subscription_new(client, kind, name);
    if (made == NULL)
        return NULL;
    made->fn = fn;
    made->ctx = ctx;
    bight_deferred *d =
        bight_deferred_new(client->loop, &made->promise, NULL, NULL);
    if (d == NULL) {
        bight_redis_unsubscribe(made);
        return NULL;
    }
    if (made->topic->confirmed) {
        bight_promise_resolve(made->promise, bight_value_none());
        made->promise = NULL;
    }
    *ret_subscription = made;
    return d;
}

void bight_redis_unsubscribe(bight_redis_subscription *ended)
{
    if (ended == NULL)
        return;
    struct bight__redis_topic *topic = ended->topic;
    bight_redis_client *client = topic->client;
    if (ended->promise != NULL)
        bight_promise_reject(ended->promise,
                             bight_error_of(BIGHT_ERROR_CANCELLED));
    ended->promise = NULL;
    ended->fn = NULL;
    unlink_ended(ended);
    /* Without memory the server goes on sending, to nobody. */
    if (topic->known && topic->first == NULL) {
        if (client->phase == BIGHT__REDIS_READY && !client->stopped)
            (void)queue_topic(topic, BIGHT__REDIS_UNSUBSCRIBE);
        forget(topic);
    }
    bight__redis_topic_unref(topic);
    ended->grave = client->graves;
    client->graves = ended;
    bury(client);
}

void bight__redis_subscriptions_fail(bight_redis_client *client,
                                     bight_error error)
{
    bight_redis_subscription *each = client->subscriptions;
    for (; each != NULL; each = each->after) {
        bight_promise *promise = each->promise;
        each->promise = NULL;
        if (promise != NULL)
            bight_promise_reject(promise, error);
    }
}

void bight__redis_subscriptions_end(bight_redis_client *client)
{
    while (client->subscriptions != NULL)
        bight_redis_unsubscribe(client->subscriptions);
}
