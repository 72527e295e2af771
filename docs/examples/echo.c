/* SPDX-License-Identifier: MIT */
/* A whole echo server: echo [PORT], on this machine alone. */
#include <stdio.h>

#include <bight/loop.h>
#include <bight/net.h>
#include <bight/parse.h>

static void data_received(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    (void)bight_transport_write(t, data);
}

static const bight_protocol echo = {
    .size = sizeof(bight_protocol),
    .data_received = data_received,
    /* A peer that does not read is not read from until it does. */
    .pause_writing = bight_pause_own_reading,
    .resume_writing = bight_resume_own_reading,
};

static const bight_factory factory = {
    .size = sizeof(bight_factory),
    .protocol = &echo,
};

static bight_error serve(bight_loop *loop, uint16_t port)
{
    const bight_address address = {
        .family = BIGHT_ADDRESS_IPV4, .port = port, .ip = {127, 0, 0, 1}};
    bight_listener *listener;
    char text[BIGHT_ADDRESS_TEXT_MAX + 8];
    bight_error error =
        bight_tcp_listen(loop, &factory, &address, NULL, NULL, &listener);
    if (bight_failed(error))
        return error;
    (void)bight_listener_describe(listener, text, sizeof(text));
    (void)printf("listening on %s\n", text);
    (void)fflush(stdout);
    return bight_loop_run(loop);
}

/* 0 lets the system choose. */
static bight_error read_port(const char *text, uint16_t *ret_port)
{
    int64_t port;
    bight_error error = bight_parse_int(bight_bytes_text(text), &port);
    if (bight_failed(error))
        return error;
    if (port < 0 || port > UINT16_MAX)
        return bight_error_note(bight_error_of(BIGHT_ERROR_RANGE),
                                "port %s is not in 0 to 65535", text);
    *ret_port = (uint16_t)port;
    return bight_ok();
}

int main(int argc, char **argv)
{
    bight_loop *loop = NULL;
    uint16_t port = 7007;
    bight_error error = argc > 1 ? read_port(argv[1], &port) : bight_ok();
    if (!bight_failed(error))
        error = bight_loop_new(NULL, &loop);
    if (!bight_failed(error))
        error = serve(loop, port);
    if (bight_failed(error)) {
        char text[512];
        (void)bight_error_format(error, text, sizeof(text));
        (void)fprintf(stderr, "echo: %s\n", text);
    }
    (void)bight_loop_free(loop);
    return bight_failed(error) ? 1 : 0;
}
