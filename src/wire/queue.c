/* SPDX-License-Identifier: MIT */
/* A queue of bytes on the heap: see queue.h. */
#include "wire/queue.h"

#include <string.h>

#include <bight/alloc.h>

#include "wire/file.h"
#include "wire/mutants.h"

/* Small copies get room for more, so that many make few chunks. */
#define COPY_LEAST 1024

struct bight__chunk *bight__chunk_new(bight_bytes data,
                                      bight_release_fn release, void *ctx)
{
    struct bight__chunk *chunk = bight_alloc(sizeof(*chunk));
    if (chunk != NULL)
        *chunk = (struct bight__chunk){.data = data.data,
                                       .size = data.size,
                                       .release = release,
                                       .ctx = ctx,
                                       .whole = data};
    return chunk;
}

struct bight__chunk *bight__chunk_blank(size_t size)
{
    struct bight__chunk *chunk = bight_alloc(sizeof(*chunk) + size);
    if (chunk != NULL)
        *chunk =
            (struct bight__chunk){.data = (uint8_t *)(chunk + 1), .size = size};
    return chunk;
}

void bight__chunk_free(struct bight__chunk *chunk)
{
    if (chunk->file != NULL) {
        bight__file_end(chunk->file);
        return;
    }
    if (chunk->release != NULL) {
        chunk->release(chunk->ctx, chunk->whole);
        if (BIGHT__MUTANT(RELEASE_TWICE))
            chunk->release(chunk->ctx, chunk->whole);
    }
    bight_free(chunk);
}

static struct bight__chunk *chunk_copy(bight_bytes data)
{
    size_t room = data.size < COPY_LEAST ? COPY_LEAST - data.size : 0;
    struct bight__chunk *chunk = bight_alloc(sizeof(*chunk) + data.size + room);
    if (chunk == NULL)
        return NULL;
    uint8_t *copy = (uint8_t *)(chunk + 1);
    memcpy(copy, data.data, data.size);
    *chunk = (struct bight__chunk){
        .data = copy, .size = data.size, .end = copy + data.size, .room = room};
    return chunk;
}

static void count_in(struct bight__queue *queue, struct bight__chunk *chunk)
{
    queue->size += chunk->size;
    if (chunk->file == NULL)
        return;
    queue->promised += chunk->file->left;
    queue->files++;
}

void bight__queue_push(struct bight__queue *queue, struct bight__chunk *chunk)
{
    chunk->next = NULL;
    if (queue->head == NULL)
        queue->head = chunk;
    else
        queue->last->next = chunk;
    queue->last = chunk;
    count_in(queue, chunk);
}

void bight__queue_push_front(struct bight__queue *queue,
                             struct bight__chunk *chunk)
{
    chunk->next = queue->head;
    if (queue->head == NULL)
        queue->last = chunk;
    queue->head = chunk;
    count_in(queue, chunk);
}

bool bight__queue_copy(struct bight__queue *queue, bight_bytes data)
{
    struct bight__chunk *last = queue->last;
    if (queue->head == NULL || last->room < data.size) {
        last = chunk_copy(data);
        if (last != NULL)
            bight__queue_push(queue, last);
        return last != NULL;
    }
    memcpy(last->end, data.data, data.size);
    last->end += data.size;
    last->room -= data.size;
    last->size += data.size;
    queue->size += data.size;
    return true;
}

struct bight__chunk *bight__queue_pop(struct bight__queue *queue)
{
    struct bight__chunk *chunk = queue->head;
    if (chunk == NULL)
        return NULL;
    queue->head = chunk->next;
    queue->size -= chunk->size;
    if (chunk->file != NULL) {
        queue->promised -= chunk->file->left;
        queue->files--;
    }
    return chunk;
}

void bight__queue_skip(struct bight__queue *queue, size_t size)
{
    while (size > 0) {
        struct bight__chunk *chunk = queue->head;
        if (chunk->size > size) {
            chunk->data += size;
            chunk->size -= size;
            queue->size -= size;
            return;
        }
        size -= chunk->size;
        bight__chunk_free(bight__queue_pop(queue));
    }
}

void bight__queue_clear(struct bight__queue *queue)
{
    struct bight__chunk *chunk;
    while ((chunk = bight__queue_pop(queue)) != NULL)
        if (!BIGHT__MUTANT(NEVER_RELEASE))
            bight__chunk_free(chunk);
}

size_t bight__queue_gather(const struct bight__queue *queue,
                           bight_bytes *pieces, size_t most, size_t limit)
{
    size_t count = 0;
    const struct bight__chunk *chunk = queue->head;
    for (; chunk != NULL && chunk->file == NULL && count < most && limit > 0;
         chunk = chunk->next) {
        pieces[count] =
            bight_bytes_head(bight_bytes_of(chunk->data, chunk->size), limit);
        limit -= pieces[count++].size;
    }
    return count;
}

struct bight__file *bight__queue_file_behind(const struct bight__queue *queue,
                                             size_t size)
{
    const struct bight__chunk *chunk = queue->head;
    for (; chunk != NULL && chunk->file == NULL; chunk = chunk->next) {
        if (chunk->size > size)
            return NULL;
        size -= chunk->size;
    }
    return chunk == NULL ? NULL : chunk->file;
}
