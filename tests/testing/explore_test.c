/* SPDX-License-Identifier: MIT */
/* That exploration finds what it is for, and nothing where there is nothing. */
#include <stdio.h>
#include <string.h>

#include <bight/alloc.h>
#include <bight/deferred.h>
#include <bight/testing/explore.h>

#include "async/suspension.h"
#include "leaks.h"
#include "loops.h"
#include "suite.h"

#define SEEDS 200

static char report[512];
static struct trace trace;

static bool explore(bight_scenario_fn scenario, uint64_t first_seed,
                    uint64_t seeds)
{
    bight_explore_options options;
    bight_explore_options_init(&options);
    options.first_seed = first_seed;
    options.seeds = seeds;
    options.keep_memory = options.keep_calls = options.keep_tasks = true;
    return bight_explore(scenario, NULL, &options, report, sizeof(report));
}

/* -- orders ---------------------------------------------------------------- */

/* The bug: whoever looks relies on whoever made running first. */
struct shelf {
    bight_exploration *run;
    bool made;
};

static void make(bight_result *result, void *arg)
{
    struct shelf *shelf = arg;
    (void)result;
    shelf->made = true;
}

static void look(bight_result *result, void *arg)
{
    struct shelf *shelf = arg;
    (void)result;
    (void)BIGHT_EXPLORE_CHECK(shelf->run, shelf->made);
}

static bight_error planted(bight_exploration *run, bight_loop *loop, void *arg)
{
    struct shelf shelf = {.run = run};
    (void)arg;
    bight_on(bight_deferred_resolved(loop, bight_value_none()), make, &shelf);
    bight_on(bight_deferred_resolved(loop, bight_value_none()), look, &shelf);
    return bight_loop_run(loop);
}

START_TEST(a_planted_bug_is_missed_by_fifo_and_found_by_half_of_the_seeds)
{
    unsigned found = 0;
    ck_assert(explore(planted, 1, 0));
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        found += !explore(planted, seed, 1);
    ck_assert_uint_ge(found, SEEDS * 2 / 5);
    ck_assert_uint_le(found, SEEDS * 3 / 5);
    ck_assert(!explore(planted, 1, SEEDS));
}
END_TEST

START_TEST(a_failure_names_its_seed_and_step_and_comes_again)
{
    char before[sizeof(report)];
    unsigned long seed = 0;
    unsigned long step = 0;
    char rest[256] = "";
    ck_assert(!explore(planted, 1, SEEDS));
    memcpy(before, report, sizeof(report));
    ck_assert_int_eq(
        sscanf(report, "seed %lu, step %lu: %255s", &seed, &step, rest), 3);
    ck_assert_uint_eq(step, 1);
    ck_assert_ptr_nonnull(strstr(rest, "explore_test.c:"));
    ck_assert(!explore(planted, seed, 1));
    ck_assert_str_eq(report, before);
}
END_TEST

static void say(void *word)
{
    trace_add(&trace, "%s", (const char *)word);
}

static void nothing(bight_result *result, void *arg)
{
    (void)result;
    (void)arg;
}

static void say_result(bight_result *result, void *word)
{
    (void)result;
    say(word);
}

/* Four calls, four timers of one deadline, and a Deferred among each. */
static bight_error in_order(bight_exploration *run, bight_loop *loop, void *arg)
{
    static char *const words[] = {"a", "b", "c", "d"};
    bight_timer *timers[4];
    (void)arg;
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_ok(bight_timer_new(loop, say, words[i], &timers[i]));
        bight_timer_start(timers[i], 10);
    }
    for (unsigned round = 0; round < 2; round++) {
        trace = (struct trace){.length = 0};
        for (unsigned i = 0; i < 4 && round == 0; i++)
            ck_assert_ok(bight_call_soon(loop, say, words[i]));
        bight_on(bight_deferred_resolved(loop, bight_value_none()), nothing,
                 NULL);
        ck_assert_ok(bight_loop_advance(loop, round * 10));
        (void)bight_explore_check(run, strcmp(trace.text, "a b c d") == 0,
                                  "round %u: %s", round, trace.text);
    }
    for (unsigned i = 0; i < 4; i++)
        bight_timer_free(timers[i]);
    return bight_ok();
}

START_TEST(L3_calls_and_timers_stay_in_order_whatever_the_seed)
{
    ck_assert_msg(explore(in_order, 1, SEEDS), "%s", report);
}
END_TEST

static bight_error three(bight_exploration *run, bight_loop *loop, void *arg)
{
    static char *const words[] = {"a", "b", "c"};
    (void)run;
    (void)arg;
    for (unsigned i = 0; i < 3; i++)
        bight_on(bight_deferred_resolved(loop, bight_value_none()), say_result,
                 words[i]);
    return bight_loop_run(loop);
}

static unsigned order_of(uint64_t seed)
{
    static const char *const orders[] = {"a b c", "a c b", "b a c",
                                         "b c a", "c a b", "c b a"};
    unsigned i = 0;
    trace = (struct trace){.length = 0};
    bight_loop_options options;
    bight_loop *loop;
    bight_loop_options_init(&options);
    options.kind = BIGHT_LOOP_VIRTUAL;
    options.order_seed = seed;
    ck_assert_ok(bight_loop_new(&options, &loop));
    ck_assert_ok(three(NULL, loop, NULL));
    loops_free(loop);
    while (i < 6 && strcmp(trace.text, orders[i]) != 0)
        i++;
    ck_assert_uint_lt(i, 6);
    return i;
}

