/* SPDX-License-Identifier: MIT */
/*
 * Asks three servers the same, and takes the first answer: the other two are
 * given up. One of the three is slow, and one is not there. All of it in
 * virtual time and over memory; with other descriptions it is a program for a
 * network.
 */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bight/combine.h>
#include <bight/endpoint.h>
#include <bight/later.h>
#include <bight/port.h>

#define COUNT 3

/* -- the servers: each says its name after a while ------------------------- */

struct server {
    const char *where;
    const char *answer;
    uint64_t thinks_ms;
    bool down;
};

static const struct server servers[COUNT] = {
    {.where = "memory:lisbon", .answer = "lisbon", .thinks_ms = 700},
    {.where = "memory:oslo", .answer = "oslo", .down = true},
    {.where = "memory:zagreb", .answer = "zagreb", .thinks_ms = 40},
};

static void give_answer(bight_result *result, void *arg)
{
    bight_transport *t = arg;
    const struct server *server = bight_transport_options(t);
    if (bight_failed(bight_result_error(result)))
        return; /* the client has gone */
    bight_transport_write(t, bight_bytes_text(server->answer));
    bight_transport_close(t);
}

/* Owned: it is cancelled when the connection ends before. */
static void server_made(void *self, bight_transport *t)
{
    const struct server *server = bight_transport_options(t);
    bight_deferred *thought =
        bight_later(bight_transport_loop(t), server->thinks_ms);
    (void)self;
    bight_transport_own(t, bight_finally(thought, give_answer, t));
}

static const bight_protocol server_protocol = {.size = sizeof(bight_protocol),
                                               .connection_made = server_made};

static const bight_factory server_factory = {.size = sizeof(bight_factory),
                                             .protocol = &server_protocol};

static bight_deferred *serve(bight_loop *loop, const struct server *server)
{
    bight_owner_options options;
    bight_deferred *port;
    bight_owner_options_init(&options);
    options.factory_options = server;
    bight_error error =
        bight_listen(loop, server->where, &server_factory, &options, &port);
    return bight_failed(error) ? bight_deferred_rejected(loop, error) : port;
}

/* -- a client: what it reads is its answer --------------------------------- */

struct client {
    bight_promise *promise;
    char answer[32];
    size_t size;
};

static void client_data(void *self, bight_transport *t, bight_bytes data)
{
    struct client *client = self;
    size_t room = sizeof(client->answer) - 1 - client->size;
    if (data.size > room) {
        bight_transport_fail(t, bight_error_of(BIGHT_ERROR_FRAME_TOO_LONG));
        return;
    }
    memcpy(client->answer + client->size, data.data, data.size);
    client->size += data.size;
}

static void client_lost(void *self, bight_transport *t, bight_error why)
{
    struct client *client = self;
    bool whole = bight_error_is(why, &bight_domain, BIGHT_ERROR_EOF) ||
                 bight_error_is(why, &bight_domain, BIGHT_ERROR_CLOSED);
    char *answer = whole && client->size > 0 ? strdup(client->answer) : NULL;
    (void)t;
    if (answer != NULL)
        bight_promise_resolve(client->promise,
                              bight_value_pointer(answer, free));
    else
        bight_promise_reject(client->promise, why);
}

static const bight_protocol client_protocol = {.size = sizeof(bight_protocol),
                                               .state_size =
                                                   sizeof(struct client),
                                               .data_received = client_data,
                                               .connection_lost = client_lost};

static const bight_factory client_factory = {.size = sizeof(bight_factory),
                                             .protocol = &client_protocol};

/* Soon the connection is lost, which fires the promise. */
static bight_cancel_answer hang_up(void *arg)
{
    bight_transport_abort(arg);
    return BIGHT_CANCEL_LATER;
}

static void await_answer(bight_result *result, void *arg)
{
    bight_transport *t = bight_result_peek(result).as.pointer;
    (void)arg;
    if (!bight_transport_is_open(t)) {
        bight_result_fail(result, bight_error_of(BIGHT_ERROR_CLOSED));
        return;
    }
    struct client *client = bight_transport_self(t);
    bight_result_chain(result,
                       bight_deferred_new(bight_result_loop(result),
                                          &client->promise, hang_up, t));
}

static bight_deferred *ask(bight_loop *loop, const char *where)
{
    bight_deferred *connection;
    bight_error error =
        bight_connect(loop, where, &client_factory, NULL, &connection);
    if (bight_failed(error))
        return bight_deferred_rejected(loop, error);
    return bight_then(connection, await_answer, NULL);
}

/* -- the race -------------------------------------------------------------- */

struct app {
    bight_loop *loop;
    bight_error errors[COUNT];
    bight_value ports; /* closed when it is destroyed */
    bool answered;
};

static void report(const struct app *app)
{
    char text[256];
    for (size_t i = 0; i < COUNT; i++) {
        (void)bight_error_format(app->errors[i], text, sizeof(text));
        (void)printf("%s: %s\n", servers[i].where, text);
    }
}

static void raced(bight_result *result, void *arg)
{
    struct app *app = arg;
    char text[512];
    bight_error error = bight_result_error(result);
    if (bight_failed(error)) {
        (void)bight_error_format(error, text, sizeof(text));
        (void)fprintf(stderr, "%s\n", text);
    } else {
        const char *answer = bight_result_peek(result).as.pointer;
        app->answered = strcmp(answer, "zagreb") == 0;
        (void)printf("%s, after %d ms\n", answer,
                     (int)(bight_loop_now_ns(app->loop) / 1000000));
        report(app);
    }
    bight_value_destroy(app->ports);
}

/* The ports are one value now: those that are open close with it. */
static void race(bight_result *result, void *arg)
{
    struct app *app = arg;
    bight_deferred *questions[COUNT];
    app->ports = bight_result_take(result);
    for (size_t i = 0; i < COUNT; i++)
        questions[i] = ask(app->loop, servers[i].where);
    bight_deferred *first =
        bight_race(app->loop, questions, COUNT, app->errors);
    bight_on(bight_timeout(first, 2000), raced, app);
}

int main(void)
{
    bight_loop_options options;
    struct app app = {.answered = false};
    bight_deferred *ports[COUNT];
    size_t up = 0;
    bight_loop_options_init(&options);
    options.kind = BIGHT_LOOP_VIRTUAL;
    if (bight_failed(bight_loop_new(&options, &app.loop)))
        return EXIT_FAILURE;
    for (size_t i = 0; i < COUNT; i++)
        if (!servers[i].down)
            ports[up++] = serve(app.loop, &servers[i]);
    bight_on(bight_all(app.loop, ports, up), race, &app);
    bight_loop_run(app.loop);
    bight_loop_free(app.loop);
    return app.answered ? EXIT_SUCCESS : EXIT_FAILURE;
}
