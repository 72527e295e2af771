/* SPDX-License-Identifier: MIT */
/*
 * The out part of a connection: the cork and the queue (T13). It comes from
 * the loop's pool when something is written and goes back when all has left.
 */
#ifndef BIGHT_WIRE_OUT_H
#define BIGHT_WIRE_OUT_H

#include "wire/file.h"
#include "wire/queue.h"
#include "wire/transport.h"

#define BIGHT__CORK_PIECES 16
#define BIGHT__CORK_COPY 2048
#define BIGHT__CORK_SIZE (256 * 1024) /* a larger one leaves at once */
#define BIGHT__ARENA_SIZE 8192
#define BIGHT__REQUEST_SIZE 192

struct bight__out {
    _Alignas(16) uint8_t request[BIGHT__REQUEST_SIZE]; /* the driver's */
    struct bight__dirty dirty;
    bight_transport *transport;
    size_t corked;  /* bytes in pieces */
    uint16_t count; /* pieces of the cork */
    uint16_t taken; /* bit n: piece n is the next of takes */
    bool on_dirty;
    bool writing;              /* a write_rest is open */
    uint32_t progress_ms;      /* when the queue last moved */
    uint32_t files;            /* whose end is still to be told */
    size_t turn_used;          /* of a file's turn (file.c) */
    uint64_t arrived;          /* when the linger deadline was last set */
    size_t resting;            /* bytes of the open write_rest */
    struct bight__queue queue; /* refused; those of write_rest too */
    struct bight__queue takes; /* owned pieces of the cork, in order */
    uint8_t *arena;
    size_t arena_used;
    bight_bytes pieces[BIGHT__CORK_PIECES + 1];
};

/* The block that is given back when all has left (out.c). */
void bight__out_detach(bight_transport *t);
void bight__out_cork_reset(struct bight__out *out);
/* Frees the pools. */
void bight__out_fini(bight_loop *loop);

/* Sends the cork and, behind it, one more piece, if it is given; what the wire
 * refuses is queued (flush.c). */
void bight__out_leave(bight_transport *t, struct bight__out *out,
                      const bight_bytes *extra);
void bight__out_flush(struct bight__dirty *dirty);
/* Tries the cork once, outside of its turn. */
void bight__out_flush_now(bight_transport *t);
/* Sends the cork and, behind it, the file, which is the queue's then. */
void bight__out_send_file(bight_transport *t, struct bight__out *out,
                          struct bight__file *file);
/* A new turn for the file that is the queue's head, if one is. */
void bight__out_pump(bight_transport *t);
/* The same, soon: what is below may have room. */
void bight__out_wake_file(bight_transport *t);
/* The head has been sent. */
void bight__out_file_through(struct bight__file *file);
/* The end of a file was told. */
void bight__out_file_told(bight_transport *t);
bool bight__out_awaits_files(const bight_transport *t);
/* What is left of the files, in all layers, beside what is queued. */
uint64_t bight__out_promised(const bight_transport *t);
/* Drops everything, unless a flush or the driver still needs the block. */
void bight__out_drop(bight_transport *t);
void bight__out_no_memory(bight_transport *t);

/* What the marks are for: bytes refused by the wire so far, and files that wait
 * for it, in this layer and those below. */
size_t bight__out_refused(const bight_transport *t);
/* Everything written has been taken by the wire, through all layers. */
bool bight__out_empty(const bight_transport *t);
/* Compares what is refused with the marks (T15). */
void bight__out_judge(bight_transport *t);

#endif
