/* SPDX-License-Identifier: MIT */
/* Streams: what their connections tell them, and their end. */
#include "framing/stream.h"

#include <assert.h>

#include <bight/alloc.h>

#include "loop/dispatch.h"
#include "wire/wire.h"

#define CALLER __builtin_return_address(0)

/* A read into less room than that is not worth its system call. */
#define LEAST_ROOM ((size_t)512)

static size_t tail_of(const struct bight__stream *s)
{
    return s->bytes.capacity - s->bytes.end;
}

/* -- its block ------------------------------------------------------------- */

static bool attach(struct bight__stream *s, size_t size)
{
    bight_loop *loop = bight_transport_loop(s->transport);
    uint8_t *block = bight__block_take(loop, size);
    size_t used = bight__stream_size(s);
    if (block == NULL)
        return false;
    if (used > 0) {
        assert(s->bytes.data != NULL);
        memcpy(block, s->bytes.data + s->bytes.start, used);
        bight__block_give(loop, s->bytes.data, s->bytes.capacity);
    }
    s->bytes.data = block;
    s->bytes.start = 0;
    s->bytes.end = used;
    s->bytes.capacity = size;
    return true;
}

/* The loop may be gone before a stream that is over. */
void bight__stream_drop_block(struct bight__stream *s)
{
    if (s->over)
        bight_free(s->bytes.data);
    else
        bight__block_give(bight_transport_loop(s->transport), s->bytes.data,
                          s->bytes.capacity);
    bight_buffer_init(&s->bytes);
}

/* Nothing is lent. Moving pays as in a bight_buffer. */
static bool grow(struct bight__stream *s)
{
    size_t used = bight__stream_size(s);
    uint8_t *unused;
    bool may_move = s->bytes.start >= used &&
                    s->bytes.capacity - used >= LEAST_ROOM &&
                    (!s->greedy || s->bytes.capacity >= BIGHT__BLOCK_LARGE);
    if (!may_move && s->bytes.capacity < BIGHT__BLOCK_LARGE)
        return attach(s, BIGHT__BLOCK_LARGE);
    return !bight_failed(bight_buffer_reserve(&s->bytes, LEAST_ROOM, &unused));
}

static bool has_room(const struct bight__stream *s)
{
    return tail_of(s) >= LEAST_ROOM || (s->lent > 0 && tail_of(s) > 0);
}

/* False: no memory. */
static bool make_room(struct bight__stream *s)
{
    if (s->bytes.data == NULL)
        return attach(s, s->greedy ? BIGHT__BLOCK_LARGE : BIGHT__BLOCK_SMALL);
    return has_room(s) || s->lent > 0 || grow(s);
}

static size_t most_of(const struct bight__stream *s)
{
    return s->most > s->limit ? s->most : s->limit;
}

static bool is_full(const struct bight__stream *s)
{
    return bight__stream_size(s) >= most_of(s) ||
           (s->lent > 0 && tail_of(s) == 0);
}

static void pause_reading(struct bight__stream *s)
{
    s->paused = true;
    bight_transport_pause_reading(s->transport, BIGHT_HOLD_FRAMER);
}

void bight__stream_resume(struct bight__stream *s)
{
    if (!s->paused || is_full(s))
        return;
    s->paused = false;
    bight_transport_resume_reading(s->transport, BIGHT_HOLD_FRAMER);
}

/* Reading goes on when half of the limit is free. */
void bight__stream_consume(struct bight__stream *s)
{
    bight_buffer_consume(&s->bytes, s->lent);
    s->lent = 0;
    if (s->paused && bight__stream_size(s) <= s->limit / 2)
        bight__stream_resume(s);
}

/* -- what its connection tells --------------------------------------------- */

static void wake(struct bight__waiter *waiter)
{
    if (waiter != NULL)
        (void)bight__unpark(waiter, bight_ok());
}

static bight_space __attribute__((noinline))
offer(struct bight__stream *s, bight_transport *t)
{
    if (is_full(s)) {
        pause_reading(s);
        return (bight_space){.size = 0};
    }
    if (!make_room(s)) {
        bight_transport_fail(t, bight_error_of(BIGHT_ERROR_NO_MEMORY));
        return (bight_space){.size = 0};
    }
    size_t room = most_of(s) - bight__stream_size(s);
    return (bight_space){.data = s->bytes.data + s->bytes.end,
                         .size = room < tail_of(s) ? room : tail_of(s)};
}

/* The short way: an idle stream, and a spare block. */
bight_space bight_stream_get_buffer(void *self, bight_transport *t, size_t hint)
{
    struct bight__stream *s = self;
    struct bight__blocks *blocks = &bight_transport_loop(t)->wire->small_blocks;
    struct bight__block *block = blocks->spare;
    (void)hint;
    if (s->bytes.data != NULL || block == NULL || s->greedy ||
        s->limit < BIGHT__BLOCK_SMALL)
        return offer(s, t);
    blocks->spare = block->next;
    blocks->count--;
    s->bytes.data = (uint8_t *)block;
    s->bytes.capacity = BIGHT__BLOCK_SMALL;
    return (bight_space){.data = s->bytes.data, .size = BIGHT__BLOCK_SMALL};
}

/* The reader is woken before the wire is paused, so that one who takes all of
 * it lets the wire go on as if nothing had been. */
void bight_stream_buffer_updated(void *self, bight_transport *t, size_t size)
{
    struct bight__stream *s = self;
    (void)t;
    s->bytes.end += size;
    s->greedy = tail_of(s) == 0 || (s->greedy && size >= BIGHT__BLOCK_SMALL);
    if (s->reader != NULL && bight__stream_size(s) >= s->wanted)
        wake(s->reader);
    if (is_full(s))
        pause_reading(s);
}

