/* SPDX-License-Identifier: MIT */
/* memory:NAME, connections inside one loop. */
#include <bight/memory.h>

#include "endpoint/fields.h"
#include "endpoint/outcome.h"

static bight_deferred *memory_listen(bight_loop *loop,
                                     const bight_endpoint *endpoint,
                                     const bight_factory *factory,
                                     const bight_owner_options *options)
{
    bight_listener *listener = NULL;
    bight_error error = bight_memory_listen(
        loop, factory, bight_endpoint_value(endpoint, "name"), NULL, options,
        &listener);
    return bight__port_outcome(loop, listener, error);
}

static bight_deferred *memory_connect(bight_loop *loop,
                                      const bight_endpoint *endpoint,
                                      const bight_factory *factory,
                                      const bight_owner_options *options)
{
    bight_deferred *deferred;
    struct bight__outcome *outcome = bight__outcome_new(loop, &deferred);
    if (outcome == NULL)
        return NULL;
    bight__outcome_started(
        outcome, bight_memory_connect(loop, factory,
                                      bight_endpoint_value(endpoint, "name"),
                                      options, bight__outcome_connected,
                                      outcome, &outcome->connector));
    return deferred;
}

static const bight_endpoint_field fields[] = {
    {"name", BIGHT_ENDPOINT_TEXT, ARGUMENT, BOTH, REQUIRED,
     .help = "what the server is called in its loop"},
    {.name = NULL},
};

const bight_endpoint_kind bight__endpoint_memory = {
    .size = sizeof(bight_endpoint_kind),
    .name = "memory",
    .summary = "connections inside one loop, without the kernel",
    BOTH,
    .fields = fields,
    .field_size = sizeof(fields[0]),
    .listen = memory_listen,
    .connect = memory_connect,
};
