/* SPDX-License-Identifier: MIT */
/* D6: a callback hands over a Deferred; depth costs no stack. */
#include <pthread.h>
#include <stdlib.h>

#include "deferreds.h"

#include "effort.h"

/* Instrumented code needs more, but no more than this at any depth. */
#if HAS_ASAN || HAS_TSAN
#define SMALL_STACK (256 * 1024)
#else
#define SMALL_STACK (64 * 1024)
#endif

START_TEST(D6_the_outer_takes_the_inners_result)
{
    bight_promise *outer, *inner;
    begin(_i);
    bight_deferred *d = make(&outer);
    bight_deferred *i = bight_then(make(&inner), add_one, NULL);
    bight_then(d, chain_to, i);
    bight_then(d, say, "b");
    bight_on(d, say, "c");
    bight_promise_resolve(outer, number(1));
    turn();
    ck_assert_trace(&trace, "");
    bight_promise_resolve(inner, number(5));
    turn();
    ck_assert_trace(&trace, "b=6 c=6");
    end();
}
END_TEST

START_TEST(D6_one_that_has_its_result_is_not_waited_for)
{
    begin(_i);
    bight_deferred *d = bight_deferred_resolved(the_loop, owned());
    bight_then(d, chain_to, bight_deferred_resolved(the_loop, number(3)));
    bight_then(d, say, "a");
    bight_finally(d, chain_to,
                  bight_deferred_rejected(the_loop, fault(BIGHT_ERROR_EOF)));
    bight_on(d, say, "b");
    turn();
    ck_assert_trace(&trace, "a=3 b!EOF");
    ck_assert_uint_eq(destroyed, 1);
    end();
}
END_TEST

START_TEST(D6_an_inner_error_skips_to_the_outers_next_catch)
{
    bight_promise *inner;
    begin(_i);
    bight_deferred *d = bight_deferred_resolved(the_loop, number(1));
    bight_then(d, chain_to, make(&inner));
    bight_then(d, say, "never");
    bight_catch(d, say, "a");
    bight_detach(d);
    bight_promise_reject(inner, fault(BIGHT_ERROR_RESET));
    turn();
    ck_assert_trace(&trace, "a!RESET");
    end();
}
END_TEST

/* -- what a callback does last counts -------------------------------------- */

static void chain_then_set(bight_result *result, void *inner)
{
    bight_result_chain(result, inner);
    ck_assert(!bight_failed(bight_result_error(result)));
    bight_result_set(result, number(9));
}

static void chain_twice(bight_result *result, void *inner)
{
    bight_result_chain(result, inner);
    bight_result_chain(result, bight_deferred_resolved(the_loop, number(8)));
}

static void chain_then_fail(bight_result *result, void *inner)
{
    bight_result_chain(result, inner);
    fail_busy(result, NULL);
}

START_TEST(D6_of_several_results_in_one_callback_the_last_counts)
{
    static const bight_result_fn several[] = {chain_then_set, chain_twice,
                                              chain_then_fail};
    bight_promise *inner;
    begin(_i);
    for (unsigned i = 0; i < 3; i++) {
        bight_deferred *d = bight_deferred_resolved(the_loop, number(1));
        bight_then(d, several[i], make(&inner));
        bight_on(d, say, "a");
        turn();
        bight_promise_resolve(inner, owned());
        turn();
        ck_assert_uint_eq(destroyed, 1);
    }
    ck_assert_trace(&trace, "a=9 a=8 a!BUSY");
    end();
}
END_TEST

START_TEST(D6_no_memory_for_the_inner_is_the_outers_error)
{
    begin(_i);
    bight_deferred *d = bight_deferred_resolved(the_loop, owned());
    bight_then(d, chain_to, NULL);
    bight_on(d, say, "a");
    turn();
    ck_assert_trace(&trace, "a!NO_MEMORY");
    ck_assert_uint_eq(destroyed, 1);
    end();
}
END_TEST

/* -- cycles ---------------------------------------------------------------- */

START_TEST(D6_returning_itself_is_circular)
{
    bight_promise *promise;
    begin(_i);
    bight_deferred *d = make(&promise);
    bight_then(d, chain_to, d);
    bight_catch(d, say, "a");
    bight_promise_resolve(promise, number(1));
    turn();
    ck_assert_trace(&trace, "a!CIRCULAR");
    end();
}
END_TEST

