/* SPDX-License-Identifier: MIT */
/* Slices compared with the texts that are expected. */
#ifndef BIGHT_TESTS_HTTP_TEXTS_H
#define BIGHT_TESTS_HTTP_TEXTS_H

#include <stdlib.h>
#include <string.h>

#include <check.h>

#include <bight/bytes.h>

#include "effort.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Bytes, NULs included, equal to those of a string literal or a `const char *`
 * without its NUL. */
#define ck_assert_bytes(bytes, expected)                                       \
    texts_assert((bytes), bight_bytes_text(expected), __FILE__, __LINE__)

static inline void texts_assert(bight_bytes found, bight_bytes expected,
                                const char *file, int line)
{
    if (!bight_bytes_equal(found, expected))
        ck_abort_msg("%s:%d: '%.*s' instead of '%.*s'", file, line,
                     (int)found.size, (const char *)found.data,
                     (int)expected.size, (const char *)expected.data);
}

/* Memory of exactly that size, so that a sanitizer sees a byte too many. */
static inline bight_bytes texts_exactly(const char *text)
{
    size_t size = strlen(text);
    void *copy = malloc(size > 0 ? size : 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, size);
    return bight_bytes_of(copy, size);
}

static inline void texts_free(bight_bytes text)
{
    free((void *)(uintptr_t)text.data);
}

/* A mebibyte of a text again and again: what is not linear does not end. */
static inline bight_bytes texts_long(const char *text)
{
    size_t size = strlen(text), full = effort(1u << 20, 1u << 17);
    uint8_t *copy = malloc(full);
    ck_assert_ptr_nonnull(copy);
    for (size_t i = 0; i < full; i++)
        copy[i] = (uint8_t)text[i % size];
    return bight_bytes_of(copy, full);
}

#endif
