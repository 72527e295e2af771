/* SPDX-License-Identifier: MIT */
/* D4, D7, D8, D10: giving up, by wish or by deadline. */
#include "deferreds.h"

/* A producer that tells of being asked. */
struct producer {
    bight_promise *promise;
    bight_cancel_answer answer;
    bool fires; /* from inside the canceller */
    const char *word;
};

static struct producer producers[4];

static bight_cancel_answer give_up(void *arg)
{
    struct producer *producer = arg;
    trace_add(&trace, "%s?", producer->word);
    if (producer->fires)
        bight_promise_resolve(producer->promise, number(5));
    return producer->answer;
}

static bight_deferred *produce(unsigned i, const char *word,
                               bight_cancel_answer answer)
{
    producers[i] = (struct producer){.answer = answer, .word = word};
    return bight_deferred_new(the_loop, &producers[i].promise, give_up,
                              &producers[i]);
}

static void resolve(unsigned i, int n)
{
    bight_promise_resolve(producers[i].promise, number(n));
}

static void reject(unsigned i, bight_code code)
{
    bight_promise_reject(producers[i].promise, fault(code));
}

/* -- D7 -------------------------------------------------------------------- */

START_TEST(D7_now_rejects_and_the_late_result_is_silent)
{
    begin(_i);
    bight_deferred *d = produce(0, "p", BIGHT_CANCEL_NOW);
    bight_finally(d, say, "a");
    bight_cancel(d);
    ck_assert(!bight_promise_is_wanted(producers[0].promise));
    ck_assert(bight_deferred_has_fired(d));
    turn();
    ck_assert_trace(&trace, "p? a!CANCELLED");
    bight_detach(d);
    bight_promise_resolve(producers[0].promise, owned());
    ck_assert_uint_eq(destroyed, 1);
    end();
}
END_TEST

START_TEST(D4_a_late_rejection_is_silent_before_and_after_the_end)
{
    begin(_i);
    for (unsigned i = 0; i < 2; i++) {
        bight_deferred *d = produce(i, "p", BIGHT_CANCEL_NOW);
        bight_cancel(d);
        if (i == 0)
            reject(i, BIGHT_ERROR_EOF);
        bight_on(d, say, "a");
        turn();
        if (i == 1)
            reject(i, BIGHT_ERROR_EOF);
    }
    ck_assert_trace(&trace, "p? a!CANCELLED p? a!CANCELLED");
    end();
}
END_TEST

START_TEST(D7_twice_or_after_it_fired_is_nothing)
{
    begin(_i);
    bight_deferred *d = produce(0, "p", BIGHT_CANCEL_LATER);
    bight_cancel(d);
    bight_cancel(d);
    resolve(0, 3);
    bight_cancel(d);
    bight_then(d, say, "a");
    turn();
    bight_cancel(d);
    bight_detach(d);
    ck_assert_trace(&trace, "p? a=3");
    end();
}
END_TEST

START_TEST(D7_it_goes_to_the_innermost_pending)
{
    begin(_i);
    bight_deferred *outer = produce(0, "outer", BIGHT_CANCEL_NOW);
    bight_deferred *middle = produce(1, "middle", BIGHT_CANCEL_NOW);
    bight_deferred *inner = produce(2, "inner", BIGHT_CANCEL_NOW);
    bight_finally(bight_then(outer, chain_to, middle), say, "a");
    bight_finally(bight_then(middle, chain_to, inner), say, "b");
    resolve(0, 1);
    resolve(1, 1);
    turn();
    bight_cancel(outer);
    turn();
    ck_assert_trace(&trace, "inner? b!CANCELLED a!CANCELLED");
    resolve(2, 1);
    bight_detach(outer);
    end();
}
END_TEST

