/* SPDX-License-Identifier: MIT */
/* D13, S3: without memory; and what is given back when there are fewer. */
#include <stdlib.h>

#include "async/deferred.h"
#include "deferreds.h"

#define MANY 20000

/* Makes them until there is no memory: `count` of them. */
static unsigned make_until_null(bight_promise **promises, unsigned most)
{
    unsigned count = 0;
    while (count < most) {
        bight_deferred *d =
            bight_deferred_new(the_loop, &promises[count], NULL, NULL);
        if (d == NULL)
            break;
        bight_on(d, mark, "r");
        count++;
    }
    return count;
}

/* A loop with its slots in use, and no memory for more. */
static bight_deferred *begin_without_memory(int kind, bight_promise **held)
{
    begin(kind);
    bight_deferred *d = make(&held[BIGHT__SLAB_SLOTS - 1]);
    for (unsigned i = 0; i < BIGHT__SLAB_SLOTS - 1; i++)
        bight_detach(make(&held[i]));
    faults_fail_all();
    return d;
}

static void end_with_memory(bight_promise **held)
{
    faults_fail_nth(0);
    for (unsigned i = 0; i < BIGHT__SLAB_SLOTS; i++)
        bight_promise_resolve(held[i], number(1));
    turn();
    end();
}

START_TEST(S3_64_are_in_reserve_then_null)
{
    bight_promise *held[BIGHT__SLAB_SLOTS];
    bight_promise *promises[100];
    begin(_i);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < BIGHT__SLAB_SLOTS; i++)
            bight_detach(make(&held[i]));
        faults_fail_all();
        ck_assert_uint_eq(make_until_null(promises, 100), 64);
        ck_assert_ptr_null(promises[64]);
        for (unsigned i = 0; i < 64; i++)
            bight_promise_resolve(promises[i], number(1));
        turn();
        faults_fail_nth(0);
        for (unsigned i = 0; i < BIGHT__SLAB_SLOTS; i++)
            bight_promise_resolve(held[i], number(1));
        turn();
    }
    ck_assert_uint_eq(trace.length, 2 * 64 * 2 - 1);
    end();
}
END_TEST

START_TEST(S3_without_memory_for_the_first_it_is_null)
{
    bight_promise *promise;
    begin(_i);
    for (unsigned n = 1; n <= 2; n++) {
        faults_fail_nth(n);
        ck_assert_ptr_null(bight_deferred_new(the_loop, &promise, NULL, NULL));
        ck_assert_ptr_null(promise);
    }
    faults_fail_nth(0);
    bight_detach(make(&promise));
    bight_promise_resolve(promise, number(1));
    turn();
    end();
}
END_TEST

/* -- NULL ------------------------------------------------------------------ */

START_TEST(D13_null_is_accepted_by_every_function)
{
    begin(_i);
    bight_promise_resolve(NULL, owned());
    ck_assert_uint_eq(destroyed, 1);
    bight_promise_reject(NULL, fault(BIGHT_ERROR_EOF));
    ck_assert(!bight_promise_is_wanted(NULL));
    ck_assert_ptr_null(bight_promise_share(NULL));
    bight_promise_post(NULL, owned(), bight_ok());
    ck_assert_uint_eq(destroyed, 1);
    bight_cancel(NULL);
    ck_assert_ptr_null(bight_timeout(NULL, 10));
    ck_assert(bight_deferred_has_fired(NULL));
    ck_assert_ptr_null(bight_deferred_loop(NULL));
    bight_detach(NULL);
    end();
}
END_TEST

START_TEST(D13_null_is_rejected_with_no_memory)
{
    begin(_i);
    ck_assert_ptr_null(bight_then(NULL, say, "never"));
    ck_assert_ptr_null(bight_catch(NULL, say, "a"));
    ck_assert_ptr_null(bight_catch(NULL, recover, NULL));
    ck_assert_ptr_null(bight_finally(NULL, say, "b"));
    bight_on(NULL, say, "c");
    ck_assert_trace(&trace, "a!NO_MEMORY b!NO_MEMORY c!NO_MEMORY");
    end();
}
END_TEST

