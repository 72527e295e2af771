/* SPDX-License-Identifier: MIT */
/*
 * The Deferred's inside. Promise, Deferred and result are one object under
 * three types; it goes when both of its ends are gone.
 *
 *     PENDING ── fire, cancel ──> QUEUED ── ready queue ──> RUNNING
 *                                   │  ^                     │ │ │
 *              no callback is due   │  └─ inner has settled ─┤ │ └─ all ran,
 *                  SETTLED <────────┘                WAITING<┘ │    given away
 *                     └── a callback comes ──> QUEUED          v
 *                                                  SETTLED   ENDED
 *
 * While a callback has handed over an inner Deferred but not yet returned, it
 * is CHAINING instead of RUNNING. ENDED waits only for a late promise.
 */
#ifndef BIGHT_ASYNC_DEFERRED_H
#define BIGHT_ASYNC_DEFERRED_H

#include <bight/deferred.h>

#include "async/slab.h"
#include "loop/dispatch.h"

enum bight__deferred_state {
    BIGHT__PENDING, /* not fired; may be cancelled */
    BIGHT__QUEUED,
    BIGHT__RUNNING,
    BIGHT__CHAINING,
    BIGHT__WAITING, /* for `inner`, whose consumer it is */
    BIGHT__SETTLED,
    BIGHT__ENDED
};

/* What became of the consumer's end. */
enum bight__consumer {
    BIGHT__CONSUMER_OPEN,     /* still the program's */
    BIGHT__CONSUMER_CHAINED,  /* `outer` takes the result */
    BIGHT__CONSUMER_DETACHED, /* nobody does */
    BIGHT__CONSUMER_LAST,     /* likewise, after `last` ran */
    BIGHT__CONSUMER_AWAITED   /* `awaiter` does */
};

/* Who takes a result when all callbacks have run, from the ready queue: calls
 * bight__deferred_end. */
struct bight__awaiter {
    void (*settled)(struct bight__awaiter *awaiter, bight_deferred *d);
};

/* Who asked the producer to give up; the caller outdoes a deadline (D10). */
enum bight__asker {
    BIGHT__ASKED_BY_NOBODY,
    BIGHT__ASKED_BY_DEADLINE,
    BIGHT__ASKED_BY_CALLER
};

/* When a callback runs: bits. */
#define BIGHT__ON_VALUE 1u
#define BIGHT__ON_ERROR 2u
#define BIGHT__ON_BOTH 3u
#define BIGHT__ON_LAST 4u /* bight_on */

struct bight__callback {
    bight_result_fn fn;
    void *arg;
};

#define BIGHT__DEFERRED_MAGIC 0xdefe
#define BIGHT__DEFERRED_GONE 0xdead

struct bight_deferred {
    uint16_t magic;
    uint16_t place; /* of its slot, see slab.h */
    uint8_t state;
    uint8_t kinds; /* of `first`, two bits each; 0: there is none */
    unsigned consumer : 3;
    unsigned asked : 2;
    unsigned promised : 1;  /* the promise is still to be consumed */
    unsigned failed : 1;    /* the result is an error */
    unsigned handled : 1;   /* which a callback looked at */
    unsigned deadline : 1;  /* bight_timeout counts */
    unsigned timed_out : 1; /* CANCELLED, when it comes, is TIMED_OUT */
    unsigned starved : 1;   /* what comes after the callbacks is NO_MEMORY */
    unsigned shared : 1;    /* the promise is a shared one's */
    unsigned abandoned : 1; /* past the deadline nobody waits any more */
    unsigned tasked : 1;    /* the promise is a task's, that the canceller's
                             * argument */
    unsigned owed : 1;      /* a cancel, for what it waits for next */
    unsigned unused : 1;    /* set too, so that a new one's are one store */
    union {
        struct { /* with a result */
            struct bight__ready ready;
            union {
                bight_value value;
                bight_error error;
            };
        };
        struct bight__wheel_node timer; /* PENDING, WAITING: of a deadline */
        bight_deferred *next_free;
    };
    union {
        bight_canceller_fn canceller; /* PENDING */
        bight_deferred *inner;        /* CHAINING, WAITING */
        struct bight__texts *texts;   /* with an error; NULL: none */
    };
    union {
        void *canceller_arg;  /* PENDING */
        const void *fired_at; /* afterwards, if not the next */
        uintptr_t due;        /* of a deadline while there is a result */
    };
    struct bight__callback first[2];
    union {
        struct bight__callbacks *more;
        void *last_arg; /* CONSUMER_LAST */
    };
    union {
        uint32_t made_ms;               /* CONSUMER_OPEN */
        bight_deferred *outer;          /* CONSUMER_CHAINED */
        bight_result_fn last;           /* CONSUMER_LAST */
        struct bight__awaiter *awaiter; /* CONSUMER_AWAITED */
    };
    const void *made_at;
};