START_TEST(D7_after_the_innermost_recovered_the_next_may_be_asked)
{
    begin(_i);
    bight_deferred *outer = produce(0, "outer", BIGHT_CANCEL_NOW);
    bight_deferred *next = produce(1, "next", BIGHT_CANCEL_NOW);
    bight_catch(outer, chain_to, next);
    bight_cancel(outer);
    turn();
    bight_cancel(outer);
    bight_on(outer, say, "a");
    turn();
    ck_assert_trace(&trace, "outer? next? a!CANCELLED");
    resolve(0, 1);
    resolve(1, 1);
    end();
}
END_TEST

START_TEST(D7_a_canceller_may_fire)
{
    begin(_i);
    for (unsigned i = 0; i < 2; i++) {
        bight_deferred *d = produce(i, "p", (bight_cancel_answer)i);
        producers[i].fires = true;
        bight_cancel(d);
        bight_on(d, say, "a");
        turn();
    }
    ck_assert_trace(&trace, "p? a=5 p? a=5");
    end();
}
END_TEST

static void cancel_it(bight_result *result, void *d)
{
    (void)result;
    bight_cancel(d);
}

START_TEST(D7_inside_its_own_callback_it_has_fired)
{
    begin(_i);
    bight_deferred *d = produce(0, "p", BIGHT_CANCEL_NOW);
    bight_finally(bight_then(d, cancel_it, d), say, "a");
    resolve(0, 1);
    turn();
    bight_detach(d);
    ck_assert_trace(&trace, "a=1");
    end();
}
END_TEST

/* -- D8 -------------------------------------------------------------------- */

START_TEST(D8_what_completes_although_cancelled_is_delivered)
{
    begin(_i);
    bight_deferred *d = produce(0, "p", BIGHT_CANCEL_LATER);
    bight_cancel(d);
    bight_on(d, say, "a");
    turn();
    ck_assert_trace(&trace, "p?");
    ck_assert(bight_promise_is_wanted(producers[0].promise));
    resolve(0, 7);
    turn();
    d = produce(1, "q", BIGHT_CANCEL_LATER);
    bight_cancel(d);
    bight_on(d, say, "b");
    reject(1, BIGHT_ERROR_RESET);
    turn();
    ck_assert_trace(&trace, "p? a=7 q? b!RESET");
    end();
}
END_TEST

/* -- D10 ------------------------------------------------------------------- */

START_TEST(D10_a_timeout_is_told_from_a_cancel)
{
    begin(BIGHT_LOOP_VIRTUAL);
    bight_deferred *d = produce(0, "p", BIGHT_CANCEL_NOW);
    bight_on(bight_timeout(d, 100), say, "a");
    turn();
    ck_assert_trace(&trace, "p? a!TIMED_OUT");
    uint64_t now_ms = bight_loop_now_ns(the_loop) / 1000000;
    ck_assert_uint_ge(now_ms, 100);
    ck_assert_uint_le(now_ms, 120);
    resolve(0, 1);
    end();
}
END_TEST

START_TEST(D10_what_fires_in_time_is_not_timed_out_nor_waited_for)
{
    begin(BIGHT_LOOP_VIRTUAL);
    bight_deferred *d = produce(0, "p", BIGHT_CANCEL_NOW);
    bight_on(bight_timeout(d, 1000), say, "a");
    resolve(0, 1);
    turn();
    ck_assert_trace(&trace, "a=1");
    ck_assert_uint_lt(bight_loop_now_ns(the_loop), 1000000000);
    end();
}
END_TEST

START_TEST(D10_a_deadline_keeps_a_loop_running)
{
    begin(BIGHT_LOOP_REAL);
    bight_deferred *d = produce(0, "p", BIGHT_CANCEL_NOW);
    bight_on(bight_timeout(d, 20), say, "a");
    uint64_t begun_ns = bight_loop_now_ns(the_loop);
    turn();
    ck_assert_uint_ge(bight_loop_now_ns(the_loop) - begun_ns, 20000000);
    ck_assert_trace(&trace, "p? a!TIMED_OUT");
    resolve(0, 1);
    end();
}
END_TEST

