/* SPDX-License-Identifier: MIT */
/* Netstring echo: sends back each netstring that it receives, whole. */
#include <bight/framer.h>
#include <bight/plugin.h>

/* Without options; the same as their default. */
#define MAX_FRAME (64 * 1024)

struct options {
    uint64_t max_frame;
};

static const bight_option options[] = {
    {.name = "max-frame",
     .type = BIGHT_OPTION_SIZE,
     .offset = offsetof(struct options, max_frame),
     .default_text = "64k",
     .min = 1,
     .max = 16 << 20,
     .help = "longest netstring, in bytes"},
};

static const bight_option_table option_table =
    BIGHT_OPTION_TABLE(options, struct options);

struct netstring {
    bight_framer *framer;
};

static void connection_made(void *self, bight_transport *t)
{
    struct netstring *netstring = self;
    const struct options *given = bight_transport_options(t);
    size_t limit = given == NULL ? MAX_FRAME : (size_t)given->max_frame;
    bight_error error = bight_netstring_framer_new(limit, &netstring->framer);
    if (bight_failed(error))
        bight_transport_fail(t, error);
}

static void frame_received(void *self, bight_transport *t, bight_bytes frame)
{
    (void)self;
    (void)bight_netstring_write(t, frame);
}

static void data_received(void *self, bight_transport *t, bight_bytes data)
{
    struct netstring *netstring = self;
    bight_framer_feed(netstring->framer, t, data, frame_received);
}

static void connection_lost(void *self, bight_transport *t, bight_error why)
{
    struct netstring *netstring = self;
    (void)t;
    (void)why;
    bight_framer_free(netstring->framer);
}

static const bight_protocol protocol = {
    .size = sizeof(bight_protocol),
    .name = "netstring",
    .state_size = sizeof(struct netstring),
    .connection_made = connection_made,
    .data_received = data_received,
    .pause_writing = bight_pause_own_reading,
    .resume_writing = bight_resume_own_reading,
    .connection_lost = connection_lost,
};

BIGHT_PLUGIN(netstring) = {
    .head = BIGHT_PLUGIN_HEAD,
    .name = "netstring",
    .version = BIGHT_VERSION_STRING,
    .summary = "sends back each netstring it receives",
    .protocol = &protocol,
    .options = &option_table,
};
