/* SPDX-License-Identifier: MIT */
/* Bounded queues: in turn, bounded, and nothing lost to who has left. */
#include <bight/queue.h>

#include "deferreds.h"

static bight_queue *queue;

static void begin_queue(int kind, size_t limit)
{
    begin(kind);
    destroyed = 0;
    ck_assert_ok(bight_queue_new(the_loop, limit, &queue));
}

static void end_queue(void)
{
    turn();
    bight_queue_free(queue);
    turn();
    end();
}

static void put(int n, const char *word)
{
    bight_on(bight_queue_put(queue, number(n)), say, (void *)(uintptr_t)word);
}

static void get(const char *word)
{
    bight_on(bight_queue_get(queue), say, (void *)(uintptr_t)word);
}

static bight_value owned_too(void)
{
    return bight_value_pointer(&destroyed, destroy);
}

/* -- in turn --------------------------------------------------------------- */

START_TEST(values_come_out_in_the_order_in_which_they_went_in)
{
    begin_queue(_i, 2);
    for (int n = 1; n <= 4; n++)
        put(n, "p");
    turn();
    ck_assert_trace(&trace, "p=0 p=0");
    ck_assert_uint_eq(bight_queue_count(queue), 2);
    for (int n = 1; n <= 4; n++)
        get("g");
    turn();
    ck_assert_trace(&trace, "p=0 p=0 p=0 g=1 p=0 g=2 g=3 g=4");
    end_queue();
}
END_TEST

START_TEST(who_waits_longest_gets_the_first_value)
{
    begin_queue(_i, 2);
    get("a");
    get("b");
    put(1, "p");
    turn();
    ck_assert_trace(&trace, "a=1 p=0");
    ck_assert_uint_eq(bight_queue_count(queue), 0);
    ck_assert(bight_queue_try_put(queue, number(2)));
    turn();
    ck_assert_trace(&trace, "a=1 p=0 b=2");
    end_queue();
}
END_TEST

START_TEST(what_cannot_be_done_at_once_is_not_tried)
{
    bight_value value = bight_value_none();
    begin_queue(_i, 1);
    ck_assert(!bight_queue_try_get(queue, &value));
    ck_assert(bight_queue_try_put(queue, number(1)));
    ck_assert(!bight_queue_try_put(queue, number(2)));
    put(3, "p");
    ck_assert(bight_queue_try_get(queue, &value));
    ck_assert_int_eq(value.as.integer, 1);
    ck_assert(!bight_queue_try_put(queue, number(2)));
    ck_assert(bight_queue_try_get(queue, &value));
    ck_assert_int_eq(value.as.integer, 3);
    turn();
    ck_assert_trace(&trace, "p=0");
    end_queue();
}
END_TEST

START_TEST(a_queue_of_no_values_is_invalid)
{
    bight_queue *none = NULL;
    begin(_i);
    ck_assert_error(bight_queue_new(the_loop, 0, &none), BIGHT_ERROR_INVALID);
    ck_assert_error(bight_queue_new(the_loop, SIZE_MAX / 8, &none),
                    BIGHT_ERROR_NO_MEMORY);
    ck_assert_ptr_null(none);
    end();
}
END_TEST

/* -- leaving --------------------------------------------------------------- */

START_TEST(D7_who_was_cancelled_takes_no_value)
{
    begin_queue(_i, 1);
    bight_deferred *d = bight_finally(bight_queue_get(queue), say, "a");
    get("b");
    bight_cancel(d);
    bight_detach(d);
    put(1, "p");
    turn();
    ck_assert_trace(&trace, "a!CANCELLED b=1 p=0");
    end_queue();
}
END_TEST

START_TEST(D8_a_value_that_was_given_before_the_cancel_is_delivered)
{
    begin_queue(_i, 1);
    bight_deferred *d = bight_finally(bight_queue_get(queue), say, "a");
    put(1, "p");
    bight_cancel(d);
    bight_detach(d);
    turn();
    ck_assert_trace(&trace, "a=1 p=0");
    end_queue();
}
END_TEST

