/* SPDX-License-Identifier: MIT */
/* Locks, semaphores and conditions: in turn, and never to who has left. */
#include <signal.h>

#include <bight/combine.h>
#include <bight/lock.h>

#include "deferreds.h"

static bight_lock *lock;
static bight_semaphore *semaphore;
static bight_condition *condition;
static bight_value holds[4];

static void begin_lock(int kind)
{
    begin(kind);
    ck_assert_ok(bight_lock_new(the_loop, &lock));
    ck_assert_ok(bight_semaphore_new(the_loop, 2, &semaphore));
    ck_assert_ok(bight_condition_new(the_loop, &condition));
}

static void end_lock(void)
{
    turn();
    ck_assert(!bight_lock_is_held(lock));
    ck_assert_uint_eq(bight_semaphore_available(semaphore), 2);
    bight_condition_free(condition);
    bight_lock_free(lock);
    bight_semaphore_free(semaphore);
    end();
}

/* Keeps the hold: "2", or "2!CANCELLED". */
static void keep(bight_result *result, void *hold)
{
    bight_error error = bight_result_error(result);
    int i = (int)((bight_value *)hold - holds);
    *(bight_value *)hold = bight_result_take(result);
    if (bight_failed(error))
        trace_add(&trace, "%d!%s", i, error.domain->symbol(error.code));
    else
        trace_add(&trace, "%d", i);
}

static bight_deferred *acquire(unsigned i)
{
    return bight_finally(bight_lock_acquire(lock), keep, &holds[i]);
}

static bight_deferred *acquire_one(unsigned i)
{
    return bight_finally(bight_semaphore_acquire(semaphore), keep, &holds[i]);
}

static bight_deferred *wait_for(unsigned i)
{
    return bight_finally(bight_condition_wait(condition, lock), keep,
                         &holds[i]);
}

static void let_go(unsigned i)
{
    bight_value_destroy(holds[i]);
    turn();
}

/* -- locks ----------------------------------------------------------------- */

START_TEST(a_lock_is_held_by_one_in_the_order_of_asking)
{
    begin_lock(_i);
    for (unsigned i = 0; i < 3; i++)
        bight_detach(acquire(i));
    ck_assert_trace(&trace, "");
    turn();
    ck_assert_trace(&trace, "0");
    ck_assert(!bight_lock_try_acquire(lock));
    let_go(0);
    ck_assert_trace(&trace, "0 1");
    bight_lock_release(lock);
    turn();
    ck_assert_trace(&trace, "0 1 2");
    ck_assert(bight_lock_is_held(lock));
    let_go(2);
    ck_assert(bight_lock_try_acquire(lock));
    ck_assert(!bight_lock_try_acquire(lock));
    bight_lock_release(lock);
    end_lock();
}
END_TEST

START_TEST(D3_release_calls_nobody_from_inside)
{
    begin_lock(_i);
    ck_assert(bight_lock_try_acquire(lock));
    bight_detach(acquire(0));
    bight_lock_release(lock);
    ck_assert_trace(&trace, "");
    ck_assert(bight_lock_is_held(lock));
    turn();
    ck_assert_trace(&trace, "0");
    let_go(0);
    end_lock();
}
END_TEST

START_TEST(D5_a_hold_that_nobody_took_is_released)
{
    begin_lock(_i);
    bight_detach(bight_lock_acquire(lock));
    bight_on(bight_lock_acquire(lock), mark, "looked");
    bight_detach(acquire(0));
    turn();
    ck_assert_trace(&trace, "looked 0");
    let_go(0);
    end_lock();
}
END_TEST

START_TEST(D7_who_was_cancelled_takes_nobodys_turn)
{
    begin_lock(_i);
    bight_deferred *waiting[3];
    ck_assert(bight_lock_try_acquire(lock));
    for (unsigned i = 0; i < 3; i++)
        waiting[i] = acquire(i);
    bight_cancel(waiting[0]);
    bight_lock_release(lock);
    bight_cancel(waiting[2]);
    turn();
    ck_assert_trace(&trace, "0!CANCELLED 1 2!CANCELLED");
    let_go(1);
    for (unsigned i = 0; i < 3; i++)
        bight_detach(waiting[i]);
    end_lock();
}
END_TEST

