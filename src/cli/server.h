/* SPDX-License-Identifier: MIT */
/* The ports of one `bight serve`: opened together, stopped together. */
#ifndef BIGHT_CLI_SERVER_H
#define BIGHT_CLI_SERVER_H

#include <bight/listener.h>
#include <bight/port.h>

#include "place.h"

#define URL_MAX 160

/* One address that is listened on. */
struct server_listener {
    bight_listener *listener; /* its port's */
    bool loopback;            /* of a place without HOST */
    char url[URL_MAX];        /* "tcp://127.0.0.1:7007", "unix:/run/x" */
};

/* Of one place; no port: it is not open yet. */
struct server_port {
    bight_port *port;
};

struct server {
    bight_loop *loop;
    const bight_factory *factory;
    const char *scheme; /* of URLs over tcp; NULL: tcp */
    const bight_owner_options *options;
    /* Once all places are listened on; or not all, and server_complain says
     * why. */
    void (*started)(void *ctx, bool open);
    /* Once all are drained, with the sums of their reports. */
    bight_drained_fn drained;
    void *ctx;
    /* Its own from here on. */
    const struct place *places;
    struct server_port *ports; /* one for each place */
    size_t place_count;
    size_t at; /* what is being opened */
    bool names_done;
    bight_error error; /* why that could not be */
    struct server_listener *listeners;
    size_t count;
    size_t draining; /* ports whose report is still to come */
    bight_drain_report report;
};

/* Opens one place after the other, those first whose names take time: what is
 * known at once is opened in entries of the loop that follow each other, so no
 * peer is served before all may be. The places stay the caller's. */
void server_start(struct server *server, const struct place *places,
                  size_t count);

/* Says why it did not start, and who has the address instead; that takes time,
 * so not in a callback, and before server_close. Returns the exit code. */
int server_complain(const struct server *server);

size_t server_connections(const struct server *server);

/* Stops listening and waits for connections; `drained` is called once. Again
 * with 0: aborts what is left. */
void server_drain(struct server *server, uint64_t deadline_ms);

/* Stops listening; the loop has to run for the rest. */
void server_close(struct server *server);
void server_fini(struct server *server);

#endif
