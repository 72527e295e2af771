/* SPDX-License-Identifier: MIT */
/* An allocator that counts live blocks and fails when told to. */
#ifndef BIGHT_TESTS_BASE_FAILING_H
#define BIGHT_TESTS_BASE_FAILING_H

#include <stdbool.h>
#include <stdlib.h>

#include <bight/alloc.h>

struct failing {
    size_t fail_at; /* the n-th allocation fails, counted from 1; 0: none */
    size_t calls;
    size_t live;
};

/* It wraps libc, so blocks may outlive its being the hook. */
static inline void *failing_hook(void *ctx, void *block, size_t size)
{
    struct failing *failing = ctx;
    void *moved;

    if (size == 0) {
        failing->live--;
        free(block);
        return NULL;
    }
    if (++failing->calls == failing->fail_at)
        return NULL;
    moved = realloc(block, size);
    if (moved && !block)
        failing->live++;
    return moved;
}

static inline void failing_begin(struct failing *failing, size_t fail_at)
{
    failing->fail_at = fail_at;
    failing->calls = 0;
    failing->live = 0;
    bight_set_allocator(failing_hook, failing);
}

/* Was the failure asked for reached? */
static inline bool failing_end(const struct failing *failing)
{
    bight_set_allocator(NULL, NULL);
    return failing->fail_at > 0 && failing->calls >= failing->fail_at;
}

#endif
