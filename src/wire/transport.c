/* SPDX-License-Identifier: MIT */
/*
 * The one state machine (section T of the contracts): its life, its up-calls
 * from the ready queue, and what brings a driver in line with its state.
 *
 *   CONNECTING ── opened ──> OPEN ── close ──> DRAINING ── all left,
 *       │                     │                  │         eof sent ──┐
 *       │ failed, cancelled   │ abort, failure,  │ linger             v
 *       │                     │ limit, timeout   │ deadline       LINGERING
 *       v                     v                  v                    │
 *     ENDING <────────────────┴──────────────────┴── peer's eof, 2 s, │
 *       │                                            1 MiB discarded ─┘
 *       └─ driver closed ──> ENDED ── connection_lost ──> freed by the last
 *                                                         reference
 *
 * Verbs only change the state and the due bits and schedule the entry; `step`
 * reconciles the driver with them and calls no user code; `run` makes the
 * up-calls, in the order of section T. Only data comes straight from a read.
 */
#include "wire/transport.h"

#include <bight/alloc.h>
#include <bight/filter.h>

#include "wire/out.h"
#include "wire/owner.h"

static void run(struct bight__ready *entry);

/* -- life ----------------------------------------------------------------- */

static void *block_of(bight_transport *t)
{
    return (uint8_t *)t - bight__transport_round_up(t->driver->state_size);
}

bight_loop *bight__transport_loop(const bight_transport *t)
{
    return t->owner->loop;
}

