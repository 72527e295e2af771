/* SPDX-License-Identifier: MIT */
/* Opening the ports of all places, and ending them. */
#include "server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bight/alloc.h>

#include "complain.h"
#include "exit.h"
#include "holder.h"

/* -- complaints ----------------------------------------------------------- */

static bool in_use(bight_error error)
{
    return bight_error_is(error, &bight_errno_domain, EADDRINUSE);
}

static int complain_held(bight_error error, const struct holder *holder)
{
    char text[512];
    (void)bight_error_format(error, text, sizeof(text));
    if (holder->pid == getpid())
        complain_text("%s: by this very command", text);
    else
        complain_text("%s: held by pid %d (%s)", text, holder->pid,
                      holder->name);
    return EXIT_UNAVAILABLE;
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

/* The error's text names the address, of several that a name may have (E1). */
static bool find_address(bight_error error, bight_address *ret)
{
    char text[BIGHT_ADDRESS_TEXT_MAX];
    const char *at = strstr(bight_error_detail(error), "listen tcp:");
    if (at == NULL)
        return false;
    (void)snprintf(text, sizeof(text), "%s", at + strlen("listen tcp:"));
    char *port = strrchr(text, ':');
    if (port == NULL)
        return false;
    bool bracketed = text[0] == '[' && port[-1] == ']';
    bight_bytes ip = bight_bytes_of(text + bracketed,
                                    (size_t)(port - text) - 2U * bracketed);
    return !bight_failed(
        bight_address_parse_ip(ip, (uint16_t)strtoul(port + 1, NULL, 10), ret));
}

/* [::] takes IPv4 as well. */
static bool find_holder(bight_error error, struct holder *ret)
{
    static const uint8_t any[16];
    bight_address address;
    if (!find_address(error, &address))
        return false;
    if (holder_of_tcp(&address, ret))
        return true;
    if (address.family != BIGHT_ADDRESS_IPV6 ||
        memcmp(address.ip, any, sizeof(any)) != 0)
        return false;
    address.family = BIGHT_ADDRESS_IPV4;
    return holder_of_tcp(&address, ret);
}

/* Somebody else says what there is to listen on: who resolves names, or who
 * started us with sockets. */
static bool is_elsewhere(const struct place *place)
{
    const char *kind = bight_endpoint_kind_name(place_innermost(place));
    return place_has_name(place) || strcmp(kind, "fd") == 0 ||
           strcmp(kind, "systemd") == 0;
}

static int complain_place(const struct place *place, bight_error error)
{
    const char *path = bight_endpoint_path(place_innermost(place));
    struct holder holder;
    if (path != NULL)
        return complain_unix(error, path);
    if (in_use(error) && find_holder(error, &holder))
        return complain_held(error, &holder);
    int code = complain_error(error);
    bool vague = code == EXIT_RUNTIME ||
                 bight_error_is(error, &bight_domain, BIGHT_ERROR_INVALID);
    return vague && is_elsewhere(place) ? EXIT_UNAVAILABLE : code;
}

/* -- listeners ------------------------------------------------------------ */

/* What a person can type or click; a browser wants the slash. */
static void set_url(struct server_listener *listener, const char *scheme)
{
    bight_address address = bight_listener_address(listener->listener);
    char text[BIGHT_ADDRESS_TEXT_MAX];
    if (address.family == BIGHT_ADDRESS_UNIX) {
        (void)bight_listener_describe(listener->listener, listener->url,
                                      sizeof(listener->url));
        return;
    }
    (void)bight_address_format(&address, text, sizeof(text));
    (void)snprintf(listener->url, sizeof(listener->url), "%s://%s%s",
                   scheme != NULL ? scheme : "tcp", text,
                   scheme != NULL ? "/" : "");
}

static size_t count_listeners(const struct server *server)
{
    size_t count = 0;
    for (size_t i = 0; i < server->place_count; i++) {
        for (size_t k = 0;
             bight_port_listener(server->ports[i].port, k) != NULL; k++)
            count++;
    }
    return count;
}

static void add_listeners(struct server *server, size_t place)
{
    bight_listener *listener;
    for (size_t i = 0;
         (listener = bight_port_listener(server->ports[place].port, i)) != NULL;
         i++) {
        struct server_listener *at = &server->listeners[server->count++];
        at->listener = listener;
        at->loopback = server->places[place].loopback;
        set_url(at, server->scheme);
    }
}

static bight_error list_listeners(struct server *server)
{
    size_t count = count_listeners(server);
    server->listeners = bight_zalloc((count + 1) * sizeof(*server->listeners));
    if (server->listeners == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    for (size_t i = 0; i < server->place_count; i++)
        add_listeners(server, i);
    return bight_ok();
}

/* -- opening -------------------------------------------------------------- */

static void finish(struct server *server, bight_error error)
{
    if (!bight_failed(error))
        error = list_listeners(server);
    server->error = error;
    server->started(server->ctx, !bight_failed(error));
}

/* The next place of this round, first of those with names, then of the others;
 * false: there is none. */
static bool find_next(struct server *server)
{
    while (true) {
        for (; server->at < server->place_count; server->at++) {
            if (place_has_name(&server->places[server->at]) !=
                server->names_done)
                return true;
        }
        if (server->names_done)
            return false;
        server->names_done = true;
        server->at = 0;
    }
}

static void open_next(struct server *server);

static void opened(bight_result *result, void *ctx)
{
    struct server *server = ctx;
    bight_error error = bight_result_error(result);
    if (bight_failed(error)) {
        finish(server, error);
        return;
    }
    server->ports[server->at++].port = bight_result_take(result).as.pointer;
    open_next(server);
}

static void open_next(struct server *server)
{
    if (!find_next(server)) {
        finish(server, bight_ok());
        return;
    }
    bight_on(bight_endpoint_listen(server->loop,
                                   server->places[server->at].endpoint,
                                   server->factory, server->options),
             opened, server);
}

void server_start(struct server *server, const struct place *places,
                  size_t count)
{
    server->places = places;
    server->ports = bight_zalloc((count + 1) * sizeof(*server->ports));
    if (server->ports == NULL) {
        finish(server, bight_error_of(BIGHT_ERROR_NO_MEMORY));
        return;
    }
    server->place_count = count;
    open_next(server);
}

int server_complain(const struct server *server)
{
    if (server->at >= server->place_count)
        return complain_error(server->error);
    return complain_place(&server->places[server->at], server->error);
}

/* -- the end -------------------------------------------------------------- */

size_t server_connections(const struct server *server)
{
    size_t count = 0;
    for (size_t i = 0; i < server->place_count; i++)
        count += bight_port_count(server->ports[i].port);
    return count;
}

static void count_drained(struct server *server)
{
    if (--server->draining == 0)
        server->drained(server->ctx, &server->report);
}

/* Without memory for a report there is none, but it has drained. */
static void port_drained(bight_result *result, void *ctx)
{
    struct server *server = ctx;
    if (!bight_failed(bight_result_error(result))) {
        const bight_drain_report *report = bight_result_peek(result).as.pointer;
        server->report.served += report->served;
        server->report.aborted += report->aborted;
    }
    count_drained(server);
}

/* The one more is ours, so that it cannot be over before all have begun. */
void server_drain(struct server *server, uint64_t deadline_ms)
{
    bool again = server->draining > 0;
    server->report.size = sizeof(server->report);
    server->draining += !again;
    for (size_t i = 0; i < server->place_count; i++) {
        if (server->ports[i].port == NULL)
            continue;
        bight_deferred *drained =
            bight_port_drain(server->ports[i].port, deadline_ms);
        if (again) {
            bight_detach(drained);
        } else {
            server->draining++;
            bight_on(drained, port_drained, server);
        }
    }
    if (!again)
        count_drained(server);
}

void server_close(struct server *server)
{
    for (size_t i = 0; i < server->place_count; i++) {
        bight_port_close(server->ports[i].port);
        server->ports[i].port = NULL;
    }
    server->place_count = 0;
    server->count = 0;
}

void server_fini(struct server *server)
{
    bight_free(server->listeners);
    bight_free(server->ports);
    server->listeners = NULL;
    server->ports = NULL;
    server->count = 0;
}
