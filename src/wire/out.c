/* SPDX-License-Identifier: MIT */
/*
 * Writing (T11 to T17): what is written during a dispatch is corked and leaves
 * at its end in one try; what the wire refuses is queued, and of the queue at
 * most 64 KiB at a time are the driver's to write when it can.
 *
 *     write ─> cork ── flush ──> wire
 *                        └ refused ─> queue ── write_rest ──> wire
 *                                       └──── each completion tries again
 */
#include "wire/out.h"

#include <errno.h>
#include <string.h>

#include <bight/alloc.h>
#include <bight/filter.h>
#include <bight/log.h>

#include "wire/wire.h"

static void flush(struct bight__dirty *dirty);

/* -- the blocks ----------------------------------------------------------- */

static struct bight__out *out_new(bight_loop *loop)
{
    struct bight__out *out = loop->out_pool;
    if (out != NULL) {
        loop->out_pool = out->dirty.next;
        return out;
    }
    out = bight_zalloc(sizeof(*out));
    if (out != NULL)
        out->dirty.flush = flush;
    return out;
}

static uint8_t *arena_new(bight_loop *loop)
{
    struct bight__wire *wire = loop->wire;
    uint8_t *arena = wire->arena;
    if (arena == NULL)
        return bight_alloc(BIGHT__ARENA_SIZE);
    wire->arena = NULL;
    return arena;
}

static void arena_free(bight_loop *loop, struct bight__out *out)
{
    if (out->arena == NULL)
        return;
    if (loop->wire->arena == NULL)
        loop->wire->arena = out->arena;
    else
        bight_free(out->arena);
    out->arena = NULL;
    out->arena_used = 0;
}

/* One block is kept for the next write; blocked peers' are given back. */
static void detach(bight_transport *t)
{
    struct bight__out *out = t->out;
    bight_loop *loop = bight__transport_loop(t);
    arena_free(loop, out);
    t->out = NULL;
    t->gate &= (uint8_t)~BIGHT__GATE_OUT;
    if (loop->out_pool != NULL) {
        bight_free(out);
        return;
    }
    out->dirty.next = NULL;
    loop->out_pool = out;
}

void bight__out_fini(bight_loop *loop)
{
    while (loop->out_pool != NULL) {
        struct bight__out *out = loop->out_pool;
        loop->out_pool = out->dirty.next;
        bight_free(out);
    }
    bight_free(loop->wire->arena);
}

static void attach(bight_transport *t, struct bight__out *out)
{
    out->transport = t;
    t->out = out;
    t->gate |= BIGHT__GATE_OUT;
}

static void mark_dirty(bight_transport *t, struct bight__out *out)
{
    if (out->on_dirty)
        return;
    out->on_dirty = true;
    bight__dirty_push(bight__transport_loop(t), t->level, &out->dirty);
}

/* -- chunks --------------------------------------------------------------- */

static void chunk_free(struct bight__chunk *chunk)
{
    if (chunk->release != NULL) {
        chunk->release(chunk->ctx, chunk->whole);
        if (BIGHT__MUTANT(RELEASE_TWICE))
            chunk->release(chunk->ctx, chunk->whole);
    }
    bight_free(chunk);
}

static void chunks_free(struct bight__chunk *chunk)
{
    while (chunk != NULL) {
        struct bight__chunk *next = chunk->next;
        if (!BIGHT__MUTANT(NEVER_RELEASE))
            chunk_free(chunk);
        chunk = next;
    }
}

static struct bight__chunk *chunk_copy(const uint8_t *data, size_t size)
{
    size_t room = size < 1024 ? 1024 - size : 0;
    struct bight__chunk *chunk = bight_alloc(sizeof(*chunk) + size + room);
    if (chunk == NULL)
        return NULL;
    uint8_t *copy = (uint8_t *)(chunk + 1);
    memcpy(copy, data, size);
    *chunk = (struct bight__chunk){
        .data = copy, .size = size, .end = copy + size, .room = room};
    return chunk;
}

static void queue_push(struct bight__out *out, struct bight__chunk *chunk)
{
    chunk->next = NULL;
    if (out->queue == NULL) {
        out->queue = chunk;
        out->progress_ms =
            (uint32_t)bight__transport_loop(out->transport)->now_ms;
    } else {
        out->queue_last->next = chunk;
    }
    out->queue_last = chunk;
    out->queued += chunk->size;
}

/* A small piece goes into the last copy's spare room, unless the driver may
 * be reading that one's size just now. */
