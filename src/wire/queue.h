/* SPDX-License-Identifier: MIT */
/* A queue of bytes on the heap: copies, or someone's by reference; and of files
 * among them, whose bytes are not here (T19). */
#ifndef BIGHT_WIRE_QUEUE_H
#define BIGHT_WIRE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/bytes.h>
#include <bight/transport.h>

struct bight__file;

struct bight__chunk {
    struct bight__chunk *next;
    const uint8_t *data;      /* what is still to be sent ... */
    size_t size;              /* ... and how much of it */
    uint8_t *end;             /* where a copy can be appended to ... */
    size_t room;              /* ... by so many bytes */
    bight_release_fn release; /* NULL: a copy, behind this header */
    void *ctx;
    bight_bytes whole;        /* what release is told */
    struct bight__file *file; /* NULL: bytes; else `size` is 0 */
};

struct bight__queue {
    struct bight__chunk *head;
    struct bight__chunk *last; /* only while there is a head */
    size_t size;               /* bytes in all */
    uint64_t promised;         /* what its files have yet to send */
    size_t files;
};

/* Bytes by reference, to be released exactly once. NULL: no memory; nothing
 * was released. */
struct bight__chunk *bight__chunk_new(bight_bytes data,
                                      bight_release_fn release, void *ctx);
/* Room for so many bytes behind the header; its size is theirs. */
struct bight__chunk *bight__chunk_blank(size_t size);
void bight__chunk_free(struct bight__chunk *chunk);

/* Appends a chunk, which is the queue's from now on. */
void bight__queue_push(struct bight__queue *queue, struct bight__chunk *chunk);
/* Likewise, but before all that is there. */
void bight__queue_push_front(struct bight__queue *queue,
                             struct bight__chunk *chunk);

/* Frees all chunks. */
void bight__queue_clear(struct bight__queue *queue);

/* Appends a copy; false: no memory. A small one may go into the last copy's
 * spare room, also while the driver has what is before it. */
bool bight__queue_copy(struct bight__queue *queue, bight_bytes data);

/* Drops the first `size` bytes, which have left. */
void bight__queue_skip(struct bight__queue *queue, size_t size);

/* Unlinks the first chunk; NULL: it is empty. */
struct bight__chunk *bight__queue_pop(struct bight__queue *queue);

/* The bytes before the first file as at most `most` pieces of at most `limit`
 * bytes in all; answers how many. They are lent until the next change. */
size_t bight__queue_gather(const struct bight__queue *queue,
                           bight_bytes *pieces, size_t most, size_t limit);
/* The file that comes right behind so many bytes; NULL: none does. */
struct bight__file *bight__queue_file_behind(const struct bight__queue *queue,
                                             size_t size);

#endif
