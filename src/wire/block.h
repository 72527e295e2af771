/* SPDX-License-Identifier: MIT */
/*
 * Blocks for bytes that were read and wait for whoever reads a stream (T22):
 * of two sizes, a few of which each loop keeps.
 */
#ifndef BIGHT_WIRE_BLOCK_H
#define BIGHT_WIRE_BLOCK_H

#include <stddef.h>

#define BIGHT__BLOCK_SMALL ((size_t)4 * 1024)
#define BIGHT__BLOCK_LARGE ((size_t)64 * 1024)

struct bight_loop;

struct bight__block {
    struct bight__block *next;
};

/* Spare ones of one size. */
struct bight__blocks {
    struct bight__block *spare;
    unsigned count;
};

/* Of either size, for bight_free or give. The loop has a wire. NULL: no memory.
 */
void *bight__block_take(struct bight_loop *loop, size_t size);

/* Of any size, from bight_alloc; NULL is fine. */
void bight__block_give(struct bight_loop *loop, void *block, size_t size);

void bight__blocks_fini(struct bight_loop *loop);

#endif
