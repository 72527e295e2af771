/* SPDX-License-Identifier: MIT */
/*
 * Those who wait in turn, for a lock or a value or room: a list of slots, each
 * with the promise of a Deferred. Cancelling that takes its waiter off the list
 * before anything else happens, so nothing is ever given to who has left.
 */
#ifndef BIGHT_ASYNC_TURN_H
#define BIGHT_ASYNC_TURN_H

#include "async/deferred.h"
#include "base/list.h"

struct bight__turn {
    uint16_t magic;
    uint16_t place; /* of its slot, see slab.h */
    struct bight__list link;
    bight_promise *promise;
    /* It was cancelled and is off its list; may be NULL. */
    void (*left)(struct bight__turn *waiter);
    bight_value value;     /* of who puts: until it is in */
    struct bight__list of; /* among a condition's that were notified */
    void *condition;
    void *lock;
};

_Static_assert(sizeof(struct bight__turn) <= BIGHT__SLOT_SIZE,
               "a waiter is a slot");

/* A Deferred that waits at the list's end, and its waiter. NULL: no memory. */
bight_deferred *bight__turn_new(bight_loop *loop, struct bight__list *list,
                                const void *made_at,
                                struct bight__turn **ret_waiter);

/* Both end it. The value is the Deferred's. */
void bight__turn_resolve(struct bight__turn *waiter, bight_value value);
void bight__turn_reject(struct bight__turn *waiter, bight_code code);

/* All of a list. */
void bight__turns_resolve(struct bight__list *list);
void bight__turns_reject(struct bight__list *list, bight_code code);

/* NULL: nobody waits. */
static inline struct bight__turn *bight__turn_first(
    const struct bight__list *list)
{
    struct bight__list *link = bight__list_first(list);
    return link == NULL ? NULL
                        : bight__container(link, struct bight__turn, link);
}

#endif
