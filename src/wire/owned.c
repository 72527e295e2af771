/* SPDX-License-Identifier: MIT */
/*
 * Deferreds that a connection owns (T36). Each has a record; without memory for
 * one the connection ends, its Deferred is cancelled at once, and only counted,
 * in the gate's upper bits, so that connection_lost waits for it all the same.
 */
#include <bight/alloc.h>

#include "async/abandon.h"
#include "wire/owner.h"
#include "wire/transport.h"

#define COUNTED_MAX (UINT8_MAX / BIGHT__GATE_OWNED)

struct owned {
    struct bight__list link; /* in the transport's cold part */
    bight_transport *transport;
    bight_deferred *d;
};

static unsigned counted(const bight_transport *t)
{
    return t->gate / BIGHT__GATE_OWNED;
}

bool bight__transport_awaits_owned(const bight_transport *t)
{
    return counted(t) > 0 ||
           (t->cold != NULL && !bight__list_empty(&t->cold->owned));
}

/* The last one lets connection_lost go, if that was waiting. */
static void one_less(bight_transport *t)
{
    if (t->state >= BIGHT__ENDING && !bight__transport_awaits_owned(t))
        bight__transport_schedule(t);
}

static void settled(bight_result *result, void *arg)
{
    struct owned *owned = arg;
    bight_transport *t = owned->transport;
    (void)result;
    bight__list_remove(&owned->link);
    bight_free(owned);
    one_less(t);
}

static void counted_settled(bight_result *result, void *arg)
{
    bight_transport *t = arg;
    (void)result;
    t->gate = (uint8_t)(t->gate - BIGHT__GATE_OWNED);
    one_less(t);
}

/* On a loop that closes with its clock standing still no deadline comes. */
static uint64_t patience_ms(const bight_transport *t)
{
    const bight_loop *loop = bight__transport_loop(t);
    bool frozen = loop->kind == BIGHT_LOOP_MANUAL_CLOCK &&
                  loop->state != BIGHT__LOOP_OPEN;
    return frozen ? 0 : bight__transport_limits(t)->linger_timeout_ms;
}

void bight__transport_abandon_owned(bight_transport *t)
{
    if (t->state < BIGHT__ENDING || t->cold == NULL)
        return;
    struct bight__list *all = &t->cold->owned;
    for (struct bight__list *link = all->next; link != all; link = link->next)
        bight__deferred_abandon(bight__container(link, struct owned, link)->d,
                                patience_ms(t));
}

static struct owned *record(bight_transport *t)
{
    if (bight__transport_cold(t) == NULL)
        return NULL;
    return bight_alloc(sizeof(struct owned));
}

static void own_uncounted(bight_deferred *d)
{
    bight_cancel(d);
    bight_detach(d);
}

static void own_without_memory(bight_transport *t, bight_deferred *d)
{
    bight__transport_end_with(t, bight_error_of(BIGHT_ERROR_NO_MEMORY), true);
    if (counted(t) == COUNTED_MAX) {
        own_uncounted(d);
        return;
    }
    t->gate = (uint8_t)(t->gate + BIGHT__GATE_OWNED);
    bight__deferred_abandon(d, patience_ms(t));
    bight_on(d, counted_settled, t);
}

void bight_transport_own(bight_transport *t, bight_deferred *d)
{
    bight__transport_check(t);
    bool over = t->state == BIGHT__ENDED && (t->due & BIGHT__DUE_LOST) == 0;
    if (d == NULL || over) {
        own_uncounted(d);
        return;
    }
    struct owned *owned = record(t);
    if (owned == NULL) {
        own_without_memory(t, d);
        return;
    }
    owned->transport = t;
    owned->d = d;
    bight__list_push_front(&t->cold->owned, &owned->link);
    bight_on(d, settled, owned);
    if (t->state >= BIGHT__ENDING)
        bight__transport_schedule(t);
}
