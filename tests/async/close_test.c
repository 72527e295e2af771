/* SPDX-License-Identifier: MIT */
/* D14, L9: Deferreds at the loop's close: named, rejected, and safe to end
 * after the loop. */
#include <string.h>

#include <bight/pool.h>

#include "deferreds.h"

static unsigned told;

static void hook(void *ctx, bight_error error, const char *made_at)
{
    (void)ctx;
    (void)error;
    (void)made_at;
    told++;
}

static void begin_hooked(int kind)
{
    told = 0;
    begin(kind);
    bight_loop_set_unhandled(the_loop, hook, NULL);
}

static void closed(void *ctx, const bight_close_report *report)
{
    (void)ctx;
    trace_add(&trace, "closed:%zu", report->count);
}

/* -- the report ------------------------------------------------------------ */

static void check_named(void *ctx, const bight_close_report *report)
{
    static const char *const names[] = {"pending", "rejected", "resolved",
                                        "waiting"};
    ck_assert_uint_eq(report->count, 4);
    for (unsigned i = 0; i < 4; i++) {
        const bight_survivor *survivor = &report->survivors[i];
        ck_assert_str_eq(survivor->kind, "deferred");
        ck_assert_str_eq(survivor->name, names[i]);
        ck_assert_ptr_nonnull(strstr(survivor->made_at, "+0x"));
        ck_assert_uint_eq(survivor->age_ms, i < 2 ? 50 : 20);
    }
    closed(ctx, report);
}

START_TEST(L9_those_whose_end_was_never_given_away_are_named)
{
    bight_promise *promise, *given;
    bight_deferred *forgotten[4];
    begin(BIGHT_LOOP_VIRTUAL);
    ck_assert_ok(bight_loop_advance(the_loop, 10));
    forgotten[0] = make(&promise);
    forgotten[1] = bight_deferred_rejected(the_loop, fault(BIGHT_ERROR_EOF));
    ck_assert_ok(bight_loop_advance(the_loop, 30));
    forgotten[2] = bight_deferred_resolved(the_loop, owned());
    bight_deferred *inner = bight_deferred_new(the_loop, &given, NULL, NULL);
    forgotten[3] = bight_deferred_resolved(the_loop, number(1));
    bight_then(forgotten[3], chain_to, inner);
    bight_detach(bight_deferred_resolved(the_loop, number(1)));
    ck_assert_ok(bight_loop_advance(the_loop, 20));
    bight_loop_close(the_loop, check_named, NULL);
    ck_assert_trace(&trace, "closed:4");
    ck_assert_uint_eq(destroyed, 1);
    for (unsigned i = 0; i < 4; i++)
        bight_detach(forgotten[i]);
    bight_promise_resolve(promise, number(1));
    bight_promise_resolve(given, number(1));
    end();
}
END_TEST

START_TEST(L9_what_was_given_away_or_has_ended_is_not_named)
{
    bight_promise *promise;
    begin(_i);
    bight_on(make(&promise), say, "a");
    bight_detach(bight_deferred_resolved(the_loop, number(1)));
    bight_loop_close(the_loop, closed, NULL);
    ck_assert_trace(&trace, "a!LOOP_CLOSED closed:0");
    bight_promise_resolve(promise, number(1));
    end();
}
END_TEST

/* -- what is pending ------------------------------------------------------- */

static bight_cancel_answer answer_later(void *word)
{
    trace_add(&trace, "%s?", (const char *)word);
    return BIGHT_CANCEL_LATER;
}

