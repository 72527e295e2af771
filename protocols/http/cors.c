/* SPDX-License-Identifier: MIT */
/* Middleware for CORS. A field that finds no memory is left out, and the
 * browser keeps the answer from the script. */
#include <bight/http_cors.h>

#include <stdio.h>
#include <string.h>

#include "grown.h"
#include "vary.h"

#define METHODS "GET, HEAD, POST, PUT, PATCH, DELETE"

static bight_http_cors_options options_of(const void *ctx)
{
    bight_http_cors_options options = {.size = sizeof(options)};
    bight__http_take_known(&options, sizeof(options), ctx);
    return options;
}

static void set(bight_http_exchange *x, const char *name, bight_bytes value)
{
    (void)bight_http_set_field(x, name, value);
}

static bool takes_any(const bight_http_cors_options *options)
{
    const char *const *origin = options->origins;
    while (*origin != NULL && strcmp(*origin, "*") != 0)
        origin++;
    return *origin != NULL;
}

static bool is_listed(const bight_http_cors_options *options,
                      bight_bytes origin)
{
    for (const char *const *o = options->origins; *o != NULL; o++) {
        if (strcmp(*o, "*") != 0 &&
            bight_bytes_equal(origin, bight_bytes_text(*o)))
            return true;
    }
    return false;
}

/* True: the origin may read the answer. Without credentials one answer may be
 * for all. */
static bool allow_origin(const bight_http_cors_options *options,
                         bight_http_exchange *x)
{
    bight_bytes origin = bight_http_field(x, "Origin");
    bool any = takes_any(options);
    bool listed = is_listed(options, origin);
    bool credentials = options->credentials && listed;
    if (!any || options->credentials)
        (void)bight__http_vary(x, "Origin");
    if (origin.data == NULL || (!any && !listed))
        return false;
    set(x, "Access-Control-Allow-Origin",
        any && !credentials ? BIGHT_BYTES("*") : origin);
    if (credentials)
        set(x, "Access-Control-Allow-Credentials", BIGHT_BYTES("true"));
    return true;
}

static bool is_preflight(const bight_http_exchange *x)
{
    return bight_bytes_equal(bight_http_method(x), BIGHT_BYTES("OPTIONS")) &&
           bight_http_field(x, "Origin").data != NULL &&
           bight_http_field(x, "Access-Control-Request-Method").data != NULL;
}

static void allow_headers(const bight_http_cors_options *options,
                          bight_http_exchange *x)
{
    bight_bytes asked = bight_http_field(x, "Access-Control-Request-Headers");
    bight_bytes headers = bight_bytes_text(options->headers);
    if (options->headers == NULL) {
        headers = asked;
        (void)bight__http_vary(x, "Access-Control-Request-Headers");
    }
    if (headers.size > 0)
        set(x, "Access-Control-Allow-Headers", headers);
}

/* Its origin's fields come with its answer, as with any other. */
static bool request(void *ctx, void *state, bight_http_exchange *x)
{
    const bight_http_cors_options options = options_of(ctx);
    char age[16];
    (void)state;
    if (!is_preflight(x))
        return true;
    set(x, "Access-Control-Allow-Methods",
        bight_bytes_text(options.methods != NULL ? options.methods : METHODS));
    allow_headers(&options, x);
    int size = snprintf(age, sizeof(age), "%u", options.max_age_s);
    if (options.max_age_s > 0)
        set(x, "Access-Control-Max-Age", bight_bytes_of(age, (size_t)size));
    bight_http_answer(x, 204, NULL, bight_bytes_of(NULL, 0));
    return false;
}

static void answer(void *ctx, void *state, bight_http_exchange *x,
                   uint64_t *length, bool *transforms)
{
    const bight_http_cors_options options = options_of(ctx);
    (void)state;
    (void)length;
    (void)transforms;
    if (allow_origin(&options, x) && options.exposed != NULL)
        set(x, "Access-Control-Expose-Headers",
            bight_bytes_text(options.exposed));
}

const bight_http_middleware bight_http_cors = {
    .size = sizeof(bight_http_middleware),
    .name = "cors",
    .request = request,
    .answer = answer,
};
