/* SPDX-License-Identifier: MIT */
/* A line of the access log for each request. */
#include <bight/report.h>

#include <inttypes.h>
#include <stdio.h>

#include "server.h"

#define TARGET_SHOWN 1024

static const char *symbol_of(bight_error error)
{
    const char *symbol = NULL;
    if (bight_failed(error) && error.domain->symbol != NULL)
        symbol = error.domain->symbol(error.code);
    return symbol != NULL ? symbol : "?";
}

static int shown(bight_bytes text)
{
    return (int)(text.size < TARGET_SHOWN ? text.size : TARGET_SHOWN);
}

void bight__http_report(const bight_http_exchange *x, bight_error error)
{
    bight_transport *t = x->connection->transport;
    char text[TARGET_SHOWN + 128];
    uint64_t us =
        (bight_loop_now_ns(x->connection->server->loop) - x->began_ns) / 1000;
    bight_bytes method = bight_http_method(x);
    bight_bytes target = bight_http_target(x);
    bool failed = bight_failed(error);
    (void)snprintf(text, sizeof(text),
                   "%.*s %.*s %u %" PRIu64 "B %" PRIu64 ".%" PRIu64 "ms%s%s",
                   shown(method), (const char *)method.data, shown(target),
                   (const char *)target.data, x->status, x->written, us / 1000,
                   us / 100 % 10, failed ? " " : "",
                   failed ? symbol_of(error) : "");
    const bight_log_field fields[] = {
        bight_log_bytes("method", method),
        bight_log_bytes("path", target),
        bight_log_uint("status", x->status),
        bight_log_uint("in", x->connection->reader.taken),
        bight_log_uint("out", x->written),
        bight_log_double("ms", (double)us / 1000.0),
        bight_log_text("err", symbol_of(error)),
    };
    const bight_report report = {.size = sizeof(report),
                                 .text = text,
                                 .fields = fields,
                                 .count = failed ? 7 : 6};
    bight_transport_report(t, &report);
}
