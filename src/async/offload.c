/* SPDX-License-Identifier: MIT */
/* Work on the pool as a Deferred. */
#include <bight/offload.h>

#include <bight/alloc.h>
#include <bight/pool.h>

#include "async/deferred.h"

struct offload {
    bight_offload_fn fn;
    void *arg;
    bight_value value; /* the thread's, until it is done */
    bight_promise *promise;
    bight_work *work;
};

static bight_error run(void *ctx)
{
    struct offload *offload = ctx;
    bight_error error = offload->fn(offload->arg, &offload->value);
    if (!bight_failed(error))
        return error;
    bight_value value = offload->value;
    offload->value = bight_value_none();
    bight_value_destroy(value);
    return error;
}

static void done(void *ctx, bight_error error)
{
    struct offload *offload = ctx;
    bight_promise *promise = offload->promise;
    bight_value value = offload->value;
    bight_free(offload);
    if (bight_failed(error))
        bight_promise_reject(promise, error);
    else
        bight_promise_resolve(promise, value);
}

/* What has not begun is over soon, and says so by itself. */
static bight_cancel_answer cancel(void *arg)
{
    struct offload *offload = arg;
    bight_work_cancel(offload->work);
    return BIGHT_CANCEL_LATER;
}

static void refuse(struct offload *offload, bight_error error)
{
    if (bight_error_is(error, &bight_domain, BIGHT_ERROR_CLOSED))
        error.code = BIGHT_ERROR_LOOP_CLOSED;
    bight_promise_reject(offload->promise, error);
    bight_free(offload);
}

bight_deferred *bight_offload(bight_loop *loop, bight_offload_fn fn, void *arg)
{
    struct offload *offload = bight_alloc(sizeof(*offload));
    if (offload == NULL)
        return NULL;
    bight_deferred *d = bight__deferred_new(
        loop, &offload->promise, cancel, offload, __builtin_return_address(0));
    if (d == NULL) {
        bight_free(offload);
        return NULL;
    }
    offload->fn = fn;
    offload->arg = arg;
    offload->value = bight_value_none();
    bight_error error =
        bight_work_submit(loop, run, done, offload, &offload->work);
    if (bight_failed(error))
        refuse(offload, error);
    return d;
}
