/* SPDX-License-Identifier: MIT */
/*
 * Netstrings (https://cr.yp.to/proto/netstrings.txt): "5:hello,". A length
 * without leading zeros, a colon, so many bytes, a comma; nothing else.
 */
#include <bight/framer.h>

#include <inttypes.h>
#include <stdio.h>

#include "framing/framer.h"

struct netstring {
    bight_framer framer;
    size_t length;
    bool in_body;
};

static bight_framing refuse(bight_framer *framer, uint8_t byte,
                            const char *wanted)
{
    return bight__framer_break(
        framer, bight_error_note(bight_error_of(BIGHT_ERROR_PROTOCOL_ERROR),
                                 "netstring: byte 0x%02x instead of %s, at "
                                 "offset %" PRIu64,
                                 byte, wanted, framer->taken));
}

static const char *wanted_of(const struct netstring *netstring)
{
    if (netstring->framer.head == 0)
        return "the first digit of a length";
    return netstring->length == 0 ? "a colon after the length 0"
                                  : "a digit or a colon";
}

/* FRAME once the length is known. A length past the limit is told by the first
 * digit that makes it so. */
static bight_framing take_length(struct netstring *netstring, bight_bytes *data)
{
    bight_framer *framer = &netstring->framer;
    while (data->size > 0) {
        uint8_t byte = *data->data;
        bool ends = byte == ':' && framer->head > 0;
        bool leads = netstring->length > 0 || framer->head == 0;
        if (!ends && (byte < '0' || byte > '9' || !leads))
            return refuse(framer, byte, wanted_of(netstring));
        bight__framer_take(framer, data, 1);
        framer->head++;
        framer->begun = true;
        if (ends)
            return BIGHT_FRAMING_FRAME;
        size_t digit = (size_t)(byte - '0');
        if (digit > framer->limit ||
            netstring->length > (framer->limit - digit) / 10)
            return bight__framer_too_long(framer, "a netstring");
        netstring->length = netstring->length * 10 + digit;
    }
    return BIGHT_FRAMING_MORE;
}

static bight_framing next(bight_framer *framer, bight_bytes *data,
                          bight_bytes *ret_frame)
{
    struct netstring *netstring = (struct netstring *)framer;
    bight_bytes body;
    bight_framing found = BIGHT_FRAMING_FRAME;
    if (bight__framer_is_raw(framer))
        return bight__framer_lend_raw(framer, data, ret_frame);
    if (!netstring->in_body)
        found = take_length(netstring, data);
    if (found != BIGHT_FRAMING_FRAME)
        return found;
    netstring->in_body = true;
    found = bight__framer_gather(framer, data, netstring->length + 1, &body);
    if (found != BIGHT_FRAMING_FRAME)
        return found;
    if (body.data[netstring->length] != ',') {
        framer->taken--; /* to where that byte is */
        return refuse(framer, body.data[netstring->length],
                      "the comma at the end");
    }
    *ret_frame = bight_bytes_head(body, netstring->length);
    netstring->length = 0;
    netstring->in_body = false;
    return bight__framer_end_frame(framer);
}

bight_error bight_netstring_framer_new(size_t limit, bight_framer **ret_framer)
{
    return bight__framer_new(sizeof(struct netstring), limit, next, ret_framer);
}

bight_write_status bight_netstring_write(bight_transport *t, bight_bytes frame)
{
    char length[24];
    int size = snprintf(length, sizeof(length), "%zu:", frame.size);
    const bight_bytes pieces[] = {bight_bytes_of(length, (size_t)size), frame,
                                  BIGHT_BYTES(",")};
    return bight_transport_writev(t, pieces, 3);
}
