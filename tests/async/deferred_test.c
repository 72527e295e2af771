/* SPDX-License-Identifier: MIT */
/* D1, D2, D3, D5: two ends, and the callbacks between them. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "deferreds.h"

/* -- D1 -------------------------------------------------------------------- */

START_TEST(D1_it_goes_when_both_ends_are_gone_promise_first)
{
    bight_promise *promise;
    begin(_i);
    bight_deferred *d = make(&promise);
    ck_assert_uint_eq(alive(), 1);
    bight_promise_resolve(promise, number(1));
    turn();
    ck_assert_uint_eq(alive(), 1);
    bight_detach(d);
    ck_assert_uint_eq(alive(), 0);
    end();
}
END_TEST

START_TEST(D1_it_goes_when_both_ends_are_gone_consumer_first)
{
    bight_promise *promise;
    begin(_i);
    bight_detach(make(&promise));
    ck_assert_uint_eq(alive(), 1);
    bight_promise_resolve(promise, number(1));
    turn();
    end();
}
END_TEST

START_TEST(D1_one_with_a_result_already_has_one_end)
{
    begin(_i);
    bight_on(bight_deferred_resolved(the_loop, number(7)), say, "a");
    bight_on(bight_deferred_rejected(the_loop, fault(BIGHT_ERROR_EOF)), say,
             "b");
    turn();
    ck_assert_trace(&trace, "a=7 b!EOF");
    end();
}
END_TEST

START_TEST(D1_it_tells_whether_it_has_fired_and_of_which_loop_it_is)
{
    bight_promise *promise;
    begin(_i);
    bight_deferred *d = make(&promise);
    ck_assert(!bight_deferred_has_fired(d));
    ck_assert(bight_promise_is_wanted(promise));
    ck_assert_ptr_eq(bight_deferred_loop(d), the_loop);
    bight_promise_resolve(promise, number(1));
    ck_assert(bight_deferred_has_fired(d));
    bight_detach(d);
    end();
}
END_TEST

static void detach_it(bight_result *result, void *arg)
{
    (void)result;
    bight_detach(arg);
}

START_TEST(D1_its_own_callback_may_give_the_consumers_end_away)
{
    bight_promise *promise;
    begin(_i);
    bight_deferred *d = make(&promise);
    bight_finally(bight_finally(d, detach_it, d), say, "a");
    bight_promise_resolve(promise, number(1));
    turn();
    ck_assert_trace(&trace, "a=1");
    end();
}
END_TEST

/* -- D2 -------------------------------------------------------------------- */

START_TEST(D2_callbacks_run_in_the_order_added_and_pass_on_what_they_leave)
{
    bight_promise *promise;
    begin(_i);
    bight_deferred *d = make(&promise);
    bight_then(d, say, "a");
    bight_then(d, add_one, NULL);
    bight_finally(d, say, "b");
    bight_catch(d, say, "never");
    bight_then(d, add_one, NULL);
    bight_on(d, say, "c");
    bight_promise_resolve(promise, number(1));
    turn();
    ck_assert_trace(&trace, "a=1 b=2 c=3");
    end();
}
END_TEST

START_TEST(D2_an_error_skips_to_the_next_catch_which_may_recover)
{
    bight_promise *promise;
    begin(_i);
    bight_deferred *d = make(&promise);
    bight_then(d, say, "never");
    bight_finally(d, say, "a");
    bight_catch(d, say, "b");
    bight_then(d, say, "never");
    bight_catch(d, recover, NULL);
    bight_catch(d, say, "never");
    bight_then(d, say, "c");
    bight_then(d, fail_busy, NULL);
    bight_then(d, say, "never");
    bight_on(d, say, "d");
    bight_promise_reject(promise, fault(BIGHT_ERROR_RESET));
    turn();
    ck_assert_trace(&trace, "a!RESET b!RESET c=42 d!BUSY");
    end();
}
END_TEST

static void add_many(bight_result *result, void *d)
{
    say(result, "first");
    for (unsigned i = 0; i < 20; i++)
        bight_then(d, i % 2 == 0 ? add_one : say, "n");
    bight_on(d, say, "last");
}

START_TEST(D2_any_number_may_be_added_also_while_they_run)
{
    bight_promise *promise;
    begin(_i);
    bight_deferred *d = make(&promise);
    for (unsigned i = 0; i < 20; i++)
        bight_then(d, add_one, NULL);
    bight_then(d, add_many, d);
    bight_promise_resolve(promise, number(0));
    turn();
    ck_assert_trace(&trace, "first=20 n=21 n=22 n=23 n=24 n=25 n=26 n=27 n=28 "
                            "n=29 n=30 last=30");
    end();
}
END_TEST

