/* SPDX-License-Identifier: MIT */
/*
 * The dispatch (L2): one entry from the backend into bight, and what its end
 * does.
 *
 *     backend callback
 *       begin ── user code runs, straight from a read or from an entry
 *       end ─┬─> run ready entries, FIFO, 256 in all ──┐
 *            │   flush dirty transports, top level first │
 *            │   <── more entries, budget left ─────────┘
 *            └─> entries left? keep polling: the next poll does not wait
 *
 * The loop never blocks with work queued; it polls, so that an endless chain
 * of entries cannot starve the network.
 */
#ifndef BIGHT_LOOP_DISPATCH_H
#define BIGHT_LOOP_DISPATCH_H

#include <assert.h>
#include <time.h>

#include "loop/loop.h"

/* How stale the cached clock may become before it is read anew. */
#define BIGHT__STALE_MS 5

void bight__dispatch_drain(bight_loop *loop);
void bight__dispatch_late(bight_loop *loop, uint64_t now_ms);

/* L5: in a debug build every function with a loop asserts its thread. */
static inline void bight__loop_check(const bight_loop *loop)
{
#ifdef BIGHT_DEBUG
    assert(pthread_equal(loop->thread, pthread_self()));
#endif
    (void)loop;
}

static inline void bight__dispatch_begin(bight_loop *loop, uint64_t now_ms)
{
#ifdef BIGHT_DEBUG
    /* Whoever runs the host is the loop's thread. */
    if (loop->adopted)
        loop->thread = pthread_self();
#endif
    loop->dispatching = true;
    if (now_ms > loop->now_ms)
        loop->now_ms = now_ms;
}

static inline void bight__dispatch_end(bight_loop *loop)
{
    if (loop->ready_head != NULL || loop->dirty_levels != 0)
        bight__dispatch_drain(loop);
    loop->dispatching = false;
    loop->dispatches++;
    if (__builtin_expect(loop->kind != BIGHT_LOOP_REAL, 0))
        return;
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    uint64_t ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    if (__builtin_expect(ms > loop->now_ms + BIGHT__STALE_MS, 0))
        bight__dispatch_late(loop, ms);
}

/* The entry must not be queued already. Never fails. */
static inline void bight__ready_push(bight_loop *loop,
                                     struct bight__ready *entry)
{
    entry->next = NULL;
    *loop->ready_tail = entry;
    loop->ready_tail = &entry->next;
    if (!loop->dispatching)
        bight__loop_kick(loop);
}

/* Likewise; it will be flushed before the dispatch ends. */
static inline void bight__dirty_push(bight_loop *loop, unsigned level,
                                     struct bight__dirty *dirty)
{
    dirty->next = loop->dirty[level];
    loop->dirty[level] = dirty;
    loop->dirty_levels = (uint8_t)(loop->dirty_levels | 1u << level);
    if (!loop->dispatching)
        bight__loop_kick(loop);
}

/* Flushes everything dirty now: before the read buffer is reused. */
void bight__dispatch_flush(bight_loop *loop);

#endif
