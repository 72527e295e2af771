/* SPDX-License-Identifier: MIT */
/* A mirror for whoever writes clients: it tells what they sent, and answers
 * with what they should cope with. The example of how a server is made of
 * libbight- http. */
#include <bight/plugin.h>

#include "httpbin.h"

struct httpbin_options {
    bight_http_limits limits;
};

struct httpbin {
    bight_http_server *server; /* first: bight_http_protocol looks here */
    bight_http_router *router;
};

static const bight_http_resource resources[] = {
    {"GET", "/", bin_front},
    {"POST", "/echo", bin_echo},
    {NULL, "/anything", bin_anything},
    {NULL, "/anything/*", bin_anything},
    {"GET", "/headers", bin_headers},
    {"GET", "/ip", bin_ip},
    {NULL, "/status/:n", bin_status},
    {NULL, "/delay/:n", bin_delay},
    {"GET", "/bytes/:n", bin_bytes},
    {"GET", "/stream/:n", bin_stream},
    {"GET", "/sse", bin_sse},
    {"GET", "/gzip", bin_compressed},
    {"GET", "/redirect/:n", bin_redirect},
    {"GET", "/cookies", bin_cookies},
    {"GET", "/cookies/set", bin_cookies_set},
    {"GET", "/basic-auth/:user/:password", bin_basic_auth},
    {"GET", "/forms", bin_form_page},
    {"POST", "/forms", bin_form_sent},
};

bool bin_number(bight_http_exchange *x, uint64_t least, uint64_t most,
                uint64_t *ret_number)
{
    uint64_t number = 0;
    bight_bytes text = bight_http_path_value(x, "n");
    for (size_t i = 0; i < text.size; i++) {
        bool digit = text.data[i] >= '0' && text.data[i] <= '9';
        number = number * 10 + (uint64_t)(text.data[i] - '0');
        if (!digit || number > most) {
            bight_http_fail(x, 400);
            return false;
        }
    }
    if (number < least) {
        bight_http_fail(x, 400);
        return false;
    }
    *ret_number = number;
    return true;
}

/* -- the server ----------------------------------------------------------- */

static const char *const any_origin[] = {"*", NULL};
static bight_http_cors_options cors = {.size = sizeof(cors),
                                       .origins = any_origin};

static const bight_http_use uses[] = {
    {&bight_http_access_log, NULL}, {&bight_http_request_id, NULL},
    {&bight_http_security, NULL},   {&bight_http_cors, &cors},
    {&bight_http_compress, NULL},
};

static bight_error make_router(bight_http_router **ret_router)
{
    bight_error error = bight_http_router_new(ret_router);
    if (bight_failed(error))
        return error;
    return bight_http_router_add_all(
        *ret_router, resources, sizeof(resources) / sizeof(resources[0]), NULL);
}

static void stopped(void *shared)
{
    struct httpbin *self = shared;
    bight_http_server_free(self->server);
    bight_http_router_free(self->router);
}

static bight_error started(void *shared, const void *given, bight_loop *loop)
{
    const struct httpbin_options *values = given;
    struct httpbin *self = shared;
    bight_http_options options;
    bight_http_options_init(&options);
    if (values != NULL)
        options.limits = values->limits;
    bight_error error = make_router(&self->router);
    options.handler = bight_http_route;
    options.ctx = self->router;
    options.middleware = uses;
    options.middleware_count = sizeof(uses) / sizeof(uses[0]);
    if (!bight_failed(error))
        error = bight_http_server_new(loop, &options, &self->server);
    if (bight_failed(error))
        stopped(self);
    return error;
}

static const bight_factory factory = {
    .size = sizeof(bight_factory),
    .name = "httpbin",
    .protocol = &bight_http_protocol,
    .shared_size = sizeof(struct httpbin),
    .started = started,
    .stopped = stopped,
};

static const bight_option options[] = {
    BIGHT_HTTP_LIMIT_OPTIONS(struct httpbin_options, limits),
};

static const bight_option_table table =
    BIGHT_OPTION_TABLE(options, struct httpbin_options);

BIGHT_PLUGIN(httpbin) = {
    .head = BIGHT_PLUGIN_HEAD,
    .name = "httpbin",
    .version = BIGHT_VERSION_STRING,
    .summary = "mirrors HTTP requests, for whoever writes clients",
    .factory = &factory,
    .options = &table,
    .scheme = "http",
};
