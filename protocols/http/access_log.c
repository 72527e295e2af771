/* SPDX-License-Identifier: MIT */
/* Middleware that tells of each request. */
#include <bight/http_access_log.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <bight/http_basic_auth.h>
#include <bight/http_url.h>
#include <bight/log.h>
#include <bight/loop.h>

#include "grown.h"
#include "put.h"

/* What nginx has for a client that went before there was an answer. */
#define GONE 499

#define FIELDS_MAX 11

struct logging {
    uint64_t began_ns;
};

static bool request(void *ctx, void *state, bight_http_exchange *x)
{
    struct logging *self = state;
    (void)ctx;
    self->began_ns = bight_loop_now_ns(bight_http_loop(x));
    return true;
}

static unsigned status_of(const bight_http_exchange *x)
{
    unsigned status = bight_http_status(x);
    return status != 0 ? status : GONE;
}

/* -- fields --------------------------------------------------------------- */

static double ms_since(const bight_http_exchange *x, uint64_t began_ns)
{
    uint64_t us =
        (bight_loop_now_ns(bight_http_loop(x)) - began_ns + 500) / 1000;
    return (double)us / 1000;
}

static size_t fill(bight_log_field *fields, const struct logging *self,
                   const bight_http_exchange *x, const char *peer,
                   bight_error error)
{
    bight_bytes id = bight_http_answer_field(x, "X-Request-Id");
    size_t count = 0;
    fields[count++] =
        bight_log_int("conn", bight_transport_fd(bight_http_transport(x)));
    fields[count++] = bight_log_text("peer", peer);
    fields[count++] = bight_log_text(
        "proto", bight_http_minor(x) == 0 ? "HTTP/1.0" : "HTTP/1.1");
    fields[count++] = bight_log_bytes("method", bight_http_method(x));
    fields[count++] = bight_log_bytes("path", bight_http_target(x));
    fields[count++] = bight_log_uint("status", status_of(x));
    fields[count++] = bight_log_uint("in", bight_http_received(x));
    fields[count++] = bight_log_uint("out", bight_http_sent(x));
    fields[count++] = bight_log_double("ms", ms_since(x, self->began_ns));
    if (id.data != NULL)
        fields[count++] = bight_log_bytes("id", id);
    if (bight_failed(error))
        fields[count++] = bight_log_error("err", error);
    return count;
}

/* -- combined ------------------------------------------------------------- */

/* As nginx escapes; what is longer than `most` bytes is cut. */
static void put_escaped(struct bight__http_put *out, bight_bytes text,
                        size_t most)
{
    static const char digits[] = "0123456789ABCDEF";
    bight_bytes fit = bight_bytes_head(text, most);
    for (size_t i = 0; i < fit.size; i++) {
        uint8_t c = fit.data[i];
        if (c >= ' ' && c < 0x7f && c != '"' && c != '\\') {
            bight__http_put_char(out, (char)c);
            continue;
        }
        const char code[] = {'\\', 'x', digits[c >> 4], digits[c & 15]};
        bight__http_put(out, bight_bytes_of(code, sizeof(code)));
    }
    if (fit.size < text.size)
        bight__http_put(out, BIGHT_BYTES("..."));
}

static void put_or_dash(struct bight__http_put *out, bight_bytes text,
                        size_t most)
{
    if (text.size == 0)
        bight__http_put_char(out, '-');
    else
        put_escaped(out, text, most);
}

static void put_user(struct bight__http_put *out, const bight_http_exchange *x)
{
    uint8_t buf[512];
    bight_bytes user;
    bight_bytes password;
    if (bight_failed(
            bight_http_basic_read(x, buf, sizeof(buf), &user, &password)))
        user.size = 0;
    for (size_t i = 0; i < user.size; i++) {
        if (buf[i] == ' ')
            buf[i] = '_';
    }
    put_or_dash(out, user, 100);
}

static void put_time(struct bight__http_put *out, uint64_t unix_ms)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const time_t now = (time_t)(unix_ms / 1000);
    struct tm tm = {.tm_sec = 0};
    char text[64];
    (void)gmtime_r(&now, &tm);
    int size =
        snprintf(text, sizeof(text), "[%02d/%.3s/%04d:%02d:%02d:%02d +0000]",
                 tm.tm_mday, months + (size_t)tm.tm_mon * 3, tm.tm_year + 1900,
                 tm.tm_hour, tm.tm_min, tm.tm_sec);
    bight__http_put(out, bight_bytes_of(text, (size_t)size));
}

