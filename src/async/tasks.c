/* SPDX-License-Identifier: MIT */
/*
 * A loop's tasks, its close (L9) and what is said of them. When the close
 * begins they are named, and those that sleep are woken; the others may still
 * get what the close ends. When nothing else is left, whatever waits is told
 * LOOP_CLOSED, again and again, until all tasks have returned.
 */
#include "async/task.h"

#include <stdio.h>
#include <string.h>

#include <bight/alloc.h>

#include "async/park.h"

static struct bight__task *task_of(struct bight__list *link)
{
    return bight__container(link, struct bight__task, link);
}

static const char *name_of(const struct bight__task *task)
{
    return task->name[0] != '\0' ? task->name : "unnamed";
}

static void report(struct bight__resource *resource,
                   struct bight__survivors *survivors)
{
    struct bight__tasks *tasks =
        bight__container(resource, struct bight__tasks, resource);
    uint64_t now_ms = bight__loop_now_ms(tasks->loop);
    struct bight__list *link = tasks->all.next;
    for (; link != &tasks->all; link = link->next)
        bight__survivors_add(survivors, "task", name_of(task_of(link)),
                             task_of(link)->made_at,
                             now_ms - task_of(link)->made_ms);
}

static void wake_sleepers(struct bight__resource *resource)
{
    struct bight__tasks *tasks =
        bight__container(resource, struct bight__tasks, resource);
    struct bight__list *link = tasks->all.next;
    for (; link != &tasks->all; link = link->next) {
        struct bight__task *task = task_of(link);
        if (task->state == BIGHT__TASK_PARKED && task->sleeping)
            (void)bight__unpark(task->parked,
                                bight_error_of(BIGHT_ERROR_LOOP_CLOSED));
    }
    bight__resource_remove(tasks->loop, resource);
}

static const struct bight__resource_ops resource_ops = {
    .kind = "task", .end = wake_sleepers, .report = report};

/* Whoever is steady looks again and parks again: no progress of its own. */
static size_t drive(struct bight__tasks *tasks, bool *ret_any)
{
    size_t count = 0;
    struct bight__list *link = tasks->all.next;
    for (; link != &tasks->all; link = link->next, count++) {
        struct bight__task *task = task_of(link);
        if (task->state != BIGHT__TASK_PARKED)
            continue;
        *ret_any |= !task->parked->steady;
        (void)bight__unpark(task->parked,
                            bight_error_of(BIGHT_ERROR_LOOP_CLOSED));
    }
    return count;
}

static void fini(struct bight__tasks *tasks)
{
    assert(bight__list_empty(&tasks->all));
    bight__stacks_fini(&tasks->stacks);
    bight_free(tasks);
}

static const struct bight__tasks_ops tasks_ops = {.drive = drive, .fini = fini};

static struct bight__tasks *__attribute__((noinline)) make(bight_loop *loop)
{
    struct bight__async *async = bight__async_of(loop);
    if (async == NULL)
        return NULL;
    struct bight__tasks *tasks = bight_zalloc(sizeof(*tasks));
    if (tasks == NULL)
        return NULL;
    tasks->loop = loop;
    tasks->async = async;
    bight__list_init(&tasks->all);
    bight__stacks_init(&tasks->stacks, loop);
    if (loop->state == BIGHT__LOOP_OPEN)
        bight__resource_add(loop, &tasks->resource, &resource_ops, NULL);
    async->tasks = tasks;
    async->tasks_ops = &tasks_ops;
    return tasks;
}

struct bight__tasks *bight__tasks_of(bight_loop *loop)
{
    struct bight__async *async = loop->async;
    if (__builtin_expect(async == NULL || async->tasks == NULL, 0))
        return make(loop);
    return async->ended ? NULL : async->tasks;
}

/* -- seeing ---------------------------------------------------------------- */

static const char *state_name(const struct bight__task *task)
{
    switch ((enum bight__task_state)task->state) {
    case BIGHT__TASK_NEW:
        return "new";
    case BIGHT__TASK_RUNNING:
        return "running";
    case BIGHT__TASK_AWAITING:
        return "awaiting";
    case BIGHT__TASK_PARKED:
        return task->sleeping ? "sleeping" : "waiting";
    case BIGHT__TASK_READY_TO:
        return "ready";
    case BIGHT__TASK_ENDED:
        break;
    }
    return "ended";
}

/* Of its stack, as of when it was left last. */
static size_t used_of(const struct bight__task *task)
{
    const char *top = (const char *)task;
    const char *at = task->stack.at;
    if (task->state == BIGHT__TASK_RUNNING)
        at = __builtin_frame_address(0);
    if (task->state == BIGHT__TASK_NEW || at < task->stack.bottom || at > top)
        return 0;
    return (size_t)(top - at);
}

static void dump_one(const struct bight__task *task, int fd, uint64_t now_ms)
{
    char made_at[96];
    char waits_at[96];
    uint64_t since_ms = task->waits_at ? task->since_ms : task->made_ms;
    bight__origin_text(task->made_at, made_at, sizeof(made_at));
    bight__origin_text(task->waits_at, waits_at, sizeof(waits_at));
    (void)dprintf(
        fd,
        "task \"%s\" %s%s for %llu ms, at %s, made at %s, "
        "stack %zu of %zu bytes\n",
        name_of(task), state_name(task), task->cancelled ? " (cancelled)" : "",
        (unsigned long long)(now_ms - since_ms), waits_at, made_at,
        used_of(task), (size_t)((const char *)task - task->stack.bottom));
}

size_t bight_tasks_dump(const bight_loop *loop, int fd)
{
    bight__loop_check(loop);
    if (loop->async == NULL || loop->async->tasks == NULL)
        return 0;
    struct bight__tasks *tasks = loop->async->tasks;
    uint64_t now_ms = bight__loop_now_ms(loop);
    size_t count = 0;
    struct bight__list *link = tasks->all.next;
    for (; link != &tasks->all; link = link->next, count++)
        dump_one(task_of(link), fd, now_ms);
    return count;
}
