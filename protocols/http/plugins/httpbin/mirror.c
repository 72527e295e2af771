/* SPDX-License-Identifier: MIT */
/* What the client sent. */
#include <bight/address.h>
#include <bight/alloc.h>

#include "httpbin.h"

/* -- /echo: a body that is sent back while it comes ----------------------- */

static void echo_data(void *ctx, bight_http_exchange *x, bight_bytes data)
{
    (void)ctx;
    if (bight_http_write(x, data) == BIGHT_WRITE_FULL)
        bight_http_pause_body(x);
}

static void echo_end(void *ctx, bight_http_exchange *x, bight_error error)
{
    (void)ctx;
    if (!bight_failed(error))
        bight_http_finish(x);
}

/* There is room again. */
static void echo_resume(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    bight_http_resume_body(x);
}

static const bight_http_sink echo_sink = {
    .size = sizeof(bight_http_sink), .data = echo_data, .end = echo_end};
static const bight_http_source echo_source = {.size = sizeof(bight_http_source),
                                              .resume = echo_resume};

bight_deferred *bin_echo(void *ctx, bight_http_exchange *x)
{
    char type[256] = "application/octet-stream";
    bight_bytes sent = bight_http_field(x, "Content-Type");
    (void)ctx;
    if (sent.size > 0 && sent.size < sizeof(type)) {
        memcpy(type, sent.data, sent.size);
        type[sent.size] = '\0';
    }
    bight_error error = bight_http_stream_body(x, &echo_sink, NULL);
    if (!bight_failed(error))
        error = bight_http_start(x, 200, type, bight_http_body_length(x));
    if (!bight_failed(error))
        error = bight_http_produce(x, &echo_source, NULL);
    return bight_failed(error)
               ? bight_deferred_rejected(bight_http_loop(x), error)
               : NULL;
}

/* -- parts of the request, as JSON ---------------------------------------- */

static void put_headers(struct json *json, const bight_http_exchange *x)
{
    struct pairs pairs = {0};
    bight_bytes name;
    bight_bytes value;
    for (size_t i = 0; bight_http_field_at(x, i, &name, &value); i++)
        pairs_add(&pairs, name, value);
    json_pairs(json, "headers", &pairs);
}

/* Without the port. */
static void put_origin(struct json *json, const bight_http_exchange *x)
{
    char text[BIGHT_ADDRESS_TEXT_MAX];
    bight_address peer = bight_transport_peer(bight_http_transport(x));
    size_t size = bight_address_format(&peer, text, sizeof(text));
    bight_bytes host = bight_bytes_of(text, size);
    uint16_t port;
    if (bight_failed(bight_http_url_parse_host(host, &host, &port)))
        host = bight_bytes_of(text, size);
    json_text(json, "origin", host);
}

/* What does not decode stays as it was sent. */
static bight_bytes decode(bight_bytes text, uint8_t *spare, size_t size)
{
    bight_bytes decoded;
    return bight_failed(bight_http_url_decode(text, BIGHT_HTTP_URL_PLUS, spare,
                                              size, &decoded))
               ? text
               : decoded;
}

static void put_query(struct json *json, const bight_http_exchange *x)
{
    struct pairs pairs = {0};
    bight_bytes rest = bight_http_query(x);
    bight_bytes name;
    bight_bytes value;
    size_t size = rest.size + 1;
    uint8_t *spare = bight_alloc(2 * size);
    pairs.failed = spare == NULL;
    while (spare != NULL && bight_http_query_next(&rest, &name, &value))
        pairs_add(&pairs, decode(name, spare, size),
                  decode(value, spare + size, size));
    json_pairs(json, "args", &pairs);
    bight_free(spare);
}

static void put_url(struct json *json, const bight_http_exchange *x)
{
    bight_buffer url = {0};
    bight_bytes host = bight_http_host(x);
    bight_bytes path = bight_http_path(x);
    bight_bytes query = bight_http_query(x);
    bight_error error = bight_buffer_printf(
        &url, "http://%.*s%.*s%s%.*s", (int)host.size, (const char *)host.data,
        (int)path.size, (const char *)path.data, query.data != NULL ? "?" : "",
        (int)query.size, query.size > 0 ? (const char *)query.data : "");
    json->failed = json->failed || bight_failed(error);
    json_text(json, "url", bight_buffer_bytes(&url));
    bight_buffer_fini(&url);
}

/* -- handlers ------------------------------------------------------------- */

static void tell_anything(bight_result *result, void *arg)
{
    bight_http_exchange *x = arg;
    const bight_bytes *body = bight_result_peek(result).as.pointer;
    struct json json = {0};
    json_open(&json, NULL, '{');
    json_text(&json, "method", bight_http_method(x));
    put_url(&json, x);
    put_query(&json, x);
    put_headers(&json, x);
    put_origin(&json, x);
    json_text(&json, "data", *body);
    json_close(&json, '}');
    json_answer(&json, x);
}

/* The body first; errors on the way are answered by the server. */
bight_deferred *bin_anything(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    return bight_then(bight_http_read_body(x), tell_anything, x);
}

bight_deferred *bin_headers(void *ctx, bight_http_exchange *x)
{
    struct json json = {0};
    (void)ctx;
    json_open(&json, NULL, '{');
    put_headers(&json, x);
    json_close(&json, '}');
    json_answer(&json, x);
    return NULL;
}

bight_deferred *bin_ip(void *ctx, bight_http_exchange *x)
{
    struct json json = {0};
    (void)ctx;
    json_open(&json, NULL, '{');
    put_origin(&json, x);
    json_close(&json, '}');
    json_answer(&json, x);
    return NULL;
}

bight_deferred *bin_cookies(void *ctx, bight_http_exchange *x)
{
    struct json json = {0};
    struct pairs pairs = {0};
    bight_bytes rest = bight_http_field(x, "Cookie");
    bight_bytes name;
    bight_bytes value;
    (void)ctx;
    while (bight_http_cookie_next(&rest, &name, &value))
        pairs_add(&pairs, name, value);
    json_open(&json, NULL, '{');
    json_pairs(&json, "cookies", &pairs);
    json_close(&json, '}');
    json_answer(&json, x);
    return NULL;
}

/* Whether the name or the password is wrong takes no different time. */
static bool may_enter(const bight_http_exchange *x)
{
    uint8_t buf[1024];
    uint8_t spare[2][512];
    bight_bytes name;
    bight_bytes password;
    bight_bytes user =
        decode(bight_http_path_value(x, "user"), spare[0], sizeof(spare[0]));
    bight_bytes secret = decode(bight_http_path_value(x, "password"), spare[1],
                                sizeof(spare[1]));
    if (bight_failed(
            bight_http_basic_read(x, buf, sizeof(buf), &name, &password)))
        return false;
    unsigned same_name = bight_http_same_secret(name, user);
    unsigned same_password = bight_http_same_secret(password, secret);
    return (same_name & same_password) != 0;
}

bight_deferred *bin_basic_auth(void *ctx, bight_http_exchange *x)
{
    struct json json = {0};
    uint8_t spare[512];
    (void)ctx;
    if (!may_enter(x)) {
        bight_http_basic_ask(x, "httpbin");
        return NULL;
    }
    json_open(&json, NULL, '{');
    json_true(&json, "authenticated");
    json_text(&json, "user",
              decode(bight_http_path_value(x, "user"), spare, sizeof(spare)));
    json_close(&json, '}');
    json_answer(&json, x);
    return NULL;
}