START_TEST(D5_who_was_cancelled_puts_nothing_and_its_value_is_destroyed)
{
    begin_queue(_i, 1);
    put(1, "p");
    bight_deferred *d =
        bight_finally(bight_queue_put(queue, owned_too()), say, "q");
    put(3, "r");
    bight_cancel(d);
    ck_assert_uint_eq(destroyed, 1);
    bight_detach(d);
    get("g");
    get("g");
    turn();
    ck_assert_trace(&trace, "p=0 q!CANCELLED r=0 g=1 g=3");
    ck_assert_uint_eq(destroyed, 1);
    end_queue();
}
END_TEST

START_TEST(D5_a_value_that_nobody_took_is_destroyed)
{
    begin_queue(_i, 1);
    bight_detach(bight_queue_get(queue));
    bight_detach(bight_queue_put(queue, owned_too()));
    turn();
    ck_assert_uint_eq(destroyed, 1);
    end_queue();
}
END_TEST

/* -- closing --------------------------------------------------------------- */

START_TEST(a_closed_queue_gives_what_is_in_and_takes_nothing)
{
    begin_queue(_i, 1);
    put(1, "p");
    bight_on(bight_queue_put(queue, owned_too()), say, "q");
    bight_queue_close(queue);
    bight_queue_close(queue);
    ck_assert(bight_queue_is_closed(queue));
    ck_assert_uint_eq(destroyed, 1);
    bight_on(bight_queue_put(queue, owned_too()), say, "r");
    ck_assert(!bight_queue_try_put(queue, number(1)));
    get("g");
    get("h");
    turn();
    ck_assert_trace(&trace, "p=0 q!CLOSED r!CLOSED g=1 h!CLOSED");
    ck_assert_uint_eq(destroyed, 2);
    end_queue();
}
END_TEST

START_TEST(who_waits_for_a_value_when_it_closes_is_told)
{
    begin_queue(_i, 1);
    get("a");
    get("b");
    bight_queue_close(queue);
    turn();
    ck_assert_trace(&trace, "a!CLOSED b!CLOSED");
    end_queue();
}
END_TEST

START_TEST(D5_freeing_destroys_what_is_in_and_rejects_who_waits)
{
    begin_queue(_i, 2);
    ck_assert(bight_queue_try_put(queue, owned_too()));
    ck_assert(bight_queue_try_put(queue, owned_too()));
    bight_on(bight_queue_put(queue, owned_too()), say, "p");
    bight_queue_free(queue);
    ck_assert_uint_eq(destroyed, 3);
    turn();
    ck_assert_trace(&trace, "p!CLOSED");
    bight_queue_free(NULL);
    end();
}
END_TEST

START_TEST(D14_who_waits_at_the_loops_close_is_rejected_with_loop_closed)
{
    begin_queue(_i, 1);
    put(1, "p");
    bight_on(bight_queue_put(queue, owned_too()), say, "q");
    bight_queue *empty;
    ck_assert_ok(bight_queue_new(the_loop, 1, &empty));
    bight_on(bight_queue_get(empty), say, "g");
    bight_loop_close(the_loop, NULL, NULL);
    ck_assert_trace(&trace, "p=0 q!LOOP_CLOSED g!LOOP_CLOSED");
    ck_assert_uint_eq(destroyed, 1);
    end();
    bight_queue_free(queue);
    bight_queue_free(empty);
}
END_TEST

/* -- memory ---------------------------------------------------------------- */

static void play(void)
{
    bight_on(bight_queue_get(queue), mark, "f");
    for (unsigned i = 0; i < 4; i++)
        bight_on(bight_queue_put(queue, owned_too()), mark, "f");
    for (unsigned i = 0; i < 2; i++)
        bight_on(bight_queue_get(queue), mark, "f");
    turn();
}

