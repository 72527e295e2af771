/* SPDX-License-Identifier: MIT */
/* Suspension points: a Deferred's result, a time, a turn, and what streams and
 * locks park on. */
#include "async/task.h"

#include <stdio.h>
#include <stdlib.h>

#include <bight/alloc.h>

#include "async/cancel.h"
#include "async/texts.h"

#define CALLER __builtin_return_address(0)

/* A task that goes on for so long although its loop closes never ends. */
#define MOST_REFUSALS 1000000

void bight__task_pass(struct bight__task *task, const void *at)
{
    if (++task->readies < BIGHT__TASK_READY)
        return;
    bight__ready_push(task->loop, &task->ready);
    bight__task_suspend(task, BIGHT__TASK_READY_TO, at);
}

static void __attribute__((noreturn, cold))
never_ends(const struct bight__task *task)
{
    char made_at[96];
    bight__origin_text(task->made_at, made_at, sizeof(made_at));
    (void)fprintf(stderr,
                  "bight: the loop closes, but task \"%s\", made at %s, does "
                  "not end although every suspension point tells it\n",
                  task->name, made_at);
    abort();
}

bight_error bight__task_refuse(struct bight__task *task, bight_code code,
                               const void *at)
{
    if (task->loop->state != BIGHT__LOOP_OPEN &&
        ++task->refusals == MOST_REFUSALS)
        never_ends(task);
    bight__task_pass(task, at);
    return bight_error_of(code);
}

bight_error bight_task_check(void)
{
    const struct bight__task *task = bight__task_current();
    if (task == NULL)
        return bight__task_missing("bight_task_check");
    bight_code code = bight__task_refusal(task);
    if (code == 0 && task->loop->state != BIGHT__LOOP_OPEN)
        code = BIGHT_ERROR_LOOP_CLOSED;
    return code != 0 ? bight_error_of(code) : bight_ok();
}

/* -- await ----------------------------------------------------------------- */

/* The error's texts are in the ring of notes. */
static void take_result(struct bight__task *task, bight_deferred *d)
{
    task->failed = d->failed;
    if (d->failed) {
        task->error = d->error;
        bight_free(d->texts);
    } else {
        task->value = d->value;
    }
    bight__deferred_end(d);
}

static void settled(struct bight__awaiter *awaiter, bight_deferred *d)
{
    struct bight__task *task =
        bight__container(awaiter, struct bight__task, awaiter);
    task->awaited = NULL;
    take_result(task, d);
    bight__task_resume(task);
}

/* What was asked to give up says CANCELLED; why it was asked is known here. The
 * number of its note stays. */
static bight_error __attribute__((noinline))
give_error(struct bight__task *task)
{
    bight_error error = task->error;
    bight_code code = task->asked ? bight__task_refusal(task) : 0;
    task->asked = false;
    if (code != 0 &&
        bight_error_is(error, &bight_domain, BIGHT_ERROR_CANCELLED))
        error.code = (int32_t)code;
    if (task->loop->state != BIGHT__LOOP_OPEN &&
        ++task->refusals == MOST_REFUSALS)
        never_ends(task);
    return error;
}

static bight_error give(struct bight__task *task, bight_value *ret_value)
{
    if (task->failed)
        return give_error(task);
    task->asked = false;
    bight_value value = task->value;
    if (ret_value != NULL)
        *ret_value = value;
    else
        bight_value_destroy(value);
    return bight_ok();
}

/* Whose result depends on that of `d` next. */
static const bight_deferred *outer_of(const bight_deferred *d)
{
    if (d->consumer == BIGHT__CONSUMER_CHAINED)
        return d->outer;
    if (d->consumer != BIGHT__CONSUMER_AWAITED ||
        d->awaiter->settled != settled)
        return NULL;
    return (const bight_deferred *)bight__container(d->awaiter,
                                                    struct bight__task, awaiter)
        ->promise;
}

/* On whose result that of `d` depends next. */
static const bight_deferred *inner_of(const bight_deferred *d)
{
    if (d->state == BIGHT__WAITING || d->state == BIGHT__CHAINING)
        return d->inner;
    if (!d->tasked || d->state != BIGHT__PENDING)
        return NULL;
    return ((const struct bight__task *)d->canceller_arg)->awaited;
}

