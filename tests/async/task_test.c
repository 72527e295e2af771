/* SPDX-License-Identifier: MIT */
/* K1, K2, K5, L13: tasks, and what awaits return. */
#include <signal.h>

#include "tasks.h"

/* -- K1: results ----------------------------------------------------------- */

static bight_error give_seven(void *arg, bight_value *ret_value)
{
    (void)arg;
    trace_add(&trace, "body");
    *ret_value = number(7);
    return bight_ok();
}

START_TEST(K1_spawn_never_runs_the_body_inside_the_call)
{
    begin(_i);
    bight_deferred *d = spawn(give_seven, NULL);
    trace_add(&trace, "spawned");
    bight_on(d, say, "end");
    turn();
    ck_assert_trace(&trace, "spawned body end=7");
    end();
}
END_TEST

static bight_error fail_with_text(void *arg, bight_value *ret_value)
{
    (void)arg;
    *ret_value = owned();
    return bight_error_note(fault(BIGHT_ERROR_REFUSED), "what was tried");
}

static void check_text(bight_result *result, void *arg)
{
    (void)arg;
    bight_error error = bight_result_error(result);
    ck_assert(bight_error_is(error, &bight_domain, BIGHT_ERROR_REFUSED));
    ck_assert_str_eq(bight_error_detail(error), "what was tried");
}

START_TEST(K1_an_error_is_the_result_and_the_value_beside_it_is_destroyed)
{
    begin(_i);
    bight_on(spawn(fail_with_text, NULL), check_text, NULL);
    turn();
    ck_assert_uint_eq(destroyed, 1);
    end();
}
END_TEST

static bight_error await_with_text(void *arg, bight_value *ret_value)
{
    (void)ret_value;
    bight_error error = bight_await(arg, NULL);
    ck_assert_str_eq(bight_error_detail(error), "what was tried");
    return bight_ok();
}

START_TEST(K1_a_task_awaits_another_and_gets_its_error_with_its_text)
{
    begin(_i);
    run_task(await_with_text, spawn(fail_with_text, NULL));
    ck_assert_trace(&trace, "end=0");
    end();
}
END_TEST

/* The ring of notes forgets in the meantime. */
static bight_error await_forgotten(void *arg, bight_value *ret_value)
{
    for (unsigned i = 0; i < 1000; i++)
        (void)bight_error_note(fault(BIGHT_ERROR_BUSY), "%u", i);
    return await_with_text(arg, ret_value);
}

START_TEST(K1_the_text_is_kept_until_it_is_awaited)
{
    begin(_i);
    bight_deferred *d = spawn(fail_with_text, NULL);
    turn();
    run_task(await_forgotten, d);
    ck_assert_trace(&trace, "end=0");
    end();
}
END_TEST

START_TEST(K1_cancelling_the_deferred_cancels_the_task)
{
    begin(_i);
    bight_deferred *d = spawn(sleep_long, "slept");
    (void)bight_loop_step(the_loop);
    bight_cancel(d);
    bight_on(d, say, "end");
    turn();
    ck_assert_trace(&trace, "slept!CANCELLED end!CANCELLED");
    end();
}
END_TEST

START_TEST(K1_a_value_that_nobody_takes_is_destroyed)
{
    bight_promise *promise;
    begin(_i);
    bight_detach(spawn(await_it, make(&promise)));
    turn();
    bight_promise_resolve(promise, owned());
    turn();
    ck_assert_trace(&trace, "got");
    ck_assert_uint_eq(destroyed, 1);
    end();
}
END_TEST

static bight_error await_and_drop(void *d, bight_value *ret_value)
{
    (void)ret_value;
    return bight_await(d, NULL);
}

START_TEST(D5_await_without_a_place_for_the_value_destroys_it)
{
    begin(_i);
    run_task(await_and_drop, bight_deferred_resolved(the_loop, owned()));
    ck_assert_trace(&trace, "end=0");
    ck_assert_uint_eq(destroyed, 1);
    end();
}
END_TEST

static bight_error await_chained(void *d, bight_value *ret_value)
{
    return bight_await(bight_then(bight_catch(d, recover, NULL), add_one, NULL),
                       ret_value);
}

START_TEST(D2_await_gets_what_the_callbacks_leave)
{
    bight_promise *inner, *promise;
    begin(_i);
    bight_deferred *d = bight_then(make(&promise), chain_to, make(&inner));
    bight_on(spawn(await_chained, d), say, "end");
    turn();
    bight_promise_resolve(promise, number(1));
    turn();
    bight_promise_reject(inner, fault(BIGHT_ERROR_EOF));
    turn();
    ck_assert_trace(&trace, "end=43");
    end();
}
END_TEST

/* -- K2: turns ------------------------------------------------------------- */

static void call(void *word)
{
    trace_add(&trace, "%s", (const char *)word);
}

