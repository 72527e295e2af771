/* SPDX-License-Identifier: MIT */
/* The pool of stacks: see stack.h. */
#include "async/stack.h"

#include "async/stack_slab.h"
#include "loop/loop.h"
#include "loop/timer.h"

/* A slab takes as much as all before it, within these. */
#define SLAB_LEAST ((size_t)1024 * 1024)
#define SLAB_MOST ((size_t)256 * 1024 * 1024)

/* How often idle ones are looked for, how many at most become cold in a turn,
 * and how soon then the next comes. */
#define TRIM_MS 2000
#define TRIM_MOST 256
#define TRIM_AGAIN_MS 10

static void trim(void *ctx);

/* Virtual time would jump to wherever the trimmer is due. */
void bight__stacks_init(struct bight__stacks *stacks, bight_loop *loop)
{
    stacks->loop = loop;
    stacks->usual = bight__stack_pool_for(stacks, BIGHT_STACK_DEFAULT);
    stacks->trimming = false;
    stacks->trimmer = NULL;
    if (loop->kind != BIGHT_LOOP_VIRTUAL)
        (void)bight__timer_new_idle(loop, trim, stacks, &stacks->trimmer);
    for (unsigned i = 0; i < BIGHT__STACK_POOLS; i++) {
        struct bight__stack_pool *pool = &stacks->pools[i];
        *pool = (struct bight__stack_pool){0};
        bight__list_init(&pool->slabs);
        bight__list_init(&pool->room);
        bight__list_init(&pool->free);
    }
}

struct bight__stack_pool *bight__stack_pool_for(struct bight__stacks *stacks,
                                                size_t size)
{
    size_t least = 2 * bight__guard_size();
    unsigned number = 0;
    if (size < least)
        size = least;
    while (number < BIGHT__STACK_POOLS && BIGHT_STACK_LEAST << number < size)
        number++;
    return number < BIGHT__STACK_POOLS ? &stacks->pools[number] : NULL;
}

static size_t size_in(const struct bight__stacks *stacks,
                      const struct bight__stack_pool *pool)
{
    return BIGHT_STACK_LEAST << (unsigned)(pool - stacks->pools);
}

static bool is_full(const struct bight__stack_slab *slab)
{
    return slab->cold == 0 && slab->fresh == slab->capacity;
}

/* If so much is not to be had at once, less. */
static struct bight__stack_slab *new_slab(struct bight__stacks *stacks,
                                          struct bight__stack_pool *pool)
{
    size_t size = size_in(stacks, pool);
    size_t wanted = pool->made * size;
    if (wanted < SLAB_LEAST)
        wanted = SLAB_LEAST;
    if (wanted > SLAB_MOST)
        wanted = SLAB_MOST;
    size_t count = wanted > size ? wanted / size : 1;
    struct bight__stack_slab *slab = NULL;
    if (bight__loop_fault(stacks->loop))
        return NULL;
    for (; slab == NULL && count > 0; count /= 2)
        slab = bight__stack_slab_new((uint32_t)count, size);
    if (slab == NULL)
        return NULL;
    pool->made += slab->capacity;
    bight__list_push_front(&pool->slabs, &slab->link);
    bight__list_push_front(&pool->room, &slab->room);
    return slab;
}

static struct bight__stack *__attribute__((noinline))
make(struct bight__stacks *stacks, struct bight__stack_pool *pool,
     void (*entry)(void *stack))
{
    struct bight__stack_slab *slab =
        bight__list_empty(&pool->room)
            ? new_slab(stacks, pool)
            : bight__container(pool->room.next, struct bight__stack_slab, room);
    if (slab == NULL)
        return NULL;
    struct bight__stack *stack = bight__stack_slab_take(slab);
    if (is_full(slab))
        bight__list_remove(&slab->room);
    stack->at = bight__switch_make(stack->bottom, bight__stack_top(stack),
                                   entry, stack);
    return stack;
}

struct bight__stack *bight__stack_take(struct bight__stacks *stacks,
                                       struct bight__stack_pool *pool,
                                       void (*entry)(void *stack))
{
    struct bight__list *link = pool->free.next;
    if (link == &pool->free)
        return make(stacks, pool, entry);
    pool->free.next = link->next;
    link->next->prev = &pool->free;
    if (--pool->pooled < pool->least)
        pool->least = pool->pooled;
    struct bight__stack *stack =
        bight__container(link, struct bight__stack, free);
    bight__annotate_reused(stack->bottom, bight__stack_top(stack));
    return stack;
}

static void __attribute__((noinline))
begin_trimming(struct bight__stacks *stacks)
{
    stacks->trimming = true;
    for (unsigned i = 0; i < BIGHT__STACK_POOLS; i++)
        stacks->pools[i].least = 0;
    if (stacks->trimmer != NULL)
        bight_timer_start(stacks->trimmer, TRIM_MS);
}

void bight__stack_give(struct bight__stacks *stacks,
                       struct bight__stack_pool *pool,
                       struct bight__stack *stack)
{
    bight__list_push_front(&pool->free, &stack->free);
    pool->pooled++;
    if (__builtin_expect(!stacks->trimming, 0))
        begin_trimming(stacks);
}

/* The one that has lain there for longest. */
static void cool_one(struct bight__stack_pool *pool, bool release)
{
    struct bight__list *link = pool->free.prev;
    struct bight__stack *stack =
        bight__container(link, struct bight__stack, free);
    struct bight__stack_slab *slab = stack->slab;
    bool was_full = is_full(slab);
    bight__list_remove(link);
    pool->pooled--;
    pool->least--;
    bight__stack_slab_give(stack, release);
    if (was_full)
        bight__list_push_back(&pool->room, &slab->room);
    if (slab->used > 0)
        return;
    pool->made -= slab->capacity;
    bight__stack_slab_free(slab);
}

static void trim(void *ctx)
{
    struct bight__stacks *stacks = ctx;
    unsigned left = TRIM_MOST;
    uint32_t pooled = 0;
    for (unsigned i = 0; i < BIGHT__STACK_POOLS; i++) {
        struct bight__stack_pool *pool = &stacks->pools[i];
        for (; pool->least > 0 && left > 0; left--)
            cool_one(pool, true);
        pooled += pool->pooled;
        if (left > 0)
            pool->least = pool->pooled;
    }
    stacks->trimming = pooled > 0;
    if (stacks->trimming)
        bight_timer_start(stacks->trimmer, left > 0 ? TRIM_MS : TRIM_AGAIN_MS);
}

void bight__stacks_fini(struct bight__stacks *stacks)
{
    bight_timer_free(stacks->trimmer);
    for (unsigned i = 0; i < BIGHT__STACK_POOLS; i++) {
        struct bight__stack_pool *pool = &stacks->pools[i];
        while (!bight__list_empty(&pool->free)) {
            pool->least = 1;
            cool_one(pool, false);
        }
    }
}