START_TEST(L11_a_seed_gives_one_order_and_seeds_give_all_of_them)
{
    unsigned seen[6] = {0};
    ck_assert_uint_eq(order_of(0), 0);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        unsigned order = order_of(seed);
        ck_assert_uint_eq(order_of(seed), order);
        seen[order]++;
    }
    for (unsigned i = 0; i < 6; i++)
        ck_assert_uint_ge(seen[i], SEEDS / 20);
}
END_TEST

/* -- what goes wrong ------------------------------------------------------- */

/* The bug: if there is no memory for the second, the first is lost. */
static void *lost;

static bight_error leaking(bight_exploration *run, bight_loop *loop, void *arg)
{
    (void)run;
    (void)loop;
    (void)arg;
    void *first = bight_alloc(10);
    void *second = bight_alloc(10);
    if (first == NULL || second == NULL) {
        lost = first;
        bight_free(second);
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    }
    bight_free(first);
    bight_free(second);
    return bight_ok();
}

START_TEST(S3_a_block_lost_for_want_of_memory_is_found)
{
    ck_assert(!bight_explore(leaking, NULL, NULL, report, sizeof(report)));
    ck_assert_str_eq(report, "allocation 2, step 0: 1 blocks are left");
    bight_free(lost);
}
END_TEST

static bight_deferred *forgotten;
static bight_promise *promise;

static bight_error forgetful(bight_exploration *run, bight_loop *loop,
                             void *arg)
{
    (void)run;
    (void)arg;
    forgotten = bight_deferred_new(loop, &promise, NULL, NULL);
    return forgotten == NULL ? bight_error_of(BIGHT_ERROR_NO_MEMORY)
                             : bight_ok();
}

START_TEST(L9_what_survives_the_loop_is_found)
{
    ck_assert(!bight_explore(forgetful, NULL, NULL, report, sizeof(report)));
    ck_assert_ptr_nonnull(strstr(report, ": 1 left when the loop closed, the "
                                         "first: deferred pending"));
    bight_detach(forgotten);
    bight_promise_resolve(promise, bight_value_none());
}
END_TEST

static bight_error failing(bight_exploration *run, bight_loop *loop, void *arg)
{
    (void)run;
    (void)loop;
    (void)arg;
    return bight_error_note(bight_error_of(BIGHT_ERROR_EOF), "read it");
}

START_TEST(an_error_that_nothing_was_injected_for_is_a_failure)
{
    ck_assert(!bight_explore(failing, NULL, NULL, report, sizeof(report)));
    ck_assert_str_eq(report, "seed 0, step 0: it ended with: read it: peer "
                             "finished (EOF)");
}
END_TEST

/* Stands for a task of three suspension points, which gives up when it is told
 * to; `arg`: it does not at the second. */
static bight_error suspending(bight_exploration *run, bight_loop *loop,
                              void *arg)
{
    struct bight__async *async = bight__async_of(loop);
    if (async == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    for (unsigned i = 1; i <= 3; i++) {
        if (!bight__suspension_cancels(async))
            continue;
        (void)bight_explore_check(run, arg == NULL || i != 2, "went on");
        return bight_error_of(BIGHT_ERROR_CANCELLED);
    }
    return bight_ok();
}

START_TEST(K3_each_suspension_point_is_cancelled_in_turn)
{
    ck_assert(bight_explore(suspending, NULL, NULL, report, sizeof(report)));
    ck_assert_str_eq(report, "50 seeds, 2 allocations, 0 calls, 3 suspensions");
    ck_assert(!bight_explore(suspending, report, NULL, report, sizeof(report)));
    ck_assert_str_eq(report, "suspension 2, step 0: went on");
}
END_TEST

START_TEST(more_steps_than_may_be_tried_are_a_failure)
{
    bight_explore_options options;
    bight_explore_options_init(&options);
    options.seeds = 0;
    options.most = 2;
    options.keep_memory = true;
    ck_assert(
        !bight_explore(suspending, NULL, &options, report, sizeof(report)));
    ck_assert_str_eq(report, "more than 2 steps: suspension");
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("explore");
    TCase *orders = leaks_test_case(suite, "orders");
    tcase_set_timeout(orders, 60);
    tcase_add_test(
        orders, a_planted_bug_is_missed_by_fifo_and_found_by_half_of_the_seeds);
    tcase_add_test(orders, a_failure_names_its_seed_and_step_and_comes_again);
    tcase_add_test(orders, L3_calls_and_timers_stay_in_order_whatever_the_seed);
    tcase_add_test(orders,
                   L11_a_seed_gives_one_order_and_seeds_give_all_of_them);
    TCase *wrong = leaks_test_case(suite, "wrong");
    tcase_add_test(wrong, S3_a_block_lost_for_want_of_memory_is_found);
    tcase_add_test(wrong, L9_what_survives_the_loop_is_found);
    tcase_add_test(wrong, an_error_that_nothing_was_injected_for_is_a_failure);
    tcase_add_test(wrong, K3_each_suspension_point_is_cancelled_in_turn);
    tcase_add_test(wrong, more_steps_than_may_be_tried_are_a_failure);
    return suite;
}
