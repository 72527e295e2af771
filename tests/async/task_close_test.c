/* SPDX-License-Identifier: MIT */
/* D14, L9, S3: tasks at the loop's close, and without memory. */
#include <signal.h>
#include <string.h>

#include <bight/pool.h>

#include "async/park.h"
#include "async/task.h"
#include "tasks.h"

static void closed(void *ctx, const bight_close_report *report)
{
    (void)ctx;
    trace_add(&trace, "closed:%zu", report->count);
}

static void close_it(void)
{
    bight_loop_close(the_loop, closed, NULL);
}

/* -- the report ------------------------------------------------------------ */

static void check_named(void *ctx, const bight_close_report *report)
{
    static const char *const names[] = {"unnamed", "fetch"};
    ck_assert_uint_eq(report->count, 2);
    for (unsigned i = 0; i < 2; i++) {
        const bight_survivor *survivor = &report->survivors[i];
        ck_assert_str_eq(survivor->kind, "task");
        ck_assert_str_eq(survivor->name, names[i]);
        ck_assert_ptr_nonnull(strstr(survivor->made_at, "+0x"));
        ck_assert_uint_eq(survivor->age_ms, 20);
    }
    closed(ctx, report);
}

START_TEST(L9_tasks_that_still_run_are_named)
{
    begin(BIGHT_LOOP_VIRTUAL);
    bight_task_options options = named("fetch");
    bight_detach(spawn(sleep_long, "a"));
    bight_detach(bight_spawn(the_loop, &options, sleep_long, "b"));
    ck_assert_ok(bight_loop_advance(the_loop, 20));
    bight_loop_close(the_loop, check_named, NULL);
    ck_assert_trace(&trace, "a!LOOP_CLOSED b!LOOP_CLOSED closed:2");
    end();
}
END_TEST

/* -- driven to their end --------------------------------------------------- */

static bight_error wait_everywhere(void *d, bight_value *ret_value)
{
    bight_error error = await_it(d, ret_value);
    tell("sleep", bight_sleep(10));
    tell("yield", bight_yield());
    tell("check", bight_task_check());
    tell("null", bight_await(bight_spawn(NULL, NULL, twice, "never"), NULL));
    return error;
}

START_TEST(D14_each_suspension_point_returns_loop_closed)
{
    bight_promise *promise;
    begin(_i);
    bight_detach(spawn(wait_everywhere, make_later(&promise)));
    (void)bight_loop_step(the_loop);
    close_it();
    ck_assert_trace(&trace, "asked got!LOOP_CLOSED sleep!LOOP_CLOSED "
                            "yield!LOOP_CLOSED check!LOOP_CLOSED "
                            "null!NO_MEMORY closed:1");
    bight_promise_resolve(promise, number(1));
    end();
}
END_TEST

static bight_promise *work_promise;

static bight_error do_work(void *ctx)
{
    (void)ctx;
    return bight_ok();
}

static void work_done(void *ctx, bight_error error)
{
    (void)ctx;
    (void)error;
    bight_promise_resolve(work_promise, number(3));
}

START_TEST(D14_what_the_close_itself_completes_is_the_awaits_result)
{
    begin(_i);
    bight_on(spawn(await_it, make(&work_promise)), say, "end");
    (void)bight_loop_step(the_loop);
    ck_assert_ok(bight_work_submit(the_loop, do_work, work_done, NULL, NULL));
    close_it();
    ck_assert_trace(&trace, "got end=3 closed:2");
    end();
}
END_TEST

static bight_error resolve_when_woken(void *promise, bight_value *ret_value)
{
    (void)ret_value;
    bight_error error = bight_sleep(1000);
    bight_promise_resolve(promise, number(8));
    return error;
}

START_TEST(K10_who_sleeps_is_told_at_once_and_may_still_serve_others)
{
    bight_promise *promise;
    begin(_i);
    bight_on(spawn(await_it, make(&promise)), say, "end");
    bight_detach(spawn(resolve_when_woken, promise));
    (void)bight_loop_step(the_loop);
    close_it();
    ck_assert_trace(&trace, "got end=8 closed:2");
    end();
}
END_TEST

START_TEST(D14_one_that_had_not_begun_runs)
{
    begin(_i);
    bight_on(spawn(twice, "a"), say, "end");
    close_it();
    ck_assert_trace(&trace, "a a!LOOP_CLOSED end!LOOP_CLOSED closed:1");
    end();
}
END_TEST

static bight_error borrow(void *arg, bight_value *ret_value)
{
    bight_promise *promise;
    int *place = arg;
    bight_error error = bight_await(make(&promise), ret_value);
    tell("child", error);
    bight_promise_resolve(promise, number(1));
    (void)bight_yield();
    *place = 2;
    return error;
}

