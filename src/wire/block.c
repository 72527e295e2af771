/* SPDX-License-Identifier: MIT */
/* Spare blocks of a loop: the last one given is the first one taken. */
#include "wire/block.h"

#include <bight/alloc.h>

#include "loop/loop.h"
#include "wire/wire.h"

/* Half a MiB of either size. */
#define MOST_BYTES ((size_t)512 * 1024)

static struct bight__blocks *blocks_for(bight_loop *loop, size_t size)
{
    if (size == BIGHT__BLOCK_SMALL)
        return &loop->wire->small_blocks;
    return size == BIGHT__BLOCK_LARGE ? &loop->wire->large_blocks : NULL;
}

void *bight__block_take(bight_loop *loop, size_t size)
{
    struct bight__blocks *blocks = blocks_for(loop, size);
    struct bight__block *block = blocks->spare;
    if (block == NULL)
        return bight_alloc(size);
    blocks->spare = block->next;
    blocks->count--;
    return block;
}

void bight__block_give(bight_loop *loop, void *block, size_t size)
{
    struct bight__blocks *blocks = blocks_for(loop, size);
    if (block == NULL || blocks == NULL ||
        (blocks->count + 1) * size > MOST_BYTES) {
        bight_free(block);
        return;
    }
    struct bight__block *spare = block;
    spare->next = blocks->spare;
    blocks->spare = spare;
    blocks->count++;
}

static void fini(struct bight__blocks *blocks)
{
    while (blocks->spare != NULL) {
        struct bight__block *block = blocks->spare;
        blocks->spare = block->next;
        bight_free(block);
    }
    blocks->count = 0;
}

void bight__blocks_fini(bight_loop *loop)
{
    fini(&loop->wire->small_blocks);
    fini(&loop->wire->large_blocks);
}
