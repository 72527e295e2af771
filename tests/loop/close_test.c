/* SPDX-License-Identifier: MIT */
/* L9: closing ends what is left, names it, and reports by callback. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <bight/uv.h>

#include "faults.h"
#include "leaks.h"
#include "loop/dispatch.h"
#include "loops.h"
#include "suite.h"

static bight_loop *the_loop;
static struct trace trace;
static unsigned reports;

static void begin(int kind)
{
    trace = (struct trace){.length = 0};
    reports = 0;
    the_loop = loops_new((bight_loop_kind)kind);
}

static void say(void *ctx)
{
    trace_add(&trace, "%s", (const char *)ctx);
}

static void closed(void *ctx, const bight_close_report *report)
{
    ck_assert_uint_eq(report->size, sizeof(*report));
    trace_add(&trace, "%s:%zu", (const char *)ctx, report->count);
    reports++;
}

static bight_timer *new_timer(void)
{
    bight_timer *timer = NULL;
    ck_assert_ok(bight_timer_new(the_loop, say, "timer", &timer));
    return timer;
}

START_TEST(closing_an_idle_loop_reports_nothing_inside_the_call)
{
    begin(_i);
    bight_loop_close(the_loop, closed, "closed");
    ck_assert_trace(&trace, "closed:0");
    loops_free(the_loop);
    ck_assert_uint_eq(reports, 1);
}
END_TEST

START_TEST(a_second_close_adds_nothing)
{
    begin(_i);
    bight_loop_close(the_loop, closed, "first");
    bight_loop_close(the_loop, closed, "second");
    ck_assert_trace(&trace, "first:0");
    loops_free(the_loop);
}
END_TEST

START_TEST(freeing_closes_and_null_is_fine)
{
    begin(_i);
    loops_free(the_loop);
    ck_assert_ok(bight_loop_free(NULL));
}
END_TEST

/* -- survivors ------------------------------------------------------------- */

static void check_timer(const bight_survivor *survivor, const char *name,
                        uint64_t age_ms)
{
    ck_assert_str_eq(survivor->kind, "timer");
    ck_assert_str_eq(survivor->name, name);
    ck_assert_ptr_nonnull(strstr(survivor->made_at, "+0x"));
    ck_assert_uint_eq(survivor->age_ms, age_ms);
}

static void check_survivors(void *ctx, const bight_close_report *report)
{
    ck_assert_uint_eq(report->count, 3);
    check_timer(&report->survivors[0], "due in 70 ms", 30);
    check_timer(&report->survivors[1], "due in 5000 ms", 20);
    ck_assert_str_eq(report->survivors[2].kind, "signal");
    ck_assert_str_eq(report->survivors[2].name, "signal 10");
    ck_assert_uint_eq(report->survivors[2].age_ms, 0);
    say(ctx);
}

START_TEST(every_survivor_is_named_with_kind_name_age_and_origin)
{
    bight_signal *usr1;
    begin(_i);
    bight_timer *first = new_timer();
    bight_timer_start(first, 100);
    ck_assert_ok(bight_loop_advance(the_loop, 10));
    bight_timer *second = new_timer();
    ck_assert_ok(bight_loop_advance(the_loop, 20));
    bight_timer_start(second, 5000);
    ck_assert_ok(bight_signal_new(the_loop, SIGUSR1, say, "usr1", &usr1));
    bight_loop_close(the_loop, check_survivors, "checked");
    ck_assert_trace(&trace, "checked");
    bight_timer_free(first);
    bight_timer_free(second);
    bight_signal_free(usr1);
    loops_free(the_loop);
}
END_TEST

START_TEST(what_the_program_ended_itself_is_no_survivor)
{
    bight_signal *usr1;
    begin(_i);
    bight_timer *timer = new_timer();
    bight_timer *stopped = new_timer();
    bight_timer_start(timer, 5000);
    ck_assert_ok(bight_signal_new(the_loop, SIGUSR1, say, "usr1", &usr1));
    bight_timer_free(timer);
    bight_signal_free(usr1);
    ck_assert_ok(bight_loop_run(the_loop));
    bight_loop_close(the_loop, closed, "closed");
    ck_assert_trace(&trace, "closed:0");
    bight_timer_free(stopped);
    loops_free(the_loop);
}
END_TEST

static void check_hundred(void *ctx, const bight_close_report *report)
{
    ck_assert_uint_eq(report->count, 100);
    for (unsigned i = 0; i < 64; i++)
        ck_assert_str_eq(report->survivors[i].kind, "timer");
    closed(ctx, report);
}

START_TEST(of_a_hundred_survivors_the_first_64_are_listed)
{
    bight_timer *timers[100];
    begin(_i);
    for (unsigned i = 0; i < 100; i++)
        bight_timer_start(timers[i] = new_timer(), i);
    bight_loop_close(the_loop, check_hundred, "hundred");
    ck_assert_trace(&trace, "hundred:100");
    for (unsigned i = 0; i < 100; i++)
        bight_timer_free(timers[i]);
    loops_free(the_loop);
}
END_TEST

