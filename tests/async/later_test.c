/* SPDX-License-Identifier: MIT */
/* Deferreds that time makes. */
#include <bight/later.h>

#include "deferreds.h"

#define MS UINT64_C(1000000)

static uint64_t now_ms(void)
{
    return bight_loop_now_ns(the_loop) / MS;
}

/* -- later ----------------------------------------------------------------- */

START_TEST(L3_it_comes_in_time_and_never_early)
{
    begin(_i);
    uint64_t begun_ns = bight_loop_now_ns(the_loop);
    bight_on(bight_later(the_loop, 0), say, "a");
    bight_on(bight_later(the_loop, 10), say, "b");
    bight_on(bight_later(the_loop, 20), say, "c");
    if (_i == BIGHT_LOOP_MANUAL_CLOCK)
        ck_assert_ok(bight_loop_advance(the_loop, 20));
    turn();
    ck_assert_trace(&trace, "a=0 b=0 c=0");
    ck_assert_uint_ge(bight_loop_now_ns(the_loop) - begun_ns, 20 * MS);
    end();
}
END_TEST

START_TEST(L3_it_comes_in_the_order_of_time)
{
    begin(BIGHT_LOOP_VIRTUAL);
    bight_on(bight_later(the_loop, 20), say, "a");
    bight_on(bight_later(the_loop, 10), say, "b");
    turn();
    ck_assert_trace(&trace, "b=0 a=0");
    ck_assert_uint_eq(now_ms(), 20);
    end();
}
END_TEST

START_TEST(D7_a_cancelled_one_keeps_no_loop_running)
{
    begin(_i);
    bight_deferred *d = bight_later(the_loop, 3600 * 1000);
    bight_cancel(d);
    bight_on(d, say, "a");
    turn();
    ck_assert_trace(&trace, "a!CANCELLED");
    end();
}
END_TEST

START_TEST(D10_it_may_have_a_deadline)
{
    begin(BIGHT_LOOP_VIRTUAL);
    bight_on(bight_timeout(bight_later(the_loop, 1000), 100), say, "a");
    turn();
    ck_assert_trace(&trace, "a!TIMED_OUT");
    ck_assert_uint_le(now_ms(), 120);
    end();
}
END_TEST

static void closed(void *ctx, const bight_close_report *report)
{
    (void)ctx;
    trace_add(&trace, "closed:%zu", report->count);
}

static void start_another(bight_result *result, void *word)
{
    say(result, word);
    bight_on(bight_later(the_loop, 5), say, "b");
}

START_TEST(D14_at_the_close_it_is_rejected_and_no_other_begins)
{
    begin(_i);
    bight_on(bight_later(the_loop, 1000), start_another, "a");
    bight_loop_close(the_loop, closed, NULL);
    ck_assert_trace(&trace, "a!LOOP_CLOSED b!NO_MEMORY closed:0");
    end();
}
END_TEST

static void use_while_closing(void *ctx)
{
    (void)ctx;
    bight_loop_close(the_loop, closed, NULL);
    bight_on(bight_later(the_loop, 5), say, "a");
}

START_TEST(D14_in_a_closing_loop_it_is_loop_closed)
{
    begin(_i);
    ck_assert_ok(bight_call_soon(the_loop, use_while_closing, NULL));
    turn();
    ck_assert_trace(&trace, "a!LOOP_CLOSED closed:0");
    end();
}
END_TEST

START_TEST(S3_each_failing_allocation_leaves_every_finally_called_once)
{
    uint64_t n = 0;
    uint64_t failed;
    do {
        begin(BIGHT_LOOP_VIRTUAL);
        faults_fail_nth(++n);
        for (unsigned i = 0; i < 20; i++)
            bight_on(bight_later(the_loop, i), mark, "f");
        turn();
        failed = faults_failed();
        faults_fail_nth(0);
        ck_assert_uint_eq(trace.length, 39);
        end();
        ck_assert_uint_eq(faults_live(), 0);
    } while (failed > 0);
    ck_assert_uint_ge(n, 20);
}
END_TEST

/* -- tickers --------------------------------------------------------------- */

struct ticking {
    bight_ticker *ticker;
    bight_deferred *ended;
    unsigned turns;
    unsigned most;     /* turns, then it stops itself */
    uint64_t takes_ms; /* each turn */
    bight_code fails;  /* the last one; 0: it does not */
    bool cancels;      /* instead of stopping */
};

