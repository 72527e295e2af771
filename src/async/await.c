/* SPDX-License-Identifier: MIT */
/* The suspension point for a Deferred's result, and what all of them share. */
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
    if (task->pressed)
        bight__task_count(task);
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
        d->tasked || bight__slot_async(d, d->place) != task->tasks->async)
        return await_slowly(task, d, ret_value, CALLER);
    d->consumer = BIGHT__CONSUMER_AWAITED;
    d->awaiter = &task->awaiter;
    task->awaiter.settled = settled;
    task->awaited = d;
    bight__task_suspend(task, BIGHT__TASK_AWAITING, CALLER);
    return give(task, ret_value);
}
