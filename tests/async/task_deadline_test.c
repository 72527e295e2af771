/* SPDX-License-Identifier: MIT */
/* K3, D10: deadlines of blocks, and shields. */
#include "tasks.h"

static bight_error sleep_within_deadline(void *arg, bight_value *ret_value)
{
    (void)arg;
    (void)ret_value;
    {
        BIGHT_DEADLINE(budget, 50);
        tell("one", bight_sleep(30));
        ck_assert(!bight_deadline_has_passed(&budget));
        tell("two", bight_sleep(30));
        ck_assert(bight_deadline_has_passed(&budget));
        tell("three", bight_sleep(1));
        tell("four", bight_yield());
        tell("check", bight_task_check());
    }
    tell("behind", bight_sleep(1));
    return bight_ok();
}

START_TEST(D10_suspension_points_share_a_deadline)
{
    begin(_i);
    bight_on(spawn(sleep_within_deadline, NULL), say, "end");
    if (_i == BIGHT_LOOP_MANUAL_CLOCK)
        ck_assert_ok(bight_loop_advance(the_loop, 100));
    else
        turn();
    ck_assert_trace(&trace, "one two!TIMED_OUT three!TIMED_OUT four!TIMED_OUT "
                            "check!TIMED_OUT behind end=0");
    end();
}
END_TEST

static bight_error nest(void *arg, bight_value *ret_value)
{
    bool inner_first = arg != NULL;
    (void)ret_value;
    BIGHT_DEADLINE(outer, inner_first ? 1000 : 50);
    {
        BIGHT_DEADLINE(inner, inner_first ? 50 : 1000);
        tell("within", bight_sleep(100));
        trace_add(&trace, "%d%d", bight_deadline_has_passed(&outer),
                  bight_deadline_has_passed(&inner));
    }
    tell("behind", bight_sleep(10));
    return bight_ok();
}

START_TEST(D10_of_nested_ones_only_the_one_that_passed_says_so)
{
    begin(BIGHT_LOOP_VIRTUAL);
    run_task(nest, NULL);
    run_task(nest, &trace);
    ck_assert_trace(&trace, "within!TIMED_OUT 10 behind!TIMED_OUT end=0 "
                            "within!TIMED_OUT 01 behind end=0");
    end();
}
END_TEST

static bight_error await_within_deadline(void *d, bight_value *ret_value)
{
    BIGHT_DEADLINE(budget, 50);
    return await_it(d, ret_value);
}

START_TEST(D10_what_is_awaited_is_cancelled_and_the_error_says_why)
{
    bight_promise *promise;
    begin(BIGHT_LOOP_VIRTUAL);
    run_task(await_within_deadline, make(&promise));
    bight_promise_resolve(promise, number(1));
    ck_assert_trace(&trace, "got!TIMED_OUT end!TIMED_OUT");
    end();
}
END_TEST

START_TEST(D8_a_value_that_comes_late_all_the_same_is_delivered)
{
    bight_promise *promise;
    begin(BIGHT_LOOP_VIRTUAL);
    bight_on(spawn(await_within_deadline, make_later(&promise)), say, "end");
    ck_assert_ok(bight_loop_advance(the_loop, 100));
    ck_assert_trace(&trace, "asked");
    bight_promise_resolve(promise, number(6));
    turn();
    ck_assert_trace(&trace, "asked got end=6");
    end();
}
END_TEST

START_TEST(D10_the_callers_cancel_wins)
{
    bight_promise *promise;
    begin(BIGHT_LOOP_VIRTUAL);
    bight_deferred *d = spawn(await_within_deadline, make_later(&promise));
    ck_assert_ok(bight_loop_advance(the_loop, 100));
    bight_cancel(d);
    bight_promise_reject(promise, fault(BIGHT_ERROR_CANCELLED));
    bight_on(d, say, "end");
    turn();
    ck_assert_trace(&trace, "asked got!CANCELLED end!CANCELLED");
    end();
}
END_TEST

static bight_error take_what_is_there(void *d, bight_value *ret_value)
{
    BIGHT_DEADLINE(budget, 0);
    tell("sleep", bight_sleep(100));
    return await_it(d, ret_value);
}

START_TEST(K3_a_result_that_is_there_beats_a_deadline)
{
    begin(BIGHT_LOOP_VIRTUAL);
    run_task(take_what_is_there, bight_deferred_resolved(the_loop, number(3)));
    ck_assert_trace(&trace, "sleep!TIMED_OUT got end=3");
    end();
}
END_TEST

static bight_error await_child(void *d, bight_value *ret_value)
{
    BIGHT_DEADLINE(budget, 50);
    return await_it(bight_spawn(NULL, NULL, await_it, d), ret_value);
}

START_TEST(D10_a_child_is_cancelled_and_its_parent_says_why)
{
    bight_promise *promise;
    begin(BIGHT_LOOP_VIRTUAL);
    run_task(await_child, make(&promise));
    bight_promise_resolve(promise, number(1));
    ck_assert_trace(&trace, "got!CANCELLED got!TIMED_OUT end!TIMED_OUT");
    end();
}
END_TEST

/* -- shields --------------------------------------------------------------- */

static bight_error shield_sleep(void *arg, bight_value *ret_value)
{
    uint64_t ms = *(uint64_t *)arg;
    (void)ret_value;
    tell("before", bight_sleep(1000));
    {
        BIGHT_SHIELD(shield, ms);
        tell("shielded", bight_sleep(100));
        trace_add(&trace, "%d", bight_deadline_has_passed(&shield));
    }
    tell("behind", bight_sleep(10));
    return bight_ok();
}

