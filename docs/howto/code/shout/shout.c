/* SPDX-License-Identifier: MIT */
/* Shout: sends back what it receives, in capital letters. */
#include <ctype.h>

#include <bight/plugin.h>
#include <bight/transport.h>

struct shout_options {
    char *greeting;
    int64_t most;
};

static const bight_option options[] = {
    {"greeting", BIGHT_OPTION_STRING, offsetof(struct shout_options, greeting),
     .default_text = "SPEAK UP!", .help = "the first line that peers see"},
    {"most", BIGHT_OPTION_INT, offsetof(struct shout_options, most),
     .default_text = "1000000", .min = 1, .max = 1000000000,
     .help = "bytes that one peer may have shouted"},
};

static const bight_option_table table =
    BIGHT_OPTION_TABLE(options, struct shout_options);

/* One of these for each connection, zeroed. */
struct shout {
    int64_t shouted;
};

static void connection_made(void *self, bight_transport *t)
{
    const struct shout_options *given = bight_transport_options(t);
    (void)self;
    (void)bight_transport_write(t, bight_bytes_text(given->greeting));
    (void)bight_transport_write(t, BIGHT_BYTES("\n"));
}

/* Writes in pieces: how much comes at once has no meaning, and no limit. */
static void shout(bight_transport *t, bight_bytes data)
{
    uint8_t piece[256];
    while (data.size > 0) {
        bight_bytes head = bight_bytes_head(data, sizeof(piece));
        for (size_t i = 0; i < head.size; i++)
            piece[i] = (uint8_t)toupper(head.data[i]);
        (void)bight_transport_write(t, bight_bytes_of(piece, head.size));
        data = bight_bytes_tail(data, head.size);
    }
}

static void data_received(void *self, bight_transport *t, bight_bytes data)
{
    const struct shout_options *given = bight_transport_options(t);
    struct shout *peer = self;
    int64_t left = given->most - peer->shouted;
    data = bight_bytes_head(data, (size_t)left);
    peer->shouted += (int64_t)data.size;
    shout(t, data);
    if (peer->shouted == given->most)
        bight_transport_close(t);
}

static const bight_protocol protocol = {
    .size = sizeof(bight_protocol),
    .name = "shout",
    .state_size = sizeof(struct shout),
    .connection_made = connection_made,
    .data_received = data_received,
    /* A peer that does not read is not read from until it does. */
    .pause_writing = bight_pause_own_reading,
    .resume_writing = bight_resume_own_reading,
};

BIGHT_PLUGIN(shout) = {
    .head = BIGHT_PLUGIN_HEAD,
    .name = "shout",
    .version = "1.0",
    .summary = "sends back what it receives, in capital letters",
    .protocol = &protocol,
    .options = &table,
};
