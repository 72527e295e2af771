/* SPDX-License-Identifier: MIT */
/*
 * The inside of a transport, shared by the files of the one state machine.
 *
 * A connection is one block: the driver's state, this, the protocol's state.
 * An idle one owns nothing else; what few connections have lives in `cold`,
 * and `out` is attached while there is something to send.
 */
#ifndef BIGHT_WIRE_TRANSPORT_H
#define BIGHT_WIRE_TRANSPORT_H

#include <stdlib.h>

#include <bight/driver.h>
#include <bight/listener.h>

#include "loop/dispatch.h"
#include "wire/address.h"
#include "wire/mutants.h"

#define BIGHT__TRANSPORT_MAGIC 0xb1647b0cu

/* The states are drawn in transport.c. */
enum bight__state {
    BIGHT__CONNECTING, /* the wire is not up yet */
    BIGHT__OPEN,       /* connection_made is due or was heard */
    BIGHT__DRAINING,   /* closed here; queued bytes are still leaving */
    BIGHT__LINGERING,  /* eof sent; reading and discarding until the peer's */
    BIGHT__ENDING,     /* the driver is closing */
    BIGHT__ENDED       /* the driver is gone; connection_lost is due or over */
};

/* Up-calls that wait in the ready queue. */
enum bight__due {
    BIGHT__DUE_MADE = 1,
    BIGHT__DUE_SWITCH = 2,
    BIGHT__DUE_EOF = 4,
    BIGHT__DUE_PAUSE = 8,
    BIGHT__DUE_RESUME = 16,
    BIGHT__DUE_PRODUCE = 32,
    BIGHT__DUE_DRAIN = 64,
    BIGHT__DUE_LOST = 128
};

/* Reasons not to deliver, beside the public ones. */
enum bight__hold {
    BIGHT__HOLD_PUBLIC = 15,
    BIGHT__HOLD_CLOSED = 16, /* not made yet, or closed */
    BIGHT__HOLD_HELD = 32,   /* held bytes must go first */
    BIGHT__HOLD_PIPE = 64,   /* where it is piped to is full */
    BIGHT__HOLD_ABOVE = 128  /* the transport above does not read */
};

/* Reasons why a write cannot take the shortest way. */
enum bight__gate {
    BIGHT__GATE_CLOSED = 1, /* not open, or eof asked for */
    BIGHT__GATE_OUT = 2,    /* something is being sent */
    BIGHT__GATE_BELOW = 4,  /* a layer below holds what its wire refused */
    BIGHT__GATE_OWNED = 8   /* above that: see owned.c */
};

/* What has happened. None of these is a state: each is set at most once, or
 * mirrors what the driver or the protocol was last told. */
enum bight__fact {
    BIGHT__WAS_MADE = 1,      /* connection_made was called */
    BIGHT__EOF_IN = 2,        /* the driver reported eof */
    BIGHT__EOF_HEARD = 4,     /* eof_received was called */
    BIGHT__EOF_ASKED = 8,     /* write_eof was called */
    BIGHT__SHUT = 16,         /* the driver sent eof */
    BIGHT__READING = 32,      /* the driver was last told to read ... */
    BIGHT__STOPPED = 16384,   /* ... or to stop; at first neither */
    BIGHT__PAUSED = 64,       /* pause_writing was, or is about to be, called */
    BIGHT__QUEUED = 128,      /* in the ready queue */
    BIGHT__FILTERED = 256,    /* a filter's lower transport */
    BIGHT__RAISED = 512,      /* and the one above was made */
    BIGHT__HURRY = 1024,      /* close_now: do not wait for the peer's eof */
    BIGHT__LAST_LIMIT = 2048, /* the deadline is that of T24 */
    BIGHT__SWITCHED = 4096,   /* the protocol's state is in cold */
    BIGHT__ORPHANED = 8192,   /* connection_lost is over */
    BIGHT__CLOSE_LATER = 32768 /* ENDING, but the driver was not told yet */
};

struct bight__out;
struct bight__owner;

struct bight__cold {
    bool own_limits;
    bight_limits limits;    /* instead of the owner's */
    bight_transport *above; /* of a filter */
    bight_transport *pipe_to;
    bight_transport *pipe_from;
    bight_protocol *piped; /* the protocol's table with the pipe's slots */
    const bight_producer *producer;
    void *producer_ctx;
    bool producer_finishing;    /* told to finish; close waits for it */
    struct bight__list owned;   /* Deferreds (T36) */
    void *self;                 /* state after a switch */
    const bight_protocol *next; /* the switch that is due */
    void *next_self;
    bight_error why; /* the reason, when it is not just a code of bight's */
    uint8_t *held;   /* bytes read but not delivered */
    size_t held_start;
    size_t held_end;
    size_t held_capacity;
    uint8_t *lent; /* what was held, while it is delivered; maybe held again */
    size_t lent_capacity;
};

