/* SPDX-License-Identifier: MIT */
/*
 * Scenarios in many orders, and with each step in turn going wrong. Every run
 * has a loop of its own; what it allocates is counted, so that a run that
 * leaves anything is seen.
 */
#include <bight/testing/explore.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "async/slab.h"
#include "base/alloc.h"
#include "loop/loop.h"

enum kind { ORDER, ALLOCATION, CALL, CANCEL };

static const char *const kind_names[] = {"seed", "allocation", "call",
                                         "suspension"};

struct bight_exploration {
    enum kind kind;
    uint64_t n; /* the seed, or the step that goes wrong */
    bight_loop *loop;
    bool injected;
    bool failed;
    uint64_t step; /* ready entries that had run */
    char why[256];
};

/* -- the allocator --------------------------------------------------------- */

/* Any thread of a pool may allocate. */
static struct {
    bight_alloc_fn before;
    void *before_ctx;
    atomic_size_t live;
    atomic_uint_least64_t countdown; /* 1: the next fails; 0: none */
    atomic_bool injected;
} memory;

static bool fails_now(void)
{
    uint_least64_t n = atomic_load(&memory.countdown);
    while (n > 0 && !atomic_compare_exchange_weak(&memory.countdown, &n, n - 1))
        continue;
    if (n == 1)
        atomic_store(&memory.injected, true);
    return n == 1;
}

static void *pass_on(void *block, size_t size)
{
    if (memory.before != NULL)
        return memory.before(memory.before_ctx, block, size);
    if (size > 0)
        return realloc(block, size);
    free(block);
    return NULL;
}

static void *counted(void *ctx, void *block, size_t size)
{
    (void)ctx;
    if (size > 0 && fails_now())
        return NULL;
    void *result = pass_on(block, size);
    if (size == 0)
        atomic_fetch_sub(&memory.live, 1);
    else if (block == NULL && result != NULL)
        atomic_fetch_add(&memory.live, 1);
    return result;
}

static void memory_begin(void)
{
    bight__allocator_get(&memory.before, &memory.before_ctx);
    atomic_store(&memory.live, 0);
    atomic_store(&memory.countdown, 0);
    atomic_store(&memory.injected, false);
    bight_set_allocator(counted, NULL);
}

static void memory_end(void)
{
    bight_set_allocator(memory.before, memory.before_ctx);
}

/* -- what a scenario calls ------------------------------------------------- */