static bool queue_copy(struct bight__out *out, bight_bytes data)
{
    struct bight__chunk *last = out->queue_last;
    if (out->queue != NULL && last->room >= data.size && !out->writing) {
        memcpy(last->end, data.data, data.size);
        last->end += data.size;
        last->size += data.size;
        last->room -= data.size;
        out->queued += data.size;
        return true;
    }
    struct bight__chunk *chunk = chunk_copy(data.data, data.size);
    if (chunk == NULL)
        return false;
    queue_push(out, chunk);
    return true;
}

static void queue_skip(struct bight__out *out, size_t size)
{
    out->queued -= size;
    while (size > 0) {
        struct bight__chunk *chunk = out->queue;
        if (chunk->size > size) {
            chunk->data += size;
            chunk->size -= size;
            return;
        }
        size -= chunk->size;
        out->queue = chunk->next;
        chunk_free(chunk);
    }
}

/* -- the wire ------------------------------------------------------------- */

static void sent(bight_transport *t, size_t size)
{
    t->bytes_out += size;
    if (!bight__transport_closing(t))
        t->timer.mark = (uint32_t)bight__transport_loop(t)->now_ms;
}

/* Bytes taken, 0 for none; a broken wire ends the connection: false. */
static bool try_wire(bight_transport *t, const bight_bytes *pieces,
                     size_t count, size_t *ret_taken)
{
    ptrdiff_t taken = t->driver->try_writev(t, pieces, count);
    if (taken == -EAGAIN)
        taken = 0;
    if (taken < 0) {
        bight_driver_failed(t, bight_error_errno((int)-taken));
        return false;
    }
    sent(t, (size_t)taken);
    *ret_taken = (size_t)taken;
    return true;
}

static struct bight__chunk *take_owned(struct bight__out *out, unsigned index)
{
    if ((out->taken >> index & 1u) == 0)
        return NULL;
    struct bight__chunk *chunk = out->takes;
    out->takes = chunk->next;
    return chunk;
}

/* Piece `index` of the cork left up to `left`; the rest goes to the queue. */
static bool settle_piece(struct bight__out *out, unsigned index, size_t left)
{
    bight_bytes rest = bight_bytes_tail(out->pieces[index], left);
    struct bight__chunk *owned = take_owned(out, index);
    if (BIGHT__MUTANT(LOSE_PARTIAL) && left > 0 && rest.size > 1)
        rest = bight_bytes_tail(rest, 1);
    if (rest.size == 0) {
        if (owned != NULL)
            chunk_free(owned);
        return true;
    }
    if (owned == NULL)
        return queue_copy(out, rest);
    owned->data = rest.data;
    owned->size = rest.size;
    queue_push(out, owned);
    return true;
}

static void cork_reset(struct bight__out *out)
{
    out->corked = 0;
    out->count = 0;
    out->taken = 0;
    out->takes = NULL;
    out->arena_used = 0;
}

/* The wire took `taken` bytes of the cork and of `extra` pieces behind it. */
static bool settle(struct bight__out *out, unsigned count, size_t taken)
{
    bool ok = true;
    for (unsigned i = 0; i < count; i++) {
        size_t size = out->pieces[i].size;
        size_t left = taken < size ? taken : size;
        ok = settle_piece(out, i, left) && ok;
        taken -= left;
    }
    cork_reset(out);
    return ok;
}

static void no_memory(bight_transport *t)
{
    bight__transport_end_with(t, bight_error_of(BIGHT_ERROR_NO_MEMORY), true);
}

/* Sends the cork and, behind it, one piece more that does not fit in. */
static void leave_at_once(bight_transport *t, struct bight__out *out,
                          const bight_bytes *extra)
{
    unsigned count = out->count;
    if (extra != NULL)
        out->pieces[count++] = *extra;
    size_t taken = 0;
    if (out->queue == NULL && !try_wire(t, out->pieces, count, &taken))
        return;
    if (!settle(out, count, taken))
        no_memory(t);
}

/* -- the cork ------------------------------------------------------------- */

static bool is_lent(const bight_loop *loop, bight_bytes data)
{
    return data.data >= loop->lent && data.data < loop->lent_end &&
           data.data + data.size <= loop->lent_end;
}

