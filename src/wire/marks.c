/* SPDX-License-Identifier: MIT */
/*
 * How much waits to be sent (T16, T19), and what the marks say to it (T15).
 */
#include <bight/filter.h>

#include "wire/out.h"
#include "wire/owner.h"

/* -- how much ------------------------------------------------------------- */

static size_t held(const bight_transport *t)
{
    return t->out == NULL ? 0 : t->out->corked + t->out->queue.size;
}

static size_t awaiting(const struct bight__queue *queue)
{
    uint64_t size = queue->size + queue->promised +
                    (uint64_t)queue->files * BIGHT__FILE_COST;
    return size < SIZE_MAX ? (size_t)size : SIZE_MAX;
}

uint64_t bight__out_promised(const bight_transport *t)
{
    uint64_t promised = 0;
    for (; t != NULL; t = bight_transport_below(t))
        promised += t->out == NULL ? 0 : t->out->queue.promised;
    return promised;
}

size_t bight__out_refused(const bight_transport *t)
{
    size_t refused = 0;
    for (; t != NULL; t = bight_transport_below(t))
        refused += t->out == NULL ? 0 : awaiting(&t->out->queue);
    return refused;
}

bool bight__out_empty(const bight_transport *t)
{
    for (; t != NULL; t = bight_transport_below(t))
        if (t->out != NULL &&
            (held(t) > 0 || t->out->queue.head != NULL || t->out->writing))
            return false;
    return true;
}

size_t bight_transport_queued(const bight_transport *t)
{
    bight__transport_check(t);
    size_t size = 0;
    if (t->state >= BIGHT__ENDING)
        return 0;
    for (; t != NULL; t = bight_transport_below(t)) {
        size += held(t);
        if (BIGHT__MUTANT(ONE_LAYER_COUNTS))
            break;
    }
    return size;
}

/* -- the marks ------------------------------------------------------------ */

static void set_paused(bight_transport *t, bool paused)
{
    if (paused)
        t->facts |= BIGHT__PAUSED;
    else
        t->facts &= (uint16_t)~BIGHT__PAUSED;
    /* A resume that was not told yet is taken back: strictly paired. A pause is
     * not, since a write may have answered FULL: its resume must come. */
    if (paused && (t->due & BIGHT__DUE_RESUME) != 0)
        t->due &= (uint8_t)~BIGHT__DUE_RESUME;
    else
        t->due |= paused ? BIGHT__DUE_PAUSE : BIGHT__DUE_RESUME;
    bight__transport_schedule(t);
}

void bight__out_judge(bight_transport *t)
{
    if (t->state != BIGHT__OPEN || (t->facts & BIGHT__FILTERED) != 0)
        return;
    const bight_limits *limits = bight__transport_limits(t);
    bool paused = (t->facts & BIGHT__PAUSED) != 0;
    size_t refused = bight__out_refused(t);
    if (!paused && refused > limits->high_mark) {
        if (!BIGHT__MUTANT(HIGH_NEVER))
            set_paused(t, true);
    } else if (paused && refused <= limits->low_mark) {
        if (!BIGHT__MUTANT(FORGET_RESUME))
            set_paused(t, false);
    }
}