_Static_assert(sizeof(struct bight_deferred) <= BIGHT__SLOT_SIZE,
               "a pending Deferred is at most 120 bytes, its share of a slab "
               "included");

/* Aborts: says what was done wrong to which Deferred. */
void bight__deferred_misused(const bight_deferred *d, const char *what)
    __attribute__((noreturn, cold));

static inline bight_loop *bight__deferred_loop(const bight_deferred *d)
{
    struct bight__async *async = bight__slot_async(d, d->place);
    return async != NULL ? async->loop : NULL;
}

/* Whether its callbacks can no longer be queued: the loop has ended, or it
 * stands in for one that there was no memory for. */
static inline bool bight__deferred_stranded(const bight_deferred *d)
{
    const struct bight__async *async = bight__slot_async(d, d->place);
    return async == NULL || async->dead;
}

static inline void bight__deferred_check(const bight_deferred *d)
{
    if (__builtin_expect(d->magic != BIGHT__DEFERRED_MAGIC, 0))
        bight__deferred_misused(d, "a Deferred is used after its end");
}

/* That the consumer's end is there to be used. */
static inline void bight__consumer_check(const bight_deferred *d)
{
    bight__deferred_check(d);
    if (__builtin_expect(d->consumer != BIGHT__CONSUMER_OPEN, 0))
        bight__deferred_misused(d, "a Deferred's consumer's end was given "
                                   "away before");
#ifdef BIGHT_DEBUG
    if (!bight__deferred_stranded(d))
        bight__loop_check(bight__deferred_loop(d));
#endif
}

static inline void bight__promise_check(const bight_deferred *d)
{
    if (__builtin_expect(
            d->magic != BIGHT__DEFERRED_MAGIC || !d->promised || d->shared, 0))
        bight__deferred_misused(d, "a promise is fired twice");
}

static inline bight_deferred *bight__deferred_of(bight_result *result)
{
    return (bight_deferred *)result;
}

/* Both ends, `made_at` being the caller's caller. */
bight_deferred *bight__deferred_new(bight_loop *loop,
                                    bight_promise **ret_promise,
                                    bight_canceller_fn canceller, void *arg,
                                    const void *made_at);

/* bight_deferred_resolved and _rejected, for those who make one for others. */
bight_deferred *bight__deferred_resolved(bight_loop *loop, bight_value value,
                                         const void *made_at);
bight_deferred *bight__deferred_rejected(bight_loop *loop, bight_error error,
                                         const void *made_at);

/* In a canceller that answers NOW: the promise is consumed, and nothing more
 * will come. */
void bight__promise_forget(bight_promise *promise);

/* Consumes the promise. NULL: nobody waits for its result (D4). */
bight_deferred *bight__promise_take(bight_promise *promise,
                                    const void *fired_at);

/* From PENDING; the deadline is off the wheel, value or error stored. */
void bight__deferred_fire_value(bight_deferred *d, bight_value value);
void bight__deferred_fire_error(bight_deferred *d, bight_error error);

/* The consumer's end is gone and nothing is queued: the object goes, if the
 * promise has gone too. */
void bight__deferred_end(bight_deferred *d);

/* Gives the consumer's end away, whose being there was checked. */
void bight__deferred_detach(bight_deferred *d);

void bight__deferred_queue(bight_deferred *d);

#endif
