/* SPDX-License-Identifier: MIT */
/* The inside of a bight_deadline: one of the blocks that a task is in. */
#ifndef BIGHT_ASYNC_TASK_DEADLINE_H
#define BIGHT_ASYNC_TASK_DEADLINE_H

#include "async/cancel.h"
#include "async/task.h"

struct bight__deadline {
    struct bight__watch watch;
    struct bight__task *task; /* NULL: not in one */
    struct bight__deadline *outer;
    bool passed;
    bool shields;
};

_Static_assert(sizeof(struct bight__deadline) <= sizeof(bight_deadline),
               "a deadline has room in the public one");

#endif
