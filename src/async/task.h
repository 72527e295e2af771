/* SPDX-License-Identifier: MIT */
/*
 * Tasks' inside. A task lies at the upper end of its stack, so it is one block
 * with it, and there is no other allocation but its Deferred.
 *
 *     NEW ── ready queue ──> RUNNING ──> AWAITING, a Deferred's result ──┐
 *      │                     │ ^  └────> PARKED, ── unpark ──> READY     │
 *      │ cancelled           │ └──────── ready queue ───────────┴────────┘
 *      └──────> ENDED <──────┘
 */
#ifndef BIGHT_ASYNC_TASK_H
#define BIGHT_ASYNC_TASK_H

#include <bight/group.h>

#include "async/deferred.h"
#include "async/stack.h"
#include "async/suspension.h"

#define BIGHT__TASK_NAME 32

/* So many results that were there already force a yield (K2). */
#define BIGHT__TASK_READY 64

enum bight__task_state {
    BIGHT__TASK_NEW, /* queued to begin */
    BIGHT__TASK_RUNNING,
    BIGHT__TASK_AWAITING, /* `awaited` */
    BIGHT__TASK_PARKED,   /* with `parked` */
    BIGHT__TASK_READY_TO, /* queued to go on */
    BIGHT__TASK_ENDED
};

struct bight__deadline;
struct bight__group;
struct bight__waiter;

struct bight__task {
    struct bight__stack stack;
    struct bight__ready ready;
    struct bight__tasks *tasks;
    bight_loop *loop;
    bight_task_fn fn;
    void *arg;
    const void *made_at;
    uint64_t made_ms;
    uint64_t since_ms;       /* it waits, if `waits_at` */
    struct bight__list link; /* among all of the loop's */
    struct bight__awaiter awaiter;
    struct bight__stack_pool *pool; /* of its stack */
    bool failed; /* of the three results here the error counts */
    union {      /* what it awaited, or its own, on the way out */
        bight_value value;
        bight_error error;
    };
    struct bight__list sibling; /* among the group's */
    char name[BIGHT__TASK_NAME];
    struct { /* zero when it begins */
        uint8_t state;
        uint8_t readies; /* results that were there already, in a row */
        bool cancelled;
        bool pressed;      /* cancelled, or a deadline has passed, some time; or
                              suspension points are counted */
        bool asked;        /* what it awaits was asked to give up */
        bool sleeping;     /* PARKED, with `sleeper` */
        uint32_t refusals; /* since the loop closes */
        bight_promise *promise; /* NULL: a group's child */
        struct bight__group *group;
        bight_deferred *awaited;
        struct bight__waiter *parked;
        struct bight__deadline *deadlines; /* the innermost */
        bight_timer *sleeper;              /* made at the first sleep */
        const void *waits_at;
        bight_value result; /* as the body sets it */
    };
};

_Static_assert(sizeof(struct bight__task) <= BIGHT__STACK_ROOM,
               "a task lies in the room at its stack's upper end");

/* What tasks keep per loop. */
struct bight__tasks {
    bight_loop *loop;
    struct bight__async *async;
    struct bight__list all;
    struct bight__resource resource;
    struct bight__stacks stacks;
};

/* The loop's, made at its first use. NULL: no memory, or the loop has ended. */
struct bight__tasks *bight__tasks_of(bight_loop *loop);

/* -- the running one ------------------------------------------------------- */

struct bight__task_thread {
    struct bight__task *current;
    bool watched; /* it has a stack of its own for a handler of overflows */
};

/* Not of the model initial-exec: see list.h. */
extern _Thread_local struct bight__task_thread bight__task_thread
    __attribute__((visibility("hidden")));

static inline struct bight__task *bight__task_current(void)
{
    return bight__task_thread.current;
}

/* Answers USAGE, with which function it was; asserts in a debug build (K5). */
bight_error bight__task_missing(const char *function) __attribute__((cold));

/* -- starting and ending --------------------------------------------------- */

/* Queued to begin. Its promise and its group are the caller's to set. NULL: no
 * memory. */
struct bight__task *bight__task_new(bight_loop *loop,
                                    const bight_task_options *options,
                                    bight_task_fn fn, void *arg,
                                    const void *made_at);

/* From the loop's stack: until it suspends or ends. */
void bight__task_resume(struct bight__task *task);

/* On its own: until it is resumed. The state says why. */
static inline void bight__task_suspend(struct bight__task *task,
                                       enum bight__task_state state,
                                       const void *at)
{
    task->state = (uint8_t)state;
    task->readies = 0;
    task->waits_at = at;
    task->since_ms = task->loop->now_ms;
    bight__stack_leave(&task->stack, false);
}

/* Queues it to go on. */
static inline void bight__task_wake(struct bight__task *task)
{
    task->state = BIGHT__TASK_READY_TO;
    bight__ready_push(task->loop, &task->ready);
}

/* Cancels it, and what it awaits, and so on. It has begun, or is a group's. */
void bight__task_cancel(struct bight__task *task);

/* It was cancelled, or a deadline has passed: what it waits for hears of it. */
void bight__task_press(struct bight__task *task);

/* -- suspension points ----------------------------------------------------- */

/* Each begins with it where the task is pressed: a test may cancel there. */
static inline void bight__task_count(struct bight__task *task)
{
    if (bight__suspension_cancels(task->tasks->async))
        bight__task_cancel(task);
}

/* CANCELLED or TIMED_OUT, if it has to return that; 0: neither (K3). */
bight_code bight__task_refusal(const struct bight__task *task);

/* At a suspension point that does not suspend: every so many of them do. */
void bight__task_pass(struct bight__task *task, const void *at);

/* Likewise, since it has to return an error. */
bight_error bight__task_refuse(struct bight__task *task, bight_code code,
                               const void *at);

/* -- groups ---------------------------------------------------------------- */

/* A child of the group's has ended. */
void bight__group_child_ended(struct bight__group *group, bight_error error);

#endif
