/* SPDX-License-Identifier: MIT */
/* Promises in a list; one that is cancelled leaves it at once. */
#include "service/waiters.h"

#include <bight/alloc.h>

#include "endpoint/outcome.h"

struct waiter {
    struct bight__list link;
    bight_promise *promise;
    unsigned attempts; /* 0: any number */
};

static struct waiter *waiter_of(struct bight__list *link)
{
    return bight__container(link, struct waiter, link);
}

static bight_promise *leave(struct waiter *waiter)
{
    bight_promise *promise = waiter->promise;
    bight__list_remove(&waiter->link);
    bight_free(waiter);
    return promise;
}

/* A list of promises that nobody waits for would grow with each outage. */
static bight_cancel_answer cancel(void *arg)
{
    bight_promise_reject(leave(arg), bight_error_of(BIGHT_ERROR_CANCELLED));
    return BIGHT_CANCEL_LATER;
}

bight_deferred *bight__connect_waiters_add(struct bight__list *waiters,
                                           bight_loop *loop, unsigned attempts)
{
    struct waiter *waiter = bight_alloc(sizeof(*waiter));
    if (waiter == NULL)
        return NULL;
    bight_deferred *d =
        bight_deferred_new(loop, &waiter->promise, cancel, waiter);
    if (d == NULL) {
        bight_free(waiter);
        return NULL;
    }
    waiter->attempts = attempts;
    bight__list_push_back(waiters, &waiter->link);
    return d;
}

void bight__connect_waiters_resolve(struct bight__list *waiters,
                                    bight_transport *t)
{
    struct bight__list *link;
    while ((link = bight__list_first(waiters)) != NULL)
        bight_promise_resolve(leave(waiter_of(link)),
                              t != NULL ? bight__transport_value(t)
                                        : bight_value_none());
}

void bight__connect_waiters_reject(struct bight__list *waiters,
                                   bight_error error)
{
    struct bight__list *link;
    while ((link = bight__list_first(waiters)) != NULL)
        bight_promise_reject(leave(waiter_of(link)), error);
}

void bight__connect_waiters_count(struct bight__list *waiters,
                                  bight_error error)
{
    struct bight__list *next;
    for (struct bight__list *link = waiters->next; link != waiters;
         link = next) {
        struct waiter *waiter = waiter_of(link);
        next = link->next;
        if (waiter->attempts > 0 && --waiter->attempts == 0)
            bight_promise_reject(leave(waiter), error);
    }
}
