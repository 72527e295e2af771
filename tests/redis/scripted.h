/* SPDX-License-Identifier: MIT */
/* A client in virtual time, and a server over memory transports that hears
 * commands as a text and says what a test tells it to. */
#ifndef BIGHT_TESTS_REDIS_SCRIPTED_H
#define BIGHT_TESTS_REDIS_SCRIPTED_H

#include <stdio.h>
#include <string.h>

#include <bight/memory.h>
#include <bight/redis.h>

#include "faults.h"
#include "leaks.h"
#include "loops.h"
#include "suite.h"

#define GREETED "%1\r\n$5\r\nproto\r\n:3\r\n"
#define UNKNOWN "-ERR unknown command 'HELLO'\r\n"

static struct {
    bight_loop *loop;
    bight_listener *listener;
    bight_memory_options wire;
    bight_redis_options options;
    bight_client_service_options service;
    bight_redis_client *client;
    /* The server: */
    const char *hello;  /* its answer to HELLO; NULL: the test's to give */
    bight_transport *t; /* the connection; NULL: none */
    bight_redis_reader *reader;
    unsigned connections;
    unsigned reads; /* that had a command in them, but HELLO */
    struct trace heard;
    bight_error lost; /* why its connection ended */
    /* What came of it: */
    struct trace told;
    unsigned failures;
    uint64_t next_ms;
    char why[256];
    bool fatal;
} p;

/* -- the server -------------------------------------------------------------
 */

static inline void say(const char *text)
{
    ck_assert_ptr_nonnull(p.t);
    (void)bight_transport_write(p.t, bight_bytes_text(text));
}

static inline void hear(const bight_redis_reply *command)
{
    char text[512];
    size_t size = 0;
    ck_assert_int_eq(command->type, BIGHT_REDIS_ARRAY);
    for (size_t i = 0; i < command->count; i++)
        size +=
            (size_t)snprintf(text + size, sizeof(text) - size, "%s%s",
                             i > 0 ? "_" : "", command->as.items[i].text.data);
    trace_add(&p.heard, "%s", text);
    if (p.hello != NULL && strncmp(text, "HELLO", 5) == 0)
        say(p.hello);
    else
        p.reads++;
}

static inline void server_made(void *self, bight_transport *t)
{
    (void)self;
    p.t = t;
    p.connections++;
    bight_redis_reader_reset(p.reader);
}

static inline void server_data(void *self, bight_transport *t, bight_bytes data)
{
    bight_redis_reply *command;
    unsigned before = p.reads;
    bight_error error;
    (void)self;
    while (!bight_failed(
               error = bight_redis_reader_next(p.reader, &data, &command)) &&
           command != NULL) {
        hear(command);
        bight_redis_reply_free(command);
    }
    /* Nothing but a planned fault is wrong with what a client sends. */
    if (bight_failed(error)) {
        ck_assert_error(error, BIGHT_ERROR_NO_MEMORY);
        ck_assert_uint_gt(faults_failed(), 0);
        bight_transport_abort(t);
    }
    if (p.reads > before)
        p.reads = before + 1;
}

static inline void server_lost(void *self, bight_transport *t, bight_error why)
{
    (void)self, (void)t;
    p.t = NULL;
    p.lost = why;
}

static const bight_protocol server_protocol = {
    .size = sizeof(bight_protocol),
    .name = "server",
    .connection_made = server_made,
    .data_received = server_data,
    .connection_lost = server_lost,
};

static const bight_factory server_factory = {.size = sizeof(bight_factory),
                                             .name = "server",
                                             .protocol = &server_protocol};

/* -- the stage ---------------------------------------------------------------
 */

static inline uint64_t no_jitter(void *ctx)
{
    ck_assert_ptr_eq(ctx, &p);
    return 0;
}

static inline void on_failed(void *ctx, bight_error why, uint64_t next_ms)
{
    ck_assert_ptr_eq(ctx, &p);
    p.failures++;
    p.next_ms = next_ms;
    (void)bight_error_format(why, p.why, sizeof(p.why));
}

static inline bool on_fatal(void *ctx, bight_error why)
{
    ck_assert_ptr_eq(ctx, &p);
    (void)why;
    return p.fatal;
}

