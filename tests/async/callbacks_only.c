/* SPDX-License-Identifier: MIT */
/* K8: a program of callbacks and Deferreds, a deadline and a close among them,
 * in which no code of tasks may be. A program, since it is looked into. */
#include <bight/deferred.h>

static bight_promise *promise;

static void resolve(void *ctx)
{
    (void)ctx;
    bight_promise_resolve(promise, bight_value_integer(7));
}

static void done(bight_result *result, void *arg)
{
    *(bool *)arg = !bight_failed(bight_result_error(result)) &&
                   bight_result_peek(result).as.integer == 7;
}

int main(void)
{
    bight_loop *loop;
    bight_promise *forgotten;
    bool well = false;
    if (bight_failed(bight_loop_new(NULL, &loop)))
        return 1;
    bight_deferred *d = bight_deferred_new(loop, &promise, NULL, NULL);
    bight_on(bight_timeout(d, 60000), done, &well);
    bight_detach(bight_deferred_new(loop, &forgotten, NULL, NULL));
    if (bight_failed(bight_call_soon(loop, resolve, NULL)) ||
        bight_failed(bight_loop_run(loop)))
        return 1;
    bight_loop_close(loop, NULL, NULL);
    bight_promise_resolve(forgotten, bight_value_none());
    return well && !bight_failed(bight_loop_free(loop)) ? 0 : 1;
}