/* The last piece, if it is bight's own bytes and ends where `data` begins. */
static bight_bytes *adjacent(struct bight__out *out, bight_bytes data)
{
    if (out->count == 0 || (out->taken >> (out->count - 1) & 1u) != 0)
        return NULL;
    bight_bytes *last = &out->pieces[out->count - 1];
    return last->data + last->size == data.data ? last : NULL;
}

static void cork_push(struct bight__out *out, bight_bytes data)
{
    out->corked += data.size;
    bight_bytes *last = adjacent(out, data);
    if (last != NULL) {
        last->size += data.size;
        return;
    }
    if (BIGHT__MUTANT(REORDER) && out->count > 0) {
        out->pieces[out->count++] = out->pieces[0];
        out->pieces[0] = data;
        return;
    }
    out->pieces[out->count++] = data;
}

static bool cork_copy(bight_transport *t, struct bight__out *out,
                      bight_bytes data)
{
    if (out->arena == NULL)
        out->arena = arena_new(bight__transport_loop(t));
    if (out->arena == NULL)
        return false;
    uint8_t *copy = out->arena + out->arena_used;
    memcpy(copy, data.data, data.size);
    out->arena_used += data.size;
    cork_push(out, bight_bytes_of(copy, data.size));
    return true;
}

static bool fits_arena(const struct bight__out *out, bight_bytes data)
{
    return data.size <= BIGHT__CORK_COPY &&
           data.size <= BIGHT__ARENA_SIZE - out->arena_used &&
           out->count < BIGHT__CORK_PIECES;
}

/* Puts one piece where it belongs: queue, cork, or the wire. */
static void add(bight_transport *t, struct bight__out *out, bight_bytes data)
{
    if (data.size == 0)
        return;
    bool ok = true;
    if (out->queue != NULL)
        ok = queue_copy(out, data);
    else if (is_lent(bight__transport_loop(t), data) &&
             out->count < BIGHT__CORK_PIECES)
        cork_push(out, data);
    else if (fits_arena(out, data))
        ok = cork_copy(t, out, data);
    else
        leave_at_once(t, out, &data);
    if (!ok)
        no_memory(t);
}

static void add_owned(bight_transport *t, struct bight__out *out,
                      struct bight__chunk *chunk)
{
    if (out->queue == NULL && out->count == BIGHT__CORK_PIECES)
        leave_at_once(t, out, NULL);
    if (out->queue != NULL || t->state >= BIGHT__ENDING) {
        queue_push(out, chunk);
        return;
    }
    chunk->next = NULL;
    if (out->takes == NULL)
        out->takes = chunk;
    else
        out->takes_last->next = chunk;
    out->takes_last = chunk;
    out->pieces[out->count] = bight_bytes_of(chunk->data, chunk->size);
    out->taken |= (uint16_t)(1u << out->count++);
    out->corked += chunk->size;
}

/* -- write ---------------------------------------------------------------- */

static bool may_write(const bight_transport *t)
{
    if (t->state == BIGHT__OPEN)
        return (t->facts & BIGHT__EOF_ASKED) == 0 ||
               BIGHT__MUTANT(WRITE_AFTER_EOF);
    return t->state == BIGHT__DRAINING && bight__transport_awaits_producer(t) &&
           (t->facts & BIGHT__EOF_ASKED) == 0;
}

static bight_write_status refuse(const bight_transport *t, size_t size)
{
    const bight_log_field fields[] = {
        bight_log_text("protocol", t->protocol->name),
        bight_log_uint("bytes", size),
    };
    bight_log_write(BIGHT_LOG_DEBUG, "write_after_close", fields, 2);
    return BIGHT_WRITE_CLOSED;
}

static bight_write_status status_of(const bight_transport *t)
{
    if (!may_write(t))
        return BIGHT_WRITE_CLOSED;
    if ((t->facts & BIGHT__PAUSED) != 0 ||
        bight__out_refused(t) > bight__transport_limits(t)->high_mark)
        return BIGHT_WRITE_FULL;
    return BIGHT_WRITE_READY;
}

/* The cap counts what is there before this write (T17); of two layers only the
 * upper one's cap counts, and all that both hold. */
static bool over_cap(bight_transport *t, size_t copied)
{
    size_t cap = bight__transport_limits(t)->write_cap;
    if ((t->facts & BIGHT__FILTERED) != 0 ||
        (copied <= cap && bight_transport_queued(t) <= cap))
        return false;
    return !BIGHT__MUTANT(NO_CAP);
}

