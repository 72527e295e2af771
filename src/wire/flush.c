/* SPDX-License-Identifier: MIT */
/*
 * Sending (T13, T15, T16, T19): the cork at the end of its dispatch, and the
 * queue of what the wire refused, of which at most 64 KiB at a time are the
 * driver's to write when it can.
 */
#include "wire/out.h"

#include <errno.h>
#include <string.h>

#include <bight/filter.h>

/* -- the wire ------------------------------------------------------------- */

static void sent(bight_transport *t, size_t size)
{
    t->bytes_out += size;
    if (!bight__transport_closing(t))
        t->timer.mark = (uint32_t)bight__transport_loop(t)->now_ms;
}

/* What try_writev answered: bytes taken, 0 for none. A broken wire ends the
 * connection: false. */
static bool account(bight_transport *t, ptrdiff_t answer, size_t *ret_taken)
{
    if (answer == -EAGAIN)
        answer = 0;
    if (answer < 0) {
        bight_driver_failed(t, bight_error_errno((int)-answer));
        return false;
    }
    sent(t, (size_t)answer);
    *ret_taken = (size_t)answer;
    return true;
}

/* Bytes of the queue, and what of a file may go right behind them: nothing, if
 * the file is not at hand. */
struct offer {
    bight_bytes pieces[BIGHT__CORK_PIECES];
    size_t count;
    size_t size;
    struct bight__file *file;
    size_t of_file;
    size_t took_of_file; /* the answer */
};

static bool try_wire(bight_transport *t, const bight_bytes *pieces,
                     size_t count, size_t *ret_taken)
{
    return account(t, t->driver->try_writev(t, pieces, count), ret_taken);
}

/* An error that is not plainly the wire's may be the file's, or mean that the
 * wire cannot send such a file: reading it tells. */
static bool is_of_file(ptrdiff_t answer)
{
    return answer < 0 && answer != -EAGAIN && answer != -EPIPE &&
           answer != -ECONNRESET;
}

/* Of the file at least, which is the queue's or about to be; `taken` is told of
 * the bytes before it. */
static bool try_file(bight_transport *t, struct offer *offer, size_t *ret_taken)
{
    struct bight__file *file = offer->file;
    ptrdiff_t answer = t->driver->try_send_file(
        t, offer->pieces, offer->count, file->fd, file->offset, offer->of_file);
    size_t taken = 0;
    if (is_of_file(answer))
        file->copying = true;
    else if (!account(t, answer, &taken))
        return false;
    else if (taken == 0 && offer->size == 0)
        bight__file_block(file);
    *ret_taken = taken < offer->size ? taken : offer->size;
    offer->took_of_file = taken - *ret_taken;
    bight__file_advance(file, offer->took_of_file);
    return true;
}

void bight__out_no_memory(bight_transport *t)
{
    bight__transport_end_with(t, bight_error_of(BIGHT_ERROR_NO_MEMORY), true);
}

/* Of piece `index` of the cork `left` bytes left; the rest is queued. */
static bool settle_piece(struct bight__out *out, unsigned index, size_t left)
{
    bight_bytes rest = bight_bytes_tail(out->pieces[index], left);
    bool is_owned = ((unsigned)out->taken >> index & 1u) != 0;
    struct bight__chunk *owned =
        is_owned ? bight__queue_pop(&out->takes) : NULL;
    if (BIGHT__MUTANT(LOSE_PARTIAL) && left > 0 && rest.size > 1)
        rest = bight_bytes_tail(rest, 1);
    if (rest.size == 0 && is_owned)
        bight__chunk_free(owned);
    if (rest.size == 0)
        return true;
    if (!is_owned)
        return bight__queue_copy(&out->queue, rest);
    owned->data = rest.data;
    owned->size = rest.size;
    bight__queue_push(&out->queue, owned);
    return true;
}

/* The wire took `taken` bytes of the first `count` pieces. */
static bool settle(struct bight__out *out, unsigned count, size_t taken)
{
    bool ok = true;
    if (out->queue.head == NULL)
        out->progress_ms =
            (uint32_t)bight__transport_loop(out->transport)->now_ms;
    for (unsigned i = 0; i < count; i++) {
        size_t size = out->pieces[i].size;
        size_t left = taken < size ? taken : size;
        ok = settle_piece(out, i, left) && ok;
        taken -= left;
    }
    bight__out_cork_reset(out);
    return ok;
}

void bight__out_leave(bight_transport *t, struct bight__out *out,
                      const bight_bytes *extra)
{
    unsigned count = out->count;
    if (extra != NULL)
        out->pieces[count++] = *extra;
    size_t taken = 0;
    if (out->queue.head == NULL && !try_wire(t, out->pieces, count, &taken))
        return;
    if (!settle(out, count, taken))
        bight__out_no_memory(t);
}

/* -- the flush ------------------------------------------------------------ */