/* Without the port, and without the brackets of an IPv6 address. */
static void put_peer(struct bight__http_put *out, const char *peer)
{
    bight_bytes host;
    uint16_t port;
    if (bight_failed(
            bight_http_url_parse_host(bight_bytes_text(peer), &host, &port)))
        host = bight_bytes_text(peer);
    if (host.size > 2 && host.data[0] == '[')
        host = bight_bytes_of(host.data + 1, host.size - 2);
    put_or_dash(out, host, 64);
}

/* The longest is shorter than BIGHT_HTTP_LOG_LINE_MAX: an octet becomes four.
 */
static size_t format_combined(const bight_http_exchange *x, char *buf,
                              size_t size, const char *peer)
{
    struct bight__http_put out = {.buf = buf, .size = size};
    put_peer(&out, peer);
    bight__http_put(&out, BIGHT_BYTES(" - "));
    put_user(&out, x);
    bight__http_put_char(&out, ' ');
    put_time(&out, bight_loop_wall_ms(bight_http_loop(x)));
    bight__http_put(&out, BIGHT_BYTES(" \""));
    put_escaped(&out, bight_http_method(x), 64);
    bight__http_put_char(&out, ' ');
    put_escaped(&out, bight_http_target(x), 800);
    bight__http_put(&out, BIGHT_BYTES(" HTTP/1."));
    bight__http_put_number(&out, bight_http_minor(x));
    bight__http_put(&out, BIGHT_BYTES("\" "));
    bight__http_put_number(&out, status_of(x));
    bight__http_put_char(&out, ' ');
    bight__http_put_number(&out, bight_http_sent(x));
    bight__http_put(&out, BIGHT_BYTES(" \""));
    put_or_dash(&out, bight_http_field(x, "Referer"), 400);
    bight__http_put(&out, BIGHT_BYTES("\" \""));
    put_or_dash(&out, bight_http_field(x, "User-Agent"), 400);
    bight__http_put_char(&out, '"');
    return out.length < size ? out.length : size;
}

/* -- the line ------------------------------------------------------------- */

static size_t format(const bight_http_access_log_options *options,
                     const bight_http_exchange *x, const char *peer,
                     const bight_log_field *fields, size_t count, char *buf,
                     size_t size)
{
    const bight_log_record record = {
        .size = sizeof(record),
        .level = BIGHT_LOG_INFO,
        .unix_ms = bight_loop_wall_ms(bight_http_loop(x)),
        .event = "request",
        .fields = fields,
        .count = count,
    };
    if (options->format == BIGHT_HTTP_LOG_COMBINED)
        return format_combined(x, buf, size, peer);
    if (options->format == BIGHT_HTTP_LOG_JSON)
        return bight_log_format_json(&record, buf, size);
    return bight_log_format_text(&record, buf, size);
}

static void end(void *ctx, void *state, bight_http_exchange *x,
                bight_error error)
{
    bight_http_access_log_options options = {.size = sizeof(options)};
    char peer[BIGHT_ADDRESS_TEXT_MAX];
    char line[BIGHT_HTTP_LOG_LINE_MAX];
    bight_log_field fields[FIELDS_MAX];
    bight_address address = bight_transport_peer(bight_http_transport(x));
    (void)bight_address_format(&address, peer, sizeof(peer));
    if (ctx != NULL)
        bight__http_take_known(&options, sizeof(options), ctx);
    size_t count = fill(fields, state, x, peer, error);
    if (options.fn == NULL) {
        bight_log_write(BIGHT_LOG_INFO, "request", fields, count);
        return;
    }
    size_t size =
        format(&options, x, peer, fields, count, line, sizeof(line) - 1);
    line[size] = '\n';
    options.fn(options.ctx, bight_bytes_of(line, size + 1));
}

const bight_http_middleware bight_http_access_log = {
    .size = sizeof(bight_http_middleware),
    .name = "access-log",
    .state_size = sizeof(struct logging),
    .request = request,
    .end = end,
};