static bight_deferred *tick(void *arg, uint64_t ticks)
{
    struct ticking *ticking = arg;
    trace_add(&trace, "%u@%u", (unsigned)ticks, (unsigned)now_ms());
    bool last = ++ticking->turns == ticking->most;
    if (last && ticking->fails != 0)
        return bight_deferred_rejected(the_loop, fault(ticking->fails));
    if (last && ticking->cancels)
        bight_cancel(ticking->ended);
    else if (last)
        bight_ticker_stop(ticking->ticker);
    return ticking->takes_ms == 0
               ? bight_deferred_resolved(the_loop, bight_value_none())
               : bight_later(the_loop, ticking->takes_ms);
}

static void start(struct ticking *ticking, uint64_t ms)
{
    ticking->ended =
        bight_ticker_start(the_loop, ms, tick, ticking, &ticking->ticker);
    bight_finally(ticking->ended, say, "end");
}

START_TEST(a_ticker_ticks_at_multiples_until_it_is_stopped)
{
    struct ticking ticking = {.most = 3};
    begin(BIGHT_LOOP_VIRTUAL);
    start(&ticking, 100);
    turn();
    ck_assert_trace(&trace, "1@100 1@200 1@300 end=0");
    bight_detach(ticking.ended);
    end();
}
END_TEST

START_TEST(turns_do_not_overlap_and_missed_ticks_are_skipped)
{
    struct ticking ticking = {.most = 3, .takes_ms = 250};
    begin(BIGHT_LOOP_VIRTUAL);
    start(&ticking, 100);
    turn();
    ck_assert_trace(&trace, "1@100 3@400 3@700 end=0");
    ck_assert_uint_eq(now_ms(), 950);
    bight_detach(ticking.ended);
    end();
}
END_TEST

START_TEST(an_error_of_a_turn_ends_it)
{
    struct ticking ticking = {.most = 2, .fails = BIGHT_ERROR_EOF};
    begin(BIGHT_LOOP_VIRTUAL);
    start(&ticking, 10);
    turn();
    ck_assert_trace(&trace, "1@10 1@20 end!EOF");
    bight_detach(ticking.ended);
    end();
}
END_TEST

static bight_deferred *no_memory(void *arg, uint64_t ticks)
{
    (void)arg;
    (void)ticks;
    return NULL;
}

START_TEST(D13_a_turn_that_is_null_ends_it_with_no_memory)
{
    begin(BIGHT_LOOP_VIRTUAL);
    bight_on(bight_ticker_start(the_loop, 10, no_memory, NULL, NULL), say,
             "end");
    turn();
    ck_assert_trace(&trace, "end!NO_MEMORY");
    end();
}
END_TEST

START_TEST(a_stop_between_turns_ends_it_soon_a_second_is_nothing)
{
    struct ticking ticking = {.most = 9};
    begin(_i);
    start(&ticking, 1000);
    bight_ticker_stop(ticking.ticker);
    bight_ticker_stop(ticking.ticker);
    bight_ticker_stop(NULL);
    ck_assert_trace(&trace, "");
    if (_i == BIGHT_LOOP_MANUAL_CLOCK)
        ck_assert_ok(bight_loop_advance(the_loop, 1));
    turn();
    ck_assert_trace(&trace, "end=0");
    bight_detach(ticking.ended);
    end();
}
END_TEST

START_TEST(D7_a_cancel_between_turns_ends_it_at_once)
{
    struct ticking ticking = {.most = 9};
    begin(_i);
    start(&ticking, 1000);
    bight_cancel(ticking.ended);
    turn();
    ck_assert_trace(&trace, "end!CANCELLED");
    bight_detach(ticking.ended);
    end();
}
END_TEST

START_TEST(D7_a_cancel_inside_a_turn_cancels_what_that_waits_for)
{
    struct ticking ticking = {.most = 1, .takes_ms = 500, .cancels = true};
    begin(BIGHT_LOOP_VIRTUAL);
    start(&ticking, 100);
    turn();
    ck_assert_trace(&trace, "1@100 end!CANCELLED");
    ck_assert_uint_eq(now_ms(), 100);
    bight_detach(ticking.ended);
    end();
}
END_TEST

START_TEST(D10_a_timeout_cancels_the_turn_and_ends_it)
{
    struct ticking ticking = {.most = 9, .takes_ms = 500};
    begin(BIGHT_LOOP_VIRTUAL);
    start(&ticking, 100);
    bight_on(bight_timeout(ticking.ended, 300), say, "then");
    turn();
    ck_assert_trace(&trace, "1@100 end!TIMED_OUT then!TIMED_OUT");
    end();
}
END_TEST

