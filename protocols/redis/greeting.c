/* SPDX-License-Identifier: MIT */
/*
 * What comes before the first command: HELLO 3, with the password if there is
 * one; where the server does not know it, AUTH. Then the rest in one write.
 */
#include "topic.h"

#include <stdio.h>
#include <string.h>

static bool step(bight_redis_client *client, enum bight__redis_kind kind,
                 const bight_bytes *arguments, size_t count)
{
    client->steps++;
    return bight__redis_send_now(client, kind, arguments, count, NULL);
}

static bool hello(bight_redis_client *client)
{
    const bight_redis_options *options = &client->options;
    const char *user = options->user != NULL ? options->user : "default";
    const bight_bytes arguments[] = {
        BIGHT_BYTES("HELLO"), BIGHT_BYTES("3"), BIGHT_BYTES("AUTH"),
        bight_bytes_text(user), bight_bytes_text(options->password)};
    return step(client, BIGHT__REDIS_HELLO, arguments,
                options->password != NULL ? 5 : 2);
}

static bool authenticate(bight_redis_client *client)
{
    const bight_redis_options *options = &client->options;
    bight_bytes arguments[3] = {BIGHT_BYTES("AUTH")};
    size_t count = 1;
    if (options->password == NULL)
        return true;
    if (options->user != NULL)
        arguments[count++] = bight_bytes_text(options->user);
    arguments[count++] = bight_bytes_text(options->password);
    return step(client, BIGHT__REDIS_STEP, arguments, count);
}

static bool name(bight_redis_client *client)
{
    if (client->options.name == NULL)
        return true;
    const bight_bytes arguments[] = {BIGHT_BYTES("CLIENT"),
                                     BIGHT_BYTES("SETNAME"),
                                     bight_bytes_text(client->options.name)};
    return step(client, BIGHT__REDIS_STEP, arguments, 3);
}

static bool select_database(bight_redis_client *client)
{
    char number[16];
    if (client->options.database == 0)
        return true;
    (void)snprintf(number, sizeof(number), "%u", client->options.database);
    const bight_bytes arguments[] = {BIGHT_BYTES("SELECT"),
                                     bight_bytes_text(number)};
    return step(client, BIGHT__REDIS_STEP, arguments, 2);
}

/* -- its end -----------------------------------------------------------------
 */

void bight__redis_greeting_failed(bight_redis_client *client, bight_error error)
{
    bight_promise *promise = client->greeting;
    client->greeting = NULL;
    if (promise != NULL)
        bight_promise_reject(promise, error);
}

static bight_cancel_answer cancel(void *arg)
{
    bight__redis_greeting_failed(arg, bight_error_of(BIGHT_ERROR_CANCELLED));
    return BIGHT_CANCEL_LATER;
}

static void go_on(bight_redis_client *client, bool has_memory)
{
    if (has_memory && client->steps > 0)
        return;
    has_memory = has_memory && bight__redis_topics_send(client);
    if (!has_memory) {
        bight__redis_greeting_failed(client,
                                     bight_error_of(BIGHT_ERROR_NO_MEMORY));
        return;
    }
    bight_promise *promise = client->greeting;
    client->greeting = NULL;
    client->phase = BIGHT__REDIS_READY;
    bight_promise_resolve(promise, bight_value_none());
    bight__redis_flush(client);
}

bight_deferred *bight__redis_greet(bight_redis_client *client)
{
    bight_deferred *d =
        bight_deferred_new(client->loop, &client->greeting, cancel, client);
    if (d == NULL)
        return NULL;
    client->steps = 0;
    if (client->options.protocol == 2)
        go_on(client,
              authenticate(client) && name(client) && select_database(client));
    else
        go_on(client, hello(client));
    return d;
}

/* -- answers ------------------------------------------------------------------
 */

static bool begins(bight_bytes text, const char *with)
{
    size_t size = strlen(with);
    return text.size >= size && memcmp(text.data, with, size) == 0;
}

/* A server before Redis 6; with a password it says only that it wants that. */
static bool is_older(const bight_redis_client *client, bight_bytes text)
{
    return client->options.protocol == 0 &&
           (begins(text, "NOPROTO") || begins(text, "ERR unknown command") ||
            (client->options.password != NULL && begins(text, "NOAUTH")));
}

static void hello_answered(bight_redis_client *client,
                           const bight_redis_reply *reply)
{
    bool refused = reply->type == BIGHT_REDIS_ERROR;
    if (refused && !is_older(client, reply->text)) {
        bight__redis_greeting_failed(client, bight_redis_reply_error(reply));
        return;
    }
    client->protocol = refused ? 2 : 3;
    go_on(client, (!refused || authenticate(client)) && name(client) &&
                      select_database(client));
}

void bight__redis_greeting_answered(bight_redis_client *client,
                                    enum bight__redis_kind kind,
                                    const bight_redis_reply *reply)
{
    if (client->greeting == NULL)
        return;
    client->steps--;
    if (kind == BIGHT__REDIS_HELLO)
        hello_answered(client, reply);
    else if (reply->type == BIGHT_REDIS_ERROR)
        bight__redis_greeting_failed(client, bight_redis_reply_error(reply));
    else
        go_on(client, true);
}