struct bight_transport {
    uint32_t magic;
    uint8_t state;
    uint8_t level; /* layers below this one */
    uint8_t holds;
    uint8_t gate;
    uint8_t due;
    uint8_t later; /* causes after the first */
    uint16_t facts;
    uint16_t refs;
    uint8_t why;    /* bight_code, 0 while nothing ended it */
    uint8_t system; /* errno */
    const bight_driver *driver;
    const bight_protocol *protocol;
    struct bight__owner *owner;
    struct bight__out *out;
    struct bight__cold *cold;
    struct bight__ready ready;
    /* While open, the node's mark is the ms of the last activity; while
     * closing, the bytes discarded. Once it ends, what is left to tell. */
    union {
        struct bight__wheel_node timer;
        struct {
            uint64_t unsent;
            uint64_t lasted_ms;
        } last;
    };
    uint32_t opened_ms; /* the low part; peer.spare has the next 8 bits */
    int32_t word;       /* the driver's */
    uint64_t bytes_in;
    uint64_t bytes_out;
    struct bight__list link; /* in the owner */
    struct bight__peer peer;
};

_Static_assert(sizeof(struct bight_transport) <= 160,
               "an idle connection is 160 bytes beside its driver's");
_Static_assert(sizeof(struct bight_transport) % 16 == 0,
               "the protocol's state behind it must be aligned");

/* The code for a reason of another domain: it is in cold->why. */
#define BIGHT__WHY_FOREIGN 255

static inline void bight__transport_check(const bight_transport *t)
{
    if (__builtin_expect(t->magic != BIGHT__TRANSPORT_MAGIC, 0))
        abort();
#ifdef BIGHT_DEBUG
    if (t->state != BIGHT__ENDED)
        bight__loop_check(*(bight_loop *const *)t->owner);
#endif
}

/* Of the driver's state, which lies ahead of the transport. */
static inline size_t bight__transport_round_up(size_t size)
{
    return (size + 15) & ~(size_t)15;
}

static inline void *bight__transport_self(const bight_transport *t)
{
    if (__builtin_expect((t->facts & BIGHT__SWITCHED) != 0, 0))
        return t->cold->self;
    return (void *)(uintptr_t)(t + 1);
}

static inline bool bight__transport_closing(const bight_transport *t)
{
    return t->state >= BIGHT__DRAINING;
}

bight_loop *bight__transport_loop(const bight_transport *t);
const bight_limits *bight__transport_limits(const bight_transport *t);

/* NULL: no memory. */
struct bight__cold *bight__transport_cold(bight_transport *t);
bight_error bight__transport_own_limits(bight_transport *t,
                                        bight_limits **ret_limits);

/* Makes a transport in state CONNECTING; its driver's state is zeroed and its
 * owner holds it. On an error nothing was made. */
bight_error bight__transport_new(struct bight__owner *owner,
                                 const bight_driver *driver,
                                 const bight_protocol *protocol,
                                 const bight_address *peer,
                                 bight_transport **ret_transport);

/* Undoes that, for a driver that failed before it reported anything. */
void bight__transport_discard(bight_transport *t);

/* Up-calls, and reconciling, from the ready queue. */
void bight__transport_schedule(bight_transport *t);
/* The same, after the next poll: for who always has more to do. */
void bight__transport_schedule_later(bight_transport *t);

/* Brings the driver in line with the state; calls no user code. */
void bight__transport_step(bight_transport *t);

/* Notes why it ends; only the first cause counts (T29). */
void bight__transport_note(bight_transport *t, bight_error why);

/* OPEN to DRAINING; the reason has been noted. */
void bight__transport_drain(bight_transport *t);

/* T27: the peer wrote its last, and the protocol does not mind. */
void bight__transport_close_for_eof(bight_transport *t);

/* Any state to ENDING: what is queued is dropped, the driver closed. */
void bight__transport_cut(bight_transport *t, bool reset);

/* The machine's own part of that: to ENDING, and what is left to tell. */
void bight__transport_settle(bight_transport *t);

/* Notes a cause and cuts. */
void bight__transport_end_with(bight_transport *t, bight_error why, bool reset);

/* deadline.c: sets the wheel's node for the earliest of the deadlines. */
void bight__transport_rearm(bight_transport *t);
void bight__transport_expired(struct bight__wheel_node *node);

/* The same while it is open, if writing has a deadline. */
void bight__transport_await_progress(bight_transport *t);

/* What the transports above learn when the queue below them changed. */
void bight__transport_nudge(bight_transport *t);

/* read.c */
/* Deliver what is held, unless something forbids it. */
void bight__transport_deliver_held(bight_transport *t);
void bight__transport_deliver_eof(bight_transport *t);
void bight__transport_reconcile_reading(bight_transport *t);
void bight__transport_hold(bight_transport *t, uint8_t reasons);
void bight__transport_let_go(bight_transport *t, uint8_t reasons);
/* Holds what the running callback was given and handed on to nobody, behind
 * what that put back by bight_transport_unread. */
void bight__transport_hold_back(bight_transport *t, bight_bytes data);

/* producer.c */
void bight__transport_run_producer(bight_transport *t);
bool bight__transport_awaits_producer(const bight_transport *t);
void bight__transport_stop_producer(bight_transport *t);
void bight__transport_pause_producer(bight_transport *t);

/* owned.c */
/* The connection has ended: what it owns is cancelled. */
void bight__transport_abandon_owned(bight_transport *t);
bool bight__transport_awaits_owned(const bight_transport *t);

/* pipe.c */
void bight__pipe_target_paused(bight_transport *t, bool paused);
void bight__pipe_lost(bight_transport *t);

#endif
