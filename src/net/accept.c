/* SPDX-License-Identifier: MIT */
/*
 * Accepting (E6, L7): up to 64 peers per event. When descriptors or memory run
 * out, one peer is shed with the reserve descriptor, and accepting pauses for
 * 100 ms; the backlog holds the others.
 */
#include "net/accept.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <bight/alloc.h>
#include <bight/log.h>
#include <bight/uv.h>

#include "net/stream.h"

#define ACCEPTS 64
#define PAUSE_MS 100
#define QUIET_MS 1000

static int reserve_open(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* -- one peer ------------------------------------------------------------- */

/* A close with bytes unread is a reset: what has come so far is taken first. */
static void turn_away(int fd)
{
    char scrap[4096];
    (void)shutdown(fd, SHUT_WR);
    for (int i = 0; i < 16; i++)
        if (recv(fd, scrap, sizeof(scrap), MSG_DONTWAIT) <= 0)
            break;
    (void)close(fd);
}

static void refuse(struct bight__acceptor *acceptor, int fd,
                   const bight_address *peer, bight_error why)
{
    turn_away(fd);
    bight__owner_refuse(&acceptor->listener.owner, peer, why);
}

/* From here on the descriptor is the handle's, or closed. */
static void open_handle(struct bight__acceptor *acceptor, bight_transport *t,
                        int fd)
{
    bight_loop *loop = acceptor->listener.owner.loop;
    uv_handle_t *handle = bight_driver_state(t);
    int status = acceptor->ops->open(loop->uv, handle, fd);
    handle->data = t;
    if (status == 0 && !bight__loop_fault(loop)) {
        bight_driver_set_word(t, fd);
        bight_driver_opened(t);
        return;
    }
    if (status != 0)
        (void)close(fd);
    bight_driver_failed(t, bight_error_uv(status != 0 ? status : UV_ENOBUFS));
}

static void welcome(struct bight__acceptor *acceptor, int fd,
                    const bight_address *peer)
{
    bight_loop *loop = acceptor->listener.owner.loop;
    if (!bight__listener_admits(&acceptor->listener, peer)) {
        turn_away(fd);
        return;
    }
    if (!bight__uv_can_watch(loop, fd)) {
        refuse(acceptor, fd, peer, bight_error_of(BIGHT_ERROR_NO_MEMORY));
        return;
    }
    bight_transport *t;
    bight_error error = bight__owner_build(&acceptor->listener.owner,
                                           acceptor->ops->driver, peer, 0, &t);
    if (bight_failed(error))
        refuse(acceptor, fd, peer, error);
    else
        open_handle(acceptor, t, fd);
}

/* -- out of descriptors --------------------------------------------------- */

static void log_shortage(struct bight__acceptor *acceptor, int errnum)
{
    bight_loop *loop = acceptor->listener.owner.loop;
    uint64_t now_ms = bight__loop_now_ms(loop);
    if (now_ms < loop->wire->shortage_quiet_ms)
        return;
    loop->wire->shortage_quiet_ms = now_ms + QUIET_MS;
    char name[128];
    (void)bight_listener_describe(&acceptor->listener, name, sizeof(name));
    const bight_log_field fields[] = {
        bight_log_text("listener", name),
        bight_log_error("error", bight_error_errno(errnum)),
        bight_log_uint("shed", acceptor->shed),
        bight_log_uint("open", acceptor->listener.owner.wires),
    };
    bight_log_write(BIGHT_LOG_WARNING, "accept_paused", fields, 4);
}

/* A clean close tells one peer to go away; a full backlog would let it hang. */
static void shed_one(struct bight__acceptor *acceptor)
{
    if (acceptor->reserve < 0)
        return;
    (void)close(acceptor->reserve);
    int fd = accept4(acceptor->fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0) {
        acceptor->shed++;
        turn_away(fd);
    }
    acceptor->reserve = reserve_open();
}

static void on_readable(uv_poll_t *poll, int status, int events);

static void accept_again(void *ctx)
{
    struct bight__acceptor *acceptor = ctx;
    if (acceptor->reserve < 0)
        acceptor->reserve = reserve_open();
    if (acceptor->poll != NULL)
        (void)uv_poll_start(acceptor->poll, UV_READABLE, on_readable);
}

static void pause_accepting(struct bight__acceptor *acceptor, int errnum)
{
    if (errnum == EMFILE || errnum == ENFILE)
        shed_one(acceptor);
    log_shortage(acceptor, errnum);
    acceptor->vain = 0;
    (void)uv_poll_stop(acceptor->poll);
    bight_timer_start(acceptor->pause, PAUSE_MS);
}

/* A peer that left before it was accepted, or its network's error, is nothing
 * to stop for; anything else might come again at once, for ever. */
static bool is_passing(int errnum)
{
    switch (errnum) {
    case ECONNABORTED:
    case EINTR:
    case EPERM:
    case EPROTO:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
        return true;
    default:
        return false;
    }
}

/* -- accepting ------------------------------------------------------------ */

/* False: no more for now. */
static bool accept_one(struct bight__acceptor *acceptor)
{
    struct sockaddr_storage from;
    socklen_t size = sizeof(from);
    bool fault = bight__loop_fault(acceptor->listener.owner.loop);
    int fd = fault ? -1
                   : accept4(acceptor->fd, (struct sockaddr *)&from, &size,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
    int errnum = fault ? EMFILE : errno;
    if (fd >= 0) {
        acceptor->vain = 0;
        bight_address peer =
            acceptor->ops->peer(fd, (struct sockaddr *)&from, size);
        welcome(acceptor, fd, &peer);
        return true;
    }
    if (errnum == EAGAIN || errnum == EWOULDBLOCK)
        return false;
    /* Some of these may last, too: not for ever without a single peer. */
    if (is_passing(errnum) && ++acceptor->vain < ACCEPTS)
        return true;
    pause_accepting(acceptor, errnum);
    return false;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct bight__acceptor *acceptor = poll->data;
    bight_loop *loop = acceptor->listener.owner.loop;
    (void)events;
    bight__uv_begin(loop);
    bight__owner_ref(&acceptor->listener.owner);
    /* libuv stops a poll that it reports an error of. */
    if (status != 0)
        pause_accepting(acceptor, -status);
    unsigned budget = status == 0 ? ACCEPTS : 0;
    for (unsigned i = 0; i < budget && acceptor->poll != NULL; i++)
        if (!accept_one(acceptor))
            break;
    bight__owner_unref(&acceptor->listener.owner);
    bight__dispatch_end(loop);
}

/* -- beginning and end ---------------------------------------------------- */

static void free_poll(uv_handle_t *handle)
{
    bight_free(handle);
}

static bight_error poll_open(struct bight__acceptor *acceptor)
{
    bight_loop *loop = acceptor->listener.owner.loop;
    if (!bight__uv_can_watch(loop, acceptor->fd))
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    uv_poll_t *poll = bight_alloc(sizeof(*poll));
    if (poll == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    int status = bight__loop_fault(loop)
                     ? UV_ENOSPC
                     : uv_poll_init(loop->uv, poll, acceptor->fd);
    if (status != 0) {
        bight_free(poll);
        return bight_error_uv(status);
    }
    poll->data = acceptor;
    acceptor->poll = poll;
    return bight_error_uv(uv_poll_start(poll, UV_READABLE, on_readable));
}

bight_error bight__acceptor_start(struct bight__acceptor *acceptor, int fd,
                                  const struct bight__acceptor_ops *ops)
{
    acceptor->ops = ops;
    acceptor->fd = fd;
    acceptor->reserve = reserve_open();
    bight_error error =
        bight__timer_new(acceptor->listener.owner.loop, accept_again, acceptor,
                         &acceptor->pause);
    if (!bight_failed(error))
        error = poll_open(acceptor);
    if (bight_failed(error)) {
        acceptor->fd = -1;
        bight__acceptor_stop(acceptor);
    }
    return error;
}

/* The descriptor is closed at once: nothing new is accepted from here on. */
void bight__acceptor_stop(struct bight__acceptor *acceptor)
{
    bight_timer_free(acceptor->pause);
    acceptor->pause = NULL;
    if (acceptor->poll != NULL) {
        (void)uv_poll_stop(acceptor->poll);
        uv_close((uv_handle_t *)acceptor->poll, free_poll);
    }
    acceptor->poll = NULL;
    if (acceptor->fd >= 0)
        (void)close(acceptor->fd);
    if (acceptor->reserve >= 0)
        (void)close(acceptor->reserve);
    acceptor->fd = acceptor->reserve = -1;
}