static inline void on_pushed(void *ctx, const bight_redis_reply *push)
{
    ck_assert_ptr_eq(ctx, &p);
    trace_add(&p.told, "pushed:%s", push->as.items[0].text.data);
}

static inline void setup(void)
{
    memset(&p, 0, sizeof(p));
    p.loop = loops_new(BIGHT_LOOP_VIRTUAL);
    p.hello = GREETED;
    bight_memory_options_init(&p.wire);
    bight_redis_options_init(&p.options);
    bight_client_service_options_init(&p.service);
    p.service.random = no_jitter;
    p.service.failed = on_failed;
    p.service.is_fatal = on_fatal;
    p.service.ctx = &p;
    p.options.service = &p.service;
    p.options.pushed = on_pushed;
    p.options.ctx = &p;
    ck_assert_ok(bight_redis_reader_new(NULL, &p.reader));
}

static inline void listen_now(void)
{
    ck_assert_ok(bight_memory_listen(p.loop, &server_factory, "redis", &p.wire,
                                     NULL, &p.listener));
}

static inline bight_error try_client(void)
{
    return bight_redis_client_new(p.loop, "memory:redis", &p.options,
                                  &p.client);
}

/* What can happen without time happens. */
static inline void turn(void)
{
    ck_assert_ok(bight_loop_advance(p.loop, 0));
}

static inline void advance(uint64_t ms)
{
    ck_assert_ok(bight_loop_advance(p.loop, ms));
}

static inline void begin(void)
{
    ck_assert_ok(try_client());
    turn();
}

static inline void begin_ready(void)
{
    setup();
    listen_now();
    begin();
    ck_assert_uint_ne(bight_redis_protocol(p.client), 0);
}

static inline void finish(void)
{
    bight_redis_client_free(p.client);
    bight_redis_reader_free(p.reader);
    loops_free(p.loop);
}

/* -- what comes of commands
 * ----------------------------------------------------- */

static inline void told_reply(const bight_redis_reply *reply, const char *name)
{
    if (reply->type == BIGHT_REDIS_INTEGER)
        trace_add(&p.told, "%s=%d", name, (int)reply->as.integer);
    else if (reply->count > 0)
        trace_add(&p.told, "%s=[%zu]", name, reply->count);
    else
        trace_add(&p.told, "%s=%s", name,
                  reply->type == BIGHT_REDIS_NULL
                      ? "null"
                      : (const char *)reply->text.data);
}

static inline void told(bight_result *result, void *arg)
{
    bight_error error = bight_result_error(result);
    if (bight_failed(error))
        trace_add(&p.told, "%s!%s", (const char *)arg,
                  error.domain->symbol(error.code));
    else if (bight_result_peek(result).as.pointer == NULL)
        trace_add(&p.told, "%s", (const char *)arg);
    else
        told_reply(bight_result_peek(result).as.pointer, arg);
}

/* GET of a key of one letter, by which it is named. */
static inline bight_deferred *asking(const char *name)
{
    return bight_redis_call(p.client, "GET", name, NULL);
}

static inline void ask(const char *name)
{
    bight_on(asking(name), told, (void *)(uintptr_t)name);
}

static inline void on_message(void *ctx, const bight_redis_message *message)
{
    trace_add(&p.told, "%s(%.*s:%.*s)", (const char *)ctx,
              (int)message->channel.size, message->channel.data,
              (int)message->payload.size, message->payload.data);
}

static inline bight_redis_subscription *subscribe(bight_redis_topic kind,
                                                  const char *topic,
                                                  bight_redis_message_fn fn,
                                                  const char *name)
{
    bight_redis_subscription *made;
    bight_on(bight_redis_subscribe(p.client, kind, bight_bytes_text(topic), fn,
                                   (void *)(uintptr_t)name, &made),
             told, (void *)(uintptr_t)name);
    return made;
}

#define ck_assert_heard(expected)                                              \
    do {                                                                       \
        turn();                                                                \
        ck_assert_trace(&p.heard, expected);                                   \
        p.heard = (struct trace){.length = 0};                                 \
    } while (0)
#define ck_assert_told(expected)                                               \
    do {                                                                       \
        turn();                                                                \
        ck_assert_trace(&p.told, expected);                                    \
        p.told = (struct trace){.length = 0};                                  \
    } while (0)

#endif
