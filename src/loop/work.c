/* SPDX-License-Identifier: MIT */
/* bight_work: the program's own functions in the work lane. */
#include <bight/pool.h>

#include <stdio.h>

#include <bight/alloc.h>

#include "loop/dispatch.h"
#include "loop/parcel.h"
#include "loop/pool.h"

struct bight_work {
    struct bight__job job;
    struct bight__resource resource;
    bight_work_fn fn;
    bight_work_done_fn done;
    void *ctx;
    struct bight__parcel result;
};

static bight_work *work_of(struct bight__job *job)
{
    return bight__container(job, bight_work, job);
}

static void work_run(struct bight__job *job)
{
    bight_work *work = work_of(job);
    bight__parcel_pack(&work->result, work->fn(work->ctx));
}

/* It is off the register before `done`, which may close the loop: what has
 * ended is no survivor. The loop stays until the job is released. */
static void work_deliver(struct bight__job *job)
{
    bight_work *work = work_of(job);
    bight_error error = job->state == BIGHT__JOB_REVOKED
                            ? bight_error_of(BIGHT_ERROR_CANCELLED)
                            : bight__parcel_unpack(&work->result);
    bight__resource_remove(job->loop, &work->resource);
    work->done(work->ctx, error);
}

static void work_release(struct bight__job *job)
{
    bight_work *work = work_of(job);
    bight__parcel_fini(&work->result);
    bight_free(work);
}

static const struct bight__job_ops work_ops = {
    .run = work_run, .deliver = work_deliver, .release = work_release};

static size_t work_describe(const struct bight__resource *resource, char *buf,
                            size_t size)
{
    const bight_work *work =
        bight__container(resource, const bight_work, resource);
    const char *name = bight__job_started(&work->job) ? "running" : "waiting";
    return (size_t)snprintf(buf, size, "%s", name);
}

static void work_end(struct bight__resource *resource)
{
    bight_work_cancel(bight__container(resource, bight_work, resource));
}

static const struct bight__resource_ops work_resource = {
    .kind = "work", .describe = work_describe, .end = work_end};

bight_error bight_work_submit(bight_loop *loop, bight_work_fn fn,
                              bight_work_done_fn done, void *ctx,
                              bight_work **ret_work)
{
    bight__loop_check(loop);
    bight_work *work = bight_zalloc(sizeof(*work));
    if (work == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    work->job.ops = &work_ops;
    work->fn = fn;
    work->done = done;
    work->ctx = ctx;
    bight_error error = bight__job_submit(loop, BIGHT__LANE_WORK, &work->job);
    if (bight_failed(error)) {
        bight_free(work);
        return error;
    }
    bight__resource_add(loop, &work->resource, &work_resource,
                        __builtin_return_address(0));
    if (ret_work != NULL)
        *ret_work = work;
    return bight_ok();
}

void bight_work_cancel(bight_work *work)
{
    if (work == NULL)
        return;
    bight__loop_check(work->job.loop);
    bight__job_revoke(&work->job);
}
