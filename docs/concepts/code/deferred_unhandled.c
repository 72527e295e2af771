/* SPDX-License-Identifier: MIT */
/* Errors that nobody handled, and what a loop's close does. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>

#include <bight/deferred.h>

static void on_unhandled(void *ctx, bight_error error, const char *made_at)
{
    unsigned *count = ctx;
    char text[256];
    bight_error_format(error, text, sizeof(text));
    printf("nobody handled \"%s\" of a Deferred made in %s\n", text, made_at);
    ++*count;
}

static void finish(bight_result *result, void *arg)
{
    bight_error error = bight_result_error(result);
    if (bight_error_is(error, &bight_domain, BIGHT_ERROR_LOOP_CLOSED))
        printf("the loop closed first\n");
    free(arg); /* here, since this runs on every path */
}

int main(void)
{
    bight_loop *loop;
    bight_promise *promise;
    unsigned unhandled = 0;
    if (bight_failed(bight_loop_new(NULL, &loop)))
        return EXIT_FAILURE;
    bight_loop_set_unhandled(loop, on_unhandled, &unhandled);
    bight_detach(
        bight_deferred_rejected(loop, bight_error_of(BIGHT_ERROR_REFUSED)));
    bight_on(bight_deferred_new(loop, &promise, NULL, NULL), finish,
             malloc(100));
    bight_loop_run(loop);
    bight_loop_free(loop);
    bight_promise_resolve(promise, bight_value_none()); /* late: silent */
    return unhandled == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