static void fail(bight_exploration *run, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void fail(bight_exploration *run, const char *format, va_list args)
{
    if (run->failed)
        return;
    run->failed = true;
    run->step = run->loop != NULL ? run->loop->ready_run : run->step;
    (void)vsnprintf(run->why, sizeof(run->why), format, args);
}

bool bight_explore_check(bight_exploration *run, bool fact, const char *format,
                         ...)
{
    va_list args;
    if (fact)
        return true;
    va_start(args, format);
    fail(run, format, args);
    va_end(args);
    return false;
}

static bool is_injected(const bight_exploration *run)
{
    const bight_loop *loop = run->loop;
    switch (run->kind) {
    case ORDER:
        break;
    case ALLOCATION:
        return atomic_load(&memory.injected);
    case CALL:
        return loop != NULL && loop->faults == 0;
    case CANCEL:
        return loop != NULL && loop->async != NULL &&
               loop->async->suspensions >= run->n;
    }
    return false;
}

bool bight_explore_injected(const bight_exploration *run)
{
    return run->injected || is_injected(run);
}

/* -- a run ----------------------------------------------------------------- */

static void arm(bight_exploration *run)
{
    if (run->kind == ALLOCATION)
        atomic_store(&memory.countdown, run->n);
    else if (run->kind == CALL)
        run->loop->faults = run->n;
    else if (run->kind == CANCEL)
        bight__async_of(run->loop)->cancel_at = run->n;
}

static void disarm(bight_exploration *run)
{
    run->injected = is_injected(run);
    if (!run->failed)
        run->step = run->loop->ready_run;
    atomic_store(&memory.countdown, 0);
    run->loop->faults = 0;
    if (run->loop->async != NULL)
        run->loop->async->cancel_at = 0;
}

static void closed(void *ctx, const bight_close_report *report)
{
    bight_exploration *run = ctx;
    if (report->count == 0)
        return;
    const bight_survivor *first = report->survivors;
    (void)bight_explore_check(run, false,
                              "%zu left when the loop closed, the first: %s %s",
                              report->count, first != NULL ? first->kind : "?",
                              first != NULL ? first->name : "?");
}

static void run_scenario(bight_exploration *run, bight_scenario_fn scenario,
                         void *arg)
{
    char text[200];
    arm(run);
    bight_error error = scenario(run, run->loop, arg);
    (void)bight_error_format(error, text, sizeof(text));
    bool expected = !bight_failed(error) || bight_explore_injected(run);
    (void)bight_explore_check(run, expected, "it ended with: %s", text);
    disarm(run);
    bight_loop_close(run->loop, closed, run);
    bool freed = !bight_failed(bight_loop_free(run->loop));
    run->loop = NULL;
    (void)bight_explore_check(run, freed, "the loop cannot be freed");
}

static void run_once(bight_exploration *run, bight_scenario_fn scenario,
                     void *arg)
{
    bight_loop_options options;
    bight_loop_options_init(&options);
    options.kind = BIGHT_LOOP_VIRTUAL;
    options.name = "explored";
    options.order_seed = run->kind == ORDER ? run->n : 0;
    memory_begin();
    if (bight_explore_check(run,
                            !bight_failed(bight_loop_new(&options, &run->loop)),
                            "no loop"))
        run_scenario(run, scenario, arg);
    size_t live = atomic_load(&memory.live);
    memory_end();
    (void)bight_explore_check(run, live == 0, "%zu blocks are left", live);
}

/* -- all of them ----------------------------------------------------------- */

struct series {
    bight_scenario_fn scenario;
    void *arg;
    bight_explore_options options;
    uint64_t counts[4];
    char *report;
    size_t size;
};

static void report_failure(const struct series *series,
                           const bight_exploration *run)
{
    (void)snprintf(series->report, series->size,
                   "%s %" PRIu64 ", step %" PRIu64 ": %s",
                   kind_names[run->kind], run->n, run->step, run->why);
}

static bool run_one(struct series *series, bight_exploration *run)
{
    if (getenv("BIGHT_EXPLORE_VERBOSE") != NULL)
        (void)fprintf(stderr, "%s %" PRIu64 "\n", kind_names[run->kind],
                      run->n);
    run_once(run, series->scenario, series->arg);
    if (run->failed)
        report_failure(series, run);
    return !run->failed;
}

/* Seed 0 is first come, first served. */
static bool run_orders(struct series *series)
{
    uint64_t seeds = series->options.seeds;
    for (uint64_t i = 0; i <= seeds; i++) {
        uint64_t seed = i == 0 ? 0 : series->options.first_seed + i - 1;
        bight_exploration run = {.kind = ORDER, .n = seed};
        if (!run_one(series, &run))
            return false;
    }
    series->counts[ORDER] = seeds;
    return true;
}

/* Until a run has no such step. */
static bool run_steps(struct series *series, enum kind kind, bool keep)
{
    for (uint64_t n = 1; !keep; n++) {
        bight_exploration run = {.kind = kind, .n = n};
        if (!run_one(series, &run))
            return false;
        if (!run.injected)
            return true;
        series->counts[kind] = n;
        if (n == series->options.most) {
            (void)snprintf(series->report, series->size,
                           "more than %" PRIu64 " steps: %s", n,
                           kind_names[kind]);
            return false;
        }
    }
    return true;
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    uint64_t number = text == NULL ? 0 : strtoull(text, NULL, 10);
    return number > 0 ? number : otherwise;
}

void bight_explore_options_init(bight_explore_options *options)
{
    *options = (bight_explore_options){
        .size = sizeof(*options),
        .seeds = from_environment("BIGHT_EXPLORE_SEEDS", 50),
        .first_seed = from_environment("BIGHT_EXPLORE_FIRST", 1),
        .most = 10000,
    };
}

static bool run_series(struct series *series)
{
    const bight_explore_options *options = &series->options;
    if (!run_orders(series) ||
        !run_steps(series, ALLOCATION, options->keep_memory) ||
        !run_steps(series, CALL, options->keep_calls) ||
        !run_steps(series, CANCEL, options->keep_tasks))
        return false;
    const uint64_t *counts = series->counts;
    (void)snprintf(series->report, series->size,
                   "%" PRIu64 " seeds, %" PRIu64 " allocations, %" PRIu64
                   " calls, %" PRIu64 " suspensions",
                   counts[ORDER], counts[ALLOCATION], counts[CALL],
                   counts[CANCEL]);
    return true;
}

bool bight_explore(bight_scenario_fn scenario, void *arg,
                   const bight_explore_options *given, char *report,
                   size_t size)
{
    struct series series = {
        .scenario = scenario, .arg = arg, .report = report, .size = size};
    bight_explore_options *options = &series.options;
    bight_explore_options_init(options);
    if (given != NULL)
        memcpy(options, given,
               given->size < sizeof(*options) ? given->size : sizeof(*options));
    bool good = run_series(&series);
    if (options->name != NULL && getenv("BIGHT_EXPLORE_SEEDS") != NULL)
        (void)printf("%s: %s\n", options->name, report);
    return good;
}
