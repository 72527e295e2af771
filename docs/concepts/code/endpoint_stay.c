/* SPDX-License-Identifier: MIT */
/* A client that stays connected, in virtual time: its server comes a minute
 * late, and greets. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>

#include <bight/client_service.h>
#include <bight/memory.h>

struct app {
    bight_loop *loop;
    bight_client_service *service;
    bight_promise *greeting;
    unsigned failures;
    bool connected;
};

static void greeting_received(void *self, bight_transport *t, bight_bytes data)
{
    struct app *app = *(struct app *const *)bight_transport_options(t);
    (void)self;
    (void)data;
    if (app->greeting != NULL)
        bight_promise_resolve(app->greeting, bight_value_none());
    app->greeting = NULL;
}

static const bight_protocol client = {.size = sizeof(bight_protocol),
                                      .name = "client",
                                      .data_received = greeting_received};

static const bight_factory clients = {
    .size = sizeof(bight_factory), .name = "client", .protocol = &client};

static void server_made(void *self, bight_transport *t)
{
    (void)self;
    bight_transport_write(t, BIGHT_BYTES("welcome\n"));
}

static const bight_protocol server = {.size = sizeof(bight_protocol),
                                      .name = "server",
                                      .connection_made = server_made};

static const bight_factory servers = {
    .size = sizeof(bight_factory), .name = "server", .protocol = &server};

static bight_cancel_answer give_up(void *arg)
{
    struct app *app = arg;
    bight_promise_reject(app->greeting, bight_error_of(BIGHT_ERROR_CANCELLED));
    app->greeting = NULL;
    return BIGHT_CANCEL_LATER;
}

/* Nobody has the connection before the server has greeted. */
static bight_deferred *prepare(void *ctx, bight_transport *t)
{
    struct app *app = ctx;
    (void)t;
    return bight_deferred_new(app->loop, &app->greeting, give_up, app);
}

static void failed(void *ctx, bight_error why, uint64_t next_ms)
{
    struct app *app = ctx;
    char text[256];
    bight_error_format(why, text, sizeof(text));
    printf("%s; again in %u ms\n", text, (unsigned)next_ms);
    app->failures++;
}

static void ready(bight_result *result, void *arg)
{
    struct app *app = arg;
    app->connected = !bight_failed(bight_result_error(result));
    if (app->connected)
        bight_transport_write(bight_result_peek(result).as.pointer,
                              BIGHT_BYTES("hello\n"));
}

static bight_error stay_connected(struct app *app)
{
    bight_owner_options owner;
    bight_client_service_options options;
    static struct app *self;
    self = app;
    bight_owner_options_init(&owner);
    owner.factory_options = &self;
    bight_client_service_options_init(&options);
    options.owner = &owner;
    options.prepare = prepare;
    options.failed = failed;
    options.ctx = app;
    bight_error error = bight_client_service_new(
        app->loop, "memory:server", &clients, &options, &app->service);
    if (bight_failed(error))
        return error;
    bight_client_service_start(app->service);
    bight_on(bight_client_service_when_connected(app->service, 0), ready, app);
    return bight_ok();
}

int main(void)
{
    struct app app = {.failures = 0};
    bight_loop_options virtual_time;
    bight_loop_options_init(&virtual_time);
    virtual_time.kind = BIGHT_LOOP_VIRTUAL;
    if (bight_failed(bight_loop_new(&virtual_time, &app.loop)))
        return EXIT_FAILURE;
    bight_error error = stay_connected(&app);
    if (!bight_failed(error))
        error = bight_loop_advance(app.loop, 60000);
    if (!bight_failed(error))
        error = bight_memory_listen(app.loop, &servers, "server", NULL, NULL,
                                    &(bight_listener *){NULL});
    if (!bight_failed(error))
        error = bight_loop_advance(app.loop, 60000);
    bool ok = app.connected && app.failures > 3 && !bight_failed(error);
    bight_client_service_free(app.service);
    bight_loop_free(app.loop);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