START_TEST(D2_later_callbacks_see_the_result_that_earlier_ones_left)
{
    begin(_i);
    bight_deferred *d = bight_deferred_resolved(the_loop, number(1));
    bight_then(d, add_one, NULL);
    turn();
    bight_then(bight_then(d, say, "a"), add_one, NULL);
    turn();
    bight_on(d, say, "b");
    turn();
    ck_assert_trace(&trace, "a=2 b=3");
    end();
}
END_TEST

/* -- D3 -------------------------------------------------------------------- */

START_TEST(D3_no_callback_inside_resolve_then_on_or_detach)
{
    bight_promise *promise;
    begin(_i);
    bight_deferred *d = bight_then(make(&promise), say, "a");
    bight_promise_resolve(promise, number(1));
    bight_then(d, say, "b");
    bight_on(d, say, "c");
    d = bight_deferred_resolved(the_loop, number(2));
    bight_then(d, say, "d");
    bight_detach(d);
    ck_assert_trace(&trace, "");
    turn();
    ck_assert_trace(&trace, "a=1 b=1 c=1 d=2");
    end();
}
END_TEST

START_TEST(D3_no_callback_inside_cancel)
{
    bight_promise *promise;
    begin(_i);
    bight_deferred *d = bight_finally(make(&promise), say, "a");
    bight_cancel(d);
    ck_assert_trace(&trace, "");
    turn();
    ck_assert_trace(&trace, "a!CANCELLED");
    bight_detach(d);
    bight_promise_resolve(promise, number(1));
    end();
}
END_TEST

static void soon(void *word)
{
    trace_add(&trace, "%s", (const char *)word);
}

START_TEST(D3_callbacks_stand_in_line_with_everything_that_is_ready)
{
    bight_promise *promise;
    begin(_i);
    bight_on(make(&promise), say, "b");
    ck_assert_ok(bight_call_soon(the_loop, soon, "a"));
    bight_promise_resolve(promise, number(1));
    ck_assert_ok(bight_call_soon(the_loop, soon, "c"));
    turn();
    ck_assert_trace(&trace, "a b=1 c");
    end();
}
END_TEST

/* -- D5 -------------------------------------------------------------------- */

static void take(bight_result *result, void *arg)
{
    *(bight_value *)arg = bight_result_take(result);
    ck_assert_ptr_null(bight_result_peek(result).as.pointer);
}

START_TEST(D5_a_value_that_is_taken_is_the_takers)
{
    bight_value value = bight_value_none();
    begin(_i);
    bight_on(bight_deferred_resolved(the_loop, owned()), take, &value);
    turn();
    ck_assert_uint_eq(destroyed, 0);
    bight_value_destroy(value);
    ck_assert_uint_eq(destroyed, 1);
    end();
}
END_TEST

START_TEST(D5_a_value_is_destroyed_once_by_detach)
{
    bight_promise *promise;
    begin(_i);
    bight_detach(bight_deferred_resolved(the_loop, owned()));
    ck_assert_uint_eq(destroyed, 1);
    bight_detach(make(&promise));
    bight_promise_resolve(promise, owned());
    turn();
    ck_assert_uint_eq(destroyed, 1);
    end();
}
END_TEST

START_TEST(D5_a_value_is_destroyed_once_when_another_takes_its_place)
{
    static const bight_result_fn places[] = {recover, fail_busy};
    begin(_i);
    for (unsigned i = 0; i < 2; i++) {
        bight_deferred *d = bight_deferred_resolved(the_loop, owned());
        bight_then(d, places[i], NULL);
        bight_on(d, say, "a");
        turn();
        ck_assert_uint_eq(destroyed, 1);
    }
    ck_assert_trace(&trace, "a=42 a!BUSY");
    end();
}
END_TEST

START_TEST(D5_finally_and_on_run_once_on_every_path)
{
    bight_promise *promise;
    begin(_i);
    for (unsigned path = 0; path < 3; path++) {
        bight_deferred *d = make(&promise);
        bight_then(bight_catch(d, fail_busy, NULL), fail_busy, NULL);
        bight_finally(d, mark, "finally");
        if (path == 2)
            bight_cancel(d);
        bight_on(d, say, "on");
        if (path == 0)
            bight_promise_resolve(promise, number(1));
        else
            bight_promise_reject(promise, fault(BIGHT_ERROR_EOF));
        turn();
    }
    ck_assert_trace(&trace, "finally on!BUSY finally on!BUSY finally on!BUSY");
    end();
}
END_TEST

/* -- misuse ---------------------------------------------------------------- */

START_TEST(D4_firing_twice_aborts)
{
    bight_promise *promise;
    begin(BIGHT_LOOP_VIRTUAL);
    bight_deferred *d = make(&promise);
    ck_assert_ptr_nonnull(d);
    bight_promise_resolve(promise, number(1));
    bight_promise_resolve(promise, number(2));
}
END_TEST

