/* SPDX-License-Identifier: MIT */
/* What a driver reports of its wire, but for bytes: see read.c and flush.c. */
#include <bight/driver.h>

#include "wire/owner.h"
#include "wire/transport.h"

void *bight_driver_state(const bight_transport *t)
{
    return (uint8_t *)(uintptr_t)t -
           bight__transport_round_up(t->driver->state_size);
}

int32_t bight_driver_word(const bight_transport *t)
{
    return t->word;
}

void bight_driver_set_word(bight_transport *t, int32_t word)
{
    t->word = word;
}

void bight_driver_opened(bight_transport *t)
{
    if (t->state != BIGHT__CONNECTING)
        return;
    t->state = BIGHT__OPEN;
    t->timer.mark = (uint32_t)bight__transport_loop(t)->now_ms;
    t->due |= BIGHT__DUE_MADE;
    bight__transport_schedule(t);
}

void bight_driver_failed(bight_transport *t, bight_error why)
{
    bight__transport_end_with(t, why, false);
}

void bight_driver_closed(bight_transport *t)
{
    if (t->state == BIGHT__ENDED)
        return;
    if (t->state != BIGHT__ENDING) {
        bight__transport_note(t, bight_error_of(BIGHT_ERROR_CLOSED));
        bight__transport_settle(t);
    }
    t->state = BIGHT__ENDED;
    t->due |= BIGHT__DUE_LOST;
    bight__transport_schedule(t);
}
