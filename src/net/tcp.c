/* SPDX-License-Identifier: MIT */
/* TCP: the driver, listening and connecting. */
#include <bight/net.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bight/alloc.h>
#include <bight/uv.h>

#include "net/accept.h"
#include "net/socket.h"
#include "net/stream.h"

/* -- the driver ----------------------------------------------------------- */

/* T25: the next close sends RST and drops what the kernel still holds. A
 * connect under way may not have its descriptor yet, nor noted it. */
static void tcp_reset(bight_transport *t)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    uv_os_fd_t fd;
    if (uv_fileno(bight_driver_state(t), &fd) == 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

static bool tcp_can(bight_capability what)
{
    return what == BIGHT_CAN_WRITE_EOF || what == BIGHT_CAN_RESET;
}

static bool tcp_local(const bight_transport *t, bight_address *ret_address)
{
    ret_address->family = BIGHT_ADDRESS_NONE;
    bight__socket_local(bight__stream_fd(t), ret_address);
    return ret_address->family != BIGHT_ADDRESS_NONE;
}

static bool tcp_info(const bight_transport *t, bight_driver_query query,
                     void *inout)
{
    switch (query) {
    case BIGHT_DRIVER_LOCAL:
        return tcp_local(t, inout);
    case BIGHT_DRIVER_FD:
        *(int *)inout = bight__stream_fd(t);
        return true;
    case BIGHT_DRIVER_CAN:
        *(int *)inout = tcp_can(*(bight_capability *)inout);
        return true;
    case BIGHT_DRIVER_UNREAD:
        return bight__stream_unread(t, inout);
    case BIGHT_DRIVER_BELOW:
        break;
    }
    return false;
}

const bight_driver bight__tcp_driver = {
    .size = sizeof(bight_driver),
    .name = "tcp",
    .state_size = sizeof(uv_tcp_t),
    .start_read = bight__stream_start_read,
    .stop_read = bight__stream_stop_read,
    .try_writev = bight__stream_try_writev,
    .write_rest = bight__stream_write_rest,
    .shutdown = bight__stream_shutdown,
    .close = bight__stream_close,
    .reset = tcp_reset,
    .info = tcp_info,
    .try_send_file = bight__stream_try_send_file,
};

/* -- options -------------------------------------------------------------- */

void bight_tcp_options_init(bight_tcp_options *options)
{
    *options = (bight_tcp_options){.size = sizeof(*options),
                                   .nodelay = true,
                                   .reuse_address = true,
                                   .backlog = 511};
}

static bight_tcp_options options_take(const bight_tcp_options *given)
{
    bight_tcp_options options;
    bight_tcp_options_init(&options);
    if (given != NULL)
        memcpy(&options, given,
               given->size < sizeof(options) ? given->size : sizeof(options));
    return options;
}

static bool set(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof(value)) == 0;
}

static int keepalive_seconds(uint64_t ms)
{
    uint64_t seconds = (ms + 999) / 1000;
    return seconds > 32767 ? 32767 : (int)seconds;
}

/* -- listening ------------------------------------------------------------ */

struct tcp_listener {
    struct bight__acceptor acceptor;
};

static bight_address tcp_peer(int fd, const struct sockaddr *from,
                              socklen_t size)
{
    bight_address peer = {.family = BIGHT_ADDRESS_NONE};
    (void)fd;
    (void)bight__address_from_sockaddr(from, size, &peer);
    return peer;
}

static int tcp_open(uv_loop_t *uv, void *handle, int fd)
{
    int status = uv_tcp_init(uv, handle);
    return status != 0 ? status : uv_tcp_open(handle, fd);
}

const struct bight__acceptor_ops bight__tcp_acceptor = {
    .driver = &bight__tcp_driver, .peer = tcp_peer, .open = tcp_open};

static struct tcp_listener *tcp_of(const bight_listener *listener)
{
    return bight__container(listener, struct tcp_listener, acceptor.listener);
}

static void tcp_stop(bight_listener *listener)
{
    bight__acceptor_stop(&tcp_of(listener)->acceptor);
}

