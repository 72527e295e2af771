/* SPDX-License-Identifier: MIT */
/*
 * What the framers share: the bytes of a frame that spans reads, the error
 * that broke it, and the raw mode. Each kind is this and its own state, in one
 * block; all bytes are taken through here.
 */
#ifndef BIGHT_FRAMING_FRAMER_H
#define BIGHT_FRAMING_FRAMER_H

#include <bight/buffer.h>
#include <bight/framer.h>

typedef bight_framing (*bight__framer_next_fn)(bight_framer *framer,
                                               bight_bytes *data,
                                               bight_bytes *ret_frame);

struct bight_framer {
    bight__framer_next_fn next;
    size_t limit;
    bight_buffer kept; /* bytes taken that are not in the data at hand */
    size_t spent;      /* of them: lent or done with, gone at the next call */
    size_t head;       /* bytes of a length, which are not kept */
    uint64_t taken;    /* bytes before the data at hand */
    bight_error why;
    bool begun; /* a frame has: raw waits for its end */
    bool raw;
};

/* `size` bytes, of which the first are a bight_framer; the rest is zeroed.
 * INVALID: no limit. NO_MEMORY. */
bight_error bight__framer_new(size_t size, size_t limit,
                              bight__framer_next_fn next,
                              bight_framer **ret_framer);

/* Takes bytes off the front of the data. */
static inline void bight__framer_take(bight_framer *framer, bight_bytes *data,
                                      size_t size)
{
    *data = bight_bytes_tail(*data, size);
    framer->taken += size;
}

/* Copies `size` bytes of the data behind what is kept, and takes them. MORE, or
 * BROKEN for want of memory. */
bight_framing bight__framer_keep(bight_framer *framer, bight_bytes *data,
                                 size_t size);

/* Lends `size` bytes in one piece, copied only if they came in several; MORE
 * while they have not all come. */
bight_framing bight__framer_gather(bight_framer *framer, bight_bytes *data,
                                   size_t size, bight_bytes *ret_bytes);

/* Lends what there is, as it is. */
bight_framing bight__framer_lend_raw(bight_framer *framer, bight_bytes *data,
                                     bight_bytes *ret_frame);

static inline bool bight__framer_is_raw(const bight_framer *framer)
{
    return framer->raw && !framer->begun;
}

/* A frame is whole; what comes next begins another. */
static inline bight_framing bight__framer_end_frame(bight_framer *framer)
{
    framer->head = 0;
    framer->begun = false;
    return BIGHT_FRAMING_FRAME;
}

bight_framing bight__framer_break(bight_framer *framer, bight_error why);

/* Breaks it with FRAME_TOO_LONG; `what` as in "a line". */
bight_framing bight__framer_too_long(bight_framer *framer, const char *what);

/* Drops what was lent, and gives its memory back with the last of it. */
void bight__framer_drop(bight_framer *framer);

#endif
