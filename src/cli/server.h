/* SPDX-License-Identifier: MIT */
/* The listeners of one `bight serve`: bound together, stopped together. */
#ifndef BIGHT_CLI_SERVER_H
#define BIGHT_CLI_SERVER_H

#include <bight/listener.h>

#include "place.h"

#define URL_MAX 160

struct server;

struct server_listener {
    bight_listener *listener;
    struct server *server;
    bool loopback; /* of a place without HOST */
    bool drained;
    char url[URL_MAX]; /* "tcp://127.0.0.1:7007", "unix:/run/x" */
};

struct server {
    bight_loop *loop;
    const bight_factory *factory;
    const bight_owner_options *options;
    struct server_listener *listeners;
    size_t count;
    size_t room;
    /* Once all are drained, with the sums of their reports. */
    bight_drained_fn drained;
    void *ctx;
    bight_drain_report report;
};

/* Binds all addresses of a place, or none and returns an exit code. */
int server_listen(struct server *server, const struct place *place);

size_t server_connections(const struct server *server);

/* As bight_listener_drain, of all; `drained` is called once. Again with 0:
 * aborts what is left. */
void server_drain(struct server *server, uint64_t deadline_ms);

/* Stops listening; the loop has to run for the rest. */
void server_close(struct server *server);
void server_fini(struct server *server);

#endif
