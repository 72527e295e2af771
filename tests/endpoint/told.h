/* SPDX-License-Identifier: MIT */
/* What the Deferreds of ports and connections came to, on the scene's loop. */
#ifndef BIGHT_TESTS_ENDPOINT_TOLD_H
#define BIGHT_TESTS_ENDPOINT_TOLD_H

#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include <bight/deferred.h>
#include <bight/endpoint.h>
#include <bight/port.h>

#include "net/lookup.h"
#include "scene.h"

struct told {
    unsigned fired;
    bight_error error;
    char text[640];
    void *value; /* taken; whoever looks at it ends it */
};

static inline void told_note(bight_result *result, void *arg)
{
    struct told *told = arg;
    told->fired++;
    told->error = bight_result_error(result);
    (void)bight_error_format(told->error, told->text, sizeof(told->text));
    if (!bight_failed(told->error))
        told->value = bight_result_take(result).as.pointer;
}

/* Waits for a Deferred; never from inside its making. */
static inline void told_await(struct told *told, bight_deferred *deferred)
{
    *told = (struct told){.fired = 0};
    bight_on(deferred, told_note, told);
    ck_assert_uint_eq(told->fired, 0);
    ck_run_until(told->fired == 1);
}

static __attribute__((noinline, unused)) bight_deferred *told_listening(
    const char *description)
{
    bight_deferred *deferred = NULL;
    ck_assert_ok(bight_listen(scene.loop, description, &scene_servers,
                              &scene.options, &deferred));
    return deferred;
}

static inline bight_deferred *told_connecting(const char *description)
{
    bight_deferred *deferred = NULL;
    ck_assert_ok(bight_connect(scene.loop, description, &scene_clients,
                               &scene.connect, &deferred));
    return deferred;
}

/* The scene's wire, as a server's description. */
static inline const char *told_place(void)
{
    static char text[96];
    switch (scene.wire) {
    case WIRE_MEMORY:
        return "memory:s";
    case WIRE_UNIX:
        (void)snprintf(text, sizeof(text), "unix:%s", scene.path);
        return text;
    case WIRE_TCP:
    case WIRE_COUNT:
        break;
    }
    return "tcp:127.0.0.1:0";
}

static inline bight_port *told_listen(const char *description)
{
    struct told told;
    told_await(&told, told_listening(description));
    ck_assert_msg(!bight_failed(told.error), "%s", told.text);
    ck_assert_ptr_nonnull(told.value);
    return told.value;
}

/* What a listener of a port says of itself; "" past the last. */
static inline const char *told_describe(const bight_port *port, size_t index)
{
    static char text[2][96];
    char *buf = text[index % 2];
    bight_listener *listener = bight_port_listener(port, index);
    buf[0] = '\0';
    if (listener != NULL)
        (void)bight_listener_describe(listener, buf, sizeof(text[0]));
    return buf;
}

/* The caller unrefs what it gives. */
static inline bight_transport *told_connect(const char *description)
{
    struct told told;
    unsigned served = scene.served;
    told_await(&told, told_connecting(description));
    ck_assert_msg(!bight_failed(told.error), "%s", told.text);
    ck_assert_ptr_nonnull(told.value);
    ck_run_until(scene.served > served);
    return told.value;
}

/* -- names, as a test plans them ------------------------------------------ */

/* "A B C": what every name resolves to; NULL: EAI_NONAME. */
static const char *told_addresses;

static inline int told_resolve(const char *node, const char *service,
                               const struct addrinfo *hints,
                               struct addrinfo **ret_list)
{
    const struct addrinfo numeric = {.ai_flags = AI_NUMERICHOST,
                                     .ai_socktype = SOCK_STREAM};
    char text[512];
    char *rest = text, *one;
    (void)node, (void)service, (void)hints;
    if (told_addresses == NULL)
        return EAI_NONAME;
    (void)snprintf(text, sizeof(text), "%s", told_addresses);
    while ((one = strsep(&rest, " ")) != NULL) {
        int status = getaddrinfo(one, NULL, &numeric, ret_list);
        if (status != 0)
            return status;
        ret_list = &(*ret_list)->ai_next;
    }
    return 0;
}

static inline void told_plan(const char *addresses)
{
    told_addresses = addresses;
    bight__lookup_set_resolver(told_resolve);
}

#endif
