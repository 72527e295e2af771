/* SPDX-License-Identifier: MIT */
/*
 * Kernel byte streams through libuv: reading by its callbacks, writing by a
 * bare send (uv_try_write would add its bookkeeping to each message), and by
 * uv_write what the kernel refused.
 */
#include "net/stream.h"

#include <errno.h>
#include <sys/ioctl.h>
#ifdef __linux__
#include <sys/sendfile.h>
#endif
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <bight/alloc.h>
#include <bight/uv.h>

#include "loop/side.h"
#include "wire/out.h"

/* In the word beside the descriptor: the side poller watches it, and had news
 * of it while it was read. */
#define WATCHED 0x40000000
#define NEWS 0x20000000
#define WORD_FD 0x1fffffff

_Static_assert(sizeof(uv_write_t) <= BIGHT__REQUEST_SIZE,
               "libuv's write request must fit the out part");
_Static_assert(sizeof(bight_bytes) == sizeof(struct iovec) &&
                   offsetof(bight_bytes, size) ==
                       offsetof(struct iovec, iov_len),
               "pieces are handed to the kernel as they are");

static uv_stream_t *stream_of(const bight_transport *t)
{
    return bight_driver_state(t);
}

int bight__stream_fd(const bight_transport *t)
{
    return t->word & WORD_FD;
}

bool bight__stream_unread(const bight_transport *t, int *ret_size)
{
    return ioctl(bight__stream_fd(t), TIOCOUTQ, ret_size) == 0;
}

/* -- reading -------------------------------------------------------------- */

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *buf)
{
    bight_transport *t = handle->data;
    bight__uv_begin(bight__transport_loop(t));
    bight_space space = bight_driver_buffer(t, hint);
    buf->base = (char *)space.data;
    buf->len = space.size;
}

/* What the kernel has to say beside data (T21). A mere hang-up waits there,
 * with what else there is to read. */
static void look_for_error(bight_transport *t)
{
    int error = 0;
    socklen_t size = sizeof(error);
    t->word &= ~NEWS;
    if (getsockopt(bight__stream_fd(t), SOL_SOCKET, SO_ERROR, &error, &size) ==
            0 &&
        error != 0)
        bight_driver_failed(t, bight_error_errno(error));
}

/* Without a buffer it is how libuv takes a hang-up behind the last data, which
 * a reset is, too. */
static void on_eof(bight_transport *t, const uv_buf_t *buf)
{
    if (buf->base == NULL)
        look_for_error(t);
    bight_driver_eof(t);
}

/* libuv reports ENOBUFS for the empty buffer that put the read off, and an eof
 * it may report without having asked for a buffer. */
static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    bight_transport *t = stream->data;
    bight_loop *loop = bight__transport_loop(t);
    if (__builtin_expect(size <= 0, 0))
        bight__uv_begin(loop);
    if (size > 0)
        bight_driver_received(t, bight_bytes_of(buf->base, (size_t)size));
    else if (size == UV_EOF)
        on_eof(t, buf);
    else if (size != 0 && size != UV_ENOBUFS)
        bight_driver_failed(t, bight_error_uv((int)size));
    bight__dispatch_end(loop);
}

bight_error bight__stream_start_read(bight_transport *t)
{
    if (bight__loop_fault(bight__transport_loop(t)))
        return bight_error_errno(ENOTCONN);
    return bight_error_uv(uv_read_start(stream_of(t), on_alloc, on_read));
}

/* It is told once: news that come before the read they belong to are kept, in
 * case that is stopped first. */
static void on_side(void *cookie, bool room)
{
    bight_transport *t = cookie;
    if (t->state >= BIGHT__ENDING)
        return;
    if (room)
        bight_driver_writable(t);
    else if ((t->facts & BIGHT__READING) != 0)
        t->word |= NEWS;
    else
        look_for_error(t);
}

/* Once watched, a descriptor stays so until it is closed. Without the side
 * poller (no memory, or a system that has none) a reset is noticed at the next
 * write. */
void bight__stream_stop_read(bight_transport *t)
{
    (void)uv_read_stop(stream_of(t));
    if ((t->word & NEWS) != 0)
        look_for_error(t);
    if ((t->word & WATCHED) != 0)
        return;
    bight_error error = bight__side_add(bight__transport_loop(t),
                                        bight__stream_fd(t), on_side, t);
    if (!bight_failed(error))
        t->word |= WATCHED;
}

/* -- writing -------------------------------------------------------------- */

/* Out of line: it needs a frame, which the single piece does not. */
static __attribute__((noinline)) ssize_t send_pieces(int fd,
                                                     const bight_bytes *pieces,
                                                     size_t count)
{
    struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)pieces,
                             .msg_iovlen = count};
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

ptrdiff_t bight__stream_try_writev(bight_transport *t,
                                   const bight_bytes *pieces, size_t count)
{
    if (bight__loop_fault(bight__transport_loop(t)))
        return -ECONNRESET;
    int fd = bight__stream_fd(t);
    ssize_t sent;
    do
        sent = count == 1 ? send(fd, pieces->data, pieces->size, MSG_NOSIGNAL)
                          : send_pieces(fd, pieces, count);
    while (__builtin_expect(sent < 0 && errno == EINTR, 0));
    if (__builtin_expect(sent >= 0, 1))
        return sent;
    return errno == EWOULDBLOCK ? -EAGAIN : -errno;
}

#ifdef __linux__