/* Whether `d` waits for this task already. Seen from both sides at once, so
 * that the shorter way counts. */
static bool is_circular(const struct bight__task *task, const bight_deferred *d)
{
    const bight_deferred *own = (const bight_deferred *)task->promise;
    const bight_deferred *out = own;
    const bight_deferred *in = d;
    while (out != NULL && in != NULL) {
        if (out == d || in == own)
            return true;
        out = outer_of(out);
        in = inner_of(in);
    }
    return false;
}

/* 0, or why `d`, which is there, cannot be awaited. */
static bight_code fault_of(const struct bight__task *task, bight_deferred *d)
{
    if (bight__deferred_stranded(d))
        return 0;
    if (bight__deferred_loop(d) != task->loop)
        return BIGHT_ERROR_USAGE;
    return is_circular(task, d) ? BIGHT_ERROR_CIRCULAR : 0;
}

static bight_error await_settled(struct bight__task *task, bight_deferred *d,
                                 bight_value *ret_value, const void *at)
{
    bight__task_pass(task, at);
    if (d->failed)
        d->error = bight__texts_restore(d->texts, d->error);
    take_result(task, d);
    return give(task, ret_value);
}

static bight_error __attribute__((noinline))
await_slowly(struct bight__task *task, bight_deferred *d,
             bight_value *ret_value, const void *at)
{
    if (d == NULL)
        return bight__task_refuse(task, BIGHT_ERROR_NO_MEMORY, at);
    bight__consumer_check(d);
    bight_code code = fault_of(task, d);
    if (code != 0) {
        bight__deferred_detach(d);
        return bight__task_refuse(task, code, at);
    }
    d->consumer = BIGHT__CONSUMER_AWAITED;
    d->awaiter = &task->awaiter;
    task->awaiter.settled = settled;
    if (d->state == BIGHT__SETTLED)
        return await_settled(task, d, ret_value, at);
    task->awaited = d;
    task->state = BIGHT__TASK_AWAITING;
    if (task->pressed)
        bight__task_press(task);
    bight__task_suspend(task, BIGHT__TASK_AWAITING, at);
    return give(task, ret_value);
}

/* K5: consumed all the same. */
static bight_error await_outside(bight_deferred *d)
{
    bight_detach(d);
    return bight__task_missing("bight_await");
}

/* The short way: it is pending, and nothing is the matter with the task. */
bight_error bight_await(bight_deferred *d, bight_value *ret_value)
{
    struct bight__task *task = bight__task_current();
    if (task == NULL)
        return await_outside(d);
    if (d == NULL || task->pressed || d->magic != BIGHT__DEFERRED_MAGIC ||
        d->state != BIGHT__PENDING || d->consumer != BIGHT__CONSUMER_OPEN ||
        d->tasked || bight__deferred_loop(d) != task->loop)
        return await_slowly(task, d, ret_value, CALLER);
    d->consumer = BIGHT__CONSUMER_AWAITED;
    d->awaiter = &task->awaiter;
    task->awaiter.settled = settled;
    task->awaited = d;
    bight__task_suspend(task, BIGHT__TASK_AWAITING, CALLER);
    return give(task, ret_value);
}

/* -- park ------------------------------------------------------------------ */

static bight_code refusal_to_park(const struct bight__task *task,
                                  const struct bight__waiter *waiter)
{
    if (task->tasks->async->ended)
        return BIGHT_ERROR_LOOP_CLOSED;
    if (waiter->steady || !task->pressed)
        return 0;
    return bight__task_refusal(task);
}

bight_error bight__park(struct bight__waiter *waiter, const void *at)
{
    struct bight__task *task = bight__task_current();
    bight_code code = refusal_to_park(task, waiter);
    if (code != 0 && !waiter->steady) {
        bight__list_remove(&waiter->link);
        return bight__task_refuse(task, code, at);
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
    bight__list_remove(&waiter->link);
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