START_TEST(D10_if_both_the_callers_cancel_wins_whichever_came_first)
{
    begin(BIGHT_LOOP_VIRTUAL);
    for (unsigned i = 0; i < 2; i++) {
        bight_deferred *d = produce(i, "p", BIGHT_CANCEL_LATER);
        bight_timeout(d, 100);
        if (i == 0)
            bight_cancel(d);
        ck_assert_ok(bight_loop_advance(the_loop, 200));
        if (i == 1)
            bight_cancel(d);
        bight_on(d, say, "a");
        reject(i, BIGHT_ERROR_CANCELLED);
        turn();
    }
    ck_assert_trace(&trace, "p? a!CANCELLED p? a!CANCELLED");
    end();
}
END_TEST

START_TEST(D10_what_comes_after_the_time_is_delivered_as_it_is)
{
    begin(BIGHT_LOOP_VIRTUAL);
    for (unsigned i = 0; i < 2; i++) {
        bight_deferred *d = produce(i, "p", BIGHT_CANCEL_LATER);
        bight_on(bight_timeout(d, 100), say, "a");
        ck_assert_ok(bight_loop_advance(the_loop, 200));
        if (i == 0)
            resolve(i, 4);
        else
            reject(i, BIGHT_ERROR_RESET);
        turn();
    }
    ck_assert_trace(&trace, "p? a=4 p? a!RESET");
    end();
}
END_TEST

/* `outer` waits for `inner`, each with a deadline. */
static void nest(uint64_t outer_ms, uint64_t inner_ms,
                 bight_cancel_answer answer)
{
    bight_deferred *outer = produce(0, "outer", BIGHT_CANCEL_NOW);
    bight_deferred *inner = produce(1, "inner", answer);
    bight_finally(bight_timeout(inner, inner_ms), say, "in");
    bight_then(bight_timeout(outer, outer_ms), chain_to, inner);
    bight_on(outer, say, "out");
    resolve(0, 1);
    turn();
    reject(1, BIGHT_ERROR_CANCELLED);
    turn();
}

START_TEST(D10_of_nested_deadlines_only_the_expired_one_says_so)
{
    begin(BIGHT_LOOP_VIRTUAL);
    nest(100, 1000, BIGHT_CANCEL_NOW);
    ck_assert_trace(&trace, "inner? in!CANCELLED out!TIMED_OUT");
    nest(1000, 100, BIGHT_CANCEL_NOW);
    ck_assert_trace(&trace, "inner? in!CANCELLED out!TIMED_OUT "
                            "inner? in!TIMED_OUT out!TIMED_OUT");
    end();
}
END_TEST

START_TEST(D10_a_deadline_covers_what_a_callback_hands_over)
{
    begin(BIGHT_LOOP_VIRTUAL);
    bight_deferred *d = produce(0, "p", BIGHT_CANCEL_NOW);
    bight_deferred *next = produce(1, "next", BIGHT_CANCEL_NOW);
    bight_on(bight_then(bight_timeout(d, 100), chain_to, next), say, "a");
    ck_assert_ok(bight_loop_advance(the_loop, 50));
    resolve(0, 1);
    ck_assert_ok(bight_loop_advance(the_loop, 49));
    ck_assert_trace(&trace, "");
    ck_assert_ok(bight_loop_advance(the_loop, 31));
    ck_assert_trace(&trace, "next? a!TIMED_OUT");
    resolve(1, 1);
    end();
}
END_TEST

START_TEST(D10_a_deadline_that_passes_while_callbacks_are_due_still_counts)
{
    begin(BIGHT_LOOP_VIRTUAL);
    bight_deferred *d = bight_deferred_resolved(the_loop, number(1));
    bight_timeout(d, 100);
    ck_assert_ok(bight_loop_advance(the_loop, 500));
    bight_then(d, chain_to, produce(1, "next", BIGHT_CANCEL_NOW));
    bight_on(d, say, "a");
    turn();
    ck_assert_trace(&trace, "next? a!TIMED_OUT");
    resolve(1, 1);
    end();
}
END_TEST

