/* SPDX-License-Identifier: MIT */
/* D7, D8, D10, D14: combinators that are cancelled, timed out or closed. */
#include <string.h>

#include <bight/combine.h>

#include "producers.h"

#define MANY 100000

enum rule { ALL, RACE, SETTLED, RULES };

static bight_deferred *combine(enum rule rule, bight_deferred **inputs,
                               size_t count)
{
    if (rule == ALL)
        return bight_all(the_loop, inputs, count);
    if (rule == RACE)
        return bight_race(the_loop, inputs, count, NULL);
    return bight_settled(the_loop, inputs, count);
}

/* "a!CANCELLED", "a!TIMED_OUT", or "a". */
static void say_end(bight_result *result, void *word)
{
    if (bight_failed(bight_result_error(result)))
        say(result, word);
    else
        mark(result, word);
}

static const char *expected(enum rule rule, const char *others,
                            const char *settled)
{
    return rule == SETTLED ? settled : others;
}

#define KINDS_AND_RULES (3 * RULES)

/* `_i` gives the kind of loop and the rule. */
static enum rule begin_rule(int i)
{
    begin(i / RULES);
    return (enum rule)(i % RULES);
}

START_TEST(D7_cancel_asks_all_inputs_and_the_end_comes_after_the_last)
{
    bight_deferred *inputs[3];
    enum rule rule = begin_rule(_i);
    produce_all(inputs, 2, BIGHT_CANCEL_LATER);
    inputs[2] = produce(2, BIGHT_CANCEL_NOW);
    bight_deferred *d = combine(rule, inputs, 3);
    bight_finally(d, say_end, "a");
    bight_cancel(d);
    bight_cancel(d);
    ck_assert_trace(&trace, "0? 1? 2?");
    turn();
    ck_assert(!bight_deferred_has_fired(d));
    reject(0, BIGHT_ERROR_CANCELLED);
    turn();
    ck_assert(!bight_deferred_has_fired(d));
    reject(1, BIGHT_ERROR_CANCELLED);
    turn();
    ck_assert_trace(&trace,
                    expected(rule, "0? 1? 2? a!CANCELLED", "0? 1? 2? a"));
    bight_detach(d);
    let_go_all(3);
    end();
}
END_TEST

START_TEST(D8_inputs_that_complete_although_cancelled_count)
{
    bight_deferred *inputs[2];
    enum rule rule = begin_rule(_i);
    produce_all(inputs, 2, BIGHT_CANCEL_LATER);
    bight_deferred *d = combine(rule, inputs, 2);
    bight_finally(d, say_end, "a");
    bight_cancel(d);
    resolve(0, number(1));
    turn();
    resolve(1, number(2));
    turn();
    ck_assert_trace(&trace, "0? 1? a");
    bight_detach(d);
    end();
}
END_TEST

START_TEST(D8_what_fails_by_itself_although_cancelled_says_so)
{
    static const char *const ends[] = {"0? 1? a!RESET", "0? 1? a!ALL_FAILED",
                                       "0? 1? a"};
    bight_deferred *inputs[2];
    enum rule rule = begin_rule(_i);
    produce_all(inputs, 2, BIGHT_CANCEL_LATER);
    bight_deferred *d = combine(rule, inputs, 2);
    bight_finally(d, say_end, "a");
    bight_cancel(d);
    reject(0, BIGHT_ERROR_RESET);
    reject(1, BIGHT_ERROR_EOF);
    turn();
    ck_assert_trace(&trace, ends[rule]);
    bight_detach(d);
    end();
}
END_TEST

START_TEST(D7_a_cancel_after_the_decision_changes_nothing)
{
    static const char *const ends[] = {"1? a!EOF", "1? a", "1? a"};
    bight_deferred *inputs[2];
    enum rule rule = begin_rule(_i);
    produce_all(inputs, 2, BIGHT_CANCEL_LATER);
    bight_deferred *d = combine(rule, inputs, 2);
    bight_finally(d, say_end, "a");
    if (rule == ALL)
        reject(0, BIGHT_ERROR_EOF);
    else
        resolve(0, number(1));
    turn();
    bight_cancel(d);
    reject(1, BIGHT_ERROR_CANCELLED);
    turn();
    ck_assert_trace(&trace, ends[rule]);
    bight_cancel(d);
    bight_detach(d);
    end();
}
END_TEST