START_TEST(D14_finally_runs_before_the_report_whatever_the_producer_answers)
{
    bight_promise *promises[2];
    begin_hooked(_i);
    bight_deferred *d =
        bight_deferred_new(the_loop, &promises[0], answer_later, "p");
    bight_finally(d, say, "a");
    bight_detach(make(&promises[1]));
    bight_detach(d);
    bight_loop_close(the_loop, closed, NULL);
    ck_assert_trace(&trace, "p? a!LOOP_CLOSED closed:0");
    ck_assert_uint_eq(told, 0);
    bight_promise_reject(promises[0], fault(BIGHT_ERROR_EOF));
    bight_promise_resolve(promises[1], owned());
    ck_assert_uint_eq(destroyed, 1);
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

START_TEST(D14_what_the_close_itself_completes_gets_its_own_result)
{
    begin(_i);
    bight_on(make(&work_promise), say, "a");
    ck_assert_ok(bight_work_submit(the_loop, do_work, work_done, NULL, NULL));
    bight_loop_close(the_loop, NULL, NULL);
    ck_assert_trace(&trace, "a=3");
    end();
}
END_TEST

static void try_again(bight_result *result, void *arg)
{
    unsigned *tries = arg;
    bight_promise *promise;
    ++*tries;
    ck_assert(bight_failed(bight_result_error(result)));
    bight_on(bight_deferred_new(the_loop, &promise, NULL, NULL), try_again,
             arg);
}

START_TEST(D14_a_program_that_tries_again_at_once_does_not_keep_it_from_closing)
{
    bight_promise *promise;
    unsigned tries = 0;
    begin(_i);
    bight_on(make(&promise), try_again, &tries);
    bight_loop_close(the_loop, closed, NULL);
    ck_assert_trace(&trace, "closed:0");
    ck_assert_uint_ge(tries, 2);
    ck_assert_uint_le(tries, 16);
    bight_promise_resolve(promise, number(1));
    end();
}
END_TEST

static void use_deferreds(void *ctx)
{
    bight_promise *promise;
    (void)ctx;
    bight_loop_close(the_loop, closed, NULL);
    bight_on(make(&promise), say, "a");
    bight_promise_resolve(promise, number(1));
}

START_TEST(D14_callbacks_of_a_closing_loop_may_use_deferreds)
{
    begin(_i);
    ck_assert_ok(bight_call_soon(the_loop, use_deferreds, NULL));
    turn();
    ck_assert_trace(&trace, "a=1 closed:0");
    end();
}
END_TEST

START_TEST(D14_a_deadline_does_not_keep_a_loop_from_closing)
{
    bight_promise *promise;
    begin(_i);
    bight_on(bight_timeout(make(&promise), 1000000), say, "a");
    bight_loop_close(the_loop, closed, NULL);
    ck_assert_trace(&trace, "a!LOOP_CLOSED closed:0");
    bight_promise_resolve(promise, number(1));
    end();
}
END_TEST

/* -- after the close ------------------------------------------------------- */

START_TEST(D13_after_the_close_there_are_no_new_ones)
{
    bight_promise *promise = (bight_promise *)&told;
    begin(_i);
    bight_loop_close(the_loop, NULL, NULL);
    ck_assert_ptr_null(bight_deferred_new(the_loop, &promise, NULL, NULL));
    ck_assert_ptr_null(promise);
    ck_assert_ptr_null(bight_deferred_resolved(the_loop, owned()));
    ck_assert_uint_eq(destroyed, 1);
    end();
}
END_TEST

START_TEST(D14_ends_may_be_consumed_after_the_loop_is_freed)
{
    bight_promise *promises[3];
    bight_deferred *d[3];
    begin(_i);
    for (unsigned i = 0; i < 3; i++)
        d[i] = make(&promises[i]);
    bight_detach(d[0]);
    loops_free(the_loop);
    bight_promise_resolve(promises[0], owned());
    ck_assert_uint_eq(destroyed, 1);
    ck_assert(!bight_promise_is_wanted(promises[1]));
    ck_assert_ptr_null(bight_promise_share(promises[1]));
    bight_promise_reject(promises[2], fault(BIGHT_ERROR_EOF));
    ck_assert_ptr_null(bight_deferred_loop(d[1]));
    ck_assert(bight_deferred_has_fired(d[1]));
    bight_cancel(bight_timeout(d[1], 10));
    bight_then(d[1], say, "never");
    bight_finally(d[1], say, "a");
    bight_detach(d[1]);
    bight_on(d[2], say, "b");
    ck_assert_trace(&trace, "a!LOOP_CLOSED b!LOOP_CLOSED");
}
END_TEST

static bight_deferred *outliving;

static void give_away(bight_result *result, void *arg)
{
    say(result, arg);
    bight_detach(outliving);
}

/* With that it is gone, and its memory with it. */
START_TEST(D14_a_callback_may_give_away_the_end_that_it_was_added_to)
{
    bight_promise *promise;
    begin(_i);
    outliving = make(&promise);
    bight_promise_resolve(promise, number(1));
    turn();
    loops_free(the_loop);
    bight_finally(outliving, give_away, "a");
    ck_assert_trace(&trace, "a!LOOP_CLOSED");
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("close");
    TCase *report = leaks_test_case(suite, "report");
    tcase_add_test(report, L9_those_whose_end_was_never_given_away_are_named);
    tcase_add_kinds_test(report,
                         L9_what_was_given_away_or_has_ended_is_not_named);
    TCase *pending = leaks_test_case(suite, "pending");
    tcase_add_kinds_test(
        pending,
        D14_finally_runs_before_the_report_whatever_the_producer_answers);
    tcase_add_kinds_test(
        pending, D14_what_the_close_itself_completes_gets_its_own_result);
    tcase_add_kinds_test(
        pending,
        D14_a_program_that_tries_again_at_once_does_not_keep_it_from_closing);
    tcase_add_kinds_test(pending,
                         D14_callbacks_of_a_closing_loop_may_use_deferreds);
    tcase_add_kinds_test(pending,
                         D14_a_deadline_does_not_keep_a_loop_from_closing);
    TCase *after = leaks_test_case(suite, "after");
    tcase_add_kinds_test(after, D13_after_the_close_there_are_no_new_ones);
    tcase_add_kinds_test(after,
                         D14_ends_may_be_consumed_after_the_loop_is_freed);
    tcase_add_kinds_test(
        after, D14_a_callback_may_give_away_the_end_that_it_was_added_to);
    return suite;
}
