/* SPDX-License-Identifier: MIT */
/* UNIX-domain sockets: the driver, listening on a file, connecting to one. */
#include <bight/net.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <bight/alloc.h>
#include <bight/uv.h>

#include "net/accept.h"
#include "net/socket.h"
#include "net/stream.h"

/* -- the driver ----------------------------------------------------------- */

/* There is no reset to send: the peer reads eof, or a reset if it had written
 * what was not read. */
static void unix_reset(bight_transport *t)
{
    (void)t;
}

static bool unix_can(bight_capability what)
{
    return what == BIGHT_CAN_WRITE_EOF || what == BIGHT_CAN_CREDENTIALS;
}

static bool unix_info(const bight_transport *t, bight_driver_query query,
                      void *inout)
{
    switch (query) {
    case BIGHT_DRIVER_LOCAL:
        *(bight_address *)inout = (bight_address){
            .family = BIGHT_ADDRESS_UNIX,
            .creds = {
                .pid = (int32_t)getpid(), .uid = geteuid(), .gid = getegid()}};
        return true;
    case BIGHT_DRIVER_FD:
        *(int *)inout = bight__stream_fd(t);
        return true;
    case BIGHT_DRIVER_CAN:
        *(int *)inout = unix_can(*(bight_capability *)inout);
        return true;
    case BIGHT_DRIVER_UNREAD:
        return bight__stream_unread(t, inout);
    case BIGHT_DRIVER_BELOW:
        break;
    }
    return false;
}

const bight_driver bight__unix_driver = {
    .size = sizeof(bight_driver),
    .name = "unix",
    .state_size = sizeof(uv_pipe_t),
    .start_read = bight__stream_start_read,
    .stop_read = bight__stream_stop_read,
    .try_writev = bight__stream_try_writev,
    .write_rest = bight__stream_write_rest,
    .shutdown = bight__stream_shutdown,
    .close = bight__stream_close,
    .reset = unix_reset,
    .info = unix_info,
    .try_send_file = bight__stream_try_send_file,
};

bight_address bight__unix_peer(int fd)
{
    bight_address peer = {.family = BIGHT_ADDRESS_UNIX,
                          .creds = {.uid = UINT32_MAX, .gid = UINT32_MAX}};
    struct ucred creds;
    socklen_t size = sizeof(creds);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &creds, &size) == 0)
        peer.creds = (bight_credentials){
            .pid = creds.pid, .uid = creds.uid, .gid = creds.gid};
    return peer;
}

void bight_unix_options_init(bight_unix_options *options)
{
    *options = (bight_unix_options){
        .size = sizeof(*options), .mode = 0660, .backlog = 511};
}

static bight_unix_options options_take(const bight_unix_options *given)
{
    bight_unix_options options;
    bight_unix_options_init(&options);
    if (given != NULL)
        memcpy(&options, given,
               given->size < sizeof(options) ? given->size : sizeof(options));
    return options;
}

static bight_error name_of(const char *path, struct sockaddr_un *ret_name)
{
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof(ret_name->sun_path))
        return bight_error_note(
            bight_error_of(BIGHT_ERROR_INVALID),
            "a socket's path has 1 to %zu bytes, this one %zu",
            sizeof(ret_name->sun_path) - 1, length);
    *ret_name = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(ret_name->sun_path, path, length + 1);
    return bight_ok();
}

#define LOCK_TRIES 100 /* of 1 ms */

/* -- listening ------------------------------------------------------------ */

struct unix_listener {
    struct bight__acceptor acceptor;
    char *path;
    dev_t device; /* of the socket file, to remove no one else's */
    ino_t inode;
    pid_t binder; /* a child that closes its copy leaves the parent's file */
};

static bight_address unix_peer(int fd, const struct sockaddr *from,
                               socklen_t size)
{
    (void)from;
    (void)size;
    return bight__unix_peer(fd);
}

static int unix_open(uv_loop_t *uv, void *handle, int fd)
{
    int status = uv_pipe_init(uv, handle, 0);
    return status != 0 ? status : uv_pipe_open(handle, fd);
}

const struct bight__acceptor_ops bight__unix_acceptor = {
    .driver = &bight__unix_driver, .peer = unix_peer, .open = unix_open};

static struct unix_listener *unix_of(const bight_listener *listener)
{
    return bight__container(listener, struct unix_listener, acceptor.listener);
}