START_TEST(D6_returning_itself_is_circular_also_when_given_away)
{
    begin(_i);
    bight_deferred *d = bight_deferred_resolved(the_loop, number(1));
    bight_then(d, chain_to, d);
    bight_on(d, say, "a");
    turn();
    ck_assert_trace(&trace, "a!CIRCULAR");
    end();
}
END_TEST

/* Each waits for the next, and the last is to wait for the first; `extra`
 * callbacks keep each of them from being passed over. */
static void close_cycle(unsigned length, bool extra)
{
    bight_promise *promises[8];
    bight_deferred *ring[8] = {NULL};
    for (unsigned i = 0; i < length; i++)
        ring[i] = make(&promises[i]);
    for (unsigned i = 0; i < length; i++) {
        bight_then(ring[i], chain_to, ring[(i + 1) % length]);
        if (extra)
            bight_catch(ring[i], mark, "passed");
    }
    bight_on(ring[0], say, "first");
    for (unsigned i = 0; i < length; i++)
        bight_promise_resolve(promises[i], number(1));
    turn();
}

START_TEST(D6_closing_a_cycle_fails_that_level_with_circular)
{
    begin(_i);
    close_cycle(2, false);
    close_cycle(3, false);
    ck_assert_trace(&trace, "first!CIRCULAR first!CIRCULAR");
    close_cycle(3, true);
    ck_assert_trace(&trace,
                    "first!CIRCULAR first!CIRCULAR passed passed passed "
                    "first!CIRCULAR");
    end();
}
END_TEST

/* -- depth ----------------------------------------------------------------- */

struct chain {
    bight_deferred **levels;
    bight_promise **promises;
    unsigned depth;
    unsigned ran;
};

static struct chain deep;

/* Under valgrind a million takes minutes and shows no more. */
static unsigned depth(void)
{
    return effort(1000000, 10000);
}

/* Check notes each of its assertions, which a million of them feel. */
static bight_deferred *make_many(bight_promise **ret_promise)
{
    return bight_deferred_new(the_loop, ret_promise, NULL, NULL);
}

static void count(bight_result *result, void *arg)
{
    (void)result;
    (void)arg;
    deep.ran++;
}

/* Level n waits for n + 1; a second callback keeps each level in place. */
static void chain_levels(bool inside_out)
{
    deep.ran = 0;
    deep.depth = depth();
    deep.levels = calloc(deep.depth, sizeof(*deep.levels));
    deep.promises = calloc(deep.depth, sizeof(*deep.promises));
    ck_assert(deep.levels != NULL && deep.promises != NULL);
    for (unsigned i = 0; i < deep.depth; i++)
        deep.levels[i] = make_many(&deep.promises[i]);
    for (unsigned i = 0; i + 1 < deep.depth; i++) {
        bight_then(deep.levels[i], chain_to, deep.levels[i + 1]);
        bight_finally(deep.levels[i], count, NULL);
    }
    for (unsigned i = 0; i + 1 < deep.depth; i++) {
        bight_promise_resolve(
            deep.promises[inside_out ? deep.depth - 2 - i : i], number(0));
        if (i % 1000 == 0)
            turn();
    }
    turn();
}

static void chain_free(void)
{
    turn();
    free(deep.levels);
    free(deep.promises);
}

static void fire_deep(void)
{
    chain_levels(true);
    bight_on(deep.levels[0], say, "out");
    bight_promise_resolve(deep.promises[deep.depth - 1], number(7));
    chain_free();
    ck_assert_uint_eq(deep.ran, deep.depth - 1);
    ck_assert_trace(&trace, "out=7");
}

static void cancel_deep(void)
{
    chain_levels(false);
    bight_cancel(deep.levels[0]);
    bight_on(deep.levels[0], say, "out");
    turn();
    bight_promise_resolve(deep.promises[deep.depth - 1], owned());
    ck_assert_uint_eq(destroyed, 1);
    chain_free();
    ck_assert_uint_eq(deep.ran, deep.depth - 1);
    ck_assert_trace(&trace, "out!CANCELLED");
}

static void free_deep(void)
{
    chain_levels(true);
    bight_detach(deep.levels[0]);
    ck_assert_uint_eq(alive(), deep.depth);
    bight_promise_resolve(deep.promises[deep.depth - 1], owned());
    chain_free();
    ck_assert_uint_eq(destroyed, 1);
}

