/* SPDX-License-Identifier: MIT */
/* Giving up: a canceller, a consumer that changes its mind, a deadline. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>

#include <bight/deferred.h>

/* -- a producer that can stop ---------------------------------------------- */

struct job {
    bight_promise *promise;
    bight_timer *timer;
};

static void job_done(void *ctx)
{
    struct job *job = ctx;
    bight_promise_resolve(job->promise, bight_value_none());
    bight_timer_free(job->timer);
    free(job);
}

/* Called at most once, while the job is under way. */
static bight_cancel_answer job_cancel(void *arg)
{
    struct job *job = arg;
    bight_timer_start(job->timer, 0); /* it ends soon, and fires by itself */
    return BIGHT_CANCEL_NOW;
}

static bight_deferred *job_start(bight_loop *loop, uint64_t ms)
{
    struct job *job = calloc(1, sizeof(*job));
    if (job == NULL ||
        bight_failed(bight_timer_new(loop, job_done, job, &job->timer))) {
        free(job);
        return NULL; /* every function takes it for "no memory" */
    }
    bight_deferred *d =
        bight_deferred_new(loop, &job->promise, job_cancel, job);
    bight_timer_start(job->timer, ms);
    return d;
}

/* -- a consumer that keeps its end ----------------------------------------- */

struct window {
    bight_deferred *loading; /* NULL: nothing is under way */
    bight_code ended;
};

static void loaded(bight_result *result, void *arg)
{
    struct window *window = arg;
    bight_error error = bight_result_error(result);
    window->ended = (bight_code)error.code;
    bight_detach(window->loading);
    window->loading = NULL;
}

static void window_load(struct window *window, bight_loop *loop)
{
    window->loading = job_start(loop, 60000);
    bight_timeout(window->loading, 5000);
    bight_finally(window->loading, loaded, window);
}

static void window_close(void *ctx)
{
    struct window *window = ctx;
    bight_cancel(window->loading); /* `loaded` will hear CANCELLED */
}

/* Both give up on a job of a minute: one by itself, the other in time. */
int main(void)
{
    bight_loop_options options;
    bight_loop *loop;
    struct window patient = {.loading = NULL};
    struct window closed = {.loading = NULL};
    bight_loop_options_init(&options);
    options.kind = BIGHT_LOOP_VIRTUAL;
    if (bight_failed(bight_loop_new(&options, &loop)))
        return EXIT_FAILURE;
    window_load(&patient, loop);
    window_load(&closed, loop);
    bight_call_soon(loop, window_close, &closed);
    bight_loop_run(loop);
    bight_loop_free(loop);
    printf("patient: %d, closed: %d\n", patient.ended, closed.ended);
    return patient.ended == BIGHT_ERROR_TIMED_OUT &&
                   closed.ended == BIGHT_ERROR_CANCELLED
               ? EXIT_SUCCESS
               : EXIT_FAILURE;
}
