/* SPDX-License-Identifier: MIT */
/* Memory: one hook through which every allocation of bight's own goes. */
#ifndef BIGHT_ALLOC_H
#define BIGHT_ALLOC_H

#include <stddef.h>

#include <bight/api.h>

BIGHT_BEGIN_DECLS

/** As realloc: `block` NULL allocates, `size` 0 frees and returns NULL. On
 * failure returns NULL and leaves `block` as it was. Called from any thread. */
typedef void *(*bight_alloc_fn)(void *ctx, void *block, size_t size);

/** Before any other call: a block is freed by the hook in force at that time.
 * A hook that wraps libc's may be set and reset whenever no other thread is in
 * bight. NULL restores libc. Libraries below (libuv, OpenSSL) are untouched. */
BIGHT_API void bight_set_allocator(bight_alloc_fn fn, void *ctx);

/** The caller owns the block until bight_free. NULL means no memory, also for
 * size 0, which gives a block of its own. Any thread. */
BIGHT_API void *bight_alloc(size_t size);

/** bight_alloc, zeroed. */
BIGHT_API void *bight_zalloc(size_t size);

/** Consumes `block` (NULL: allocates) unless it returns NULL. Size 0 does not
 * free. */
BIGHT_API void *bight_realloc(void *block, size_t size);

/** Accepts NULL. */
BIGHT_API void bight_free(void *block);

/** A copy that the caller frees with bight_free; NULL if there is no memory. */
BIGHT_API char *bight_strdup(const char *text);

BIGHT_END_DECLS

#endif
