/* SPDX-License-Identifier: MIT */
/* Binding to several addresses, all or none (E2). */
#include "endpoint/bound.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "loop/loop.h"
#include "net/socket.h"

/* Ports tried until one is free on all addresses. */
#define TRIES 16

void bight__bound_close(struct bight__bound *bound)
{
    while (bound->count > 0)
        (void)close(bound->fds[--bound->count]);
}

static bight_error bind_one(bight_loop *loop, const bight_address *address,
                            const bight_tcp_options *tcp,
                            struct bight__bound *bound)
{
    char text[BIGHT_ADDRESS_TEXT_MAX];
    bight_error error =
        bight__loop_fault(loop)
            ? bight_error_errno(EMFILE)
            : bight__tcp_bind(address, tcp, &bound->fds[bound->count]);
    if (!bight_failed(error)) {
        bound->count++;
        return error;
    }
    (void)bight_address_format(address, text, sizeof(text));
    return bight_error_note(error, "listen tcp:%s", text);
}

static bool is_missing_here(bight_error error)
{
    return bight_error_is(error, &bight_errno_domain, EADDRNOTAVAIL) ||
           bight_error_is(error, &bight_errno_domain, EAFNOSUPPORT);
}

static uint16_t port_of(const struct bight__bound *bound)
{
    bight_address address = {.port = 0};
    bight__socket_local(bound->fds[0], &address);
    return address.port;
}

static bight_error bind_all(bight_loop *loop, const bight_address *addresses,
                            size_t count, const bight_tcp_options *tcp,
                            struct bight__bound *bound)
{
    bight_error missing = bight_ok();
    for (size_t i = 0; i < count; i++) {
        bight_address address = addresses[i];
        if (bound->count > 0)
            address.port = port_of(bound);
        bight_error error = bind_one(loop, &address, tcp, bound);
        if (is_missing_here(error)) {
            missing = error;
        } else if (bight_failed(error)) {
            bight__bound_close(bound);
            return error;
        }
    }
    return bound->count > 0 ? bight_ok() : missing;
}

/* Names may have one address twice. */
static size_t without_doubles(const bight_address *from, size_t count,
                              bight_address *to)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < kept && !bight_address_equal(&to[at], &from[i]))
            at++;
        if (at == kept)
            to[kept++] = from[i];
    }
    return kept;
}

bight_error bight__bound_make(bight_loop *loop, const bight_address *addresses,
                              size_t count, const bight_tcp_options *tcp,
                              struct bight__bound *ret_bound)
{
    bight_address distinct[BIGHT__LOOKUP_ADDRESSES_MAX];
    bight_tcp_options options = *tcp;
    bight_error error;
    count = without_doubles(addresses, count, distinct);
    /* [::] beside 0.0.0.0 leaves IPv4 to that one. */
    options.ipv6_only = options.ipv6_only || count > 1;
    ret_bound->count = 0;
    for (unsigned i = 0; i < TRIES; i++) {
        error = bind_all(loop, distinct, count, &options, ret_bound);
        if (distinct[0].port != 0 || count == 1 ||
            !bight_error_is(error, &bight_errno_domain, EADDRINUSE))
            break;
    }
    return error;
}

bight_error bight__bound_everywhere(bight_loop *loop, uint16_t port,
                                    const bight_tcp_options *tcp,
                                    struct bight__bound *ret_bound)
{
    bight_address any = {.family = BIGHT_ADDRESS_IPV6, .port = port};
    bight_error error = bight__bound_make(loop, &any, 1, tcp, ret_bound);
    if (!is_missing_here(error))
        return error;
    any.family = BIGHT_ADDRESS_IPV4;
    return bight__bound_make(loop, &any, 1, tcp, ret_bound);
}

/* -- the port ------------------------------------------------------------- */

static bight_error add_listener(bight_loop *loop, int fd,
                                const bight_factory *factory,
                                const bight_owner_options *options,
                                bight_port *port, bool *ret_taken)
{
    bight_listener *listener;
    bight_error error =
        bight_socket_listen(loop, factory, fd, options, &listener);
    *ret_taken = !bight_failed(error);
    if (bight_failed(error))
        return error;
    error = bight_port_add(port, listener);
    if (bight_failed(error))
        bight_listener_close(listener);
    return error;
}

static void drop_first(struct bight__bound *bound)
{
    bound->count--;
    memmove(bound->fds, bound->fds + 1, bound->count * sizeof(bound->fds[0]));
}

bight_error bight__bound_port(bight_loop *loop, struct bight__bound *bound,
                              const bight_factory *factory,
                              const bight_owner_options *options,
                              bight_port **ret_port)
{
    bight_port *port;
    bight_error error = bight_port_new(loop, &port);
    if (bight_failed(error))
        return error;
    while (bound->count > 0 && !bight_failed(error)) {
        bool taken;
        error =
            add_listener(loop, bound->fds[0], factory, options, port, &taken);
        if (taken)
            drop_first(bound);
    }
    if (bight_failed(error))
        bight_port_close(port);
    else
        *ret_port = port;
    return error;
}
