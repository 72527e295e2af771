/* SPDX-License-Identifier: MIT */
/* Cookies: reading Cookie, writing Set-Cookie (RFC 6265). */
#include <bight/http_cookie.h>

#include <bight/http_date.h>
#include <bight/http_token.h>

#include "chars.h"
#include "grown.h"
#include "put.h"

#define PAIR_MAX 4096      /* bytes of name and value that browsers keep */
#define ATTRIBUTE_MAX 1024 /* bytes of an attribute's value, likewise */

/* -- Cookie --------------------------------------------------------------- */

bool bight_http_cookie_next(bight_bytes *inout_rest, bight_bytes *ret_name,
                            bight_bytes *ret_value)
{
    while (inout_rest->size > 0) {
        size_t size = bight__http_find(*inout_rest, ';');
        bight_bytes pair = bight_bytes_head(*inout_rest, size);
        size_t equals = bight__http_find(pair, '=');
        bight_bytes name = bight_http_trim(bight_bytes_head(pair, equals));
        bight_bytes value = bight_http_trim(bight_bytes_tail(pair, equals + 1));
        *inout_rest = bight_bytes_tail(*inout_rest, size + 1);
        if (equals == pair.size || !bight_http_is_token(name) ||
            !bight__http_all(value, BIGHT__HTTP_TEXT))
            continue;
        *ret_name = name;
        *ret_value = value;
        return true;
    }
    return false;
}

bool bight_http_cookie_get(bight_bytes field, bight_bytes name,
                           bight_bytes *ret_value)
{
    bight_bytes found, value;
    while (bight_http_cookie_next(&field, &found, &value)) {
        if (bight_bytes_equal(found, name)) {
            *ret_value = value;
            return true;
        }
    }
    return false;
}

/* -- Set-Cookie ----------------------------------------------------------- */

void bight_http_cookie_init(bight_http_cookie *cookie)
{
    memset(cookie, 0, sizeof(*cookie));
    cookie->size = sizeof(*cookie);
}

static bool is_cookie_value(bight_bytes value)
{
    if (value.size >= 2 && value.data[0] == '"' &&
        value.data[value.size - 1] == '"')
        value = bight_bytes_of(value.data + 1, value.size - 2);
    return bight__http_all(value, BIGHT__HTTP_COOKIE);
}

/* Printable ASCII without a semicolon, from a slash on. */
static bool is_path(bight_bytes path)
{
    for (size_t i = 0; i < path.size; i++) {
        if (path.data[i] < ' ' || path.data[i] > '~' || path.data[i] == ';')
            return false;
    }
    return path.data[0] == '/' && path.data[path.size - 1] != ' ';
}

/* Labels of letters, digits and hyphens. */
static bool is_domain(bight_bytes domain)
{
    uint8_t before = '.';
    for (size_t i = 0; i < domain.size; i++) {
        uint8_t c = domain.data[i];
        if (!bight__http_is(c, BIGHT__HTTP_ALNUM) && c != '.' && c != '-')
            return false;
        if (c != '.' ? before == '.' && c == '-'
                     : before == '.' || before == '-')
            return false;
        before = c;
    }
    return before != '.' && before != '-';
}

static bool has_prefix(bight_bytes name, const char *prefix)
{
    bight_bytes wanted = bight_bytes_text(prefix);
    return bight_http_same(bight_bytes_head(name, wanted.size), wanted);
}

/* What is wrong with a name, a value or an attribute; NULL: nothing. */
static const char *fault_of_parts(const bight_http_cookie *cookie)
{
    if (!bight_http_is_token(cookie->name))
        return "its name is no token";
    if (!is_cookie_value(cookie->value))
        return "its value has a character that must be coded";
    if (cookie->name.size + cookie->value.size > PAIR_MAX)
        return "name and value are above 4096 bytes";
    if (cookie->path.size > ATTRIBUTE_MAX ||
        cookie->domain.size > ATTRIBUTE_MAX)
        return "an attribute is above 1024 bytes";
    if (cookie->path.size > 0 && !is_path(cookie->path))
        return "its path is none";
    if (cookie->domain.size > 0 && !is_domain(cookie->domain))
        return "its domain is none";
    return NULL;
}

/* What would make a browser drop it. */
static const char *fault_of_rules(const bight_http_cookie *cookie)
{
    bool host = has_prefix(cookie->name, "__Host-");
    if (cookie->same_site > BIGHT_HTTP_SAME_SITE_NONE)
        return "there is no such SameSite";
    if (cookie->same_site == BIGHT_HTTP_SAME_SITE_NONE && !cookie->secure)
        return "SameSite=None wants Secure";
    if ((host || has_prefix(cookie->name, "__Secure-")) && !cookie->secure)
        return "its prefix wants Secure";
    if (host && (cookie->domain.size > 0 ||
                 !bight_bytes_equal(cookie->path, BIGHT_BYTES("/"))))
        return "__Host- wants the path / and no domain";
    return NULL;
}

static void put_attribute(struct bight__http_put *out, const char *name,
                          bight_bytes value)
{
    bight__http_put(out, BIGHT_BYTES("; "));
    bight__http_put(out, bight_bytes_text(name));
    bight__http_put(out, value);
}

static void put_lifetime(struct bight__http_put *out,
                         const bight_http_cookie *cookie)
{
    char date[BIGHT_HTTP_DATE_SIZE + 1];
    if (cookie->has_expires) {
        bight_http_date_format(cookie->expires, date);
        put_attribute(out, "Expires=", bight_bytes_text(date));
    }
    if (cookie->has_max_age) {
        put_attribute(out, "Max-Age=", bight_bytes_of(NULL, 0));
        bight__http_put_number(
            out, cookie->max_age > 0 ? (uint64_t)cookie->max_age : 0);
    }
}

static void put_cookie(struct bight__http_put *out,
                       const bight_http_cookie *cookie)
{
    static const char *const sites[] = {"", "Strict", "Lax", "None"};
    bight__http_put(out, cookie->name);
    bight__http_put_char(out, '=');
    bight__http_put(out, cookie->value);
    if (cookie->path.size > 0)
        put_attribute(out, "Path=", cookie->path);
    if (cookie->domain.size > 0)
        put_attribute(out, "Domain=", cookie->domain);
    put_lifetime(out, cookie);
    if (cookie->secure)
        put_attribute(out, "Secure", bight_bytes_of(NULL, 0));
    if (cookie->http_only)
        put_attribute(out, "HttpOnly", bight_bytes_of(NULL, 0));
    if (cookie->same_site != BIGHT_HTTP_SAME_SITE_UNSET)
        put_attribute(out,
                      "SameSite=", bight_bytes_text(sites[cookie->same_site]));
}

bight_error bight_http_cookie_format(const bight_http_cookie *given, char *buf,
                                     size_t size, bight_bytes *ret_field)
{
    struct bight__http_put out = {buf, size, 0};
    bight_http_cookie cookie;
    bight_http_cookie_init(&cookie);
    bight__http_take_known(&cookie, sizeof(cookie), given);
    const char *fault = fault_of_parts(&cookie);
    if (!fault)
        fault = fault_of_rules(&cookie);
    if (fault)
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "a cookie cannot be set: %s", fault);
    put_cookie(&out, &cookie);
    size_t length = bight__http_put_end(&out);
    if (length >= size)
        return bight_error_of(BIGHT_ERROR_RANGE);
    *ret_field = bight_bytes_of(buf, length);
    return bight_ok();
}
