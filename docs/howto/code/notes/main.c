/* SPDX-License-Identifier: MIT */
/* A server of notes: main [ENDPOINT]. */
#include <stdio.h>

#include <bight/endpoint.h>
#include <bight/loop.h>
#include <bight/port.h>

#include "notes.h"

struct app {
    bight_loop *loop;
    bight_port *port;
    bight_error error;
};

static void listening(bight_result *result, void *arg)
{
    struct app *app = arg;
    char where[96];
    app->error = bight_result_error(result);
    if (bight_failed(app->error)) {
        bight_loop_stop(app->loop);
        return;
    }
    app->port = bight_result_take(result).as.pointer;
    (void)bight_listener_describe(bight_port_listener(app->port, 0), where,
                                  sizeof(where));
    (void)printf("serving notes on %s\n", where);
    (void)fflush(stdout);
}

/* The options are lent, so they live here as long as the loop runs. */
static bight_error serve(struct app *app, const char *where,
                         struct notes *notes)
{
    bight_http_options options;
    bight_owner_options owner;
    bight_deferred *port;
    bight_http_options_init(&options);
    options.handler = notes_handle;
    options.ctx = notes;
    options.limits.body = UINT64_C(64) * 1024;
    bight_owner_options_init(&owner);
    owner.factory_options = &options;
    bight_error error =
        bight_listen(app->loop, where, &bight_http_factory, &owner, &port);
    if (bight_failed(error))
        return error;
    bight_on(port, listening, app);
    error = bight_loop_run(app->loop);
    bight_port_close(app->port);
    bight_error closed = bight_loop_free(app->loop);
    app->loop = NULL;
    if (bight_failed(error))
        return error;
    return bight_failed(app->error) ? app->error : closed;
}

int main(int argc, char **argv)
{
    const char *where = argc > 1 ? argv[1] : "tcp:127.0.0.1:8080";
    struct app app = {.error = bight_ok()};
    struct notes *notes = NULL;
    bight_error error = notes_new(&notes);
    if (!bight_failed(error))
        error = bight_loop_new(NULL, &app.loop);
    if (!bight_failed(error))
        error = serve(&app, where, notes);
    if (bight_failed(error)) {
        char text[512];
        (void)bight_error_format(error, text, sizeof(text));
        (void)fprintf(stderr, "notes: %s\n", text);
    }
    (void)bight_loop_free(app.loop);
    notes_free(notes);
    return bight_failed(error) ? 1 : 0;
}