static void check_uncounted(void *ctx, const bight_close_report *report)
{
    ck_assert_ptr_null(report->survivors);
    closed(ctx, report);
}

START_TEST(without_memory_survivors_are_counted_and_ended)
{
    begin(_i);
    bight_timer *timer = new_timer();
    bight_timer_start(timer, 1);
    faults_fail_all();
    bight_loop_close(the_loop, check_uncounted, "closed");
    faults_fail_nth(0);
    ck_assert_trace(&trace, "closed:1");
    bight_timer_free(timer);
    loops_free(the_loop);
}
END_TEST

static void free_timer(void *ctx, const bight_close_report *report)
{
    bight_timer *timer = ctx;
    bight_timer_start(timer, 0);
    ck_assert(!bight_timer_active(timer));
    bight_timer_free(timer);
    closed("closed", report);
}

START_TEST(a_closed_loops_timer_may_be_freed_in_the_report)
{
    begin(_i);
    bight_timer *timer = new_timer();
    bight_timer_start(timer, 0);
    bight_loop_close(the_loop, free_timer, timer);
    ck_assert_trace(&trace, "closed:1");
    loops_free(the_loop);
}
END_TEST

START_TEST(no_timer_fires_after_the_close_began)
{
    begin(_i);
    bight_timer *timer = new_timer();
    bight_timer_start(timer, 0);
    bight_loop_close(the_loop, closed, "closed");
    ck_assert_trace(&trace, "closed:1");
    bight_timer_free(timer);
    loops_free(the_loop);
}
END_TEST

/* -- inside callbacks ------------------------------------------------------ */

static void close_here(void *ctx)
{
    bight_loop_close(the_loop, closed, ctx);
    say("returned");
    ck_assert_uint_eq(reports, 0);
}

START_TEST(a_close_in_a_callback_reports_in_the_running_loop)
{
    begin(_i);
    bight_timer *timer = new_timer();
    bight_timer_start(timer, 1000000);
    ck_assert_ok(bight_call_soon(the_loop, close_here, "closed"));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "returned closed:1");
    bight_timer_free(timer);
    loops_free(the_loop);
}
END_TEST

START_TEST(a_close_in_a_callback_of_advance_is_over_when_that_returns)
{
    bight_timer *timer;
    begin(_i);
    ck_assert_ok(bight_timer_new(the_loop, close_here, "closed", &timer));
    bight_timer_start(timer, 10);
    ck_assert_ok(bight_loop_advance(the_loop, 1000));
    ck_assert_trace(&trace, "returned closed:0");
    bight_timer_free(timer);
    loops_free(the_loop);
}
END_TEST

static void close_and_stop(void *ctx)
{
    close_here(ctx);
    bight_loop_stop(the_loop);
}

/* libuv lets go of a signal only at the end of the turn. */
START_TEST(a_close_that_was_stopped_is_finished_by_free)
{
    bight_signal *usr1;
    begin(_i);
    ck_assert_ok(bight_signal_new(the_loop, SIGUSR1, say, "usr1", &usr1));
    ck_assert_ok(bight_call_soon(the_loop, close_and_stop, "closed"));
    ck_assert_ok(bight_loop_run(the_loop));
    bight_signal_free(usr1);
    loops_free(the_loop);
    ck_assert_trace(&trace, "returned closed:1");
}
END_TEST

static void flush(struct bight__dirty *dirty)
{
    (void)dirty;
    say("flushed");
}

static void close_and_dirty(void *ctx)
{
    struct bight__dirty *dirty = ctx;
    dirty->flush = flush;
    close_here("closed");
    bight__dirty_push(the_loop, 0, dirty);
}

START_TEST(what_is_dirty_at_the_close_is_flushed_before_its_report)
{
    struct bight__dirty dirty;
    begin(_i);
    ck_assert_ok(bight_call_soon(the_loop, close_and_dirty, &dirty));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "returned flushed closed:0");
    loops_free(the_loop);
}
END_TEST

static void free_here(void *ctx, const bight_close_report *report)
{
    ck_assert_error(bight_loop_free(the_loop), BIGHT_ERROR_BUSY);
    closed(ctx, report);
}

START_TEST(an_owned_loop_cannot_be_freed_in_its_report)
{
    begin(_i);
    bight_loop_close(the_loop, free_here, "closed");
    ck_assert_trace(&trace, "closed:0");
    loops_free(the_loop);
}
END_TEST

START_TEST(a_closed_loop_runs_no_more)
{
    bight_timer *timer = NULL;
    begin(_i);
    bight_loop_close(the_loop, NULL, NULL);
    ck_assert_error(bight_loop_run(the_loop), BIGHT_ERROR_USAGE);
    ck_assert(!bight_loop_step(the_loop));
    ck_assert_error(bight_call_soon(the_loop, say, "a"), BIGHT_ERROR_CLOSED);
    ck_assert_error(bight_timer_new(the_loop, say, "a", &timer),
                    BIGHT_ERROR_CLOSED);
    loops_free(the_loop);
}
END_TEST

