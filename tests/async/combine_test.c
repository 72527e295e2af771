/* SPDX-License-Identifier: MIT */
/* D12: all, race, settled: who decides, who is asked, when it comes. */
#include <stdio.h>
#include <string.h>

#include <bight/combine.h>

#include "producers.h"

/* "word[1 2 !EOF]", or "word!CANCELLED". */
static void say_each(bight_result *result, void *word)
{
    bight_error error = bight_result_error(result);
    if (bight_failed(error)) {
        say(result, word);
        return;
    }
    const bight_outcomes *outcomes = bight_result_peek(result).as.pointer;
    char text[256] = "";
    for (size_t i = 0; i < bight_outcomes_count(outcomes); i++) {
        size_t used = strlen(text);
        const char *gap = i == 0 ? "" : " ";
        error = bight_outcomes_error(outcomes, i);
        if (bight_failed(error))
            (void)snprintf(text + used, sizeof(text) - used, "%s!%s", gap,
                           error.domain->symbol(error.code));
        else
            (void)snprintf(text + used, sizeof(text) - used, "%s%d", gap,
                           (int)bight_outcomes_peek(outcomes, i).as.integer);
    }
    trace_add(&trace, "%s[%s]", (const char *)word, text);
}

static void fire_both_ways(unsigned i, int how)
{
    if (how > 0)
        resolve(i, number(how));
    else
        reject(i, BIGHT_ERROR_EOF);
    turn();
}

/* -- all ------------------------------------------------------------------- */

START_TEST(D12_all_gives_the_values_in_the_order_of_the_inputs)
{
    bight_deferred *inputs[3];
    begin(_i);
    produce_all(inputs, 3, BIGHT_CANCEL_NOW);
    bight_on(bight_all(the_loop, inputs, 3), say_each, "a");
    fire_both_ways(2, 30);
    fire_both_ways(0, 10);
    ck_assert_trace(&trace, "");
    fire_both_ways(1, 20);
    ck_assert_trace(&trace, "a[10 20 30]");
    end();
}
END_TEST

START_TEST(D12_all_ends_with_the_first_error_once_the_losers_are_through)
{
    bight_deferred *inputs[3];
    begin(_i);
    produce_all(inputs, 2, BIGHT_CANCEL_LATER);
    inputs[2] = produce(2, BIGHT_CANCEL_NOW);
    bight_on(bight_all(the_loop, inputs, 3), say_each, "a");
    reject(1, BIGHT_ERROR_EOF);
    turn();
    ck_assert_trace(&trace, "0? 2?");
    reject(0, BIGHT_ERROR_RESET);
    turn();
    ck_assert_trace(&trace, "0? 2? a!EOF");
    let_go_all(3);
    end();
}
END_TEST

START_TEST(D12_values_of_a_failed_all_are_destroyed_once)
{
    bight_deferred *inputs[3];
    begin(_i);
    produce_all(inputs, 3, BIGHT_CANCEL_LATER);
    bight_on(bight_all(the_loop, inputs, 3), say_each, "a");
    resolve(0, owned());
    turn();
    reject(1, BIGHT_ERROR_EOF);
    turn();
    ck_assert_uint_eq(destroyed, 0);
    resolve(2, bight_value_pointer(&destroyed, destroy));
    turn();
    ck_assert_uint_eq(destroyed, 2);
    ck_assert_trace(&trace, "2? a!EOF");
    end();
}
END_TEST

START_TEST(D5_values_that_nobody_took_end_with_their_outcomes)
{
    bight_deferred *inputs[2];
    begin(_i);
    produce_all(inputs, 2, BIGHT_CANCEL_NOW);
    bight_detach(bight_all(the_loop, inputs, 2));
    resolve(0, owned());
    resolve(1, bight_value_pointer(&destroyed, destroy));
    turn();
    ck_assert_uint_eq(destroyed, 2);
    end();
}
END_TEST

static void take_one(bight_result *result, void *ret_value)
{
    bight_value whole = bight_result_take(result);
    bight_outcomes *outcomes = whole.as.pointer;
    *(bight_value *)ret_value = bight_outcomes_take(outcomes, 0);
    ck_assert_ptr_null(bight_outcomes_take(outcomes, 0).as.pointer);
    bight_value_destroy(whole);
}

