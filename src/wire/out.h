/* SPDX-License-Identifier: MIT */
/*
 * The out part of a connection: the cork and the queue (T13). It comes from
 * the loop's pool when something is written and goes back when all has left.
 */
#ifndef BIGHT_WIRE_OUT_H
#define BIGHT_WIRE_OUT_H

#include "wire/transport.h"

#define BIGHT__CORK_PIECES 16
#define BIGHT__CORK_COPY 2048
#define BIGHT__ARENA_SIZE 8192
#define BIGHT__REQUEST_SIZE 192

/* Bytes on the heap: a copy behind the header, or someone's, by reference. */
struct bight__chunk {
    struct bight__chunk *next;
    const uint8_t *data;
    size_t size;
    uint8_t *end;             /* where a copy can be appended to ... */
    size_t room;              /* ... by so many bytes */
    bight_release_fn release; /* NULL: a copy */
    void *ctx;
    bight_bytes whole; /* what release is told */
};

struct bight__out {
    _Alignas(16) uint8_t request[BIGHT__REQUEST_SIZE]; /* the driver's */
    struct bight__dirty dirty;
    bight_transport *transport;
    size_t corked;  /* bytes in pieces */
    uint16_t count; /* pieces of the cork */
    uint16_t taken; /* bit n: piece n is the next of takes */
    bool on_dirty;
    bool writing;         /* a write_rest is open */
    uint32_t progress_ms; /* when the queue last moved */
    size_t queued;        /* bytes in the queue, those of write_rest included */
    size_t resting;       /* bytes of the open write_rest */
    struct bight__chunk *queue;
    struct bight__chunk *queue_last;
    struct bight__chunk *takes; /* owned pieces of the cork, in order */
    struct bight__chunk *takes_last;
    uint8_t *arena;
    size_t arena_used;
    bight_bytes pieces[BIGHT__CORK_PIECES + 1];
};

/* Bytes the transport itself holds; 0 without an out part. */
size_t bight__out_held(const bight_transport *t);

/* Refused by the wire so far, in this layer and those below. */
size_t bight__out_refused(const bight_transport *t);

/* Everything written has been taken by the wire, through all layers. */
bool bight__out_empty(const bight_transport *t);

/* Tries the cork once, outside of its turn, and drops what did not leave. */
void bight__out_flush_now(bight_transport *t);

/* Drops everything, unless a flush or the driver still needs the block. */
void bight__out_drop(bight_transport *t);

/* Compares what is refused with the marks (T15). */
void bight__out_judge(bight_transport *t);

/* Frees the pools. */
void bight__out_fini(bight_loop *loop);

#endif
