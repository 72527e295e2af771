/* SPDX-License-Identifier: MIT */
/* fd:N, a socket that whoever started the program left open in it. */
#include <limits.h>

#include <bight/net.h>

#include "endpoint/fields.h"
#include "endpoint/outcome.h"

static int number_of(const bight_endpoint *endpoint)
{
    return (int)bight_endpoint_uint(endpoint, "number", 0);
}

static bight_deferred *fd_listen(bight_loop *loop,
                                 const bight_endpoint *endpoint,
                                 const bight_factory *factory,
                                 const bight_owner_options *options)
{
    bight_listener *listener = NULL;
    int fd = number_of(endpoint);
    bight_error error =
        bight_socket_listen(loop, factory, fd, options, &listener);
    return bight__port_outcome(loop, listener,
                               bight_error_note(error, "listen fd:%d", fd));
}

static bight_deferred *fd_connect(bight_loop *loop,
                                  const bight_endpoint *endpoint,
                                  const bight_factory *factory,
                                  const bight_owner_options *options)
{
    bight_deferred *deferred;
    int fd = number_of(endpoint);
    struct bight__outcome *outcome = bight__outcome_new(loop, &deferred);
    if (outcome == NULL)
        return NULL;
    bight_error error = bight_socket_connect(loop, factory, fd, options,
                                             bight__outcome_connected, outcome,
                                             &outcome->connector);
    bight__outcome_started(outcome,
                           bight_error_note(error, "connect fd:%d", fd));
    return deferred;
}

static const bight_endpoint_field fields[] = {
    {"number", BIGHT_ENDPOINT_UINT, ARGUMENT, BOTH, REQUIRED, .max = INT_MAX,
     .help = "the descriptor; a stream socket that listens, for a client one "
             "that is connected"},
    {.name = NULL},
};

const bight_endpoint_kind bight__endpoint_fd = {
    .size = sizeof(bight_endpoint_kind),
    .name = "fd",
    .summary = "a socket that was inherited, by its number",
    BOTH,
    .fields = fields,
    .field_size = sizeof(fields[0]),
    .listen = fd_listen,
    .connect = fd_connect,
};
