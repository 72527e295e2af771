/* SPDX-License-Identifier: MIT */
/* The client's life, its options, and what a command is refused for. */
#include "client.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include <bight/alloc.h>

#include "encode.h"
#include "topic.h"

#define CALL_MOST 64

/* -- life
 * ----------------------------------------------------------------------- */

static void destroy(bight_redis_client *client)
{
    bight__redis_queues_fini(client);
    bight_redis_reader_free(client->reader);
    bight_free(client->topics);
    bight_free(client->texts);
    bight_free(client);
}

void bight__redis_client_leave(bight_redis_client *client)
{
    assert(client->busy > 0);
    client->busy--;
    if (client->freed && client->busy == 0 && client->transport == NULL &&
        !client->flushing && client->lent == 0)
        destroy(client);
}

static void refuse_all(bight_redis_client *client, bight_error error)
{
    client->stopped = true;
    bight__redis_waiting_fail(client, error);
    bight__redis_subscriptions_fail(client, error);
}

/* -- the service's hooks
 * ------------------------------------------------------------ */

static bight_deferred *on_prepare(void *ctx, bight_transport *t)
{
    (void)t;
    return bight__redis_greet(ctx);
}

static void on_failed(void *ctx, bight_error why, uint64_t next_ms)
{
    bight_redis_client *client = ctx;
    client->busy++;
    if (next_ms == BIGHT_CLIENT_NEVER)
        refuse_all(client, why);
    else if (client->options.refuse_offline)
        bight__redis_waiting_fail(
            client,
            bight_error_make(&bight_redis_domain, BIGHT_REDIS_NOT_CONNECTED));
    if (client->hooks.failed != NULL)
        client->hooks.failed(client->hooks.ctx, why, next_ms);
    bight__redis_client_leave(client);
}

static bool on_fatal(void *ctx, bight_error why)
{
    bight_redis_client *client = ctx;
    client->busy++;
    bool fatal = client->hooks.is_fatal(client->hooks.ctx, why);
    bight__redis_client_leave(client);
    return fatal;
}

static uint64_t on_random(void *ctx)
{
    bight_redis_client *client = ctx;
    return client->hooks.random(client->hooks.ctx);
}

/* -- making
 * ---------------------------------------------------------------------------
 */

void bight_redis_options_init(bight_redis_options *options)
{
    *options = (bight_redis_options){
        .size = sizeof(*options),
        .max_commands = 65536,
        .max_bytes = 16 * 1024 * 1024,
    };
    bight_redis_limits_init(&options->limits);
}

static bight_error check(const bight_redis_options *options)
{
    const char *what = NULL;
    if (options->protocol != 0 && options->protocol != 2 &&
        options->protocol != 3)
        what = "there are protocols 2 and 3";
    else if (options->user != NULL && options->password == NULL)
        what = "a user without a password";
    else if (options->max_commands == 0)
        what = "no command at all";
    else if (options->max_bytes > UINT32_MAX)
        what = "more than 4 GiB of commands";
    if (what == NULL)
        return bight_ok();
    return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID), "redis: %s",
                            what);
}

static const char *keep_text(char **room, const char *text)
{
    if (text == NULL)
        return NULL;
    size_t size = strlen(text) + 1;
    const char *kept = memcpy(*room, text, size);
    *room += size;
    return kept;
}

static size_t room_for(const char *text)
{
    return text != NULL ? strlen(text) + 1 : 0;
}

static bool keep_texts(bight_redis_client *client)
{
    bight_redis_options *options = &client->options;
    char *room =
        bight_alloc(room_for(options->user) + room_for(options->password) +
                    room_for(options->name));
    client->texts = room;
    if (room == NULL)
        return false;
    options->user = keep_text(&room, options->user);
    options->password = keep_text(&room, options->password);
    options->name = keep_text(&room, options->name);
    return true;
}

static void take_hooks(bight_redis_client *client,
                       const bight_client_service_options *given)
{
    bight_client_service_options *hooks = &client->hooks;
    bight_client_service_options_init(hooks);
    if (given != NULL)
        memcpy(hooks, given,
               given->size < sizeof(*hooks) ? given->size : sizeof(*hooks));
    hooks->size = sizeof(*hooks);
}

static bight_error make_service(bight_redis_client *client,
                                const char *description)
{
    bight_client_service_options service = client->hooks;
    bight_owner_options owner;
    bight_owner_options_init(&owner);
    if (service.owner != NULL)
        memcpy(&owner, service.owner,
               service.owner->size < sizeof(owner) ? service.owner->size
                                                   : sizeof(owner));
    owner.size = sizeof(owner);
    client->self = client;
    owner.factory_options = &client->self;
    service.owner = &owner;
    service.ctx = client;
    service.prepare = on_prepare;
    service.failed = on_failed;
    service.is_fatal = service.is_fatal != NULL ? on_fatal : NULL;
    service.random = service.random != NULL ? on_random : NULL;
    return bight_client_service_new(client->loop, description,
                                    &bight__redis_factory, &service,
                                    &client->service);
}

