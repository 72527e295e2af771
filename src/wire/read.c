/* SPDX-License-Identifier: MIT */
/*
 * Reading (T20 to T22): straight from the driver to the protocol, unless a
 * hold forbids it. A hold is one of the protocol's reasons to pause, or one of
 * the machine's; with none of them set there is nothing else to ask.
 */
#include <string.h>

#include <bight/alloc.h>
#include <bight/filter.h>

#include "wire/out.h"
#include "wire/transport.h"
#include "wire/wire.h"

#define DISCARD_BYTES (1024 * 1024)

/* -- from the driver ------------------------------------------------------ */

static bight_space offered(bight_transport *t, size_t hint)
{
    bight_space space = {0};
    if (t->protocol->get_buffer != NULL && t->holds == 0)
        space = t->protocol->get_buffer(bight__transport_self(t), t, hint);
    /* The protocol may have closed or paused: then its memory is not used. */
    return t->holds == 0 ? space : (bight_space){0};
}

/* An up-call is due here or in a layer above, which a read would feed. That a
 * producer has more to write is none. */
static bool is_queued(const bight_transport *t)
{
    if (BIGHT__MUTANT(OVERTAKE))
        return false;
    while (t != NULL && ((t->facts & BIGHT__QUEUED) == 0 ||
                         (t->due == BIGHT__DUE_PRODUCE && t->holds == 0)))
        t = bight_transport_above(t);
    return t != NULL;
}

/* What a cork still refers to in the loop's buffer leaves before that is read
 * into again; and a read never overtakes a queued up-call (T8). */
static __attribute__((noinline)) bight_space buffer_rarely(bight_transport *t,
                                                           size_t hint)
{
    bight_loop *loop = bight__transport_loop(t);
    bight_space space = {.data = loop->read_buffer, .size = 0};
    bight_space own = {.size = 0};
    loop->wire->asked = t;
    bight__dispatch_flush(loop);
    bool waits = is_queued(t);
    if (!waits)
        own = offered(t, hint);
    loop->wire->asked = NULL;
    loop->wire->offered = own.data;
    if (waits || t->state >= BIGHT__ENDING)
        return space;
    space.size = BIGHT__READ_BUFFER_SIZE;
    return own.size > 0 ? own : space;
}

/* The protocol's memory, with nothing to be seen to before. */
static bight_space buffer_of_protocol(bight_transport *t, size_t hint)
{
    struct bight__wire *wire = bight__transport_loop(t)->wire;
    wire->asked = t;
    bight_space own = offered(t, hint);
    wire->asked = NULL;
    wire->offered = own.data;
    if (__builtin_expect(own.size > 0, 1))
        return own;
    return (bight_space){
        .data = bight__transport_loop(t)->read_buffer,
        .size = t->state >= BIGHT__ENDING ? 0 : BIGHT__READ_BUFFER_SIZE};
}

bight_space bight_driver_buffer(bight_transport *t, size_t hint)
{
    bight_loop *loop = bight__transport_loop(t);
    if (__builtin_expect(loop->dirty_levels != 0 ||
                             (t->facts & (BIGHT__QUEUED | BIGHT__FILTERED)) !=
                                 0,
                         0))
        return buffer_rarely(t, hint);
    if (t->protocol->get_buffer != NULL)
        return buffer_of_protocol(t, hint);
    return (bight_space){.data = loop->read_buffer,
                         .size = BIGHT__READ_BUFFER_SIZE};
}

static bool hold_append(bight_transport *t, bight_bytes data);

static void hold_or_discard(bight_transport *t, bight_bytes data)
{
    if (BIGHT__MUTANT(DATA_AFTER_CLOSE) && t->state >= BIGHT__DRAINING &&
        t->state < BIGHT__ENDING)
        t->protocol->data_received(bight__transport_self(t), t, data);
    if (t->state >= BIGHT__ENDING)
        return;
    if (bight__transport_closing(t)) {
        t->timer.mark += (uint32_t)data.size;
        if (t->timer.mark > DISCARD_BYTES && t->state == BIGHT__LINGERING)
            bight__transport_cut(t, false);
        return;
    }
    if (!hold_append(t, data))
        bight__transport_end_with(t, bight_error_of(BIGHT_ERROR_NO_MEMORY),
                                  true);
}

