/* SPDX-License-Identifier: MIT */
/*
 * What a task costs, one question a run: `bench_async QUESTION COUNT` prints
 * the answer as one JSON object. Public headers only, as a program's author
 * would write it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bight/task.h>

static bight_loop *loop;
static size_t count;

static void check(bool fact, const char *what)
{
    if (fact)
        return;
    (void)fprintf(stderr, "bench_async: %s\n", what);
    exit(1);
}

static void run_loop(void)
{
    check(!bight_failed(bight_loop_run(loop)), "the loop does not run");
}

static double now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* -- cycle: new + then + fire + run the queued callback + free ------------- */

static size_t turns;

static void next_cycle(bight_result *result, void *arg)
{
    bight_promise *promise;
    (void)result;
    (void)arg;
    if (turns++ == count)
        return;
    bight_deferred *d = bight_deferred_new(loop, &promise, NULL, NULL);
    bight_then(d, next_cycle, NULL);
    bight_detach(d);
    bight_promise_resolve(promise, bight_value_none());
}

static void begin_cycles(void)
{
    next_cycle(NULL, NULL);
}

/* -- await: new + await + fire + resume; two tasks fire each other's ------- */

static bight_promise *others;

static bight_error await_turns(void *arg, bight_value *ret_value)
{
    (void)arg;
    (void)ret_value;
    while (turns++ < count) {
        bight_promise *promise = others;
        bight_deferred *d = bight_deferred_new(loop, &others, NULL, NULL);
        bight_promise_resolve(promise, bight_value_none());
        bight_error error = bight_await(d, NULL);
        if (bight_failed(error))
            return error;
    }
    bight_promise_resolve(others, bight_value_none());
    others = NULL;
    return bight_ok();
}

static void begin_awaits(void)
{
    bight_detach(bight_spawn(loop, NULL, await_turns, NULL));
    bight_detach(bight_spawn(loop, NULL, await_turns, NULL));
}

/* -- spawn: spawn + run + finish, on a pooled stack ------------------------ */

static bight_error spawn_next(void *arg, bight_value *ret_value)
{
    (void)ret_value;
    if (turns++ < count)
        bight_detach(bight_spawn(loop, NULL, spawn_next, arg));
    return bight_ok();
}

static void begin_spawns(void)
{
    bight_detach(bight_spawn(loop, NULL, spawn_next, NULL));
}

static void measure_turns(void (*begin)(void))
{
    begin();
    double begun = now_ns();
    run_loop();
    double took = now_ns() - begun;
    check(turns > count, "not every turn was made");
    (void)printf("{\"turns\":%zu,\"ns\":%.1f}\n", count, took / (double)count);
}

static void measure_cycle(void)
{
    measure_turns(begin_cycles);
}

static void measure_await(void)
{
    measure_turns(begin_awaits);
}

static void measure_spawn(void)
{
    measure_turns(begin_spawns);
}

/* -- suspended: the memory of so many -------------------------------------- */

static size_t resident(void)
{
    unsigned long all = 0;
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    check(file != NULL && fscanf(file, "%lu %lu", &all, &pages) == 2,
          "no /proc/self/statm");
    (void)fclose(file);
    return pages * 4096;
}

static size_t maps(void)
{
    size_t lines = 0;
    FILE *file = fopen("/proc/self/maps", "r");
    check(file != NULL, "no /proc/self/maps");
    for (int c; (c = getc(file)) != EOF;)
        lines += c == '\n';
    (void)fclose(file);
    return lines;
}

static bight_error await_it(void *d, bight_value *ret_value)
{
    turns++;
    return bight_await(d, ret_value);
}

static void measure_suspended(void)
{
    bight_promise **promises = calloc(count, sizeof(bight_promise *));
    check(promises != NULL, "no memory");
    for (size_t i = 0; i < count; i++) {
        bight_deferred *d = bight_deferred_new(loop, &promises[i], NULL, NULL);
        bight_detach(bight_spawn(loop, NULL, await_it, d));
    }
    run_loop();
    check(turns == count, "not every task began");
    (void)printf("{\"suspended\":%zu,\"resident\":%zu,\"maps\":%zu}\n", count,
                 resident(), maps());
    for (size_t i = 0; i < count; i++)
        bight_promise_resolve(promises[i], bight_value_none());
    run_loop();
    free(promises);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*measure)(void);
    } questions[] = {{"cycle", measure_cycle},
                     {"await", measure_await},
                     {"spawn", measure_spawn},
                     {"suspended", measure_suspended}};
    count = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    for (size_t i = 0; count > 0 && i < 4; i++) {
        if (strcmp(argv[1], questions[i].name) != 0)
            continue;
        check(!bight_failed(bight_loop_new(NULL, &loop)), "no loop");
        questions[i].measure();
        check(!bight_failed(bight_loop_free(loop)), "the loop is busy");
        return 0;
    }
    (void)fprintf(stderr, "usage: bench_async QUESTION COUNT\n");
    return 64;
}
