/* SPDX-License-Identifier: MIT */
/* The time of day: the system's, or one that goes with a loop's own clock. */
#include <time.h>

#include "loop/loop.h"

static uint64_t system_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t bight_loop_wall_ms(const bight_loop *loop)
{
    if (loop->kind == BIGHT_LOOP_REAL)
        return system_ms();
    return loop->wall_ms + bight__loop_now_ms(loop);
}

/* The difference may wrap; the sum wraps back. */
bight_error bight_loop_set_wall_ms(bight_loop *loop, uint64_t unix_ms)
{
    if (loop->kind == BIGHT_LOOP_REAL)
        return bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                                "a real loop's time of day is the system's");
    loop->wall_ms = unix_ms - bight__loop_now_ms(loop);
    return bight_ok();
}
