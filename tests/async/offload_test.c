/* SPDX-License-Identifier: MIT */
/* L6: work on the pool as a Deferred. */
/* ctest: threads */
#include <semaphore.h>
#include <string.h>

#include <bight/offload.h>

#include "deferreds.h"

static sem_t begun, may_end;

static bight_error square(void *arg, bight_value *ret_value)
{
    int64_t n = *(const int64_t *)arg;
    *ret_value = number(n * n);
    return bight_ok();
}

START_TEST(L6_its_value_comes_from_a_thread)
{
    int64_t numbers[3] = {3, 4, 5};
    begin(_i);
    for (unsigned i = 0; i < 3; i++)
        bight_detach(
            bight_then(bight_offload(the_loop, square, &numbers[i]), say, "a"));
    ck_assert_trace(&trace, "");
    turn();
    ck_assert_uint_eq(trace.length, sizeof("a=9 a=16 a=25") - 1);
    ck_assert_ptr_nonnull(strstr(trace.text, "a=9"));
    ck_assert_ptr_nonnull(strstr(trace.text, "a=16"));
    ck_assert_ptr_nonnull(strstr(trace.text, "a=25"));
    end();
}
END_TEST

static bight_error fail_late(void *arg, bight_value *ret_value)
{
    *ret_value = *(const bight_value *)arg;
    return bight_error_note(fault(BIGHT_ERROR_EOF), "read page 7");
}

static void check_detail(bight_result *result, void *word)
{
    ck_assert_str_eq(bight_error_detail(bight_result_error(result)),
                     "read page 7");
    say(result, word);
}

START_TEST(D5_an_error_keeps_its_texts_and_destroys_the_value)
{
    begin(_i);
    bight_value value = owned();
    bight_on(bight_offload(the_loop, fail_late, &value), check_detail, "a");
    turn();
    ck_assert_trace(&trace, "a!EOF");
    ck_assert_uint_eq(destroyed, 1);
    end();
}
END_TEST

/* -- giving up ------------------------------------------------------------- */

static bight_error wait_for_end(void *arg, bight_value *ret_value)
{
    (void)sem_post(&begun);
    (void)sem_wait(&may_end);
    *ret_value = number(*(const int *)arg);
    return bight_ok();
}

/* One thread, which is at work; what comes behind it waits. */
static bight_deferred *begin_at_work(int *n)
{
    bight_loop_options options;
    trace = (struct trace){.length = 0};
    bight_loop_options_init(&options);
    options.pool_threads = 1;
    ck_assert_ok(bight_loop_new(&options, &the_loop));
    ck_assert_int_eq(sem_init(&begun, 0, 0), 0);
    ck_assert_int_eq(sem_init(&may_end, 0, 0), 0);
    bight_deferred *d = bight_offload(the_loop, wait_for_end, n);
    (void)sem_wait(&begun);
    return bight_finally(d, say, "a");
}

static void end_at_work(void)
{
    (void)sem_destroy(&begun);
    (void)sem_destroy(&may_end);
    end();
}

START_TEST(L6_what_has_begun_is_not_given_up)
{
    int n = 7;
    bight_deferred *d = begin_at_work(&n);
    bight_cancel(d);
    ck_assert(!bight_deferred_has_fired(d));
    (void)sem_post(&may_end);
    turn();
    ck_assert_trace(&trace, "a=7");
    bight_detach(d);
    end_at_work();
}
END_TEST

START_TEST(L6_what_has_not_begun_is_cancelled_and_never_begins)
{
    int n = 7;
    bight_detach(begin_at_work(&n));
    bight_deferred *d = bight_offload(the_loop, wait_for_end, &n);
    bight_finally(d, say, "b");
    bight_cancel(d);
    ck_assert(!bight_deferred_has_fired(d));
    (void)sem_post(&may_end);
    turn();
    ck_assert_ptr_nonnull(strstr(trace.text, "b!CANCELLED"));
    ck_assert_ptr_nonnull(strstr(trace.text, "a=7"));
    bight_detach(d);
    end_at_work();
}
END_TEST

static void let_end(void *ctx)
{
    (void)ctx;
    (void)sem_post(&may_end);
}

START_TEST(D10_what_has_not_begun_in_time_is_timed_out)
{
    int n = 7;
    bight_timer *timer;
    bight_detach(begin_at_work(&n));
    bight_on(bight_timeout(bight_offload(the_loop, wait_for_end, &n), 1), say,
             "b");
    ck_assert_ok(bight_timer_new(the_loop, let_end, NULL, &timer));
    bight_timer_start(timer, 100);
    turn();
    ck_assert_trace(&trace, "b!TIMED_OUT a=7");
    bight_timer_free(timer);
    end_at_work();
}
END_TEST

START_TEST(L6_the_close_waits_for_what_has_begun)
{
    int n = 7;
    bight_detach(begin_at_work(&n));
    bight_on(bight_offload(the_loop, wait_for_end, &n), say, "b");
    (void)sem_post(&may_end);
    (void)sem_post(&may_end); /* if the second has begun meanwhile */
    bight_loop_close(the_loop, NULL, NULL);
    ck_assert_ptr_nonnull(strstr(trace.text, "a=7"));
    ck_assert_ptr_nonnull(strstr(trace.text, "b"));
    end_at_work();
}
END_TEST

static void use_while_closing(void *arg)
{
    bight_loop_close(the_loop, NULL, NULL);
    bight_on(bight_offload(the_loop, square, arg), say, "a");
}

START_TEST(D14_in_a_closing_loop_it_is_loop_closed)
{
    int64_t n = 7;
    begin(_i);
    ck_assert_ok(bight_call_soon(the_loop, use_while_closing, &n));
    turn();
    ck_assert_trace(&trace, "a!LOOP_CLOSED");
    end();
}
END_TEST

START_TEST(S3_each_failing_allocation_leaves_every_finally_called_once)
{
    int64_t number_3 = 3;
    uint64_t n = 0;
    uint64_t failed;
    do {
        begin(BIGHT_LOOP_VIRTUAL);
        faults_fail_nth(++n);
        bight_on(bight_offload(the_loop, square, &number_3), mark, "f");
        turn();
        failed = faults_failed();
        faults_fail_nth(0);
        ck_assert_trace(&trace, "f");
        end();
        ck_assert_uint_eq(faults_live(), 0);
    } while (failed > 0);
    ck_assert_uint_ge(n, 4);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("offload");
    TCase *work = leaks_test_case(suite, "work");
    tcase_add_kinds_test(work, L6_its_value_comes_from_a_thread);
    tcase_add_kinds_test(work,
                         D5_an_error_keeps_its_texts_and_destroys_the_value);
    tcase_add_test(work, L6_what_has_begun_is_not_given_up);
    tcase_add_test(work, L6_what_has_not_begun_is_cancelled_and_never_begins);
    tcase_add_test(work, D10_what_has_not_begun_in_time_is_timed_out);
    tcase_add_test(work, L6_the_close_waits_for_what_has_begun);
    tcase_add_kinds_test(work, D14_in_a_closing_loop_it_is_loop_closed);
    tcase_add_test(work,
                   S3_each_failing_allocation_leaves_every_finally_called_once);
    return suite;
}