START_TEST(D7_a_turn_that_ends_well_although_cancelled_ends_it_cancelled)
{
    struct ticking ticking = {.most = 1, .cancels = true};
    begin(BIGHT_LOOP_VIRTUAL);
    start(&ticking, 100);
    turn();
    ck_assert_trace(&trace, "1@100 end!CANCELLED");
    bight_detach(ticking.ended);
    end();
}
END_TEST

START_TEST(D14_a_ticker_ends_with_its_loop)
{
    begin(BIGHT_LOOP_VIRTUAL);
    struct ticking resting = {.most = 9};
    struct ticking turning = {.most = 9, .takes_ms = 1000};
    start(&resting, 100);
    start(&turning, 10);
    ck_assert_ok(bight_loop_advance(the_loop, 20));
    bight_detach(resting.ended);
    bight_detach(turning.ended);
    bight_loop_close(the_loop, closed, NULL);
    ck_assert_trace(&trace, "1@10 end!LOOP_CLOSED end!LOOP_CLOSED closed:0");
    end();
}
END_TEST

START_TEST(no_time_between_ticks_is_invalid_and_endless_time_is_fine)
{
    bight_ticker *ticker;
    begin(BIGHT_LOOP_VIRTUAL);
    bight_on(bight_ticker_start(the_loop, 0, no_memory, NULL, &ticker), say,
             "a");
    ck_assert_ptr_null(ticker);
    turn();
    bight_deferred *d =
        bight_ticker_start(the_loop, UINT64_MAX, no_memory, NULL, &ticker);
    ck_assert_ok(bight_loop_advance(the_loop, 1000000));
    bight_ticker_stop(ticker);
    bight_on(d, say, "b");
    turn();
    ck_assert_trace(&trace, "a!INVALID b=0");
    end();
}
END_TEST

START_TEST(S3_each_failing_allocation_ends_a_ticker_once)
{
    uint64_t n = 0;
    uint64_t failed;
    do {
        struct ticking ticking = {.most = 3, .takes_ms = 5};
        begin(BIGHT_LOOP_VIRTUAL);
        faults_fail_nth(++n);
        bight_on(
            bight_ticker_start(the_loop, 10, tick, &ticking, &ticking.ticker),
            mark, "f");
        turn();
        failed = faults_failed();
        faults_fail_nth(0);
        ck_assert_int_eq(trace.text[trace.length - 1], 'f');
        end();
        ck_assert_uint_eq(faults_live(), 0);
    } while (failed > 0);
    ck_assert_uint_ge(n, 5);
}
END_TEST

static void add_tickers(Suite *suite)
{
    TCase *tickers = leaks_test_case(suite, "tickers");
    tcase_add_test(tickers, a_ticker_ticks_at_multiples_until_it_is_stopped);
    tcase_add_test(tickers, turns_do_not_overlap_and_missed_ticks_are_skipped);
    tcase_add_test(tickers, an_error_of_a_turn_ends_it);
    tcase_add_test(tickers, D13_a_turn_that_is_null_ends_it_with_no_memory);
    tcase_add_kinds_test(tickers,
                         a_stop_between_turns_ends_it_soon_a_second_is_nothing);
    tcase_add_kinds_test(tickers, D7_a_cancel_between_turns_ends_it_at_once);
    tcase_add_test(tickers,
                   D7_a_cancel_inside_a_turn_cancels_what_that_waits_for);
    tcase_add_test(tickers, D10_a_timeout_cancels_the_turn_and_ends_it);
    tcase_add_test(
        tickers, D7_a_turn_that_ends_well_although_cancelled_ends_it_cancelled);
    tcase_add_test(tickers, D14_a_ticker_ends_with_its_loop);
    tcase_add_test(tickers,
                   no_time_between_ticks_is_invalid_and_endless_time_is_fine);
    tcase_add_test(tickers, S3_each_failing_allocation_ends_a_ticker_once);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("later");
    TCase *later = leaks_test_case(suite, "later");
    tcase_add_kinds_test(later, L3_it_comes_in_time_and_never_early);
    tcase_add_test(later, L3_it_comes_in_the_order_of_time);
    tcase_add_kinds_test(later, D7_a_cancelled_one_keeps_no_loop_running);
    tcase_add_test(later, D10_it_may_have_a_deadline);
    tcase_add_kinds_test(later,
                         D14_at_the_close_it_is_rejected_and_no_other_begins);
    tcase_add_kinds_test(later, D14_in_a_closing_loop_it_is_loop_closed);
    tcase_add_test(later,
                   S3_each_failing_allocation_leaves_every_finally_called_once);
    add_tickers(suite);
    return suite;
}
