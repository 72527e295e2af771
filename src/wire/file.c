/* SPDX-License-Identifier: MIT */
/*
 * Files among what is written (T19). A file is a chunk of the queue, so its
 * order is the queue's; its bytes never are there, so they count towards the
 * marks, but not towards the cap. When it is the head it takes turns:
 *
 *     wire with try_send_file:  in memory? ── yes ──> offered, 1 MiB a turn
 *                                  └─ no ──> a thread reads it to there first
 *     any other, a filter:      a thread, or this one if it need not wait,
 *                               reads 64 KiB; they are put before the file
 *
 * sendfile(2) waits for the disk, and the whole loop with it, so it is asked
 * only for what is in memory. cachestat(2) tells that exactly (3 % of the cost
 * of sending it); kernels before 6.5, and files of other users, are asked with
 * preadv2(RWF_NOWAIT) for a byte of each 128 KiB, which is how far apart
 * readahead begins; where neither can tell, the file is read and written.
 * mincore(2) was tried: it wants a mapping, costs four times as much, and calls
 * every page of another user's file present.
 *
 * Whatever error sendfile has with a file, the same read tells it better; so an
 * error makes it be read, and what the read says is what ends the connection.
 */
#include "wire/file.h"

#include <errno.h>
#include <unistd.h>

#include <bight/alloc.h>
#include <bight/filter.h>
#include <bight/log.h>

#include "wire/file_read.h"
#include "wire/out.h"

#define TURN ((size_t)1024 * 1024)
#define PIECE ((size_t)64 * 1024)

static void run_turn(struct bight__ready *entry);
static void run_end(struct bight__ready *entry);

/* -- life ----------------------------------------------------------------- */

static bool can_send_files(const bight_transport *t)
{
    const bight_driver *driver = t->driver;
    return driver->size >= sizeof(*driver) && driver->try_send_file != NULL;
}

struct bight__file *bight__file_new(bight_transport *t, int fd, uint64_t offset,
                                    uint64_t length, bight_sent_fn fn,
                                    void *ctx)
{
    struct bight__file *file = bight_zalloc(sizeof(*file));
    if (file == NULL)
        return NULL;
    file->chunk.file = file;
    file->ready.run = run_turn;
    file->ended.run = run_end;
    bight__file_read_init(file);
    file->transport = t;
    file->fn = fn;
    file->ctx = ctx;
    file->offset = offset;
    file->left = length;
    file->fd = fd;
    file->copying = !can_send_files(t);
    if (fn != NULL)
        t->out->files++;
    return file;
}

/* The descriptor goes as soon as no thread uses it; the file when all that may
 * still come to it has come. */
static void let_go(struct bight__file *file)
{
    if (!file->over || file->reading)
        return;
    if (file->fd >= 0 && !BIGHT__MUTANT(FILE_LEFT_OPEN))
        (void)close(file->fd);
    file->fd = -1;
    if (!file->queued && file->transport == NULL)
        bight_free(file);
}

void bight__file_wake(struct bight__file *file)
{
    if (file->queued)
        return;
    file->queued = true;
    bight__ready_push(bight__transport_loop(file->transport), &file->ready);
}

static void wake_later(struct bight__file *file)
{
    if (file->queued)
        return;
    file->queued = true;
    bight__ready_later(bight__transport_loop(file->transport), &file->ready);
}

void bight__file_end(struct bight__file *file)
{
    bight__file_unblock(file);
    file->over = true;
    if (file->fn == NULL)
        file->transport = NULL;
    else
        bight__ready_push(bight__transport_loop(file->transport), &file->ended);
    if (file->reading)
        bight__file_read_cancel(file);
    else
        let_go(file);
}

static bight_error outcome(const struct bight__file *file)
{
    bight_end end = {.size = sizeof(end)};
    if (bight_failed(file->error) || file->left == 0)
        return file->error;
    bight_transport_end(file->transport, &end);
    return end.why;
}

static void run_end(struct bight__ready *entry)
{
    struct bight__file *file =
        bight__container(entry, struct bight__file, ended);
    bight_transport *t = file->transport;
    bight__transport_loop(t)->served = t;
    file->fn(file->ctx, t, file->sent, outcome(file));
    file->transport = NULL;
    let_go(file);
    bight__out_file_told(t);
}

static void run_turn(struct bight__ready *entry)
{
    struct bight__file *file =
        bight__container(entry, struct bight__file, ready);
    file->queued = false;
    if (file->over)
        let_go(file);
    else
        bight__out_pump(file->transport);
}

/* -- waiting -------------------------------------------------------------- */

/* Nothing else may keep the loop running: the side poller does not. */
void bight__file_block(struct bight__file *file)
{
    if (!file->blocked)
        bight__loop_hold(bight__transport_loop(file->transport));
    file->blocked = true;
}

void bight__file_unblock(struct bight__file *file)
{
    if (file->blocked)
        bight__loop_let_go(bight__transport_loop(file->transport));
    file->blocked = false;
}

