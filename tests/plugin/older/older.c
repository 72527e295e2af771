/* SPDX-License-Identifier: MIT */
/* Counts the bytes that came before each piece that it sends back. */
#include "bight_older.h"

struct older {
    size_t before;
};

static void data_received(void *self, bight_transport *t, bight_bytes data)
{
    struct older *older = self;
    const uint8_t count = (uint8_t)('0' + older->before % 10);
    older->before += data.size;
    (void)bight_transport_write(t, (bight_bytes){&count, 1});
    (void)bight_transport_write(t, data);
}

static const bight_protocol older = {
    .size = sizeof(bight_protocol),
    .name = "older",
    .state_size = sizeof(struct older),
    .data_received = data_received,
};

BIGHT_PLUGIN(older) = {
    .head = BIGHT_PLUGIN_HEAD,
    .name = "older",
    .summary = "of an older plugin ABI",
    .protocol = &older,
};
