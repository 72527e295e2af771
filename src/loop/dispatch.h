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

void bight__dispatch_drain(bight_loop *loop);

/* The cached clock becomes `now_ms`. */
void bight__dispatch_tick(bight_loop *loop, uint64_t now_ms);

/* The coarse clock ran ahead of the cached one: this dispatch, or those before
 * it in the same poll, took long (L12); the next shall see the time anew. */
void bight__dispatch_late(bight_loop *loop);

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
    loop->dispatching = true;
    if (now_ms > loop->now_ms)
        bight__dispatch_tick(loop, now_ms);
}

/* The one transport that most dispatches dirty: flushed without the search
 * for the highest level. Not while polling, which only a drain ends. */
static inline void bight__dispatch_flush_one(bight_loop *loop)
{
    struct bight__dirty *dirty = loop->dirty[0];
    loop->dirty[0] = NULL;
    loop->dirty_levels = 0;
    dirty->flush(dirty);
}

/* The coarse clock is compared as it comes: no arithmetic per message. */
static inline void bight__dispatch_watch(bight_loop *loop)
{
    (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &loop->coarse);
    if (__builtin_expect(loop->coarse.tv_sec >= loop->stale.tv_sec, 0) &&
        (loop->coarse.tv_sec > loop->stale.tv_sec ||
         loop->coarse.tv_nsec > loop->stale.tv_nsec))
        bight__dispatch_late(loop);
}

static inline void bight__dispatch_end(bight_loop *loop)
{
    if (__builtin_expect(loop->ready_head == NULL && loop->dirty_levels == 1 &&
                             loop->dirty[0]->next == NULL && !loop->polling,
                         1))
        bight__dispatch_flush_one(loop);
    if (__builtin_expect(loop->ready_head != NULL || loop->dirty_levels != 0 ||
                             loop->polling,
                         0))
        bight__dispatch_drain(loop);
    loop->dispatching = false;
    loop->dispatches++;
    if (__builtin_expect(loop->kind == BIGHT_LOOP_REAL, 1))
        bight__dispatch_watch(loop);
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

/* Likewise, for an entry that goes on for its own sake: after the next poll, so
 * that whoever always has more to do does not keep a dispatch to itself. */
void bight__ready_later(bight_loop *loop, struct bight__ready *entry);

/* The entry is queued. In the time that the queue is long. */
void bight__ready_remove(bight_loop *loop, struct bight__ready *entry);

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
