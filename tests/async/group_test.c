/* SPDX-License-Identifier: MIT */
/* K6: no child outlives its group. */
#include "tasks.h"

static bight_error write_through(void *arg, bight_value *ret_value)
{
    int *place = arg;
    *ret_value = owned();
    bight_error error = bight_sleep(10);
    *place += bight_failed(error) ? 100 : 1;
    return error;
}

static bight_error fail_at_20(void *arg, bight_value *ret_value)
{
    (void)arg;
    (void)ret_value;
    bight_error error = bight_sleep(20);
    return bight_failed(error)
               ? error
               : bight_error_note(fault(BIGHT_ERROR_REFUSED), "at twenty");
}

/* Takes its time, and what it borrows, until it has let go. */
static bight_error linger(void *arg, bight_value *ret_value)
{
    int *place = arg;
    (void)ret_value;
    bight_error error = bight_sleep(1000);
    {
        BIGHT_SHIELD(last_words, 100);
        (void)bight_sleep(50);
    }
    *place = 42;
    tell("lingered", error);
    return error;
}

static void add(bight_group *group, bight_task_fn fn, void *arg)
{
    ck_assert_ok(bight_group_spawn(group, NULL, fn, arg));
}

/* -- joining --------------------------------------------------------------- */

/* Every 64th refusal in a row gives way (K2), for one of these inside the join:
 * then the child ends before its parent waits. */
static bight_error join_refused(void *refusals, bight_value *ret_value)
{
    (void)ret_value;
    BIGHT_GROUP(one);
    ck_assert(bight_failed(bight_sleep(1000)));
    for (int i = 0; i < *(const int *)refusals; i++)
        ck_assert(bight_failed(bight_yield()));
    add(&one, sleep_long, "child");
    return bight_group_join(&one);
}

START_TEST(K6_a_join_that_is_refused_may_give_way_first)
{
    begin(BIGHT_LOOP_MANUAL_CLOCK);
    bight_deferred *d = spawn(join_refused, &_i);
    turn();
    bight_cancel(d);
    bight_on(d, say, "end");
    turn();
    ck_assert_ptr_nonnull(strstr(trace.text, "end!CANCELLED"));
    end();
}
END_TEST

static bight_error join_two(void *arg, bight_value *ret_value)
{
    int places[2] = {0, 0};
    (void)arg;
    (void)ret_value;
    BIGHT_GROUP(both);
    add(&both, write_through, &places[0]);
    add(&both, write_through, &places[1]);
    ck_assert_uint_eq(bight_group_count(&both), 2);
    bight_error error = bight_group_join(&both);
    ck_assert_uint_eq(bight_group_count(&both), 0);
    trace_add(&trace, "%d%d", places[0], places[1]);
    return error;
}

START_TEST(K6_join_waits_for_all_children)
{
    begin(_i);
    run_task(join_two, NULL);
    if (_i == BIGHT_LOOP_MANUAL_CLOCK)
        ck_assert_ok(bight_loop_advance(the_loop, 10));
    ck_assert_trace(&trace, "11 end=0");
    end();
}
END_TEST

static bight_error join_failing(void *arg, bight_value *ret_value)
{
    int places[2] = {0, 0};
    (void)arg;
    (void)ret_value;
    BIGHT_GROUP(some);
    add(&some, write_through, &places[0]);
    add(&some, fail_at_20, NULL);
    add(&some, linger, &places[1]);
    bight_error error = bight_group_join(&some);
    ck_assert_int_eq(places[0], 1);
    ck_assert_int_eq(places[1], 42);
    ck_assert_str_eq(bight_error_detail(error), "at twenty");
    tell("join", error);
    tell("again", bight_group_join(&some));
    return error;
}

START_TEST(K6_the_first_error_cancels_the_siblings_and_is_what_join_returns)
{
    begin(BIGHT_LOOP_VIRTUAL);
    run_task(join_failing, NULL);
    ck_assert_trace(&trace, "lingered!CANCELLED join!REFUSED again "
                            "end!REFUSED");
    ck_assert_uint_le(bight_loop_now_ns(the_loop), 120 * 1000000);
    end();
}
END_TEST