START_TEST(D8_a_hold_that_was_given_before_the_cancel_is_delivered)
{
    begin_lock(_i);
    ck_assert(bight_lock_try_acquire(lock));
    bight_deferred *d = acquire(0);
    bight_lock_release(lock);
    bight_cancel(d);
    turn();
    ck_assert_trace(&trace, "0");
    bight_detach(d);
    let_go(0);
    end_lock();
}
END_TEST

START_TEST(D10_waiting_for_a_lock_times_out)
{
    begin_lock(BIGHT_LOOP_VIRTUAL);
    ck_assert(bight_lock_try_acquire(lock));
    bight_detach(bight_timeout(acquire(0), 100));
    bight_detach(acquire(1));
    turn();
    ck_assert_trace(&trace, "0!TIMED_OUT");
    bight_lock_release(lock);
    turn();
    let_go(1);
    ck_assert_trace(&trace, "0!TIMED_OUT 1");
    end_lock();
}
END_TEST

START_TEST(D12_who_loses_a_race_leaves_nothing_locked)
{
    begin_lock(_i);
    for (unsigned round = 0; round < 2; round++) {
        bight_deferred *inputs[2] = {bight_semaphore_acquire(semaphore),
                                     bight_lock_acquire(lock)};
        bight_on(bight_race(the_loop, inputs, 2, NULL), keep, &holds[0]);
        turn();
        let_go(0);
        ck_assert(!bight_lock_is_held(lock));
    }
    bight_deferred *both[2] = {
        bight_lock_acquire(lock),
        bight_deferred_rejected(the_loop, fault(BIGHT_ERROR_EOF))};
    bight_on(bight_all(the_loop, both, 2), say, "all");
    turn();
    ck_assert_trace(&trace, "0 0 all!EOF");
    end_lock();
}
END_TEST

START_TEST(a_freed_lock_rejects_who_waits_and_goes_with_its_last_hold)
{
    begin_lock(_i);
    bight_lock *other;
    ck_assert_ok(bight_lock_new(the_loop, &other));
    bight_on(bight_lock_acquire(other), keep, &holds[0]);
    bight_on(bight_lock_acquire(other), keep, &holds[1]);
    turn();
    bight_lock_free(other);
    turn();
    ck_assert_trace(&trace, "0 1!CLOSED");
    let_go(0);
    bight_lock_free(NULL);
    end_lock();
}
END_TEST

START_TEST(releasing_what_is_not_held_aborts)
{
    begin_lock(BIGHT_LOOP_VIRTUAL);
    bight_lock_release(lock);
}
END_TEST

START_TEST(D14_who_waits_at_the_close_is_rejected_with_loop_closed)
{
    begin(_i);
    ck_assert_ok(bight_lock_new(the_loop, &lock));
    bight_on(bight_lock_acquire(lock), keep, &holds[0]);
    bight_on(bight_lock_acquire(lock), keep, &holds[1]);
    bight_loop_close(the_loop, NULL, NULL);
    ck_assert_trace(&trace, "0 1!LOOP_CLOSED");
    end();
    bight_value_destroy(holds[0]);
    bight_lock_free(lock);
}
END_TEST

/* -- semaphores ------------------------------------------------------------ */

START_TEST(a_semaphore_is_held_by_so_many)
{
    begin_lock(_i);
    bight_deferred *waiting[4];
    for (unsigned i = 0; i < 4; i++)
        waiting[i] = acquire_one(i);
    ck_assert_uint_eq(bight_semaphore_available(semaphore), 0);
    bight_cancel(waiting[2]);
    turn();
    ck_assert_trace(&trace, "0 1 2!CANCELLED");
    let_go(1);
    ck_assert_trace(&trace, "0 1 2!CANCELLED 3");
    let_go(0);
    ck_assert(bight_semaphore_try_acquire(semaphore));
    ck_assert(!bight_semaphore_try_acquire(semaphore));
    bight_semaphore_release(semaphore);
    let_go(3);
    for (unsigned i = 0; i < 4; i++)
        bight_detach(waiting[i]);
    end_lock();
}
END_TEST

