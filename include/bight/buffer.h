/* SPDX-License-Identifier: MIT */
/* A growable run of bytes: written at its end, consumed at its start. */
#ifndef BIGHT_BUFFER_H
#define BIGHT_BUFFER_H

#include <stddef.h>
#include <stdint.h>

#include <bight/api.h>
#include <bight/bytes.h>
#include <bight/error.h>

BIGHT_BEGIN_DECLS

/** In the caller's memory; all zero is an empty buffer. Read the fields, write
 * them through the functions. One thread at a time. */
typedef struct bight_buffer {
    uint8_t *data;     /* owned; NULL until something is written */
    size_t start, end; /* the content */
    size_t capacity;
} bight_buffer;

/** Allocates nothing. */
BIGHT_API void bight_buffer_init(bight_buffer *buffer);

/** Frees what it holds and leaves it empty and usable; NULL is fine. */
BIGHT_API void bight_buffer_fini(bight_buffer *buffer);

/** Copies `bytes`, which do not lie in this buffer, to the end. NO_MEMORY: the
 * content is as before. Linear time over any number of calls. */
BIGHT_API bight_error bight_buffer_append(bight_buffer *buffer,
                                          bight_bytes bytes);

/** bight_buffer_append of a formatted text without its NUL. INVALID: printf
 * could not format it. */
BIGHT_API bight_error bight_buffer_printf(bight_buffer *buffer,
                                          const char *format, ...)
    BIGHT_PRINTF(2, 3);

/** Gives room for `size` bytes after the content, borrowed until the next call
 * on the buffer; bight_buffer_commit says how many of them were written. May
 * move the content. NO_MEMORY: nothing changed. */
BIGHT_API bight_error bight_buffer_reserve(bight_buffer *buffer, size_t size,
                                           uint8_t **ret_space);

/** At most what was reserved. */
BIGHT_API void bight_buffer_commit(bight_buffer *buffer, size_t size);

/** Drops the first `size` bytes; all, if there are fewer. */
BIGHT_API void bight_buffer_consume(bight_buffer *buffer, size_t size);

/** Drops the content and keeps the memory. */
BIGHT_API void bight_buffer_clear(bight_buffer *buffer);

/** The content, borrowed until the next call that writes. */
static inline bight_bytes bight_buffer_bytes(const bight_buffer *buffer)
{
    if (buffer->start == buffer->end)
        return bight_bytes_of(NULL, 0);
    return bight_bytes_of(buffer->data + buffer->start,
                          buffer->end - buffer->start);
}

BIGHT_END_DECLS

#endif
