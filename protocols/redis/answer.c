/* SPDX-License-Identifier: MIT */
/* What the server sends: answers, in the commands' order, and pushes. */
#include "topic.h"

#include <string.h>

struct self {
    bight_redis_client *client;
};

static void destroy(void *reply)
{
    bight_redis_reply_free(reply);
}

static void command_answered(struct bight__redis_entry *entry,
                             bight_redis_reply *reply)
{
    bight_promise *promise = entry->promise;
    if (!entry->cancelled && reply->type != BIGHT_REDIS_ERROR) {
        bight__redis_entry_put(entry);
        bight_promise_resolve(promise, bight_value_pointer(reply, destroy));
        return;
    }
    bight_error error = entry->cancelled ? bight_error_of(BIGHT_ERROR_CANCELLED)
                                         : bight_redis_reply_error(reply);
    bight_redis_reply_free(reply);
    bight__redis_entry_put(entry);
    bight_promise_reject(promise, error);
}

static void break_off(bight_redis_client *client, const char *what)
{
    bight_transport_fail(
        client->transport,
        bight_error_note(bight_error_of(BIGHT_ERROR_PROTOCOL_ERROR),
                         "redis: %s", what));
}

/* Takes the reply; false: nothing more is to be read. */
static bool answer(bight_redis_client *client, bight_redis_reply *reply)
{
    struct bight__redis_entry *entry = bight__redis_queue_take(&client->flying);
    bool fits = entry != NULL && (entry->kind < BIGHT__REDIS_SUBSCRIBE ||
                                  reply->type == BIGHT_REDIS_ERROR);
    if (entry != NULL && entry->kind == BIGHT__REDIS_COMMAND) {
        command_answered(entry, reply);
        return true;
    }
    if (!fits)
        break_off(client, "an answer that nobody asked for");
    else if (entry->kind == BIGHT__REDIS_SUBSCRIBE)
        bight__redis_topic_refused(entry->topic,
                                   bight_redis_reply_error(reply));
    else if (entry->kind != BIGHT__REDIS_UNSUBSCRIBE)
        bight__redis_greeting_answered(
            client, (enum bight__redis_kind)entry->kind, reply);
    bight_redis_reply_free(reply);
    if (entry != NULL)
        bight__redis_entry_put(entry);
    return fits;
}

/* -- pushes -------------------------------------------------------------------
 */

static bool is_confirmation(bight_bytes word, enum bight__redis_kind kind)
{
    size_t size = kind == BIGHT__REDIS_SUBSCRIBE ? 9 : 11;
    const char *end =
        kind == BIGHT__REDIS_SUBSCRIBE ? "subscribe" : "unsubscribe";
    if (word.size == size + 1 && word.data[0] == 'p')
        word = bight_bytes_tail(word, 1);
    return word.size == size && memcmp(word.data, end, size) == 0;
}

static bool is_topics(const struct bight__redis_entry *entry)
{
    return entry != NULL && (entry->kind == BIGHT__REDIS_SUBSCRIBE ||
                             entry->kind == BIGHT__REDIS_UNSUBSCRIBE);
}

/* RESP2 sends messages as arrays, but only to who has subscribed. */
static bool is_push(const bight_redis_client *client,
                    const bight_redis_reply *reply)
{
    return reply->type == BIGHT_REDIS_PUSH ||
           (reply->type == BIGHT_REDIS_ARRAY && client->protocol == 2 &&
            (client->subscribed > 0 || is_topics(client->flying.first)));
}

static void confirmed(bight_redis_client *client,
                      const bight_redis_reply *reply)
{
    struct bight__redis_entry *entry = bight__redis_queue_take(&client->flying);
    if (reply->count == 3 && reply->as.items[2].type == BIGHT_REDIS_INTEGER)
        client->subscribed = reply->as.items[2].as.integer;
    if (entry->kind == BIGHT__REDIS_SUBSCRIBE)
        bight__redis_topic_confirmed(entry->topic);
    bight__redis_entry_put(entry);
}

/* Whether it was one. */
static bool push(bight_redis_client *client, const bight_redis_reply *reply)
{
    bight_bytes word = {.size = 0};
    struct bight__redis_entry *head = client->flying.first;
    if (reply->count > 0)
        word = reply->as.items[0].text;
    if (is_topics(head) &&
        is_confirmation(word, (enum bight__redis_kind)head->kind)) {
        confirmed(client, reply);
        return true;
    }
    if (bight__redis_topics_deliver(client, reply))
        return true;
    if (reply->type != BIGHT_REDIS_PUSH)
        return false;
    if (client->options.pushed != NULL)
        client->options.pushed(client->options.ctx, reply);
    return true;
}

/* -- the protocol
 * --------------------------------------------------------------- */

static bool heard(bight_redis_client *client, bight_transport *t,
                  bight_redis_reply *reply)
{
    if (!is_push(client, reply) || !push(client, reply))
        return answer(client, reply);
    bight_redis_reply_free(reply);
    return bight_transport_is_open(t);
}

static void data_received(void *self, bight_transport *t, bight_bytes data)
{
    bight_redis_client *client = ((struct self *)self)->client;
    bight_redis_reply *reply = NULL;
    bight_error error;
    client->busy++;
    do {
        error = bight_redis_reader_next(client->reader, &data, &reply);
    } while (!bight_failed(error) && reply != NULL && heard(client, t, reply));
    if (bight_failed(error))
        bight_transport_fail(t, error);
    bight__redis_client_leave(client);
}

static void connection_made(void *self, bight_transport *t)
{
    /* The client outlives its connections. */
    bight_redis_client *const *options = bight_transport_options(t);
    bight_redis_client *client = *options;
    ((struct self *)self)->client = client;
    client->transport = t;
    client->phase = BIGHT__REDIS_GREETING;
    client->protocol = 2;
    client->paused = false;
    client->subscribed = 0;
    bight_redis_reader_reset(client->reader);
}

static void pause_writing(void *self, bight_transport *t)
{
    (void)t;
    ((struct self *)self)->client->paused = true;
}

static void resume_writing(void *self, bight_transport *t)
{
    bight_redis_client *client = ((struct self *)self)->client;
    (void)t;
    client->paused = false;
    bight__redis_flush(client);
}

static void connection_lost(void *self, bight_transport *t, bight_error why)
{
    bight_redis_client *client = ((struct self *)self)->client;
    bight_error lost = bight_error_make(&bight_redis_domain, BIGHT_REDIS_LOST);
    (void)t;
    client->busy++;
    client->transport = NULL;
    client->phase = BIGHT__REDIS_DOWN;
    client->protocol = 0;
    bight__redis_greeting_failed(client, why);
    bight__redis_topics_lost(client);
    if (client->flying.count > 0)
        bight__redis_queue_fail(&client->flying,
                                bight_error_wrap(lost, why, "redis"));
    bight__redis_client_leave(client);
}

static const bight_protocol redis_protocol = {
    .size = sizeof(bight_protocol),
    .name = "redis",
    .state_size = sizeof(struct self),
    .connection_made = connection_made,
    .data_received = data_received,
    .pause_writing = pause_writing,
    .resume_writing = resume_writing,
    .connection_lost = connection_lost,
};

const bight_factory bight__redis_factory = {
    .size = sizeof(bight_factory),
    .name = "redis",
    .protocol = &redis_protocol,
};
