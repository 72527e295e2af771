/* SPDX-License-Identifier: MIT */
/** @file
 * Framers: from bytes in any split to frames, in linear time (S2). They know
 * no transport, so they are tested alone; bight_framer_feed is what a protocol
 * calls from data_received.
 */
#ifndef BIGHT_FRAMER_H
#define BIGHT_FRAMER_H

#include <bight/bytes.h>
#include <bight/transport.h>

BIGHT_BEGIN_DECLS

typedef struct bight_framer bight_framer;

/** What bight_framer_next found. */
typedef enum bight_framing {
    BIGHT_FRAMING_MORE = 0,  /**< all was taken; the frame goes on */
    BIGHT_FRAMING_FRAME = 1, /**< one frame */
    BIGHT_FRAMING_BROKEN = 2 /**< see bight_framer_error; it stays so */
} bight_framing;

/** What a length is written as, in front of a frame. */
typedef enum bight_prefix {
    BIGHT_PREFIX_U8 = 1,
    BIGHT_PREFIX_U16_BE = 2,
    BIGHT_PREFIX_U24_BE = 3,
    BIGHT_PREFIX_U32_BE = 4,
    BIGHT_PREFIX_U16_LE = 5,
    BIGHT_PREFIX_U24_LE = 6,
    BIGHT_PREFIX_U32_LE = 7,
    BIGHT_PREFIX_VARINT = 8 /**< LEB128, at most 10 bytes, shortest form */
} bight_prefix;

typedef struct bight_line_options {
    size_t size;                   /**< sizeof(bight_line_options) */
    size_t limit;                  /**< bytes of a line, required */
    const bight_bytes *delimiters; /**< copied; NULL: "\r\n" and "\n" */
    size_t delimiter_count;        /**< at most 8, of at most 16 bytes */
} bight_line_options;

/**
 * Lines, without their delimiter: the first, and at one place the longest. Who
 * ends lines in "\r" does not wait where "\r\n" is another: the line comes at
 * once, a "\n" that follows is dropped; but if the protocol was changed between
 * the two, the next one sees it. INVALID: no limit, an empty, too long or no
 * delimiter, or too many. NO_MEMORY.
 */
BIGHT_API bight_error bight_line_framer_new(const bight_line_options *options,
                                            bight_framer **ret_framer);
/** Netstrings: "5:hello,"; the limit is that of "hello". INVALID: no limit.
 * NO_MEMORY. */
BIGHT_API bight_error bight_netstring_framer_new(size_t limit,
                                                 bight_framer **ret_framer);
/** Frames behind their length. INVALID: no limit, no such prefix. NO_MEMORY. */
BIGHT_API bight_error bight_prefixed_framer_new(bight_prefix prefix,
                                                size_t limit,
                                                bight_framer **ret_framer);
/** NULL is fine. */
BIGHT_API void bight_framer_free(bight_framer *framer);

/**
 * Takes bytes from the front of `*inout_data` up to the end of one frame; call
 * it until it answers something else than FRAME, also when the data is empty.
 * The frame is lent until the next call of this or until the data goes; one
 * that lies within the data is not copied. Memory grows with the bytes that
 * came of a frame, up to twice the limit, and goes with the frame.
 */
BIGHT_API bight_framing bight_framer_next(bight_framer *framer,
                                          bight_bytes *inout_data,
                                          bight_bytes *ret_frame);
/** Why it is broken: FRAME_TOO_LONG as soon as a frame is sure to pass the
 * limit, PROTOCOL_ERROR for bytes that are no frame, with a note that says what
 * and where, NO_MEMORY; success while it is not. */
BIGHT_API bight_error bight_framer_error(const bight_framer *framer);
/** Bytes of a frame that has begun: 0 at a boundary, as an eof should be. */
BIGHT_API size_t bight_framer_pending(const bight_framer *framer);
/** On: from the next byte on frames are what comes, as it comes, unlimited; a
 * frame that has begun ends first. Off: framing begins anew; what fn took too
 * much it gives to bight_transport_unread. Legal inside bight_frame_fn. */
BIGHT_API void bight_framer_set_raw(bight_framer *framer, bool raw);

/** `self` is the running protocol's. */
typedef void (*bight_frame_fn)(void *self, bight_transport *t,
                               bight_bytes frame);
/**
 * For data_received: calls `fn` for each frame. If `fn` pauses reading or
 * changes the protocol the rest is put back, behind what `fn` itself put back,
 * and comes after the resume, or to the next protocol; after an end it is
 * dropped. A broken frame is logged and ends the connection by fail. The framer
 * may be freed in connection_lost, not in `fn`.
 */
BIGHT_API void bight_framer_feed(bight_framer *framer, bight_transport *t,
                                 bight_bytes data, bight_frame_fn fn);

/** Writes `frame` as one netstring, gathered. */
BIGHT_API bight_write_status bight_netstring_write(bight_transport *t,
                                                   bight_bytes frame);
/** Writes `frame` behind its length, gathered. One too long for the prefix ends
 * the connection with RANGE, as no such prefix does. */
BIGHT_API bight_write_status bight_prefixed_write(bight_transport *t,
                                                  bight_prefix prefix,
                                                  bight_bytes frame);

BIGHT_END_DECLS

#endif
