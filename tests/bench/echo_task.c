/* SPDX-License-Identifier: MIT */
/* Echo by a task per connection, or with --callback by a callback: the same
 * program, so that what differs is the task. */
#include <signal.h>
#include <stdbool.h>
#include <string.h>

#include <arpa/inet.h>

#include <bight/net.h>
#include <bight/stream.h>

#include "bench.h"

#define CHUNK ((size_t)256 * 1024)

static bight_error serve(bight_stream *stream)
{
    bight_bytes data;
    bight_error error;
    while (!bight_failed(error = bight_stream_read_some(stream, CHUNK, &data)))
        (void)bight_stream_write(stream, data);
    return bight_ok();
}

BIGHT_STREAM_PROTOCOL(by_task, .serve = serve, .limit = CHUNK);

static void data_received(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    (void)bight_transport_write(t, data);
}

static const bight_protocol by_callback = {
    .size = sizeof(bight_protocol),
    .data_received = data_received,
    .pause_writing = bight_pause_own_reading,
    .resume_writing = bight_resume_own_reading,
};

static void announce(bight_listener *listener)
{
    bight_address at = bight_listener_address(listener);
    struct sockaddr_in bound = {.sin_family = AF_INET,
                                .sin_port = htons(at.port)};
    memcpy(&bound.sin_addr, at.ip, sizeof(bound.sin_addr));
    bench_announce(&bound);
}

static void stop(void *loop)
{
    bight_loop_stop(loop);
}

static bight_error run(const struct sockaddr_in *name, bool callback)
{
    const bight_factory factory = {
        .size = sizeof(factory),
        .protocol = callback ? &by_callback : &by_task,
    };
    bight_address address = {.family = BIGHT_ADDRESS_IPV4,
                             .port = ntohs(name->sin_port)};
    bight_loop *loop;
    bight_listener *listener;
    bight_signal *signal;
    memcpy(address.ip, &name->sin_addr, sizeof(name->sin_addr));
    bight_error error = bight_loop_new(NULL, &loop);
    if (!bight_failed(error))
        error = bight_signal_new(loop, SIGTERM, stop, loop, &signal);
    if (bight_failed(error))
        return error;
    error = bight_tcp_listen(loop, &factory, &address, NULL, NULL, &listener);
    if (bight_failed(error))
        return error;
    announce(listener);
    return bight_loop_run(loop);
}

int main(int argc, char **argv)
{
    bool callback = argc > 1 && strcmp(argv[1], "--callback") == 0;
    if (callback) {
        argv[1] = argv[0];
        argc--;
        argv++;
    }
    struct sockaddr_in name = bench_listen_option(argc, argv);
    return bight_failed(run(&name, callback)) ? 1 : 0;
}
