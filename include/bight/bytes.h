/* SPDX-License-Identifier: MIT */
/* Borrowed bytes: a pointer and a size, passed by value. */
#ifndef BIGHT_BYTES_H
#define BIGHT_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <bight/api.h>

BIGHT_BEGIN_DECLS

/** Owns nothing: valid as long as what it was made of. `data` may be NULL if
 * `size` is 0. */
typedef struct bight_bytes {
    const uint8_t *data;
    size_t size;
} bight_bytes;

/** The bytes of a string literal, without its NUL. */
#define BIGHT_BYTES(literal) bight_bytes_of("" literal, sizeof(literal) - 1)

static inline bight_bytes bight_bytes_of(const void *data, size_t size)
{
    bight_bytes bytes;
    bytes.data = (const uint8_t *)data;
    bytes.size = size;
    return bytes;
}

/** The bytes of a string, without its NUL; NULL has none. */
static inline bight_bytes bight_bytes_text(const char *text)
{
    return bight_bytes_of(text, text ? strlen(text) : 0);
}

static inline bool bight_bytes_equal(bight_bytes a, bight_bytes b)
{
    return a.size == b.size &&
           (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/** The first `n` bytes, or all if there are fewer. */
static inline bight_bytes bight_bytes_head(bight_bytes b, size_t n)
{
    if (n < b.size)
        b.size = n;
    return b;
}

/** What is left after the first `n` bytes; empty if there are no more. */
static inline bight_bytes bight_bytes_tail(bight_bytes b, size_t n)
{
    if (n > b.size)
        n = b.size;
    if (n > 0)
        b.data += n;
    b.size -= n;
    return b;
}

BIGHT_END_DECLS

#endif
