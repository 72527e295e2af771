/* SPDX-License-Identifier: MIT */
/* The probe: see probe.h. */
#include "testing/probe.h"

#include <errno.h>

struct above_state {
    bight_transport *below;
};

static struct bight__probe *probe_below(const bight_transport *below)
{
    return (struct bight__probe *)(uintptr_t)bight_filter_options(below);
}

static struct bight__probe *probe_of(const bight_transport *above)
{
    return probe_below(bight_transport_below(above));
}

/* -- the protocol below --------------------------------------------------- */

static void connection_made(void *self, bight_transport *below)
{
    struct bight__probe *probe = probe_below(below);
    bight_transport *above;
    (void)self;
    if (probe->breaks)
        bight_transport_fail(below, bight_error_of(BIGHT_ERROR_PROTOCOL_ERROR));
    if (probe->breaks || bight_failed(bight_filter_raise(below, &above)))
        return;
    probe->above = above;
    if (!probe->never_opens)
        bight_driver_opened(above);
}

static void data_received(void *self, bight_transport *below, bight_bytes data)
{
    if (bight_transport_above(below) != NULL)
        bight_filter_pass_data(self, below, data);
}

static bool eof_received(void *self, bight_transport *below)
{
    return bight_transport_above(below) != NULL &&
           bight_filter_pass_eof(self, below);
}

static void connection_lost(void *self, bight_transport *below, bight_error why)
{
    struct bight__probe *probe = probe_below(below);
    probe->lost++;
    if (probe->rest_open) {
        probe->rest_open = false;
        bight_driver_written(probe->above,
                             bight_error_of(BIGHT_ERROR_CANCELLED));
    }
    probe->above = NULL;
    bight_filter_pass_lost(self, below, why);
}

/* -- the driver above ----------------------------------------------------- */

static bight_error start_read(bight_transport *above)
{
    probe_of(above)->starts++;
    return bight_filter_start_read(above);
}

static void stop_read(bight_transport *above)
{
    probe_of(above)->stops++;
    bight_filter_stop_read(above);
}

/* Forwards the first `most` bytes. */
static ptrdiff_t forward(bight_transport *above, const bight_bytes *pieces,
                         size_t count, size_t most)
{
    size_t taken = 0;
    for (size_t i = 0; i < count && most > 0; i++) {
        bight_bytes piece = bight_bytes_head(pieces[i], most);
        ptrdiff_t status = probe_of(above)->sink
                               ? 0
                               : bight_filter_try_writev(above, &piece, 1);
        if (status < 0)
            return status;
        taken += piece.size;
        most -= piece.size;
    }
    return (ptrdiff_t)taken;
}

static size_t total(const bight_bytes *pieces, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += pieces[i].size;
    return size;
}

static ptrdiff_t try_writev(bight_transport *above, const bight_bytes *pieces,
                            size_t count)
{
    struct bight__probe *probe = probe_of(above);
    probe->tries++;
    probe->pieces = count;
    probe->bytes = total(pieces, count);
    probe->first = pieces[0].data;
    probe->first_size = pieces[0].size;
    if (!probe->choked)
        return forward(above, pieces, count, SIZE_MAX);
    if (probe->allow == 0)
        return -EAGAIN;
    ptrdiff_t taken = forward(above, pieces, count, probe->allow);
    if (taken > 0)
        probe->allow -= (size_t)taken;
    return taken;
}

static bight_error write_rest(bight_transport *above, const bight_bytes *pieces,
                              size_t count, void *request)
{
    struct bight__probe *probe = probe_of(above);
    (void)request;
    size_t size = total(pieces, count);
    probe->rests++;
    if (size > probe->most_rest)
        probe->most_rest = size;
    if (count > probe->most_count)
        probe->most_count = count;
    if (probe->rest_open || count > BIGHT_DRIVER_PIECES)
        return bight_error_of(BIGHT_ERROR_USAGE);
    probe->rest_open = true;
    probe->rest_count = count;
    for (size_t i = 0; i < count; i++)
        probe->rest[i] = pieces[i];
    return bight_ok();
}

static bight_error shut(bight_transport *above)
{
    probe_of(above)->shutdowns++;
    return bight_filter_shutdown(above);
}

static void end(bight_transport *above)
{
    probe_of(above)->closes++;
    bight_filter_close(above);
}

static void reset(bight_transport *above)
{
    probe_of(above)->resets++;
    bight_filter_reset(above);
}

static bool info(const bight_transport *above, bight_driver_query query,
                 void *inout)
{
    if (query == BIGHT_DRIVER_CAN && probe_of(above)->cannot) {
        *(int *)inout = 0;
        return true;
    }
    return bight_filter_info(above, query, inout);
}

/* -- what cases do with it ------------------------------------------------ */

void bight__probe_complete(struct bight__probe *probe)
{
    if (!probe->rest_open)
        return;
    probe->rest_open = false;
    (void)forward(probe->above, probe->rest, probe->rest_count, SIZE_MAX);
    bight_driver_written(probe->above, bight_ok());
}

void bight__probe_deliver(struct bight__probe *probe, bight_bytes data)
{
    if (probe->above != NULL && data.size > 0)
        bight_driver_received(probe->above, data);
    else if (probe->above != NULL)
        bight_driver_eof(probe->above);
}

static const bight_protocol below_protocol = {
    .size = sizeof(bight_protocol),
    .name = "probe",
    .connection_made = connection_made,
    .data_received = data_received,
    .eof_received = eof_received,
    .connection_lost = connection_lost,
};

static const bight_driver above_driver = {
    .size = sizeof(bight_driver),
    .name = "probe",
    .state_size = sizeof(struct above_state),
    .start_read = start_read,
    .stop_read = stop_read,
    .try_writev = try_writev,
    .write_rest = write_rest,
    .shutdown = shut,
    .close = end,
    .reset = reset,
    .info = info,
};

const bight_filter bight__probe_filter = {
    .size = sizeof(bight_filter),
    .name = "probe",
    .below = &below_protocol,
    .above = &above_driver,
};
