/* SPDX-License-Identifier: MIT */
/** @file
 * What a Redis server says, in RESP2 and RESP3: values, and the reader that
 * takes them out of bytes, without a network.
 */
#ifndef BIGHT_REDIS_REPLY_H
#define BIGHT_REDIS_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/api.h>
#include <bight/bytes.h>
#include <bight/error.h>

BIGHT_BEGIN_DECLS

typedef enum bight_redis_type {
    BIGHT_REDIS_NULL = 0,
    BIGHT_REDIS_STRING = 1,     /**< text */
    BIGHT_REDIS_STATUS = 2,     /**< text, "OK" */
    BIGHT_REDIS_ERROR = 3,      /**< text; inside an array, a transaction's */
    BIGHT_REDIS_INTEGER = 4,    /**< as.integer */
    BIGHT_REDIS_DOUBLE = 5,     /**< as.number, and its text */
    BIGHT_REDIS_BOOLEAN = 6,    /**< as.truth */
    BIGHT_REDIS_BIG_NUMBER = 7, /**< text */
    BIGHT_REDIS_VERBATIM = 8,   /**< text, without its format */
    BIGHT_REDIS_ARRAY = 9,      /**< as.items */
    BIGHT_REDIS_MAP = 10,       /**< as.items: key, value, key, value ... */
    BIGHT_REDIS_SET = 11,       /**< as.items */
    BIGHT_REDIS_PUSH = 12       /**< as.items; never inside another */
} bight_redis_type;

/** One value with all that is in it: one block, read only. */
typedef struct bight_redis_reply {
    bight_redis_type type;
    bight_bytes text; /**< a NUL follows it */
    size_t count;     /**< of the items */
    union {
        const struct bight_redis_reply *items;
        int64_t integer;
        double number;
        bool truth;
    } as;
} bight_redis_reply;

/** Frees what a reader or a Deferred gave, never an item of it; on the thread
 * of its reader, which may be gone. NULL is fine. */
BIGHT_API void bight_redis_reply_free(bight_redis_reply *reply);

/** The value to a key of a map, or of RESP2's array in its place; NULL: none.
 * In the time that there are items. */
BIGHT_API const bight_redis_reply *bight_redis_reply_find(
    const bight_redis_reply *map, bight_bytes key);

/** What one value may come to, with all that is in it (S1). */
typedef struct bight_redis_limits {
    size_t size;    /**< sizeof(bight_redis_limits) */
    size_t bytes;   /**< as sent; 64 MiB */
    size_t values;  /**< itself, items, items of items ...; 1 Mi */
    unsigned depth; /**< arrays in arrays, at most 64; 32 */
} bight_redis_limits;

BIGHT_API void bight_redis_limits_init(bight_redis_limits *limits);

typedef struct bight_redis_reader bight_redis_reader;

/** `limits` may be NULL. NO_MEMORY; INVALID: below 256 bytes or one value, or
 * a depth above 64. */
BIGHT_API bight_error bight_redis_reader_new(const bight_redis_limits *limits,
                                             bight_redis_reader **ret_reader);

/**
 * The next value out of `data`, which is what came since and moves on; NULL:
 * all of it was taken, and more is needed. Attributes are left out; of streamed
 * values there are none. PROTOCOL_ERROR; FRAME_TOO_LONG: a limit, as soon as it
 * is announced; NO_MEMORY. After an error always that.
 */
BIGHT_API bight_error bight_redis_reader_next(bight_redis_reader *reader,
                                              bight_bytes *data,
                                              bight_redis_reply **ret_reply);

/** From the beginning, as for a new connection. */
BIGHT_API void bight_redis_reader_reset(bight_redis_reader *reader);

/** Replies live on. NULL is fine. */
BIGHT_API void bight_redis_reader_free(bight_redis_reader *reader);

BIGHT_END_DECLS

#endif
