/* SPDX-License-Identifier: MIT */
/*
 * The heap of timers: deadlines in ns, equal ones in the order armed (L3).
 */
#ifndef BIGHT_LOOP_TIMER_H
#define BIGHT_LOOP_TIMER_H

#include <stddef.h>
#include <stdint.h>

#include <bight/loop.h>

struct bight__timers {
    bight_timer **heap; /* room for every timer made, so arming can't fail */
    size_t armed;
    size_t idle; /* of those, the ones that keep no loop running */
    size_t made;
    size_t capacity;
    uint64_t sequence;
};

/* A timer of the library's own, whose holder frees it when the loop closes: no
 * survivor. */
bight_error bight__timer_new(bight_loop *loop, bight_call_fn fn, void *ctx,
                             bight_timer **ret_timer);

/* Likewise, and it keeps no loop running. */
bight_error bight__timer_new_idle(bight_loop *loop, bight_call_fn fn, void *ctx,
                                  bight_timer **ret_timer);

void bight__timers_fini(struct bight__timers *timers);

struct bight__ready;

/* Whether it is a timer's, which come in the order of their deadlines (L3). */
bool bight__timer_is(const struct bight__ready *entry);

/* When the earliest timer is due; UINT64_MAX: there is none. */
uint64_t bight__timers_due(const struct bight__timers *timers);

/* Queues the callbacks of all timers due at `now_ns`. */
void bight__timers_expire(bight_loop *loop, uint64_t now_ns);

#endif
