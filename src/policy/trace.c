/* SPDX-License-Identifier: MIT */
/* The trace filter: shows what passes, as a callback or in the log. */
#include <stdio.h>

#include <bight/filter.h>
#include <bight/log.h>

#define LINE_BYTES 512

struct above_state {
    bight_transport *below;
};

static size_t put_hex(char *text, bight_bytes data)
{
    static const char digits[] = "0123456789abcdef";
    size_t at = 0;
    for (size_t i = 0; i < data.size; i++) {
        text[at++] = digits[data.data[i] >> 4];
        text[at++] = digits[data.data[i] & 15];
    }
    return at;
}

/* The log escapes what is not printable (S5). */
static void log_piece(const bight_transport *t, bool incoming, bool hex,
                      bight_bytes data)
{
    char peer[64];
    char text[2 * LINE_BYTES];
    bight_address address = bight_transport_peer(t);
    bight_bytes shown = bight_bytes_head(data, LINE_BYTES);
    (void)bight_address_format(&address, peer, sizeof(peer));
    bight_log_field what =
        hex ? bight_log_bytes("hex", bight_bytes_of(text, put_hex(text, shown)))
            : bight_log_bytes("text", shown);
    const bight_log_field fields[] = {
        bight_log_text("peer", peer),
        bight_log_text("way", incoming ? "in" : "out"),
        bight_log_uint("bytes", data.size),
        what,
    };
    bight_log_write(BIGHT_LOG_INFO, "trace", fields, 4);
}

static void show(const bight_transport *below, bool incoming, bight_bytes data)
{
    const bight_trace_options *options = bight_filter_options(below);
    if (options != NULL && options->fn != NULL)
        options->fn(options->ctx, below, incoming, data);
    else
        log_piece(below, incoming, options != NULL && options->hex, data);
}

static void connection_made(void *self, bight_transport *below)
{
    (void)self;
    bight_transport *above;
    if (!bight_failed(bight_filter_raise(below, &above)))
        bight_driver_opened(above);
}

static void data_received(void *self, bight_transport *below, bight_bytes data)
{
    show(below, true, data);
    bight_filter_pass_data(self, below, data);
}

static ptrdiff_t try_writev(bight_transport *above, const bight_bytes *pieces,
                            size_t count)
{
    const bight_transport *below = bight_transport_below(above);
    ptrdiff_t taken = bight_filter_try_writev(above, pieces, count);
    for (size_t i = 0; taken >= 0 && i < count; i++)
        show(below, false, pieces[i]);
    return taken;
}

static const bight_protocol below_protocol = {
    .size = sizeof(bight_protocol),
    .name = "trace",
    .connection_made = connection_made,
    .data_received = data_received,
    .eof_received = bight_filter_pass_eof,
    .connection_lost = bight_filter_pass_lost,
};

static const bight_driver above_driver = {
    .size = sizeof(bight_driver),
    .name = "trace",
    .state_size = sizeof(struct above_state),
    .start_read = bight_filter_start_read,
    .stop_read = bight_filter_stop_read,
    .try_writev = try_writev,
    .write_rest = bight_filter_write_rest,
    .shutdown = bight_filter_shutdown,
    .close = bight_filter_close,
    .reset = bight_filter_reset,
    .info = bight_filter_info,
};

const bight_filter bight_trace = {
    .size = sizeof(bight_filter),
    .name = "trace",
    .below = &below_protocol,
    .above = &above_driver,
};
