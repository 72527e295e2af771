/* SPDX-License-Identifier: MIT */
/* Blocks of replies. */
#include "block.h"

#include <string.h>

#include <bight/alloc.h>

#define CLASSES 3

static const struct {
    size_t size;
    unsigned keep; /* of those that nobody uses */
} classes[CLASSES] = {{128, 1024}, {512, 256}, {4096, 32}};

struct block {
    struct bight__redis_pool *pool;
    union {
        struct block *next; /* while nobody uses it */
        size_t class;       /* CLASSES: of a size of its own */
    };
    bight_redis_reply values[];
};

struct bight__redis_pool {
    size_t refs; /* the reader's and each block's in use */
    bool closed;
    struct {
        struct block *first;
        unsigned count;
    } spare[CLASSES];
};

struct bight__redis_pool *bight__redis_pool_new(void)
{
    struct bight__redis_pool *pool = bight_zalloc(sizeof(*pool));
    if (pool != NULL)
        pool->refs = 1;
    return pool;
}

static void unref(struct bight__redis_pool *pool)
{
    if (--pool->refs == 0)
        bight_free(pool);
}

void bight__redis_pool_close(struct bight__redis_pool *pool)
{
    pool->closed = true;
    for (size_t i = 0; i < CLASSES; i++) {
        struct block *block;
        while ((block = pool->spare[i].first) != NULL) {
            pool->spare[i].first = block->next;
            bight_free(block);
        }
    }
    unref(pool);
}

static struct block *take(struct bight__redis_pool *pool, size_t size)
{
    size_t class = 0;
    while (class < CLASSES && size > classes[class].size)
        class ++;
    struct block *block = NULL;
    if (class < CLASSES) {
        size = classes[class].size;
        block = pool->spare[class].first;
    }
    if (block != NULL) {
        pool->spare[class].first = block->next;
        pool->spare[class].count--;
    } else {
        block = bight_alloc(size);
        if (block == NULL)
            return NULL;
        block->pool = pool;
    }
    block->class = class;
    pool->refs++;
    return block;
}

bight_redis_reply *bight__redis_block_new(struct bight__redis_pool *pool,
                                          size_t values, size_t texts,
                                          uint8_t **ret_text)
{
    size_t head = sizeof(struct block) + values * sizeof(bight_redis_reply);
    struct block *block = take(pool, head + texts);
    if (block == NULL)
        return NULL;
    *ret_text = (uint8_t *)block + head;
    return block->values;
}

void bight_redis_reply_free(bight_redis_reply *reply)
{
    if (reply == NULL)
        return;
    struct block *block =
        (struct block *)((char *)reply - offsetof(struct block, values));
    struct bight__redis_pool *pool = block->pool;
    size_t class = block->class;
    if (class < CLASSES && !pool->closed &&
        pool->spare[class].count < classes[class].keep) {
        block->next = pool->spare[class].first;
        pool->spare[class].first = block;
        pool->spare[class].count++;
    } else {
        bight_free(block);
    }
    unref(pool);
}

const bight_redis_reply *bight_redis_reply_find(const bight_redis_reply *map,
                                                bight_bytes key)
{
    if (map->type != BIGHT_REDIS_MAP && map->type != BIGHT_REDIS_ARRAY)
        return NULL;
    for (size_t i = 0; i + 1 < map->count; i += 2)
        if (bight_bytes_equal(map->as.items[i].text, key))
            return &map->as.items[i + 1];
    return NULL;
}
