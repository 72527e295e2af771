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
    task->link.prev->next = task->link.next;
    task->link.next->prev = task->link.prev;
    if (task->sleeper != NULL)
        bight_timer_free(task->sleeper);
    if (task->promise != NULL)
        fire(task, task->promise);
    else
        tell_group(task);
    bight__stack_give(&tasks->stacks, task->pool, &task->stack);
}

/* -- its turns ------------------------------------------------------------- */

/* Compilers would ask for the thread's own twice. */
static inline void resume(struct bight__task *task)
{
    struct bight__task_thread *thread = &bight__task_thread;
    __asm__("" : "+r"(thread));
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

void bight__task_resume(struct bight__task *task)
{
    resume(task);
}

static void go_on(struct bight__ready *entry)
{
    resume(bight__container(entry, struct bight__task, ready));
}

/* K4: one that was cancelled before never runs. */
static void begin(struct bight__ready *entry)
{
    struct bight__task *task =
        bight__container(entry, struct bight__task, ready);
    if (!task->cancelled) {
        task->ready.run = go_on;
        resume(task);
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
    ((options)->size >= BIGHT__TABLE_PAST(bight_task_options, member))

static struct bight__stack_pool *__attribute__((noinline))
pool_for(struct bight__tasks *tasks, const bight_task_options *options)
{
    if (!HAS(options, stack_size) || options->stack_size == 0)
        return tasks->stacks.usual;
    return bight__stack_pool_for(&tasks->stacks, options->stack_size);
}

static void __attribute__((noinline))
set_name(struct bight__task *task, const bight_task_options *options)
{
    if (!HAS(options, name) || options->name == NULL)
        return;
    size_t length = strnlen(options->name, sizeof(task->name) - 1);
    memcpy(task->name, options->name, length);
    task->name[length] = '\0';
}

/* Field by field: the others are never read before they are written. */
static void fill(struct bight__task *task, struct bight__tasks *tasks,
                 bight_task_fn fn, void *arg, const void *made_at)
{
    task->state = BIGHT__TASK_NEW;
    task->readies = 0;
    task->cancelled = task->asked = task->sleeping = false;
    task->pressed = tasks->async->cancel_at > 0; /* looks closer */
    task->refusals = 0;
    task->promise = NULL;
    task->group = NULL;
    task->awaited = NULL;
    task->parked = NULL;
    task->deadlines = NULL;
    task->sleeper = NULL;
    task->waits_at = NULL;
    task->result = bight_value_none();
    task->ready.run = begin;
    task->tasks = tasks;
    task->loop = tasks->loop;
    task->fn = fn;
    task->arg = arg;
    task->made_at = made_at;
    task->made_ms = tasks->loop->now_ms;
    bight__list_push_back(&tasks->all, &task->link);
}

static inline struct bight__task *new_task(bight_loop *loop,
                                           const bight_task_options *options,
                                           bight_task_fn fn, void *arg,
                                           const void *made_at)
{
    bight__loop_check(loop);
    struct bight__tasks *tasks = bight__tasks_of(loop);
    if (tasks == NULL)
        return NULL;
    struct bight__stack_pool *pool = tasks->stacks.usual;
    if (options != NULL)
        pool = pool_for(tasks, options);
    if (pool == NULL)
        return NULL;
    struct bight__stack *stack = bight__stack_take(&tasks->stacks, pool, live);
    if (stack == NULL)
        return NULL;
    struct bight__task *task =
        bight__container(stack, struct bight__task, stack);
    task->pool = pool;
    task->name[0] = '\0';
    if (options != NULL)
        set_name(task, options);
    fill(task, tasks, fn, arg, made_at);
    return task;
}

struct bight__task *bight__task_new(bight_loop *loop,
                                    const bight_task_options *options,
                                    bight_task_fn fn, void *arg,
                                    const void *made_at)
{
    return new_task(loop, options, fn, arg, made_at);
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
    bight__stack_give(&task->tasks->stacks, task->pool, &task->stack);
}

bight_deferred *bight_spawn(bight_loop *loop, const bight_task_options *options,
                            bight_task_fn fn, void *arg)
{
    if (loop == NULL && (loop = bight_task_loop()) == NULL) {
        (void)bight__task_missing("bight_spawn without a loop");
        return NULL;
    }
    struct bight__task *task = new_task(loop, options, fn, arg, CALLER);
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