START_TEST(S3_each_failing_allocation_loses_no_value_and_no_callback)
{
    uint64_t n = 0;
    uint64_t failed;
    do {
        begin_queue(_i, 1);
        faults_fail_nth(++n);
        play();
        failed = faults_failed();
        faults_fail_nth(0);
        end_queue();
        ck_assert_trace(&trace, "f f f f f f f");
        ck_assert_uint_eq(destroyed, 4);
        ck_assert_uint_eq(faults_live(), 0);
    } while (failed > 0);
    ck_assert_uint_ge(n, 3);
}
END_TEST

START_TEST(D13_a_value_stays_in_if_there_is_no_memory_to_get_it)
{
    begin_queue(_i, 1);
    ck_assert(bight_queue_try_put(queue, number(5)));
    faults_fail_all();
    get("g");
    ck_assert_trace(&trace, "g!NO_MEMORY");
    faults_fail_nth(0);
    get("g");
    turn();
    ck_assert_trace(&trace, "g!NO_MEMORY g=5");
    end_queue();
}
END_TEST

/* -- many ------------------------------------------------------------------ */

/* A queue of its own, which remembers what went in by counting. */
START_TEST(any_order_of_putting_and_getting_is_first_in_first_out)
{
    uint64_t random = (uint64_t)_i * 2654435761u + 1;
    int in = 0;
    int out = 0;
    begin_queue(BIGHT_LOOP_VIRTUAL, 1 + (size_t)_i % 5);
    for (unsigned step = 0; step < 300; step++) {
        bight_value value;
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
        if (random >> 62 == 0) {
            if (bight_queue_try_get(queue, &value))
                ck_assert_int_eq(value.as.integer, ++out);
        } else if (random >> 62 == 1) {
            bight_detach(bight_queue_put(queue, number(++in)));
        } else if (random >> 62 == 2) {
            in += bight_queue_try_put(queue, number(in + 1));
        } else {
            turn();
        }
    }
    bight_value value;
    while (bight_queue_try_get(queue, &value))
        ck_assert_int_eq(value.as.integer, ++out);
    ck_assert_int_eq(in, out);
    end_queue();
}
END_TEST

static void add_ends(Suite *suite)
{
    TCase *closing = leaks_test_case(suite, "closing");
    tcase_add_kinds_test(closing,
                         a_closed_queue_gives_what_is_in_and_takes_nothing);
    tcase_add_kinds_test(closing, who_waits_for_a_value_when_it_closes_is_told);
    tcase_add_kinds_test(closing,
                         D5_freeing_destroys_what_is_in_and_rejects_who_waits);
    tcase_add_kinds_test(
        closing, D14_who_waits_at_the_loops_close_is_rejected_with_loop_closed);
    TCase *memory = leaks_test_case(suite, "memory");
    tcase_add_kinds_test(
        memory, S3_each_failing_allocation_loses_no_value_and_no_callback);
    tcase_add_kinds_test(memory,
                         D13_a_value_stays_in_if_there_is_no_memory_to_get_it);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("queue");
    TCase *turns = leaks_test_case(suite, "turns");
    tcase_add_kinds_test(turns,
                         values_come_out_in_the_order_in_which_they_went_in);
    tcase_add_kinds_test(turns, who_waits_longest_gets_the_first_value);
    tcase_add_kinds_test(turns, what_cannot_be_done_at_once_is_not_tried);
    tcase_add_kinds_test(turns, a_queue_of_no_values_is_invalid);
    tcase_add_loop_test(
        turns, any_order_of_putting_and_getting_is_first_in_first_out, 0, 50);
    TCase *leaving = leaks_test_case(suite, "leaving");
    tcase_add_kinds_test(leaving, D7_who_was_cancelled_takes_no_value);
    tcase_add_kinds_test(
        leaving, D8_a_value_that_was_given_before_the_cancel_is_delivered);
    tcase_add_kinds_test(
        leaving, D5_who_was_cancelled_puts_nothing_and_its_value_is_destroyed);
    tcase_add_kinds_test(leaving, D5_a_value_that_nobody_took_is_destroyed);
    add_ends(suite);
    return suite;
}
