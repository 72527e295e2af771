/* SPDX-License-Identifier: MIT */
/*
 * Slabs of stacks of one size, each a map whose first pages describe it. All of
 * the process are registered, so that a handler of signals can tell whose guard
 * was run into.
 */
#ifndef BIGHT_ASYNC_STACK_SLAB_H
#define BIGHT_ASYNC_STACK_SLAB_H

#include "async/stack.h"

/* Of a stack that is not in use. */
struct bight__stack_cell {
    uint32_t next_cold; /* its index and 1; 0: none */
    uint8_t guard;
};

struct bight__stack_slab {
    struct bight__list link; /* among all of the class */
    struct bight__list room; /* among those with one not in use */
    char *begin;             /* of the first stack */
    char *end;
    size_t stack_size;
    uint32_t capacity;
    uint32_t fresh; /* those from here on were never used */
    uint32_t used;
    uint32_t cold; /* used before, without memory now: an index and 1 */
    struct bight__stack_cell cells[];
};

/* NULL: no memory. */
struct bight__stack_slab *bight__stack_slab_new(uint32_t capacity,
                                                size_t stack_size);
/* None of it is in use. */
void bight__stack_slab_free(struct bight__stack_slab *slab);

/* One that is not in use, guarded, the rest of it zero. */
struct bight__stack *bight__stack_slab_take(struct bight__stack_slab *slab);
/* `release`: gives its memory back to the system. */
void bight__stack_slab_give(struct bight__stack *stack, bool release);

/* The stack whose guard `address` is in; NULL: none's. From a handler, too. */
const struct bight__stack *bight__stack_guarded_at(const void *address);

#endif
