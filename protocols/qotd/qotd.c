/* SPDX-License-Identifier: MIT */
/*
 * Quote of the day (RFC 865): sends a quote, another one each day (UTC), and
 * closes. What the peer sends is thrown away.
 *
 * With the option `file` the quotes are those of a file in the form of fortune:
 * texts separated by lines that are "%". It is read when the first port of a
 * loop opens, up to 1 MiB; quotes of more than 511 bytes are left out.
 */
#include <bight/loop.h>
#include <bight/plugin.h>
#include <bight/transport.h>

#include "quotes.h"

#define DAY_MS UINT64_C(86400000)

struct qotd_options {
    char *file;
};

static bight_error started(void *shared, const void *options, bight_loop *loop)
{
    const struct qotd_options *given = options;
    struct quotes *quotes = shared;
    (void)loop;
    if (given == NULL || given->file == NULL)
        return quotes_default(quotes);
    bight_error error = quotes_read(given->file, quotes);
    if (!bight_failed(error) && quotes->too_long > 0) {
        const bight_log_field fields[] = {
            bight_log_text("file", given->file),
            bight_log_uint("left-out", quotes->too_long),
        };
        bight_log_write(BIGHT_LOG_WARNING, "quotes-too-long", fields, 2);
    }
    return error;
}

static void stopped(void *shared)
{
    quotes_fini(shared);
}

static void connection_made(void *self, bight_transport *t)
{
    const struct quotes *quotes = bight_transport_shared(t);
    uint64_t day = bight_loop_wall_ms(bight_transport_loop(t)) / DAY_MS;
    (void)self;
    (void)bight_transport_write(t, quotes->all[day % quotes->count]);
    bight_transport_close(t);
}

static const bight_protocol qotd = {
    .size = sizeof(bight_protocol),
    .name = "qotd",
    .connection_made = connection_made,
};

static const bight_factory factory = {
    .size = sizeof(bight_factory),
    .name = "qotd",
    .protocol = &qotd,
    .shared_size = sizeof(struct quotes),
    .started = started,
    .stopped = stopped,
};

static const bight_option options[] = {
    {"file", BIGHT_OPTION_FILE, offsetof(struct qotd_options, file),
     .max = 4095, .help = "quotes, between lines '%'; else a few built in"},
};

static const bight_option_table table =
    BIGHT_OPTION_TABLE(options, struct qotd_options);

BIGHT_PLUGIN(qotd) = {
    .head = BIGHT_PLUGIN_HEAD,
    .name = "qotd",
    .version = BIGHT_VERSION_STRING,
    .summary = "sends a quote, another one each day (RFC 865)",
    .factory = &factory,
    .options = &table,
};
