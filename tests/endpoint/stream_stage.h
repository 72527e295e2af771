/* SPDX-License-Identifier: MIT */
/* A client's task and a server's, joined by streams over the scene's wire. */
#ifndef BIGHT_TESTS_ENDPOINT_STREAM_STAGE_H
#define BIGHT_TESTS_ENDPOINT_STREAM_STAGE_H

#include <bight/group.h>
#include <bight/stream.h>

#include "leaks.h"
#include "suite.h"
#include "told.h"

static bight_stream_fn body;
static unsigned begun, served;
static bight_port *port;

static inline bight_error serve(bight_stream *stream)
{
    begun++;
    bight_error error = body(stream);
    served++;
    return error;
}

BIGHT_STREAM_PROTOCOL(subject, .serve = serve, .limit = 4096);

static const bight_factory subjects = {
    .size = sizeof(bight_factory),
    .name = "subject",
    .protocol = &subject,
};

/* NULL: it could not. */
static inline bight_port *stage_listen(const char *description)
{
    struct told told;
    bight_deferred *deferred = NULL;
    if (bight_failed(bight_listen(scene.loop, description, &subjects,
                                  &scene.options, &deferred)))
        return NULL;
    told_await(&told, deferred);
    return told.value;
}

static inline void start(int wire, bight_stream_fn fn)
{
    scene_begin((enum wire)wire, BIGHT_LOOP_MANUAL_CLOCK);
    body = fn;
    begun = served = 0;
    port = stage_listen(told_place());
    ck_assert_ptr_nonnull(port);
}

static inline void end(void)
{
    bight_port_close(port);
    scene_end();
}

/* The place listened on, for a client. */
static inline const char *place(void)
{
    static char text[96];
    if (scene.wire != WIRE_TCP)
        return told_place();
    (void)snprintf(text, sizeof(text), "tcp:127.0.0.1:%u",
                   bight_listener_address(bight_port_listener(port, 0)).port);
    return text;
}

/* How a task ends that is run as a client. */
static inline bight_error run_client(bight_task_fn fn, void *arg)
{
    struct told told;
    told_await(&told, bight_spawn(scene.loop, NULL, fn, arg));
    return told.error;
}

/* -- bodies ---------------------------------------------------------------- */

static inline bight_error echo(bight_stream *s)
{
    bight_bytes data;
    bight_error error;
    while (!bight_failed(error = bight_stream_read_some(s, 4096, &data)) &&
           !bight_failed(error = bight_stream_write(s, data)))
        ;
    return bight_error_is(error, &bight_domain, BIGHT_ERROR_EOF) ? bight_ok()
                                                                 : error;
}

static inline bight_error sleep_long(bight_stream *s)
{
    (void)s;
    return bight_sleep(3600 * 1000);
}

#endif
