/* SPDX-License-Identifier: MIT */
/* Tasks: their beginning, their turns and their end. */
#include "async/task.h"

#include <stdio.h>
#include <string.h>

#include "async/cancel.h"
#include "async/overflow.h"
#include "async/park.h"
#include "base/table.h"

#define CALLER __builtin_return_address(0)

_Thread_local struct bight__task_thread bight__task_thread;

bight_error bight__task_missing(const char *function)
{
#ifdef BIGHT_DEBUG
    (void)fprintf(stderr, "bight: %s outside of a task\n", function);
    assert(false && "outside of a task");
#endif
    return bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                            "%s outside of a task", function);
}

/* -- its end --------------------------------------------------------------- */

static void fire(struct bight__task *task, bight_promise *promise)
{
    if (task->failed)
        bight_promise_reject(promise, task->error);
    else
        bight_promise_resolve(promise, task->value);
}

static void tell_group(struct bight__task *task)
{
    bight__list_remove(&task->sibling);
    if (!task->failed)
        bight_value_destroy(task->value);
    bight__group_child_ended(task->group,
                             task->failed ? task->error : bight_ok());
}

/* From the loop's stack. A value's destructor may start the next task, so this
 * one's stack is free only when nothing on it is needed. */
static void end(struct bight__task *task)
{
    struct bight__tasks *tasks = task->tasks;
    task->magic = 0;
    task->link.prev->next = task->link.next;
    task->link.next->prev = task->link.prev;
    tasks->count--;
    if (task->sleeper != NULL)
        bight_timer_free(task->sleeper);
    if (task->promise != NULL)
        fire(task, task->promise);
    else
        tell_group(task);
    bight__stack_give(&tasks->stacks, task->pool, &task->stack);
}

/* -- its turns ------------------------------------------------------------- */

void bight__task_resume(struct bight__task *task)
{
    struct bight__task_thread *thread = &bight__task_thread;
    struct bight__task *outer = thread->current;
    if (__builtin_expect(!thread->watched, 0))
        thread->watched = bight__overflow_watch();
    task->state = BIGHT__TASK_RUNNING;
    thread->current = task;
    bight__stack_enter(&task->stack);
    thread->current = outer;
    if (task->state == BIGHT__TASK_ENDED)
        end(task);
}

/* K4: one that was cancelled before never runs. */
static void run(struct bight__ready *entry)
{
    struct bight__task *task =
        bight__container(entry, struct bight__task, ready);
    if (task->state != BIGHT__TASK_NEW || !task->cancelled) {
        bight__task_resume(task);
        return;
    }
    task->failed = true;
    task->error = bight_error_of(BIGHT_ERROR_CANCELLED);
    end(task);
}

/* The outermost function of every stack: each turn is a task, and only the
 * first begins here. */
static void live(void *stack)
{
    struct bight__task *task = stack;
    bight__stack_entered(&task->stack);
    for (;;) {
        bight_error error = task->fn(task->arg, &task->result);
        task->failed = bight_failed(error);
        if (task->failed) {
            bight_value_destroy(task->result);
            task->error = error;
        } else {
            task->value = task->result;
        }
        assert(task->deadlines == NULL && "a deadline outlives its block");
        task->state = BIGHT__TASK_ENDED;
        bight__stack_leave(&task->stack, true);
    }
}

/* -- its beginning --------------------------------------------------------- */

#define HAS(options, member)                                                   \
    ((options) != NULL &&                                                      \
     (options)->size >= BIGHT__TABLE_PAST(bight_task_options, member))

static unsigned pool_for(const bight_task_options *options)
{
    size_t size = 0;
    if (HAS(options, stack_size))
        size = options->stack_size;
    return bight__stack_pool_for(size != 0 ? size : BIGHT_STACK_DEFAULT);
}

static void set_name(struct bight__task *task,
                     const bight_task_options *options)
{
    size_t length = 0;
    if (HAS(options, name) && options->name != NULL) {
        length = strnlen(options->name, sizeof(task->name) - 1);
        memcpy(task->name, options->name, length);
    }
    task->name[length] = '\0';
}

/* Field by field: of a stack that was used before some are as they have to be,
 * and others are never read before they are written. */
