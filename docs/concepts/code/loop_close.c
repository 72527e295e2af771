/* SPDX-License-Identifier: MIT */
/* A close that names what was forgotten. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>

#include <bight/loop.h>

static void never(void *ctx)
{
    (void)ctx;
}

static void on_closed(void *ctx, const bight_close_report *report)
{
    size_t *count = ctx;
    *count = report->count;
    for (size_t i = 0; i < report->count && report->survivors != NULL; i++)
        printf("still there: %s %s, made at %s\n", report->survivors[i].kind,
               report->survivors[i].name, report->survivors[i].made_at);
}

int main(void)
{
    bight_loop *loop;
    bight_timer *timer;
    size_t count = 0;

    if (bight_failed(bight_loop_new(NULL, &loop)) ||
        bight_failed(bight_timer_new(loop, never, NULL, &timer)))
        return EXIT_FAILURE;
    bight_timer_start(timer, 60 * 1000);
    bight_loop_close(loop, on_closed, &count); /* turns what has to turn */
    bight_timer_free(timer);                   /* its memory is ours */
    bight_loop_free(loop);
    return count == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