static void unix_stop(bight_listener *base)
{
    struct unix_listener *listener = unix_of(base);
    struct stat file;
    if (listener->inode != 0 && listener->binder == getpid() &&
        lstat(listener->path, &file) == 0 && file.st_dev == listener->device &&
        file.st_ino == listener->inode)
        (void)unlink(listener->path);
    listener->inode = 0;
    bight__acceptor_stop(&listener->acceptor);
}

static size_t unix_describe(const bight_listener *listener, char *buf,
                            size_t size)
{
    return (size_t)snprintf(buf, size, "unix:%s", unix_of(listener)->path);
}

static void unix_free(bight_listener *base)
{
    struct unix_listener *listener = unix_of(base);
    bight_free(listener->path);
    bight_free(listener);
}

static const struct bight__listener_ops unix_listener = {
    .stop = unix_stop, .describe = unix_describe, .free = unix_free};

/* A socket file whose server is gone refuses connections; anything else in the
 * way is left alone. */
static bool remove_stale(const struct sockaddr_un *name)
{
    struct stat file;
    if (lstat(name->sun_path, &file) != 0 || !S_ISSOCK(file.st_mode))
        return false;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    bool stale =
        connect(fd, (const struct sockaddr *)name, sizeof(*name)) != 0 &&
        errno == ECONNREFUSED;
    (void)close(fd);
    return stale && unlink(name->sun_path) == 0;
}

static bool bind_to(int fd, const struct sockaddr_un *name)
{
    const struct sockaddr *address = (const struct sockaddr *)name;
    if (bind(fd, address, sizeof(*name)) == 0)
        return true;
    if (errno != EADDRINUSE)
        return false;
    if (remove_stale(name))
        return bind(fd, address, sizeof(*name)) == 0;
    errno = EADDRINUSE;
    return false;
}

/* A socket that is bound and does not listen yet refuses like a stale one, and
 * one found stale may be another's new one by the time it is removed: whoever
 * starts in a folder holds that folder's lock from bind to listen. Who holds
 * it for something else delays a start, and no more. */
static int lock_folder(const struct sockaddr_un *name)
{
    char folder[sizeof(name->sun_path)];
    memcpy(folder, name->sun_path, sizeof(folder));
    char *slash = strrchr(folder, '/');
    if (slash != NULL)
        slash[slash == folder ? 1 : 0] = '\0';
    int fd =
        open(slash != NULL ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; fd >= 0 && i < LOCK_TRIES; i++) {
        const struct timespec pause = {.tv_nsec = 1000000};
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            break;
        (void)nanosleep(&pause, NULL);
    }
    return fd;
}

/* The mode is set before there is a file to open, so that nobody slips in;
 * bind takes the umask off it, chmod puts back what that took. */
static bool listen_on(struct unix_listener *listener, int fd,
                      const struct sockaddr_un *name,
                      const bight_unix_options *options)
{
    struct stat file;
    if (fchmod(fd, options->mode) != 0 || !bind_to(fd, name))
        return false;
    if (lstat(name->sun_path, &file) != 0)
        return false;
    listener->device = file.st_dev;
    listener->inode = file.st_ino;
    listener->binder = getpid();
    bool kept = (file.st_mode & 0777) == options->mode;
    return (kept || chmod(name->sun_path, options->mode) == 0) &&
           listen(fd, options->backlog) == 0;
}

static bight_error start(struct unix_listener *listener, const char *path,
                         const bight_unix_options *given)
{
    bight_unix_options options = options_take(given);
    struct sockaddr_un name;
    bight_error error = name_of(path, &name);
    if (bight_failed(error))
        return error;
    if (listener->acceptor.listener.owner.loop->uv == NULL)
        return bight_error_of(BIGHT_ERROR_UNSUPPORTED);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return bight_error_errno(errno);
    int lock = lock_folder(&name);
    if (!listen_on(listener, fd, &name, &options))
        error = bight_error_errno(errno);
    if (lock >= 0)
        (void)close(lock);
    if (bight_failed(error)) {
        (void)close(fd);
        return error;
    }
    listener->acceptor.listener.address.family = BIGHT_ADDRESS_UNIX;
    error =
        bight__acceptor_start(&listener->acceptor, fd, &bight__unix_acceptor);
    if (bight_failed(error))
        (void)close(fd);
    return error;
}

