/* SPDX-License-Identifier: MIT */
/** @file
 * Tasks: functions that wait by an ordinary call, each on a stack of its own.
 * They run on their loop's thread, one at a time, and give way only at a
 * suspension point: await, sleep, yield, join, and whatever else says that it
 * suspends. A task that was cancelled gets CANCELLED from each of them until it
 * ends (K3), unless the result is there already. Groups are in group.h.
 *
 * A pointer to a task's local variable may be given away as long as whoever has
 * it is awaited before the function returns.
 */
#ifndef BIGHT_TASK_H
#define BIGHT_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/deferred.h>

BIGHT_BEGIN_DECLS

/** A task's body. On success its result is *ret_value, which is none at first
 * and destroyed if it returns an error. */
typedef bight_error (*bight_task_fn)(void *arg, bight_value *ret_value);

/** Sizes of stacks, a guard page included. The large one is for what uses many
 * KiB of stack itself: getaddrinfo, TLS, printf of long doubles. */
#define BIGHT_STACK_LEAST ((size_t)16 * 1024)
#define BIGHT_STACK_DEFAULT ((size_t)64 * 1024)
#define BIGHT_STACK_LARGE ((size_t)256 * 1024)

/** May be NULL, and each member 0, for the defaults. */
typedef struct bight_task_options {
    size_t size;       /**< sizeof(bight_task_options) */
    const char *name;  /**< in reports; copied, cut at 31 bytes */
    size_t stack_size; /**< rounded up to a power of two; 64 KiB */
} bight_task_options;

/**
 * Starts a task, which first runs from the ready queue (K1). NULL for `loop`
 * means the running task's (L13). Its result is the Deferred's; cancelling that
 * cancels the task, which never runs if it had not begun (K4): free `arg` in a
 * bight_finally then. Closing the loop ends its tasks: see bight_await. NULL:
 * no memory, a stack above 64 MiB, or the loop has closed.
 */
BIGHT_API bight_deferred *bight_spawn(bight_loop *loop,
                                      const bight_task_options *options,
                                      bight_task_fn fn, void *arg);

/**
 * Waits for `d`, consumes it, and returns its error, or success and its value
 * (destroyed if `ret_value` is NULL). If the task is or becomes cancelled or a
 * deadline passes, `d` is cancelled, and what it then gives is returned, though
 * not before it gives it. LOOP_CLOSED: the loop closes and nothing is left that
 * could fire it. CIRCULAR: it waits for this task. USAGE: not in a task
 * (asserted in a debug build), or `d` is of another loop; `d` is detached.
 */
BIGHT_API bight_error bight_await(bight_deferred *d, bight_value *ret_value);

/** Suspends for `ms`, never shorter. CANCELLED, TIMED_OUT, LOOP_CLOSED: it was
 * woken. NO_MEMORY at the first of a task. USAGE. */
BIGHT_API bight_error bight_sleep(uint64_t ms);

/** Lets everything run that is ready now. CANCELLED, TIMED_OUT, LOOP_CLOSED at
 * once. USAGE. */
BIGHT_API bight_error bight_yield(void);

/* -- the running task ------------------------------------------------------ */

/** Its loop; NULL: no task is running here. Any thread. */
BIGHT_API bight_loop *bight_task_loop(void);
/** Its name, "" if it has none; NULL: no task is running here. Any thread. */
BIGHT_API const char *bight_task_name(void);
/** What a suspension point would return for that reason: CANCELLED, TIMED_OUT,
 * LOOP_CLOSED, or success; USAGE. For long computations. */
BIGHT_API bight_error bight_task_check(void);

/* -- deadlines ------------------------------------------------------------- */

/** A scope's; only BIGHT_DEADLINE and BIGHT_SHIELD make one. */
typedef struct bight_deadline {
    void *inside[8];
} bight_deadline;

/**
 * Until the end of the block that it stands in, suspension points share `ms`:
 * afterwards each returns TIMED_OUT (CANCELLED if the task was cancelled, too),
 * unless the result is there already. Never early, up to 20 ms late. They nest;
 * the earliest counts. More than 100 days is none. Needs no memory.
 */
#define BIGHT_DEADLINE(name, ms)                                               \
    bight_deadline name __attribute__((cleanup(bight_deadline_leave)));        \
    bight_deadline_enter(&(name), (ms))

/**
 * A deadline that also shields: inside, neither the task's cancellation nor the
 * deadlines around it are seen. For what has to be done at the end, say a last
 * message. So the most is an hour. What is waited for when it begins does not
 * matter: it must be entered before the call to be shielded.
 */
#define BIGHT_SHIELD(name, ms)                                                 \
    bight_deadline name __attribute__((cleanup(bight_deadline_leave)));        \
    bight_shield_enter(&(name), (ms))

/** Whether it was this one that passed. */
BIGHT_API bool bight_deadline_has_passed(const bight_deadline *deadline);

/** What the macros call. Outside of a task they do nothing. */
BIGHT_API void bight_deadline_enter(bight_deadline *deadline, uint64_t ms);
BIGHT_API void bight_shield_enter(bight_deadline *deadline, uint64_t ms);
BIGHT_API void bight_deadline_leave(bight_deadline *deadline);

/* -- seeing ---------------------------------------------------------------- */

/** Writes a line for each task of the loop: its name, what it does and since
 * when, where it waits and was made, how much of its stack is in use. Returns
 * how many there are. Neither needs memory nor suspends. */
BIGHT_API size_t bight_tasks_dump(const bight_loop *loop, int fd);

BIGHT_END_DECLS

#endif
