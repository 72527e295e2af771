/* SPDX-License-Identifier: MIT */
/*
 * What the async floor keeps per loop: slabs of equal slots for Deferreds and
 * for callbacks beyond their first two, 64 of them in reserve for when there is
 * no memory (S3). A slab outlives its loop as long as an end in it is open.
 */
#ifndef BIGHT_ASYNC_SLAB_H
#define BIGHT_ASYNC_SLAB_H

#include "loop/loop.h"

#define BIGHT__SLOT_SIZE 112
#define BIGHT__SLAB_SLOTS 145 /* just below 16 KiB */

struct bight_deferred;
struct bight__tasks;

struct bight__slot {
    union {
        struct {
            uint16_t magic;
            uint16_t place;
            struct bight__slot *next;
        } free;
        unsigned char bytes[BIGHT__SLOT_SIZE];
    };
};

/* A slot's place is how many of these lie between its slab's begin and it; 0:
 * it is in no slab. What is in a slot has it in its second 16 bits. */
#define BIGHT__PLACE_UNIT 8

struct bight__slab {
    struct bight__async *async; /* NULL: its loop is gone */
    struct bight__list link;    /* among all of the loop's */
    struct bight__list room;    /* among those with a free slot */
    struct bight__slot *free;   /* used before */
    uint16_t fresh;             /* slots from here on were never used */
    uint16_t used;
    uint16_t capacity;
    bool is_reserve;
    struct bight__slot slots[];
};

/* What tasks add to a loop's close. Programs without tasks link none of their
 * code (K8), so it is known by pointers only. */
struct bight__tasks_ops {
    /* What is pending was rejected: drives on what waits otherwise. How many
     * there are still, and whether any of them has now something to do. */
    size_t (*drive)(struct bight__tasks *tasks, bool *ret_any);
    void (*fini)(struct bight__tasks *tasks);
};

struct bight__async {
    bight_loop *loop;
    struct bight__list slabs;
    struct bight__list room;
    struct bight__slab *spare; /* emptied, kept for the next burst */
    struct bight__slab *reserve;
    struct bight__list shared; /* promises that other threads hold */
    struct bight__tasks *tasks;
    const struct bight__tasks_ops *tasks_ops; /* NULL: there are no tasks */
    struct bight__resource resource;
    struct bight_outcomes *to_ask; /* combinators whose inputs shall give up */
    uint64_t suspensions;          /* see suspension.h */
    uint64_t cancel_at;            /* cancel at that one; 0: none */
    bool asking;                   /* they are being asked */
    bool closing;                  /* shared promises are taken back */
    bool ended;                    /* no Deferred is made any more */
    bool dead;                     /* no callback runs any more */
    bool walking;                  /* slabs must stay */
};

/* The loop's, made at its first use. NULL: no memory, or the loop has ended. */
struct bight__async *bight__async_of(bight_loop *loop);

/* A slot whose place is set. NULL: no memory. */
void *bight__slot_find(struct bight__async *async);
void bight__slot_put(void *slot);

/* The same, the short way: one that was used before, and not the last of its
 * slab's. NULL: there is no such. */
static inline void *bight__slot_take(struct bight__async *async)
{
    struct bight__slab *slab =
        bight__container(async->room.next, struct bight__slab, room);
    if (async->room.next == &async->room || slab->free == NULL ||
        slab->used + 1 == slab->capacity)
        return NULL;
    struct bight__slot *slot = slab->free;
    slab->free = slot->free.next;
    slab->used++;
    return slot;
}

static inline struct bight__slab *bight__slab_of(const void *slot,
                                                 uint16_t place)
{
    return (struct bight__slab *)((uintptr_t)slot -
                                  (uintptr_t)place * BIGHT__PLACE_UNIT);
}

static inline struct bight__async *bight__slot_async(const void *slot,
                                                     uint16_t place)
{
    return place == 0 ? NULL : bight__slab_of(slot, place)->async;
}

/* Calls `fn` for each Deferred that exists; it may end any. */
void bight__slabs_each(struct bight__async *async,
                       void (*fn)(struct bight_deferred *d, void *ctx),
                       void *ctx);

/* Frees the slabs that nothing is in; the others are left to their ends. */
void bight__slabs_fini(struct bight__async *async);

extern const struct bight__resource_ops bight__async_resource;
bool bight__async_end(bight_loop *loop);
void bight__async_fini(bight_loop *loop);

#endif
