/* SPDX-License-Identifier: MIT */
/*
 * Points at which a task gives way, counted so that a test can cancel at each
 * of them in turn. Known by two numbers only, so that a program without tasks
 * links none of their code (K8).
 */
#ifndef BIGHT_ASYNC_SUSPENSION_H
#define BIGHT_ASYNC_SUSPENSION_H

#include "async/slab.h"

/* Asked once at each suspension point, before it is looked whether the task was
 * cancelled: whether it is to be cancelled now. */
static inline bool bight__suspension_cancels(struct bight__async *async)
{
    return __builtin_expect(++async->suspensions == async->cancel_at, 0);
}

#endif
