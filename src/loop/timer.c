/* SPDX-License-Identifier: MIT */
/* Timers: a binary heap by deadline and arming order. */
#include "loop/timer.h"

#include <inttypes.h>
#include <stdio.h>

#include <bight/alloc.h>

#include "loop/dispatch.h"

enum timer_state {
    TIMER_IDLE,
    TIMER_ARMED,   /* in the heap */
    TIMER_EXPIRED, /* its entry is queued and will call back */
    TIMER_FREED    /* its entry is queued and will only free it */
};

struct bight_timer {
    struct bight__ready ready;
    struct bight__resource resource;
    bight_loop *loop;
    bight_call_fn fn;
    void *ctx;
    uint64_t due_ns;
    uint64_t order;
    size_t index;
    enum timer_state state;
    bool idle;   /* keeps no loop running */
    bool queued; /* the entry is in the ready queue, whatever the state */
};

static bool before(const bight_timer *a, const bight_timer *b)
{
    if (a->due_ns != b->due_ns)
        return a->due_ns < b->due_ns;
    return a->order < b->order;
}

static void put(struct bight__timers *timers, bight_timer *timer, size_t index)
{
    timers->heap[index] = timer;
    timer->index = index;
}

static void sift_up(struct bight__timers *timers, bight_timer *timer, size_t i)
{
    while (i > 0 && before(timer, timers->heap[(i - 1) / 2])) {
        put(timers, timers->heap[(i - 1) / 2], i);
        i = (i - 1) / 2;
    }
    put(timers, timer, i);
}

static void sift_down(struct bight__timers *timers, bight_timer *timer,
                      size_t i)
{
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= timers->armed)
            break;
        if (child + 1 < timers->armed &&
            before(timers->heap[child + 1], timers->heap[child]))
            child++;
        if (!before(timers->heap[child], timer))
            break;
        put(timers, timers->heap[child], i);
        i = child;
    }
    put(timers, timer, i);
}

static void heap_remove(struct bight__timers *timers, bight_timer *timer)
{
    bight_timer *last = timers->heap[--timers->armed];
    timers->idle -= timer->idle;
    if (last == timer)
        return;
    if (before(last, timer))
        sift_up(timers, last, timer->index);
    else
        sift_down(timers, last, timer->index);
}

/* Stopped, freed or started again since it was queued: the state tells. */
static void timer_run(struct bight__ready *entry)
{
    bight_timer *timer = bight__container(entry, bight_timer, ready);
    timer->queued = false;
    if (timer->state == TIMER_FREED) {
        bight_free(timer);
    } else if (timer->state == TIMER_EXPIRED) {
        timer->state = TIMER_IDLE;
        timer->fn(timer->ctx);
    }
}

bool bight__timer_is(const struct bight__ready *entry)
{
    return entry->run == timer_run;
}

uint64_t bight__timers_due(const struct bight__timers *timers)
{
    return timers->armed == 0 ? UINT64_MAX : timers->heap[0]->due_ns;
}

void bight__timers_expire(bight_loop *loop, uint64_t now_ns)
{
    struct bight__timers *timers = &loop->timers;
    while (timers->armed > 0 && timers->heap[0]->due_ns <= now_ns) {
        bight_timer *timer = timers->heap[0];
        heap_remove(timers, timer);
        timer->state = TIMER_EXPIRED;
        if (timer->queued) /* from an earlier start: its place is now here */
            bight__ready_remove(loop, &timer->ready);
        timer->queued = true;
        bight__ready_push(loop, &timer->ready);
    }
}

void bight__timers_fini(struct bight__timers *timers)
{
    bight_free(timers->heap);
    *timers = (struct bight__timers){0};
}

static bool reserve(struct bight__timers *timers)
{
    if (timers->made < timers->capacity)
        return true;
    size_t capacity = timers->capacity == 0 ? 16 : 2 * timers->capacity;
    bight_timer **heap =
        bight_realloc(timers->heap, capacity * sizeof(bight_timer *));
    if (heap == NULL)
        return false;
    timers->heap = heap;
    timers->capacity = capacity;
    return true;
}

