/* SPDX-License-Identifier: MIT */
/* The allocator hook. */
#include "base/alloc.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Atomic only so that a test that swaps hooks between its threads' work is no
 * data race; a relaxed load costs what a plain one does. */
static _Atomic(bight_alloc_fn) hook;
static _Atomic(void *) hook_ctx;

static inline bight_alloc_fn get_hook(void)
{
    return atomic_load_explicit(&hook, memory_order_relaxed);
}

static void *call_hook(bight_alloc_fn fn, void *block, size_t size)
{
    return fn(atomic_load_explicit(&hook_ctx, memory_order_relaxed), block,
              size);
}

void bight_set_allocator(bight_alloc_fn fn, void *ctx)
{
    atomic_store_explicit(&hook_ctx, ctx, memory_order_relaxed);
    atomic_store_explicit(&hook, fn, memory_order_relaxed);
}

void bight__allocator_get(bight_alloc_fn *ret_fn, void **ret_ctx)
{
    *ret_fn = get_hook();
    *ret_ctx = atomic_load_explicit(&hook_ctx, memory_order_relaxed);
}

/* For libc and the hook 0 may mean "free", and NULL no failure. */
static inline size_t at_least_one(size_t size)
{
    return size ? size : 1;
}

void *bight_alloc(size_t size)
{
    bight_alloc_fn fn = get_hook();

    if (fn)
        return call_hook(fn, NULL, at_least_one(size));
    return malloc(at_least_one(size));
}

void *bight_zalloc(size_t size)
{
    bight_alloc_fn fn = get_hook();
    void *block;

    if (!fn)
        return calloc(1, at_least_one(size));
    block = call_hook(fn, NULL, at_least_one(size));
    if (block)
        memset(block, 0, size);
    return block;
}

void *bight_realloc(void *block, size_t size)
{
    bight_alloc_fn fn = get_hook();

    if (fn)
        return call_hook(fn, block, at_least_one(size));
    return realloc(block, at_least_one(size));
}

void bight_free(void *block)
{
    bight_alloc_fn fn = get_hook();

    if (!fn)
        free(block);
    else if (block)
        (void)call_hook(fn, block, 0);
}

char *bight_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = bight_alloc(size);

    if (copy)
        memcpy(copy, text, size);
    return copy;
}
