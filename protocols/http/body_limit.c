/* SPDX-License-Identifier: MIT */
/* Middleware that limits bodies. */
#include <bight/http_layers.h>

#include "grown.h"
#include "server.h"

/* One in chunks is counted as it comes (body.c). */
static bool request(void *ctx, void *state, bight_http_exchange *x)
{
    bight_http_body_limit_options options = {.size = sizeof(options)};
    uint64_t length = bight_http_body_length(x);
    (void)state;
    bight__http_take_known(&options, sizeof(options), ctx);
    if (length == UINT64_MAX) {
        x->limited = true;
        x->most = options.most;
    } else if (length > options.most) {
        bight_http_fail(x, 413);
        return false;
    }
    return true;
}

const bight_http_middleware bight_http_body_limit = {
    .size = sizeof(bight_http_middleware),
    .name = "body-limit",
    .request = request,
};
