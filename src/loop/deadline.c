/* SPDX-License-Identifier: MIT */
/*
 * The heap of timers and the two wheels under the backend's one timer. The
 * connections' wheel keeps no loop running, that of the Deferreds does.
 */
#include "loop/dispatch.h"

static uint64_t wheel_due_ns(const bight_loop *loop,
                             const struct bight__wheel *wheel)
{
    uint32_t ticks;
    if (!bight__wheel_next(wheel, &ticks))
        return UINT64_MAX;
    uint64_t tick = loop->now_ms / BIGHT__TICK_MS;
    /* The wheel's 32 bits wrap; how far it is from the cached clock does not.
     * It may be ahead: it advances by the fresh one. */
    int32_t behind = (int32_t)((uint32_t)tick - wheel->now);
    uint64_t now = tick - (uint64_t)(int64_t)behind;
    return (now + ticks) * BIGHT__TICK_MS * 1000000;
}

static uint64_t earlier(uint64_t a_ns, uint64_t b_ns)
{
    return a_ns < b_ns ? a_ns : b_ns;
}

void bight__loop_rearm(bight_loop *loop)
{
    uint64_t due = earlier(bight__timers_due(&loop->timers),
                           earlier(wheel_due_ns(loop, &loop->wheel),
                                   wheel_due_ns(loop, &loop->deadlines)));
    bool keeps =
        loop->timers.armed > loop->timers.idle || loop->deadlines.queued > 0;
    if (due == loop->armed_ns && keeps == loop->armed_keeps)
        return;
    loop->armed_ns = due;
    loop->armed_keeps = keeps;
    loop->backend->arm(loop, due, keeps);
}

/* From a fresh clock, since outside of dispatches the cached one stands still.
 * A tick more, since at its expiry the owner may judge by a cached one, and up
 * to another by rounding up. */
uint32_t bight__loop_due(const bight_loop *loop, uint64_t delay_ms)
{
    uint64_t now_ms = bight__loop_now_ms(loop);
    uint64_t far_ms = (uint64_t)INT32_MAX * BIGHT__TICK_MS / 2;
    uint64_t due_ms = now_ms + (delay_ms < far_ms ? delay_ms : far_ms);
    return (uint32_t)((due_ms + BIGHT__TICK_MS - 1) / BIGHT__TICK_MS + 1);
}

/* An empty wheel does not turn: its hand may be too far behind for 32 bits, so
 * it is set first. */
static void watch(bight_loop *loop, struct bight__wheel *wheel,
                  struct bight__wheel_node *node, uint32_t due)
{
    if (wheel->queued == 0)
        wheel->now = (uint32_t)(bight__loop_now_ms(loop) / BIGHT__TICK_MS);
    bight__wheel_add(wheel, node, due);
    bight__loop_rearm(loop);
}

void bight__loop_watch(bight_loop *loop, struct bight__wheel_node *node,
                       uint64_t delay_ms)
{
    watch(loop, &loop->wheel, node, bight__loop_due(loop, delay_ms));
}

void bight__loop_watch_deadline(bight_loop *loop,
                                struct bight__wheel_node *node, uint32_t due)
{
    watch(loop, &loop->deadlines, node, due);
}

/* An armed timer without a reason looks once in vain; only the last deadline
 * has to stop it, since that kept the loop running. */
void bight__loop_unwatch_deadline(bight_loop *loop,
                                  struct bight__wheel_node *node)
{
    bight__wheel_remove(&loop->deadlines, node);
    if (loop->deadlines.queued == 0)
        bight__loop_rearm(loop);
}

void bight__loop_expire(bight_loop *loop)
{
    uint64_t now_ns = bight_loop_now_ns(loop);
    bight__dispatch_tick(loop, now_ns / 1000000);
    loop->armed_ns = UINT64_MAX;
    bight__timers_expire(loop, now_ns);
    uint32_t tick = (uint32_t)(now_ns / 1000000 / BIGHT__TICK_MS);
    bight__wheel_advance(&loop->wheel, tick);
    bight__wheel_advance(&loop->deadlines, tick);
    bight__loop_rearm(loop);
}
