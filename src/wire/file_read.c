/* SPDX-License-Identifier: MIT */
/* Reading files without a wait for the disk: see file_read.h. */
#include "wire/file_read.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "wire/out.h"
#include "wire/owner.h"

#define STRIDE ((size_t)128 * 1024) /* of the kernel's readahead */
#define PAGE ((size_t)4096)
#define READS 64 /* of a loop's files with its threads at once */

/* -- now ------------------------------------------------------------------ */

static ssize_t read_without_waiting(int fd, uint64_t offset, uint8_t *data,
                                    size_t size)
{
#ifdef RWF_NOWAIT
    const struct iovec piece = {.iov_base = data, .iov_len = size};
    ssize_t got;
    do
        got = preadv2(fd, &piece, 1, (off_t)offset, RWF_NOWAIT);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
#else
    (void)fd;
    (void)offset;
    (void)data;
    (void)size;
    return -EOPNOTSUPP;
#endif
}

ssize_t bight__file_read_now(const bight_loop *loop, int fd, uint64_t offset,
                             uint8_t *data, size_t size)
{
    if (loop->kind == BIGHT_LOOP_VIRTUAL)
        return -EAGAIN;
    ssize_t got = read_without_waiting(fd, offset, data, size);
    return got == -EOPNOTSUPP || got == -ENOSYS ? -EAGAIN : got;
}

bool bight__file_peek(const bight_loop *loop, int fd, uint64_t offset,
                      uint8_t *data, size_t size)
{
    return bight__file_read_now(loop, fd, offset, data, size) == (ssize_t)size;
}

/* Pages of the range that are in memory; -1: not to be learnt. */
static int64_t pages_cached(int fd, uint64_t offset, size_t size)
{
#ifdef SYS_cachestat
    const long number = SYS_cachestat;
#elif defined(__linux__) && !defined(__alpha__)
    const long number = 451; /* on every machine but one */
#else
    const long number = -1;
#endif
    const uint64_t range[2] = {offset, size};
    uint64_t stat[5] = {0};
    if (number < 0 || syscall(number, fd, range, stat, 0) != 0)
        return -1;
    return (int64_t)stat[0];
}

/* A page that may be smaller than the kernel's would count too many. */
static uint64_t pages_of(uint64_t offset, size_t size)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    return (offset + size - 1) / page - offset / page + 1;
}

static enum bight__file_presence probe_here_and_there(int fd, uint64_t offset,
                                                      size_t size)
{
    uint8_t byte;
    for (size_t at = 0; at < size; at += STRIDE) {
        size_t last = size - at < STRIDE ? size - 1 : at + STRIDE - 1;
        ssize_t got = read_without_waiting(fd, offset + last, &byte, 1);
        if (got < 0)
            return got == -EAGAIN ? BIGHT__FILE_ON_DISK : BIGHT__FILE_UNKNOWN;
    }
    return BIGHT__FILE_IN_MEMORY;
}

enum bight__file_presence bight__file_probe(int fd, uint64_t offset,
                                            size_t size)
{
    int64_t cached = pages_cached(fd, offset, size);
    if (cached < 0)
        return probe_here_and_there(fd, offset, size);
    return (uint64_t)cached >= pages_of(offset, size) ? BIGHT__FILE_IN_MEMORY
                                                      : BIGHT__FILE_ON_DISK;
}

/* -- on a thread ---------------------------------------------------------- */

static struct bight__file *file_of(struct bight__job *job)
{
    return bight__container(job, struct bight__file, job);
}

static void read_piece(struct bight__file *file)
{
    do
        file->got = pread(file->fd, file->piece + 1, file->piece->size,
                          (off_t)file->offset);
    while (file->got < 0 && errno == EINTR);
    if (file->got < 0)
        file->got = -errno;
}

/* The kernel is told at once of all that is wanted, and of what comes then; a
 * byte of each page waits for it. What fails here fails again when it is sent,
 * and is told there. */
static void warm_up(const struct bight__file *file)
{
    uint8_t byte;
    uint64_t end = file->offset + file->window;
    (void)posix_fadvise(file->fd, (off_t)file->offset, 2 * (off_t)file->window,
                        POSIX_FADV_WILLNEED);
    for (uint64_t at = file->offset; at < end; at = (at / PAGE + 1) * PAGE)
        if (pread(file->fd, &byte, 1, (off_t)at) != 1)
            return;
}

static void read_run(struct bight__job *job)
{
    struct bight__file *file = file_of(job);
    if (file->piece != NULL)
        read_piece(file);
    else
        warm_up(file);
}

static void read_deliver(struct bight__job *job)
{
    (void)job; /* it is the job's until released */
}

static bight_error submit(struct bight__wire *wire, bight_loop *loop,
                          struct bight__file *file)
{
    bight_error error = bight__job_submit(loop, BIGHT__LANE_WORK, &file->job);
    if (!bight_failed(error))
        wire->reads++;
    return error;
}

static void start_next(struct bight__wire *wire, bight_loop *loop)
{
    struct bight__list *link = bight__list_first(&wire->readers);
    if (link == NULL)
        return;
    struct bight__file *file = bight__container(link, struct bight__file, turn);
    bight__list_remove(link);
    bight_error error = submit(wire, loop, file);
    if (!bight_failed(error))
        return;
    file->reading = false;
    bight__file_fail(file, error);
}

static void read_release(struct bight__job *job)
{
    bight_loop *loop = job->loop;
    struct bight__wire *wire = loop->wire;
    bool done = job->state != BIGHT__JOB_REVOKED;
    wire->reads--;
    bight__file_was_read(file_of(job), done);
    start_next(wire, loop);
}

static const struct bight__job_ops read_ops = {
    .run = read_run, .deliver = read_deliver, .release = read_release};

void bight__file_read_init(struct bight__file *file)
{
    file->job.ops = &read_ops;
    bight__list_init(&file->turn);
}

bight_error bight__file_read(struct bight__file *file)
{
    bight_loop *loop = bight__transport_loop(file->transport);
    struct bight__wire *wire = loop->wire;
    bight_error error = bight_error_of(BIGHT_ERROR_BUSY);
    if (wire->reads < READS)
        error = submit(wire, loop, file);
    bool busy = bight_error_is(error, &bight_domain, BIGHT_ERROR_BUSY);
    if (bight_failed(error) && (!busy || wire->reads == 0))
        return error;
    if (busy)
        bight__list_push_back(&wire->readers, &file->turn);
    file->reading = true;
    return bight_ok();
}

void bight__file_read_cancel(struct bight__file *file)
{
    if (bight__list_empty(&file->turn)) {
        bight__job_revoke(&file->job);
        return;
    }
    bight__list_remove(&file->turn);
    bight__file_was_read(file, false);
}
