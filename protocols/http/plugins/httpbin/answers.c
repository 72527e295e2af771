/* SPDX-License-Identifier: MIT */
/* What a client has to cope with. */
#include <stdio.h>

#include "httpbin.h"

#define REDIRECTS_MAX 20

static bool redirects(uint64_t number)
{
    return number == 301 || number == 302 || number == 303 || number == 307 ||
           number == 308;
}

bight_deferred *bin_status(void *ctx, bight_http_exchange *x)
{
    uint64_t number;
    (void)ctx;
    if (!bin_number(x, 200, 599, &number))
        return NULL;
    if (number == 401)
        bight_http_basic_ask(x, "httpbin");
    else if (redirects(number))
        (void)bight_http_redirect(x, (unsigned)number, BIGHT_BYTES("/"));
    else
        bight_http_fail(x, (unsigned)number);
    return NULL;
}

bight_deferred *bin_redirect(void *ctx, bight_http_exchange *x)
{
    uint64_t number;
    char location[32] = "/anything";
    (void)ctx;
    if (!bin_number(x, 1, REDIRECTS_MAX, &number))
        return NULL;
    if (number > 1)
        (void)snprintf(location, sizeof(location), "/redirect/%u",
                       (unsigned)number - 1);
    (void)bight_http_redirect(x, 302, bight_bytes_text(location));
    return NULL;
}

static bight_error set_cookie(bight_http_exchange *x, bight_bytes name,
                              bight_bytes value)
{
    uint8_t spare[2][1024];
    char field[4096];
    bight_bytes text;
    bight_http_cookie cookie;
    bight_http_cookie_init(&cookie);
    cookie.path = BIGHT_BYTES("/");
    bight_error error = bight_http_url_decode(
        name, BIGHT_HTTP_URL_PLUS, spare[0], sizeof(spare[0]), &cookie.name);
    if (!bight_failed(error))
        error = bight_http_url_decode(value, BIGHT_HTTP_URL_PLUS, spare[1],
                                      sizeof(spare[1]), &cookie.value);
    if (!bight_failed(error))
        error = bight_http_cookie_format(&cookie, field, sizeof(field), &text);
    return bight_failed(error) ? error
                               : bight_http_add_field(x, "Set-Cookie", text);
}

/* Which of them can be none is the client's mistake. */
bight_deferred *bin_cookies_set(void *ctx, bight_http_exchange *x)
{
    bight_bytes rest = bight_http_query(x);
    bight_bytes name;
    bight_bytes value;
    (void)ctx;
    while (bight_http_query_next(&rest, &name, &value)) {
        bight_error error = set_cookie(x, name, value);
        if (bight_error_is(error, &bight_domain, BIGHT_ERROR_NO_MEMORY))
            return bight_deferred_rejected(bight_http_loop(x), error);
        if (bight_failed(error)) {
            bight_http_fail(x, 400);
            return NULL;
        }
    }
    (void)bight_http_redirect(x, 302, BIGHT_BYTES("/cookies"));
    return NULL;
}

/* Middleware does it, by what the client accepts. */
bight_deferred *bin_compressed(void *ctx, bight_http_exchange *x)
{
    struct json json = {0};
    (void)ctx;
    json_open(&json, NULL, '{');
    json_text(&json, "accepted", bight_http_field(x, "Accept-Encoding"));
    json_open(&json, "lines", '[');
    for (unsigned i = 0; i < 40; i++)
        json_text(&json, NULL,
                  BIGHT_BYTES("What is said again and again gets shorter."));
    json_close(&json, ']');
    json_close(&json, '}');
    json_answer(&json, x);
    return NULL;
}