START_TEST(D10_of_several_the_earliest_counts_and_a_far_one_is_none)
{
    static const uint64_t times[][2] = {{100, 5000}, {5000, 100}};
    begin(BIGHT_LOOP_VIRTUAL);
    for (unsigned i = 0; i < 2; i++) {
        uint64_t begun_ns = bight_loop_now_ns(the_loop);
        bight_deferred *d = produce(i, "p", BIGHT_CANCEL_NOW);
        bight_timeout(bight_timeout(d, times[i][0]), times[i][1]);
        bight_on(bight_timeout(d, UINT64_MAX), say, "a");
        turn();
        ck_assert_uint_le(bight_loop_now_ns(the_loop) - begun_ns, 130000000);
        resolve(i, 1);
    }
    ck_assert_trace(&trace, "p? a!TIMED_OUT p? a!TIMED_OUT");
    bight_detach(bight_timeout(produce(0, "p", BIGHT_CANCEL_NOW), UINT64_MAX));
    turn();
    resolve(0, 1);
    turn();
    end();
}
END_TEST

START_TEST(D10_timeouts_need_no_memory)
{
    begin(BIGHT_LOOP_VIRTUAL);
    bight_deferred *d = produce(0, "p", BIGHT_CANCEL_NOW);
    size_t before = faults_live();
    faults_fail_all();
    bight_timeout(d, 100);
    turn();
    ck_assert_uint_eq(faults_failed(), 0);
    ck_assert_uint_eq(faults_live(), before);
    faults_fail_nth(0);
    ck_assert_trace(&trace, "p?");
    bight_detach(bight_catch(d, say, "a"));
    turn();
    resolve(0, 1);
    end();
}
END_TEST

static void add_deadlines(Suite *suite)
{
    TCase *deadlines = leaks_test_case(suite, "deadlines");
    tcase_add_test(deadlines, D10_a_timeout_is_told_from_a_cancel);
    tcase_add_test(deadlines,
                   D10_what_fires_in_time_is_not_timed_out_nor_waited_for);
    tcase_add_test(deadlines, D10_a_deadline_keeps_a_loop_running);
    tcase_add_test(deadlines,
                   D10_if_both_the_callers_cancel_wins_whichever_came_first);
    tcase_add_test(deadlines,
                   D10_what_comes_after_the_time_is_delivered_as_it_is);
    tcase_add_test(deadlines,
                   D10_of_nested_deadlines_only_the_expired_one_says_so);
    tcase_add_test(deadlines, D10_a_deadline_covers_what_a_callback_hands_over);
    tcase_add_test(
        deadlines,
        D10_a_deadline_that_passes_while_callbacks_are_due_still_counts);
    tcase_add_test(deadlines,
                   D10_of_several_the_earliest_counts_and_a_far_one_is_none);
    tcase_add_test(deadlines, D10_timeouts_need_no_memory);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("cancel");
    TCase *cancel = leaks_test_case(suite, "cancel");
    tcase_add_kinds_test(cancel, D7_now_rejects_and_the_late_result_is_silent);
    tcase_add_kinds_test(
        cancel, D4_a_late_rejection_is_silent_before_and_after_the_end);
    tcase_add_kinds_test(cancel, D7_twice_or_after_it_fired_is_nothing);
    tcase_add_kinds_test(cancel, D7_it_goes_to_the_innermost_pending);
    tcase_add_kinds_test(
        cancel, D7_after_the_innermost_recovered_the_next_may_be_asked);
    tcase_add_kinds_test(cancel, D7_a_canceller_may_fire);
    tcase_add_kinds_test(cancel, D7_inside_its_own_callback_it_has_fired);
    tcase_add_kinds_test(cancel,
                         D8_what_completes_although_cancelled_is_delivered);
    add_deadlines(suite);
    return suite;
}