bool bight_stream_eof_received(void *self, bight_transport *t)
{
    struct bight__stream *s = self;
    (void)t;
    s->at_eof = true;
    wake(s->reader);
    return true;
}

void bight_stream_pause_writing(void *self, bight_transport *t)
{
    struct bight__stream *s = self;
    (void)t;
    s->full = true;
}

void bight_stream_resume_writing(void *self, bight_transport *t)
{
    struct bight__stream *s = self;
    (void)t;
    s->full = false;
    wake(s->writer);
}

void bight_stream_draining(void *self, bight_transport *t)
{
    struct bight__stream *s = self;
    (void)t;
    s->told_to_stop = true;
    wake(s->reader);
}

bool bight__stream_ended_well(bight_error why)
{
    return bight_error_is(why, &bight_domain, BIGHT_ERROR_CLOSED) ||
           bight_error_is(why, &bight_domain, BIGHT_ERROR_EOF);
}

/* T25: before the pipe's close of the other one sends an eof. */
static void pass_reset_on(struct bight__stream *s)
{
    if (s->joined != NULL && s->joined->transport != NULL &&
        !bight__stream_ended_well(s->why))
        bight_transport_abort(s->joined->transport);
}

void bight_stream_connection_lost(void *self, bight_transport *t,
                                  bight_error why)
{
    struct bight__stream *s = self;
    (void)t;
    if (s->bytes.data != NULL && bight__stream_size(s) == 0)
        bight__stream_drop_block(s);
    s->over = true;
    s->why = why;
    pass_reset_on(s);
    wake(s->reader);
    wake(s->writer);
    wake(s->closer);
}

/* -- for whoever uses it --------------------------------------------------- */

bight_transport *bight_stream_transport(const bight_stream *stream)
{
    return ((const struct bight__stream *)stream)->transport;
}

bight_error bight__stream_check(const struct bight__stream *s,
                                const struct bight__task *task,
                                const char *name)
{
    if (task == NULL)
        return bight__task_missing(name);
    if (s->transport == NULL)
        return bight_error_note(bight_error_of(BIGHT_ERROR_CLOSED),
                                "%s of a stream that was closed", name);
    return bight_ok();
}

bight_error bight__stream_why(const struct bight__stream *s)
{
    bight_end end = {.size = sizeof(end)};
    if (s->over)
        return s->why;
    if (s->transport == NULL)
        return bight_error_of(BIGHT_ERROR_CLOSED);
    bight_transport_end(s->transport, &end);
    return bight_failed(end.why) ? end.why : bight_error_of(BIGHT_ERROR_CLOSED);
}

static bight_error park(struct bight__waiter **place,
                        struct bight__waiter **other, const void *at)
{
    struct bight__waiter waiter;
    if (*place != NULL || *other != NULL)
        return bight_error_note(bight_error_of(BIGHT_ERROR_BUSY),
                                "another task waits there");
    bight__list_init(&waiter.link);
    waiter.steady = false;
    waiter.task = NULL;
    *place = *other = &waiter;
    bight_error error = bight__park(&waiter, at);
    *place = *other = NULL;
    return error;
}

bight_error bight__stream_park(struct bight__stream *s,
                               struct bight__waiter **place, const void *at)
{
    s->parked++;
    bight_error error = park(place, place, at);
    s->parked--;
    return error;
}

bight_error bight__stream_park_both(struct bight__stream *a,
                                    struct bight__stream *b, const void *at)
{
    a->parked++;
    b->parked++;
    bight_error error = park(&a->closer, &b->closer, at);
    a->parked--;
    b->parked--;
    return error;
}

/* -- its end --------------------------------------------------------------- */

static void say_farewell(struct bight__ready *entry)
{
    struct bight__stream *s =
        bight__container(entry, struct bight__stream, farewell);
    bight_transport_unref(s->released);
}

/* Whoever waits in it goes on first. */
void bight__stream_release(struct bight__stream *s)
{
    bight_transport *t = s->transport;
    bight__stream_drop_block(s);
    s->lent = 0;
    s->transport = NULL;
    if (s->parked == 0) {
        bight_transport_unref(t);
        return;
    }
    s->released = t;
    s->farewell.run = say_farewell;
    wake(s->reader);
    wake(s->writer);
    wake(s->closer);
    bight__ready_push(bight_transport_loop(t), &s->farewell);
}

static bight_error wait_for_end(struct bight__stream *s, const void *at)
{
    if (bight__task_current() == NULL)
        return bight_ok();
    while (!s->over && s->transport != NULL) {
        bight_error error = bight__stream_park(s, &s->closer, at);
        if (bight_failed(error) && !s->over)
            return error;
    }
    if (!s->over)
        return bight_error_of(BIGHT_ERROR_ABORTED); /* by another task */
    return bight__stream_ended_well(s->why) ? bight_ok() : s->why;
}

/* A server's is released when its task ends. */
bight_error bight_stream_close(bight_stream *stream)
{
    struct bight__stream *s = bight__stream_of(stream);
    if (s == NULL || s->transport == NULL)
        return bight_ok();
    bight_transport_close(s->transport);
    if (s->serve != NULL)
        return bight_ok();
    bight_error error = wait_for_end(s, CALLER);
    if (s->transport != NULL && s->closer == NULL)
        bight__stream_release(s);
    return error;
}

void bight_stream_abort(bight_stream *stream)
{
    struct bight__stream *s = bight__stream_of(stream);
    if (s == NULL || s->transport == NULL)
        return;
    bight_transport_abort(s->transport);
    if (s->serve == NULL)
        bight__stream_release(s);
}
