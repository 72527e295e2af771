/* SPDX-License-Identifier: MIT */
/* Events. */
#include <bight/event.h>

#include "deferreds.h"

static bight_event *event;

static void begin_event(int kind)
{
    begin(kind);
    ck_assert_ok(bight_event_new(the_loop, &event));
}

static void end_event(void)
{
    bight_event_free(event);
    end();
}

START_TEST(who_waits_goes_on_when_it_happens_in_the_order_of_coming)
{
    begin_event(_i);
    bight_on(bight_event_wait(event), say, "a");
    bight_on(bight_event_wait(event), say, "b");
    turn();
    bight_event_set(event);
    ck_assert_trace(&trace, "");
    turn();
    ck_assert_trace(&trace, "a=0 b=0");
    ck_assert(bight_event_is_set(event));
    end_event();
}
END_TEST

START_TEST(D3_what_has_happened_is_told_from_the_queue)
{
    begin_event(_i);
    bight_event_set(event);
    bight_event_set(event);
    bight_on(bight_event_wait(event), say, "a");
    ck_assert_trace(&trace, "");
    turn();
    ck_assert_trace(&trace, "a=0");
    end_event();
}
END_TEST

START_TEST(who_waited_goes_on_also_if_it_is_cleared_at_once)
{
    begin_event(_i);
    bight_on(bight_event_wait(event), say, "a");
    bight_event_set(event);
    bight_event_clear(event);
    bight_on(bight_event_wait(event), say, "b");
    turn();
    ck_assert_trace(&trace, "a=0");
    ck_assert(!bight_event_is_set(event));
    bight_event_set(event);
    turn();
    ck_assert_trace(&trace, "a=0 b=0");
    end_event();
}
END_TEST

START_TEST(D7_who_was_cancelled_waits_no_more)
{
    begin_event(_i);
    bight_deferred *d = bight_finally(bight_event_wait(event), say, "a");
    bight_on(bight_event_wait(event), say, "b");
    bight_cancel(d);
    bight_event_set(event);
    bight_detach(d);
    turn();
    ck_assert_trace(&trace, "a!CANCELLED b=0");
    end_event();
}
END_TEST

START_TEST(a_freed_event_rejects_who_waits)
{
    begin_event(_i);
    bight_on(bight_event_wait(event), say, "a");
    bight_event_free(event);
    bight_event_free(NULL);
    turn();
    ck_assert_trace(&trace, "a!CLOSED");
    end();
}
END_TEST

START_TEST(D14_who_waits_at_the_close_is_rejected_with_loop_closed)
{
    begin_event(_i);
    bight_on(bight_event_wait(event), say, "a");
    bight_loop_close(the_loop, NULL, NULL);
    ck_assert_trace(&trace, "a!LOOP_CLOSED");
    end();
    bight_event_free(event);
}
END_TEST

START_TEST(S3_each_failing_allocation_leaves_every_finally_called_once)
{
    uint64_t n = 0;
    uint64_t failed;
    do {
        begin_event(_i);
        faults_fail_nth(++n);
        bight_on(bight_event_wait(event), mark, "f");
        bight_event_set(event);
        bight_on(bight_event_wait(event), mark, "f");
        turn();
        failed = faults_failed();
        faults_fail_nth(0);
        ck_assert_trace(&trace, "f f");
        end_event();
        ck_assert_uint_eq(faults_live(), 0);
    } while (failed > 0);
    ck_assert_uint_ge(n, 3);
}
END_TEST

START_TEST(a_hundred_thousand_wait_for_one_event)
{
    begin_event(BIGHT_LOOP_VIRTUAL);
    for (unsigned i = 0; i < 100000; i++)
        bight_detach(bight_event_wait(event));
    bight_event_set(event);
    turn();
    end_event();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("event");
    TCase *events = leaks_test_case(suite, "events");
    tcase_add_kinds_test(
        events, who_waits_goes_on_when_it_happens_in_the_order_of_coming);
    tcase_add_kinds_test(events, D3_what_has_happened_is_told_from_the_queue);
    tcase_add_kinds_test(events,
                         who_waited_goes_on_also_if_it_is_cleared_at_once);
    tcase_add_kinds_test(events, D7_who_was_cancelled_waits_no_more);
    tcase_add_kinds_test(events, a_freed_event_rejects_who_waits);
    tcase_add_kinds_test(
        events, D14_who_waits_at_the_close_is_rejected_with_loop_closed);
    tcase_add_kinds_test(
        events, S3_each_failing_allocation_leaves_every_finally_called_once);
    tcase_add_test(events, a_hundred_thousand_wait_for_one_event);
    return suite;
}
