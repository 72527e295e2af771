/* SPDX-License-Identifier: MIT */
/* Deadlines of blocks, and shields. */
#include "async/task_deadline.h"

#include <stdio.h>
#include <stdlib.h>

/* A wheel reaches no further; whoever waits longer waits for ever. */
#define FAR_MS (UINT64_C(100) * 24 * 60 * 60 * 1000)
#define SHIELD_MS (UINT64_C(60) * 60 * 1000)

static struct bight__deadline *inside(bight_deadline *deadline)
{
    return (struct bight__deadline *)deadline;
}

/* Innermost first; what is around a shield does not count. */
bight_code bight__task_refusal(const struct bight__task *task)
{
    const struct bight__deadline *deadline = task->deadlines;
    bool passed = false;
    for (; deadline != NULL; deadline = deadline->outer) {
        passed |= deadline->passed;
        if (deadline->shields)
            return passed ? BIGHT_ERROR_TIMED_OUT : 0;
    }
    if (task->cancelled)
        return BIGHT_ERROR_CANCELLED;
    return passed ? BIGHT_ERROR_TIMED_OUT : 0;
}

static void passed(struct bight__watch *watch)
{
    struct bight__deadline *deadline =
        bight__container(watch, struct bight__deadline, watch);
    deadline->passed = true;
    deadline->task->pressed = true;
    bight__task_press(deadline->task);
}

static void enter(struct bight__deadline *deadline, uint64_t ms, bool shields)
{
    struct bight__task *task = bight__task_current();
    *deadline = (struct bight__deadline){.task = task, .shields = shields};
    if (task == NULL)
        return;
    deadline->outer = task->deadlines;
    task->deadlines = deadline;
    deadline->watch.node.mark = BIGHT__MARK_WATCH;
    deadline->watch.expired = passed;
    if (ms < FAR_MS)
        bight__loop_watch_deadline(task->loop, &deadline->watch.node,
                                   bight__loop_due(task->loop, ms));
}

void bight_deadline_enter(bight_deadline *deadline, uint64_t ms)
{
    enter(inside(deadline), ms, false);
}

void bight_shield_enter(bight_deadline *deadline, uint64_t ms)
{
    enter(inside(deadline), ms < SHIELD_MS ? ms : SHIELD_MS, true);
}

void bight_deadline_leave(bight_deadline *public)
{
    struct bight__deadline *deadline = inside(public);
    struct bight__task *task = deadline->task;
    if (task == NULL)
        return;
    if (task != bight__task_current() || task->deadlines != deadline) {
        (void)fprintf(stderr,
                      "bight: task \"%s\": a deadline is left that is "
                      "not the innermost of the running task\n",
                      task->name);
        abort();
    }
    task->deadlines = deadline->outer;
    if (deadline->watch.node.link != NULL)
        bight__loop_unwatch_deadline(task->loop, &deadline->watch.node);
}

bool bight_deadline_has_passed(const bight_deadline *deadline)
{
    return ((const struct bight__deadline *)deadline)->passed;
}