/* A timer made while the loop closes would never be ended. */
static void make_timer(void *ctx)
{
    bight_timer *timer = NULL;
    bight_loop_close(the_loop, closed, ctx);
    ck_assert_error(bight_timer_new(the_loop, say, "late", &timer),
                    BIGHT_ERROR_CLOSED);
}

START_TEST(a_closing_loop_takes_nothing_new_that_it_would_have_to_end)
{
    begin(_i);
    ck_assert_ok(bight_call_soon(the_loop, make_timer, "closed"));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "closed:0");
    loops_free(the_loop);
}
END_TEST

START_TEST(loops_may_be_made_and_freed_again_and_again)
{
    for (unsigned i = 0; i < 20; i++) {
        begin(_i);
        ck_assert_ok(bight_call_soon(the_loop, say, "a"));
        loops_free(the_loop);
        ck_assert_trace(&trace, "a");
    }
}
END_TEST

START_TEST(a_signal_that_was_given_back_is_no_survivor)
{
    bight_signal *signal = NULL;
    begin(BIGHT_LOOP_REAL);
    ck_assert_ok(bight_signal_new(the_loop, SIGUSR1, say, "usr1", &signal));
    bight_signal_free(signal);
    bight_loop_close(the_loop, closed, "closed");
    ck_assert_trace(&trace, "closed:0");
    loops_free(the_loop);
}
END_TEST

static void on_foreign(uv_timer_t *timer)
{
    (void)timer;
}

/* The program's own handles are the program's to close. */
START_TEST(an_owned_loop_with_foreign_handles_closes_and_is_BUSY_to_free)
{
    uv_timer_t timer;
    begin(BIGHT_LOOP_REAL);
    uv_loop_t *uv = bight_loop_uv(the_loop);
    ck_assert_int_eq(uv_timer_init(uv, &timer), 0);
    ck_assert_int_eq(uv_timer_start(&timer, on_foreign, 1 << 30, 0), 0);
    bight_loop_close(the_loop, closed, "closed");
    ck_assert_trace(&trace, "closed:0");
    ck_assert_error(bight_loop_free(the_loop), BIGHT_ERROR_BUSY);
    uv_close((uv_handle_t *)&timer, NULL);
    (void)uv_run(uv, UV_RUN_DEFAULT);
    loops_free(the_loop);
}
END_TEST

static void add_survivors(TCase *tcase)
{
    tcase_add_loop_test(
        tcase, every_survivor_is_named_with_kind_name_age_and_origin, 1, 3);
    tcase_add_kinds_test(tcase, what_the_program_ended_itself_is_no_survivor);
    tcase_add_kinds_test(tcase, of_a_hundred_survivors_the_first_64_are_listed);
    tcase_add_kinds_test(tcase, without_memory_survivors_are_counted_and_ended);
    tcase_add_kinds_test(tcase,
                         a_closed_loops_timer_may_be_freed_in_the_report);
    tcase_add_kinds_test(tcase, no_timer_fires_after_the_close_began);
}

static void add_callbacks(TCase *tcase)
{
    tcase_add_kinds_test(tcase,
                         a_close_in_a_callback_reports_in_the_running_loop);
    tcase_add_loop_test(
        tcase, a_close_in_a_callback_of_advance_is_over_when_that_returns, 1,
        3);
    tcase_add_kinds_test(tcase, a_close_that_was_stopped_is_finished_by_free);
    tcase_add_kinds_test(
        tcase, what_is_dirty_at_the_close_is_flushed_before_its_report);
    tcase_add_kinds_test(tcase, an_owned_loop_cannot_be_freed_in_its_report);
    tcase_add_kinds_test(
        tcase, a_closing_loop_takes_nothing_new_that_it_would_have_to_end);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("close");
    TCase *idle = leaks_test_case(suite, "idle");
    tcase_add_kinds_test(idle,
                         closing_an_idle_loop_reports_nothing_inside_the_call);
    tcase_add_kinds_test(idle, a_second_close_adds_nothing);
    tcase_add_kinds_test(idle, freeing_closes_and_null_is_fine);
    tcase_add_kinds_test(idle, a_closed_loop_runs_no_more);
    tcase_add_kinds_test(idle, loops_may_be_made_and_freed_again_and_again);
    tcase_add_test(
        idle, an_owned_loop_with_foreign_handles_closes_and_is_BUSY_to_free);
    tcase_add_test(idle, a_signal_that_was_given_back_is_no_survivor);
    add_survivors(leaks_test_case(suite, "survivors"));
    add_callbacks(leaks_test_case(suite, "callbacks"));
    return suite;
}