static size_t size_of(const bight_bytes *pieces, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += pieces[i].size;
    return size;
}

/* Hands the driver what it may hold; the cork is empty, so its pieces serve
 * as the driver's. */
static void hand_over(bight_transport *t, struct bight__out *out)
{
    if (out->queue.head == NULL || out->queue.head->file != NULL ||
        out->writing || t->state >= BIGHT__ENDING)
        return;
    size_t count = bight__queue_gather(
        &out->queue, out->pieces, BIGHT_DRIVER_PIECES,
        BIGHT__MUTANT(REST_UNBOUNDED) ? SIZE_MAX : BIGHT_DRIVER_REST);
    out->resting = size_of(out->pieces, count);
    out->writing = true;
    bight_error error =
        t->driver->write_rest(t, out->pieces, count, out->request);
    if (bight_failed(error)) {
        out->writing = false;
        bight_driver_failed(t, error);
    }
}

static bool is_idle(const struct bight__out *out)
{
    return out->queue.head == NULL && out->count == 0 && !out->writing &&
           !out->on_dirty && out->files == 0;
}

/* Everything that may follow from the queue having changed. */
static void after_flush(bight_transport *t)
{
    if (t->out != NULL && is_idle(t->out))
        bight__out_detach(t);
    if (t->state >= BIGHT__ENDING)
        return;
    if (t->out != NULL)
        bight__transport_await_progress(t);
    bight__out_judge(t);
    bight__transport_step(t);
    if (t->cold != NULL && t->cold->above != NULL && !BIGHT__MUTANT(NO_NUDGE))
        bight__transport_nudge(t->cold->above);
}

static void flush_rest(bight_transport *t, struct bight__out *out)
{
    if (t->state >= BIGHT__ENDING) {
        bight__out_drop(t);
        return;
    }
    if (out->count > 0)
        bight__out_leave(t, out, NULL);
    if (t->out == out)
        hand_over(t, out);
    after_flush(t);
}

/* One piece, not owned, nothing in its way, and nobody above to tell. */
static bool is_plain(const bight_transport *t, const struct bight__out *out)
{
    return t->gate == BIGHT__GATE_OUT &&
           (t->cold == NULL || t->cold->above == NULL) && out->count == 1 &&
           out->taken == 0 && out->files == 0 && out->queue.head == NULL;
}

/* The short way: what the wire takes whole leaves no trace. */
void bight__out_flush(struct bight__dirty *dirty)
{
    struct bight__out *out = bight__container(dirty, struct bight__out, dirty);
    bight_transport *t = out->transport;
    out->on_dirty = false;
    if (__builtin_expect(!is_plain(t, out), 0)) {
        flush_rest(t, out);
        return;
    }
    ptrdiff_t taken = t->driver->try_writev(t, out->pieces, 1);
    if (__builtin_expect(taken != (ptrdiff_t)out->corked, 0)) {
        size_t some;
        if (account(t, taken, &some) && !settle(out, 1, some))
            bight__out_no_memory(t);
        flush_rest(t, out);
        return;
    }
    bight_loop *loop = bight__transport_loop(t);
    t->bytes_out += (size_t)taken;
    t->timer.mark = (uint32_t)loop->now_ms;
    out->count = 0;
    out->corked = 0;
    if (__builtin_expect(out->arena != NULL && loop->out_pool != NULL, 0)) {
        bight__out_detach(t);
        return;
    }
    t->out = NULL;
    t->gate = 0;
    out->arena_used = 0;
    out->dirty.next = loop->out_pool;
    loop->out_pool = out;
}

static void progressed(const bight_transport *t, struct bight__out *out)
{
    if (!BIGHT__MUTANT(SLOW_IS_STUCK))
        out->progress_ms = (uint32_t)bight__transport_loop(t)->now_ms;
}

/* -- completions ---------------------------------------------------------- */

static enum bight__file_step prepare(const struct bight__out *out,
                                     struct offer *offer)
{
    const struct bight__queue *queue = &out->queue;
    offer->count = offer->size = offer->of_file = offer->took_of_file = 0;
    offer->file = queue->head->file;
    if (offer->file != NULL)
        return bight__file_step(offer->file, &offer->of_file);
    offer->count = bight__queue_gather(queue, offer->pieces, BIGHT__CORK_PIECES,
                                       BIGHT__READ_BUFFER_SIZE);
    offer->size = size_of(offer->pieces, offer->count);
    offer->file = bight__queue_file_behind(queue, offer->size);
    if (offer->file != NULL)
        offer->of_file = bight__file_offer(offer->file);
    return BIGHT__FILE_SEND;
}

/* Tries until the wire refuses, or a file's turn is over, so that one
 * completion moves what it can. */
