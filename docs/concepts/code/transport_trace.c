/* SPDX-License-Identifier: MIT */
/* A filter between the wire and a protocol that knows nothing of it. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>

#include <bight/filter.h>
#include <bight/loop.h>
#include <bight/memory.h>

static unsigned shown;

static void show(void *ctx, const bight_transport *t, bool incoming,
                 bight_bytes data)
{
    (void)ctx;
    (void)t;
    printf("%s %.*s\n", incoming ? "<" : ">", (int)data.size,
           (const char *)data.data);
    shown++;
}

static void shout_data(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    bight_transport_write(t, data);
    bight_transport_write(t, BIGHT_BYTES("!"));
}

static const bight_protocol shout = {
    .size = sizeof(bight_protocol),
    .name = "shout",
    .data_received = shout_data,
};

static const bight_factory shouts = {
    .size = sizeof(bight_factory),
    .protocol = &shout,
};

static void once_made(void *self, bight_transport *t)
{
    (void)self;
    bight_transport_write(t, BIGHT_BYTES("hello"));
    bight_transport_close(t);
}

static const bight_protocol once = {
    .size = sizeof(bight_protocol),
    .name = "once",
    .connection_made = once_made,
};

static const bight_factory onces = {
    .size = sizeof(bight_factory),
    .protocol = &once,
};

static bight_error listen_traced(bight_loop *loop, bight_listener **ret)
{
    static const bight_trace_options trace = {.size = sizeof(trace),
                                              .fn = show};
    const bight_filter_use filters[] = {
        {.filter = &bight_trace, .options = &trace}};
    bight_owner_options options;

    bight_owner_options_init(&options);
    options.filters = filters; /* from the wire up */
    options.filter_count = 1;
    return bight_memory_listen(loop, &shouts, "shout", NULL, &options, ret);
}

int main(void)
{
    bight_loop *loop;
    bight_listener *listener;

    if (bight_failed(bight_loop_new(NULL, &loop)) ||
        bight_failed(listen_traced(loop, &listener)) ||
        bight_failed(bight_memory_connect(loop, &onces, "shout", NULL, NULL,
                                          NULL, NULL)))
        return EXIT_FAILURE;
    bight_loop_run(loop);
    bight_loop_free(loop);
    return shown >= 2 ? EXIT_SUCCESS : EXIT_FAILURE;
}
