/* SPDX-License-Identifier: MIT */
/* A server that logs, and that SIGTERM ends when its connections are done. */
/* ctest: run */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <bight/log.h>
#include <bight/loop.h>
#include <bight/memory.h>

static void polite_draining(void *self, bight_transport *t)
{
    (void)self;
    bight_transport_write(t, BIGHT_BYTES("we close, good night\n"));
    bight_transport_close(t);
}

static const bight_protocol polite = {
    .size = sizeof(bight_protocol),
    .name = "polite",
    .draining = polite_draining,
};

static const bight_factory polites = {
    .size = sizeof(bight_factory),
    .protocol = &polite,
};

struct server {
    bight_listener *listener;
    bight_signal *term;
    unsigned terms;
    uint64_t served;
};

/* With the listener gone nothing keeps the loop running: it returns. */
static void on_drained(void *ctx, const bight_drain_report *report)
{
    struct server *server = ctx;
    server->served = report->served;
    printf("%llu served, %llu aborted\n", (unsigned long long)report->served,
           (unsigned long long)report->aborted);
    bight_listener_close(server->listener);
    bight_signal_free(server->term); /* the next one kills */
}

static void on_term(void *ctx)
{
    struct server *server = ctx;
    bool again = server->terms++ > 0; /* whoever asks twice will not wait */
    bight_listener_drain(server->listener, again ? 0 : 30 * 1000, on_drained,
                         server);
}

/* -- a guest, and who stops the server ------------------------------------ */

static void guest_data(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    (void)t;
    fwrite(data.data, 1, data.size, stdout);
}

static const bight_protocol guest = {
    .size = sizeof(bight_protocol),
    .data_received = guest_data,
};

static const bight_factory guests = {
    .size = sizeof(bight_factory),
    .protocol = &guest,
};

static void stop_it(void *ctx, bight_transport *t, bight_error error)
{
    (void)ctx;
    (void)t;
    if (!bight_failed(error))
        (void)raise(SIGTERM);
}

int main(void)
{
    static int log_to = STDERR_FILENO;
    struct server server = {.terms = 0};
    bight_loop *loop;

    bight_log_set_sink(bight_log_sink_text, &log_to, BIGHT_LOG_WARNING);
    if (bight_failed(bight_loop_new(NULL, &loop)) ||
        bight_failed(bight_memory_listen(loop, &polites, "inn", NULL, NULL,
                                         &server.listener)) ||
        bight_failed(
            bight_signal_new(loop, SIGTERM, on_term, &server, &server.term)) ||
        bight_failed(bight_memory_connect(loop, &guests, "inn", NULL, stop_it,
                                          NULL, NULL)))
        return EXIT_FAILURE;
    bight_loop_run(loop);
    bight_loop_free(loop);
    return server.served == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
