/* SPDX-License-Identifier: MIT */
/*
 * Writing (T11 to T17): what is written during a dispatch is corked here, and
 * leaves at its end in one try; flush.c has what follows.
 *
 *     write ─> cork ── flush ──> wire
 *                        └ refused ─> queue ── write_rest ──> wire
 *                                       └──── each completion tries again
 */
#include "wire/out.h"

#include <string.h>
#include <unistd.h>

#include <bight/alloc.h>
#include <bight/filter.h>
#include <bight/log.h>

#include "wire/owner.h"

/* -- the block ------------------------------------------------------------ */

static struct bight__out *out_new(bight_loop *loop)
{
    struct bight__out *out = loop->out_pool;
    if (out != NULL) {
        loop->out_pool = out->dirty.next;
        return out;
    }
    out = bight_zalloc(sizeof(*out));
    if (out != NULL)
        out->dirty.flush = bight__out_flush;
    return out;
}

static bool has_arena(struct bight__out *out)
{
    if (out->arena == NULL)
        out->arena = bight_alloc(BIGHT__ARENA_SIZE);
    return out->arena != NULL;
}

static void out_free(struct bight__out *out)
{
    bight_free(out->arena);
    bight_free(out);
}

/* One block, and its arena, is kept for the next write; blocked peers' are
 * given back. */
void bight__out_detach(bight_transport *t)
{
    struct bight__out *out = t->out;
    bight_loop *loop = bight__transport_loop(t);
    t->out = NULL;
    t->gate &= (uint8_t)~BIGHT__GATE_OUT;
    if (loop->out_pool != NULL) {
        out_free(out);
        return;
    }
    out->arena_used = 0;
    out->dirty.next = NULL;
    loop->out_pool = out;
}