static bight_error spawn_after_failure(void *arg, bight_value *ret_value)
{
    (void)arg;
    (void)ret_value;
    BIGHT_GROUP(some);
    add(&some, fail_at_20, NULL);
    ck_assert_ok(bight_sleep(30));
    tell("spawn", bight_group_spawn(&some, NULL, twice, "never"));
    tell("add", bight_group_add(&some, make(arg)));
    tell("join", bight_group_join(&some));
    add(&some, twice, "a");
    return bight_group_join(&some);
}

START_TEST(K6_a_group_that_failed_takes_no_more_before_it_was_joined)
{
    bight_promise *promise;
    begin(BIGHT_LOOP_VIRTUAL);
    run_task(spawn_after_failure, &promise);
    bight_promise_resolve(promise, number(1));
    ck_assert_trace(&trace, "spawn!CANCELLED add!CANCELLED join!REFUSED a a "
                            "end=0");
    end();
}
END_TEST

static bight_error join_cancelled(void *arg, bight_value *ret_value)
{
    int place = 0;
    (void)arg;
    (void)ret_value;
    BIGHT_GROUP(some);
    add(&some, linger, &place);
    bight_error error = bight_group_join(&some);
    ck_assert_int_eq(place, 42);
    return error;
}

START_TEST(K6_a_cancelled_join_cancels_the_children_and_waits)
{
    begin(BIGHT_LOOP_VIRTUAL);
    bight_deferred *d = spawn(join_cancelled, NULL);
    ck_assert_ok(bight_loop_advance(the_loop, 10));
    bight_cancel(d);
    bight_on(d, say, "end");
    ck_assert_ok(bight_loop_advance(the_loop, 10));
    ck_assert_trace(&trace, "");
    turn();
    ck_assert_trace(&trace, "lingered!CANCELLED end!CANCELLED");
    end();
}
END_TEST

static bight_error join_within_deadline(void *arg, bight_value *ret_value)
{
    BIGHT_DEADLINE(budget, 30);
    return join_cancelled(arg, ret_value);
}

START_TEST(K6_a_deadline_does_so_too)
{
    begin(BIGHT_LOOP_VIRTUAL);
    run_task(join_within_deadline, NULL);
    ck_assert_trace(&trace, "lingered!CANCELLED end!TIMED_OUT");
    end();
}
END_TEST

static bight_error nest_groups(void *arg, bight_value *ret_value)
{
    BIGHT_GROUP(outer);
    add(&outer, join_cancelled, arg);
    add(&outer, join_cancelled, arg);
    add(&outer, fail_at_20, NULL);
    (void)ret_value;
    return bight_group_join(&outer);
}

START_TEST(K6_groups_within_groups_end_from_the_inside)
{
    begin(BIGHT_LOOP_VIRTUAL);
    run_task(nest_groups, NULL);
    ck_assert_trace(&trace, "lingered!CANCELLED lingered!CANCELLED "
                            "end!REFUSED");
    end();
}
END_TEST

static bight_error spawn_sibling(void *arg, bight_value *ret_value)
{
    (void)ret_value;
    add(arg, twice, "sibling");
    return bight_ok();
}

static bight_error join_grown(void *arg, bight_value *ret_value)
{
    (void)arg;
    (void)ret_value;
    BIGHT_GROUP(some);
    add(&some, spawn_sibling, &some);
    return bight_group_join(&some);
}

START_TEST(K6_a_child_may_start_more)
{
    begin(_i);
    run_task(join_grown, NULL);
    ck_assert_trace(&trace, "sibling sibling end=0");
    end();
}
END_TEST

static bight_error cancel_unborn(void *arg, bight_value *ret_value)
{
    (void)arg;
    (void)ret_value;
    BIGHT_GROUP(some);
    add(&some, twice, "never");
    bight_group_cancel(&some);
    return bight_group_join(&some);
}

START_TEST(K4_a_child_cancelled_before_its_first_run_never_runs)
{
    begin(_i);
    run_task(cancel_unborn, NULL);
    ck_assert_trace(&trace, "end=0");
    end();
}
END_TEST

/* -- leaving --------------------------------------------------------------- */

