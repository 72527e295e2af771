/* SPDX-License-Identifier: MIT */
/* Echo (RFC 862): sends back what it receives. */
#include <bight/plugin.h>
#include <bight/transport.h>

static void data_received(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    (void)bight_transport_write(t, data);
}

static const bight_protocol echo = {
    .size = sizeof(bight_protocol),
    .name = "echo",
    .data_received = data_received,
    /* A peer that does not read is not read from until it does. */
    .pause_writing = bight_pause_own_reading,
    .resume_writing = bight_resume_own_reading,
};

BIGHT_PLUGIN(echo) = {
    .head = BIGHT_PLUGIN_HEAD,
    .name = "echo",
    .version = BIGHT_VERSION_STRING,
    .summary = "sends back what it receives (RFC 862)",
    .protocol = &echo,
};
