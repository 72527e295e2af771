/* SPDX-License-Identifier: MIT */
/* Producers (T18): who writes on demand, and what a close waits for. */
#include "wire/transport.h"

#include "base/table.h"

/* Asked so often in one turn; then others have theirs. */
#define PULLS 64

bool bight__transport_awaits_producer(const bight_transport *t)
{
    return t->cold != NULL && t->cold->producer != NULL &&
           t->cold->producer->finish != NULL;
}

void bight__transport_stop_producer(bight_transport *t)
{
    if (t->cold == NULL || t->cold->producer == NULL)
        return;
    const bight_producer *producer = t->cold->producer;
    t->cold->producer = NULL;
    if (producer->stop != NULL)
        producer->stop(t->cold->producer_ctx, t);
    if (BIGHT__MUTANT(STOP_TWICE) && producer->stop != NULL)
        producer->stop(t->cold->producer_ctx, t);
}

void bight__transport_pause_producer(bight_transport *t)
{
    if (t->cold == NULL || t->cold->producer == NULL)
        return;
    const bight_producer *producer = t->cold->producer;
    if (!producer->pull && producer->pause != NULL)
        producer->pause(t->cold->producer_ctx, t);
}

/* It hears finish once, and may go on writing what is left until then. */
static void finish(bight_transport *t)
{
    const bight_producer *producer = t->cold->producer;
    if (producer->finish == NULL) {
        bight__transport_stop_producer(t);
    } else if (!t->cold->producer_finishing) {
        t->cold->producer_finishing = true;
        producer->finish(t->cold->producer_ctx, t);
    }
}

static bool may_pull(const bight_transport *t, const bight_producer *producer)
{
    return t->state == BIGHT__OPEN &&
           (t->facts & (BIGHT__PAUSED | BIGHT__EOF_ASKED)) == 0 &&
           t->cold->producer == producer;
}

static void pull(bight_transport *t, const bight_producer *producer)
{
    for (unsigned i = 0; i < PULLS && may_pull(t, producer); i++)
        producer->resume(t->cold->producer_ctx, t);
    if (may_pull(t, producer))
        t->due |= BIGHT__DUE_PRODUCE;
}

void bight__transport_run_producer(bight_transport *t)
{
    if (t->cold == NULL || t->cold->producer == NULL ||
        t->state >= BIGHT__ENDING)
        return;
    const bight_producer *producer = t->cold->producer;
    if (bight__transport_closing(t))
        finish(t);
    else if ((t->facts & BIGHT__EOF_ASKED) != 0)
        bight__transport_stop_producer(t);
    else if ((t->facts & BIGHT__PAUSED) != 0)
        return;
    else if (producer->pull)
        pull(t, producer);
    else
        producer->resume(t->cold->producer_ctx, t);
}

bight_error bight_transport_register_producer(bight_transport *t,
                                              const bight_producer *producer,
                                              void *ctx)
{
    bight__transport_check(t);
    if (bight__transport_closing(t) || (t->facts & BIGHT__EOF_ASKED) != 0)
        return bight_error_of(BIGHT_ERROR_CLOSED);
    if (producer->size < BIGHT__TABLE_PAST(bight_producer, pull) ||
        producer->resume == NULL)
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "a producer needs resume");
    struct bight__cold *cold = bight__transport_cold(t);
    if (cold == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    if (cold->producer != NULL)
        return bight_error_of(BIGHT_ERROR_BUSY);
    cold->producer = producer;
    cold->producer_ctx = ctx;
    cold->producer_finishing = false;
    t->due |= BIGHT__DUE_PRODUCE;
    bight__transport_schedule(t);
    return bight_ok();
}

void bight_transport_unregister_producer(bight_transport *t)
{
    bight__transport_check(t);
    if (t->cold == NULL || t->cold->producer == NULL)
        return;
    t->cold->producer = NULL;
    if (t->state < BIGHT__ENDED)
        bight__transport_schedule(t);
}
