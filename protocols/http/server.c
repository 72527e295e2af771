/* SPDX-License-Identifier: MIT */
/* Servers: options, and what connections share. */
#include "server.h"

#include <stdio.h>
#include <string.h>

#include <bight/alloc.h>

#include "grown.h"

void bight_http_limits_init(bight_http_limits *limits)
{
    *limits = (bight_http_limits){.size = sizeof(*limits),
                                  .target = 8000,
                                  .head = 32 * 1024,
                                  .line = 8 * 1024,
                                  .fields = 100,
                                  .body = 1024 * 1024,
                                  .head_timeout_ms = 10 * 1000,
                                  .idle_timeout_ms = 60 * 1000,
                                  .write_timeout_ms = 60 * 1000,
                                  .body_rate = 240,
                                  .half_close_ms = 30 * 1000};
}

void bight_http_options_init(bight_http_options *options)
{
    *options = (bight_http_options){.size = sizeof(*options), .name = "bight"};
    bight_http_limits_init(&options->limits);
}

/* http-parser takes no longer start line. */
#define HEAD_MOST (80 * 1024)

/* Bits that tell which of them code a body. */
#define MIDDLEWARE_MOST 64

static uint64_t at_most(uint64_t value, uint64_t most)
{
    return value < most ? value : most;
}

/* The size of a body is limited by whoever keeps it. */
static void set_reading(bight_http_server *server)
{
    const bight_http_limits *limits = &server->limits;
    server->reading = bight__http_default_limits;
    server->reading.target = (uint32_t)at_most(limits->target, HEAD_MOST);
    server->reading.head = (uint32_t)at_most(limits->head, HEAD_MOST);
    server->reading.line = (uint32_t)at_most(limits->line, HEAD_MOST);
    server->reading.fields =
        (uint16_t)at_most((uint64_t)limits->fields, UINT16_MAX);
    server->reading.body = UINT64_MAX;
}

static void set_common(bight_http_server *server, const char *name)
{
    bight_bytes line = bight__http_status_line(200, NULL);
    memcpy(server->common, line.data, line.size);
    server->line_size = line.size;
    int size = (int)line.size;
    if (name != NULL)
        size += snprintf(server->common + size,
                         sizeof(server->common) - (size_t)size,
                         "Server: %.64s\r\n", name);
    server->date_at = (size_t)size + sizeof("Date: ") - 1;
    size +=
        snprintf(server->common + size, sizeof(server->common) - (size_t)size,
                 "Date: %*s\r\n", BIGHT_HTTP_DATE_SIZE, "");
    server->common_size = (size_t)size;
}

static bight_error take_middleware(bight_http_server *server,
                                   const bight_http_options *options)
{
    size_t count = options->middleware_count;
    if (count == 0)
        return bight_ok();
    if (count > MIDDLEWARE_MOST)
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "more than %d middleware", MIDDLEWARE_MOST);
    server->uses = bight_zalloc(count * sizeof(*server->uses));
    server->tables = bight_zalloc(count * sizeof(*server->tables));
    if (server->uses == NULL || server->tables == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    for (size_t i = 0; i < count; i++) {
        const bight_http_use *use = &options->middleware[i];
        if (use->middleware->size < offsetof(bight_http_middleware, end))
            return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                    "middleware without its size");
        bight__http_take_known(&server->tables[i], sizeof(server->tables[i]),
                               use->middleware);
        server->uses[i] = (bight_http_use){&server->tables[i], use->ctx};
        server->states_size += (server->tables[i].state_size + 7) / 8;
    }
    server->use_count = count;
    return bight_ok();
}

static bight_error make(bight_http_server *server,
                        const bight_http_options *options)
{
    bight_error error = take_middleware(server, options);
    return bight_failed(error) ? error : bight__http_clock_init(server);
}

/* Who was built when they were fewer gets the defaults of the others. */
static bight_http_options options_take(const bight_http_options *given)
{
    bight_http_options options;
    bight_http_options_init(&options);
    bight__http_take_known(&options, sizeof(options), given);
    return options;
}

bight_error bight_http_server_new(bight_loop *loop,
                                  const bight_http_options *given,
                                  bight_http_server **ret_server)
{
    const bight_http_options options = options_take(given);
    if (options.handler == NULL)
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "an HTTP server needs a handler");
    bight_http_server *server = bight_zalloc(sizeof(*server));
    if (server == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    server->loop = loop;
    server->handler = options.handler;
    server->ctx = options.ctx;
    server->limits = options.limits;
    set_reading(server);
    set_common(server, options.name);
    bight_error error = make(server, &options);
    if (bight_failed(error)) {
        bight_http_server_free(server);
        return error;
    }
    *ret_server = server;
    return bight_ok();
}

void bight_http_server_free(bight_http_server *server)
{
    if (server == NULL)
        return;
    bight__http_pool_free(server);
    bight_timer_free(server->settler);
    bight_timer_free(server->timer);
    bight_free(server->uses);
    bight_free(server->tables);
    bight_free(server);
}

/* -- the factory ---------------------------------------------------------- */

static bight_error started(void *shared, const void *options, bight_loop *loop)
{
    bight_http_server **server = shared;
    return bight_http_server_new(loop, options, server);
}

static void stopped(void *shared)
{
    bight_http_server **server = shared;
    bight_http_server_free(*server);
}

const bight_factory bight_http_factory = {
    .size = sizeof(bight_factory),
    .name = "http",
    .protocol = &bight_http_protocol,
    .shared_size = sizeof(bight_http_server *),
    .started = started,
    .stopped = stopped,
};
