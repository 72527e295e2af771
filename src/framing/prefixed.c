/* SPDX-License-Identifier: MIT */
/* Frames behind their length: u8 to u32 in both byte orders, and varints. */
#include <bight/framer.h>

#include <inttypes.h>

#include "framing/framer.h"

#define VARINT_MAX 10

struct prefixed {
    bight_framer framer;
    bight_prefix prefix;
    uint64_t length; /* what the bytes so far make of it at least */
    bool in_body;
};

/* Bytes of the prefix; 0: a varint, or none at all. */
static size_t width_of(bight_prefix prefix)
{
    switch (prefix) {
    case BIGHT_PREFIX_U8:
        return 1;
    case BIGHT_PREFIX_U16_BE:
    case BIGHT_PREFIX_U16_LE:
        return 2;
    case BIGHT_PREFIX_U24_BE:
    case BIGHT_PREFIX_U24_LE:
        return 3;
    case BIGHT_PREFIX_U32_BE:
    case BIGHT_PREFIX_U32_LE:
        return 4;
    case BIGHT_PREFIX_VARINT:
        break;
    }
    return 0;
}

static bool is_big(bight_prefix prefix)
{
    return prefix >= BIGHT_PREFIX_U8 && prefix <= BIGHT_PREFIX_U32_BE;
}

/* By how many bits the n-th byte is shifted. */
static size_t shift_of(bight_prefix prefix, size_t n)
{
    if (prefix == BIGHT_PREFIX_VARINT)
        return 7 * n;
    return 8 * (is_big(prefix) ? width_of(prefix) - 1 - n : n);
}

/* -- reading -------------------------------------------------------------- */

static bight_framing refuse(bight_framer *framer, const char *what)
{
    return bight__framer_break(
        framer,
        bight_error_note(bight_error_of(BIGHT_ERROR_PROTOCOL_ERROR),
                         "varint %s, at offset %" PRIu64, what, framer->taken));
}

/* FRAME if the byte is the last. */
static bight_framing judge_varint(bight_framer *framer, uint8_t byte)
{
    if (byte == 0 && framer->head > 0)
        return refuse(framer, "longer than its value needs");
    if ((byte & 0x80) == 0)
        return BIGHT_FRAMING_FRAME;
    if (framer->head + 1 == VARINT_MAX)
        return refuse(framer, "of more than 10 bytes");
    return BIGHT_FRAMING_MORE;
}

static bight_framing judge(const struct prefixed *prefixed)
{
    size_t taken = prefixed->framer.head + 1;
    return taken < width_of(prefixed->prefix) ? BIGHT_FRAMING_MORE
                                              : BIGHT_FRAMING_FRAME;
}

/* False: the length is past the limit whatever follows, as each byte only adds
 * to it. */
static bool add(struct prefixed *prefixed, uint8_t byte)
{
    bool varint = prefixed->prefix == BIGHT_PREFIX_VARINT;
    uint64_t part = varint ? byte & 0x7f : byte;
    size_t shift = shift_of(prefixed->prefix, prefixed->framer.head);
    if (part > UINT64_MAX >> shift)
        return false;
    prefixed->length += part << shift;
    return prefixed->length <= prefixed->framer.limit;
}

/* FRAME once the length is known. */
static bight_framing take_length(struct prefixed *prefixed, bight_bytes *data)
{
    bight_framer *framer = &prefixed->framer;
    bight_framing found = BIGHT_FRAMING_MORE;
    while (data->size > 0 && found == BIGHT_FRAMING_MORE) {
        uint8_t byte = *data->data;
        found = prefixed->prefix == BIGHT_PREFIX_VARINT
                    ? judge_varint(framer, byte)
                    : judge(prefixed);
        if (found == BIGHT_FRAMING_BROKEN)
            break;
        if (!add(prefixed, byte))
            return bight__framer_too_long(framer, "a frame");
        bight__framer_take(framer, data, 1);
        framer->head++;
        framer->begun = true;
    }
    return found;
}

static bight_framing next(bight_framer *framer, bight_bytes *data,
                          bight_bytes *ret_frame)
{
    struct prefixed *prefixed = (struct prefixed *)framer;
    bight_framing found = BIGHT_FRAMING_FRAME;
    if (bight__framer_is_raw(framer))
        return bight__framer_lend_raw(framer, data, ret_frame);
    if (!prefixed->in_body)
        found = take_length(prefixed, data);
    if (found != BIGHT_FRAMING_FRAME)
        return found;
    prefixed->in_body = true;
    found =
        bight__framer_gather(framer, data, (size_t)prefixed->length, ret_frame);
    if (found != BIGHT_FRAMING_FRAME)
        return found;
    prefixed->length = 0;
    prefixed->in_body = false;
    return bight__framer_end_frame(framer);
}

bight_error bight_prefixed_framer_new(bight_prefix prefix, size_t limit,
                                      bight_framer **ret_framer)
{
    bight_framer *framer;
    if (prefix != BIGHT_PREFIX_VARINT && width_of(prefix) == 0)
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "%d is no prefix", (int)prefix);
    bight_error error =
        bight__framer_new(sizeof(struct prefixed), limit, next, &framer);
    if (bight_failed(error))
        return error;
    ((struct prefixed *)framer)->prefix = prefix;
    *ret_framer = framer;
    return bight_ok();
}

/* -- writing -------------------------------------------------------------- */

static size_t put_varint(uint8_t head[VARINT_MAX], uint64_t length)
{
    size_t size = 0;
    for (; length > 0x7f; length >>= 7)
        head[size++] = (uint8_t)(length | 0x80);
    head[size++] = (uint8_t)length;
    return size;
}

/* Returns the prefix's size; 0: it cannot say so much. */
static size_t put_length(bight_prefix prefix, uint8_t head[VARINT_MAX],
                         uint64_t length)
{
    size_t width = width_of(prefix);
    if (prefix == BIGHT_PREFIX_VARINT)
        return put_varint(head, length);
    if (length >> (8 * width) != 0)
        return 0;
    for (size_t i = 0; i < width; i++)
        head[i] = (uint8_t)(length >> shift_of(prefix, i));
    return width;
}

bight_write_status bight_prefixed_write(bight_transport *t, bight_prefix prefix,
                                        bight_bytes frame)
{
    uint8_t head[VARINT_MAX];
    size_t size = put_length(prefix, head, frame.size);
    if (size == 0) {
        bight_error error = bight_error_of(BIGHT_ERROR_RANGE);
        bight_transport_fail(
            t, bight_error_note(error, "a frame of %zu bytes behind its length",
                                frame.size));
        return BIGHT_WRITE_CLOSED;
    }
    const bight_bytes pieces[] = {bight_bytes_of(head, size), frame};
    return bight_transport_writev(t, pieces, 2);
}
