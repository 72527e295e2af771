/* SPDX-License-Identifier: MIT */
/* unix:PATH, socket files. */
#include <bight/net.h>

#include "endpoint/fields.h"
#include "endpoint/outcome.h"

static bight_deferred *unix_listen(bight_loop *loop,
                                   const bight_endpoint *endpoint,
                                   const bight_factory *factory,
                                   const bight_owner_options *options)
{
    bight_unix_options unix_options;
    bight_listener *listener = NULL;
    bight_unix_options_init(&unix_options);
    unix_options.mode =
        (unsigned)bight_endpoint_uint(endpoint, "mode", unix_options.mode);
    unix_options.backlog = (int)bight_endpoint_uint(
        endpoint, "backlog", (uint64_t)unix_options.backlog);
    bight_error error =
        bight_unix_listen(loop, factory, bight_endpoint_path(endpoint),
                          &unix_options, options, &listener);
    return bight__port_outcome(loop, listener, error);
}

static bight_deferred *unix_connect(bight_loop *loop,
                                    const bight_endpoint *endpoint,
                                    const bight_factory *factory,
                                    const bight_owner_options *options)
{
    bight_deferred *deferred;
    struct bight__outcome *outcome = bight__outcome_new(loop, &deferred);
    if (outcome == NULL)
        return NULL;
    bight__outcome_started(
        outcome, bight_unix_connect(
                     loop, factory, bight_endpoint_path(endpoint), options,
                     bight__outcome_connected, outcome, &outcome->connector));
    return deferred;
}

static const bight_endpoint_field fields[] = {
    {"path", BIGHT_ENDPOINT_PATH, ARGUMENT, BOTH, REQUIRED,
     .help = "the socket's file; removed when listening ends"},
    BACKLOG_FIELD,
    {"mode", BIGHT_ENDPOINT_MODE, SERVER, .default_text = "660",
     .help = "permissions of the file, in octal"},
    {.name = NULL},
};

const bight_endpoint_kind bight__endpoint_unix = {
    .size = sizeof(bight_endpoint_kind),
    .name = "unix",
    .summary = "a UNIX-domain socket, named by its file",
    BOTH,
    .url = true,
    .fields = fields,
    .field_size = sizeof(fields[0]),
    .listen = unix_listen,
    .connect = unix_connect,
};