/* Waits for all of them at the loop's end. */
static void close_deep(void)
{
    chain_levels(true);
    bight_on(deep.levels[0], say, "out");
    bight_loop_close(the_loop, NULL, NULL);
    ck_assert_trace(&trace, "out!LOOP_CLOSED");
    bight_promise_resolve(deep.promises[deep.depth - 1], owned());
    ck_assert_uint_eq(destroyed, 1);
    free(deep.levels);
    free(deep.promises);
}

typedef void (*deep_fn)(void);

struct deep_run {
    deep_fn fn;
};

static void *run_deep(void *arg)
{
    begin(BIGHT_LOOP_VIRTUAL);
    ((struct deep_run *)arg)->fn();
    end();
    return NULL;
}

static void with_small_stack(deep_fn fn)
{
    pthread_t thread;
    pthread_attr_t attributes;
    struct deep_run run = {.fn = fn};
    ck_assert_int_eq(pthread_attr_init(&attributes), 0);
    ck_assert_int_eq(pthread_attr_setstacksize(&attributes, SMALL_STACK), 0);
    ck_assert_int_eq(pthread_create(&thread, &attributes, run_deep, &run), 0);
    (void)pthread_join(thread, NULL);
    (void)pthread_attr_destroy(&attributes);
}

START_TEST(D6_a_million_levels_fire_cancel_and_go_on_a_small_stack)
{
    static const deep_fn deeds[] = {fire_deep, cancel_deep, free_deep,
                                    close_deep};
    with_small_stack(deeds[_i]);
}
END_TEST

/* -- turns ----------------------------------------------------------------- */

struct turns {
    unsigned left;
    bool pending; /* each turn waits for its promise */
    bool timed;
    bight_promise *promise;
    uint64_t most;
};

static void next_turn(bight_result *result, void *arg);

static bight_deferred *new_turn(struct turns *turns)
{
    bight_deferred *d;
    if (turns->pending)
        d = make_many(&turns->promise);
    else
        d = bight_deferred_resolved(the_loop, number(turns->left));
    return bight_then(d, next_turn, turns);
}

static void fire_turn(void *arg)
{
    struct turns *turns = arg;
    bight_promise_resolve(turns->promise, number(turns->left));
}

static void next_turn(bight_result *result, void *arg)
{
    struct turns *turns = arg;
    if (turns->left-- == 0)
        return;
    bight_result_chain(result, new_turn(turns));
    if (turns->pending)
        (void)bight_call_soon(the_loop, fire_turn, turns);
    if (alive() > turns->most)
        turns->most = alive();
}

START_TEST(D6_a_million_turns_that_return_the_next_keep_two_alive)
{
    struct turns turns = {.left = depth(), .pending = _i % 2 == 1};
    begin(BIGHT_LOOP_VIRTUAL);
    bight_deferred *d = new_turn(&turns);
    if (turns.pending)
        fire_turn(&turns);
    if (_i < 2)
        bight_on(d, say, "done");
    turn();
    ck_assert_uint_le(turns.most, 2);
    if (_i >= 2)
        bight_on(d, say, "done");
    turn();
    ck_assert_trace(&trace, "done=0");
    end();
}
END_TEST

static void add_depth(Suite *suite)
{
    TCase *depth = leaks_test_case(suite, "depth");
    tcase_set_timeout(depth, 60);
    tcase_add_loop_test(
        depth, D6_a_million_levels_fire_cancel_and_go_on_a_small_stack, 0, 4);
    tcase_add_loop_test(
        depth, D6_a_million_turns_that_return_the_next_keep_two_alive, 0, 4);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("chain");
    TCase *results = leaks_test_case(suite, "results");
    tcase_add_kinds_test(results, D6_the_outer_takes_the_inners_result);
    tcase_add_kinds_test(results, D6_one_that_has_its_result_is_not_waited_for);
    tcase_add_kinds_test(results,
                         D6_an_inner_error_skips_to_the_outers_next_catch);
    tcase_add_kinds_test(results,
                         D6_of_several_results_in_one_callback_the_last_counts);
    tcase_add_kinds_test(results,
                         D6_no_memory_for_the_inner_is_the_outers_error);
    TCase *cycles = leaks_test_case(suite, "cycles");
    tcase_add_kinds_test(cycles, D6_returning_itself_is_circular);
    tcase_add_kinds_test(cycles,
                         D6_returning_itself_is_circular_also_when_given_away);
    tcase_add_kinds_test(cycles,
                         D6_closing_a_cycle_fails_that_level_with_circular);
    add_depth(suite);
    return suite;
}