/* One that is stopped has nothing to survive with. */
static void timer_report(struct bight__resource *resource,
                         struct bight__survivors *survivors)
{
    const bight_timer *timer =
        bight__container(resource, bight_timer, resource);
    if (!bight_timer_active(timer))
        return;
    uint64_t now_ns = bight_loop_now_ns(timer->loop);
    uint64_t left_ns = timer->due_ns > now_ns ? timer->due_ns - now_ns : 0;
    char name[64];
    (void)snprintf(name, sizeof(name), "due in %" PRIu64 " ms",
                   left_ns / 1000000);
    bight__survivors_add(survivors, resource->ops->kind, name,
                         resource->made_at,
                         now_ns / 1000000 - resource->made_ms);
}

static void timer_end(struct bight__resource *resource)
{
    bight_timer *timer = bight__container(resource, bight_timer, resource);
    bight_timer_stop(timer);
    bight__resource_remove(timer->loop, resource);
}

static const struct bight__resource_ops timer_resource = {
    .kind = "timer", .end = timer_end, .report = timer_report};

static void report_nothing(struct bight__resource *resource,
                           struct bight__survivors *survivors)
{
    (void)resource;
    (void)survivors;
}

static const struct bight__resource_ops own_timer_resource = {
    .kind = "timer", .end = timer_end, .report = report_nothing};

static bight_error timer_new(bight_loop *loop, bight_call_fn fn, void *ctx,
                             const struct bight__resource_ops *ops,
                             const void *made_at, bight_timer **ret_timer)
{
    bight__loop_check(loop);
    if (loop->state != BIGHT__LOOP_OPEN)
        return bight_error_of(BIGHT_ERROR_CLOSED);
    if (!reserve(&loop->timers))
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    bight_timer *timer = bight_zalloc(sizeof(*timer));
    if (timer == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    timer->ready.run = timer_run;
    timer->loop = loop;
    timer->fn = fn;
    timer->ctx = ctx;
    loop->timers.made++;
    bight__resource_add(loop, &timer->resource, ops, made_at);
    *ret_timer = timer;
    return bight_ok();
}

bight_error bight_timer_new(bight_loop *loop, bight_call_fn fn, void *ctx,
                            bight_timer **ret_timer)
{
    return timer_new(loop, fn, ctx, &timer_resource,
                     __builtin_return_address(0), ret_timer);
}

bight_error bight__timer_new(bight_loop *loop, bight_call_fn fn, void *ctx,
                             bight_timer **ret_timer)
{
    return timer_new(loop, fn, ctx, &own_timer_resource, NULL, ret_timer);
}

bight_error bight__timer_new_idle(bight_loop *loop, bight_call_fn fn, void *ctx,
                                  bight_timer **ret_timer)
{
    bight_error error =
        timer_new(loop, fn, ctx, &own_timer_resource, NULL, ret_timer);
    if (!bight_failed(error))
        (*ret_timer)->idle = true;
    return error;
}

void bight_timer_start(bight_timer *timer, uint64_t delay_ms)
{
    bight_loop *loop = timer->loop;
    bight__loop_check(loop);
    bight_timer_stop(timer);
    if (loop->state != BIGHT__LOOP_OPEN)
        return;
    timer->due_ns = bight__add_ms(bight_loop_now_ns(loop), delay_ms);
    timer->order = loop->timers.sequence++;
    timer->state = TIMER_ARMED;
    loop->timers.idle += timer->idle;
    sift_up(&loop->timers, timer, loop->timers.armed++);
    bight__loop_rearm(loop);
}

void bight_timer_stop(bight_timer *timer)
{
    bight__loop_check(timer->loop);
    if (timer->state == TIMER_ARMED) {
        heap_remove(&timer->loop->timers, timer);
        bight__loop_rearm(timer->loop);
    }
    timer->state = TIMER_IDLE;
}

bool bight_timer_active(const bight_timer *timer)
{
    return timer->state == TIMER_ARMED || timer->state == TIMER_EXPIRED;
}

void bight_timer_free(bight_timer *timer)
{
    if (timer == NULL)
        return;
    bight_timer_stop(timer);
    bight__resource_remove(timer->loop, &timer->resource);
    timer->loop->timers.made--;
    if (timer->queued)
        timer->state = TIMER_FREED;
    else
        bight_free(timer);
}