/* What every write checks first; NULL: it went no further. */
static struct bight__out *begin_write(bight_transport *t, size_t copied)
{
    if (over_cap(t, copied)) {
        bight__transport_end_with(t, bight_error_of(BIGHT_ERROR_WRITE_OVERFLOW),
                                  true);
        return NULL;
    }
    if (t->out == NULL) {
        struct bight__out *out = out_new(bight__transport_loop(t));
        if (out == NULL) {
            no_memory(t);
            return NULL;
        }
        attach(t, out);
    }
    mark_dirty(t, t->out);
    return t->out;
}

bight_write_status bight_transport_writev(bight_transport *t,
                                          const bight_bytes *pieces,
                                          size_t count)
{
    bight__transport_check(t);
    size_t size = 0;
    size_t copied = 0;
    for (size_t i = 0; i < count; i++) {
        size += pieces[i].size;
        if (!is_lent(bight__transport_loop(t), pieces[i]))
            copied += pieces[i].size;
    }
    if (!may_write(t))
        return refuse(t, size);
    if (size == 0)
        return status_of(t);
    struct bight__out *out = begin_write(t, copied);
    for (size_t i = 0; out != NULL && i < count && may_write(t); i++)
        add(t, out, pieces[i]);
    return status_of(t);
}

/* The short way: the first write of a dispatch, of bytes just read. */
bight_write_status bight_transport_write(bight_transport *t, bight_bytes data)
{
    bight__transport_check(t);
    bight_loop *loop = bight__transport_loop(t);
    struct bight__out *out = loop->out_pool;
    if (__builtin_expect(t->gate != 0 || out == NULL || !is_lent(loop, data) ||
                             data.size == 0,
                         0))
        return bight_transport_writev(t, &data, 1);
    loop->out_pool = out->dirty.next;
    attach(t, out);
    out->pieces[0] = data;
    out->count = 1;
    out->corked = data.size;
    out->on_dirty = true;
    bight__dirty_push(loop, t->level, &out->dirty);
    return BIGHT_WRITE_READY;
}

bight_write_status bight_transport_write_take(bight_transport *t,
                                              bight_bytes data,
                                              bight_release_fn release,
                                              void *ctx)
{
    bight__transport_check(t);
    struct bight__chunk *chunk = NULL;
    struct bight__out *out = NULL;
    bool open = may_write(t);
    if (open && data.size > 0)
        out = begin_write(t, 0);
    if (out != NULL)
        chunk = bight_alloc(sizeof(*chunk));
    if (chunk == NULL) {
        release(ctx, data);
        if (out != NULL)
            no_memory(t);
        return open ? status_of(t) : refuse(t, data.size);
    }
    *chunk = (struct bight__chunk){.data = data.data,
                                   .size = data.size,
                                   .release = release,
                                   .ctx = ctx,
                                   .whole = data};
    add_owned(t, out, chunk);
    return status_of(t);
}

/* -- flush ---------------------------------------------------------------- */

static size_t gather(const struct bight__out *out, bight_bytes *pieces,
                     size_t most, size_t limit)
{
    size_t count = 0;
    const struct bight__chunk *chunk = out->queue;
    for (; chunk != NULL && count < most && limit > 0; chunk = chunk->next) {
        size_t size = chunk->size < limit ? chunk->size : limit;
        pieces[count++] = bight_bytes_of(chunk->data, size);
        limit -= size;
    }
    return count;
}

/* Hands the driver what it may hold; the cork is empty, so its pieces serve
 * as the driver's. */
static void hand_over(bight_transport *t, struct bight__out *out)
{
    if (out->queue == NULL || out->writing || t->state >= BIGHT__ENDING)
        return;
    size_t count =
        gather(out, out->pieces, BIGHT_DRIVER_PIECES, BIGHT_DRIVER_REST);
    out->resting = 0;
    for (size_t i = 0; i < count; i++)
        out->resting += out->pieces[i].size;
    out->writing = true;
    bight_error error =
        t->driver->write_rest(t, out->pieces, count, out->request);
    if (bight_failed(error)) {
        out->writing = false;
        bight_driver_failed(t, error);
    }
}

/* Everything that may follow from the queue having changed. */
static void after_flush(bight_transport *t)
{
    struct bight__out *out = t->out;
    if (out != NULL && out->queue == NULL && out->count == 0 && !out->writing &&
        !out->on_dirty)
        detach(t);
    if (t->state >= BIGHT__ENDING)
        return;
    if (t->out != NULL && bight__transport_limits(t)->write_timeout_ms > 0)
        bight__transport_rearm(t);
    bight__out_judge(t);
    bight__transport_step(t);
    if (t->cold != NULL && t->cold->above != NULL)
        bight__transport_nudge(t->cold->above);
}

