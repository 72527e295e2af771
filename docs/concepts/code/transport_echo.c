/* SPDX-License-Identifier: MIT */
/* An echo server and one client of it, over TCP. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>

#include <bight/loop.h>
#include <bight/net.h>

static void echo_data(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    bight_transport_write(t, data);
}

static const bight_protocol echo = {
    .size = sizeof(bight_protocol),
    .name = "echo",
    .data_received = echo_data,
    /* Who does not read what we answer is not read from. */
    .pause_writing = bight_pause_own_reading,
    .resume_writing = bight_resume_own_reading,
};

static const bight_factory echo_factory = {
    .size = sizeof(bight_factory),
    .name = "echo",
    .protocol = &echo,
};

static void client_made(void *self, bight_transport *t)
{
    (void)self;
    bight_transport_write(t, BIGHT_BYTES("hello\n"));
}

static void client_data(void *self, bight_transport *t, bight_bytes data)
{
    unsigned *size = self;
    fwrite(data.data, 1, data.size, stdout);
    *size += (unsigned)data.size;
    if (*size == 6)
        bight_transport_close(t);
}

static void client_lost(void *self, bight_transport *t, bight_error why)
{
    char text[64];
    (void)self;
    bight_error_format(why, text, sizeof(text));
    printf("client: %s\n", text);
    bight_loop_stop(bight_transport_loop(t));
}

static const bight_protocol client = {
    .size = sizeof(bight_protocol),
    .name = "client",
    .state_size = sizeof(unsigned), /* `self`, zeroed */
    .connection_made = client_made,
    .data_received = client_data,
    .connection_lost = client_lost,
};

static const bight_factory client_factory = {
    .size = sizeof(bight_factory),
    .name = "client",
    .protocol = &client,
};

static void connected(void *ctx, bight_transport *t, bight_error error)
{
    bool *ok = ctx;
    (void)t;
    *ok = !bight_failed(error);
}

int main(void)
{
    bight_loop *loop;
    bight_address address;
    bight_listener *listener;
    bool ok = false;

    if (bight_failed(bight_loop_new(NULL, &loop)))
        return EXIT_FAILURE;
    /* Port 0: the kernel chooses one, and the listener knows which. */
    bight_address_parse_ip(BIGHT_BYTES("127.0.0.1"), 0, &address);
    if (bight_failed(bight_tcp_listen(loop, &echo_factory, &address, NULL, NULL,
                                      &listener)))
        return EXIT_FAILURE;
    address = bight_listener_address(listener);
    if (bight_failed(bight_tcp_connect(loop, &client_factory, &address, NULL,
                                       NULL, connected, &ok, NULL)))
        return EXIT_FAILURE;
    bight_loop_run(loop);
    bight_listener_close(listener);
    bight_loop_free(loop);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
