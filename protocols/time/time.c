/* SPDX-License-Identifier: MIT */
/*
 * Time (RFC 868): sends the seconds since 1900-01-01 00:00 UTC as 32 bits, most
 * significant byte first, and closes. In February 2036 they begin again at 0.
 */
#include <bight/loop.h>
#include <bight/plugin.h>
#include <bight/transport.h>

/* From 1900 to 1970: 70 years with 17 leap days. */
#define SINCE_1900 ((UINT64_C(70) * 365 + 17) * 24 * 3600)

static void connection_made(void *self, bight_transport *t)
{
    uint64_t unix_ms = bight_loop_wall_ms(bight_transport_loop(t));
    uint32_t seconds = (uint32_t)(unix_ms / 1000 + SINCE_1900);
    const uint8_t text[4] = {(uint8_t)(seconds >> 24), (uint8_t)(seconds >> 16),
                             (uint8_t)(seconds >> 8), (uint8_t)seconds};
    (void)self;
    (void)bight_transport_write(t, bight_bytes_of(text, sizeof(text)));
    bight_transport_close(t);
}

static const bight_protocol time_protocol = {
    .size = sizeof(bight_protocol),
    .name = "time",
    .connection_made = connection_made,
};

BIGHT_PLUGIN(time) = {
    .head = BIGHT_PLUGIN_HEAD,
    .name = "time",
    .version = BIGHT_VERSION_STRING,
    .summary = "sends the seconds since 1900 in 4 bytes (RFC 868)",
    .protocol = &time_protocol,
};