bight_error bight__transport_new(struct bight__owner *owner,
                                 const bight_driver *driver,
                                 const bight_protocol *protocol,
                                 const bight_address *peer,
                                 bight_transport **ret_transport)
{
    size_t ahead = bight__transport_round_up(driver->state_size);
    uint8_t *block =
        bight_zalloc(ahead + sizeof(bight_transport) + protocol->state_size);
    if (block == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    bight_transport *t = (bight_transport *)(void *)(block + ahead);
    t->magic = BIGHT__TRANSPORT_MAGIC;
    t->state = BIGHT__CONNECTING;
    t->holds = BIGHT__HOLD_CLOSED;
    t->gate = BIGHT__GATE_CLOSED;
    t->refs = 1;
    t->driver = driver;
    t->protocol = protocol;
    t->owner = owner;
    t->ready.run = run;
    bight__peer_pack(peer, &t->peer);
    uint64_t now_ms = owner->loop->now_ms;
    t->opened_ms = (uint32_t)now_ms;
    t->peer.spare = (uint8_t)(now_ms >> 32);
    bight__list_init(&t->link);
    bight__owner_ref(owner);
    *ret_transport = t;
    return bight_ok();
}

static void cold_free(bight_transport *t)
{
    if (t->cold == NULL)
        return;
    bight_free(t->cold->held);
    bight_free(t->cold->self);
    bight_free(t->cold->next_self);
    bight_free(t->cold->piped);
    bight_free(t->cold);
    t->cold = NULL;
}

static void destroy(bight_transport *t)
{
    struct bight__owner *owner = t->owner;
    cold_free(t);
    t->magic = 0;
    bight_free(block_of(t));
    bight__owner_unref(owner);
}

void bight__transport_discard(bight_transport *t)
{
    bight__owner_remove(t->owner, t);
    destroy(t);
}

bight_transport *bight_transport_ref(bight_transport *t)
{
    bight__transport_check(t);
    assert(t->refs < UINT16_MAX);
    t->refs++;
    return t;
}

void bight_transport_unref(bight_transport *t)
{
    if (t == NULL)
        return;
    bight__transport_check(t);
    assert(t->refs > 0);
    if (--t->refs == 0)
        destroy(t);
}

struct bight__cold *bight__transport_cold(bight_transport *t)
{
    if (t->cold == NULL) {
        t->cold = bight_zalloc(sizeof(*t->cold));
        if (t->cold != NULL)
            bight__list_init(&t->cold->owned);
    }
    return t->cold;
}

/* -- up-calls ------------------------------------------------------------- */

/* From connection_lost on nothing is due any more. */
void bight__transport_schedule(bight_transport *t)
{
    bool over = t->state == BIGHT__ENDED && (t->due & BIGHT__DUE_LOST) == 0;
    if (over || (t->facts & BIGHT__QUEUED) != 0)
        return;
    t->facts |= BIGHT__QUEUED;
    bight__ready_push(bight__transport_loop(t), &t->ready);
}

void bight__transport_schedule_later(bight_transport *t)
{
    if ((t->facts & BIGHT__QUEUED) != 0)
        return;
    t->facts |= BIGHT__QUEUED;
    bight__ready_later(bight__transport_loop(t), &t->ready);
}

static bool take(bight_transport *t, enum bight__due which)
{
    if ((t->due & which) == 0)
        return false;
    t->due &= (uint8_t)~which;
    return true;
}

static void served_name(const void *served, char *buf, size_t size)
{
    bight_address peer = bight_transport_peer(served);
    (void)bight_address_format(&peer, buf, size);
}

/* Of two layers the lower one is gone first: its loss is under way up here. */
static bool is_up(const bight_transport *t)
{
    for (; t != NULL; t = bight_transport_below(t))
        if (t->state >= BIGHT__ENDING)
            return false;
    return true;
}

/* T6: the hold of a protocol not yet made falls after connection_made. */
static void deliver_made(bight_transport *t)
{
    if (t->state != BIGHT__OPEN || !is_up(t))
        return;
    bight_loop *loop = bight__transport_loop(t);
    loop->served = t;
    loop->served_name = served_name;
    t->facts |= BIGHT__WAS_MADE;
    t->gate &= (uint8_t)~BIGHT__GATE_CLOSED;
    t->protocol->connection_made(bight__transport_self(t), t);
    if (t->state == BIGHT__OPEN) {
        t->holds &= (uint8_t)~BIGHT__HOLD_CLOSED;
        bight__transport_rearm(t);
    }
    if ((t->facts & BIGHT__FILTERED) == 0 && t->owner->ops->made != NULL)
        t->owner->ops->made(t->owner, t);
}

static void let_writers_go(bight_transport *t)
{
    bight__pipe_target_paused(t, false);
    t->due |= BIGHT__DUE_PRODUCE;
}

/* A new protocol does not hear the resume of a pause that the old one heard. */
static void restart_pairs(bight_transport *t)
{
    t->due &= (uint8_t)~BIGHT__DUE_PAUSE;
    if (take(t, BIGHT__DUE_RESUME))
        let_writers_go(t);
    if ((t->facts & BIGHT__PAUSED) != 0)
        t->due |= BIGHT__DUE_PAUSE;
}

/* Also of a connection that ended meanwhile: the next protocol's state may own
 * things already, and only its connection_lost frees them. */
static void deliver_switch(bight_transport *t)
{
    struct bight__cold *cold = t->cold;
    bight_error why = bight_error_of(BIGHT_ERROR_HANDED_OVER);
    bight__transport_stop_producer(t);
    t->protocol->connection_lost(bight__transport_self(t), t, why);
    t->due &= (uint8_t)~BIGHT__DUE_SWITCH;
    bight_free(cold->self);
    t->protocol = cold->next;
    cold->self = cold->next_self;
    cold->next = NULL;
    cold->next_self = NULL;
    t->facts |= BIGHT__SWITCHED;
    restart_pairs(t);
    t->protocol->connection_made(bight__transport_self(t), t);
}

/* What else is due is the next protocol's. */
static bool is_switching(const bight_transport *t)
{
    return (t->due & BIGHT__DUE_SWITCH) != 0;
}

static void deliver_writability(bight_transport *t)
{
    if (t->state != BIGHT__OPEN)
        t->due &= (uint8_t) ~(BIGHT__DUE_PAUSE | BIGHT__DUE_RESUME);
    if (!is_switching(t) && take(t, BIGHT__DUE_PAUSE)) {
        bight__pipe_target_paused(t, true);
        bight__transport_pause_producer(t);
        if (t->state == BIGHT__OPEN && !is_switching(t))
            t->protocol->pause_writing(bight__transport_self(t), t);
    }
    if (!is_switching(t) && t->state == BIGHT__OPEN &&
        take(t, BIGHT__DUE_RESUME)) {
        let_writers_go(t);
        t->protocol->resume_writing(bight__transport_self(t), t);
        if (BIGHT__MUTANT(UNPAIRED_RESUME))
            t->protocol->resume_writing(bight__transport_self(t), t);
    }
}

/* The last word. A connection that was never made is its owner's news (T3);
 * of a filter's two transports the upper one tells. */
static void deliver_lost(bight_transport *t)
{
    struct bight__owner *owner = t->owner;
    bight_end end = {.size = sizeof(end)};
    if (t->out != NULL)
        bight__dispatch_flush(bight__transport_loop(t));
    bight_transport_end(t, &end);
    bight__pipe_lost(t);
    bight__transport_stop_producer(t);
    bool speaks = (t->facts & BIGHT__FILTERED) == 0;
    if ((t->facts & BIGHT__WAS_MADE) != 0 || BIGHT__MUTANT(LOST_UNMADE)) {
        t->protocol->connection_lost(bight__transport_self(t), t, end.why);
        if (BIGHT__MUTANT(LOST_TWICE))
            t->protocol->connection_lost(bight__transport_self(t), t, end.why);
        if (speaks && owner->ended != NULL)
            owner->ended(owner->ctx, t, &end);
    }
    if ((t->facts & (speaks ? BIGHT__WAS_MADE : BIGHT__RAISED)) == 0) {
        bight_address peer = bight_transport_peer(t);
        owner->ops->failed(owner, &peer,
                           end.system != 0 ? bight_error_errno(end.system)
                                           : end.why);
    }
    t->facts |= BIGHT__ORPHANED;
    if (owner->loop->served == t)
        owner->loop->served = NULL;
    bight__owner_remove(owner, t);
    bight_transport_unref(t);
}

/* One pass over what is due, in the order of section T. */
static void up_calls(bight_transport *t)
{
    if (take(t, BIGHT__DUE_MADE))
        deliver_made(t);
    if (is_switching(t) && (t->facts & BIGHT__WAS_MADE) != 0)
        deliver_switch(t);
    bight__transport_deliver_held(t);
    bight__transport_deliver_eof(t);
    deliver_writability(t);
    if (is_switching(t))
        return;
    if (t->state != BIGHT__CONNECTING && take(t, BIGHT__DUE_DRAIN) &&
        t->state == BIGHT__OPEN)
        t->protocol->draining(bight__transport_self(t), t);
    if (take(t, BIGHT__DUE_PRODUCE))
        bight__transport_run_producer(t);
}

static void run(struct bight__ready *entry)
{
    bight_transport *t = bight__container(entry, bight_transport, ready);
    t->facts &= (uint16_t)~BIGHT__QUEUED;
    if ((t->facts & BIGHT__WAS_MADE) != 0)
        bight__transport_loop(t)->served = t;
    up_calls(t);
    bight__transport_step(t);
    bight__transport_abandon_owned(t);
    /* What a callback made due again waits for its turn. */
    uint8_t later = (uint8_t)(t->due & ~BIGHT__DUE_EOF);
    if (t->state == BIGHT__CONNECTING)
        later &= (uint8_t)~BIGHT__DUE_DRAIN;
    if (later == BIGHT__DUE_PRODUCE)
        bight__transport_schedule_later(t);
    else if (later != 0 && later != BIGHT__DUE_LOST)
        bight__transport_schedule(t);
    else if (later == BIGHT__DUE_LOST && (t->facts & BIGHT__QUEUED) == 0 &&
             !bight__transport_awaits_owned(t) && !bight__out_awaits_files(t) &&
             take(t, BIGHT__DUE_LOST))
        deliver_lost(t);
}

/* -- reconciling ---------------------------------------------------------- */

static void send_eof(bight_transport *t)
{
    t->facts |= BIGHT__SHUT;
    bight_error error = t->driver->shutdown(t);
    if (bight_failed(error))
        bight_driver_failed(t, error);
}

/* T23: until the peer's eof, but not for ever; what it still sends would
 * otherwise turn our last bytes into a reset. */
static void linger(bight_transport *t)
{
    bool done = (t->facts & (BIGHT__EOF_IN | BIGHT__HURRY)) != 0;
    if (done || BIGHT__MUTANT(NO_LINGER)) {
        bight__transport_cut(t, false);
        return;
    }
    t->state = BIGHT__LINGERING;
    if ((t->facts & BIGHT__SHUT) == 0)
        send_eof(t);
    if (t->state == BIGHT__LINGERING)
        bight__transport_rearm(t);
}

void bight__transport_step(bight_transport *t)
{
    if ((t->facts & BIGHT__CLOSE_LATER) != 0) {
        t->facts &= (uint16_t)~BIGHT__CLOSE_LATER;
        t->driver->close(t);
    }
    if (t->state >= BIGHT__ENDING)
        return;
    bool empty = bight__out_empty(t);
    if (empty && t->state == BIGHT__DRAINING &&
        !bight__transport_awaits_producer(t))
        linger(t);
    else if ((empty || BIGHT__MUTANT(EOF_OVERTAKES)) &&
             t->state == BIGHT__OPEN &&
             (t->facts & (BIGHT__EOF_ASKED | BIGHT__SHUT)) == BIGHT__EOF_ASKED)
        send_eof(t);
    /* T28: both directions ended by eof; of two layers the upper decides. */
    uint16_t both = BIGHT__SHUT | BIGHT__EOF_HEARD;
    if (t->state == BIGHT__OPEN && (t->facts & both) == both &&
        (t->facts & BIGHT__FILTERED) == 0 && !BIGHT__MUTANT(STAY_AFTER_BOTH))
        bight__transport_end_with(t, bight_error_of(BIGHT_ERROR_EOF), false);
    bight__transport_reconcile_reading(t);
}

void bight__transport_nudge(bight_transport *t)
{
    for (; t != NULL; t = bight_transport_above(t)) {
        t->gate &= (uint8_t)~BIGHT__GATE_BELOW;
        if (bight__out_refused(t) > 0)
            t->gate |= BIGHT__GATE_BELOW;
        bight__out_judge(t);
        bight__transport_await_progress(t);
        bight__out_wake_file(t);
        if (bight__transport_closing(t) || (t->facts & BIGHT__EOF_ASKED) != 0)
            bight__transport_schedule(t);
    }
}
