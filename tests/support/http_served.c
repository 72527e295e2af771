/* SPDX-License-Identifier: MIT */
/* The server that the tests of HTTP talk to. */
#include "http_served.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

struct served served;

/* -- the handler ---------------------------------------------------------- */

static void on_end(void *ctx, bight_http_exchange *x, bight_error error)
{
    (void)ctx;
    served.ended++;
    served.why = error;
    if (served.x == x)
        served.x = NULL;
}

static void hear(bight_bytes data)
{
    size_t at = strlen(served.heard);
    ck_assert_uint_lt(at + data.size, sizeof(served.heard));
    memcpy(served.heard + at, data.data, data.size);
}

static void sink_data(void *ctx, bight_http_exchange *x, bight_bytes data)
{
    (void)ctx;
    (void)x;
    hear(data);
}

static void sink_end(void *ctx, bight_http_exchange *x, bight_error error)
{
    (void)ctx;
    hear(bight_failed(error) ? BIGHT_BYTES("!") : BIGHT_BYTES("."));
    if (!bight_failed(error))
        bight_http_answer(x, 204, NULL, bight_bytes_of(NULL, 0));
}

static const bight_http_sink sink = {
    .size = sizeof(bight_http_sink), .data = sink_data, .end = sink_end};

static void have_body(bight_result *result, void *arg)
{
    bight_http_exchange *x = arg;
    served.taken = bight_result_error(result);
    if (bight_failed(served.taken))
        return;
    const bight_bytes *body = bight_result_peek(result).as.pointer;
    bight_http_answer(x, 200, "application/octet-stream", *body);
}

static bight_deferred *echo(bight_http_exchange *x)
{
    return bight_finally(bight_http_read_body(x), have_body, x);
}

static void source_resume(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    if (served.count-- > 0)
        served.status = bight_http_write(x, served.piece);
    else
        bight_http_finish(x);
}

static void source_stop(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    (void)x;
    hear(BIGHT_BYTES("stop"));
}

static const bight_http_source source = {.size = sizeof(bight_http_source),
                                         .resume = source_resume,
                                         .stop = source_stop,
                                         .pull = true};

static void produce(bight_http_exchange *x)
{
    ck_assert_ok(bight_http_start(x, 200, NULL, BIGHT_HTTP_LENGTH_UNKNOWN));
    ck_assert_ok(bight_http_produce(x, &source, NULL));
}

static void pieces(bight_http_exchange *x)
{
    ck_assert_ok(bight_http_start(x, 200, NULL, BIGHT_HTTP_LENGTH_UNKNOWN));
    (void)bight_http_write(x, BIGHT_BYTES("ab"));
    (void)bight_http_write(x, BIGHT_BYTES("c"));
    bight_http_finish(x);
}

static void shout(void *self, bight_transport *t, bight_bytes data)
{
    char text[64];
    (void)self;
    while (data.size > 0) {
        bight_bytes piece = bight_bytes_head(data, sizeof(text));
        for (size_t i = 0; i < piece.size; i++)
            text[i] = (char)toupper(piece.data[i]);
        (void)bight_transport_write(t, bight_bytes_of(text, piece.size));
        data = bight_bytes_tail(data, piece.size);
    }
}

static const bight_protocol shouting = {
    .size = sizeof(bight_protocol), .name = "shout", .data_received = shout};

static bool is(const bight_http_exchange *x, const char *path)
{
    return bight_bytes_equal(bight_http_path(x), bight_bytes_text(path));
}

static bight_deferred *deferred(bight_http_exchange *x)
{
    if (is(x, "/echo"))
        return echo(x);
    if (is(x, "/fail"))
        return bight_deferred_rejected(bight_http_loop(x),
                                       bight_http_error(404));
    if (is(x, "/broken"))
        return bight_deferred_rejected(bight_http_loop(x),
                                       bight_error_of(BIGHT_ERROR_NO_MEMORY));
    return bight_deferred_new(bight_http_loop(x), &served.promise, NULL, NULL);
}

static void by_itself(bight_http_exchange *x)
{
    served.x = x;
    if (is(x, "/sink"))
        served.taken = bight_http_stream_body(x, &sink, NULL);
    else if (is(x, "/pieces"))
        pieces(x);
    else if (is(x, "/source"))
        produce(x);
    else if (is(x, "/switch"))
        served.taken = bight_http_switch(x, "shout", &shouting, NULL);
    else
        bight_http_later(x);
}

static bight_deferred *handle(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    served.handled++;
    bight_http_on_end(x, on_end, NULL);
    if (is(x, "/none"))
        return NULL;
    if (is(x, "/echo") || is(x, "/promise") || is(x, "/fail") ||
        is(x, "/broken"))
        return deferred(x);
    if (is(x, "/later") || is(x, "/sink") || is(x, "/pieces") ||
        is(x, "/source") || is(x, "/switch")) {
        by_itself(x);
        return NULL;
    }
    if (is(x, "/big"))
        bight_http_answer(x, 200, NULL, served.piece);
    else
        bight_http_answer(x, 200, "text/plain", BIGHT_BYTES("Hello, World!"));
    return NULL;
}

/* -- the server ----------------------------------------------------------- */

static bight_error started(void *shared, const void *options, bight_loop *loop)
{
    bight_http_server **server = shared;
    (void)options;
    return bight_http_server_new(loop, &served.options, server);
}

static void stopped(void *shared)
{
    bight_http_server **server = shared;
    bight_http_server_free(*server);
}

static const bight_factory factory = {.size = sizeof(bight_factory),
                                      .name = "served",
                                      .protocol = &bight_http_protocol,
                                      .shared_size =
                                          sizeof(bight_http_server *),
                                      .started = started,
                                      .stopped = stopped};

void served_prepare(void)
{
    served = (struct served){.count = 0};
    bight_http_options_init(&served.options);
    served.options.handler = handle;
}

void served_begin(size_t read, size_t write)
{
    bight_memory_options memory = talk_split(read, write);
    if (served.options.handler == NULL)
        served_prepare();
    talk_begin(&served.talk, &factory, &memory);
}

void served_end(void)
{
    talk_end(&served.talk);
    bight_promise_reject(served.promise, bight_error_of(BIGHT_ERROR_CANCELLED));
    served = (struct served){.count = 0};
}

void served_ask(const char *text)
{
    talk_write(&served.talk, bight_bytes_text(text));
    talk_run(&served.talk);
}

void served_assert_answered(const char *expected, const char *file, int line)
{
    talk_assert_received(&served.talk, bight_bytes_text(expected), file, line);
    talk_forget(&served.talk);
}

unsigned served_status(void)
{
    bight_bytes all = bight_buffer_bytes(&served.talk.received);
    for (size_t i = all.size; i >= 13; i--) {
        const char *at = (const char *)all.data + i - 13;
        if (memcmp(at, "HTTP/1.1 ", 9) == 0)
            return (unsigned)atoi(at + 9);
    }
    return 0;
}

void served_wait(unsigned seconds)
{
    ck_assert_ok(bight_loop_advance(served.talk.loop, seconds * 1000));
    talk_run(&served.talk);
}
