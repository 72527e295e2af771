/* SPDX-License-Identifier: MIT */
/* K3, K4, D8: what a cancelled task sees. */
#include <stdlib.h>

#include "sanitizer.h"
#include "tasks.h"

static bight_error give_seven(void *arg, bight_value *ret_value)
{
    (void)arg;
    trace_add(&trace, "body");
    *ret_value = number(7);
    return bight_ok();
}

static bight_error await_again_and_again(void *arg, bight_value *ret_value)
{
    bight_promise *promise;
    (void)arg;
    tell("await", await_it(make(&promise), ret_value));
    bight_promise_resolve(promise, number(1));
    tell("sleep", bight_sleep(10));
    tell("yield", bight_yield());
    tell("check", bight_task_check());
    bight_error error = await_it(make(&promise), ret_value);
    bight_promise_resolve(promise, number(1));
    return error;
}

START_TEST(K3_each_suspension_point_returns_cancelled_until_the_end)
{
    begin(_i);
    bight_deferred *d = spawn(await_again_and_again, NULL);
    (void)bight_loop_step(the_loop);
    bight_cancel(d);
    bight_on(d, say, "end");
    turn();
    ck_assert_trace(&trace, "got!CANCELLED await!CANCELLED sleep!CANCELLED "
                            "yield!CANCELLED check!CANCELLED got!CANCELLED "
                            "end!CANCELLED");
    end();
}
END_TEST

START_TEST(K3_a_result_that_is_there_beats_a_cancel)
{
    bight_promise *promise;
    begin(_i);
    bight_deferred *d = spawn(await_it, make(&promise));
    turn();
    bight_promise_resolve(promise, number(3));
    bight_cancel(d);
    bight_on(d, say, "end");
    turn();
    ck_assert_trace(&trace, "got end=3");
    end();
}
END_TEST

static bight_error cancelled_then_settled(void *arg, bight_value *ret_value)
{
    tell("sleep", bight_sleep(1000));
    return await_it(arg, ret_value);
}

START_TEST(K3_also_one_that_is_awaited_after_it)
{
    begin(_i);
    bight_deferred *d = spawn(cancelled_then_settled,
                              bight_deferred_resolved(the_loop, number(4)));
    (void)bight_loop_step(the_loop);
    bight_cancel(d);
    bight_on(d, say, "end");
    turn();
    ck_assert_trace(&trace, "sleep!CANCELLED got end=4");
    end();
}
END_TEST

START_TEST(D8_K3_what_completes_although_cancelled_is_delivered)
{
    bight_promise *promise;
    begin(_i);
    bight_deferred *d = spawn(await_it, make_later(&promise));
    turn();
    bight_cancel(d);
    turn();
    ck_assert_trace(&trace, "asked");
    bight_promise_resolve(promise, number(5));
    bight_on(d, say, "end");
    turn();
    ck_assert_trace(&trace, "asked got end=5");
    end();
}
END_TEST

START_TEST(K3_an_error_of_its_own_is_not_turned_into_cancelled)
{
    bight_promise *promise;
    begin(_i);
    bight_deferred *d = spawn(await_it, make_later(&promise));
    turn();
    bight_cancel(d);
    bight_promise_reject(promise, fault(BIGHT_ERROR_EOF));
    bight_on(d, say, "end");
    turn();
    ck_assert_trace(&trace, "asked got!EOF end!EOF");
    end();
}
END_TEST

static bight_error await_next(void *arg, bight_value *ret_value)
{
    bight_deferred *d = arg;
    bight_error error = bight_await(d, ret_value);
    if (!bight_failed(error) && destroyed == 0)
        trace_add(&trace, "?");
    return error;
}

/* As deep as it is, it needs no stack. */
START_TEST(K3_a_cancel_goes_through_tasks_that_await_each_other)
{
    bight_promise *promise;
    begin(_i);
    bight_deferred *d = spawn(await_it, make_later(&promise));
    bool slow = HAS_TSAN || getenv("BIGHT_VALGRIND") != NULL;
    unsigned deep = slow ? 200 : 10000;
    for (unsigned i = 0; i < deep; i++) {
        bight_task_options small = {.size = sizeof(small),
                                    .stack_size = BIGHT_STACK_LEAST};
        d = bight_spawn(the_loop, &small, await_next, d);
        ck_assert_ptr_nonnull(d);
    }
    turn();
    bight_cancel(d);
    ck_assert_trace(&trace, "asked");
    bight_promise_reject(promise, fault(BIGHT_ERROR_CANCELLED));
    bight_on(d, say, "end");
    turn();
    ck_assert_trace(&trace, "asked got!CANCELLED end!CANCELLED");
    end();
}
END_TEST

START_TEST(K4_a_task_cancelled_before_its_first_run_never_runs)
{
    begin(_i);
    bight_deferred *d = spawn(give_seven, NULL);
    bight_cancel(d);
    ck_assert(bight_deferred_has_fired(d));
    bight_on(d, say, "end");
    turn();
    ck_assert_trace(&trace, "end!CANCELLED");
    end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("task_cancel");
    TCase *cancelling = leaks_test_case(suite, "cancelling");
    tcase_add_kinds_test(
        cancelling, K3_each_suspension_point_returns_cancelled_until_the_end);
    tcase_add_kinds_test(cancelling, K3_a_result_that_is_there_beats_a_cancel);
    tcase_add_kinds_test(cancelling, K3_also_one_that_is_awaited_after_it);
    tcase_add_kinds_test(cancelling,
                         D8_K3_what_completes_although_cancelled_is_delivered);
    tcase_add_kinds_test(cancelling,
                         K3_an_error_of_its_own_is_not_turned_into_cancelled);
    tcase_add_kinds_test(cancelling,
                         K3_a_cancel_goes_through_tasks_that_await_each_other);
    tcase_add_kinds_test(cancelling,
                         K4_a_task_cancelled_before_its_first_run_never_runs);
    return suite;
}
