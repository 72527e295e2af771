/* SPDX-License-Identifier: MIT */
/* tcp:[HOST:]PORT: its table, and its keys as options of sockets (E14). */
#include "endpoint/tcp.h"

#include <stdio.h>
#include <string.h>

#include "endpoint/fields.h"

/* TCP_KEEPIDLE is in seconds, up to MAX_TCP_KEEPIDLE of Linux. */
#define KEEPALIVE_MIN_MS 1000
#define KEEPALIVE_MAX_MS 32767000

struct bight__tcp_name bight__tcp_name(const bight_endpoint *endpoint)
{
    struct bight__tcp_name name;
    const char *host = bight_endpoint_host(endpoint);
    unsigned port = bight_endpoint_port(endpoint);
    if (host == NULL)
        (void)snprintf(name.text, sizeof(name.text), "tcp:%u", port);
    else if (strchr(host, ':') != NULL)
        (void)snprintf(name.text, sizeof(name.text), "tcp:[%s]:%u", host, port);
    else
        (void)snprintf(name.text, sizeof(name.text), "tcp:%s:%u", host, port);
    return name;
}

bight_tcp_options bight__tcp_options(const bight_endpoint *endpoint)
{
    bight_tcp_options tcp;
    bight_tcp_options_init(&tcp);
    tcp.nodelay = bight_endpoint_bool(endpoint, "nodelay", tcp.nodelay);
    tcp.reuse_address =
        bight_endpoint_bool(endpoint, "reuseaddr", tcp.reuse_address);
    tcp.reuse_port = bight_endpoint_bool(endpoint, "reuseport", tcp.reuse_port);
    tcp.keepalive_ms =
        bight_endpoint_uint(endpoint, "keepalive", tcp.keepalive_ms);
    tcp.backlog =
        (int)bight_endpoint_uint(endpoint, "backlog", (uint64_t)tcp.backlog);
    return tcp;
}

static const bight_endpoint_field fields[] = {
    {"host", BIGHT_ENDPOINT_HOST, ARGUMENT, BOTH,
     .required = BIGHT_ENDPOINT_CLIENT,
     .help = "a name or an address; a server without one listens on every "
             "address"},
    {"port", BIGHT_ENDPOINT_PORT, ARGUMENT, BOTH, REQUIRED,
     .help = "the port; a server on port 0 gets one that is free"},
    BACKLOG_FIELD,
    {"interface", BIGHT_ENDPOINT_HOST, SERVER, .stands_for = "host",
     .help = "another way to write the host"},
    {"keepalive", BIGHT_ENDPOINT_DURATION, BOTH, .min = KEEPALIVE_MIN_MS,
     .max = KEEPALIVE_MAX_MS, .default_text = "off",
     .help = "probe a peer that was silent for so long"},
    {"nodelay", BIGHT_ENDPOINT_BOOL, BOTH, .default_text = "yes",
     .help = "send small writes at once (TCP_NODELAY)"},
    {"reuseaddr", BIGHT_ENDPOINT_BOOL, SERVER, .default_text = "yes",
     .help = "listen although old connections linger (SO_REUSEADDR)"},
    {"reuseport", BIGHT_ENDPOINT_BOOL, SERVER, .default_text = "no",
     .help = "share the port with other processes (SO_REUSEPORT)"},
    {.name = NULL},
};

const bight_endpoint_kind bight__endpoint_tcp = {
    .size = sizeof(bight_endpoint_kind),
    .name = "tcp",
    .summary = "TCP over IPv4 and IPv6",
    BOTH,
    .url = true,
    .bare = true,
    .fields = fields,
    .field_size = sizeof(fields[0]),
    .listen = bight__tcp_listen,
    .connect = bight__tcp_connect,
};
