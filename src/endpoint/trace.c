/* SPDX-License-Identifier: MIT */
/* trace:ENDPOINT, a log line for whatever passes. */
#include <bight/filter.h>

#include "endpoint/fields.h"

static const bight_trace_options as_text = {.size = sizeof(as_text)};
static const bight_trace_options as_hex = {.size = sizeof(as_hex), .hex = true};

static bight_deferred *trace_use(bight_loop *loop,
                                 const bight_endpoint *endpoint,
                                 const bight_factory *factory,
                                 const bight_owner_options *options)
{
    const bight_filter_use use = {
        .filter = &bight_trace,
        .options =
            bight_endpoint_bool(endpoint, "hex", false) ? &as_hex : &as_text};
    return bight_endpoint_wrap(loop, endpoint, factory, options, &use);
}

static const bight_endpoint_field fields[] = {
    {"hex", BIGHT_ENDPOINT_BOOL, BOTH, .default_text = "no",
     .help = "show bytes in hexadecimal instead of as escaped text"},
    {.name = NULL},
};

const bight_endpoint_kind bight__endpoint_trace = {
    .size = sizeof(bight_endpoint_kind),
    .name = "trace",
    .summary = "logs what passes, and changes nothing",
    BOTH,
    .wrapper = true,
    .fields = fields,
    .field_size = sizeof(fields[0]),
    .listen = trace_use,
    .connect = trace_use,
};