/* Data that is not where the protocol wants it is copied there. What it does
 * not take now goes behind what it put back. A pipe that a callback laid takes
 * the rest. */
static void supply(bight_transport *t, bight_bytes data)
{
    while (data.size > 0 && t->holds == 0) {
        bight_space space = {0};
        if (t->protocol->get_buffer != NULL)
            space =
                t->protocol->get_buffer(bight__transport_self(t), t, data.size);
        if (t->holds != 0)
            break;
        if (space.size == 0 || t->protocol->get_buffer == NULL) {
            t->protocol->data_received(bight__transport_self(t), t, data);
            return;
        }
        size_t size = space.size < data.size ? space.size : data.size;
        assert(data.data != NULL);
        memcpy(space.data, data.data, size);
        t->protocol->buffer_updated(bight__transport_self(t), t, size);
        data = bight_bytes_tail(data, size);
    }
    if (data.size > 0)
        hold_or_discard(t, data);
}

static void deliver_buffered(bight_transport *t, bight_bytes data)
{
    struct bight__wire *wire = bight__transport_loop(t)->wire;
    bool direct = data.data == wire->offered;
    wire->offered = NULL;
    if (direct)
        t->protocol->buffer_updated(bight__transport_self(t), t, data.size);
    else
        supply(t, data);
}

void bight_driver_received(bight_transport *t, bight_bytes data)
{
    bight_loop *loop = bight__transport_loop(t);
    t->bytes_in += data.size;
    if (__builtin_expect(t->holds != 0, 0)) {
        hold_or_discard(t, data);
        return;
    }
    t->timer.mark = (uint32_t)loop->now_ms;
    loop->served = t;
    if (__builtin_expect(t->protocol->get_buffer != NULL, 0))
        deliver_buffered(t, data);
    else
        t->protocol->data_received(bight__transport_self(t), t, data);
}

void bight_driver_eof(bight_transport *t)
{
    if (t->state >= BIGHT__ENDING || (t->facts & BIGHT__EOF_IN) != 0)
        return;
    t->facts |= BIGHT__EOF_IN;
    t->facts &= (uint16_t)~BIGHT__READING;
    if (t->state == BIGHT__LINGERING) {
        bight__transport_cut(t, false);
        return;
    }
    t->due |= BIGHT__DUE_EOF;
    bight__transport_schedule(t);
}

/* -- what is held --------------------------------------------------------- */

static size_t held_size(const struct bight__cold *cold)
{
    return cold->held_end - cold->held_start;
}

/* Room for `size` more bytes behind what is held, or in front of it. What lies
 * in a block that is lent stays there as well, until it no longer is. */
static bool hold_reserve(struct bight__cold *cold, size_t size)
{
    if (cold->held_capacity - cold->held_end >= size &&
        cold->held != cold->lent)
        return true;
    size_t held = held_size(cold);
    size_t capacity = 2 * (held + size);
    uint8_t *moved = bight_alloc(capacity);
    if (moved == NULL)
        return false;
    if (held > 0)
        memcpy(moved, cold->held + cold->held_start, held);
    if (cold->held != cold->lent)
        bight_free(cold->held);
    cold->held = moved;
    cold->held_start = 0;
    cold->held_end = held;
    cold->held_capacity = capacity;
    return true;
}

/* False: no memory. Past the limit the connection is over (T22). */
static bool hold_append(bight_transport *t, bight_bytes data)
{
    struct bight__cold *cold = bight__transport_cold(t);
    assert(data.data != NULL);
    if (cold == NULL)
        return false;
    if (held_size(cold) + data.size > bight__transport_limits(t)->read_limit) {
        bight__transport_end_with(t, bight_error_of(BIGHT_ERROR_READ_OVERFLOW),
                                  true);
        return true;
    }
    if (!hold_reserve(cold, data.size))
        return false;
    memcpy(cold->held + cold->held_end, data.data, data.size);
    cold->held_end += data.size;
    t->holds |= BIGHT__HOLD_HELD;
    bight__transport_schedule(t);
    return true;
}