static bight_error fill(bight_redis_client *client, const char *description,
                        const bight_redis_options *given)
{
    bight_redis_options_init(&client->options);
    if (given != NULL)
        memcpy(&client->options, given,
               given->size < sizeof(*given) ? given->size : sizeof(*given));
    take_hooks(client, client->options.service);
    bight__redis_queues_init(client);
    bight_error error = check(&client->options);
    if (!bight_failed(error) && !keep_texts(client))
        error = bight_error_of(BIGHT_ERROR_NO_MEMORY);
    if (!bight_failed(error))
        error =
            bight_redis_reader_new(&client->options.limits, &client->reader);
    if (!bight_failed(error))
        error = make_service(client, description);
    if (!bight_failed(error))
        error = bight_client_service_start(client->service);
    return error;
}

bight_error bight_redis_client_new(bight_loop *loop, const char *description,
                                   const bight_redis_options *options,
                                   bight_redis_client **ret_client)
{
    bight_redis_client *client = bight_zalloc(sizeof(*client));
    if (client == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    client->loop = loop;
    bight_error error = fill(client, description, options);
    if (bight_failed(error)) {
        bight_client_service_free(client->service);
        destroy(client);
        return error;
    }
    *ret_client = client;
    return bight_ok();
}

/* -- commands
 * ---------------------------------------------------------------------------
 */

static bight_error redis_error(bight_redis_code code)
{
    return bight_error_make(&bight_redis_domain, (int32_t)code);
}

static bool is_full(const bight_redis_client *client,
                    const bight_bytes *arguments, size_t count)
{
    size_t used = bight__redis_queue_bytes(client);
    size_t room = bight__redis_encoded_room(arguments, count);
    return client->waiting.count + client->flying.count >=
               client->options.max_commands ||
           room == 0 || used > client->options.max_bytes ||
           room > client->options.max_bytes - used;
}

static bight_error judge(const bight_redis_client *client,
                         const bight_bytes *arguments, size_t count)
{
    if (count == 0)
        return bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                                "redis: a command without a name");
    if (bight__redis_changes_mode(arguments, count))
        return bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                                "redis: %.*s is the client's own to send",
                                (int)arguments[0].size,
                                (const char *)arguments[0].data);
    if (client->stopped)
        return bight_error_of(BIGHT_ERROR_CLOSED);
    if (client->options.refuse_offline && client->phase != BIGHT__REDIS_READY)
        return redis_error(BIGHT_REDIS_NOT_CONNECTED);
    if (is_full(client, arguments, count))
        return redis_error(BIGHT_REDIS_QUEUE_FULL);
    return bight_ok();
}

bight_deferred *bight_redis_command(bight_redis_client *client,
                                    const bight_bytes *arguments, size_t count)
{
    bight_deferred *d = NULL;
    bight_error error = judge(client, arguments, count);
    if (bight_failed(error))
        return bight_deferred_rejected(client->loop, error);
    return bight__redis_queue_command(client, BIGHT__REDIS_COMMAND, arguments,
                                      count, &d) != NULL
               ? d
               : NULL;
}

bight_deferred *bight_redis_call(bight_redis_client *client, const char *name,
                                 ...)
{
    bight_bytes arguments[CALL_MOST];
    size_t count = 0;
    va_list rest;
    va_start(rest, name);
    for (; name != NULL && count < CALL_MOST; name = va_arg(rest, const char *))
        arguments[count++] = bight_bytes_text(name);
    va_end(rest);
    if (name != NULL)
        return bight_deferred_rejected(
            client->loop,
            bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                             "redis: a call of more than %d arguments",
                             CALL_MOST));
    return bight_redis_command(client, arguments, count);
}

static void without_value(bight_result *result, void *arg)
{
    (void)arg;
    bight_result_set(result, bight_value_none());
}

bight_deferred *bight_redis_when_ready(bight_redis_client *client,
                                       unsigned attempts)
{
    return bight_then(
        bight_client_service_when_connected(client->service, attempts),
        without_value, NULL);
}

size_t bight_redis_pending(const bight_redis_client *client)
{
    return client->waiting.count + client->flying.count;
}

unsigned bight_redis_protocol(const bight_redis_client *client)
{
    return client->phase == BIGHT__REDIS_READY ? client->protocol : 0;
}

bight_client_service *bight_redis_service(const bight_redis_client *client)
{
    return client->service;
}

bight_deferred *bight_redis_client_stop(bight_redis_client *client)
{
    refuse_all(client, bight_error_of(BIGHT_ERROR_CLOSED));
    return bight_client_service_stop(client->service);
}

void bight_redis_client_free(bight_redis_client *client)
{
    if (client == NULL)
        return;
    client->busy++;
    refuse_all(client, bight_error_of(BIGHT_ERROR_CLOSED));
    bight__redis_subscriptions_end(client);
    bight_client_service_free(client->service);
    client->freed = true;
    bight__redis_client_leave(client);
}
