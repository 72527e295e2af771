/* SPDX-License-Identifier: MIT */
/** @file
 * Groups: a block of a task's function owns what it starts. No child outlives
 * the group, however the block is left (K6): so children may have pointers to
 * the variables that were declared before it.
 *
 *     BIGHT_GROUP(both);
 *     bight_error e = bight_group_spawn(&both, NULL, fetch, &one);
 *     if (!bight_failed(e))
 *         e = bight_group_spawn(&both, NULL, fetch, &two);
 *     return bight_failed(e) ? e : bight_group_join(&both);
 */
#ifndef BIGHT_GROUP_H
#define BIGHT_GROUP_H

#include <bight/task.h>

BIGHT_BEGIN_DECLS

/** A scope's; only BIGHT_GROUP makes one. */
typedef struct bight_group {
    void *inside[16];
} bight_group;

/**
 * A group until the end of the block that it stands in, in a task. Leaving the
 * block, also by return, cancels what still runs and suspends until it has
 * ended, whatever the task's own cancellation and deadlines say. A child's
 * error that no join returned is then reported as unhandled (D9).
 */
#define BIGHT_GROUP(name)                                                      \
    bight_group name __attribute__((cleanup(bight_group_leave)));              \
    bight_group_enter(&(name))

/**
 * Starts a child. Its value is destroyed: let it write through `arg`. Its error
 * is the group's: the first that is not CANCELLED cancels all others and is
 * what join returns. Legal also in a child of the group. NO_MEMORY; CANCELLED:
 * the group was cancelled or a child has failed; USAGE: not made in a task.
 * Then nothing was started.
 */
BIGHT_API bight_error bight_group_spawn(bight_group *group,
                                        const bight_task_options *options,
                                        bight_task_fn fn, void *arg);

/** The group waits for `d`, too, as for a child, and consumes it. NO_MEMORY,
 * CANCELLED, USAGE: `d` was cancelled, and this suspended until it ended. */
BIGHT_API bight_error bight_group_add(bight_group *group, bight_deferred *d);

/**
 * Suspends until all children have ended; returns the first error, or success.
 * If the task is cancelled or a deadline passes meanwhile, the children are
 * cancelled, and when they have ended this returns that. The group may be used
 * again afterwards. USAGE: not in the task that made the group.
 */
BIGHT_API bight_error bight_group_join(bight_group *group);

/** Cancels the children, without waiting; join does. */
BIGHT_API void bight_group_cancel(bight_group *group);

/** How many children have not ended. */
BIGHT_API size_t bight_group_count(const bight_group *group);

/** What the macro calls. */
BIGHT_API void bight_group_enter(bight_group *group);
BIGHT_API void bight_group_leave(bight_group *group);

BIGHT_END_DECLS

#endif
