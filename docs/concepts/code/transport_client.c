/* SPDX-License-Identifier: MIT */
/* A client: it asks, reads the answer and ends; or says why it could not. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bight/loop.h>
#include <bight/net.h>

/* -- the client ----------------------------------------------------------- */

/* What one connection is for. */
struct request {
    const char *text;
    unsigned *answers; /* counts those that were right */
};

/* What it has read so far. */
struct client {
    char answer[64];
    size_t size;
};

static void client_made(void *self, bight_transport *t)
{
    const struct request *request = bight_transport_options(t);
    (void)self;
    bight_transport_write(t, bight_bytes_text(request->text));
}

static void client_data(void *self, bight_transport *t, bight_bytes data)
{
    const struct request *request = bight_transport_options(t);
    struct client *client = self;
    data = bight_bytes_head(data, sizeof(client->answer) - client->size);
    memcpy(client->answer + client->size, data.data, data.size);
    client->size += data.size;
    if (client->size == strlen(request->text))
        bight_transport_close(t);
}

static void client_lost(void *self, bight_transport *t, bight_error why)
{
    const struct request *request = bight_transport_options(t);
    const struct client *client = self;
    char text[128];
    bight_bytes answer = bight_bytes_of(client->answer, client->size);
    if (bight_bytes_equal(answer, bight_bytes_text(request->text)))
        ++*request->answers;
    bight_error_format(why, text, sizeof(text));
    printf("heard \"%.*s\", then: %s\n", (int)client->size, client->answer,
           text);
    bight_loop_stop(bight_transport_loop(t));
}

static const bight_protocol client = {
    .size = sizeof(bight_protocol),
    .name = "client",
    .state_size = sizeof(struct client),
    .connection_made = client_made,
    .data_received = client_data,
    .connection_lost = client_lost,
};

static const bight_factory clients = {
    .size = sizeof(bight_factory),
    .name = "client",
    .protocol = &client,
};

/* Told once, after connection_made; a refused client hears nothing else. */
static void connected(void *ctx, bight_transport *t, bight_error error)
{
    unsigned *failures = ctx;
    char text[256];
    (void)t;
    if (!bight_failed(error))
        return;
    bight_error_format(error, text, sizeof(text));
    printf("%s\n", text);
    ++*failures;
}

/* `request` has to stay until the connection has ended. */
static bight_error ask(bight_loop *loop, const bight_address *address,
                       const struct request *request, unsigned *failures)
{
    bight_owner_options options;
    bight_owner_options_init(&options);
    options.factory_options = request;
    options.limits.connect_timeout_ms = 5 * 1000;
    return bight_tcp_connect(loop, &clients, address, NULL, &options, connected,
                             failures, NULL);
}

/* -- somebody to talk to -------------------------------------------------- */

static void echo_data(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    bight_transport_write(t, data);
}

static const bight_protocol echo = {
    .size = sizeof(bight_protocol),
    .data_received = echo_data,
};

static const bight_factory echoes = {
    .size = sizeof(bight_factory),
    .protocol = &echo,
};

int main(void)
{
    unsigned answers = 0;
    unsigned failures = 0;
    const struct request hello = {.text = "hello", .answers = &answers};
    bight_loop *loop;
    bight_listener *listener;
    bight_address address;

    bight_address_parse_ip(BIGHT_BYTES("127.0.0.1"), 0, &address);
    if (bight_failed(bight_loop_new(NULL, &loop)) ||
        bight_failed(
            bight_tcp_listen(loop, &echoes, &address, NULL, NULL, &listener)))
        return EXIT_FAILURE;
    address = bight_listener_address(listener);
    if (bight_failed(ask(loop, &address, &hello, &failures)))
        return EXIT_FAILURE;
    bight_loop_run(loop);

    bight_listener_close(listener);
    bight_loop_run(loop);
    if (bight_failed(ask(loop, &address, &hello, &failures)))
        return EXIT_FAILURE;
    bight_loop_run(loop); /* nobody is there any more */
    bight_loop_free(loop);
    return answers == 1 && failures == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
