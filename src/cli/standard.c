/* SPDX-License-Identifier: MIT */
/* Reading and writing where that may block, until somebody wants it to end. */
#include "standard.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bight/alloc.h>
#include <bight/pool.h>

/* -- on a thread of the pool ---------------------------------------------- */

static bight_error note(const struct standard *standard, int errnum)
{
    return bight_error_note(bight_error_errno(errnum),
                            standard->fd == STDIN_FILENO ? "standard input"
                                                         : "standard output");
}

static bool is_later(int errnum)
{
    return errnum == EINTR || errnum == EAGAIN || errnum == EWOULDBLOCK;
}

/* Until the descriptor is ready, or says that it never will be. */
static bight_error wait_for(const struct standard *standard, short events)
{
    struct pollfd fds[] = {{.fd = standard->fd, .events = events},
                           {.fd = standard->wake, .events = POLLIN}};
    while (poll(fds, 2, -1) < 0) {
        if (errno != EINTR)
            return note(standard, errno);
    }
    if (fds[1].revents != 0)
        return bight_error_of(BIGHT_ERROR_CANCELLED);
    return bight_ok();
}

static bight_error do_read(void *ctx)
{
    struct standard *standard = ctx;
    while (true) {
        bight_error error = wait_for(standard, POLLIN);
        if (bight_failed(error))
            return error;
        ssize_t got = read(standard->fd, standard->data, STANDARD_MAX);
        if (got >= 0) {
            standard->size = (size_t)got;
            return bight_ok();
        }
        if (!is_later(errno))
            return note(standard, errno);
    }
}

/* A ready pipe has room for PIPE_BUF bytes; more would block. */
static bight_error do_write(void *ctx)
{
    struct standard *standard = ctx;
    size_t most = standard->blocks ? PIPE_BUF : STANDARD_MAX;
    bight_bytes rest = bight_bytes_of(standard->data, standard->size);
    while (rest.size > 0) {
        bight_error error = wait_for(standard, POLLOUT);
        if (bight_failed(error))
            return error;
        ssize_t put =
            write(standard->fd, rest.data, bight_bytes_head(rest, most).size);
        if (put < 0 && !is_later(errno))
            return note(standard, errno);
        if (put > 0)
            rest = bight_bytes_tail(rest, (size_t)put);
    }
    return bight_ok();
}

/* -- on the loop ---------------------------------------------------------- */

static void finished(void *ctx, bight_error error)
{
    struct standard *standard = ctx;
    standard->busy = false;
    standard->done(standard->ctx, error);
}

static bight_error submit(struct standard *standard, bight_work_fn fn)
{
    bight_error error =
        bight_work_submit(standard->loop, fn, finished, standard, NULL);
    standard->busy = !bight_failed(error);
    return error;
}

bight_error standard_read(struct standard *standard)
{
    standard->size = 0;
    return submit(standard, do_read);
}

bight_error standard_write(struct standard *standard, bight_bytes data)
{
    memcpy(standard->data, data.data, data.size);
    standard->size = data.size;
    return submit(standard, do_write);
}

void standard_stop(struct standard *standard)
{
    (void)eventfd_write(standard->wake, 1);
}

bight_error standard_init(struct standard *standard, bight_loop *loop, int fd)
{
    struct stat status;
    *standard = (struct standard){.loop = loop, .fd = fd, .wake = -1};
    standard->is_terminal = isatty(fd) == 1;
    standard->blocks = fstat(fd, &status) != 0 || !S_ISREG(status.st_mode);
    standard->data = bight_zalloc(STANDARD_MAX);
    if (standard->data == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    standard->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return standard->wake < 0 ? bight_error_errno(errno) : bight_ok();
}

void standard_fini(struct standard *standard)
{
    bight_free(standard->data);
    if (standard->wake >= 0)
        (void)close(standard->wake);
    standard->data = NULL;
    standard->wake = -1;
}
