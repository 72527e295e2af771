/* SPDX-License-Identifier: MIT */
/* Parsing, writing and resolving of URLs (RFC 3986). */
#include <bight/http_url.h>

#include <arpa/inet.h>

#include <bight/http_token.h>

#include "chars.h"
#include "url.h"

#define PCHAR (BIGHT__HTTP_UNRESERVED | BIGHT__HTTP_SUB_DELIM)

static bight_error refuse(const char *what)
{
    return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID), "URL: %s",
                            what);
}

/* Only characters of PCHAR, those in `also`, and %XX. */
static bool is_coded(bight_bytes text, const char *also)
{
    for (size_t at = 0; at < text.size; at++) {
        uint8_t c = text.data[at];
        if (c == '%') {
            if (text.size - at < 3 ||
                !bight__http_is(text.data[at + 1], BIGHT__HTTP_HEX) ||
                !bight__http_is(text.data[at + 2], BIGHT__HTTP_HEX))
                return false;
            at += 2;
        } else if (!bight__http_is(c, PCHAR) && (c == 0 || !strchr(also, c))) {
            return false;
        }
    }
    return true;
}

/* Takes what stands before the first of `ends` from the front. */
static bight_bytes take_until(bight_bytes *text, const char *ends)
{
    bight_bytes taken = bight_bytes_head(*text, 0);
    while (taken.size < text->size && (text->data[taken.size] == 0 ||
                                       !strchr(ends, text->data[taken.size])))
        taken.size++;
    *text = bight_bytes_tail(*text, taken.size);
    return taken;
}

/* -- authority ------------------------------------------------------------ */

static bool is_ip_literal(bight_bytes host)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address;
    if (host.size < 4 || host.size - 2 >= sizeof(text) ||
        host.data[host.size - 1] != ']' || memchr(host.data, 0, host.size))
        return false;
    memcpy(text, host.data + 1, host.size - 2);
    text[host.size - 2] = '\0';
    return inet_pton(AF_INET6, text, &address) == 1;
}

static bool is_host(bight_bytes host)
{
    if (host.size > 0 && host.data[0] == '[')
        return is_ip_literal(host);
    return host.size > 0 && is_coded(host, "");
}

/* Behind the colon; nothing there means the scheme's own (3.2.3). */
static bool parse_port(bight_bytes text, uint16_t *ret_port)
{
    uint32_t port = 0;
    if (text.size > 5)
        return false;
    for (size_t at = 0; at < text.size; at++) {
        if (!bight__http_is_digit(text.data[at]))
            return false;
        port = port * 10 + (text.data[at] - (uint32_t)'0');
    }
    if (port > UINT16_MAX || (port == 0 && text.size > 0))
        return false;
    *ret_port = (uint16_t)port;
    return true;
}

bight_error bight_http_url_parse_host(bight_bytes text, bight_bytes *ret_host,
                                      uint16_t *ret_port)
{
    bight_bytes rest = text;
    bool bracket = text.size > 0 && text.data[0] == '[';
    bight_bytes host = take_until(&rest, bracket ? "]" : ":");
    uint16_t port = 0;
    if (bracket && bight__http_skip(&rest, ']'))
        host.size++;
    if (!is_host(host))
        return refuse("no host, or one that is none");
    if (rest.size > 0 &&
        (!bight__http_skip(&rest, ':') || !parse_port(rest, &port)))
        return refuse("a port is a number from 1 to 65535");
    *ret_host = host;
    *ret_port = port;
    return bight_ok();
}

static bight_error parse_authority(bight_bytes text, unsigned flags,
                                   bight_http_url *url)
{
    size_t at = bight__http_find(text, '@');
    uint16_t port = 0;
    if (at < text.size) {
        url->userinfo = bight_bytes_head(text, at);
        text = bight_bytes_tail(text, at + 1);
        if ((flags & BIGHT_HTTP_URL_USERINFO) == 0)
            return refuse("userinfo is not allowed");
        if (!is_coded(url->userinfo, ":"))
            return refuse("a character in userinfo must be coded");
    }
    bight_error error = bight_http_url_parse_host(text, &url->host, &port);
    if (!bight_failed(error) && port > 0)
        url->port = port;
    return error;
}

/* -- the whole ------------------------------------------------------------ */

static bool take_scheme(bight_bytes *text, bool *ret_secure)
{
    bight_bytes scheme = bight_bytes_head(*text, bight__http_find(*text, ':'));
    *ret_secure = bight_http_same(scheme, BIGHT_BYTES("https"));
    *text = bight_bytes_tail(*text, scheme.size);
    return (*ret_secure || bight_http_same(scheme, BIGHT_BYTES("http"))) &&
           bight__http_skip(text, ':') && bight__http_skip(text, '/') &&
           bight__http_skip(text, '/');
}

static bight_error parse_rest(bight_bytes text, bight_http_url *url)
{
    url->path = take_until(&text, "?#");
    url->has_query = bight__http_skip(&text, '?');
    if (url->has_query)
        url->query = take_until(&text, "#");
    url->has_fragment = bight__http_skip(&text, '#');
    if (url->has_fragment)
        url->fragment = text;
    if (!is_coded(url->path, ":@/"))
        return refuse("a character of the path must be coded");
    if (!is_coded(url->query, ":@/?"))
        return refuse("a character of the query must be coded");
    if (!is_coded(url->fragment, ":@/?"))
        return refuse("a character of the fragment must be coded");
    return bight_ok();
}

bight_error bight_http_url_parse(bight_bytes text, unsigned flags,
                                 bight_http_url *ret_url)
{
    bight_http_url url = {.port = 80};
    if (!take_scheme(&text, &url.secure))
        return refuse("neither http:// nor https://");
    if (url.secure)
        url.port = 443;
    bight_bytes authority = take_until(&text, "/?#");
    bight_error error = parse_authority(authority, flags, &url);
    if (!bight_failed(error))
        error = parse_rest(text, &url);
    if (!bight_failed(error))
        *ret_url = url;
    return error;
}

void bight__http_put_origin(struct bight__http_put *out,
                            const bight_http_url *url)
{
    bight__http_put(out, url->secure ? BIGHT_BYTES("https://")
                                     : BIGHT_BYTES("http://"));
    if (url->userinfo.size > 0) {
        bight__http_put(out, url->userinfo);
        bight__http_put_char(out, '@');
    }
    bight__http_put(out, url->host);
    if (url->port != (url->secure ? 443 : 80)) {
        bight__http_put_char(out, ':');
        bight__http_put_number(out, url->port);
    }
}

size_t bight_http_url_format(const bight_http_url *url, char *buf, size_t size)
{
    struct bight__http_put out = {buf, size, 0};
    bight__http_put_origin(&out, url);
    bight__http_put(&out, url->path);
    if (url->has_query) {
        bight__http_put_char(&out, '?');
        bight__http_put(&out, url->query);
    }
    if (url->has_fragment) {
        bight__http_put_char(&out, '#');
        bight__http_put(&out, url->fragment);
    }
    return bight__http_put_end(&out);
}