START_TEST(D10_a_timeout_asks_all_inputs)
{
    bight_deferred *inputs[2];
    enum rule rule = begin_rule(BIGHT_LOOP_VIRTUAL * RULES + _i);
    inputs[0] = produce(0, BIGHT_CANCEL_NOW);
    inputs[1] = bight_deferred_resolved(the_loop, number(3));
    if (rule == RACE) {
        bight_detach(inputs[1]);
        inputs[1] = bight_deferred_rejected(the_loop, fault(BIGHT_ERROR_EOF));
    }
    bight_on(bight_timeout(combine(rule, inputs, 2), 100), say_end, "a");
    turn();
    ck_assert_trace(&trace, expected(rule, "0? a!TIMED_OUT", "0? a"));
    let_go_all(1);
    end();
}
END_TEST

/* -- losers that are between two steps ------------------------------------- */

static void next_step(bight_result *result, void *arg)
{
    (void)arg;
    bight_result_chain(result, produce(2, BIGHT_CANCEL_NOW));
}

/* It has fired, but its callback has yet to begin what comes next. */
START_TEST(D12_a_loser_that_is_about_to_begin_its_next_step_is_asked_then)
{
    begin(_i);
    bight_deferred *inputs[2];
    produce_all(inputs, 2, BIGHT_CANCEL_NOW);
    bight_then(inputs[1], next_step, NULL);
    bight_on(bight_all(the_loop, inputs, 2), say_end, "a");
    reject(0, BIGHT_ERROR_EOF);
    resolve(1, number(1));
    turn();
    ck_assert_trace(&trace, "2? a!EOF");
    let_go_all(3);
    end();
}
END_TEST

static void two_steps(bight_result *result, void *arg)
{
    (void)arg;
    bight_result_chain(result,
                       bight_then(bight_deferred_resolved(the_loop, number(1)),
                                  next_step, NULL));
}

START_TEST(D12_also_if_that_is_within_what_it_waits_for)
{
    begin(_i);
    bight_deferred *inputs[2];
    produce_all(inputs, 2, BIGHT_CANCEL_NOW);
    bight_then(bight_then(inputs[1], two_steps, NULL), add_one, NULL);
    bight_on(bight_all(the_loop, inputs, 2), say_end, "a");
    resolve(1, number(1));
    reject(0, BIGHT_ERROR_EOF);
    turn();
    ck_assert_trace(&trace, "2? a!EOF");
    let_go_all(3);
    end();
}
END_TEST

/* -- the loop's close ------------------------------------------------------ */

static void closed(void *ctx, const bight_close_report *report)
{
    (void)ctx;
    trace_add(&trace, "closed:%zu", report->count);
}

START_TEST(D14_what_is_pending_at_the_close_is_loop_closed)
{
    bight_deferred *inputs[3];
    bight_error errors[3] = {{.code = 4711}};
    enum rule rule = begin_rule(_i);
    produce_all(inputs, 3, BIGHT_CANCEL_LATER);
    bight_finally(inputs[1], say, "in");
    bight_deferred *d = rule == RACE ? bight_race(the_loop, inputs, 3, errors)
                                     : combine(rule, inputs, 3);
    bight_on(d, say_end, "a");
    resolve(0, owned());
    if (rule == RACE)
        turn();
    bight_loop_close(the_loop, closed, NULL);
    ck_assert_uint_eq(destroyed, 1);
    ck_assert_int_eq(errors[0].code, 4711);
    ck_assert_ptr_nonnull(strstr(trace.text, "in!LOOP_CLOSED"));
    ck_assert_ptr_nonnull(strstr(trace.text, "a!LOOP_CLOSED"));
    ck_assert_ptr_nonnull(strstr(trace.text, " closed:0"));
    let_go_all(3);
    end();
}
END_TEST

