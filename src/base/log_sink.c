/* SPDX-License-Identifier: MIT */
/* The ready sinks: a line per record, to a descriptor. */
#include <bight/log.h>

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <unistd.h>

typedef size_t (*format_fn)(const bight_log_record *record, char *buf,
                            size_t size);

/* Lines that nobody made room for. */
static atomic_uint_least64_t dropped;

/* How long a reader that kept up so far may take. */
#define PATIENCE_MS 100

/* A pipe has room for a line once it has room for PIPE_BUF bytes. */
static bool has_room(int fd)
{
    struct pollfd out = {.fd = fd, .events = POLLOUT};
    bool stalled = atomic_load(&dropped) > 0;
    return poll(&out, 1, stalled ? 0 : PATIENCE_MS) != 0;
}

/* A log that cannot be written has no better place to say so. */
static void write_line(int fd, const bight_log_record *record, format_fn format)
{
    char line[BIGHT_LOG_LINE_MAX];
    size_t length = format(record, line, sizeof(line));
    ssize_t written;
    line[length] = '\n';
    for (size_t at = 0; at <= length; at += (size_t)written) {
        do
            written = write(fd, line + at, length + 1 - at);
        while (written < 0 && errno == EINTR);
        if (written <= 0)
            return;
    }
}

/* Whoever reads the log too slowly must not stop who writes it. */
static void put(const void *ctx, const bight_log_record *record,
                format_fn format)
{
    int fd = *(const int *)ctx;
    if (!has_room(fd)) {
        (void)atomic_fetch_add(&dropped, 1);
        return;
    }
    uint64_t lines = atomic_exchange(&dropped, 0);
    if (lines > 0) {
        const bight_log_field field = bight_log_uint("lines", lines);
        const bight_log_record gap = {.size = sizeof(gap),
                                      .level = BIGHT_LOG_WARNING,
                                      .unix_ms = record->unix_ms,
                                      .event = "log_dropped",
                                      .fields = &field,
                                      .count = 1};
        write_line(fd, &gap, format);
    }
    write_line(fd, record, format);
}

void bight_log_sink_text(void *ctx, const bight_log_record *record)
{
    put(ctx, record, bight_log_format_text);
}

void bight_log_sink_json(void *ctx, const bight_log_record *record)
{
    put(ctx, record, bight_log_format_json);
}