static void cancel_early(uint64_t ms)
{
    bight_deferred *d = spawn(shield_sleep, &ms);
    ck_assert_ok(bight_loop_advance(the_loop, 10));
    bight_cancel(d);
    bight_on(d, say, "end");
    turn();
}

START_TEST(K3_a_shield_holds_a_cancel_off)
{
    begin(BIGHT_LOOP_VIRTUAL);
    cancel_early(200);
    ck_assert_trace(&trace, "before!CANCELLED shielded 0 behind!CANCELLED "
                            "end=0");
    end();
}
END_TEST

START_TEST(K3_a_shields_deadline_is_finite)
{
    begin(BIGHT_LOOP_VIRTUAL);
    cancel_early(50);
    ck_assert_trace(&trace, "before!CANCELLED shielded!TIMED_OUT 1 "
                            "behind!CANCELLED end=0");
    end();
}
END_TEST

static bight_error shield_for_ever(void *arg, bight_value *ret_value)
{
    (void)arg;
    (void)ret_value;
    BIGHT_SHIELD(shield, UINT64_MAX);
    return bight_sleep(UINT64_MAX);
}

START_TEST(K3_a_shield_of_more_than_an_hour_is_one_of_an_hour)
{
    begin(BIGHT_LOOP_VIRTUAL);
    run_task(shield_for_ever, NULL);
    ck_assert_trace(&trace, "end!TIMED_OUT");
    ck_assert_uint_ge(bight_loop_now_ns(the_loop), UINT64_C(3600000000000));
    ck_assert_uint_le(bight_loop_now_ns(the_loop), UINT64_C(3601000000000));
    end();
}
END_TEST

static bight_error shield_within_deadline(void *arg, bight_value *ret_value)
{
    (void)arg;
    (void)ret_value;
    BIGHT_DEADLINE(budget, 50);
    {
        BIGHT_SHIELD(shield, 500);
        tell("shielded", bight_sleep(100));
        BIGHT_DEADLINE(inner, 50);
        tell("inner", bight_sleep(100));
    }
    tell("behind", bight_sleep(10));
    return bight_ok();
}

START_TEST(K3_a_shield_holds_deadlines_off_that_are_around_it)
{
    begin(BIGHT_LOOP_VIRTUAL);
    run_task(shield_within_deadline, NULL);
    ck_assert_trace(&trace, "shielded inner!TIMED_OUT behind!TIMED_OUT end=0");
    end();
}
END_TEST

static bight_error shield_late(void *d, bight_value *ret_value)
{
    tell("sleep", bight_sleep(1000));
    BIGHT_SHIELD(shield, 1000);
    return await_it(d, ret_value);
}

START_TEST(K3_a_shielded_await_cancels_nothing)
{
    bight_promise *promise;
    begin(BIGHT_LOOP_VIRTUAL);
    bight_deferred *d = spawn(shield_late, make_later(&promise));
    ck_assert_ok(bight_loop_advance(the_loop, 10));
    bight_cancel(d);
    ck_assert_ok(bight_loop_advance(the_loop, 10));
    ck_assert_trace(&trace, "sleep!CANCELLED");
    bight_promise_resolve(promise, number(2));
    bight_on(d, say, "end");
    turn();
    ck_assert_trace(&trace, "sleep!CANCELLED got end=2");
    end();
}
END_TEST

/* -- outside, and for ever ------------------------------------------------- */

static bight_error never_passes(void *arg, bight_value *ret_value)
{
    (void)arg;
    (void)ret_value;
    BIGHT_DEADLINE(never, UINT64_MAX);
    return bight_sleep(10);
}

START_TEST(D10_one_of_more_than_a_hundred_days_is_none)
{
    begin(BIGHT_LOOP_VIRTUAL);
    run_task(never_passes, NULL);
    ck_assert_trace(&trace, "end=0");
    end();
}
END_TEST

START_TEST(K5_outside_of_a_task_a_deadline_does_nothing)
{
    BIGHT_DEADLINE(nothing, 0);
    BIGHT_SHIELD(neither, 0);
    ck_assert(!bight_deadline_has_passed(&nothing));
    ck_assert(!bight_deadline_has_passed(&neither));
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("task_deadline");
    TCase *deadlines = leaks_test_case(suite, "deadlines");
    tcase_add_loop_test(deadlines, D10_suspension_points_share_a_deadline,
                        BIGHT_LOOP_MANUAL_CLOCK, BIGHT_LOOP_VIRTUAL + 1);
    tcase_add_test(deadlines,
                   D10_of_nested_ones_only_the_one_that_passed_says_so);
    tcase_add_test(deadlines,
                   D10_what_is_awaited_is_cancelled_and_the_error_says_why);
    tcase_add_test(deadlines,
                   D8_a_value_that_comes_late_all_the_same_is_delivered);
    tcase_add_test(deadlines, D10_the_callers_cancel_wins);
    tcase_add_test(deadlines, K3_a_result_that_is_there_beats_a_deadline);
    tcase_add_test(deadlines, D10_a_child_is_cancelled_and_its_parent_says_why);
    tcase_add_test(deadlines, D10_one_of_more_than_a_hundred_days_is_none);
    tcase_add_test(deadlines, K5_outside_of_a_task_a_deadline_does_nothing);
    TCase *shields = leaks_test_case(suite, "shields");
    tcase_add_test(shields, K3_a_shield_holds_a_cancel_off);
    tcase_add_test(shields, K3_a_shields_deadline_is_finite);
    tcase_add_test(shields, K3_a_shield_of_more_than_an_hour_is_one_of_an_hour);
    tcase_add_test(shields, K3_a_shield_holds_deadlines_off_that_are_around_it);
    tcase_add_test(shields, K3_a_shielded_await_cancels_nothing);
    return suite;
}