static bight_error leave_by_return(void *arg, bight_value *ret_value)
{
    int *place = arg;
    (void)ret_value;
    BIGHT_GROUP(some);
    add(&some, linger, place);
    if (*place == 0)
        return bight_yield();
    return bight_group_join(&some);
}

static bight_error leave_by_others(void *arg, bight_value *ret_value)
{
    int *place = arg;
    (void)ret_value;
    for (unsigned i = 0; i < 3; i++) {
        BIGHT_GROUP(some);
        add(&some, linger, place);
        (void)bight_yield();
        if (i == 0)
            continue;
        if (i == 1)
            goto out;
    }
out:
    return bight_ok();
}

START_TEST(K6_no_child_outlives_the_block_however_it_is_left)
{
    int place = 0;
    begin(BIGHT_LOOP_VIRTUAL);
    run_task(leave_by_return, &place);
    ck_assert_int_eq(place, 42);
    place = 0;
    run_task(leave_by_others, &place);
    ck_assert_int_eq(place, 42);
    ck_assert_trace(&trace, "lingered!CANCELLED end=0 lingered!CANCELLED "
                            "lingered!CANCELLED end=0");
    end();
}
END_TEST

static unsigned told;

static void hook(void *ctx, bight_error error, const char *made_at)
{
    (void)ctx;
    ck_assert(bight_error_is(error, &bight_domain, BIGHT_ERROR_REFUSED));
    ck_assert_str_eq(bight_error_detail(error), "at twenty");
    ck_assert_ptr_nonnull(made_at);
    told++;
}

static bight_error leave_unjoined(void *arg, bight_value *ret_value)
{
    (void)arg;
    (void)ret_value;
    {
        BIGHT_GROUP(some);
        add(&some, fail_at_20, NULL);
        ck_assert_ok(bight_sleep(30));
    }
    ck_assert_uint_eq(told, 0); /* D3: not from inside */
    return bight_ok();
}

START_TEST(D9_an_error_that_no_join_returned_is_reported)
{
    begin(BIGHT_LOOP_VIRTUAL);
    told = 0;
    bight_loop_set_unhandled(the_loop, hook, NULL);
    run_task(leave_unjoined, NULL);
    ck_assert_uint_eq(told, 1);
    ck_assert_trace(&trace, "end=0");
    end();
}
END_TEST

/* -- Deferreds ------------------------------------------------------------- */

static bight_error join_added(void *arg, bight_value *ret_value)
{
    bight_deferred **all = arg;
    (void)ret_value;
    BIGHT_GROUP(some);
    for (; *all != NULL; all++)
        ck_assert_ok(bight_group_add(&some, *all));
    trace_add(&trace, "%u", (unsigned)bight_group_count(&some));
    return bight_group_join(&some);
}

START_TEST(K6_deferreds_are_waited_for_like_children)
{
    bight_promise *promises[2];
    begin(_i);
    bight_deferred *all[] = {make(&promises[0]),
                             bight_deferred_resolved(the_loop, owned()),
                             make(&promises[1]), NULL};
    bight_on(spawn(join_added, all), say, "end");
    turn();
    ck_assert_uint_eq(destroyed, 1);
    bight_promise_resolve(promises[1], owned());
    turn();
    ck_assert_uint_eq(destroyed, 1);
    ck_assert_trace(&trace, "2");
    bight_promise_resolve(promises[0], number(1));
    turn();
    ck_assert_trace(&trace, "2 end=0");
    end();
}
END_TEST

START_TEST(K6_who_cancels_waits_until_borrowed_memory_was_let_go)
{
    bight_promise *promises[2];
    begin(_i);
    bight_deferred *all[] = {make(&promises[0]), make_later(&promises[1]),
                             NULL};
    bight_on(spawn(join_added, all), say, "end");
    turn();
    bight_promise_reject(promises[0], fault(BIGHT_ERROR_RESET));
    turn();
    ck_assert_trace(&trace, "2 asked");
    bight_promise_resolve(promises[1], owned());
    turn();
    ck_assert_uint_eq(destroyed, 1);
    ck_assert_trace(&trace, "2 asked end!RESET");
    end();
}
END_TEST