START_TEST(D13_after_the_close_inputs_are_consumed_all_the_same)
{
    bight_deferred *inputs[3];
    enum rule rule = begin_rule(_i);
    produce_all(inputs, 2, BIGHT_CANCEL_NOW);
    inputs[2] = bight_deferred_resolved(the_loop, owned());
    bight_loop_close(the_loop, NULL, NULL);
    ck_assert_uint_eq(destroyed, 1);
    bight_on(combine(rule, inputs, 3), say_end, "a");
    bight_on(combine(rule, NULL, 0), say_end, "b");
    ck_assert_trace(&trace, "0? 1? a!LOOP_CLOSED b!NO_MEMORY");
    let_go_all(2);
    end();
}
END_TEST

/* -- many and deep --------------------------------------------------------- */

static bight_deferred *many[MANY];
static bight_promise *promises[MANY];

static void make_many(void)
{
    for (size_t i = 0; i < MANY; i++)
        many[i] = bight_deferred_new(the_loop, &promises[i], NULL, NULL);
}

START_TEST(D6_a_hundred_thousand_inputs)
{
    enum rule rule = begin_rule(BIGHT_LOOP_VIRTUAL * RULES + _i);
    for (unsigned cancelled = 0; cancelled < 2; cancelled++) {
        make_many();
        bight_deferred *d = combine(rule, many, MANY);
        bight_finally(d, say_end, "a");
        if (cancelled)
            bight_cancel(d);
        for (size_t i = 0; i < MANY; i++)
            bight_promise_resolve(promises[i * 7919 % MANY], number(1));
        turn();
        bight_detach(d);
    }
    ck_assert_trace(&trace, expected(rule, "a a!CANCELLED", "a a"));
    end();
}
END_TEST

/* Each level waits for the one below alone. */
static bight_deferred *nest(enum rule rule, bight_deferred *d)
{
    for (size_t i = 0; i < MANY; i++)
        d = combine(rule, &d, 1);
    return d;
}

START_TEST(D6_a_hundred_thousand_levels_fire_cancel_and_end)
{
    bight_promise *promise;
    enum rule rule = begin_rule(BIGHT_LOOP_VIRTUAL * RULES + _i);
    bight_on(nest(rule, make(&promise)), say_end, "a");
    bight_promise_resolve(promise, owned());
    turn();
    ck_assert_uint_eq(destroyed, 1);
    bight_deferred *d = nest(rule, make(&promise));
    bight_finally(d, say_end, "b");
    bight_cancel(d);
    turn();
    bight_detach(d);
    bight_promise_resolve(promise, number(1));
    ck_assert_trace(&trace, expected(rule, "a b!CANCELLED", "a b"));
    end();
}
END_TEST

static void add_close(Suite *suite)
{
    TCase *close = leaks_test_case(suite, "close");
    tcase_add_loop_test(close, D14_what_is_pending_at_the_close_is_loop_closed,
                        0, KINDS_AND_RULES);
    tcase_add_loop_test(close,
                        D13_after_the_close_inputs_are_consumed_all_the_same, 0,
                        KINDS_AND_RULES);
    TCase *many_of_them = leaks_test_case(suite, "many");
    tcase_set_timeout(many_of_them, 60);
    tcase_add_loop_test(many_of_them, D6_a_hundred_thousand_inputs, 0, RULES);
    tcase_add_loop_test(many_of_them,
                        D6_a_hundred_thousand_levels_fire_cancel_and_end, 0,
                        RULES);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("combine_cancel");
    TCase *cancel = leaks_test_case(suite, "cancel");
    tcase_add_loop_test(
        cancel, D7_cancel_asks_all_inputs_and_the_end_comes_after_the_last, 0,
        KINDS_AND_RULES);
    tcase_add_loop_test(cancel,
                        D8_inputs_that_complete_although_cancelled_count, 0,
                        KINDS_AND_RULES);
    tcase_add_loop_test(cancel,
                        D8_what_fails_by_itself_although_cancelled_says_so, 0,
                        KINDS_AND_RULES);
    tcase_add_loop_test(cancel, D7_a_cancel_after_the_decision_changes_nothing,
                        0, KINDS_AND_RULES);
    tcase_add_loop_test(cancel, D10_a_timeout_asks_all_inputs, 0, RULES);
    tcase_add_kinds_test(
        cancel, D12_a_loser_that_is_about_to_begin_its_next_step_is_asked_then);
    tcase_add_kinds_test(cancel, D12_also_if_that_is_within_what_it_waits_for);
    add_close(suite);
    return suite;
}
