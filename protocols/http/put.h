/* SPDX-License-Identifier: MIT */
/* Text written into memory of a fixed size, counted as snprintf does. */
#ifndef BIGHT_HTTP_PUT_H
#define BIGHT_HTTP_PUT_H

#include <stddef.h>
#include <stdint.h>

#include <bight/bytes.h>

/* `length` may exceed `size`: the text has then been cut. */
struct bight__http_put {
    char *buf;
    size_t size;
    size_t length;
};

static inline void bight__http_put(struct bight__http_put *out,
                                   bight_bytes text)
{
    if (out->length < out->size && text.size > 0) {
        bight_bytes fit = bight_bytes_head(text, out->size - out->length);
        memcpy(out->buf + out->length, fit.data, fit.size);
    }
    out->length += text.size;
}

static inline void bight__http_put_char(struct bight__http_put *out, char c)
{
    if (out->length < out->size)
        out->buf[out->length] = c;
    out->length++;
}

static inline void bight__http_put_number(struct bight__http_put *out,
                                          uint64_t number)
{
    char digits[20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    bight__http_put(out, bight_bytes_of(digits + at, sizeof(digits) - at));
}

/* Ends the text in NUL where there is room; returns its full length. */
static inline size_t bight__http_put_end(struct bight__http_put *out)
{
    if (out->length < out->size)
        out->buf[out->length] = '\0';
    else if (out->size > 0)
        out->buf[out->size - 1] = '\0';
    return out->length;
}

#endif
