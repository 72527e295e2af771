/* SPDX-License-Identifier: MIT */
/* Slabs of slots: see slab.h. */
#include "async/slab.h"

#include <assert.h>

#include <bight/alloc.h>

#include "async/cancel.h"

_Static_assert(offsetof(struct bight__slot, free.place) ==
                   offsetof(bight_deferred, place),
               "a slot's place stays where it is");
_Static_assert(offsetof(struct bight__slot, free.next) ==
                   offsetof(bight_deferred, next_free),
               "a free slot remembers where its Deferred was made and fired");
_Static_assert(sizeof(struct bight__slab) +
                       BIGHT__SLAB_SLOTS * sizeof(struct bight__slot) <=
                   UINT16_MAX * BIGHT__PLACE_UNIT,
               "a place is 16 bits");

static struct bight__slab *slab_new(struct bight__async *async,
                                    uint16_t capacity)
{
    struct bight__slab *slab =
        bight_alloc(sizeof(*slab) + capacity * sizeof(slab->slots[0]));
    if (slab == NULL)
        return NULL;
    slab->async = async;
    slab->free = NULL;
    slab->fresh = slab->used = 0;
    slab->capacity = capacity;
    slab->is_reserve = false;
    bight__list_init(&slab->room);
    bight__list_push_back(&async->slabs, &slab->link);
    return slab;
}

static void slab_free(struct bight__slab *slab)
{
    bight__list_remove(&slab->room);
    bight__list_remove(&slab->link);
    bight_free(slab);
}

struct bight__async *bight__async_of(bight_loop *loop)
{
    if (loop->async != NULL)
        return loop->async->ended ? NULL : loop->async;
    if (loop->state == BIGHT__LOOP_CLOSED)
        return NULL;
    struct bight__async *async = bight_zalloc(sizeof(*async));
    if (async == NULL)
        return NULL;
    async->loop = loop;
    bight__list_init(&async->slabs);
    bight__list_init(&async->room);
    bight__list_init(&async->shared);
    async->reserve = slab_new(async, BIGHT__RESERVE);
    if (async->reserve == NULL) {
        bight_free(async);
        return NULL;
    }
    async->reserve->is_reserve = true;
    async->closing = loop->state != BIGHT__LOOP_OPEN;
    if (!async->closing)
        bight__resource_add(loop, &async->resource, &bight__async_resource,
                            NULL);
    loop->async = async;
    loop->async_end = bight__async_end;
    loop->async_fini = bight__async_fini;
    loop->deadlines.expired = bight__deadline_expired;
    return async;
}

/* One with a free slot; NULL: there is none, and no memory for another. */
static struct bight__slab *slab_with_room(struct bight__async *async)
{
    struct bight__slab *slab = slab_new(async, BIGHT__SLAB_SLOTS);
    if (slab != NULL) {
        bight__list_push_front(&async->room, &slab->room);
        return slab;
    }
    slab = async->reserve;
    return slab->used < slab->capacity ? slab : NULL;
}

/* One that was never used. */
static struct bight__slot *fresh_slot(struct bight__slab *slab)
{
    struct bight__slot *slot = &slab->slots[slab->fresh++];
    size_t offset = (uintptr_t)slot - (uintptr_t)slab;
    slot->free.place = (uint16_t)(offset / BIGHT__PLACE_UNIT);
    return slot;
}

void *bight__slot_find(struct bight__async *async)
{
    struct bight__slab *slab =
        bight__list_empty(&async->room)
            ? slab_with_room(async)
            : bight__container(async->room.next, struct bight__slab, room);
    if (slab == NULL)
        return NULL;
    struct bight__slot *slot = slab->free;
    if (slot != NULL)
        slab->free = slot->free.next;
    else
        slot = fresh_slot(slab);
    if (++slab->used == slab->capacity && !slab->is_reserve)
        bight__list_remove(&slab->room);
    return slot;
}

/* One empty slab stays, so that a loop at the edge of one does not allocate
 * for each Deferred. */
static void __attribute__((noinline)) slab_emptied(struct bight__slab *slab)
{
    struct bight__async *async = slab->async;
    if (async != NULL && (slab->is_reserve || async->walking))
        return;
    if (async != NULL && (async->spare == NULL || async->spare->used > 0))
        async->spare = slab;
    else
        slab_free(slab);
}

void bight__slot_put(void *memory)
{
    struct bight__slot *slot = memory;
    struct bight__slab *slab = bight__slab_of(slot, slot->free.place);
    slot->free.magic = BIGHT__DEFERRED_GONE;
    slot->free.next = slab->free;
    slab->free = slot;
    if (slab->used-- == slab->capacity && slab->async != NULL &&
        !slab->is_reserve)
        bight__list_push_front(&slab->async->room, &slab->room);
    if (slab->used == 0 && (slab->async == NULL || slab->async->spare != slab))
        slab_emptied(slab);
}

static void slab_each(struct bight__slab *slab,
                      void (*fn)(bight_deferred *d, void *ctx), void *ctx)
{
    for (unsigned i = 0; i < slab->fresh; i++) {
        bight_deferred *d = (bight_deferred *)(void *)&slab->slots[i];
        if (d->magic == BIGHT__DEFERRED_MAGIC)
            fn(d, ctx);
    }
}

void bight__slabs_each(struct bight__async *async,
                       void (*fn)(bight_deferred *d, void *ctx), void *ctx)
{
    bool outer = async->walking;
    async->walking = true;
    struct bight__list *link = async->slabs.next;
    for (; link != &async->slabs; link = link->next)
        slab_each(bight__container(link, struct bight__slab, link), fn, ctx);
    async->walking = outer;
}

/* A slab that is left alone has no list to be in. */
void bight__slabs_fini(struct bight__async *async)
{
    struct bight__list *link;
    while ((link = bight__list_first(&async->slabs)) != NULL) {
        struct bight__slab *slab =
            bight__container(link, struct bight__slab, link);
        bight__list_remove(&slab->link);
        bight__list_remove(&slab->room);
        slab->async = NULL;
        if (slab->used == 0)
            slab_free(slab);
    }
}
