/* SPDX-License-Identifier: MIT */
/* The two ends of a Deferred: who promises, and who waits. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>

#include <bight/deferred.h>

/* -- who promises ---------------------------------------------------------- */

struct brew {
    bight_promise *promise;
    bight_timer *timer;
};

/* Its end: the promise is consumed, and everything of its own is freed. */
static void brewed(void *ctx)
{
    struct brew *brew = ctx;
    bight_promise_resolve(brew->promise, bight_value_integer(93));
    bight_timer_free(brew->timer);
    free(brew);
}

/* The temperature of a cup of tea, in three minutes. */
static bight_deferred *make_tea(bight_loop *loop)
{
    bight_promise *promise;
    struct brew *brew = calloc(1, sizeof(*brew));
    bight_deferred *d = bight_deferred_new(loop, &promise, NULL, NULL);
    if (brew == NULL ||
        bight_failed(bight_timer_new(loop, brewed, brew, &brew->timer))) {
        free(brew);
        bight_promise_reject(promise, bight_error_of(BIGHT_ERROR_NO_MEMORY));
        return d;
    }
    brew->promise = promise;
    bight_timer_start(brew->timer, UINT64_C(3) * 60 * 1000);
    return d;
}

/* -- who waits ------------------------------------------------------------- */

static void drink(bight_result *result, void *arg)
{
    int *degrees = arg;
    if (bight_failed(bight_result_error(result)))
        return; /* no tea */
    *degrees = (int)bight_result_peek(result).as.integer;
    printf("a cup of %d degrees\n", *degrees);
}

int main(void)
{
    bight_loop_options options;
    bight_loop *loop;
    int degrees = 0;
    bight_loop_options_init(&options);
    options.kind = BIGHT_LOOP_VIRTUAL; /* three minutes take no time */
    if (bight_failed(bight_loop_new(&options, &loop)))
        return EXIT_FAILURE;
    bight_on(make_tea(loop), drink, &degrees);
    printf("waiting\n");
    bight_loop_run(loop);
    bight_loop_free(loop);
    return degrees == 93 ? EXIT_SUCCESS : EXIT_FAILURE;
}
