/* SPDX-License-Identifier: MIT */
/* References and dot segments (RFC 3986, 5.2). */
#include "chars.h"
#include "url.h"

/* -- dot segments (5.2.4) ------------------------------------------------- */

/* Where the segment that begins at `at`, behind its slash, ends. */
static size_t segment_end(const uint8_t *path, size_t size, size_t at)
{
    return at + bight__http_find(bight_bytes_of(path + at, size - at), '/');
}

static bool is_dots(const uint8_t *path, size_t start, size_t end)
{
    return end - start >= 1 && end - start <= 2 && path[start] == '.' &&
           path[end - 1] == '.';
}

/* The size without the last segment and its slash. */
static size_t without_last(const uint8_t *path, size_t size)
{
    while (size > 0 && path[--size] != '/')
        ;
    return size;
}

size_t bight_http_url_remove_dots(uint8_t *path, size_t size)
{
    size_t at = 0, out = 0;
    while (at < size) {
        size_t start = at + (path[at] == '/');
        size_t end = segment_end(path, size, start);
        bool slash = start > at;
        if (!is_dots(path, start, end)) {
            memmove(path + out, path + at, end - at);
            out += end - at;
            at = end;
            continue;
        }
        if (slash && end - start == 2)
            out = without_last(path, out);
        at = end;
        if (slash && end == size)
            path[out++] = '/';
        else if (!slash && end < size)
            at++; /* "./" and "../" go with their slash */
    }
    return out;
}

/* -- references (5.2.2) --------------------------------------------------- */

/* Does it begin with "scheme:" (3.1)? */
static bool has_scheme(bight_bytes text)
{
    size_t at = 0;
    while (at < text.size &&
           (bight__http_is(text.data[at], BIGHT__HTTP_ALNUM) ||
            text.data[at] == '+' || text.data[at] == '-' ||
            text.data[at] == '.'))
        at++;
    return at > 0 && at < text.size && text.data[at] == ':' &&
           !bight__http_is_digit(text.data[0]) &&
           bight__http_is(text.data[0], BIGHT__HTTP_ALNUM);
}

static size_t find_either(bight_bytes text, uint8_t one, uint8_t other)
{
    return bight__http_find(bight_bytes_head(text, bight__http_find(text, one)),
                            other);
}

/* Writes the path of the result, whose dots still stand (5.2.3). */
static void put_path(struct bight__http_put *out, const bight_http_url *base,
                     bight_bytes path)
{
    if (path.size == 0) {
        bight__http_put(out, base->path);
    } else {
        size_t kept = base->path.size;
        if (path.data[0] == '/')
            kept = 0;
        while (kept > 0 && base->path.data[kept - 1] != '/')
            kept--;
        bight__http_put(out, bight_bytes_head(base->path, kept));
        if (kept == 0 && path.data[0] != '/')
            bight__http_put_char(out, '/');
        bight__http_put(out, path);
    }
}

static void put_relative(struct bight__http_put *out,
                         const bight_http_url *base, bight_bytes reference)
{
    size_t size = find_either(reference, '#', '?');
    bight_bytes path = bight_bytes_head(reference, size);
    bight_bytes rest = bight_bytes_tail(reference, size);
    bight__http_put_origin(out, base);
    put_path(out, base, path);
    if (path.size == 0 && base->has_query &&
        (rest.size == 0 || rest.data[0] == '#')) {
        bight__http_put_char(out, '?');
        bight__http_put(out, base->query);
    }
    bight__http_put(out, rest);
}

/* Removes the dots of the URL's path where it lies. */
static bight_error settle(char *buf, size_t size, unsigned flags, bool dots,
                          bight_http_url *ret_url)
{
    bight_http_url url;
    bight_error error =
        bight_http_url_parse(bight_bytes_of(buf, size), flags, &url);
    if (bight_failed(error))
        return error;
    if (dots && url.path.size > 0) {
        uint8_t *path = (uint8_t *)buf + (url.path.data - (uint8_t *)buf);
        size_t left = bight_http_url_remove_dots(path, url.path.size);
        size_t behind = size - (size_t)(path - (uint8_t *)buf) - url.path.size;
        memmove(path + left, path + url.path.size, behind);
        size -= url.path.size - left;
        error = bight_http_url_parse(bight_bytes_of(buf, size), flags, &url);
    }
    if (!bight_failed(error))
        *ret_url = url;
    return error;
}

bight_error bight_http_url_resolve(const bight_http_url *base,
                                   bight_bytes reference, char *buf,
                                   size_t size, bight_http_url *ret_url)
{
    struct bight__http_put out = {buf, size, 0};
    bool absolute = has_scheme(reference);
    bool network = !absolute && reference.size >= 2 &&
                   reference.data[0] == '/' && reference.data[1] == '/';
    size_t path = find_either(reference, '#', '?');
    if (network)
        bight__http_put(&out, base->secure ? BIGHT_BYTES("https:")
                                           : BIGHT_BYTES("http:"));
    if (absolute || network)
        bight__http_put(&out, reference);
    else
        put_relative(&out, base, reference);
    if (out.length > size)
        return bight_error_of(BIGHT_ERROR_RANGE);
    return settle(buf, out.length,
                  absolute || network ? 0 : BIGHT_HTTP_URL_USERINFO,
                  absolute || network || path > 0, ret_url);
}
