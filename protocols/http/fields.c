/* SPDX-License-Identifier: MIT */
/* Fields of an answer, kept as the lines that they will be. What could end a
 * line or a head is refused (RFC 9112, 11.1; RFC 9110, 5.5). */
#include <string.h>

#include <bight/http_token.h>

#include "server.h"

static bool is_value(bight_bytes value)
{
    for (size_t i = 0; i < value.size; i++) {
        uint8_t c = value.data[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

/* Those are the server's: they say where a message ends, when it was, and by
 * whom. */
static bool is_ours(const char *name)
{
    static const char *const names[] = {"Content-Length", "Transfer-Encoding",
                                        "Connection", "Date", "Server"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (bight_http_same(bight_bytes_text(names[i]), bight_bytes_text(name)))
            return true;
    }
    return false;
}

static bight_error check(const bight_http_exchange *x, const char *name,
                         bight_bytes value)
{
    if (x->answer != BIGHT__HTTP_NOT_BEGUN)
        return bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                                "field %s: the answer was begun", name);
    if (!bight_http_is_token(bight_bytes_text(name)))
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "'%s' is no name of a field", name);
    if (is_ours(name))
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "field %s is the server's own", name);
    if (!is_value(value))
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "field %s: a control character", name);
    return bight_ok();
}

/* -- lines ---------------------------------------------------------------- */

static bool has_name(bight_bytes line, const char *name, size_t size)
{
    return line.size > size && line.data[size] == ':' &&
           bight_http_same(bight_bytes_head(line, size),
                           bight_bytes_of(name, size));
}

/* The line of that name from `at` on; its start and end in `extra`. */
static bool find(const bight_http_exchange *x, const char *name, size_t *at,
                 size_t *ret_end)
{
    bight_bytes all = bight_buffer_bytes(&x->extra);
    size_t size = strlen(name);
    while (*at < all.size) {
        bight_bytes rest = bight_bytes_tail(all, *at);
        const uint8_t *lf = memchr(rest.data, '\n', rest.size);
        size_t length = lf != NULL ? (size_t)(lf - rest.data) + 1 : rest.size;
        *ret_end = *at + length;
        if (has_name(rest, name, size))
            return true;
        *at = *ret_end;
    }
    return false;
}

/* Those that begin before `limit`. */
static void remove_before(bight_http_exchange *x, const char *name,
                          size_t limit)
{
    size_t at = 0;
    size_t end;
    while (find(x, name, &at, &end) && at < limit) {
        uint8_t *data = x->extra.data + x->extra.start;
        size_t size = x->extra.end - x->extra.start;
        memmove(data + at, data + end, size - end);
        x->extra.end -= end - at;
        limit -= end - at;
    }
}

void bight__http_remove_field(bight_http_exchange *x, const char *name)
{
    remove_before(x, name, SIZE_MAX);
}

bool bight__http_is_set(const bight_http_exchange *x, const char *name)
{
    size_t at = 0;
    size_t end;
    return x->extra.end > 0 && find(x, name, &at, &end);
}

static uint8_t *put(uint8_t *to, bight_bytes bytes)
{
    if (bytes.size > 0)
        memcpy(to, bytes.data, bytes.size);
    return to + bytes.size;
}

/* A value may be that of another field here, which making room moves. */
static size_t place_in(const bight_buffer *buffer, bight_bytes value)
{
    bight_bytes all = bight_buffer_bytes(buffer);
    if (value.size == 0 || all.size == 0 || value.data < all.data ||
        value.data >= all.data + all.size)
        return SIZE_MAX;
    return (size_t)(value.data - all.data);
}

static bight_error add(bight_http_exchange *x, const char *name,
                       bight_bytes value)
{
    size_t name_size = strlen(name);
    size_t size = name_size + 2 + value.size + 2;
    uint8_t *to;
    size_t inside = place_in(&x->extra, value);
    bight_error error = bight_buffer_reserve(&x->extra, size, &to);
    if (bight_failed(error))
        return error;
    if (inside != SIZE_MAX)
        value.data = x->extra.data + x->extra.start + inside;
    to = put(to, bight_bytes_of(name, name_size));
    to = put(to, BIGHT_BYTES(": "));
    to = put(to, value);
    (void)put(to, BIGHT_BYTES("\r\n"));
    bight_buffer_commit(&x->extra, size);
    return bight_ok();
}

bight_error bight_http_add_field(bight_http_exchange *x, const char *name,
                                 bight_bytes value)
{
    bight_error error = check(x, name, value);
    return bight_failed(error) ? error : add(x, name, value);
}

bight_error bight_http_set_field(bight_http_exchange *x, const char *name,
                                 bight_bytes value)
{
    bight_error error = check(x, name, value);
    if (bight_failed(error))
        return error;
    size_t before = bight_buffer_bytes(&x->extra).size;
    error = add(x, name, value);
    if (!bight_failed(error))
        remove_before(x, name, before);
    return error;
}

bight_bytes bight_http_answer_field(const bight_http_exchange *x,
                                    const char *name)
{
    size_t at = 0;
    size_t end;
    if (!find(x, name, &at, &end))
        return bight_http_same(bight_bytes_text(name),
                               BIGHT_BYTES("Content-Type"))
                   ? bight_bytes_text(x->type)
                   : bight_bytes_of(NULL, 0);
    bight_bytes line = bight_bytes_tail(bight_buffer_bytes(&x->extra), at);
    return bight_bytes_tail(bight_bytes_head(line, end - at - 2),
                            strlen(name) + 2);
}
