/* SPDX-License-Identifier: MIT */
/* A file on its way out (T19): see file.c. */
#ifndef BIGHT_WIRE_FILE_H
#define BIGHT_WIRE_FILE_H

#include <sys/types.h>

#include "loop/pool.h"
#include "wire/queue.h"

/* Beside its bytes a waiting file counts as so many: it costs a descriptor. */
#define BIGHT__FILE_COST 4096

struct bight__file {
    struct bight__chunk chunk;  /* its place in the queue */
    struct bight__ready ready;  /* its next turn */
    struct bight__ready ended;  /* so that ends are told in order */
    struct bight__job job;      /* the read on a thread ... */
    struct bight__list turn;    /* ... or the wait for one */
    bight_transport *transport; /* NULL: it has nothing to tell any more */
    bight_sent_fn fn;
    void *ctx;
    uint64_t offset; /* of what comes next ... */
    uint64_t left;   /* ... and how much that is */
    uint64_t warm;   /* up to here it is in memory */
    uint64_t sent;
    size_t window;              /* what the thread brings to memory ... */
    struct bight__chunk *piece; /* ... or, not NULL, what it reads to */
    ssize_t got;                /* of that read, or -errno */
    bight_error error;
    int fd;
    bool copying; /* read and written, since the wire cannot send files */
    bool reading; /* the job is under way */
    bool blocked; /* until the driver reports room */
    bool queued;  /* the entry is */
    bool over;    /* out of the queue */
};

enum bight__file_step {
    BIGHT__FILE_SEND,  /* so much of it can be offered to the wire */
    BIGHT__FILE_AGAIN, /* the queue has another head */
    BIGHT__FILE_WAIT   /* it will be heard of, or the connection has ended */
};

/* Takes the descriptor, unless it is NULL: no memory. */
struct bight__file *bight__file_new(bight_transport *t, int fd, uint64_t offset,
                                    uint64_t length, bight_sent_fn fn,
                                    void *ctx);
/* It has left the queue, sent or not; tells, and goes, by itself. */
void bight__file_end(struct bight__file *file);

/* What there is to do for the one that is the queue's head. */
enum bight__file_step bight__file_step(struct bight__file *file,
                                       size_t *ret_offer);
/* What the wire may be offered of it now, without a wait for the disk. */
size_t bight__file_offer(struct bight__file *file);
/* The wire took so much of it; it is in the queue or about to be. */
void bight__file_advance(struct bight__file *file, size_t size);
/* The wire has no room; its driver will tell. */
void bight__file_block(struct bight__file *file);
void bight__file_unblock(struct bight__file *file);
/* A turn of its own, soon. */
void bight__file_wake(struct bight__file *file);

/* So much of the file, if it is in memory; never waits. */
bool bight__file_peek(const bight_loop *loop, int fd, uint64_t offset,
                      uint8_t *data, size_t size);

#endif
