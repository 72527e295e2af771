/* SPDX-License-Identifier: MIT */
/* Holds, each a value whose destructor ends it. */
#include "async/permits.h"

#include <stdio.h>
#include <stdlib.h>

#include <bight/alloc.h>

struct bight__permits *bight__permits_new(bight_loop *loop, size_t limit)
{
    bight__loop_check(loop);
    struct bight__permits *permits = bight_alloc(sizeof(*permits));
    if (permits == NULL)
        return NULL;
    permits->loop = loop;
    permits->limit = permits->free = limit;
    permits->users = 0;
    permits->abandoned = false;
    bight__list_init(&permits->waiters);
    return permits;
}

static void free_if_unused(struct bight__permits *permits)
{
    if (permits->abandoned && permits->free == permits->limit &&
        permits->users == 0)
        bight_free(permits);
}

void bight__permits_free(struct bight__permits *permits)
{
    if (permits == NULL)
        return;
    bight__turns_reject(&permits->waiters, BIGHT_ERROR_CLOSED);
    permits->abandoned = true;
    free_if_unused(permits);
}

static void hold_end(void *pointer)
{
    bight__permits_release(pointer, "a hold's destructor");
}

static bight_value hold_of(struct bight__permits *permits)
{
    return bight_value_pointer(permits, hold_end);
}

bight_deferred *bight__permits_acquire(struct bight__permits *permits,
                                       const void *made_at)
{
    struct bight__turn *waiter;
    if (bight__permits_try_acquire(permits))
        return bight__deferred_resolved(permits->loop, hold_of(permits),
                                        made_at);
    return bight__turn_new(permits->loop, &permits->waiters, made_at, &waiter);
}

bool bight__permits_try_acquire(struct bight__permits *permits)
{
    if (permits->free == 0)
        return false;
    permits->free--;
    return true;
}

static void __attribute__((noreturn, cold)) misused(const char *verb)
{
    (void)fprintf(stderr, "bight: %s: nothing is held\n", verb);
    abort();
}

void bight__permits_release(struct bight__permits *permits, const char *verb)
{
    if (permits->free == permits->limit)
        misused(verb);
    struct bight__turn *first = bight__turn_first(&permits->waiters);
    if (first != NULL) {
        bight__turn_resolve(first, hold_of(permits));
        return;
    }
    permits->free++;
    free_if_unused(permits);
}

void bight__permits_use(struct bight__permits *permits)
{
    permits->users++;
}

void bight__permits_unuse(struct bight__permits *permits)
{
    permits->users--;
    free_if_unused(permits);
}

void bight__permits_grant(struct bight__permits *permits,
                          struct bight__turn *waiter)
{
    if (permits->abandoned)
        bight__turn_reject(waiter, BIGHT_ERROR_CLOSED);
    else if (bight__permits_try_acquire(permits))
        bight__turn_resolve(waiter, hold_of(permits));
    else
        bight__list_push_back(&permits->waiters, &waiter->link);
    bight__permits_unuse(permits);
}