static bool drain_queue(bight_transport *t, struct bight__out *out)
{
    while (out->queue.head != NULL) {
        struct offer offer;
        size_t taken = 0;
        enum bight__file_step step = prepare(out, &offer);
        if (step == BIGHT__FILE_WAIT)
            break;
        if (step == BIGHT__FILE_AGAIN)
            continue;
        if (offer.of_file == 0 &&
            !try_wire(t, offer.pieces, offer.count, &taken))
            return false;
        if (offer.of_file > 0 && !try_file(t, &offer, &taken))
            return false;
        bight__queue_skip(&out->queue, taken);
        out->queue.promised -= offer.took_of_file;
        if (taken + offer.took_of_file > 0)
            progressed(t, out);
        if (taken < offer.size)
            break;
    }
    return t->state < BIGHT__ENDING;
}

void bight_driver_written(bight_transport *t, bight_error error)
{
    struct bight__out *out = t->out;
    out->writing = false;
    if (t->state >= BIGHT__ENDING) {
        bight__out_drop(t);
        return;
    }
    if (bight_failed(error)) {
        bight_driver_failed(t, error);
        return;
    }
    sent(t, out->resting);
    progressed(t, out);
    bight__queue_skip(&out->queue, out->resting);
    out->turn_used = 0;
    if (!drain_queue(t, out))
        return;
    hand_over(t, out);
    after_flush(t);
}

/* -- files ---------------------------------------------------------------- */

void bight__out_send_file(bight_transport *t, struct bight__out *out,
                          struct bight__file *file)
{
    struct offer offer = {.count = out->count, .size = out->corked};
    size_t taken = 0;
    bool open = true;
    if (BIGHT__MUTANT(FILE_OVERTAKES)) {
        bight__queue_push_front(&out->queue, &file->chunk);
        (void)drain_queue(t, out);
        return;
    }
    if (out->queue.head == NULL && offer.count > 0) {
        offer.file = file;
        offer.of_file = bight__file_offer(file);
        memcpy(offer.pieces, out->pieces, offer.count * sizeof(*out->pieces));
        open = offer.of_file > 0
                   ? try_file(t, &offer, &taken)
                   : try_wire(t, offer.pieces, offer.count, &taken);
    }
    if (!open) {
        t->last.unsent += file->left;
        bight__file_end(file);
        return;
    }
    bool ok = settle(out, (unsigned)offer.count, taken);
    bight__queue_push(&out->queue, &file->chunk);
    if (!ok)
        bight__out_no_memory(t);
    else if (out->queue.head == &file->chunk && !out->writing)
        (void)drain_queue(t, out);
}

void bight__out_pump(bight_transport *t)
{
    struct bight__out *out = t->out;
    if (out == NULL || out->writing || t->state >= BIGHT__ENDING)
        return;
    out->turn_used = 0;
    if (!drain_queue(t, out))
        return;
    hand_over(t, out);
    after_flush(t);
}

/* The file that is the queue's head; NULL: none is. */
static struct bight__file *head_file(const bight_transport *t)
{
    const struct bight__out *out = t->out;
    if (out == NULL || out->queue.head == NULL || t->state >= BIGHT__ENDING)
        return NULL;
    return out->queue.head->file;
}

void bight__out_wake_file(bight_transport *t)
{
    struct bight__file *file = head_file(t);
    if (file != NULL)
        bight__file_wake(file);
}

void bight_driver_writable(bight_transport *t)
{
    struct bight__file *file = head_file(t);
    if (file == NULL)
        return;
    bight__file_unblock(file);
    bight__out_pump(t);
}

/* A close that waited for it gives what is behind it all the time there is. */
void bight__out_file_through(struct bight__file *file)
{
    bight_transport *t = file->transport;
    (void)bight__queue_pop(&t->out->queue);
    bight__file_end(file);
    if (t->state == BIGHT__DRAINING)
        bight__transport_rearm(t);
}

void bight__out_file_told(bight_transport *t)
{
    t->out->files--;
    if (is_idle(t->out))
        bight__out_detach(t);
    if (t->state >= BIGHT__ENDING)
        bight__transport_schedule(t);
}

bool bight__out_awaits_files(const bight_transport *t)
{
    return t->out != NULL && t->out->files > 0;
}

/* -- in a hurry ----------------------------------------------------------- */

void bight__out_flush_now(bight_transport *t)
{
    for (; t != NULL; t = bight_transport_below(t)) {
        struct bight__out *out = t->out;
        if (out != NULL && out->count > 0 && out->queue.head == NULL)
            bight__out_leave(t, out, NULL);
    }
}

void bight__out_drop(bight_transport *t)
{
    struct bight__out *out = t->out;
    if (out == NULL)
        return;
    bight__queue_clear(&out->takes);
    bight__out_cork_reset(out);
    if (out->writing)
        return;
    bight__queue_clear(&out->queue);
    if (is_idle(out))
        bight__out_detach(t);
}