static size_t tcp_describe(const bight_listener *listener, char *buf,
                           size_t size)
{
    char text[BIGHT_ADDRESS_TEXT_MAX];
    (void)bight_address_format(&listener->address, text, sizeof(text));
    return (size_t)snprintf(buf, size, "tcp:%s", text);
}

static void tcp_free(bight_listener *listener)
{
    bight_free(tcp_of(listener));
}

static const struct bight__listener_ops tcp_listener = {
    .stop = tcp_stop, .describe = tcp_describe, .free = tcp_free};

static bool prepare_stream(int fd, const bight_tcp_options *options)
{
    bool ok = true;
    if (options->nodelay)
        ok = set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (options->keepalive_ms > 0)
        ok = ok && set(fd, SOL_SOCKET, SO_KEEPALIVE, 1) &&
             set(fd, IPPROTO_TCP, TCP_KEEPIDLE,
                 keepalive_seconds(options->keepalive_ms));
    return ok;
}

/* What accepted sockets inherit is set on the listening one, and so costs no
 * system call per connection. */
static bool prepare(int fd, int family, const bight_tcp_options *options)
{
    bool ok = set(fd, SOL_SOCKET, SO_REUSEADDR, options->reuse_address);
    if (options->reuse_port)
        ok = ok && set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (family == AF_INET6)
        ok = ok && set(fd, IPPROTO_IPV6, IPV6_V6ONLY, options->ipv6_only);
    return ok && prepare_stream(fd, options);
}

static bool listen_on(int fd, const struct sockaddr_storage *name,
                      socklen_t size, const bight_tcp_options *options)
{
    return prepare(fd, name->ss_family, options) &&
           bind(fd, (const struct sockaddr *)name, size) == 0 &&
           listen(fd, options->backlog) == 0;
}

/* True: `done` with it, whose errno tells why not. */
static bight_error socket_open(
    const bight_address *address, const bight_tcp_options *options,
    bool (*done)(int fd, const struct sockaddr_storage *name, socklen_t size,
                 const bight_tcp_options *options),
    int *ret_fd)
{
    struct sockaddr_storage name;
    socklen_t size = bight__address_to_sockaddr(address, &name);
    if (size == 0)
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "not an IP address");
    int fd =
        socket(name.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return bight_error_errno(errno);
    if (!done(fd, &name, size, options)) {
        bight_error error = bight_error_errno(errno);
        (void)close(fd);
        return error;
    }
    *ret_fd = fd;
    return bight_ok();
}

static bool be_client(int fd, const struct sockaddr_storage *name,
                      socklen_t size, const bight_tcp_options *options)
{
    (void)name;
    (void)size;
    return prepare_stream(fd, options);
}

bight_error bight__tcp_bind(const bight_address *address,
                            const bight_tcp_options *options, int *ret_fd)
{
    return socket_open(address, options, listen_on, ret_fd);
}

bight_error bight__tcp_socket(const bight_address *address,
                              const bight_tcp_options *options, int *ret_fd)
{
    return socket_open(address, options, be_client, ret_fd);
}

static bight_error start(struct tcp_listener *listener,
                         const bight_address *address,
                         const bight_tcp_options *given)
{
    bight_tcp_options options = options_take(given);
    struct bight__acceptor *acceptor = &listener->acceptor;
    int fd = -1;
    if (acceptor->listener.owner.loop->uv == NULL)
        return bight_error_note(bight_error_of(BIGHT_ERROR_UNSUPPORTED),
                                "a virtual loop has no sockets");
    bight_error error = bight__tcp_bind(address, &options, &fd);
    if (bight_failed(error))
        return error;
    acceptor->listener.address = *address;
    bight__socket_local(fd, &acceptor->listener.address);
    error = bight__acceptor_start(acceptor, fd, &bight__tcp_acceptor);
    if (bight_failed(error))
        (void)close(fd);
    return error;
}

static bight_error named(bight_error error, const char *verb,
                         const bight_address *address)
{
    char text[BIGHT_ADDRESS_TEXT_MAX];
    (void)bight_address_format(address, text, sizeof(text));
    return bight_error_note(error, "%s tcp:%s", verb, text);
}

