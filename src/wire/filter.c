/* SPDX-License-Identifier: MIT */
/*
 * Filters (T32): raising the transport above another, and the slots of a
 * filter that changes nothing.
 *
 *     application's protocol
 *     upper transport ── its driver is the filter's `above`
 *     lower transport ── its protocol is the filter's `below`
 *     the wire's driver
 *
 * A filter's driver state begins with the pointer to the lower transport.
 */
#include <bight/filter.h>

#include <errno.h>

#include "wire/out.h"
#include "wire/owner.h"

struct above_state {
    bight_transport *below;
};

static struct above_state *state_of(const bight_transport *above)
{
    return bight_driver_state(above);
}

bight_transport *bight_transport_above(const bight_transport *below)
{
    return below->cold == NULL ? NULL : below->cold->above;
}

/* What an ended transport's driver knew of may be gone. */
bight_transport *bight_transport_below(const bight_transport *above)
{
    bight_transport *below = NULL;
    if (above->level > 0 && above->state != BIGHT__ENDED)
        (void)above->driver->info(above, BIGHT_DRIVER_BELOW, &below);
    return below;
}

const void *bight_filter_options(const bight_transport *below)
{
    return below->owner->filters[below->level].options;
}

static bight_error raise_above(bight_transport *below)
{
    struct bight__cold *cold = bight__transport_cold(below);
    if (cold == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    bight_address peer = bight_transport_peer(below);
    const bight_filter *filter = below->owner->filters[below->level].filter;
    bight_error error = bight__owner_build(below->owner, filter->above, &peer,
                                           below->level + 1u, &cold->above);
    if (!bight_failed(error))
        state_of(cold->above)->below = below;
    return error;
}

bight_error bight_filter_raise(bight_transport *below,
                               bight_transport **ret_above)
{
    bight__transport_check(below);
    if ((below->facts & (BIGHT__FILTERED | BIGHT__RAISED)) != BIGHT__FILTERED)
        return bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                                "a filter's transport is raised once");
    bight_error error = raise_above(below);
    if (bight_failed(error)) {
        bight__transport_end_with(below, error, false);
        return error;
    }
    below->facts |= BIGHT__RAISED;
    *ret_above = below->cold->above;
    return bight_ok();
}

/* -- a protocol that passes everything up --------------------------------- */

void bight_filter_pass_data(void *self, bight_transport *below,
                            bight_bytes data)
{
    (void)self;
    bight_transport *above = bight_transport_above(below);
    if (above != NULL)
        bight_driver_received(above, data);
}

bool bight_filter_pass_eof(void *self, bight_transport *below)
{
    (void)self;
    bight_transport *above = bight_transport_above(below);
    if (above != NULL)
        bight_driver_eof(above);
    return above != NULL;
}

/* The lower one's reason becomes the upper one's, with the system's number;
 * and what the lower one did not send, the upper one's protocol had written. */
void bight_filter_pass_lost(void *self, bight_transport *below, bight_error why)
{
    (void)self;
    bight_transport *above = bight_transport_above(below);
    if (above == NULL)
        return;
    below->cold->above = NULL;
    bool surprised = above->state < BIGHT__ENDING;
    if (surprised)
        bight__transport_note(
            above, below->system != 0 ? bight_error_errno(below->system) : why);
    bight_driver_closed(above);
    if (!surprised)
        return;
    uint64_t unsent = below->last.unsent;
    above->last.unsent += unsent;
    above->bytes_out -= unsent < above->bytes_out ? unsent : above->bytes_out;
}

/* -- a driver that passes everything down --------------------------------- */

bight_error bight_filter_start_read(bight_transport *above)
{
    bight__transport_let_go(state_of(above)->below, BIGHT__HOLD_ABOVE);
    return bight_ok();
}

void bight_filter_stop_read(bight_transport *above)
{
    bight__transport_hold(state_of(above)->below, BIGHT__HOLD_ABOVE);
}

/* Its first cause is the one that counts, though the news come up later. */
static void note_reason_of(bight_transport *above, const bight_transport *below)
{
    bight_end end = {.size = sizeof(end)};
    if (below->state < BIGHT__ENDING)
        return;
    bight_transport_end(below, &end);
    bight__transport_note(above, end.system != 0 ? bight_error_errno(end.system)
                                                 : end.why);
}

/* The lower transport takes everything: what the wire refuses is queued there
 * and counted above (T16). */
ptrdiff_t bight_filter_try_writev(bight_transport *above,
                                  const bight_bytes *pieces, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += pieces[i].size;
    bight_transport *below = state_of(above)->below;
    if (bight_transport_writev(below, pieces, count) == BIGHT_WRITE_CLOSED) {
        note_reason_of(above, below);
        return -EPIPE;
    }
    return (ptrdiff_t)size;
}

bight_error bight_filter_write_rest(bight_transport *above,
                                    const bight_bytes *pieces, size_t count,
                                    void *request)
{
    (void)request;
    if (bight_filter_try_writev(above, pieces, count) < 0)
        return bight_error_errno(EPIPE);
    bight_driver_written(above, bight_ok());
    return bight_ok();
}

bight_error bight_filter_shutdown(bight_transport *above)
{
    return bight_transport_write_eof(state_of(above)->below);
}

/* What should have left before has; what the upper one gave up goes here. */
void bight_filter_close(bight_transport *above)
{
    bight_transport *below = state_of(above)->below;
    bight__out_flush_now(below);
    bight__transport_end_with(below, bight_error_of(BIGHT_ERROR_CLOSED), false);
}

void bight_filter_reset(bight_transport *above)
{
    bight_transport_abort(state_of(above)->below);
}

bool bight_filter_info(const bight_transport *above, bight_driver_query query,
                       void *inout)
{
    if (query != BIGHT_DRIVER_BELOW)
        return false;
    *(bight_transport **)inout = state_of(above)->below;
    return true;
}
