/* SPDX-License-Identifier: MIT */
/*
 * Lanes of threads and the jobs that run in them (L6). A job is submitted and
 * delivered on the loop; in between a thread runs it:
 *
 *     WAITING ── a thread ──> RUNNING ── returned ──> DONE ──> deliver, release
 *        │                       └── orphan ──> ORPHANED ──> release
 *        └── revoke ──> REVOKED ──> deliver, release
 *
 * An orphaned job is never delivered and may outlive its loop: it must use
 * nothing but its own memory.
 */
#ifndef BIGHT_LOOP_POOL_H
#define BIGHT_LOOP_POOL_H

#include <stdbool.h>

#include <bight/loop.h>

#include "base/list.h"
#include "loop/loop.h"

/* So many jobs of a lane may wait for a thread; then BUSY. */
#define BIGHT__LANE_QUEUE_MAX 1024

enum bight__lane {
    BIGHT__LANE_WORK,
    BIGHT__LANE_LOOKUP /* its own, so that slow names delay nothing else */
};

enum bight__job_state {
    BIGHT__JOB_WAITING,
    BIGHT__JOB_RUNNING,
    BIGHT__JOB_DONE,    /* on its way back to the loop */
    BIGHT__JOB_REVOKED, /* likewise, but never started */
    BIGHT__JOB_ORPHANED
};

struct bight__job;

struct bight__job_ops {
    void (*run)(struct bight__job *job);     /* on a thread of the lane */
    void (*deliver)(struct bight__job *job); /* on the loop */
    void (*release)(struct bight__job *job); /* on either: frees the job */
};

struct bight__job {
    struct bight__ready ready;
    struct bight__list link;    /* in the lane's queue */
    struct bight__list awaited; /* among the jobs the loop waits for */
    const struct bight__job_ops *ops;
    bight_loop *loop;
    struct bight__pool *pool;
    enum bight__job_state state; /* guarded by the lane's mutex */
};

/* Queues the job, whose `ops` are set. From success on it is the lane's until
 * released. A virtual loop has no threads: it runs jobs as ready entries. */
bight_error bight__job_submit(bight_loop *loop, enum bight__lane lane,
                              struct bight__job *job);

/* Takes it back if it has not started: it will be delivered REVOKED. */
void bight__job_revoke(struct bight__job *job);

/* It will never be delivered; released now or when its thread lets go. */
void bight__job_orphan(struct bight__job *job);

/* Whether it has left the queue. Any thread that knows the job to exist. */
bool bight__job_started(const struct bight__job *job);

/* What a closing loop waits for although it is no resource: a job, or a last
 * callback. A running loop turns until it has let go. */
void bight__loop_hold(bight_loop *loop);
void bight__loop_let_go(bight_loop *loop);

/* Ends the threads: joins those at rest, leaves behind those that still run an
 * orphan; the lane goes with the last of them. No job is awaited. */
void bight__pools_free(bight_loop *loop);

/* In the child no thread is left; what they had not finished is REVOKED. */
void bight__pools_after_fork(bight_loop *loop);

#endif