static void fire_twice(int report)
{
    bight_promise *promise;
    (void)dup2(report, STDERR_FILENO);
    bight_deferred *d = bight_deferred_new(the_loop, &promise, NULL, NULL);
    bight_promise_resolve(promise, number(d != NULL));
    bight_promise_resolve(promise, number(2));
}

START_TEST(D4_firing_twice_names_where_it_was_made_and_first_fired)
{
    char text[1024];
    int report[2], status;
    begin(BIGHT_LOOP_VIRTUAL);
    ck_assert_int_eq(pipe(report), 0);
    pid_t child = fork();
    if (child == 0)
        fire_twice(report[1]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    ssize_t size = read(report[0], text, sizeof(text) - 1);
    ck_assert_int_gt(size, 0);
    text[size] = '\0';
    const char *made = strstr(text, "fired twice: made at ");
    const char *fired = strstr(text, ", first fired at ");
    ck_assert(made != NULL && fired != NULL);
    ck_assert(strstr(made, "+0x") < fired && strstr(fired, "+0x") != NULL);
    (void)close(report[0]);
    (void)close(report[1]);
    end();
}
END_TEST

START_TEST(D1_a_consumers_end_given_away_twice_aborts)
{
    bight_promise *promise;
    begin(BIGHT_LOOP_VIRTUAL);
    bight_deferred *d = make(&promise);
    bight_detach(d);
    bight_on(d, say, "a");
}
END_TEST

START_TEST(D1_a_deferred_used_after_its_end_aborts)
{
    begin(BIGHT_LOOP_VIRTUAL);
    bight_deferred *d = bight_deferred_resolved(the_loop, number(1));
    bight_detach(d);
    bight_then(d, say, "a");
}
END_TEST

static bight_result *kept;

static void keep(bight_result *result, void *arg)
{
    (void)arg;
    kept = result;
}

START_TEST(a_result_used_after_its_callback_aborts)
{
    begin(BIGHT_LOOP_VIRTUAL);
    bight_finally(bight_deferred_resolved(the_loop, number(1)), keep, NULL);
    turn();
    bight_result_set(kept, number(2));
}
END_TEST

static void add_misuse(Suite *suite)
{
    TCase *misuse = tcase_create("misuse");
    tcase_set_tags(misuse, "fork");
    tcase_add_test_raise_signal(misuse, D4_firing_twice_aborts, SIGABRT);
    tcase_add_test(misuse,
                   D4_firing_twice_names_where_it_was_made_and_first_fired);
    tcase_add_test_raise_signal(
        misuse, D1_a_consumers_end_given_away_twice_aborts, SIGABRT);
    tcase_add_test_raise_signal(misuse, D1_a_deferred_used_after_its_end_aborts,
                                SIGABRT);
    tcase_add_test_raise_signal(misuse, a_result_used_after_its_callback_aborts,
                                SIGABRT);
    suite_add_tcase(suite, misuse);
}

static void add_order(Suite *suite)
{
    TCase *order = leaks_test_case(suite, "order");
    tcase_add_kinds_test(
        order, D2_callbacks_run_in_the_order_added_and_pass_on_what_they_leave);
    tcase_add_kinds_test(order,
                         D2_an_error_skips_to_the_next_catch_which_may_recover);
    tcase_add_kinds_test(order, D2_any_number_may_be_added_also_while_they_run);
    tcase_add_kinds_test(
        order, D2_later_callbacks_see_the_result_that_earlier_ones_left);
    tcase_add_kinds_test(order,
                         D3_no_callback_inside_resolve_then_on_or_detach);
    tcase_add_kinds_test(order, D3_no_callback_inside_cancel);
    tcase_add_kinds_test(
        order, D3_callbacks_stand_in_line_with_everything_that_is_ready);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("deferred");
    TCase *ends = leaks_test_case(suite, "ends");
    tcase_add_kinds_test(ends,
                         D1_it_goes_when_both_ends_are_gone_promise_first);
    tcase_add_kinds_test(ends,
                         D1_it_goes_when_both_ends_are_gone_consumer_first);
    tcase_add_kinds_test(ends, D1_one_with_a_result_already_has_one_end);
    tcase_add_kinds_test(
        ends, D1_it_tells_whether_it_has_fired_and_of_which_loop_it_is);
    tcase_add_kinds_test(ends,
                         D1_its_own_callback_may_give_the_consumers_end_away);
    add_order(suite);
    TCase *values = leaks_test_case(suite, "values");
    tcase_add_kinds_test(values, D5_a_value_that_is_taken_is_the_takers);
    tcase_add_kinds_test(values, D5_a_value_is_destroyed_once_by_detach);
    tcase_add_kinds_test(
        values, D5_a_value_is_destroyed_once_when_another_takes_its_place);
    tcase_add_kinds_test(values, D5_finally_and_on_run_once_on_every_path);
    add_misuse(suite);
    return suite;
}
