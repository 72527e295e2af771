/* SPDX-License-Identifier: MIT */
/* Sockets that somebody else made: inherited, activated, or connected. */
#include "net/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include <bight/alloc.h>
#include <bight/uv.h>

#include "net/stream.h"
#include "wire/address.h"

void bight__socket_local(int fd, bight_address *ret_address)
{
    struct sockaddr_storage name;
    socklen_t size = sizeof(name);
    if (getsockname(fd, (struct sockaddr *)&name, &size) == 0)
        (void)bight__address_from_sockaddr((struct sockaddr *)&name, size,
                                           ret_address);
}

/* -- what a descriptor is ------------------------------------------------- */

/* What a socket of one family is served by. */
struct family {
    const struct bight__acceptor_ops *acceptor;
    bool ip;
};

static const struct family tcp_family = {&bight__tcp_acceptor, true};
static const struct family unix_family = {&bight__unix_acceptor, false};

static bight_error wrong(int fd, const char *what)
{
    return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                            "descriptor %d %s", fd, what);
}

static int option_of(int fd, int name)
{
    int value = -1;
    socklen_t size = sizeof(value);
    return getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

static bight_error check(int fd, bool listening)
{
    if (fcntl(fd, F_GETFD) < 0)
        return wrong(fd, "is not open (was it passed?)");
    int type = option_of(fd, SO_TYPE);
    if (type < 0)
        return wrong(fd, "is not a socket");
    if (type != SOCK_STREAM)
        return wrong(fd, "is not a stream socket");
    if (listening != (option_of(fd, SO_ACCEPTCONN) == 1))
        return wrong(fd, listening ? "does not listen"
                                   : "listens and is not connected");
    return bight_ok();
}

/* NULL: of a family that is not served. */
static const struct family *family_of(int fd)
{
    switch (option_of(fd, SO_DOMAIN)) {
    case AF_UNIX:
        return &unix_family;
    case AF_INET:
    case AF_INET6:
        return &tcp_family;
    default:
        return NULL;
    }
}

/* libuv sets O_NONBLOCK. */
static bight_error prepare(const bight_loop *loop, int fd)
{
    if (loop->uv == NULL)
        return bight_error_note(bight_error_of(BIGHT_ERROR_UNSUPPORTED),
                                "a virtual loop has no sockets");
    if (bight__uv_watches(loop, fd))
        return wrong(fd, "is in use in this loop");
    return bight_error_errno(fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? errno : 0);
}

/* NULL: it is of no use, and *ret_error says why. */
static const struct family *inspect(const bight_loop *loop, int fd,
                                    bool listening, bight_error *ret_error)
{
    const struct family *family = family_of(fd);
    *ret_error = check(fd, listening);
    if (!bight_failed(*ret_error) && family == NULL)
        *ret_error =
            bight_error_note(bight_error_of(BIGHT_ERROR_UNSUPPORTED),
                             "descriptor %d is of another address family", fd);
    if (!bight_failed(*ret_error))
        *ret_error = prepare(loop, fd);
    return bight_failed(*ret_error) ? NULL : family;
}

/* -- listening ------------------------------------------------------------ */

static void socket_stop(bight_listener *listener)
{
    bight__acceptor_stop(
        bight__container(listener, struct bight__acceptor, listener));
}

/* The descriptor is gone once the listener was stopped, its name is not. */
struct inherited {
    struct bight__acceptor acceptor;
    char name[sizeof("unix:") + sizeof(((struct sockaddr_un *)0)->sun_path)];
};

static void name_unix(int fd, char *buf, size_t size)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    socklen_t length = sizeof(name);
    char path[sizeof(name.sun_path) + 1] = "";
    (void)getsockname(fd, (struct sockaddr *)&name, &length);
    memcpy(path, name.sun_path, sizeof(name.sun_path));
    if (path[0] == '\0' && length > offsetof(struct sockaddr_un, sun_path))
        path[0] = '@';
    (void)snprintf(buf, size, "unix:%s", path);
}

static struct inherited *inherited_of(const bight_listener *listener)
{
    struct bight__acceptor *acceptor =
        bight__container(listener, struct bight__acceptor, listener);
    return bight__container(acceptor, struct inherited, acceptor);
}

static size_t socket_describe(const bight_listener *listener, char *buf,
                              size_t size)
{
    const struct inherited *inherited = inherited_of(listener);
    char text[BIGHT_ADDRESS_TEXT_MAX];
    if (inherited->acceptor.ops == &bight__unix_acceptor)
        return (size_t)snprintf(buf, size, "%s", inherited->name);
    (void)bight_address_format(&listener->address, text, sizeof(text));
    return (size_t)snprintf(buf, size, "tcp:%s", text);
}

static void socket_free(bight_listener *listener)
{
    bight_free(inherited_of(listener));
}