START_TEST(D5_a_value_that_was_taken_outlives_the_others)
{
    bight_deferred *inputs[2];
    bight_value value;
    begin(_i);
    produce_all(inputs, 2, BIGHT_CANCEL_NOW);
    bight_on(bight_all(the_loop, inputs, 2), take_one, &value);
    resolve(0, owned());
    resolve(1, bight_value_pointer(&destroyed, destroy));
    turn();
    ck_assert_uint_eq(destroyed, 1);
    bight_value_destroy(value);
    ck_assert_uint_eq(destroyed, 2);
    end();
}
END_TEST

/* -- race ------------------------------------------------------------------ */

START_TEST(D12_race_gives_the_first_value_once_the_losers_are_through)
{
    bight_deferred *inputs[3];
    bight_error errors[3];
    begin(_i);
    produce_all(inputs, 3, BIGHT_CANCEL_LATER);
    bight_on(bight_race(the_loop, inputs, 3, errors), say, "a");
    reject(0, BIGHT_ERROR_EOF);
    turn();
    ck_assert_trace(&trace, "");
    resolve(2, number(7));
    turn();
    ck_assert_trace(&trace, "1?");
    resolve(1, owned());
    turn();
    ck_assert_trace(&trace, "1? a=7");
    ck_assert_uint_eq(destroyed, 1);
    ck_assert_error(errors[0], BIGHT_ERROR_EOF);
    ck_assert_error(errors[1], BIGHT_ERROR_CANCELLED);
    ck_assert(!bight_failed(errors[2]));
    end();
}
END_TEST

static void check_causes(bight_result *result, void *arg)
{
    char text[512];
    (void)arg;
    bight_error error = bight_result_error(result);
    (void)bight_error_format(error, text, sizeof(text));
    ck_assert_str_eq(text, "all of them failed (ALL_FAILED), because "
                           "connect tcp:a:1: reset by peer (RESET); "
                           "peer finished (EOF); "
                           "connect tcp:c:3: refused (REFUSED)");
    trace_add(&trace, "checked");
}

static void reject_noted(unsigned i, bight_code code, const char *what)
{
    bight_promise_reject(producers[i].promise,
                         bight_error_note(fault(code), "connect %s", what));
    turn();
}

/* Far more notes than a ring of them remembers. */
static void forget_notes(void)
{
    for (unsigned i = 0; i < 1000; i++)
        (void)bight_error_note(fault(BIGHT_ERROR_EOF), "note %u", i);
}

START_TEST(D12_a_race_that_nobody_wins_tells_every_cause_in_order)
{
    bight_deferred *inputs[3];
    bight_error errors[3];
    begin(_i);
    produce_all(inputs, 3, BIGHT_CANCEL_NOW);
    bight_on(bight_race(the_loop, inputs, 3, errors), check_causes, NULL);
    reject_noted(2, BIGHT_ERROR_REFUSED, "tcp:c:3");
    reject_noted(0, BIGHT_ERROR_RESET, "tcp:a:1");
    forget_notes();
    reject(1, BIGHT_ERROR_EOF);
    turn();
    ck_assert_trace(&trace, "checked");
    ck_assert_str_eq(bight_error_detail(errors[0]), "connect tcp:a:1");
    ck_assert_error(errors[1], BIGHT_ERROR_EOF);
    ck_assert_str_eq(bight_error_detail(errors[2]), "connect tcp:c:3");
    end();
}
END_TEST

static void check_cut(bight_result *result, void *arg)
{
    (void)arg;
    const char *cause = bight_error_cause(bight_result_error(result));
    ck_assert_uint_eq(strlen(cause), 511);
    ck_assert_str_eq(cause + 508, "...");
}