static void fill(struct bight__task *task, struct bight__tasks *tasks,
                 bight_task_fn fn, void *arg, const void *made_at)
{
    bight_loop *loop = tasks->loop;
    task->ready.run = run;
    task->magic = BIGHT__TASK_MAGIC;
    task->state = BIGHT__TASK_NEW;
    task->readies = 0;
    task->cancelled = task->pressed = task->asked = task->sleeping = false;
    task->refusals = 0;
    task->tasks = tasks;
    task->loop = loop;
    task->fn = fn;
    task->arg = arg;
    task->promise = NULL;
    task->group = NULL;
    task->awaited = NULL;
    task->parked = NULL;
    task->deadlines = NULL;
    task->sleeper = NULL;
    task->made_at = made_at;
    task->waits_at = NULL;
    task->made_ms = task->since_ms = loop->now_ms;
    task->result = bight_value_none();
    bight__list_push_back(&tasks->all, &task->link);
    tasks->count++;
}

struct bight__task *bight__task_new(bight_loop *loop,
                                    const bight_task_options *options,
                                    bight_task_fn fn, void *arg,
                                    const void *made_at)
{
    bight__loop_check(loop);
    struct bight__tasks *tasks = bight__tasks_of(loop);
    unsigned pool = pool_for(options);
    if (tasks == NULL || pool == BIGHT__STACK_POOLS)
        return NULL;
    struct bight__stack *stack = bight__stack_take(&tasks->stacks, pool, live);
    if (stack == NULL)
        return NULL;
    struct bight__task *task =
        bight__container(stack, struct bight__task, stack);
    task->pool = (uint8_t)pool;
    set_name(task, options);
    fill(task, tasks, fn, arg, made_at);
    return task;
}

static bight_cancel_answer cancel_spawned(void *arg)
{
    struct bight__task *task = arg;
    if (task->state == BIGHT__TASK_NEW) {
        task->cancelled = true;
        return BIGHT_CANCEL_NOW;
    }
    bight__task_cancel(task);
    return BIGHT_CANCEL_LATER;
}

/* Nothing of a task that never was is queued yet. */
static void unmake(struct bight__task *task)
{
    bight__list_remove(&task->link);
    task->tasks->count--;
    bight__stack_give(&task->tasks->stacks, task->pool, &task->stack);
}

bight_deferred *bight_spawn(bight_loop *loop, const bight_task_options *options,
                            bight_task_fn fn, void *arg)
{
    if (loop == NULL && bight__task_current() == NULL) {
        (void)bight__task_missing("bight_spawn without a loop");
        return NULL;
    }
    if (loop == NULL)
        loop = bight__task_current()->loop;
    struct bight__task *task = bight__task_new(loop, options, fn, arg, CALLER);
    if (task == NULL)
        return NULL;
    bight_deferred *d =
        bight__deferred_new(loop, &task->promise, cancel_spawned, task, CALLER);
    if (d == NULL) {
        unmake(task);
        return NULL;
    }
    d->tasked = true;
    bight__ready_push(loop, &task->ready);
    return d;
}

/* -- the running one ------------------------------------------------------- */

bight_loop *bight_task_loop(void)
{
    const struct bight__task *task = bight__task_current();
    return task != NULL ? task->loop : NULL;
}

const char *bight_task_name(void)
{
    const struct bight__task *task = bight__task_current();
    return task != NULL ? task->name : NULL;
}

/* -- cancelling ------------------------------------------------------------ */

/* What the task awaits; if that is another's result, then that, so that a chain
 * of any length needs no stack. */
static struct bight__task *press_awaited(struct bight__task *task)
{
    enum bight__asker asker =
        task->cancelled ? BIGHT__ASKED_BY_CALLER : BIGHT__ASKED_BY_DEADLINE;
    bight_deferred *d = bight__deferred_innermost(task->awaited);
    task->asked = true;
    if (d->state != BIGHT__PENDING || !d->tasked) {
        bight__deferred_ask(d, asker, BIGHT_ERROR_CANCELLED);
        return NULL;
    }
    struct bight__task *next = d->canceller_arg;
    if (next->state == BIGHT__TASK_NEW || next->cancelled) {
        bight__deferred_ask(d, asker, BIGHT_ERROR_CANCELLED);
        return NULL;
    }
    d->asked = asker;
    next->cancelled = next->pressed = true;
    return next;
}

void bight__task_press(struct bight__task *task)
{
    while (task != NULL && bight__task_refusal(task) != 0) {
        if (task->state == BIGHT__TASK_PARKED && !task->parked->steady)
            (void)bight__unpark(task->parked,
                                bight_error_of(bight__task_refusal(task)));
        task = task->state == BIGHT__TASK_AWAITING ? press_awaited(task) : NULL;
    }
}

void bight__task_cancel(struct bight__task *task)
{
    if (task->cancelled)
        return;
    task->cancelled = task->pressed = true;
    bight__task_press(task);
}