static const struct bight__listener_ops socket_listener = {
    .stop = socket_stop, .describe = socket_describe, .free = socket_free};

static bight_error listener_new(bight_loop *loop, const bight_factory *factory,
                                const bight_owner_options *options,
                                const void *made_at,
                                struct bight__acceptor **ret_acceptor)
{
    struct inherited *inherited = bight_zalloc(sizeof(*inherited));
    if (inherited == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    struct bight__acceptor *acceptor = &inherited->acceptor;
    acceptor->fd = acceptor->reserve = -1;
    bight_error error = bight__listener_init(
        &acceptor->listener, loop, &socket_listener, factory, options, made_at);
    if (bight_failed(error)) {
        bight_free(inherited);
        return error;
    }
    *ret_acceptor = acceptor;
    return bight_ok();
}

static bight_error start(struct bight__acceptor *acceptor, int fd,
                         const struct family *family)
{
    if (family->ip)
        bight__socket_local(fd, &acceptor->listener.address);
    else {
        struct inherited *inherited = inherited_of(&acceptor->listener);
        acceptor->listener.address.family = BIGHT_ADDRESS_UNIX;
        name_unix(fd, inherited->name, sizeof(inherited->name));
    }
    return bight__acceptor_start(acceptor, fd, family->acceptor);
}

bight_error bight_socket_listen(bight_loop *loop, const bight_factory *factory,
                                int fd, const bight_owner_options *options,
                                bight_listener **ret_listener)
{
    struct bight__acceptor *acceptor = NULL;
    bight_error error;
    bight__loop_check(loop);
    const struct family *family = inspect(loop, fd, true, &error);
    if (family == NULL)
        return error;
    error = listener_new(loop, factory, options, __builtin_return_address(0),
                         &acceptor);
    if (bight_failed(error))
        return error;
    error = start(acceptor, fd, family);
    if (bight_failed(error)) {
        bight__listener_discard(&acceptor->listener);
        return error;
    }
    *ret_listener = &acceptor->listener;
    return bight_ok();
}

/* -- a connection --------------------------------------------------------- */

static bight_error peer_of(int fd, const struct family *family,
                           bight_address *ret_peer)
{
    struct sockaddr_storage name;
    socklen_t size = sizeof(name);
    if (getpeername(fd, (struct sockaddr *)&name, &size) != 0)
        return errno == ENOTCONN ? wrong(fd, "is not connected")
                                 : bight_error_errno(errno);
    if (!family->ip) {
        *ret_peer = bight__unix_peer(fd);
        return bight_ok();
    }
    return bight__address_from_sockaddr((struct sockaddr *)&name, size,
                                        ret_peer);
}

static void target_of(const bight_address *peer, int fd, char *buf, size_t size)
{
    char text[BIGHT_ADDRESS_TEXT_MAX];
    (void)bight_address_format(peer, text, sizeof(text));
    if (peer->family == BIGHT_ADDRESS_UNIX)
        (void)snprintf(buf, size, "fd:%d", fd);
    else
        (void)snprintf(buf, size, "tcp:%s", text);
}

/* From here on the descriptor is the handle's, or closed. */
static void open_handle(bight_transport *t, int fd,
                        const struct bight__acceptor_ops *ops)
{
    int status =
        ops->open(bight__transport_loop(t)->uv, bight_driver_state(t), fd);
    ((uv_handle_t *)bight_driver_state(t))->data = t;
    if (status == 0) {
        bight__stream_opened(t);
        return;
    }
    (void)close(fd);
    bight_driver_failed(t, bight_error_uv(status));
}

bight_error bight_socket_connect(bight_loop *loop, const bight_factory *factory,
                                 int fd, const bight_owner_options *options,
                                 bight_connected_fn fn, void *ctx,
                                 bight_connector **ret_connector)
{
    bight_connector *connector;
    bight_address peer = {.family = BIGHT_ADDRESS_NONE};
    char target[BIGHT_ADDRESS_TEXT_MAX + 8];
    bight_error error;
    bight__loop_check(loop);
    const struct family *family = inspect(loop, fd, false, &error);
    if (family == NULL)
        return error;
    error = peer_of(fd, family, &peer);
    if (bight_failed(error))
        return error;
    target_of(&peer, fd, target, sizeof(target));
    error = bight__connector_new(loop, factory, options,
                                 family->acceptor->driver, &peer, target, fn,
                                 ctx, __builtin_return_address(0), &connector);
    if (bight_failed(error))
        return error;
    if (!bight__uv_can_watch(loop, fd) || bight__loop_fault(loop)) {
        bight__connector_discard(connector);
        return bight_error_note(bight_error_of(BIGHT_ERROR_NO_MEMORY),
                                "connect %s", target);
    }
    open_handle(connector->transport, fd, family->acceptor);
    if (ret_connector != NULL)
        *ret_connector = connector;
    return bight_ok();
}