void bight__file_fail(struct bight__file *file, bight_error error)
{
    bight_transport *t = file->transport;
    const bight_log_field fields[] = {
        bight_log_error("error", error),
        bight_log_uint("offset", file->offset),
        bight_log_uint("unsent", file->left),
    };
    bight_transport_log(t, BIGHT_LOG_WARNING, "send_file", fields, 3);
    file->error = error;
    bight__transport_end_with(t, error, true);
}

/* -- what comes next ------------------------------------------------------ */

static size_t least(uint64_t a, size_t b)
{
    return a < b ? (size_t)a : b;
}

static size_t room_of(const struct bight__file *file)
{
    size_t used = file->transport->out->turn_used;
    return used < TURN ? TURN - used : 0;
}

void bight__file_advance(struct bight__file *file, size_t size)
{
    struct bight__out *out = file->transport->out;
    out->turn_used += size;
    file->offset += size;
    file->left -= size;
    file->sent += size;
    if (BIGHT__MUTANT(LOSE_FILE_PART) && file->left > 1)
        file->offset++;
}

static bool is_warm(struct bight__file *file)
{
    size_t window = least(file->left, TURN);
    if (file->offset < file->warm)
        return true;
    switch (bight__file_probe(file->fd, file->offset, window)) {
    case BIGHT__FILE_IN_MEMORY:
        file->warm = file->offset + window;
        return true;
    case BIGHT__FILE_ON_DISK:
        return false;
    case BIGHT__FILE_UNKNOWN:
        file->copying = true;
        return false;
    }
    return false;
}

size_t bight__file_offer(struct bight__file *file)
{
    size_t offer = least(file->left, room_of(file));
    if (file->copying || file->reading || file->blocked || offer == 0 ||
        !is_warm(file))
        return 0;
    return least(file->warm - file->offset, offer);
}

/* What was read is bytes like any others, and before the rest of the file. */
static enum bight__file_step put_piece(struct bight__file *file, ssize_t got)
{
    struct bight__queue *queue = &file->transport->out->queue;
    struct bight__chunk *piece = file->piece;
    file->piece = NULL;
    if (got <= 0) {
        bight__chunk_free(piece);
        bight__file_fail(file,
                         got < 0 ? bight_error_errno((int)-got)
                                 : bight_error_of(BIGHT_ERROR_FILE_TOO_SHORT));
        return BIGHT__FILE_WAIT;
    }
    piece->size = (size_t)got;
    queue->promised -= (size_t)got;
    bight__file_advance(file, (size_t)got);
    bight__queue_push_front(queue, piece);
    return BIGHT__FILE_AGAIN;
}

static enum bight__file_step read_on_thread(struct bight__file *file)
{
    file->window = least(file->left, TURN);
    bight_error error = bight__file_read(file);
    if (!bight_failed(error))
        return BIGHT__FILE_WAIT;
    if (file->piece != NULL)
        bight__chunk_free(file->piece);
    file->piece = NULL;
    bight__file_fail(file, error);
    return BIGHT__FILE_WAIT;
}

/* What a layer below has yet to send comes first: it takes anything. */
static bool is_held_up(const bight_transport *t)
{
    const bight_transport *below = bight_transport_below(t);
    return below != NULL &&
           bight__out_refused(below) > bight__transport_limits(t)->low_mark;
}

static enum bight__file_step copy(struct bight__file *file)
{
    bight_transport *t = file->transport;
    size_t size = least(file->left, PIECE);
    if (is_held_up(t))
        return BIGHT__FILE_WAIT;
    file->piece = bight__chunk_blank(size);
    if (file->piece == NULL) {
        file->error = bight_error_of(BIGHT_ERROR_NO_MEMORY);
        bight__out_no_memory(t);
        return BIGHT__FILE_WAIT;
    }
    ssize_t got =
        bight__file_read_now(bight__transport_loop(t), file->fd, file->offset,
                             (uint8_t *)(file->piece + 1), size);
    return got == -EAGAIN ? read_on_thread(file) : put_piece(file, got);
}

enum bight__file_step bight__file_step(struct bight__file *file,
                                       size_t *ret_offer)
{
    if (file->left == 0) {
        bight__out_file_through(file);
        return BIGHT__FILE_AGAIN;
    }
    if (file->reading || file->blocked)
        return BIGHT__FILE_WAIT;
    if (room_of(file) == 0) {
        wake_later(file);
        return BIGHT__FILE_WAIT;
    }
    if (!file->copying) {
        *ret_offer = bight__file_offer(file);
        if (*ret_offer > 0)
            return BIGHT__FILE_SEND;
    }
    return file->copying ? copy(file) : read_on_thread(file);
}

/* What it had to say is lost if nobody wants it; what has begun again, after a
 * fork, is asked for again. */
void bight__file_was_read(struct bight__file *file, bool done)
{
    bight_transport *t = file->transport;
    struct bight__chunk *piece = file->piece;
    file->reading = false;
    if (piece != NULL && (file->over || !done)) {
        bight__chunk_free(piece);
        file->piece = NULL;
    }
    if (file->over) {
        let_go(file);
        return;
    }
    if (file->piece != NULL)
        (void)put_piece(file, file->got);
    else if (done && piece == NULL)
        file->warm = file->offset + file->window;
    bight__out_pump(t);
}