static bight_error listener_new(bight_loop *loop, const bight_factory *factory,
                                const char *path,
                                const bight_owner_options *options,
                                const void *made_at,
                                struct unix_listener **ret_listener)
{
    struct unix_listener *listener = bight_zalloc(sizeof(*listener));
    if (listener == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    listener->acceptor.fd = listener->acceptor.reserve = -1;
    listener->path = bight_strdup(path);
    bight_error error = bight_error_of(BIGHT_ERROR_NO_MEMORY);
    if (listener->path != NULL)
        error = bight__listener_init(&listener->acceptor.listener, loop,
                                     &unix_listener, factory, options, made_at);
    if (bight_failed(error)) {
        unix_free(&listener->acceptor.listener);
        return error;
    }
    *ret_listener = listener;
    return bight_ok();
}

bight_error bight_unix_listen(bight_loop *loop, const bight_factory *factory,
                              const char *path,
                              const bight_unix_options *unix_options,
                              const bight_owner_options *options,
                              bight_listener **ret_listener)
{
    struct unix_listener *listener;
    bight_error error = listener_new(loop, factory, path, options,
                                     __builtin_return_address(0), &listener);
    if (bight_failed(error))
        return error;
    error = start(listener, path, unix_options);
    if (bight_failed(error)) {
        unix_stop(&listener->acceptor.listener);
        bight__listener_discard(&listener->acceptor.listener);
        return bight_error_note(error, "listen unix:%s", path);
    }
    *ret_listener = &listener->acceptor.listener;
    return bight_ok();
}

/* -- connecting ----------------------------------------------------------- */

/* Only now is it known who listens. */
static void on_connected(uv_connect_t *request, int status)
{
    bight_transport *t = request->handle->data;
    uv_os_fd_t fd;
    if (status == 0 && uv_fileno((uv_handle_t *)request->handle, &fd) == 0) {
        bight_address peer = bight__unix_peer(fd);
        uint8_t spare = t->peer.spare;
        bight__peer_pack(&peer, &t->peer);
        t->peer.spare = spare;
    }
    bight__on_connected(request, status);
}

static int open_handle(bight_loop *loop, uv_pipe_t *handle)
{
    int fd;
    int status = bight__stream_socket(loop, AF_UNIX, &fd);
    if (status != 0)
        return status;
    status = uv_pipe_open(handle, fd);
    if (status != 0)
        (void)close(fd);
    return status;
}

static bight_error connect_on(bight_connector *connector, const char *path)
{
    bight_transport *t = connector->transport;
    bight_loop *loop = connector->owner.loop;
    struct bight__connecting *connecting = bight__connecting_new(t);
    if (connecting == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    uv_pipe_t *handle = bight_driver_state(t);
    (void)uv_pipe_init(loop->uv, handle, 0);
    handle->data = t;
    int status = open_handle(loop, handle);
    if (status == 0)
        uv_pipe_connect(&connecting->request, handle, path, on_connected);
    else
        bight__connecting_failed(connecting, status);
    return bight_ok();
}

bight_error bight_unix_connect(bight_loop *loop, const bight_factory *factory,
                               const char *path,
                               const bight_owner_options *options,
                               bight_connected_fn fn, void *ctx,
                               bight_connector **ret_connector)
{
    char target[128];
    struct sockaddr_un unused;
    (void)snprintf(target, sizeof(target), "unix:%s", path);
    bight_error error = name_of(path, &unused);
    if (bight_failed(error))
        return bight_error_note(error, "connect %s", target);
    if (loop->uv == NULL)
        return bight_error_of(BIGHT_ERROR_UNSUPPORTED);
    bight_address peer = {.family = BIGHT_ADDRESS_UNIX,
                          .creds = {.uid = UINT32_MAX, .gid = UINT32_MAX}};
    bight_connector *connector;
    error = bight__connector_new(loop, factory, options, &bight__unix_driver,
                                 &peer, target, fn, ctx,
                                 __builtin_return_address(0), &connector);
    if (bight_failed(error))
        return error;
    error = connect_on(connector, path);
    if (bight_failed(error)) {
        bight__connector_discard(connector);
        return error;
    }
    if (ret_connector != NULL)
        *ret_connector = connector;
    return bight_ok();
}
