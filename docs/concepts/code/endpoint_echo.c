/* SPDX-License-Identifier: MIT */
/* An echo server and its client; where they meet is said in words. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>

#include <bight/endpoint.h>
#include <bight/port.h>

static void echo_data(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    bight_transport_write(t, data);
}

static const bight_protocol echo = {
    .size = sizeof(bight_protocol), .name = "echo", .data_received = echo_data};

static const bight_factory echoes = {
    .size = sizeof(bight_factory), .name = "echo", .protocol = &echo};

static void client_data(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    fwrite(data.data, 1, data.size, stdout);
    bight_transport_close(t);
}

static void client_lost(void *self, bight_transport *t, bight_error why)
{
    (void)self;
    (void)why;
    bight_loop_stop(bight_transport_loop(t));
}

static const bight_protocol client = {.size = sizeof(bight_protocol),
                                      .name = "client",
                                      .data_received = client_data,
                                      .connection_lost = client_lost};

static const bight_factory clients = {
    .size = sizeof(bight_factory), .name = "client", .protocol = &client};

struct app {
    bight_loop *loop;
    bight_port *port;
};

static void complain(struct app *app, bight_error error)
{
    char text[512];
    bight_error_format(error, text, sizeof(text));
    fprintf(stderr, "%s\n", text);
    bight_loop_stop(app->loop);
}

static void connected(bight_result *result, void *arg)
{
    bight_error error = bight_result_error(result);
    if (bight_failed(error)) {
        complain(arg, error);
        return;
    }
    /* Lent: the connection lives on when this reference is dropped. */
    bight_transport *t = bight_result_peek(result).as.pointer;
    bight_transport_write(t, BIGHT_BYTES("hello\n"));
}

static void listening(bight_result *result, void *arg)
{
    struct app *app = arg;
    bight_error error = bight_result_error(result);
    if (bight_failed(error)) {
        complain(app, error);
        return;
    }
    /* Taken: the port is ours to close. */
    app->port = bight_result_take(result).as.pointer;

    char where[96];
    bight_deferred *connection;
    bight_listener_describe(bight_port_listener(app->port, 0), where,
                            sizeof(where));
    if (!bight_failed(
            bight_connect(app->loop, where, &clients, NULL, &connection)))
        bight_on(connection, connected, app);
}

int main(int argc, char **argv)
{
    const char *where = argc > 1 ? argv[1] : "tcp:127.0.0.1:0";
    struct app app = {.port = NULL};
    bight_deferred *port;
    if (bight_failed(bight_loop_new(NULL, &app.loop)))
        return EXIT_FAILURE;
    bight_error error = bight_listen(app.loop, where, &echoes, NULL, &port);
    if (bight_failed(error)) {
        complain(&app, error); /* malformed: there is no Deferred */
    } else {
        bight_on(port, listening, &app);
        bight_loop_run(app.loop);
    }
    bool ok = app.port != NULL;
    bight_port_close(app.port);
    bight_loop_free(app.loop);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
