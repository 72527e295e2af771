/* SPDX-License-Identifier: MIT */
/*
 * Sending (T13, T15, T16): the cork at the end of its dispatch, and the queue
 * of what the wire refused, of which at most 64 KiB at a time are the driver's
 * to write when it can.
 */
#include "wire/out.h"

#include <errno.h>

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

static bool try_wire(bight_transport *t, const bight_bytes *pieces,
                     size_t count, size_t *ret_taken)
{
    return account(t, t->driver->try_writev(t, pieces, count), ret_taken);
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
    if (out->queue.head == NULL || out->writing || t->state >= BIGHT__ENDING)
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
           !out->on_dirty;
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

/* One piece, not owned, and nothing in its way. */
static bool is_plain(const bight_transport *t, const struct bight__out *out)
{
    return t->gate == BIGHT__GATE_OUT && t->cold == NULL && out->count == 1 &&
           out->taken == 0 && out->queue.head == NULL && out->arena == NULL;
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
    t->out = NULL;
    t->gate = 0;
    out->count = 0;
    out->corked = 0;
    out->dirty.next = loop->out_pool;
    loop->out_pool = out;
}

/* -- completions ---------------------------------------------------------- */

/* Tries until the wire refuses, so that one completion moves what it can. */
static bool drain_queue(bight_transport *t, struct bight__out *out)
{
    while (out->queue.head != NULL) {
        bight_bytes pieces[BIGHT__CORK_PIECES];
        size_t count = bight__queue_gather(
            &out->queue, pieces, BIGHT__CORK_PIECES, BIGHT__READ_BUFFER_SIZE);
        size_t taken = 0;
        if (!try_wire(t, pieces, count, &taken))
            return false;
        bight__queue_skip(&out->queue, taken);
        if (taken < size_of(pieces, count))
            break;
    }
    return true;
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
    if (!BIGHT__MUTANT(SLOW_IS_STUCK))
        out->progress_ms = (uint32_t)bight__transport_loop(t)->now_ms;
    bight__queue_skip(&out->queue, out->resting);
    if (!drain_queue(t, out))
        return;
    hand_over(t, out);
    after_flush(t);
}

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
    if (!out->on_dirty)
        bight__out_detach(t);
}

/* -- how much ------------------------------------------------------------- */

static size_t held(const bight_transport *t)
{
    return t->out == NULL ? 0 : t->out->corked + t->out->queue.size;
}

size_t bight__out_refused(const bight_transport *t)
{
    size_t refused = 0;
    for (; t != NULL; t = bight_transport_below(t))
        refused += t->out == NULL ? 0 : t->out->queue.size;
    return refused;
}

bool bight__out_empty(const bight_transport *t)
{
    for (; t != NULL; t = bight_transport_below(t))
        if (t->out != NULL && (held(t) > 0 || t->out->writing))
            return false;
    return true;
}

size_t bight_transport_queued(const bight_transport *t)
{
    bight__transport_check(t);
    size_t size = 0;
    if (t->state >= BIGHT__ENDING)
        return 0;
    for (; t != NULL; t = bight_transport_below(t)) {
        size += held(t);
        if (BIGHT__MUTANT(ONE_LAYER_COUNTS))
            break;
    }
    return size;
}

/* -- the marks ------------------------------------------------------------ */

static void set_paused(bight_transport *t, bool paused)
{
    if (paused)
        t->facts |= BIGHT__PAUSED;
    else
        t->facts &= (uint16_t)~BIGHT__PAUSED;
    /* A resume that was not told yet is taken back: strictly paired. A pause is
     * not, since a write may have answered FULL: its resume must come. */
    if (paused && (t->due & BIGHT__DUE_RESUME) != 0)
        t->due &= (uint8_t)~BIGHT__DUE_RESUME;
    else
        t->due |= paused ? BIGHT__DUE_PAUSE : BIGHT__DUE_RESUME;
    bight__transport_schedule(t);
}

void bight__out_judge(bight_transport *t)
{
    if (t->state != BIGHT__OPEN || (t->facts & BIGHT__FILTERED) != 0)
        return;
    const bight_limits *limits = bight__transport_limits(t);
    bool paused = (t->facts & BIGHT__PAUSED) != 0;
    size_t refused = bight__out_refused(t);
    if (!paused && refused > limits->high_mark) {
        if (!BIGHT__MUTANT(HIGH_NEVER))
            set_paused(t, true);
    } else if (paused && refused <= limits->low_mark) {
        if (!BIGHT__MUTANT(FORGET_RESUME))
            set_paused(t, false);
    }
}
