/* SPDX-License-Identifier: MIT */
/* Replies' storage: one block each, blocks of usual sizes used again. */
#ifndef REDIS_BLOCK_H
#define REDIS_BLOCK_H

#include <bight/redis_reply.h>

/* Lives until its reader is gone and so is its last block. */
struct bight__redis_pool;

struct bight__redis_pool *bight__redis_pool_new(void);
void bight__redis_pool_close(struct bight__redis_pool *pool);

/* Room for so many values, *ret_text of `texts` bytes behind them. NULL: no
 * memory. */
bight_redis_reply *bight__redis_block_new(struct bight__redis_pool *pool,
                                          size_t values, size_t texts,
                                          uint8_t **ret_text);

#endif