static void use_result(bight_result *result, void *inner)
{
    ck_assert_ptr_null(bight_result_loop(result));
    ck_assert_ptr_null(bight_result_take(result).as.pointer);
    bight_result_set(result, owned());
    bight_result_chain(result, inner);
    ck_assert_uint_eq(destroyed, 1);
}

START_TEST(D13_what_a_callback_on_null_leaves_is_destroyed)
{
    bight_promise *promise;
    begin(_i);
    bight_on(NULL, use_result, make(&promise));
    bight_promise_resolve(promise, owned());
    turn();
    ck_assert_uint_eq(destroyed, 1);
    bight_on(NULL, use_result, NULL);
    end();
}
END_TEST

static void again(bight_result *result, void *arg)
{
    (void)result;
    ++*(unsigned *)arg;
    bight_on(NULL, again, arg);
}

START_TEST(D13_callbacks_on_null_nest_a_few_deep_only)
{
    unsigned calls = 0;
    begin(_i);
    bight_on(NULL, again, &calls);
    ck_assert_uint_eq(calls, 8);
    calls = 0;
    bight_on(NULL, again, &calls);
    ck_assert_uint_eq(calls, 8);
    end();
}
END_TEST

struct nest {
    unsigned deep, left;
};

static void nest(bight_result *result, void *arg)
{
    struct nest *nested = arg;
    (void)result;
    nested->left--;
    if (--nested->deep > 0)
        (void)bight_finally(NULL, nest, arg);
}

/* What D5 promises holds up to there: 8 nested, any number side by side. */
START_TEST(D5_D13_finally_on_null_runs_up_to_eight_deep)
{
    begin(_i);
    for (unsigned deep = 1; deep <= 9; deep++) {
        struct nest nested = {.deep = deep, .left = deep};
        (void)bight_finally(NULL, nest, &nested);
        ck_assert_uint_eq(nested.left, deep == 9 ? 1 : 0);
    }
    end();
}
END_TEST

/* -- callbacks ------------------------------------------------------------- */

START_TEST(D13_more_callbacks_come_from_the_reserve)
{
    bight_promise *held[BIGHT__SLAB_SLOTS];
    bight_deferred *d = begin_without_memory(_i, held);
    for (unsigned i = 0; i < 2 + 4 * BIGHT__RESERVE; i++)
        bight_then(d, add_one, NULL);
    ck_assert_trace(&trace, "");
    bight_on(d, say, "a");
    end_with_memory(held);
    ck_assert_trace(&trace, "a=259");
}
END_TEST

START_TEST(D13_one_that_finds_no_room_makes_the_result_no_memory)
{
    bight_promise *held[BIGHT__SLAB_SLOTS];
    bight_promise *reserve[64];
    bight_deferred *d = begin_without_memory(_i, held);
    bight_then(bight_then(d, say, "a"), say, "b");
    ck_assert_uint_eq(make_until_null(reserve, 64), 64);
    bight_then(d, say, "never");
    bight_catch(d, say, "c");
    bight_finally(d, say, "d");
    bight_on(d, say, "e");
    ck_assert_trace(&trace, "c!NO_MEMORY d!NO_MEMORY");
    for (unsigned i = 0; i < 64; i++)
        bight_promise_resolve(reserve[i], number(1));
    turn();
    trace = (struct trace){.length = 0};
    end_with_memory(held);
    ck_assert_trace(&trace, "a=1 b=1 e!NO_MEMORY");
}
END_TEST

START_TEST(D13_on_needs_no_memory)
{
    bight_promise *held[BIGHT__SLAB_SLOTS];
    bight_promise *reserve[64];
    bight_deferred *d = begin_without_memory(_i, held);
    for (unsigned i = 0; i < 2 + (unsigned)_i % 2 * 4; i++)
        bight_then(d, add_one, NULL);
    unsigned left = 64 - (unsigned)_i % 2;
    ck_assert_uint_eq(make_until_null(reserve, 64), left);
    bight_on(d, say, "a");
    for (unsigned i = 0; i < left; i++)
        bight_promise_reject(reserve[i], fault(BIGHT_ERROR_EOF));
    turn();
    trace = (struct trace){.length = 0};
    end_with_memory(held);
    ck_assert_trace(&trace, _i % 2 == 0 ? "a=3" : "a=7");
}
END_TEST