START_TEST(K2_tasks_run_in_the_order_of_all_ready_entries)
{
    begin(_i);
    bight_detach(spawn(twice, "a"));
    ck_assert_ok(bight_call_soon(the_loop, call, "b"));
    bight_detach(
        bight_then(bight_deferred_resolved(the_loop, number(1)), mark, "c"));
    bight_detach(spawn(twice, "d"));
    ck_assert_ok(bight_call_soon(the_loop, call, "e"));
    turn();
    ck_assert_trace(&trace, "a b c d e a d");
    end();
}
END_TEST

static void resolve_inside(void *promise)
{
    trace_add(&trace, "begin");
    bight_promise_resolve(promise, number(1));
    trace_add(&trace, "end");
}

START_TEST(K2_a_task_does_not_go_on_inside_of_what_fires)
{
    bight_promise *promise;
    begin(_i);
    bight_detach(spawn(await_it, make(&promise)));
    turn();
    ck_assert_ok(bight_call_soon(the_loop, resolve_inside, promise));
    turn();
    ck_assert_trace(&trace, "begin end got");
    end();
}
END_TEST

static bight_error await_ready(void *arg, bight_value *ret_value)
{
    unsigned *count = arg;
    (void)ret_value;
    for (; *count < 1000; ++*count)
        ck_assert_ok(bight_await(
            bight_deferred_resolved(bight_task_loop(), number(1)), NULL));
    return bight_ok();
}

static void note_count(void *arg)
{
    const unsigned *count = arg;
    trace_add(&trace, "%u", *count);
    if (*count < 150)
        ck_assert_ok(bight_call_soon(the_loop, note_count, arg));
}

START_TEST(K2_64_ready_awaits_force_a_yield)
{
    unsigned count = 0;
    begin(_i);
    bight_detach(spawn(await_ready, &count));
    ck_assert_ok(bight_call_soon(the_loop, note_count, &count));
    turn();
    ck_assert_trace(&trace, "63 127 191");
    ck_assert_uint_eq(count, 1000);
    end();
}
END_TEST

static bight_error await_null(void *arg, bight_value *ret_value)
{
    (void)ret_value;
    for (unsigned *count = arg; *count < 200; ++*count)
        ck_assert_error(bight_await(NULL, NULL), BIGHT_ERROR_NO_MEMORY);
    return bight_ok();
}

START_TEST(K2_awaits_of_null_yield_too)
{
    unsigned count = 0;
    begin(_i);
    bight_detach(spawn(await_null, &count));
    ck_assert_ok(bight_call_soon(the_loop, note_count, &count));
    turn();
    ck_assert_trace(&trace, "63 127 191");
    end();
}
END_TEST

/* -- K5, L13 --------------------------------------------------------------- */

static bight_error look_around(void *arg, bight_value *ret_value)
{
    (void)arg;
    (void)ret_value;
    ck_assert_ptr_eq(bight_task_loop(), the_loop);
    ck_assert_str_eq(bight_task_name(), "thirty-one bytes of a name, no ");
    bight_error error = bight_await(bight_spawn(NULL, NULL, twice, "a"), NULL);
    ck_assert_str_eq(bight_task_name(), "thirty-one bytes of a name, no ");
    return error;
}

START_TEST(L13_functions_without_a_loop_use_the_running_tasks)
{
    begin(_i);
    bight_task_options options = named("thirty-one bytes of a name, no more");
    bight_on(bight_spawn(the_loop, &options, look_around, NULL), say, "end");
    turn();
    ck_assert_trace(&trace, "a a end=0");
    ck_assert_ptr_null(bight_task_loop());
    end();
}
END_TEST

static bight_error await_foreign(void *d, bight_value *ret_value)
{
    (void)ret_value;
    ck_assert_error(bight_await(d, NULL), BIGHT_ERROR_USAGE);
    return bight_ok();
}

START_TEST(K5_another_loops_deferred_is_usage)
{
    bight_promise *promise;
    bight_loop *other = loops_new(BIGHT_LOOP_VIRTUAL);
    begin(_i);
    bight_deferred *d = bight_deferred_new(other, &promise, NULL, NULL);
    run_task(await_foreign, d);
    bight_promise_resolve(promise, owned());
    ck_assert_trace(&trace, "end=0");
    loops_free(other);
    ck_assert_uint_eq(destroyed, 1);
    end();
}
END_TEST

static bight_deferred *each[2];

static bight_error await_each(void *arg, bight_value *ret_value)
{
    bight_deferred **d = arg;
    bight_error error = bight_await(*d, ret_value);
    tell("got", error);
    return error;
}

START_TEST(D6_tasks_that_would_wait_for_each_other_are_told)
{
    begin(_i);
    each[0] = spawn(await_each, &each[1]);
    each[1] = spawn(await_each, &each[0]);
    turn();
    ck_assert_trace(&trace, "got!CIRCULAR got!CIRCULAR");
    end();
}
END_TEST

/* -- sleep, nesting, many -------------------------------------------------- */

static bight_error sleep_twice(void *arg, bight_value *ret_value)
{
    (void)arg;
    (void)ret_value;
    uint64_t begun = bight_loop_now_ns(the_loop);
    ck_assert_ok(bight_sleep(20));
    ck_assert_ok(bight_sleep(10));
    ck_assert_uint_ge(bight_loop_now_ns(the_loop) - begun, 30 * 1000000);
    return bight_ok();
}