bight_error bight_tcp_listen(bight_loop *loop, const bight_factory *factory,
                             const bight_address *address,
                             const bight_tcp_options *tcp,
                             const bight_owner_options *options,
                             bight_listener **ret_listener)
{
    struct tcp_listener *listener = bight_zalloc(sizeof(*listener));
    if (listener == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    listener->acceptor.fd = listener->acceptor.reserve = -1;
    bight_error error =
        bight__listener_init(&listener->acceptor.listener, loop, &tcp_listener,
                             factory, options, __builtin_return_address(0));
    if (bight_failed(error)) {
        bight_free(listener);
        return error;
    }
    error = start(listener, address, tcp);
    if (bight_failed(error)) {
        bight__listener_discard(&listener->acceptor.listener);
        return named(error, "listen", address);
    }
    *ret_listener = &listener->acceptor.listener;
    return bight_ok();
}

/* -- connecting ----------------------------------------------------------- */

/* From here on the descriptor is the handle's, or closed. */
static int open_handle(uv_tcp_t *handle, int fd,
                       const bight_tcp_options *options)
{
    int status = uv_tcp_open(handle, fd);
    if (status != 0) {
        (void)close(fd);
        return status;
    }
    if (options->nodelay)
        (void)uv_tcp_nodelay(handle, 1);
    if (options->keepalive_ms > 0)
        (void)uv_tcp_keepalive(
            handle, 1, (unsigned)keepalive_seconds(options->keepalive_ms));
    return 0;
}

static int begin_connect(struct bight__connecting *connecting,
                         const bight_address *address,
                         const bight_tcp_options *options)
{
    bight_loop *loop = bight__transport_loop(connecting->transport);
    uv_tcp_t *handle = bight_driver_state(connecting->transport);
    struct sockaddr_storage name;
    int fd;
    (void)bight__address_to_sockaddr(address, &name);
    int status = bight__stream_socket(loop, name.ss_family, &fd);
    if (status == 0)
        status = open_handle(handle, fd, options);
    if (status != 0)
        return status;
    return uv_tcp_connect(&connecting->request, handle,
                          (struct sockaddr *)&name, bight__on_connected);
}

static bight_error connect_on(bight_connector *connector,
                              const bight_address *address,
                              const bight_tcp_options *given)
{
    bight_tcp_options options = options_take(given);
    struct bight__connecting *connecting =
        bight__connecting_new(connector->transport);
    if (connecting == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    uv_tcp_t *handle = bight_driver_state(connector->transport);
    (void)uv_tcp_init(connector->owner.loop->uv, handle);
    handle->data = connector->transport;
    int status = begin_connect(connecting, address, &options);
    if (status != 0)
        bight__connecting_failed(connecting, status);
    return bight_ok();
}

bight_error bight_tcp_connect(bight_loop *loop, const bight_factory *factory,
                              const bight_address *address,
                              const bight_tcp_options *tcp,
                              const bight_owner_options *options,
                              bight_connected_fn fn, void *ctx,
                              bight_connector **ret_connector)
{
    char text[BIGHT_ADDRESS_TEXT_MAX];
    char target[BIGHT_ADDRESS_TEXT_MAX + 8];
    struct sockaddr_storage unused;
    (void)bight_address_format(address, text, sizeof(text));
    (void)snprintf(target, sizeof(target), "tcp:%s", text);
    if (loop->uv == NULL)
        return bight_error_of(BIGHT_ERROR_UNSUPPORTED);
    if (bight__address_to_sockaddr(address, &unused) == 0)
        return named(bight_error_of(BIGHT_ERROR_INVALID), "connect", address);
    bight_connector *connector;
    bight_error error = bight__connector_new(
        loop, factory, options, &bight__tcp_driver, address, target, fn, ctx,
        __builtin_return_address(0), &connector);
    if (bight_failed(error))
        return error;
    error = connect_on(connector, address, tcp);
    if (bight_failed(error)) {
        bight__connector_discard(connector);
        return error;
    }
    if (ret_connector != NULL)
        *ret_connector = connector;
    return bight_ok();
}
