/* SPDX-License-Identifier: MIT */
/* Listening on places, and ending that. */
#include "server.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bight/alloc.h>
#include <bight/net.h>

#include "complain.h"
#include "exit.h"
#include "holder.h"

/* Ports tried until one is free on all addresses of a place with port 0. */
#define TRIES 16

static struct server_listener *slot(struct server *server)
{
    if (server->count == server->room) {
        size_t room = server->room == 0 ? 8 : 2 * server->room;
        struct server_listener *more =
            bight_realloc(server->listeners, room * sizeof(*more));
        if (more == NULL)
            return NULL;
        server->listeners = more;
        server->room = room;
    }
    struct server_listener *listener = &server->listeners[server->count];
    *listener = (struct server_listener){.server = server};
    return listener;
}

static void set_url(struct server_listener *listener)
{
    bight_address address = bight_listener_address(listener->listener);
    char text[BIGHT_ADDRESS_TEXT_MAX];
    if (address.family == BIGHT_ADDRESS_UNIX) {
        (void)bight_listener_describe(listener->listener, listener->url,
                                      sizeof(listener->url));
        return;
    }
    (void)bight_address_format(&address, text, sizeof(text));
    (void)snprintf(listener->url, sizeof(listener->url), "tcp://%s", text);
}

/* -- one address ---------------------------------------------------------- */

static bool in_use(bight_error error)
{
    return bight_error_is(error, &bight_errno_domain, EADDRINUSE);
}

static int complain_held(bight_error error, const struct holder *holder)
{
    char text[512];
    (void)bight_error_format(error, text, sizeof(text));
    if (holder->pid == getpid())
        (void)fprintf(stderr, "bight: %s: by this very command\n", text);
    else
        (void)fprintf(stderr, "bight: %s: held by pid %d (%s)\n", text,
                      holder->pid, holder->name);
    return EXIT_UNAVAILABLE;
}

static int complain_tcp(bight_error error, const bight_address *address)
{
    struct holder holder;
    if (in_use(error) && holder_of_tcp(address, &holder))
        return complain_held(error, &holder);
    return complain_error(error);
}

static int complain_unix(bight_error error, const char *path)
{
    struct holder holder;
    struct stat file;
    if (in_use(error) && holder_of_unix(path, &holder))
        return complain_held(error, &holder);
    if (in_use(error) && lstat(path, &file) == 0 && !S_ISSOCK(file.st_mode))
        error =
            bight_error_note(bight_error_errno(EEXIST), "listen unix:%s", path);
    return complain_error(error);
}

static bool is_missing_here(bight_error error)
{
    return bight_error_is(error, &bight_errno_domain, EADDRNOTAVAIL) ||
           bight_error_is(error, &bight_errno_domain, EAFNOSUPPORT);
}

static bight_tcp_options tcp_options(const struct place *place)
{
    const bight_endpoint *endpoint = place->endpoint;
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
    /* [::] beside 0.0.0.0 leaves IPv4 to that one. */
    tcp.ipv6_only = place->count > 1;
    return tcp;
}

static bight_error listen_tcp(struct server *server, const struct place *place,
                              const bight_address *address)
{
    bight_tcp_options tcp = tcp_options(place);
    struct server_listener *listener = slot(server);
    if (listener == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    bight_error error =
        bight_tcp_listen(server->loop, server->factory, address, &tcp,
                         server->options, &listener->listener);
    if (bight_failed(error))
        return error;
    listener->loopback = place->loopback;
    set_url(listener);
    server->count++;
    return bight_ok();
}

static int listen_unix(struct server *server, const struct place *place)
{
    const char *path = bight_endpoint_path(place->endpoint);
    struct server_listener *listener = slot(server);
    bight_unix_options options;
    bight_unix_options_init(&options);
    options.mode =
        (unsigned)bight_endpoint_uint(place->endpoint, "mode", options.mode);
    options.backlog = (int)bight_endpoint_uint(place->endpoint, "backlog",
                                               (uint64_t)options.backlog);
    if (listener == NULL)
        return complain_error(bight_error_of(BIGHT_ERROR_NO_MEMORY));
    bight_error error =
        bight_unix_listen(server->loop, server->factory, path, &options,
                          server->options, &listener->listener);
    if (bight_failed(error))
        return complain_unix(error, path);
    set_url(listener);
    server->count++;
    return 0;
}

/* -- all addresses of a place --------------------------------------------- */

static void close_after(struct server *server, size_t count)
{
    while (server->count > count)
        bight_listener_close(server->listeners[--server->count].listener);
}

/* Of several addresses those are skipped that this machine does not have. On
 * failure none is bound, and *at is the one that failed. */
static bight_error listen_all(struct server *server, const struct place *place,
                              bight_address *at)
{
    size_t before = server->count;
    bight_error missing = bight_ok();
    uint16_t port = place->addresses[0].port;
    for (size_t i = 0; i < place->count; i++) {
        *at = place->addresses[i];
        at->port = port;
        bight_error error = listen_tcp(server, place, at);
        if (is_missing_here(error)) {
            missing = error;
            continue;
        }
        if (bight_failed(error)) {
            close_after(server, before);
            return error;
        }
        bight_listener *listener =
            server->listeners[server->count - 1].listener;
        port = bight_listener_address(listener).port;
    }
    return server->count > before ? bight_ok() : missing;
}

int server_listen(struct server *server, const struct place *place)
{
    bight_address at;
    bight_error error;
    if (bight_endpoint_path(place->endpoint) != NULL)
        return listen_unix(server, place);
    bool any_port = place->addresses[0].port == 0;
    for (int i = 0; i < TRIES; i++) {
        error = listen_all(server, place, &at);
        if (!any_port || !in_use(error))
            break;
    }
    if (!bight_failed(error))
        return 0;
    return complain_tcp(error, &at);
}

/* -- the end -------------------------------------------------------------- */

size_t server_connections(const struct server *server)
{
    size_t count = 0;
    for (size_t i = 0; i < server->count; i++)
        count += bight_listener_count(server->listeners[i].listener);
    return count;
}

static void listener_drained(void *ctx, const bight_drain_report *report)
{
    struct server_listener *listener = ctx;
    struct server *server = listener->server;
    listener->drained = true;
    server->report.served += report->served;
    server->report.aborted += report->aborted;
    for (size_t i = 0; i < server->count; i++) {
        if (!server->listeners[i].drained)
            return;
    }
    server->drained(server->ctx, &server->report);
}

void server_drain(struct server *server, uint64_t deadline_ms)
{
    server->report.size = sizeof(server->report);
    for (size_t i = 0; i < server->count; i++) {
        struct server_listener *listener = &server->listeners[i];
        if (!listener->drained)
            bight_listener_drain(listener->listener, deadline_ms,
                                 listener_drained, listener);
    }
}

void server_close(struct server *server)
{
    close_after(server, 0);
}

void server_fini(struct server *server)
{
    bight_free(server->listeners);
    server->listeners = NULL;
    server->count = 0;
    server->room = 0;
}
