/* SPDX-License-Identifier: MIT */
/*
 * Stacks, pooled by their size. What is known of one lies at its upper end, in
 * the page that is used anyway; beside a guard at its lower end nothing else is
 * touched before somebody does.
 *
 *     guard | ... <── grows ... | struct bight__stack, its user's room
 *
 * Free ones are taken again in the order last in, first out. Those that lay
 * idle for two seconds are cold: their memory is given back, the address is
 * kept.
 */
#ifndef BIGHT_ASYNC_STACK_H
#define BIGHT_ASYNC_STACK_H

#include <stdbool.h>
#include <stdint.h>

#include <bight/task.h>

#include "async/annotate.h"
#include "async/stack_guard.h"
#include "async/switch.h"
#include "base/list.h"

#define BIGHT__STACK_POOLS 13 /* 16 KiB to 64 MiB */
#define BIGHT__STACK_ROOM 512 /* what lies at the upper end */

struct bight__stack_slab;

struct bight__stack {
    void *at;   /* where it goes on */
    void *back; /* where the stack does that it was entered from */
    char *bottom;
    struct bight__list free; /* while it is */
    struct bight__stack_slab *slab;
    uint32_t index; /* within the slab */
    uint8_t guard;  /* an enum bight__guard */
    struct bight__annotation annotation;
};

struct bight__stack_pool {
    struct bight__list slabs; /* all */
    struct bight__list room;  /* those with one that is not in use */
    struct bight__list free;  /* the last used first */
    uint32_t pooled;
    uint32_t least; /* of `pooled`, since the last look */
    uint32_t made;  /* in all slabs */
};

struct bight__stacks {
    bight_loop *loop;
    struct bight__stack_pool *usual; /* that of the default size */
    bight_timer *trimmer; /* NULL: nothing is trimmed before the end */
    bool trimming;        /* it is armed */
    struct bight__stack_pool pools[BIGHT__STACK_POOLS];
};

void bight__stacks_init(struct bight__stacks *stacks, bight_loop *loop);
void bight__stacks_fini(struct bight__stacks *stacks);

/* The pool for a size; NULL: none is so large. */
struct bight__stack_pool *bight__stack_pool_for(struct bight__stacks *stacks,
                                                size_t size);

/* One whose first entry calls `entry` with it; or one that was used before, and
 * goes on where its `entry` left it. NULL: no memory. */
struct bight__stack *bight__stack_take(struct bight__stacks *stacks,
                                       struct bight__stack_pool *pool,
                                       void (*entry)(void *stack));
void bight__stack_give(struct bight__stacks *stacks,
                       struct bight__stack_pool *pool,
                       struct bight__stack *stack);

/* Says on standard error that it has overflown, whose it was, and aborts. */
void bight__stack_overflown(const struct bight__stack *stack)
    __attribute__((noreturn, cold));

static inline char *bight__stack_top(const struct bight__stack *stack)
{
    return (char *)(uintptr_t)stack;
}

/* Leaves the current stack for it, until it is left. */
static inline void bight__stack_enter(struct bight__stack *stack)
{
    bight__annotate_enter(&stack->annotation, stack->bottom,
                          bight__stack_top(stack));
    bight__switch(&stack->back, stack->at);
    bight__annotate_left(&stack->annotation);
}

/* To be called first on a new one. */
static inline void bight__stack_entered(struct bight__stack *stack)
{
    bight__annotate_entered(&stack->annotation);
}

/* Leaves it; returns when it is entered again. `last`: nothing on it counts any
 * more but the caller. */
static inline void bight__stack_leave(struct bight__stack *stack, bool last)
{
    if (__builtin_expect(stack->guard == BIGHT__GUARD_NONE, 0) &&
        !bight__guard_intact(stack->bottom, __builtin_frame_address(0)))
        bight__stack_overflown(stack);
    bight__annotate_leave(&stack->annotation, last);
    bight__switch(&stack->at, stack->back);
    bight__annotate_entered(&stack->annotation);
}

#endif
