/* SPDX-License-Identifier: MIT */
/* Replies' storage: one block each, blocks of usual sizes used again. */
#ifndef REDIS_BLOCK_H
#define REDIS_BLOCK_H

#include <bight/redis_reply.h>

/* Lives until its reader is gone and so is its last block. */
struct pool;

struct pool *pool_new(void);
void pool_close(struct pool *pool);

/* Room for so many values, *ret_text of `texts` bytes behind them. NULL: no
 * memory. */
bight_redis_reply *block_new(struct pool *pool, size_t values, size_t texts,
                             uint8_t **ret_text);

#endif