static void flush_rest(bight_transport *t, struct bight__out *out)
{
    if (t->state >= BIGHT__ENDING) {
        bight__out_drop(t);
        return;
    }
    if (out->count > 0)
        leave_at_once(t, out, NULL);
    if (t->out == out)
        hand_over(t, out);
    after_flush(t);
}

static void flush(struct bight__dirty *dirty)
{
    struct bight__out *out = bight__container(dirty, struct bight__out, dirty);
    bight_transport *t = out->transport;
    out->on_dirty = false;
    if (__builtin_expect(t->gate != BIGHT__GATE_OUT || t->cold != NULL ||
                             out->count != 1 || out->taken != 0 ||
                             out->queue != NULL || out->arena != NULL,
                         0)) {
        flush_rest(t, out);
        return;
    }
    ptrdiff_t taken = t->driver->try_writev(t, out->pieces, 1);
    if (__builtin_expect(taken != (ptrdiff_t)out->corked, 0)) {
        size_t part = taken > 0 ? (size_t)taken : 0;
        if (taken < 0 && taken != -EAGAIN)
            bight_driver_failed(t, bight_error_errno((int)-taken));
        else if (sent(t, part), !settle(out, 1, part))
            no_memory(t);
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

/* Tries until the wire refuses, so that one completion moves what it can. */
static bool drain_queue(bight_transport *t, struct bight__out *out)
{
    while (out->queue != NULL) {
        bight_bytes pieces[BIGHT__CORK_PIECES];
        size_t count =
            gather(out, pieces, BIGHT__CORK_PIECES, BIGHT__READ_BUFFER_SIZE);
        size_t offered = 0;
        for (size_t i = 0; i < count; i++)
            offered += pieces[i].size;
        size_t taken = 0;
        if (!try_wire(t, pieces, count, &taken))
            return false;
        queue_skip(out, taken);
        if (taken < offered)
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
    out->progress_ms = (uint32_t)bight__transport_loop(t)->now_ms;
    queue_skip(out, out->resting);
    if (!drain_queue(t, out))
        return;
    hand_over(t, out);
    after_flush(t);
}

void bight__out_flush_now(bight_transport *t)
{
    struct bight__out *out = t->out;
    if (out != NULL && out->count > 0 && out->queue == NULL)
        leave_at_once(t, out, NULL);
}

void bight__out_drop(bight_transport *t)
{
    struct bight__out *out = t->out;
    if (out == NULL)
        return;
    chunks_free(out->takes);
    cork_reset(out);
    if (out->writing)
        return;
    chunks_free(out->queue);
    out->queue = NULL;
    out->queued = 0;
    if (!out->on_dirty)
        detach(t);
}

/* -- how much ------------------------------------------------------------- */

size_t bight__out_held(const bight_transport *t)
{
    return t->out == NULL ? 0 : t->out->corked + t->out->queued;
}

size_t bight__out_refused(const bight_transport *t)
{
    size_t refused = 0;
    for (; t != NULL; t = bight_transport_below(t))
        refused += t->out == NULL ? 0 : t->out->queued;
    return refused;
}

bool bight__out_empty(const bight_transport *t)
{
    for (; t != NULL; t = bight_transport_below(t))
        if (t->out != NULL && (bight__out_held(t) > 0 || t->out->writing))
            return false;
    return true;
}

size_t bight_transport_queued(const bight_transport *t)
{
    bight__transport_check(t);
    size_t queued = 0;
    if (t->state >= BIGHT__ENDING)
        return 0;
    for (; t != NULL; t = bight_transport_below(t))
        queued += bight__out_held(t);
    return queued;
}

static void set_paused(bight_transport *t, bool paused)
{
    uint8_t told = paused ? BIGHT__DUE_PAUSE : BIGHT__DUE_RESUME;
    uint8_t other = paused ? BIGHT__DUE_RESUME : BIGHT__DUE_PAUSE;
    if (paused)
        t->facts |= BIGHT__PAUSED;
    else
        t->facts &= (uint16_t)~BIGHT__PAUSED;
    /* An up-call that was not made yet is taken back: strictly paired. */
    if ((t->due & other) != 0)
        t->due &= (uint8_t)~other;
    else
        t->due |= told;
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
