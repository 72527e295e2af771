/* SPDX-License-Identifier: MIT */
/* One connection, between standard input and output. */
#ifndef BIGHT_CLI_CLIENT_H
#define BIGHT_CLI_CLIENT_H

#include <bight/endpoint.h>
#include <bight/filter.h>

#include "options.h"
#include "standard.h"

struct client;

/* What the protocol finds its client by. */
struct client_link {
    struct client *client;
};

struct client {
    /* The caller's. */
    const struct connect_options *options;
    const bight_endpoint *endpoint;
    bight_loop *loop;
    /* Its own from here on. */
    char name[128];             /* of the endpoint, for people */
    bight_deferred *connecting; /* NULL: it has been told how that went */
    bight_transport *transport; /* NULL: not connected */
    struct standard in;
    struct standard out;
    bool input_ended;
    bool peer_ended;
    bool stopping; /* a signal came */
    bight_signal *interrupt;
    bight_signal *terminate;
    bight_timer *patience; /* with a thread that does not hear of a stop */
    struct client_link link;
    bight_trace_options trace;
    bight_filter_use filter;
    int code;
};

/* Connects; the loop runs until it is over. Returns an exit code, and has
 * complained; client_fini ends it in any case. */
int client_start(struct client *client);

/* False: a thread still is in the middle of a read or write, and what it uses
 * has to stay, as the loop has. */
bool client_fini(struct client *client);

#endif
