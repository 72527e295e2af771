/* SPDX-License-Identifier: MIT */
/* The growable buffer. */
#include <bight/buffer.h>

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <bight/alloc.h>

#define LEAST_CAPACITY 64
#define MOST ((size_t)PTRDIFF_MAX) /* no allocator gives more */

void bight_buffer_init(bight_buffer *buffer)
{
    memset(buffer, 0, sizeof *buffer);
}

void bight_buffer_fini(bight_buffer *buffer)
{
    if (!buffer)
        return;
    bight_free(buffer->data);
    bight_buffer_init(buffer);
}

static void compact(bight_buffer *buffer)
{
    size_t used = buffer->end - buffer->start;

    if (used > 0)
        memmove(buffer->data, buffer->data + buffer->start, used);
    buffer->start = 0;
    buffer->end = used;
}

static size_t grown_capacity(const bight_buffer *buffer, size_t needed)
{
    size_t capacity = LEAST_CAPACITY;

    if (buffer->capacity > MOST / 2)
        return needed;
    if (buffer->capacity > capacity / 2)
        capacity = buffer->capacity * 2;
    return capacity < needed ? needed : capacity;
}

/* Copies only the content, which realloc could not know. */
static bight_error grow(bight_buffer *buffer, size_t needed)
{
    size_t used = buffer->end - buffer->start;
    size_t capacity = grown_capacity(buffer, needed);
    uint8_t *data;

    if (buffer->start == 0) {
        data = bight_realloc(buffer->data, capacity);
        if (!data)
            return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    } else {
        data = bight_alloc(capacity);
        if (!data)
            return bight_error_of(BIGHT_ERROR_NO_MEMORY);
        assert(buffer->data != NULL);
        memcpy(data, buffer->data + buffer->start, used);
        bight_free(buffer->data);
    }
    buffer->data = data;
    buffer->start = 0;
    buffer->end = used;
    buffer->capacity = capacity;
    return bight_ok();
}

/* Moving within the block is worth it once as much was consumed as is moved:
 * then each byte consumed pays for one byte moved. */
static bight_error make_room(bight_buffer *buffer, size_t size)
{
    size_t used = buffer->end - buffer->start;

    if (size <= buffer->capacity - buffer->end)
        return bight_ok();
    if (size > MOST - used)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    if (buffer->start >= used && size <= buffer->capacity - used) {
        compact(buffer);
        return bight_ok();
    }
    return grow(buffer, used + size);
}

bight_error bight_buffer_append(bight_buffer *buffer, bight_bytes bytes)
{
    bight_error e = make_room(buffer, bytes.size);

    if (bight_failed(e))
        return e;
    if (bytes.size > 0)
        memcpy(buffer->data + buffer->end, bytes.data, bytes.size);
    buffer->end += bytes.size;
    return bight_ok();
}

static int vformat(bight_buffer *buffer, size_t room, const char *format,
                   va_list args) __attribute__((format(printf, 3, 0)));

static int vformat(bight_buffer *buffer, size_t room, const char *format,
                   va_list args)
{
    char *space = room > 0 ? (char *)buffer->data + buffer->end : NULL;

    return vsnprintf(space, room, format, args);
}

bight_error bight_buffer_printf(bight_buffer *buffer, const char *format, ...)
{
    size_t room = buffer->capacity - buffer->end;
    bight_error e;
    va_list args;
    int length;

    va_start(args, format);
    length = vformat(buffer, room, format, args);
    va_end(args);
    if (length < 0)
        return bight_error_of(BIGHT_ERROR_INVALID);
    if ((size_t)length >= room) {
        e = make_room(buffer, (size_t)length + 1);
        if (bight_failed(e))
            return e;
        va_start(args, format);
        (void)vformat(buffer, (size_t)length + 1, format, args);
        va_end(args);
    }
    buffer->end += (size_t)length;
    return bight_ok();
}

/* Also for 0 bytes a caller gets a pointer that memcpy may be given. */
bight_error bight_buffer_reserve(bight_buffer *buffer, size_t size,
                                 uint8_t **ret_space)
{
    bight_error e = make_room(buffer, size);

    if (!bight_failed(e) && !buffer->data)
        e = grow(buffer, 1);
    if (bight_failed(e))
        return e;
    *ret_space = buffer->data + buffer->end;
    return bight_ok();
}

void bight_buffer_commit(bight_buffer *buffer, size_t size)
{
    assert(size <= buffer->capacity - buffer->end);
    buffer->end += size;
}

void bight_buffer_consume(bight_buffer *buffer, size_t size)
{
    if (size >= buffer->end - buffer->start)
        bight_buffer_clear(buffer);
    else
        buffer->start += size;
}

void bight_buffer_clear(bight_buffer *buffer)
{
    buffer->start = 0;
    buffer->end = 0;
}