static bight_error await_child(void *arg, bight_value *ret_value)
{
    int place = 1;
    bight_error error =
        bight_await(bight_spawn(NULL, NULL, borrow, &place), NULL);
    tell("parent", error);
    ck_assert_int_eq(place, 2);
    (void)ret_value;
    (void)arg;
    return error;
}

START_TEST(K6_a_parent_does_not_go_on_before_its_child_has_ended)
{
    begin(_i);
    bight_detach(spawn(await_child, NULL));
    turn();
    close_it();
    ck_assert_trace(&trace, "child!LOOP_CLOSED parent!LOOP_CLOSED closed:2");
    end();
}
END_TEST

static bight_error join_child(void *arg, bight_value *ret_value)
{
    int place = 1;
    (void)ret_value;
    (void)arg;
    BIGHT_GROUP(some);
    ck_assert_ok(bight_group_spawn(&some, NULL, borrow, &place));
    bight_error error = bight_group_join(&some);
    ck_assert_int_eq(place, 2);
    tell("parent", error);
    return error;
}

START_TEST(K6_nor_does_a_group)
{
    begin(_i);
    bight_detach(spawn(join_child, NULL));
    turn();
    close_it();
    ck_assert_trace(&trace, "child!LOOP_CLOSED parent!LOOP_CLOSED closed:2");
    end();
}
END_TEST

static bight_error park_long(void *arg, bight_value *ret_value)
{
    struct bight__waiter waiter = {.steady = arg != NULL};
    (void)ret_value;
    bight__list_init(&waiter.link);
    bight_error error = bight__park(&waiter, NULL);
    tell("parked", error);
    tell("again", bight__park(&waiter, NULL));
    return error;
}

START_TEST(D14_whoever_is_parked_is_told)
{
    begin(_i);
    bight_detach(spawn(park_long, NULL));
    turn();
    bight_detach(spawn(park_long, &trace));
    turn();
    close_it();
    ck_assert_trace(&trace, "parked!LOOP_CLOSED again!LOOP_CLOSED "
                            "parked!LOOP_CLOSED again!LOOP_CLOSED closed:2");
    end();
}
END_TEST

static bight_deferred *parents;

static bight_error await_parent(void *arg, bight_value *ret_value)
{
    (void)arg;
    bight_error error = bight_await(parents, ret_value);
    tell("child", error);
    return error;
}

static bight_error join_who_awaits_it(void *arg, bight_value *ret_value)
{
    (void)arg;
    (void)ret_value;
    BIGHT_GROUP(some);
    ck_assert_ok(bight_group_spawn(&some, NULL, await_parent, NULL));
    bight_error error = bight_group_join(&some);
    tell("parent", error);
    return error;
}

START_TEST(D14_tasks_that_wait_for_each_other_do_not_keep_a_loop_from_closing)
{
    begin(_i);
    parents = spawn(join_who_awaits_it, NULL);
    turn();
    close_it();
    ck_assert_trace(&trace, "child!LOOP_CLOSED parent!LOOP_CLOSED closed:2");
    end();
}
END_TEST

static bight_error close_inside(void *arg, bight_value *ret_value)
{
    (void)ret_value;
    (void)arg;
    close_it();
    tell("yield", bight_yield());
    return bight_ok();
}

START_TEST(L9_a_task_may_close_its_loop)
{
    begin(_i);
    run_task(close_inside, NULL);
    ck_assert_trace(&trace, "yield!LOOP_CLOSED end=0 closed:1");
    end();
}
END_TEST

START_TEST(D14_after_the_close_there_are_no_new_ones)
{
    begin(_i);
    bight_detach(spawn(twice, "a"));
    turn();
    close_it();
    ck_assert_ptr_null(bight_spawn(the_loop, NULL, twice, "never"));
    ck_assert_trace(&trace, "a a closed:0");
    end();
}
END_TEST

static bight_error never_end(void *arg, bight_value *ret_value)
{
    (void)arg;
    (void)ret_value;
    while (the_loop != NULL)
        (void)bight_sleep(1);
    return bight_ok();
}

START_TEST(L9_one_that_ignores_the_close_for_ever_ends_the_process)
{
    begin(BIGHT_LOOP_VIRTUAL);
    bight_task_options options = named("stubborn");
    bight_detach(bight_spawn(the_loop, &options, never_end, NULL));
    close_it();
}
END_TEST

/* -- without memory -------------------------------------------------------- */

static bight_error sleep_short(void *arg, bight_value *ret_value)
{
    *ret_value = owned();
    (void)arg;
    return bight_sleep(1);
}

