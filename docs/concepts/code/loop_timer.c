/* SPDX-License-Identifier: MIT */
/* A timer that calls every second, on a clock that the program moves. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>

#include <bight/loop.h>

struct heart {
    bight_timer *timer;
    unsigned beats;
};

static void beat(void *ctx)
{
    struct heart *heart = ctx;
    heart->beats++;
    bight_timer_start(heart->timer, 1000); /* a timer calls once: again */
}

int main(void)
{
    bight_loop_options options;
    bight_loop *loop;
    struct heart heart = {.beats = 0};

    bight_loop_options_init(&options);
    options.kind = BIGHT_LOOP_VIRTUAL; /* an hour takes no time */
    if (bight_failed(bight_loop_new(&options, &loop)) ||
        bight_failed(bight_timer_new(loop, beat, &heart, &heart.timer)))
        return EXIT_FAILURE;
    bight_timer_start(heart.timer, 1000);
    bight_loop_advance(loop, 60 * 60 * 1000);
    printf("%u beats in an hour\n", heart.beats);
    bight_timer_free(heart.timer);
    bight_loop_free(loop);
    return heart.beats == 3600 ? EXIT_SUCCESS : EXIT_FAILURE;
}
