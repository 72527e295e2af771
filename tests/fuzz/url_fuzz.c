/* SPDX-License-Identifier: MIT */
/* URLs and percent-coding: what is encoded decodes to itself, what parses is
 * written and parses to the same, what is resolved has no dots left. */
#undef NDEBUG
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <bight/http_url.h>

/* Memory of exactly `size` bytes, so that the sanitizer sees one too many. */
static void *exactly(size_t size)
{
    void *buf = malloc(size ? size : 1);

    assert(buf);
    return buf;
}

static void round_trip(bight_bytes text, bight_http_url_part part)
{
    size_t size = bight_http_url_encode(text, part, NULL, 0);
    char *coded = exactly(size + 1);
    bight_bytes back;

    assert(bight_http_url_encode(text, part, coded, size + 1) == size);
    bight_error e = bight_http_url_decode(
        bight_bytes_of(coded, size),
        part == BIGHT_HTTP_URL_FORM ? BIGHT_HTTP_URL_PLUS : 0, (uint8_t *)coded,
        text.size, &back);
    assert(!bight_failed(e) && bight_bytes_equal(back, text));
    free(coded);
}

/* In place and into a buffer of its own it is the same. */
static void decode(bight_bytes text, unsigned flags)
{
    uint8_t *buf = exactly(text.size), *place = exactly(text.size);
    bight_bytes one, other;

    if (text.size > 0)
        memcpy(place, text.data, text.size);
    bight_error e = bight_http_url_decode(text, flags, buf, text.size, &one);
    bight_error f = bight_http_url_decode(bight_bytes_of(place, text.size),
                                          flags, place, text.size, &other);
    assert(bight_failed(e) == bight_failed(f));
    if (!bight_failed(e)) {
        assert(bight_bytes_equal(one, other) && one.size <= text.size);
        assert(!(flags & BIGHT_HTTP_URL_NO_NUL) || one.size == 0 ||
               !memchr(one.data, 0, one.size));
    }
    free(buf);
    free(place);
}

static void same(const bight_http_url *a, const bight_http_url *b)
{
    assert(bight_bytes_equal(a->userinfo, b->userinfo));
    assert(bight_bytes_equal(a->host, b->host));
    assert(bight_bytes_equal(a->path, b->path));
    assert(bight_bytes_equal(a->query, b->query));
    assert(bight_bytes_equal(a->fragment, b->fragment));
    assert(a->port == b->port && a->secure == b->secure);
    assert(a->has_query == b->has_query);
    assert(a->has_fragment == b->has_fragment);
}

static void format(const bight_http_url *url)
{
    size_t size = bight_http_url_format(url, NULL, 0);
    char *text = exactly(size + 1);
    bight_http_url again;

    assert(bight_http_url_format(url, text, size + 1) == size);
    bight_error e = bight_http_url_parse(bight_bytes_of(text, size),
                                         BIGHT_HTTP_URL_USERINFO, &again);
    assert(!bight_failed(e));
    same(url, &again);
    free(text);
}

static void judge_path(bight_bytes path)
{
    while (path.size > 0) {
        size_t size = 1;
        while (size < path.size && path.data[size] != '/')
            size++;
        bight_bytes segment = bight_bytes_head(path, size);
        assert(path.data[0] == '/');
        assert(!bight_bytes_equal(segment, BIGHT_BYTES("/.")));
        assert(!bight_bytes_equal(segment, BIGHT_BYTES("/..")));
        path = bight_bytes_tail(path, size);
    }
}

static void resolve(const bight_http_url *base, bight_bytes reference)
{
    size_t size = bight_http_url_format(base, NULL, 0) + reference.size + 8;
    char *buf = exactly(size);
    bight_http_url url;
    bight_error e = bight_http_url_resolve(base, reference, buf, size, &url);

    assert(!bight_error_is(e, &bight_domain, BIGHT_ERROR_RANGE));
    if (!bight_failed(e)) {
        format(&url);
        if (reference.size > 0 && reference.data[0] != '?' &&
            reference.data[0] != '#')
            judge_path(url.path);
    }
    free(buf);
}

static void remove_dots(bight_bytes text)
{
    uint8_t *path = exactly(text.size + 1);

    path[0] = '/';
    if (text.size > 0)
        memcpy(path + 1, text.data, text.size);
    size_t size = bight_http_url_remove_dots(path, text.size + 1);
    assert(size >= 1 && size <= text.size + 1);
    judge_path(bight_bytes_of(path, size));
    assert(bight_http_url_remove_dots(path, size) == size);
    free(path);
}

static void query(bight_bytes text)
{
    bight_bytes rest = text, name, value;
    size_t total = 0;
    uint8_t *buf = exactly(text.size);

    while (bight_http_query_next(&rest, &name, &value))
        total += name.size + value.size;
    assert(total <= text.size && rest.size == 0);
    (void)bight_http_query_get(text, BIGHT_BYTES("a b"), buf, text.size,
                               &value);
    free(buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bight_http_url url;
    bight_bytes text;

    if (size < 1 || size > 4096)
        return 0;
    text = bight_bytes_of(data + 1, size - 1);
    round_trip(text, (bight_http_url_part)(1 + data[0] % 5));
    decode(text, data[0] % 4);
    remove_dots(text);
    query(text);
    /* a base, a newline, a reference */
    const uint8_t *end =
        text.size > 0 ? memchr(text.data, '\n', text.size) : NULL;
    size_t base = end ? (size_t)(end - text.data) : text.size;
    if (!bight_failed(bight_http_url_parse(bight_bytes_head(text, base),
                                           BIGHT_HTTP_URL_USERINFO, &url))) {
        format(&url);
        resolve(&url, bight_bytes_tail(text, base + 1));
    }
    return 0;
}
