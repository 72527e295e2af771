/* SPDX-License-Identifier: MIT */
/* Middleware that tells browsers to be careful. */
#include <bight/http_layers.h>

#include "grown.h"

#define POLICY                                                                 \
    "default-src 'self'; style-src 'self' 'unsafe-inline'; "                   \
    "img-src 'self' data:; "                                                   \
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"

void bight_http_security_options_init(bight_http_security_options *options)
{
    *options = (bight_http_security_options){.size = sizeof(*options),
                                             .policy = POLICY,
                                             .referrer = "no-referrer",
                                             .frames = "DENY"};
}

static void add(bight_http_exchange *x, const char *name, const char *value)
{
    if (value != NULL && bight_http_answer_field(x, name).data == NULL)
        (void)bight_http_set_field(x, name, bight_bytes_text(value));
}

static void answer(void *ctx, void *state, bight_http_exchange *x,
                   uint64_t *length, bool *transforms)
{
    bight_http_security_options options;
    (void)state;
    (void)length;
    (void)transforms;
    bight_http_security_options_init(&options);
    if (ctx != NULL)
        bight__http_take_known(&options, sizeof(options), ctx);
    add(x, "Content-Security-Policy", options.policy);
    add(x, "X-Content-Type-Options", options.sniff ? NULL : "nosniff");
    add(x, "Referrer-Policy", options.referrer);
    add(x, "X-Frame-Options", options.frames);
    add(x, "Strict-Transport-Security", options.transport);
}

const bight_http_middleware bight_http_security = {
    .size = sizeof(bight_http_middleware),
    .name = "security",
    .answer = answer,
};
