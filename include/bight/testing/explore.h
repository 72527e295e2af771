/* SPDX-License-Identifier: MIT */
/** @file
 * Runs a scenario again and again, in virtual time: in many orders of what is
 * ready, and with each allocation, each call of the system and each suspension
 * point in turn going wrong. What fails is told by a seed and a step, and comes
 * again with the same.
 *
 *     bight_error echo_is_heard(bight_exploration *run, bight_loop *loop,
 *                               void *arg);
 *     START_TEST(echo) { BIGHT_CK_EXPLORE(echo_is_heard, NULL); } END_TEST
 */
#ifndef BIGHT_TESTING_EXPLORE_H
#define BIGHT_TESTING_EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/loop.h>

BIGHT_BEGIN_DECLS

/** One run of a scenario. */
typedef struct bight_exploration bight_exploration;

/**
 * Sets something up on the virtual `loop`, runs it, takes it down. An error is
 * a failure, unless something was injected: then it is what has to be expected.
 * The loop is closed and freed afterwards; what survives it and blocks that are
 * left are failures in any case.
 */
typedef bight_error (*bight_scenario_fn)(bight_exploration *run,
                                         bight_loop *loop, void *arg);

/** Fill with bight_explore_options_init, then change what you need. */
typedef struct bight_explore_options {
    size_t size;         /**< sizeof(bight_explore_options) */
    uint64_t seeds;      /**< so many orders, besides first come, first served;
                              50, or the environment's BIGHT_EXPLORE_SEEDS */
    uint64_t first_seed; /**< 1, or BIGHT_EXPLORE_FIRST */
    uint64_t most;       /**< steps of a kind; more are a failure; 10000 */
    bool keep_memory;    /**< fail no allocations */
    bool keep_calls;     /**< fail no calls of the system */
    bool keep_tasks;     /**< cancel at no suspension points */
    const char *name;    /**< if BIGHT_EXPLORE_SEEDS is set, the report goes to
                              stdout, too, behind this; NULL: it does not */
} bight_explore_options;

BIGHT_API void bight_explore_options_init(bight_explore_options *options);

/**
 * True: no run failed; `report` then says how many there were, else which run
 * failed first, at which step, and why. `options` may be NULL. On one thread at
 * a time, since it puts an allocator hook before the one in force.
 */
BIGHT_API bool bight_explore(bight_scenario_fn scenario, void *arg,
                             const bight_explore_options *options, char *report,
                             size_t size);

/** Fails the run, saying what, unless `fact` holds; returns it. The first one
 * counts, and the loop's step at that time. */
BIGHT_API bool bight_explore_check(bight_exploration *run, bool fact,
                                   const char *format, ...) BIGHT_PRINTF(3, 4);

/** Whether something has been made to go wrong in this run so far. */
BIGHT_API bool bight_explore_injected(const bight_exploration *run);

/** Fails the run unless the expression holds. */
#define BIGHT_EXPLORE_CHECK(run, expr)                                         \
    bight_explore_check((run), (expr), "%s:%d: %s", __FILE__, __LINE__, #expr)

/** For tests with Check, which includes check.h: all of it, by default. */
#define BIGHT_CK_EXPLORE(scenario, arg)                                        \
    do {                                                                       \
        char bight_explored[512];                                              \
        bight_explore_options bight_exploring;                                 \
        bight_explore_options_init(&bight_exploring);                          \
        bight_exploring.name = #scenario;                                      \
        ck_assert_msg(bight_explore((scenario), (arg), &bight_exploring,       \
                                    bight_explored, sizeof(bight_explored)),   \
                      "%s", bight_explored);                                   \
    } while (0)

BIGHT_END_DECLS

#endif
