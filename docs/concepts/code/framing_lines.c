/* SPDX-License-Identifier: MIT */
/* Lines with a body now and then: "put 5", five bytes, and lines again. */
/* ctest: run */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bight/framer.h>
#include <bight/loop.h>
#include <bight/memory.h>

struct session {
    bight_framer *framer;
    size_t missing; /* bytes of a body */
};

static void session_made(void *self, bight_transport *t)
{
    const bight_line_options options = {.size = sizeof(options), .limit = 512};
    struct session *session = self;
    bight_error error = bight_line_framer_new(&options, &session->framer);
    if (bight_failed(error))
        bight_transport_fail(t, error);
}

static void session_lost(void *self, bight_transport *t, bight_error why)
{
    struct session *session = self;
    (void)why;
    bight_framer_free(session->framer);
    bight_loop_stop(bight_transport_loop(t));
}

static void body(struct session *session, bight_transport *t, bight_bytes bytes)
{
    bight_bytes mine = bight_bytes_head(bytes, session->missing);
    session->missing -= mine.size;
    printf("%zu bytes of a body\n", mine.size);
    if (session->missing > 0)
        return;
    bight_framer_set_raw(session->framer, false);
    bight_transport_unread(t, bight_bytes_tail(bytes, mine.size));
}

static void line(struct session *session, bight_transport *t, bight_bytes text)
{
    if (bight_bytes_equal(text, BIGHT_BYTES("put 5"))) {
        session->missing = 5;
        bight_framer_set_raw(session->framer, true);
    } else if (bight_bytes_equal(text, BIGHT_BYTES("quit"))) {
        bight_transport_close(t); /* no line comes after this one */
    } else {
        printf("line: %.*s\n", (int)text.size, (const char *)text.data);
    }
}

static void session_frame(void *self, bight_transport *t, bight_bytes frame)
{
    struct session *session = self;
    if (session->missing > 0)
        body(session, t, frame);
    else
        line(session, t, frame);
}

static void session_data(void *self, bight_transport *t, bight_bytes data)
{
    struct session *session = self;
    bight_framer_feed(session->framer, t, data, session_frame);
}

static const bight_protocol sessions = {
    .size = sizeof(bight_protocol),
    .name = "session",
    .state_size = sizeof(struct session),
    .connection_made = session_made,
    .data_received = session_data,
    .connection_lost = session_lost,
};

/* The client of this example says all at once, and reads until the end. */

static void client_made(void *self, bight_transport *t)
{
    (void)self;
    bight_transport_write(t, BIGHT_BYTES("hello\r\nput 5\na\nb\nclast\n"
                                         "quit\nnobody hears this\n"));
}

static const bight_protocol client = {
    .size = sizeof(bight_protocol),
    .name = "client",
    .connection_made = client_made,
};

int main(void)
{
    const bight_factory servers = {.size = sizeof(servers),
                                   .protocol = &sessions};
    const bight_factory clients = {.size = sizeof(clients),
                                   .protocol = &client};
    bight_loop *loop;
    bight_listener *listener;
    if (bight_failed(bight_loop_new(NULL, &loop)) ||
        bight_failed(
            bight_memory_listen(loop, &servers, "s", NULL, NULL, &listener)) ||
        bight_failed(
            bight_memory_connect(loop, &clients, "s", NULL, NULL, NULL, NULL)))
        return EXIT_FAILURE;
    bight_loop_run(loop);
    bight_listener_close(listener);
    bight_loop_free(loop);
    return EXIT_SUCCESS;
}
