/* SPDX-License-Identifier: MIT */
/* systemd:NAME, sockets that systemd opened before it started the program. */
#include <bight/port.h>

#include "endpoint/activation.h"
#include "endpoint/fields.h"

/* Those that became listeners stay taken, also if a later one failed and the
 * port was closed again. */
static bight_error open_port(bight_loop *loop, struct bight__bound *sockets,
                             const bight_factory *factory,
                             const bight_owner_options *options,
                             bight_port **ret_port)
{
    bight_error error =
        bight__bound_port(loop, sockets, factory, options, ret_port);
    for (size_t i = 0; i < sockets->count; i++)
        bight__activation_give_back(sockets->fds[i]);
    return error;
}

static bight_deferred *systemd_listen(bight_loop *loop,
                                      const bight_endpoint *endpoint,
                                      const bight_factory *factory,
                                      const bight_owner_options *options)
{
    const char *name = bight_endpoint_value(endpoint, "name");
    struct bight__bound sockets;
    bight_port *port;
    bight_error error = bight__activation_find(
        name, bight_endpoint_uint(endpoint, "index", SIZE_MAX), &sockets);
    if (!bight_failed(error))
        error = open_port(loop, &sockets, factory, options, &port);
    if (bight_failed(error))
        return bight_deferred_rejected(
            loop, bight_error_note(error, "listen systemd:%s",
                                   name != NULL ? name : ""));
    return bight_deferred_resolved(loop, bight_port_value(port));
}

static const bight_endpoint_field fields[] = {
    {"name", BIGHT_ENDPOINT_TEXT, ARGUMENT, SERVER,
     .help = "FileDescriptorName= of the socket unit, by default the unit's "
             "name; without one all sockets"},
    {"index", BIGHT_ENDPOINT_UINT, SERVER, .max = 63,
     .help = "of these only the one at this place, from 0"},
    {.name = NULL},
};

const bight_endpoint_kind bight__endpoint_systemd = {
    .size = sizeof(bight_endpoint_kind),
    .name = "systemd",
    .summary = "sockets passed by systemd, or by sd_listen_fds(3)'s rules",
    SERVER,
    .fields = fields,
    .field_size = sizeof(fields[0]),
    .listen = systemd_listen,
};
