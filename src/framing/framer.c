/* SPDX-License-Identifier: MIT */
/* What every kind of framer does alike; it knows no transport (see feed.c). */
#include <bight/framer.h>

#include <inttypes.h>

#include <bight/alloc.h>

#include "framing/framer.h"

/* No data is that long, and sums with a limit do not overflow. */
#define LIMIT_MAX ((size_t)PTRDIFF_MAX / 2)

bight_error bight__framer_new(size_t size, size_t limit,
                              bight__framer_next_fn next,
                              bight_framer **ret_framer)
{
    if (limit == 0)
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "a framer without a limit");
    bight_framer *framer = bight_zalloc(size);
    if (framer == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    framer->next = next;
    framer->limit = limit < LIMIT_MAX ? limit : LIMIT_MAX;
    *ret_framer = framer;
    return bight_ok();
}

bight_framing bight__framer_break(bight_framer *framer, bight_error why)
{
    framer->why = why;
    return BIGHT_FRAMING_BROKEN;
}

bight_framing bight__framer_too_long(bight_framer *framer, const char *what)
{
    return bight__framer_break(
        framer, bight_error_note(bight_error_of(BIGHT_ERROR_FRAME_TOO_LONG),
                                 "%s above the limit of %zu bytes", what,
                                 framer->limit));
}

void bight__framer_drop(bight_framer *framer)
{
    if (framer->spent == 0)
        return;
    bight_buffer_consume(&framer->kept, framer->spent);
    framer->spent = 0;
    if (bight_buffer_bytes(&framer->kept).size == 0)
        bight_buffer_fini(&framer->kept);
}

bight_framing bight__framer_keep(bight_framer *framer, bight_bytes *data,
                                 size_t size)
{
    bight_error error =
        bight_buffer_append(&framer->kept, bight_bytes_head(*data, size));
    if (bight_failed(error))
        return bight__framer_break(framer, error);
    bight__framer_take(framer, data, size);
    return BIGHT_FRAMING_MORE;
}

/* Memory grows with what has come, not with what a length promises: a peer
 * would have it for the price of a few digits. */
bight_framing bight__framer_gather(bight_framer *framer, bight_bytes *data,
                                   size_t size, bight_bytes *ret_bytes)
{
    size_t missing = size - bight_buffer_bytes(&framer->kept).size;
    if (missing == size && data->size >= size) {
        *ret_bytes = bight_bytes_head(*data, size);
        bight__framer_take(framer, data, size);
        return BIGHT_FRAMING_FRAME;
    }
    size_t comes = missing < data->size ? missing : data->size;
    if (bight__framer_keep(framer, data, comes) == BIGHT_FRAMING_BROKEN)
        return BIGHT_FRAMING_BROKEN;
    if (comes < missing)
        return BIGHT_FRAMING_MORE;
    *ret_bytes = bight_buffer_bytes(&framer->kept);
    framer->spent = size;
    return BIGHT_FRAMING_FRAME;
}

bight_framing bight__framer_lend_raw(bight_framer *framer, bight_bytes *data,
                                     bight_bytes *ret_frame)
{
    bight_bytes kept = bight_buffer_bytes(&framer->kept);
    if (kept.size == 0 && data->size == 0)
        return BIGHT_FRAMING_MORE;
    if (kept.size > 0) {
        *ret_frame = kept;
        framer->spent = kept.size;
    } else {
        *ret_frame = *data;
        bight__framer_take(framer, data, data->size);
    }
    return BIGHT_FRAMING_FRAME;
}

bight_framing bight_framer_next(bight_framer *framer, bight_bytes *inout_data,
                                bight_bytes *ret_frame)
{
    if (bight_failed(framer->why))
        return BIGHT_FRAMING_BROKEN;
    bight__framer_drop(framer);
    return framer->next(framer, inout_data, ret_frame);
}

void bight_framer_free(bight_framer *framer)
{
    if (framer == NULL)
        return;
    bight_buffer_fini(&framer->kept);
    bight_free(framer);
}

bight_error bight_framer_error(const bight_framer *framer)
{
    return framer->why;
}

size_t bight_framer_pending(const bight_framer *framer)
{
    return framer->head + bight_buffer_bytes(&framer->kept).size -
           framer->spent;
}

void bight_framer_set_raw(bight_framer *framer, bool raw)
{
    framer->raw = raw;
}