START_TEST(D12_causes_that_are_too_long_are_cut_and_marked)
{
    bight_deferred *inputs[8];
    begin(_i);
    produce_all(inputs, 8, BIGHT_CANCEL_NOW);
    bight_on(bight_race(the_loop, inputs, 8, NULL), check_cut, NULL);
    for (unsigned i = 0; i < 8; i++)
        reject_noted(i, BIGHT_ERROR_REFUSED,
                     "a place whose name is so long that eight are too many: "
                     "the end of the world, turn left at the last tree");
    end();
}
END_TEST

/* -- settled --------------------------------------------------------------- */

START_TEST(D12_settled_gives_every_value_and_error)
{
    bight_deferred *inputs[3];
    begin(_i);
    produce_all(inputs, 3, BIGHT_CANCEL_NOW);
    bight_on(bight_settled(the_loop, inputs, 3), say_each, "a");
    fire_both_ways(2, 0);
    fire_both_ways(0, 0);
    fire_both_ways(1, 20);
    ck_assert_trace(&trace, "a[!EOF 20 !EOF]");
    end();
}
END_TEST

static void check_texts(bight_result *result, void *arg)
{
    const bight_outcomes *outcomes = bight_result_peek(result).as.pointer;
    (void)arg;
    forget_notes();
    ck_assert_str_eq(bight_error_detail(bight_outcomes_error(outcomes, 1)),
                     "connect tcp:b:2");
    ck_assert(!bight_failed(bight_outcomes_error(outcomes, 0)));
    trace_add(&trace, "checked");
}

START_TEST(D12_errors_keep_their_texts_as_long_as_the_outcomes)
{
    bight_deferred *inputs[2];
    begin(_i);
    produce_all(inputs, 2, BIGHT_CANCEL_NOW);
    bight_on(bight_settled(the_loop, inputs, 2), check_texts, NULL);
    reject_noted(1, BIGHT_ERROR_REFUSED, "tcp:b:2");
    forget_notes();
    fire_both_ways(0, 1);
    ck_assert_trace(&trace, "checked");
    end();
}
END_TEST

/* -- which inputs ---------------------------------------------------------- */

START_TEST(D12_no_inputs_are_defined)
{
    begin(_i);
    bight_on(bight_all(the_loop, NULL, 0), say_each, "all");
    bight_on(bight_race(the_loop, NULL, 0, NULL), say, "race");
    bight_on(bight_settled(the_loop, NULL, 0), say_each, "settled");
    ck_assert_trace(&trace, "");
    turn();
    ck_assert_trace(&trace, "all[] race!ALL_FAILED settled[]");
    end();
}
END_TEST

START_TEST(D13_null_among_the_inputs_is_no_memory)
{
    begin(_i);
    for (unsigned i = 0; i < 3; i++) {
        bight_deferred *inputs[3];
        inputs[0] = produce(0, BIGHT_CANCEL_NOW);
        inputs[1] = NULL;
        producers[1].promise = NULL;
        inputs[2] = produce(2, BIGHT_CANCEL_NOW);
        if (i == 0)
            bight_on(bight_all(the_loop, inputs, 3), say_each, "all");
        else if (i == 1)
            bight_on(bight_race(the_loop, inputs, 3, NULL), say, "race");
        else
            bight_on(bight_settled(the_loop, inputs, 3), say_each, "settled");
        fire_both_ways(0, 10);
        let_go_all(3);
        turn();
    }
    ck_assert_trace(&trace, "0? 2? all!NO_MEMORY 2? race=10 "
                            "settled[10 !NO_MEMORY 0]");
    end();
}
END_TEST

START_TEST(D13_nothing_but_null_has_a_result_too)
{
    bight_deferred *inputs[2] = {NULL, NULL};
    begin(_i);
    bight_on(bight_all(the_loop, inputs, 2), say_each, "all");
    bight_on(bight_race(the_loop, inputs, 2, NULL), say, "race");
    bight_on(bight_settled(the_loop, inputs, 2), say_each, "settled");
    turn();
    ck_assert_trace(&trace, "all!NO_MEMORY race!ALL_FAILED "
                            "settled[!NO_MEMORY !NO_MEMORY]");
    end();
}
END_TEST

