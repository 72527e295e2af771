/* SPDX-License-Identifier: MIT */
/* The banner, and the same for programs. */
#include "banner.h"

#include <stdio.h>
#include <unistd.h>

#include <bight/log.h>

#include "event.h"
#include "paint.h"

static bool is_local(const struct server_listener *listener)
{
    bight_address address = bight_listener_address(listener->listener);
    return address.family == BIGHT_ADDRESS_UNIX ||
           bight_address_is_loopback(&address);
}

/* The URLs of those that only this machine reaches, or of the others, in one
 * line. Control characters in a path are shown as '?'. */
static bool show_urls(const struct server *server, bool local)
{
    bool any = false;
    for (size_t i = 0; i < server->count; i++) {
        if (is_local(&server->listeners[i]) != local)
            continue;
        (void)fputs(any ? "  " : "  \xe2\x9e\x9c ", stderr);
        paint_begin(stderr, PAINT_URL);
        for (const char *c = server->listeners[i].url; *c != '\0'; c++)
            (void)fputc((unsigned char)*c < ' ' || *c == 0x7f ? '?' : *c,
                        stderr);
        paint_end(stderr);
        any = true;
    }
    return any;
}

static bool any_loopback(const struct server *server)
{
    for (size_t i = 0; i < server->count; i++) {
        if (server->listeners[i].loopback)
            return true;
    }
    return false;
}

void banner_show(const struct server *server, const bight_plugin_entry *entry)
{
    const char *summary = entry->plugin.summary;
    paint_begin(stderr, PAINT_NAME);
    (void)fprintf(stderr, "bight %s  %s", bight_version(), entry->plugin.name);
    paint_end(stderr);
    (void)fprintf(stderr, "  %s\n", summary != NULL ? summary : "");
    if (show_urls(server, true))
        (void)fprintf(stderr, "  (local only%s)\n",
                      any_loopback(server) ? "; --public to expose" : "");
    if (show_urls(server, false))
        (void)fputs("  (open to the network)\n", stderr);
    (void)fprintf(stderr, "  pid %d - Ctrl-C to stop, again to stop at once\n",
                  (int)getpid());
}

bight_error banner_announce(const struct server *server)
{
    bight_error error = bight_ok();
    for (size_t i = 0; i < server->count && !bight_failed(error); i++) {
        const struct server_listener *listener = &server->listeners[i];
        const bight_log_field fields[] = {
            bight_log_text("url", listener->url),
            bight_log_uint("port",
                           bight_listener_address(listener->listener).port),
            bight_log_int("pid", getpid()),
        };
        error = event_write("listening", fields, 3);
    }
    return error;
}
