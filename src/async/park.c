/* SPDX-License-Identifier: MIT */
/* Suspension points without a Deferred: parking, turns and times. */
#include "async/park.h"

#include "async/task.h"

#define CALLER __builtin_return_address(0)

static bight_code refusal_to_park(const struct bight__task *task)
{
    if (task->tasks->async->ended)
        return BIGHT_ERROR_LOOP_CLOSED;
    return bight__task_refusal(task);
}

/* Most waiters for one thing at a time are in no list. */
static inline void unlink_waiter(struct bight__waiter *waiter)
{
    if (waiter->link.next != &waiter->link)
        bight__list_remove(&waiter->link);
}

bight_error bight__park(struct bight__waiter *waiter, const void *at)
{
    struct bight__task *task = bight__task_current();
    waiter->task = NULL; /* it may be unparked before it waits */
    if (!waiter->steady &&
        (task->pressed || task->loop->state != BIGHT__LOOP_OPEN)) {
        bight__task_count(task);
        bight_code code = refusal_to_park(task);
        if (code != 0) {
            unlink_waiter(waiter);
            return bight__task_refuse(task, code, at);
        }
    }
    waiter->task = task;
    task->parked = waiter;
    bight__task_suspend(task, BIGHT__TASK_PARKED, at);
    return waiter->error;
}

bool bight__unpark(struct bight__waiter *waiter, bight_error error)
{
    struct bight__task *task = waiter->task;
    if (task == NULL)
        return false;
    waiter->task = NULL;
    waiter->error = error;
    unlink_waiter(waiter);
    task->parked = NULL;
    bight__task_wake(task);
    return true;
}

/* -- turns and times ------------------------------------------------------- */

static bight_code refusal_to_wait(const struct bight__task *task)
{
    bight_code code = task->pressed ? bight__task_refusal(task) : 0;
    if (code == 0 && task->loop->state != BIGHT__LOOP_OPEN)
        code = BIGHT_ERROR_LOOP_CLOSED;
    return code;
}

bight_error bight_yield(void)
{
    struct bight__task *task = bight__task_current();
    if (task == NULL)
        return bight__task_missing("bight_yield");
    if (task->pressed)
        bight__task_count(task);
    bight_code code = refusal_to_wait(task);
    if (code != 0)
        return bight__task_refuse(task, code, CALLER);
    bight__ready_push(task->loop, &task->ready);
    bight__task_suspend(task, BIGHT__TASK_READY_TO, CALLER);
    return bight_ok();
}

/* Something else may have woken it in the same turn. */
static void slept(void *ctx)
{
    struct bight__task *task = ctx;
    if (task->parked != NULL)
        (void)bight__unpark(task->parked, bight_ok());
}

bight_error bight_sleep(uint64_t ms)
{
    struct bight__task *task = bight__task_current();
    if (task == NULL)
        return bight__task_missing("bight_sleep");
    bight_code code = refusal_to_wait(task);
    if (code != 0)
        return bight__task_refuse(task, code, CALLER);
    if (task->sleeper == NULL) {
        bight_error error =
            bight__timer_new(task->loop, slept, task, &task->sleeper);
        if (bight_failed(error))
            return error;
    }
    struct bight__waiter waiter;
    bight__list_init(&waiter.link);
    waiter.steady = false;
    task->sleeping = true;
    bight_timer_start(task->sleeper, ms);
    bight_error error = bight__park(&waiter, CALLER);
    task->sleeping = false;
    bight_timer_stop(task->sleeper);
    return error;
}