static bight_error try_everything(void *arg, bight_value *ret_value)
{
    bight_promise *promise;
    (void)arg;
    (void)ret_value;
    BIGHT_DEADLINE(budget, 1000);
    BIGHT_GROUP(some);
    (void)bight_group_spawn(&some, NULL, sleep_short, NULL);
    (void)bight_group_add(&some, bight_spawn(NULL, NULL, sleep_short, NULL));
    bight_deferred *d = bight_deferred_new(the_loop, &promise, NULL, NULL);
    bight_promise_resolve(promise, owned());
    (void)bight_group_add(&some, d);
    (void)bight_await(bight_spawn(NULL, NULL, sleep_short, NULL), NULL);
    (void)bight_sleep(1);
    return bight_group_join(&some);
}

static uint64_t play(bool backend, uint64_t n)
{
    begin(BIGHT_LOOP_VIRTUAL);
    if (backend)
        the_loop->faults = n;
    else
        faults_fail_nth(n);
    bight_on(bight_spawn(the_loop, NULL, try_everything, NULL), mark, "end");
    turn();
    uint64_t failed = backend ? the_loop->faults_seen >= n : faults_failed();
    faults_fail_nth(0);
    the_loop->faults = 0;
    ck_assert_trace(&trace, "end");
    end();
    ck_assert_uint_eq(faults_live(), 0);
    return failed;
}

START_TEST(S3_each_failing_allocation_ends_in_an_error)
{
    uint64_t n = 1;
    while (play(_i != 0, n) > 0)
        n++;
    ck_assert_uint_ge(n, _i != 0 ? 2 : 6);
}
END_TEST

static bight_error add_without_memory(void *arg, bight_value *ret_value)
{
    bight_promise **promises = arg;
    (void)ret_value;
    BIGHT_GROUP(some);
    bight_deferred *last = make_later(&promises[0]);
    unsigned made = 1;
    faults_fail_all();
    for (bight_deferred *d; (d = bight_deferred_new(the_loop, &promises[made],
                                                    NULL, NULL)) != NULL;
         made++)
        bight_detach(d);
    bight_error error = bight_group_add(&some, last);
    faults_fail_nth(0);
    tell("add", error);
    for (unsigned i = 1; i < made; i++)
        bight_promise_resolve(promises[i], number(1));
    return bight_group_join(&some);
}

START_TEST(K6_without_memory_to_wait_add_waits_itself)
{
    static bight_promise *promises[400];
    begin(BIGHT_LOOP_VIRTUAL);
    bight_on(spawn(add_without_memory, promises), say, "end");
    turn();
    ck_assert_trace(&trace, "asked");
    bight_promise_resolve(promises[0], owned());
    turn();
    ck_assert_uint_eq(destroyed, 1);
    ck_assert_trace(&trace, "asked add!NO_MEMORY end=0");
    end();
}
END_TEST

START_TEST(S3_a_stack_beyond_all_sizes_is_null)
{
    begin(_i);
    bight_task_options options = {.size = sizeof(options),
                                  .stack_size = (size_t)1 << 40};
    ck_assert_ptr_null(bight_spawn(the_loop, &options, twice, "never"));
    end();
}
END_TEST

static void add_memory(Suite *suite)
{
    TCase *memory = leaks_test_case(suite, "memory");
    tcase_add_loop_test(memory, S3_each_failing_allocation_ends_in_an_error, 0,
                        2);
    tcase_add_test(memory, K6_without_memory_to_wait_add_waits_itself);
    tcase_add_kinds_test(memory, S3_a_stack_beyond_all_sizes_is_null);
}

static void add_stubborn(Suite *suite)
{
    TCase *stubborn = tcase_create("stubborn");
    tcase_set_tags(stubborn, "fork");
    tcase_set_timeout(stubborn, 60);
    tcase_add_test_raise_signal(
        stubborn, L9_one_that_ignores_the_close_for_ever_ends_the_process,
        SIGABRT);
    suite_add_tcase(suite, stubborn);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("task_close");
    TCase *close = leaks_test_case(suite, "close");
    tcase_add_test(close, L9_tasks_that_still_run_are_named);
    tcase_add_kinds_test(close, D14_each_suspension_point_returns_loop_closed);
    tcase_add_kinds_test(
        close, D14_what_the_close_itself_completes_is_the_awaits_result);
    tcase_add_kinds_test(
        close, K10_who_sleeps_is_told_at_once_and_may_still_serve_others);
    tcase_add_kinds_test(close, D14_one_that_had_not_begun_runs);
    tcase_add_kinds_test(close,
                         K6_a_parent_does_not_go_on_before_its_child_has_ended);
    tcase_add_kinds_test(close, K6_nor_does_a_group);
    tcase_add_kinds_test(close, D14_whoever_is_parked_is_told);
    tcase_add_kinds_test(
        close,
        D14_tasks_that_wait_for_each_other_do_not_keep_a_loop_from_closing);
    tcase_add_kinds_test(close, L9_a_task_may_close_its_loop);
    tcase_add_kinds_test(close, D14_after_the_close_there_are_no_new_ones);
    add_memory(suite);
    add_stubborn(suite);
    return suite;
}