/* Of the side poller: libuv can be asked for room only with a write. */
static ptrdiff_t await_room(bight_transport *t)
{
    bight_error error = bight__side_await_room(bight__transport_loop(t),
                                               bight__stream_fd(t), on_side, t);
    if (bight_failed(error))
        return -EOPNOTSUPP;
    t->word |= WATCHED;
    return 0;
}

/* What is before the file waits for it in the kernel, so that both leave in one
 * segment where they fit. */
static ssize_t send_before(int fd, const bight_bytes *pieces, size_t count)
{
    struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)pieces,
                             .msg_iovlen = count};
    ssize_t sent;
    do
        sent = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_MORE);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

static ptrdiff_t send_file(bight_transport *t, int fd, uint64_t offset,
                           size_t length)
{
    ssize_t sent;
    off_t at = (off_t)offset;
    do
        sent = sendfile(bight__stream_fd(t), fd, &at, length);
    while (sent < 0 && errno == EINTR);
    if (sent > 0)
        return sent;
    if (sent == 0)
        return -ENODATA;
    return errno == EWOULDBLOCK ? await_room(t) : -errno;
}

ptrdiff_t bight__stream_try_send_file(bight_transport *t,
                                      const bight_bytes *pieces, size_t count,
                                      int fd, uint64_t offset, size_t length)
{
    ptrdiff_t before = 0;
    ptrdiff_t size = 0;
    if (bight__loop_fault(bight__transport_loop(t)))
        return -ECONNRESET;
    for (size_t i = 0; i < count; i++)
        size += (ptrdiff_t)pieces[i].size;
    if (count > 0)
        before = send_before(bight__stream_fd(t), pieces, count);
    if (before < size)
        return before;
    ptrdiff_t sent = send_file(t, fd, offset, length);
    /* What went wrong with the file is told when it is asked for alone. */
    if (before > 0)
        return before + (sent > 0 ? sent : 0);
    return sent;
}

#endif

static void on_written(uv_write_t *request, int status)
{
    bight_transport *t = request->handle->data;
    bight_loop *loop = bight__transport_loop(t);
    bight__uv_begin(loop);
    bight_driver_written(t, bight_error_uv(status));
    bight__dispatch_end(loop);
}

bight_error bight__stream_write_rest(bight_transport *t,
                                     const bight_bytes *pieces, size_t count,
                                     void *request)
{
    uv_buf_t bufs[BIGHT_DRIVER_PIECES];
    if (bight__loop_fault(bight__transport_loop(t)))
        return bight_error_errno(EPIPE);
    for (size_t i = 0; i < count; i++) {
        bufs[i].base = (char *)(uintptr_t)pieces[i].data;
        bufs[i].len = pieces[i].size;
    }
    return bight_error_uv(
        uv_write(request, stream_of(t), bufs, (unsigned)count, on_written));
}

/* -- ending --------------------------------------------------------------- */

bight_error bight__stream_shutdown(bight_transport *t)
{
    if (bight__loop_fault(bight__transport_loop(t)))
        return bight_error_errno(ECONNRESET);
    if (shutdown(bight__stream_fd(t), SHUT_WR) != 0)
        return bight_error_errno(errno == ENOTCONN ? ECONNRESET : errno);
    return bight_ok();
}

static void on_closed(uv_handle_t *handle)
{
    bight_transport *t = handle->data;
    bight_loop *loop = bight__transport_loop(t);
    bight__uv_begin(loop);
    bight_driver_closed(t);
    bight__dispatch_end(loop);
}

void bight__stream_close(bight_transport *t)
{
    if ((t->word & WATCHED) != 0)
        bight__side_forget(bight__transport_loop(t), bight__stream_fd(t));
    uv_close((uv_handle_t *)stream_of(t), on_closed);
}

/* -- beginning ------------------------------------------------------------ */

void bight__stream_opened(bight_transport *t)
{
    uv_os_fd_t fd = -1;
    (void)uv_fileno((uv_handle_t *)stream_of(t), &fd);
    bight_driver_set_word(t, fd);
    bight_driver_opened(t);
}

int bight__stream_socket(bight_loop *loop, int family, int *ret_fd)
{
    if (bight__loop_fault(loop))
        return UV_EMFILE;
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return uv_translate_sys_error(errno);
    if (!bight__uv_can_watch(loop, fd)) {
        (void)close(fd);
        return UV_ENOMEM;
    }
    *ret_fd = fd;
    return 0;
}

struct bight__connecting *bight__connecting_new(bight_transport *t)
{
    struct bight__connecting *connecting = bight_zalloc(sizeof(*connecting));
    if (connecting != NULL)
        connecting->transport = t;
    return connecting;
}

/* A connect that was cancelled has ended its transport already. */
static void connected(bight_transport *t, int status)
{
    if (status == 0)
        bight__stream_opened(t);
    else if (status != UV_ECANCELED)
        bight_driver_failed(t, bight_error_uv(status));
}

void bight__on_connected(uv_connect_t *request, int status)
{
    struct bight__connecting *connecting =
        bight__container(request, struct bight__connecting, request);
    bight_transport *t = connecting->transport;
    bight_loop *loop = bight__transport_loop(t);
    bight_free(connecting);
    bight__uv_begin(loop);
    connected(t, status);
    bight__dispatch_end(loop);
}

void bight__connecting_failed(struct bight__connecting *connecting, int status)
{
    connected(connecting->transport, status);
    bight_free(connecting);
}