START_TEST(a_semaphore_of_no_holds_is_invalid)
{
    bight_semaphore *none = NULL;
    begin(_i);
    ck_assert_error(bight_semaphore_new(the_loop, 0, &none),
                    BIGHT_ERROR_INVALID);
    ck_assert_ptr_null(none);
    end();
}
END_TEST

/* -- conditions ------------------------------------------------------------ */

/* Three wait, each of which held the lock. */
static void begin_waiting(int kind, bight_deferred *ret_waiting[3])
{
    begin_lock(kind);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert(bight_lock_try_acquire(lock));
        ret_waiting[i] = wait_for(i);
        ck_assert(!bight_lock_is_held(lock));
    }
}

static void end_waiting(bight_deferred *waiting[3])
{
    for (unsigned i = 0; i < 3; i++)
        bight_detach(waiting[i]);
    end_lock();
}

START_TEST(who_was_notified_has_the_lock_again_one_after_the_other)
{
    bight_deferred *waiting[3];
    begin_waiting(_i, waiting);
    bight_condition_notify(condition);
    turn();
    ck_assert_trace(&trace, "0");
    bight_condition_notify_all(condition);
    turn();
    ck_assert_trace(&trace, "0");
    let_go(0);
    ck_assert_trace(&trace, "0 1");
    let_go(1);
    ck_assert_trace(&trace, "0 1 2");
    let_go(2);
    bight_condition_notify(condition);
    end_waiting(waiting);
}
END_TEST

START_TEST(D7_who_was_cancelled_is_not_notified)
{
    bight_deferred *waiting[3];
    begin_waiting(_i, waiting);
    bight_cancel(waiting[0]);
    bight_condition_notify(condition);
    turn();
    ck_assert_trace(&trace, "0!CANCELLED 1");
    let_go(1);
    bight_cancel(waiting[2]);
    end_waiting(waiting);
}
END_TEST

START_TEST(D7_who_is_cancelled_after_the_notification_hands_it_on)
{
    bight_deferred *waiting[3];
    begin_waiting(_i, waiting);
    ck_assert(bight_lock_try_acquire(lock));
    bight_condition_notify(condition);
    bight_cancel(waiting[0]);
    bight_lock_release(lock);
    turn();
    ck_assert_trace(&trace, "0!CANCELLED 1");
    let_go(1);
    bight_cancel(waiting[2]);
    end_waiting(waiting);
}
END_TEST

START_TEST(a_freed_condition_rejects_who_waits_not_who_was_notified)
{
    bight_deferred *waiting[3];
    begin_waiting(_i, waiting);
    ck_assert(bight_lock_try_acquire(lock));
    bight_condition_notify(condition);
    bight_condition_notify(condition);
    bight_condition_free(condition);
    bight_cancel(waiting[1]);
    bight_lock_release(lock);
    turn();
    ck_assert_trace(&trace, "2!CLOSED 1!CANCELLED 0");
    let_go(0);
    ck_assert_ok(bight_condition_new(the_loop, &condition));
    end_waiting(waiting);
}
END_TEST

START_TEST(a_lock_freed_before_the_notification_is_closed)
{
    bight_deferred *waiting[3];
    begin_waiting(_i, waiting);
    bight_lock_free(lock);
    bight_cancel(waiting[0]);
    bight_condition_notify(condition);
    turn();
    ck_assert_trace(&trace, "0!CANCELLED 1!CLOSED");
    bight_condition_notify(condition);
    ck_assert_ok(bight_lock_new(the_loop, &lock));
    end_waiting(waiting);
}
END_TEST

START_TEST(a_condition_needs_no_lock)
{
    begin_lock(_i);
    bight_deferred *d = bight_condition_wait(condition, NULL);
    bight_condition_notify_all(condition);
    bight_on(bight_condition_wait(condition, NULL), say, "b");
    bight_on(d, say, "a");
    turn();
    ck_assert_trace(&trace, "a=0");
    bight_condition_free(condition);
    ck_assert_ok(bight_condition_new(the_loop, &condition));
    turn();
    ck_assert_trace(&trace, "a=0 b!CLOSED");
    end_lock();
}
END_TEST

