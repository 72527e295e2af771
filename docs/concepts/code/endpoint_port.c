/* SPDX-License-Identifier: MIT */
/* A port's end: stop accepting, let connections finish, cut off the rest. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>

#include <bight/endpoint.h>
#include <bight/port.h>

static void say_goodbye(void *self, bight_transport *t)
{
    (void)self;
    bight_transport_write(t, BIGHT_BYTES("closing\n"));
    bight_transport_close(t);
}

static const bight_protocol server = {
    .size = sizeof(bight_protocol), .name = "server", .draining = say_goodbye};

static const bight_factory servers = {
    .size = sizeof(bight_factory), .name = "server", .protocol = &server};

static void client_data(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    (void)t;
    fwrite(data.data, 1, data.size, stdout);
}

static const bight_protocol client = {.size = sizeof(bight_protocol),
                                      .name = "client",
                                      .data_received = client_data};

static const bight_factory clients = {
    .size = sizeof(bight_factory), .name = "client", .protocol = &client};

struct app {
    bight_loop *loop;
    bight_port *port;
    bool drained;
};

static void drained(bight_result *result, void *arg)
{
    struct app *app = arg;
    if (!bight_failed(bight_result_error(result))) {
        const bight_drain_report *report = bight_result_peek(result).as.pointer;
        printf("%u finished, %u cut off\n", (unsigned)report->served,
               (unsigned)report->aborted);
        app->drained = true;
    }
    bight_loop_stop(app->loop);
}

static void connected(bight_result *result, void *arg)
{
    struct app *app = arg;
    if (bight_failed(bight_result_error(result)))
        bight_loop_stop(app->loop);
    else
        bight_on(bight_port_drain(app->port, 5000), drained, app);
}

static void listening(bight_result *result, void *arg)
{
    struct app *app = arg;
    bight_deferred *connection;
    if (bight_failed(bight_result_error(result)))
        return;
    app->port = bight_result_take(result).as.pointer;
    if (!bight_failed(bight_connect(app->loop, "memory:here", &clients, NULL,
                                    &connection)))
        bight_on(connection, connected, app);
}

int main(void)
{
    struct app app = {.port = NULL};
    bight_deferred *port;
    if (bight_failed(bight_loop_new(NULL, &app.loop)))
        return EXIT_FAILURE;
    if (!bight_failed(
            bight_listen(app.loop, "memory:here", &servers, NULL, &port)))
        bight_on(port, listening, &app);
    bight_loop_run(app.loop);
    bight_port_close(app.port);
    bight_loop_free(app.loop);
    return app.drained ? EXIT_SUCCESS : EXIT_FAILURE;
}