bight_error bight_transport_unread(bight_transport *t, bight_bytes data)
{
    bight__transport_check(t);
    if (bight__transport_closing(t) || (t->facts & BIGHT__EOF_HEARD) != 0)
        return bight_error_of(BIGHT_ERROR_CLOSED);
    if (data.size == 0)
        return bight_ok();
    assert(data.data != NULL);
    if (!hold_append(t, data))
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    if (bight__transport_closing(t))
        return bight_error_of(BIGHT_ERROR_READ_OVERFLOW);
    /* It was appended; what was there before belongs behind it. */
    struct bight__cold *cold = t->cold;
    size_t before = held_size(cold) - data.size;
    uint8_t *held = cold->held + cold->held_start;
    memmove(held + data.size, held, before);
    memcpy(held, data.data, data.size);
    return bight_ok();
}

/* Is the data a part of the block that is being delivered, with nothing held
 * that it would have to stand behind? */
static bool is_lent(const bight_transport *t, bight_bytes data)
{
    const struct bight__cold *cold = t->cold;
    return cold != NULL && cold->lent != NULL && cold->held == NULL &&
           (uintptr_t)data.data - (uintptr_t)cold->lent < cold->lent_capacity;
}

/* A protocol that pauses after each of many frames gets the same rest again and
 * again: its block is taken back instead of copied, which would cost the square
 * of their number. */
void bight__transport_hold_back(bight_transport *t, bight_bytes data)
{
    if (data.size == 0)
        return;
    if (bight__transport_closing(t) || !is_lent(t, data)) {
        hold_or_discard(t, data);
        return;
    }
    struct bight__cold *cold = t->cold;
    cold->held = cold->lent;
    cold->held_start = (size_t)(data.data - cold->lent);
    cold->held_end = cold->held_start + data.size;
    cold->held_capacity = cold->lent_capacity;
    t->holds |= BIGHT__HOLD_HELD;
    bight__transport_schedule(t);
}

/* The bytes leave `cold` first: the protocol may hold more while it runs, which
 * then waits for the next turn. A switch holds without any. */
void bight__transport_deliver_held(bight_transport *t)
{
    if (t->holds != BIGHT__HOLD_HELD || t->state != BIGHT__OPEN ||
        (t->due & BIGHT__DUE_SWITCH) != 0)
        return;
    struct bight__cold *cold = t->cold;
    uint8_t *held = cold->held;
    bight_bytes data = {.size = held_size(cold)};
    if (held != NULL)
        data.data = held + cold->held_start;
    cold->lent = held;
    cold->lent_capacity = cold->held_capacity;
    cold->held = NULL;
    cold->held_start = cold->held_end = cold->held_capacity = 0;
    t->holds &= (uint8_t)~BIGHT__HOLD_HELD;
    if (BIGHT__MUTANT(EOF_BEFORE_DATA))
        bight__transport_deliver_eof(t);
    if (t->protocol->get_buffer != NULL)
        supply(t, data);
    else if (data.size > 0)
        t->protocol->data_received(bight__transport_self(t), t, data);
    if (cold->held != held)
        bight_free(held);
    cold->lent = NULL;
}

void bight__transport_deliver_eof(bight_transport *t)
{
    uint8_t holds = t->holds;
    if (BIGHT__MUTANT(EOF_WHILE_PAUSED))
        holds &= (uint8_t)~BIGHT__HOLD_PUBLIC;
    if ((t->due & BIGHT__DUE_EOF) == 0 || holds != 0 ||
        t->state != BIGHT__OPEN || (t->due & BIGHT__DUE_SWITCH) != 0)
        return;
    t->due &= (uint8_t)~BIGHT__DUE_EOF;
    t->facts |= BIGHT__EOF_HEARD;
    bool goes_on = t->protocol->eof_received(bight__transport_self(t), t);
    if (BIGHT__MUTANT(EOF_TWICE))
        (void)t->protocol->eof_received(bight__transport_self(t), t);
    if (!goes_on && t->state == BIGHT__OPEN && !BIGHT__MUTANT(STAY_AFTER_EOF))
        bight__transport_close_for_eof(t);
}

/* -- pausing -------------------------------------------------------------- */

