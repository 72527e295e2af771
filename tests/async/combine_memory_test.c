/* SPDX-License-Identifier: MIT */
/* D13, S3: combinators without memory. */
#include <bight/combine.h>

#include "producers.h"

enum rule { ALL, RACE, SETTLED, RULES };

static bight_deferred *combine(int rule, bight_deferred **inputs, size_t count)
{
    if (rule == ALL)
        return bight_all(the_loop, inputs, count);
    if (rule == RACE)
        return bight_race(the_loop, inputs, count, NULL);
    return bight_settled(the_loop, inputs, count);
}

START_TEST(D13_without_memory_inputs_are_asked_and_waited_for)
{
    bight_deferred *inputs[4];
    begin(_i / RULES);
    produce_all(inputs, 3, BIGHT_CANCEL_LATER);
    inputs[3] = NULL;
    faults_fail_all();
    bight_deferred *d = combine(_i % RULES, inputs, 4);
    faults_fail_nth(0);
    bight_on(d, say, "a");
    ck_assert_trace(&trace, "2? 1? 0?");
    resolve(1, owned());
    turn();
    resolve(0, bight_value_pointer(&destroyed, destroy));
    turn();
    ck_assert_uint_eq(destroyed, 2);
    ck_assert_trace(&trace, "2? 1? 0?");
    reject(2, BIGHT_ERROR_CANCELLED);
    turn();
    ck_assert_trace(&trace, "2? 1? 0? a!NO_MEMORY");
    end();
}
END_TEST

static void play(int rule)
{
    bight_deferred *inputs[3];
    produce_all(inputs, 3, BIGHT_CANCEL_LATER);
    if (inputs[0] != NULL)
        bight_then(inputs[0], mark, "t");
    bight_on(combine(rule, inputs, 3), mark, "f");
    bight_deferred *none = combine(rule, NULL, 0);
    bight_on(none, mark, "f");
    resolve(0, bight_value_pointer(&destroyed, destroy));
    turn();
    bight_promise_reject(
        producers[1].promise,
        bight_error_note(fault(BIGHT_ERROR_EOF), "with a text"));
    turn();
    resolve(2, bight_value_pointer(&destroyed, destroy));
    turn();
}

static unsigned count_words(char word)
{
    unsigned count = 0;
    for (size_t i = 0; i < trace.length; i++)
        count += trace.text[i] == word;
    return count;
}

START_TEST(S3_each_failing_allocation_leaves_every_finally_called_once)
{
    uint64_t n = 0;
    uint64_t failed;
    do {
        begin(_i / RULES);
        destroyed = 0;
        faults_fail_nth(++n);
        play(_i % RULES);
        failed = faults_failed();
        faults_fail_nth(0);
        ck_assert_uint_eq(count_words('f'), 2);
        ck_assert_uint_eq(destroyed, 2);
        end();
        ck_assert_uint_eq(faults_live(), 0);
    } while (failed > 0);
    ck_assert_uint_ge(n, 5);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("combine_memory");
    TCase *memory = leaks_test_case(suite, "memory");
    tcase_add_loop_test(memory,
                        D13_without_memory_inputs_are_asked_and_waited_for, 0,
                        3 * RULES);
    tcase_add_loop_test(
        memory, S3_each_failing_allocation_leaves_every_finally_called_once, 0,
        3 * RULES);
    return suite;
}