/* -- the n-th ------------------------------------------------------------- */

static void play(void)
{
    bight_promise *promises[3];
    bight_deferred *d = bight_deferred_new(the_loop, &promises[0], NULL, NULL);
    bight_deferred *inner =
        bight_deferred_new(the_loop, &promises[1], NULL, NULL);
    bight_on(bight_deferred_new(the_loop, &promises[2], NULL, NULL), mark, "f");
    if (d != NULL)
        bight_then(d, chain_to, inner);
    else
        bight_detach(inner);
    for (unsigned i = 0; i < 8; i++)
        bight_then(d, add_one, NULL);
    bight_on(bight_timeout(d, 100), mark, "f");
    bight_promise_resolve(promises[0], owned());
    bight_promise_post(bight_promise_share(promises[1]), number(1), bight_ok());
    bight_promise_post(bight_promise_share(promises[2]), bight_value_none(),
                       bight_error_note(fault(BIGHT_ERROR_EOF), "with a text"));
    turn();
    turn();
}

START_TEST(S3_each_failing_allocation_leaves_every_finally_called_once)
{
    uint64_t n = 0;
    uint64_t failed;
    do {
        begin(_i);
        faults_fail_nth(++n);
        play();
        failed = faults_failed();
        faults_fail_nth(0);
        ck_assert_trace(&trace, "f f");
        ck_assert_uint_eq(destroyed, 1);
        end();
        ck_assert_uint_eq(faults_live(), 0);
    } while (failed > 0);
    ck_assert_uint_ge(n, 6);
}
END_TEST

/* -- slabs ----------------------------------------------------------------- */

START_TEST(a_burst_gives_its_memory_back)
{
    begin(_i);
    bight_detach(bight_deferred_resolved(the_loop, number(1)));
    size_t before = faults_live();
    bight_promise **promises = calloc(MANY, sizeof(bight_promise *));
    ck_assert_ptr_nonnull(promises);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < MANY; i++)
            bight_detach(
                bight_deferred_new(the_loop, &promises[i], NULL, NULL));
        ck_assert_uint_eq(alive(), MANY);
        ck_assert_uint_gt(faults_live(), before + MANY / 200);
        for (unsigned i = 0; i < MANY; i++)
            bight_promise_resolve(promises[i * 7919u % MANY], number(1));
        turn();
        ck_assert_uint_eq(alive(), 0);
        ck_assert_uint_le(faults_live(), before + 1);
    }
    free(promises);
    end();
}
END_TEST

static void add_callbacks(Suite *suite)
{
    TCase *callbacks = leaks_test_case(suite, "callbacks");
    tcase_add_kinds_test(callbacks, D13_more_callbacks_come_from_the_reserve);
    tcase_add_kinds_test(callbacks,
                         D13_one_that_finds_no_room_makes_the_result_no_memory);
    tcase_add_kinds_test(callbacks, D13_on_needs_no_memory);
    tcase_add_kinds_test(
        callbacks, S3_each_failing_allocation_leaves_every_finally_called_once);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("memory");
    TCase *reserve = leaks_test_case(suite, "reserve");
    tcase_add_kinds_test(reserve, S3_64_are_in_reserve_then_null);
    tcase_add_kinds_test(reserve, S3_without_memory_for_the_first_it_is_null);
    TCase *null = leaks_test_case(suite, "null");
    tcase_add_kinds_test(null, D13_null_is_accepted_by_every_function);
    tcase_add_kinds_test(null, D13_null_is_rejected_with_no_memory);
    tcase_add_kinds_test(null, D13_what_a_callback_on_null_leaves_is_destroyed);
    tcase_add_kinds_test(null, D13_callbacks_on_null_nest_a_few_deep_only);
    tcase_add_kinds_test(null, D5_D13_finally_on_null_runs_up_to_eight_deep);
    add_callbacks(suite);
    TCase *slabs = leaks_test_case(suite, "slabs");
    tcase_add_kinds_test(slabs, a_burst_gives_its_memory_back);
    return suite;
}
