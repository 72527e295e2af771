/* SPDX-License-Identifier: MIT */
/* Slabs of stacks, and the register of them. */
#include "async/stack_slab.h"

#include <stdatomic.h>
#include <sys/mman.h>

/* More than these are not found by a handler: an overflow there ends the
 * process as well, but without a word. */
#define REGISTERED 1024

static _Atomic(struct bight__stack_slab *) slabs[REGISTERED];

static void register_slab(struct bight__stack_slab *slab)
{
    for (unsigned i = 0; i < REGISTERED; i++) {
        struct bight__stack_slab *empty = NULL;
        if (atomic_compare_exchange_strong(&slabs[i], &empty, slab))
            return;
    }
}

static void unregister_slab(struct bight__stack_slab *slab)
{
    for (unsigned i = 0; i < REGISTERED; i++) {
        struct bight__stack_slab *it = slab;
        if (atomic_compare_exchange_strong(&slabs[i], &it, NULL))
            return;
    }
}

static char *stack_begin(const struct bight__stack_slab *slab, uint32_t index)
{
    return slab->begin + (size_t)index * slab->stack_size;
}

static struct bight__stack *stack_at(const struct bight__stack_slab *slab,
                                     uint32_t index)
{
    return (struct bight__stack *)(void *)(stack_begin(slab, index) +
                                           slab->stack_size -
                                           BIGHT__STACK_ROOM);
}

static size_t head_size(uint32_t capacity)
{
    size_t page = bight__guard_size();
    size_t size = sizeof(struct bight__stack_slab) +
                  capacity * sizeof(struct bight__stack_cell);
    return (size + page - 1) & ~(page - 1);
}

/* Huge pages would take sixteen stacks' memory and more for one. */
struct bight__stack_slab *bight__stack_slab_new(uint32_t capacity,
                                                size_t stack_size)
{
    size_t head = head_size(capacity);
    size_t size = head + capacity * stack_size;
    char *map = mmap(NULL, size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (map == MAP_FAILED)
        return NULL;
    (void)madvise(map, size, MADV_NOHUGEPAGE);
    struct bight__stack_slab *slab = (struct bight__stack_slab *)(void *)map;
    bight__list_init(&slab->link);
    bight__list_init(&slab->room);
    slab->begin = map + head;
    slab->end = map + size;
    slab->stack_size = stack_size;
    slab->capacity = capacity;
    register_slab(slab);
    return slab;
}

static void forget_guards(struct bight__stack_slab *slab)
{
    uint32_t cold = slab->cold;
    for (; cold != 0; cold = slab->cells[cold - 1].next_cold)
        bight__guard_unmake(slab->cells[cold - 1].guard);
}

void bight__stack_slab_free(struct bight__stack_slab *slab)
{
    bight__list_remove(&slab->link);
    bight__list_remove(&slab->room);
    unregister_slab(slab);
    forget_guards(slab);
    char *map = (char *)slab;
    (void)munmap(map, (size_t)(slab->end - map));
}

static struct bight__stack *fresh_stack(struct bight__stack_slab *slab)
{
    uint32_t index = slab->fresh++;
    slab->cells[index].guard =
        (uint8_t)bight__guard_make(stack_begin(slab, index));
    return stack_at(slab, index);
}

struct bight__stack *bight__stack_slab_take(struct bight__stack_slab *slab)
{
    struct bight__stack *stack;
    if (slab->cold != 0) {
        stack = stack_at(slab, slab->cold - 1);
        slab->cold = slab->cells[slab->cold - 1].next_cold;
    } else {
        stack = fresh_stack(slab);
    }
    char *top = (char *)stack;
    size_t index = (size_t)(top - slab->begin) / slab->stack_size;
    stack->slab = slab;
    stack->index = (uint32_t)index;
    stack->guard = slab->cells[index].guard;
    stack->bottom = stack_begin(slab, stack->index) + bight__guard_size();
    bight__list_init(&stack->free);
    bight__annotate_made(&stack->annotation, stack->bottom, top);
    slab->used++;
    return stack;
}

void bight__stack_slab_give(struct bight__stack *stack, bool release)
{
    struct bight__stack_slab *slab = stack->slab;
    uint32_t index = stack->index;
    char *bottom = stack->bottom;
    char *end = stack_begin(slab, index) + slab->stack_size;
    bight__annotate_gone(&stack->annotation, bottom, (char *)stack);
    if (release)
        (void)madvise(bottom, (size_t)(end - bottom), MADV_DONTNEED);
    slab->cells[index].next_cold = slab->cold;
    slab->cold = index + 1;
    slab->used--;
}

const struct bight__stack *bight__stack_guarded_at(const void *address)
{
    uintptr_t at = (uintptr_t)address;
    for (unsigned i = 0; i < REGISTERED; i++) {
        const struct bight__stack_slab *slab = atomic_load(&slabs[i]);
        if (slab == NULL || at < (uintptr_t)slab->begin ||
            at >= (uintptr_t)slab->end)
            continue;
        size_t offset = at - (uintptr_t)slab->begin;
        uint32_t index = (uint32_t)(offset / slab->stack_size);
        if (offset % slab->stack_size < bight__guard_size() &&
            index < slab->fresh)
            return stack_at(slab, index);
    }
    return NULL;
}