START_TEST(D12_what_has_fired_before_counts_in_the_order_of_the_inputs)
{
    begin(_i);
    bight_deferred *inputs[3] = {
        bight_deferred_rejected(the_loop, fault(BIGHT_ERROR_EOF)),
        bight_deferred_resolved(the_loop, number(2)),
        bight_deferred_resolved(the_loop, number(3))};
    bight_on(bight_race(the_loop, inputs, 3, NULL), say, "a");
    ck_assert_trace(&trace, "");
    turn();
    ck_assert_trace(&trace, "a=2");
    end();
}
END_TEST

START_TEST(D12_inputs_have_callbacks_of_their_own_before)
{
    bight_deferred *inputs[2];
    begin(_i);
    produce_all(inputs, 2, BIGHT_CANCEL_NOW);
    bight_then(bight_then(inputs[0], add_one, NULL), say, "in");
    bight_catch(inputs[1], recover, NULL);
    bight_on(bight_all(the_loop, inputs, 2), say_each, "a");
    fire_both_ways(0, 1);
    fire_both_ways(1, 0);
    ck_assert_trace(&trace, "in=2 a[2 42]");
    end();
}
END_TEST

static void count_unhandled(void *ctx, bight_error error, const char *made_at)
{
    (void)error;
    (void)made_at;
    ++*(unsigned *)ctx;
}

START_TEST(D9_errors_that_lost_are_not_reported_one_that_decided_is)
{
    bight_deferred *inputs[2];
    unsigned told = 0;
    begin(_i);
    bight_loop_set_unhandled(the_loop, count_unhandled, &told);
    produce_all(inputs, 2, BIGHT_CANCEL_LATER);
    bight_detach(bight_race(the_loop, inputs, 2, NULL));
    fire_both_ways(0, 0);
    fire_both_ways(1, 1);
    ck_assert_uint_eq(told, 0);
    produce_all(inputs, 2, BIGHT_CANCEL_LATER);
    bight_detach(bight_all(the_loop, inputs, 2));
    fire_both_ways(0, 0);
    fire_both_ways(1, 0);
    ck_assert_uint_eq(told, 1);
    end();
}
END_TEST

static void add_inputs(Suite *suite)
{
    TCase *inputs = leaks_test_case(suite, "inputs");
    tcase_add_kinds_test(inputs, D12_no_inputs_are_defined);
    tcase_add_kinds_test(inputs, D13_null_among_the_inputs_is_no_memory);
    tcase_add_kinds_test(inputs, D13_nothing_but_null_has_a_result_too);
    tcase_add_kinds_test(
        inputs, D12_what_has_fired_before_counts_in_the_order_of_the_inputs);
    tcase_add_kinds_test(inputs, D12_inputs_have_callbacks_of_their_own_before);
    tcase_add_kinds_test(
        inputs, D9_errors_that_lost_are_not_reported_one_that_decided_is);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("combine");
    TCase *all = leaks_test_case(suite, "all");
    tcase_add_kinds_test(all,
                         D12_all_gives_the_values_in_the_order_of_the_inputs);
    tcase_add_kinds_test(
        all, D12_all_ends_with_the_first_error_once_the_losers_are_through);
    tcase_add_kinds_test(all, D12_values_of_a_failed_all_are_destroyed_once);
    tcase_add_kinds_test(all,
                         D5_values_that_nobody_took_end_with_their_outcomes);
    tcase_add_kinds_test(all, D5_a_value_that_was_taken_outlives_the_others);
    TCase *race = leaks_test_case(suite, "race");
    tcase_add_kinds_test(
        race, D12_race_gives_the_first_value_once_the_losers_are_through);
    tcase_add_kinds_test(
        race, D12_a_race_that_nobody_wins_tells_every_cause_in_order);
    tcase_add_kinds_test(race, D12_causes_that_are_too_long_are_cut_and_marked);
    TCase *settled = leaks_test_case(suite, "settled");
    tcase_add_kinds_test(settled, D12_settled_gives_every_value_and_error);
    tcase_add_kinds_test(settled,
                         D12_errors_keep_their_texts_as_long_as_the_outcomes);
    add_inputs(suite);
    return suite;
}
