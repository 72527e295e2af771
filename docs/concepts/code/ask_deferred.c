/* SPDX-License-Identifier: MIT */
/* A question, an answer, a deadline: with a protocol and a Deferred.
 * ask_deferred PORT. */
#include <stdio.h>
#include <stdlib.h>

#include <bight/endpoint.h>
#include <bight/framer.h>

struct ask {
    bight_promise *promise; /* of the answer; NULL: it was given */
    bight_framer *framer;
};

/* -- the protocol ---------------------------------------------------------- */

static void connection_made(void *self, bight_transport *t)
{
    (void)self;
    (void)bight_transport_write(t, BIGHT_BYTES("PING\n"));
}

static void line_received(void *self, bight_transport *t, bight_bytes line)
{
    struct ask *ask = (void *)(uintptr_t)bight_transport_options(t);
    (void)self;
    (void)printf("%.*s\n", (int)line.size, (const char *)line.data);
    bight_promise_resolve(ask->promise, bight_value_none());
    ask->promise = NULL;
    bight_transport_close(t);
}

static void data_received(void *self, bight_transport *t, bight_bytes data)
{
    const struct ask *ask = bight_transport_options(t);
    (void)self;
    bight_framer_feed(ask->framer, t, data, line_received);
}

static void connection_lost(void *self, bight_transport *t, bight_error why)
{
    struct ask *ask = (void *)(uintptr_t)bight_transport_options(t);
    (void)self;
    if (ask->promise != NULL)
        bight_promise_reject(ask->promise, why);
}

static const bight_protocol protocol = {
    .size = sizeof(bight_protocol),
    .connection_made = connection_made,
    .data_received = data_received,
    .connection_lost = connection_lost,
};

static const bight_factory factory = {.size = sizeof(bight_factory),
                                      .protocol = &protocol};

/* -- the question ---------------------------------------------------------- */

static void wait_for_answer(bight_result *result, void *arg)
{
    struct ask *ask = arg;
    bight_deferred *answer = bight_deferred_new(bight_result_loop(result),
                                                &ask->promise, NULL, NULL);
    bight_result_chain(result, answer);
}

/* A connection that nobody waits for any more is ended by the loop's close. */
static void tell(bight_result *result, void *arg)
{
    bool *ok = arg;
    bight_error error = bight_result_error(result);
    char text[512];
    *ok = !bight_failed(error);
    (void)bight_error_format(error, text, sizeof(text));
    if (!*ok)
        (void)fprintf(stderr, "ask: %s\n", text);
    bight_loop_stop(bight_result_loop(result));
}

static bool run(bight_loop *loop, const char *place)
{
    bight_line_options lines = {.size = sizeof(lines), .limit = 256};
    struct ask ask = {.promise = NULL};
    bight_owner_options options;
    bight_deferred *d;
    bool ok = false;
    bight_owner_options_init(&options);
    options.factory_options = &ask;
    if (bight_failed(bight_line_framer_new(&lines, &ask.framer)))
        return false;
    if (!bight_failed(bight_connect(loop, place, &factory, &options, &d))) {
        bight_on(bight_timeout(bight_then(d, wait_for_answer, &ask), 300), tell,
                 &ok);
        (void)bight_loop_run(loop);
    }
    (void)bight_loop_free(loop);
    bight_framer_free(ask.framer);
    return ok;
}

int main(int argc, char **argv)
{
    bight_loop *loop;
    char place[64];
    if (argc != 2 || bight_failed(bight_loop_new(NULL, &loop)))
        return EXIT_FAILURE;
    (void)snprintf(place, sizeof(place), "tcp:127.0.0.1:%s", argv[1]);
    return run(loop, place) ? EXIT_SUCCESS : EXIT_FAILURE;
}