void bight__out_fini(bight_loop *loop)
{
    while (loop->out_pool != NULL) {
        struct bight__out *out = loop->out_pool;
        loop->out_pool = out->dirty.next;
        out_free(out);
    }
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

void bight__out_cork_reset(struct bight__out *out)
{
    out->corked = 0;
    out->count = 0;
    out->taken = 0;
    out->arena_used = 0;
}

/* -- the cork ------------------------------------------------------------- */

static bool is_lent(const bight_loop *loop, bight_bytes data)
{
    return data.data >= loop->lent && data.data < loop->lent_end &&
           data.data + data.size <= loop->lent_end && !BIGHT__MUTANT(COPY_LENT);
}

/* The last piece, if it is bight's own bytes and ends where `data` begins. */
static bight_bytes *adjacent(struct bight__out *out, bight_bytes data)
{
    if (out->count == 0 || ((unsigned)out->taken >> (out->count - 1) & 1u) != 0)
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

static bool cork_copy(struct bight__out *out, bight_bytes data)
{
    if (!has_arena(out))
        return false;
    uint8_t *copy = out->arena + out->arena_used;
    memcpy(copy, data.data, data.size);
    out->arena_used += data.size;
    cork_push(out, bight_bytes_of(copy, data.size));
    return true;
}

static bool fits_arena(const struct bight__out *out, bight_bytes data)
{
    return !BIGHT__MUTANT(NO_CORK) && data.size <= BIGHT__CORK_COPY &&
           data.size <= BIGHT__ARENA_SIZE - out->arena_used &&
           out->count < BIGHT__CORK_PIECES;
}

/* Puts one piece where it belongs: queue, cork, or the wire. */
static void add(bight_transport *t, struct bight__out *out, bight_bytes data)
{
    if (data.size == 0)
        return;
    bool ok = true;
    if (out->queue.head != NULL)
        ok = bight__queue_copy(&out->queue, data);
    else if (is_lent(bight__transport_loop(t), data) &&
             out->count < BIGHT__CORK_PIECES)
        cork_push(out, data);
    else if (fits_arena(out, data))
        ok = cork_copy(out, data);
    else
        bight__out_leave(t, out, &data);
    if (!ok)
        bight__out_no_memory(t);
}

static void add_owned(bight_transport *t, struct bight__out *out,
                      struct bight__chunk *chunk)
{
    if (out->queue.head == NULL && out->count == BIGHT__CORK_PIECES)
        bight__out_leave(t, out, NULL);
    if (out->queue.head != NULL || t->state >= BIGHT__ENDING) {
        bight__queue_push(&out->queue, chunk);
        return;
    }
    bight__queue_push(&out->takes, chunk);
    out->pieces[out->count] = bight_bytes_of(chunk->data, chunk->size);
    out->taken |= (uint16_t)(1u << out->count++);
    out->corked += chunk->size;
    if (out->corked > BIGHT__CORK_SIZE)
        bight__out_leave(t, out, NULL);
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

/* The table of a protocol that is over may have gone with its loop. */
static bight_write_status refuse(const bight_transport *t, size_t size)
{
    bool over = (t->facts & BIGHT__ORPHANED) != 0;
    const bight_log_field fields[] = {
        bight_log_uint("bytes", size),
        bight_log_text("protocol", over ? "" : t->protocol->name),
    };
    bight_log_write(BIGHT_LOG_DEBUG, "write_after_close", fields, over ? 1 : 2);
    return BIGHT_WRITE_CLOSED;
}

/* FULL is a promise that resume_writing will come, so the pause is noted now,
 * even if the flush finds room again. */
static bight_write_status status_of(bight_transport *t)
{
    if (!may_write(t))
        return BIGHT_WRITE_CLOSED;
    if ((t->facts & BIGHT__PAUSED) != 0)
        return BIGHT_WRITE_FULL;
    /* Of two layers the upper one is told, so the lower one promises nothing.
     */
    if ((t->facts & BIGHT__FILTERED) != 0)
        return BIGHT_WRITE_READY;
    if (bight__out_refused(t) <= bight__transport_limits(t)->high_mark)
        return BIGHT_WRITE_READY;
    bight__out_judge(t);
    return BIGHT_WRITE_FULL;
}

/* The cap counts what is there before this write (T17); of two layers only the
 * upper one's cap counts, and all that both hold. What comes from above has
 * passed it there; what a filter writes of its own has not. */
static bool over_cap(bight_transport *t, size_t copied)
{
    bool filtered = (t->facts & BIGHT__FILTERED) != 0;
    const bight_transport *top = t;
    for (const bight_transport *at = t; at != NULL;
         at = bight_transport_above(at))
        top = at;
    size_t cap = bight__transport_limits(top)->write_cap;
    size_t queued = bight_transport_queued(t);
    if (t->out != NULL)
        queued += t->out->queue.files * BIGHT__FILE_COST;
    if ((filtered || copied <= cap) && queued <= cap)
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
            bight__out_no_memory(t);
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
    for (size_t i = 0; i < count; i++)
        size += pieces[i].size;
    if (!may_write(t))
        return refuse(t, size);
    for (size_t i = 0; i < count; i++)
        if (!is_lent(bight__transport_loop(t), pieces[i]))
            copied += pieces[i].size;
    if (size == 0)
        return status_of(t);
    struct bight__out *out = begin_write(t, copied);
    for (size_t i = 0; out != NULL && i < count && may_write(t); i++)
        add(t, out, pieces[i]);
    return status_of(t);
}

static __attribute__((noinline)) bight_write_status write_one(
    bight_transport *t, bight_bytes data)
{
    return bight_transport_writev(t, &data, 1);
}

/* No cap is near, whatever the layers below have corked (T17). */
static bool is_far_from_cap(const bight_transport *t)
{
    bool owners =
        t->cold == NULL || (!t->cold->own_limits && t->cold->above == NULL);
    return owners && t->owner->limits.write_cap / BIGHT__CORK_SIZE > t->level;
}

/* Behind another copy of this dispatch, of which it becomes a part. */
static bool append(bight_transport *t, bight_bytes data)
{
    struct bight__out *out = t->out;
    if (t->gate != BIGHT__GATE_OUT || (t->facts & BIGHT__PAUSED) != 0 ||
        !is_far_from_cap(t) || out->count != 1 || !out->on_dirty ||
        out->queue.head != NULL || out->pieces[0].data != out->arena ||
        !fits_arena(out, data) || is_lent(bight__transport_loop(t), data) ||
        BIGHT__MUTANT(REORDER))
        return false;
    memcpy(out->arena + out->arena_used, data.data, data.size);
    out->arena_used += data.size;
    out->pieces[0].size += data.size;
    out->corked += data.size;
    return true;
}

/* The block's first copy; the arena is there since it served before. */
static bool copy_first(const bight_transport *t, struct bight__out *out,
                       bight_bytes *data)
{
    if (out->arena == NULL || data->size > BIGHT__CORK_COPY ||
        !is_far_from_cap(t) || BIGHT__MUTANT(NO_CORK))
        return false;
    memcpy(out->arena, data->data, data->size);
    out->arena_used = data->size;
    data->data = out->arena;
    return true;
}

/* The short way: the first write of a dispatch, and small ones behind it. */
bight_write_status bight_transport_write(bight_transport *t, bight_bytes data)
{
    bight__transport_check(t);
    if (__builtin_expect(data.size == 0, 0))
        return write_one(t, data);
    if (__builtin_expect(t->gate != 0, 0)) /* the loop may be gone (T10) */
        return append(t, data) ? BIGHT_WRITE_READY : write_one(t, data);
    bight_loop *loop = bight__transport_loop(t);
    struct bight__out *out = loop->out_pool;
    if (__builtin_expect(out == NULL, 0))
        return write_one(t, data);
    if (!is_lent(loop, data) && !copy_first(t, out, &data))
        return write_one(t, data);
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
        chunk = bight__chunk_new(data, release, ctx);
    if (chunk == NULL) {
        release(ctx, data);
        if (out != NULL)
            bight__out_no_memory(t);
        return open ? status_of(t) : refuse(t, data.size);
    }
    add_owned(t, out, chunk);
    return status_of(t);
}

/* -- send_file ------------------------------------------------------------ */

/* A small file that is in memory is corked like a small write: of a head and
 * such a file one send is made. */
static bool cork_file(bight_transport *t, struct bight__out *out, int fd,
                      uint64_t offset, uint64_t length)
{
    bight_loop *loop = bight__transport_loop(t);
    if (out->queue.head != NULL || length == 0 ||
        length > BIGHT__ARENA_SIZE - out->arena_used ||
        out->count == BIGHT__CORK_PIECES)
        return false;
    if (!has_arena(out))
        return false;
    uint8_t *copy = out->arena + out->arena_used;
    if (!bight__file_peek(loop, fd, offset, copy, (size_t)length))
        return false;
    out->arena_used += (size_t)length;
    cork_push(out, bight_bytes_of(copy, (size_t)length));
    return true;
}

static void send_file(bight_transport *t, struct bight__out *out,
                      struct bight__file *file)
{
    if (cork_file(t, out, file->fd, file->offset, file->left)) {
        bight__file_advance(file, (size_t)file->left);
        bight__file_end(file);
    } else {
        bight__out_send_file(t, out, file);
    }
}

bight_write_status bight_transport_send_file(bight_transport *t, int fd,
                                             uint64_t offset, uint64_t length,
                                             bight_sent_fn fn, void *ctx)
{
    bight__transport_check(t);
    struct bight__file *file = NULL;
    struct bight__out *out = NULL;
    bool open = may_write(t);
    if (open)
        out = begin_write(t, 0);
    if (out != NULL)
        file = bight__file_new(t, fd, offset, length, fn, ctx);
    if (file == NULL) {
        (void)close(fd);
        if (out != NULL)
            bight__out_no_memory(t);
        return open ? BIGHT_WRITE_CLOSED : refuse(t, (size_t)length);
    }
    send_file(t, out, file);
    return may_write(t) ? status_of(t) : BIGHT_WRITE_FULL;
}
