/* SPDX-License-Identifier: MIT */
/*
 * What parking and the switch of stacks cost: `bench_async_inside QUESTION
 * COUNT`. No program calls them itself, so this has the library linked in.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "async/park.h"
#include "async/switch.h"
#include "async/task.h"

static size_t count;

static double now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void answer(double begun)
{
    (void)printf("{\"turns\":%zu,\"ns\":%.1f}\n", count,
                 (now_ns() - begun) / (double)count);
}

/* -- park: park + unpark; two tasks wake each other ------------------------ */

static size_t turns;
static struct bight__waiter *parked;

static bight_error park_turns(void *arg, bight_value *ret_value)
{
    struct bight__waiter waiter = {.steady = false};
    (void)arg;
    (void)ret_value;
    bight__list_init(&waiter.link);
    while (turns++ < count) {
        struct bight__waiter *other = parked;
        parked = &waiter;
        if (other != NULL)
            (void)bight__unpark(other, bight_ok());
        bight_error error = bight__park(&waiter, NULL);
        if (bight_failed(error))
            return error;
    }
    if (parked != NULL)
        (void)bight__unpark(parked, bight_ok());
    parked = NULL;
    return bight_ok();
}

static void measure_park(void)
{
    bight_loop *loop;
    if (bight_failed(bight_loop_new(NULL, &loop)))
        abort();
    bight_detach(bight_spawn(loop, NULL, park_turns, NULL));
    bight_detach(bight_spawn(loop, NULL, park_turns, NULL));
    double begun = now_ns();
    (void)bight_loop_run(loop);
    answer(begun);
    (void)bight_loop_free(loop);
}

/* -- switch: to another stack, or back ------------------------------------- */

static void *here;
static void *there;

static void go_back(void *arg)
{
    (void)arg;
    for (;;)
        bight__switch(&there, here);
}

static void measure_switch(void)
{
    size_t size = BIGHT_STACK_DEFAULT;
    char *stack = malloc(size);
    if (stack == NULL)
        abort();
    there = bight__switch_make(stack, stack + size, go_back, NULL);
    double begun = now_ns();
    for (size_t i = 0; i < count; i += 2)
        bight__switch(&here, there);
    answer(begun);
    free(stack);
}

int main(int argc, char **argv)
{
    count = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    if (count > 0 && strcmp(argv[1], "park") == 0)
        measure_park();
    else if (count > 0 && strcmp(argv[1], "switch") == 0)
        measure_switch();
    else
        return 64;
    return 0;
}
