/* SPDX-License-Identifier: MIT */
/* Middleware that limits bodies. */
#include <bight/http_layers.h>

#include "server.h"

/* One in chunks is counted as it comes (body.c). */
static bool request(void *ctx, void *state, bight_http_exchange *x)
{
    const bight_http_body_limit_options *options = ctx;
    uint64_t length = bight_http_body_length(x);
    (void)state;
    if (length == UINT64_MAX) {
        x->limited = true;
        x->most = options->most;
    } else if (length > options->most) {
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