static bight_error add_failed(void *arg, bight_value *ret_value)
{
    (void)ret_value;
    BIGHT_GROUP(some);
    add(&some, twice, "never");
    ck_assert_ok(bight_group_add(&some, arg));
    ck_assert_error(bight_group_add(&some, NULL), BIGHT_ERROR_CANCELLED);
    return bight_group_join(&some);
}

START_TEST(K6_one_that_has_failed_already_counts)
{
    begin(_i);
    run_task(add_failed,
             bight_deferred_rejected(the_loop, fault(BIGHT_ERROR_EOF)));
    ck_assert_trace(&trace, "end!EOF");
    end();
}
END_TEST

static bight_error join_forgotten(void *arg, bight_value *ret_value)
{
    (void)ret_value;
    BIGHT_GROUP(some);
    for (unsigned i = 0; i < 1000; i++)
        (void)bight_error_note(fault(BIGHT_ERROR_BUSY), "%u", i);
    ck_assert_ok(bight_group_add(&some, arg));
    for (unsigned i = 0; i < 1000; i++)
        (void)bight_error_note(fault(BIGHT_ERROR_BUSY), "%u", i);
    ck_assert_str_eq(bight_error_detail(bight_group_join(&some)), "at twenty");
    return bight_ok();
}

START_TEST(K6_the_errors_text_is_kept_until_join)
{
    begin(BIGHT_LOOP_VIRTUAL);
    bight_deferred *d = spawn(fail_at_20, NULL);
    turn();
    run_task(join_forgotten, d);
    ck_assert_trace(&trace, "end=0");
    end();
}
END_TEST

#ifndef BIGHT_DEBUG
START_TEST(K5_outside_of_a_task_a_group_takes_nothing)
{
    bight_promise *promise;
    begin(_i);
    {
        BIGHT_GROUP(none);
        ck_assert_error(bight_group_spawn(&none, NULL, twice, "never"),
                        BIGHT_ERROR_USAGE);
        ck_assert_error(bight_group_add(&none, make(&promise)),
                        BIGHT_ERROR_USAGE);
        ck_assert_error(bight_group_join(&none), BIGHT_ERROR_USAGE);
        bight_group_cancel(&none);
    }
    bight_promise_resolve(promise, owned());
    ck_assert_uint_eq(destroyed, 1);
    turn();
    ck_assert_trace(&trace, "");
    end();
}
END_TEST
#endif

static void add_leaving(Suite *suite)
{
    TCase *leaving = leaks_test_case(suite, "leaving");
    tcase_add_loop_test(leaving, K6_a_join_that_is_refused_may_give_way_first,
                        60, 66);
    tcase_add_test(leaving, K6_no_child_outlives_the_block_however_it_is_left);
    tcase_add_test(leaving, D9_an_error_that_no_join_returned_is_reported);
#ifndef BIGHT_DEBUG
    tcase_add_kinds_test(leaving, K5_outside_of_a_task_a_group_takes_nothing);
#endif
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("group");
    TCase *joining = leaks_test_case(suite, "joining");
    tcase_add_kinds_test(joining, K6_join_waits_for_all_children);
    tcase_add_test(
        joining,
        K6_the_first_error_cancels_the_siblings_and_is_what_join_returns);
    tcase_add_test(joining,
                   K6_a_group_that_failed_takes_no_more_before_it_was_joined);
    tcase_add_test(joining, K6_a_cancelled_join_cancels_the_children_and_waits);
    tcase_add_test(joining, K6_a_deadline_does_so_too);
    tcase_add_test(joining, K6_groups_within_groups_end_from_the_inside);
    tcase_add_kinds_test(joining, K6_a_child_may_start_more);
    tcase_add_kinds_test(joining,
                         K4_a_child_cancelled_before_its_first_run_never_runs);
    add_leaving(suite);
    TCase *deferreds = leaks_test_case(suite, "deferreds");
    tcase_add_kinds_test(deferreds, K6_deferreds_are_waited_for_like_children);
    tcase_add_kinds_test(deferreds,
                         K6_who_cancels_waits_until_borrowed_memory_was_let_go);
    tcase_add_kinds_test(deferreds, K6_one_that_has_failed_already_counts);
    tcase_add_test(deferreds, K6_the_errors_text_is_kept_until_join);
    return suite;
}
