/* SPDX-License-Identifier: MIT */
/* The end of a dispatch, and the watch on slow callbacks. */
#include "loop/dispatch.h"

#include <bight/log.h>

#include "loop/call.h"

/* How stale the cached clock may become before it is read anew. */
#define STALE_MS 5

static struct bight__ready *ready_pop(bight_loop *loop)
{
    struct bight__ready *entry = loop->ready_head;
    loop->ready_head = entry->next;
    if (loop->ready_head == NULL)
        loop->ready_tail = &loop->ready_head;
    entry->next = NULL;
    return entry;
}

/* -- orders by seed (tests) ------------------------------------------------ */

/* So far ahead, or a long queue would take the square of its length. */
#define ORDER_WINDOW 64

static size_t random_below(bight_loop *loop, size_t limit)
{
    loop->order ^= loop->order << 13;
    loop->order ^= loop->order >> 7;
    loop->order ^= loop->order << 17;
    return (size_t)(loop->order >> 32) % limit;
}

static bool is_ordered(const struct bight__ready *entry)
{
    return bight__call_is(entry) || bight__timer_is(entry);
}

/* Any of those that may run now: of what is ordered only the first. */
static struct bight__ready *ready_pick(bight_loop *loop)
{
    size_t count = 0;
    struct bight__ready *entry = loop->ready_head;
    for (; entry != NULL && count < ORDER_WINDOW; entry = entry->next)
        count++;
    size_t index = random_below(loop, count);
    entry = loop->ready_head;
    while (index-- > 0)
        entry = entry->next;
    struct bight__ready *first = loop->ready_head;
    while (is_ordered(entry) && first->run != entry->run)
        first = first->next;
    entry = is_ordered(entry) ? first : entry;
    bight__ready_remove(loop, entry);
    entry->next = NULL;
    return entry;
}

/* -- the drain ------------------------------------------------------------- */

static void keep_polling(bight_loop *loop, bool on)
{
    if (on == loop->polling)
        return;
    loop->polling = on;
    loop->backend->keep_polling(loop, on);
}

/* While polling each dispatch ends with a drain. */
void bight__ready_later(bight_loop *loop, struct bight__ready *entry)
{
    entry->next = NULL;
    *loop->later_tail = entry;
    loop->later_tail = &entry->next;
    keep_polling(loop, true);
}

static void take_later(bight_loop *loop)
{
    if (loop->later_head == NULL)
        return;
    *loop->ready_tail = loop->later_head;
    loop->ready_tail = loop->later_tail;
    loop->later_head = NULL;
    loop->later_tail = &loop->later_head;
}

void bight__ready_remove(bight_loop *loop, struct bight__ready *entry)
{
    struct bight__ready **at = &loop->ready_head;
    while (*at != entry)
        at = &(*at)->next;
    *at = entry->next;
    if (*at == NULL)
        loop->ready_tail = at;
}

void bight__dispatch_flush(bight_loop *loop)
{
    while (loop->dirty_levels != 0) {
        unsigned level =
            31u - (unsigned)__builtin_clz((unsigned)loop->dirty_levels);
        struct bight__dirty *dirty = loop->dirty[level];
        loop->dirty[level] = dirty->next;
        if (dirty->next == NULL)
            loop->dirty_levels = (uint8_t)(loop->dirty_levels & ~(1u << level));
        dirty->flush(dirty);
    }
}

static void report_slow(bight_loop *loop, uint64_t ms)
{
    uint64_t limit = loop->options.slow_callback_ms;
    unsigned slot = 0;
    while (slot < 7 && ms >= limit << (slot + 1))
        slot++;
    loop->slow_callbacks++;
    loop->slow_histogram[slot]++;
    uint64_t more = 0;
    if (!bight__log_limit_allow(&loop->slow_limit, loop->now_ms, &more))
        return;
    char served[64] = "nothing";
    if (loop->served != NULL)
        loop->served_name(loop->served, served, sizeof(served));
    const bight_log_field fields[] = {
        bight_log_text("loop", loop->name),
        bight_log_uint("ms", ms),
        bight_log_text("served", served),
        bight_log_uint("suppressed", more),
    };
    bight_log_write(BIGHT_LOG_WARNING, "slow_callback", fields,
                    more > 0 ? 4 : 3);
}

/* L12: a debug build times each callback; a release build only dispatches. */
static void run_timed(bight_loop *loop, struct bight__ready *entry)
{
#ifdef BIGHT_DEBUG
    uint64_t begun_ns = bight_loop_now_ns(loop);
    entry->run(entry);
    uint64_t took_ms = (bight_loop_now_ns(loop) - begun_ns) / 1000000;
    if (took_ms < loop->options.slow_callback_ms)
        return;
    report_slow(loop, took_ms);
    bight__dispatch_tick(loop, bight__loop_now_ms(loop));
#else
    (void)loop;
    entry->run(entry);
#endif
}

static unsigned run_ready(bight_loop *loop, unsigned budget)
{
    while (loop->ready_head != NULL && budget > 0) {
        struct bight__ready *entry = __builtin_expect(loop->order != 0, 0)
                                         ? ready_pick(loop)
                                         : ready_pop(loop);
        loop->ready_run++;
        budget--;
        run_timed(loop, entry);
    }
    return budget;
}

void bight__dispatch_drain(bight_loop *loop)
{
    unsigned budget = BIGHT__READY_BUDGET;
    take_later(loop);
    do {
        budget = run_ready(loop, budget);
        bight__dispatch_flush(loop);
    } while (loop->ready_head != NULL && budget > 0);
    keep_polling(loop, loop->ready_head != NULL || loop->later_head != NULL);
}

void bight__dispatch_tick(bight_loop *loop, uint64_t now_ms)
{
    uint64_t stale_ms = now_ms + STALE_MS;
    loop->now_ms = now_ms;
    loop->stale.tv_sec = (time_t)(stale_ms / 1000);
    loop->stale.tv_nsec = (long)(stale_ms % 1000) * 1000000;
}

void bight__dispatch_late(bight_loop *loop)
{
    uint64_t now_ms = (uint64_t)loop->coarse.tv_sec * 1000 +
                      (uint64_t)loop->coarse.tv_nsec / 1000000;
    uint64_t took = now_ms - loop->now_ms;
    bight__dispatch_tick(loop, now_ms);
    if (took >= loop->options.slow_callback_ms)
        report_slow(loop, took);
}