START_TEST(L3_sleep_is_never_shorter_and_keeps_the_loop_running)
{
    begin(_i);
    if (_i == BIGHT_LOOP_MANUAL_CLOCK) {
        bight_on(spawn(sleep_twice, NULL), say, "end");
        ck_assert_ok(bight_loop_advance(the_loop, 29));
        ck_assert_trace(&trace, "");
        ck_assert_ok(bight_loop_advance(the_loop, 1));
    } else {
        run_task(sleep_twice, NULL);
    }
    ck_assert_trace(&trace, "end=0");
    end();
}
END_TEST

static bight_error run_other(void *arg, bight_value *ret_value)
{
    bight_loop *outer = the_loop;
    (void)arg;
    (void)ret_value;
    the_loop = loops_new(BIGHT_LOOP_VIRTUAL);
    bight_detach(spawn(twice, "inner"));
    turn();
    loops_free(the_loop);
    the_loop = outer;
    ck_assert_ptr_eq(bight_task_loop(), outer);
    return bight_yield();
}

START_TEST(a_task_may_run_another_loop)
{
    begin(_i);
    run_task(run_other, NULL);
    ck_assert_trace(&trace, "inner inner end=0");
    end();
}
END_TEST

static void add_usage(Suite *suite)
{
    TCase *usage = leaks_test_case(suite, "usage");
    tcase_add_kinds_test(usage,
                         L13_functions_without_a_loop_use_the_running_tasks);
    tcase_add_kinds_test(usage, K5_another_loops_deferred_is_usage);
    tcase_add_kinds_test(usage,
                         D6_tasks_that_would_wait_for_each_other_are_told);
}

#ifdef BIGHT_DEBUG
START_TEST(K5_outside_of_a_task_a_debug_build_asserts)
{
    begin(BIGHT_LOOP_VIRTUAL);
    (void)bight_await(bight_deferred_resolved(the_loop, number(1)), NULL);
}
END_TEST

static void add_outside(Suite *suite)
{
    TCase *outside = tcase_create("outside");
    tcase_set_tags(outside, "fork");
    tcase_add_test_raise_signal(
        outside, K5_outside_of_a_task_a_debug_build_asserts, SIGABRT);
    suite_add_tcase(suite, outside);
}
#else
START_TEST(K5_outside_of_a_task_it_is_usage_and_consumed)
{
    bight_promise *promise;
    bight_value value;
    begin(_i);
    ck_assert_ptr_null(bight_task_loop());
    ck_assert_ptr_null(bight_task_name());
    ck_assert_error(bight_await(make(&promise), &value), BIGHT_ERROR_USAGE);
    bight_promise_resolve(promise, owned());
    ck_assert_uint_eq(destroyed, 0);
    turn();
    ck_assert_uint_eq(destroyed, 1);
    ck_assert_error(bight_sleep(1), BIGHT_ERROR_USAGE);
    ck_assert_error(bight_yield(), BIGHT_ERROR_USAGE);
    ck_assert_error(bight_task_check(), BIGHT_ERROR_USAGE);
    ck_assert_ptr_null(bight_spawn(NULL, NULL, give_seven, NULL));
    end();
}
END_TEST

static void add_outside(Suite *suite)
{
    TCase *outside = leaks_test_case(suite, "outside");
    tcase_add_kinds_test(outside,
                         K5_outside_of_a_task_it_is_usage_and_consumed);
}
#endif

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("task");
    TCase *results = leaks_test_case(suite, "results");
    tcase_add_kinds_test(results, K1_spawn_never_runs_the_body_inside_the_call);
    tcase_add_kinds_test(
        results,
        K1_an_error_is_the_result_and_the_value_beside_it_is_destroyed);
    tcase_add_kinds_test(
        results, K1_a_task_awaits_another_and_gets_its_error_with_its_text);
    tcase_add_kinds_test(results, K1_the_text_is_kept_until_it_is_awaited);
    tcase_add_kinds_test(results, K1_cancelling_the_deferred_cancels_the_task);
    tcase_add_kinds_test(results, K1_a_value_that_nobody_takes_is_destroyed);
    tcase_add_kinds_test(results,
                         D5_await_without_a_place_for_the_value_destroys_it);
    tcase_add_kinds_test(results, D2_await_gets_what_the_callbacks_leave);
    TCase *turns = leaks_test_case(suite, "turns");
    tcase_add_kinds_test(turns, K2_tasks_run_in_the_order_of_all_ready_entries);
    tcase_add_kinds_test(turns, K2_a_task_does_not_go_on_inside_of_what_fires);
    tcase_add_kinds_test(turns, K2_64_ready_awaits_force_a_yield);
    tcase_add_kinds_test(turns, K2_awaits_of_null_yield_too);
    tcase_add_kinds_test(turns,
                         L3_sleep_is_never_shorter_and_keeps_the_loop_running);
    tcase_add_kinds_test(turns, a_task_may_run_another_loop);
    add_usage(suite);
    add_outside(suite);
    return suite;
}