/* -- memory ---------------------------------------------------------------- */

START_TEST(S3_the_uncontended_way_allocates_nothing)
{
    begin_lock(_i);
    bight_detach(bight_lock_acquire(lock));
    turn();
    faults_fail_all();
    for (unsigned i = 0; i < 1000; i++) {
        bight_on(bight_lock_acquire(lock), keep, &holds[0]);
        turn();
        trace = (struct trace){.length = 0};
        let_go(0);
    }
    ck_assert_uint_eq(faults_failed(), 0);
    faults_fail_nth(0);
    end_lock();
}
END_TEST

static void play(void)
{
    for (unsigned i = 0; i < 2; i++)
        holds[i] = bight_value_none();
    bight_on(bight_lock_acquire(lock), keep, &holds[0]);
    bight_on(bight_lock_acquire(lock), keep, &holds[1]);
    bight_on(bight_semaphore_acquire(semaphore), mark, "s");
    turn();
    let_go(0);
    let_go(1);
    if (bight_lock_try_acquire(lock))
        bight_on(bight_condition_wait(condition, lock), mark, "c");
    bight_condition_notify(condition);
    turn();
}

START_TEST(S3_each_failing_allocation_leaves_nothing_held)
{
    uint64_t n = 0;
    uint64_t failed;
    do {
        begin_lock(_i);
        faults_fail_nth(++n);
        play();
        failed = faults_failed();
        faults_fail_nth(0);
        end_lock();
        ck_assert_uint_eq(faults_live(), 0);
    } while (failed > 0);
    ck_assert_uint_ge(n, 3);
}
END_TEST

static void add_conditions(Suite *suite)
{
    TCase *conditions = leaks_test_case(suite, "conditions");
    tcase_add_kinds_test(
        conditions, who_was_notified_has_the_lock_again_one_after_the_other);
    tcase_add_kinds_test(conditions, D7_who_was_cancelled_is_not_notified);
    tcase_add_kinds_test(
        conditions, D7_who_is_cancelled_after_the_notification_hands_it_on);
    tcase_add_kinds_test(
        conditions, a_freed_condition_rejects_who_waits_not_who_was_notified);
    tcase_add_kinds_test(conditions,
                         a_lock_freed_before_the_notification_is_closed);
    tcase_add_kinds_test(conditions, a_condition_needs_no_lock);
    TCase *memory = leaks_test_case(suite, "memory");
    tcase_add_kinds_test(memory, S3_the_uncontended_way_allocates_nothing);
    tcase_add_kinds_test(memory,
                         S3_each_failing_allocation_leaves_nothing_held);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("lock");
    TCase *locks = leaks_test_case(suite, "locks");
    tcase_add_kinds_test(locks, a_lock_is_held_by_one_in_the_order_of_asking);
    tcase_add_kinds_test(locks, D3_release_calls_nobody_from_inside);
    tcase_add_kinds_test(locks, D5_a_hold_that_nobody_took_is_released);
    tcase_add_kinds_test(locks, D7_who_was_cancelled_takes_nobodys_turn);
    tcase_add_kinds_test(
        locks, D8_a_hold_that_was_given_before_the_cancel_is_delivered);
    tcase_add_test(locks, D10_waiting_for_a_lock_times_out);
    tcase_add_kinds_test(locks, D12_who_loses_a_race_leaves_nothing_locked);
    tcase_add_kinds_test(
        locks, a_freed_lock_rejects_who_waits_and_goes_with_its_last_hold);
    tcase_add_kinds_test(
        locks, D14_who_waits_at_the_close_is_rejected_with_loop_closed);
    TCase *semaphores = leaks_test_case(suite, "semaphores");
    tcase_add_kinds_test(semaphores, a_semaphore_is_held_by_so_many);
    tcase_add_kinds_test(semaphores, a_semaphore_of_no_holds_is_invalid);
    TCase *misuse = tcase_create("misuse");
    tcase_set_tags(misuse, "fork");
    tcase_add_test_raise_signal(misuse, releasing_what_is_not_held_aborts,
                                SIGABRT);
    suite_add_tcase(suite, misuse);
    add_conditions(suite);
    return suite;
}