static bool wants_to_read(const bight_transport *t)
{
    if ((t->facts & BIGHT__EOF_IN) != 0)
        return false;
    if (t->state != BIGHT__OPEN)
        return bight__transport_closing(t) && t->state < BIGHT__ENDING;
    return t->holds == 0;
}

/* While stopped and open, the driver still watches for a reset (T21), so it
 * is told to stop also where it was never told to start. */
void bight__transport_reconcile_reading(bight_transport *t)
{
    if (t->state >= BIGHT__ENDING || t->state == BIGHT__CONNECTING)
        return;
    if (wants_to_read(t)) {
        if ((t->facts & BIGHT__READING) != 0)
            return;
        t->facts |= BIGHT__READING;
        t->facts &= (uint16_t)~BIGHT__STOPPED;
        bight_error error = t->driver->start_read(t);
        if (bight_failed(error))
            bight_driver_failed(t, error);
    } else if ((t->facts & BIGHT__STOPPED) == 0) {
        t->facts |= BIGHT__STOPPED;
        t->facts &= (uint16_t)~BIGHT__READING;
        t->driver->stop_read(t);
    }
}

/* Both take effect in the entry, so a pair in one dispatch costs nothing. */
void bight__transport_hold(bight_transport *t, uint8_t reasons)
{
    if ((t->holds & reasons) == reasons)
        return;
    t->holds |= reasons;
    bight__transport_schedule(t);
}

void bight__transport_let_go(bight_transport *t, uint8_t reasons)
{
    if ((t->holds & reasons) == 0)
        return;
    t->holds &= (uint8_t)~reasons;
    if (BIGHT__MUTANT(PAUSE_NOT_COUNTED))
        t->holds &= (uint8_t)~BIGHT__HOLD_PUBLIC;
    bight__transport_schedule(t);
}

void bight_transport_pause_reading(bight_transport *t, bight_hold reason)
{
    bight__transport_check(t);
    if (!BIGHT__MUTANT(IGNORE_PAUSE))
        bight__transport_hold(t, (uint8_t)(reason & BIGHT__HOLD_PUBLIC));
}

void bight_transport_resume_reading(bight_transport *t, bight_hold reason)
{
    bight__transport_check(t);
    bight__transport_let_go(t, (uint8_t)(reason & BIGHT__HOLD_PUBLIC));
    if (BIGHT__MUTANT(RESUME_AT_ONCE))
        bight__transport_deliver_held(t);
}

void bight_pause_own_reading(void *self, bight_transport *t)
{
    (void)self;
    bight_transport_pause_reading(t, BIGHT_HOLD_USER);
}

void bight_resume_own_reading(void *self, bight_transport *t)
{
    (void)self;
    bight_transport_resume_reading(t, BIGHT_HOLD_USER);
}

/* -- another protocol ----------------------------------------------------- */

bight_error bight_transport_set_protocol(bight_transport *t,
                                         const bight_protocol *protocol,
                                         void **ret_self)
{
    bight__transport_check(t);
    if (bight__transport_closing(t) || (t->facts & BIGHT__WAS_MADE) == 0)
        return bight_error_of(BIGHT_ERROR_CLOSED);
    if ((t->due & BIGHT__DUE_SWITCH) != 0 ||
        (t->cold != NULL && t->cold->piped != NULL) ||
        bight__transport_awaits_owned(t) || bight__out_awaits_files(t))
        return bight_error_of(BIGHT_ERROR_BUSY);
    struct bight__cold *cold = bight__transport_cold(t);
    if (cold == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    bight_error error = bight__protocol_register(bight__transport_loop(t),
                                                 protocol, &cold->next);
    if (bight_failed(error))
        return error;
    size_t size = cold->next->state_size;
    cold->next_self = bight_zalloc(size > 0 ? size : 1);
    if (cold->next_self == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    if (ret_self != NULL)
        *ret_self = cold->next_self;
    /* What is read from now on is the next protocol's. */
    if (!BIGHT__MUTANT(OLD_ONES_BYTES))
        t->holds |= BIGHT__HOLD_HELD;
    t->due |= BIGHT__DUE_SWITCH;
    bight__transport_schedule(t);
    if (BIGHT__MUTANT(SWITCH_AT_ONCE))
        t->ready.run(&t->ready);
    return bight_ok();
}
