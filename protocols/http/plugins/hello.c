/* SPDX-License-Identifier: MIT */
/* A server that answers every request with 13 bytes of plain text: what is
 * measured when HTTP servers are compared. */
#include <bight/http.h>
#include <bight/plugin.h>

struct hello_options {
    bight_http_limits limits;
};

struct hello {
    bight_http_server *server; /* first: bight_http_protocol looks here */
};

static bight_deferred *hello(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    bight_http_answer(x, 200, "text/plain", BIGHT_BYTES("Hello, World!"));
    return NULL;
}

static bight_error started(void *shared, const void *given, bight_loop *loop)
{
    const struct hello_options *values = given;
    struct hello *self = shared;
    bight_http_options options;
    bight_http_options_init(&options);
    options.handler = hello;
    if (values != NULL)
        options.limits = values->limits;
    return bight_http_server_new(loop, &options, &self->server);
}

static void stopped(void *shared)
{
    struct hello *self = shared;
    bight_http_server_free(self->server);
}

static const bight_factory factory = {
    .size = sizeof(bight_factory),
    .name = "hello",
    .protocol = &bight_http_protocol,
    .shared_size = sizeof(struct hello),
    .started = started,
    .stopped = stopped,
};

static const bight_option options[] = {
    BIGHT_HTTP_LIMIT_OPTIONS(struct hello_options, limits),
};

static const bight_option_table table =
    BIGHT_OPTION_TABLE(options, struct hello_options);

BIGHT_PLUGIN(hello) = {
    .head = BIGHT_PLUGIN_HEAD,
    .name = "hello",
    .version = BIGHT_VERSION_STRING,
    .summary = "answers every HTTP request with 13 bytes of text",
    .factory = &factory,
    .options = &table,
    .scheme = "http",
};
