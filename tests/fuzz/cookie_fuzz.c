/* SPDX-License-Identifier: MIT */
/* Cookies: each that is read is found by its name, and each that may be set
 * is one line without a control character that reads back the same. */
#undef NDEBUG
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <bight/http_cookie.h>
#include <bight/http_token.h>

static void judge_line(bight_bytes field)
{
    for (size_t i = 0; i < field.size; i++)
        assert(field.data[i] >= ' ' && field.data[i] <= '~');
}

/* Takes up to a newline from the front. */
static bight_bytes take_line(bight_bytes *text)
{
    size_t size = 0;

    while (size < text->size && text->data[size] != '\n')
        size++;
    bight_bytes line = bight_bytes_head(*text, size);
    *text = bight_bytes_tail(*text, size + 1);
    return line;
}

static void set(uint8_t how, bight_bytes text)
{
    bight_http_cookie cookie;
    bight_bytes field, name, value;
    size_t size = text.size + 256;
    char *buf = malloc(size);

    assert(buf);
    bight_http_cookie_init(&cookie);
    cookie.name = take_line(&text);
    cookie.value = take_line(&text);
    cookie.path = take_line(&text);
    cookie.domain = take_line(&text);
    cookie.secure = how & 1;
    cookie.http_only = how & 2;
    cookie.has_max_age = how & 4;
    cookie.has_expires = how & 8;
    cookie.max_age = (int64_t)text.size - 10;
    cookie.expires = (int64_t)text.size << 30;
    cookie.same_site = (bight_http_same_site)(how >> 4 & 7);
    bight_error e = bight_http_cookie_format(&cookie, buf, size, &field);
    assert(!bight_error_is(e, &bight_domain, BIGHT_ERROR_RANGE));
    if (!bight_failed(e)) {
        judge_line(field);
        assert(bight_http_cookie_next(&field, &name, &value));
        assert(bight_bytes_equal(name, cookie.name));
        assert(bight_bytes_equal(value, cookie.value));
    }
    free(buf);
}

static void get(bight_bytes field)
{
    bight_bytes rest = field, name, value, found;

    while (bight_http_cookie_next(&rest, &name, &value)) {
        assert(bight_http_is_token(name) && bight_http_is_value(value));
        assert(memchr(value.data, ';', value.size) == NULL);
        assert(bight_http_cookie_get(field, name, &found));
        assert(found.data <= value.data);
    }
    assert(rest.size == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 2048)
        return 0;
    get(bight_bytes_of(data + 1, size - 1));
    set(data[0], bight_bytes_of(data + 1, size - 1));
    return 0;
}
