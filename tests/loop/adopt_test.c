/* SPDX-License-Identifier: MIT */
/* L10: a loop inside a host's uv_loop_t. */
#include <bight/uv.h>

#include <bight/pool.h>

#include "faults.h"
#include "leaks.h"
#include "loop/loop.h"
#include "loops.h"
#include "suite.h"

static uv_loop_t host;
static bight_loop *the_loop;
static struct trace trace;
static char host_data[] = "the host's";

static void begin(void)
{
    trace = (struct trace){.length = 0};
    ck_assert_int_eq(uv_loop_init(&host), 0);
    host.data = host_data;
    ck_assert_ok(bight_loop_adopt(&host, NULL, &the_loop));
    ck_assert_ptr_eq(bight_loop_uv(the_loop), &host);
}

static void closed(void *ctx, const bight_close_report *report)
{
    (void)report;
    trace_add(&trace, "%s", (const char *)ctx);
}

static void end(void)
{
    bight_loop_close(the_loop, NULL, NULL);
    ck_assert_int_eq(uv_run(&host, UV_RUN_DEFAULT), 0);
    loops_free(the_loop);
    ck_assert_ptr_eq(host.data, host_data);
    ck_assert_int_eq(uv_loop_close(&host), 0);
}

static void say(void *ctx)
{
    trace_add(&trace, "%s", (const char *)ctx);
}

/* -- what keeps the host running ------------------------------------------- */

START_TEST(without_work_the_host_returns_at_once)
{
    begin();
    ck_assert_int_eq(uv_loop_alive(&host), 0);
    ck_assert_int_eq(uv_run(&host, UV_RUN_DEFAULT), 0);
    end();
}
END_TEST

START_TEST(a_call_outside_a_dispatch_wakes_the_host)
{
    begin();
    ck_assert_ok(bight_call_soon(the_loop, say, "a"));
    ck_assert_int_ne(uv_loop_alive(&host), 0);
    ck_assert_int_eq(uv_run(&host, UV_RUN_DEFAULT), 0);
    ck_assert_trace(&trace, "a");
    end();
}
END_TEST

START_TEST(a_timer_keeps_the_host_running_until_it_fired)
{
    bight_timer *timer;
    begin();
    ck_assert_ok(bight_timer_new(the_loop, say, "timer", &timer));
    bight_timer_start(timer, 2);
    ck_assert_int_eq(uv_run(&host, UV_RUN_DEFAULT), 0);
    ck_assert_trace(&trace, "timer");
    bight_timer_start(timer, 1000000);
    bight_timer_stop(timer);
    ck_assert_int_eq(uv_run(&host, UV_RUN_DEFAULT), 0);
    bight_timer_free(timer);
    end();
}
END_TEST

static bight_error work(void *ctx)
{
    (void)ctx;
    return bight_ok();
}

static void work_done(void *ctx, bight_error error)
{
    ck_assert(!bight_failed(error));
    say(ctx);
}

START_TEST(work_on_a_thread_keeps_the_host_running_until_it_is_done)
{
    begin();
    ck_assert_ok(bight_work_submit(the_loop, work, work_done, "done", NULL));
    ck_assert_int_eq(uv_run(&host, UV_RUN_DEFAULT), 0);
    ck_assert_trace(&trace, "done");
    end();
}
END_TEST

/* -- beside the host's own ------------------------------------------------- */

static uv_timer_t host_timer;
static uv_prepare_t host_prepare;
static unsigned prepares;

static void on_host_timer(uv_timer_t *timer)
{
    ck_assert_ptr_eq(timer->data, host_data);
    say("host");
    ck_assert_ok(bight_call_soon(the_loop, say, "bight"));
    ck_assert_trace(&trace, "host");
}

START_TEST(a_verb_in_a_hosts_callback_is_followed_soon)
{
    begin();
    ck_assert_int_eq(uv_timer_init(&host, &host_timer), 0);
    host_timer.data = host_data;
    ck_assert_int_eq(uv_timer_start(&host_timer, on_host_timer, 0, 0), 0);
    ck_assert_int_eq(uv_run(&host, UV_RUN_DEFAULT), 0);
    ck_assert_trace(&trace, "host bight");
    uv_close((uv_handle_t *)&host_timer, NULL);
    end();
}
END_TEST

/* The host's hook runs between the poll and bight's last chance before it. */
static void on_host_prepare(uv_prepare_t *prepare)
{
    if (prepares++ == 0)
        ck_assert_ok(bight_call_soon(the_loop, say, "bight"));
    if (prepares == 3)
        uv_close((uv_handle_t *)prepare, NULL);
}

START_TEST(a_verb_in_a_hosts_prepare_hook_does_not_wait_for_the_network)
{
    prepares = 0;
    begin();
    ck_assert_int_eq(uv_timer_init(&host, &host_timer), 0);
    ck_assert_int_eq(uv_prepare_init(&host, &host_prepare), 0);
    ck_assert_int_eq(uv_prepare_start(&host_prepare, on_host_prepare), 0);
    ck_assert_ok(bight_call_soon(the_loop, say, "first"));
    for (unsigned i = 0; i < 4; i++)
        (void)uv_run(&host, UV_RUN_NOWAIT);
    ck_assert_trace(&trace, "first bight");
    uv_close((uv_handle_t *)&host_timer, NULL);
    end();
}
END_TEST

static void count_handle(uv_handle_t *handle, void *arg)
{
    unsigned *refs = arg;
    if (uv_has_ref(handle) && uv_is_active(handle))
        ++*refs;
}

START_TEST(bights_own_handles_hold_nothing_while_it_is_idle)
{
    unsigned refs = 0;
    begin();
    ck_assert_ok(bight_call_soon(the_loop, say, "a"));
    ck_assert_int_eq(uv_run(&host, UV_RUN_DEFAULT), 0);
    uv_walk(&host, count_handle, &refs);
    ck_assert_uint_eq(refs, 0);
    end();
}
END_TEST

static void stop(void *ctx)
{
    bight_loop_stop(ctx);
    say("stop");
    ck_assert_ok(bight_call_soon(the_loop, say, "after"));
}

START_TEST(stop_does_not_stop_the_host)
{
    begin();
    ck_assert_ok(bight_call_soon(the_loop, stop, the_loop));
    ck_assert_int_eq(uv_run(&host, UV_RUN_DEFAULT), 0);
    ck_assert_trace(&trace, "stop after");
    end();
}
END_TEST

START_TEST(an_adopted_loop_is_not_run_by_bight)
{
    begin();
    ck_assert_error(bight_loop_run(the_loop), BIGHT_ERROR_USAGE);
    ck_assert_error(bight_loop_advance(the_loop, 1), BIGHT_ERROR_USAGE);
    end();
}
END_TEST

START_TEST(two_loops_share_a_host)
{
    bight_loop *second = NULL;
    begin();
    ck_assert_ok(bight_loop_adopt(&host, NULL, &second));
    ck_assert_ok(bight_call_soon(the_loop, say, "one"));
    ck_assert_int_eq(uv_run(&host, UV_RUN_DEFAULT), 0);
    ck_assert_ok(bight_call_soon(second, say, "two"));
    ck_assert_int_eq(uv_run(&host, UV_RUN_DEFAULT), 0);
    ck_assert_trace(&trace, "one two");
    bight_loop_close(second, closed, "closed");
    ck_assert_ok(bight_call_soon(the_loop, say, "one"));
    ck_assert_int_eq(uv_run(&host, UV_RUN_DEFAULT), 0);
    ck_assert_trace(&trace, "one two one closed");
    loops_free(second);
    end();
}
END_TEST

/* -- the end --------------------------------------------------------------- */

START_TEST(closing_never_runs_the_host)
{
    begin();
    ck_assert_int_eq(uv_timer_init(&host, &host_timer), 0);
    ck_assert_int_eq(uv_timer_start(&host_timer, on_host_timer, 0, 0), 0);
    ck_assert_ok(bight_call_soon(the_loop, say, "call"));
    bight_loop_close(the_loop, closed, "closed");
    ck_assert_trace(&trace, "");
    ck_assert_error(bight_loop_free(the_loop), BIGHT_ERROR_BUSY);
    uv_close((uv_handle_t *)&host_timer, NULL);
    ck_assert_int_eq(uv_run(&host, UV_RUN_DEFAULT), 0);
    ck_assert_trace(&trace, "call closed");
    end();
}
END_TEST

START_TEST(freeing_an_open_adopted_loop_is_busy)
{
    begin();
    ck_assert_error(bight_loop_free(the_loop), BIGHT_ERROR_BUSY);
    ck_assert_ok(bight_call_soon(the_loop, say, "still open"));
    ck_assert_int_eq(uv_run(&host, UV_RUN_DEFAULT), 0);
    ck_assert_trace(&trace, "still open");
    end();
}
END_TEST

static void free_in_report(void *ctx, const bight_close_report *report)
{
    closed(ctx, report);
    loops_free(the_loop);
}

START_TEST(an_adopted_loop_may_be_freed_in_its_report)
{
    begin();
    bight_loop_close(the_loop, free_in_report, "closed");
    ck_assert_int_eq(uv_run(&host, UV_RUN_DEFAULT), 0);
    ck_assert_trace(&trace, "closed");
    ck_assert_int_eq(uv_loop_close(&host), 0);
}
END_TEST

static void close_here(void *ctx)
{
    bight_loop_close(the_loop, closed, ctx);
    say("returned");
}

START_TEST(a_close_in_a_callback_reports_in_the_hosts_turns)
{
    begin();
    ck_assert_ok(bight_call_soon(the_loop, close_here, "closed"));
    ck_assert_int_eq(uv_run(&host, UV_RUN_DEFAULT), 0);
    ck_assert_trace(&trace, "returned closed");
    end();
}
END_TEST

START_TEST(a_virtual_loop_has_no_host)
{
    bight_loop_options options;
    bight_loop *loop = NULL;
    begin();
    bight_loop_options_init(&options);
    options.kind = BIGHT_LOOP_VIRTUAL;
    ck_assert_error(bight_loop_adopt(&host, &options, &loop),
                    BIGHT_ERROR_USAGE);
    ck_assert_ptr_null(loop);
    end();
}
END_TEST

START_TEST(a_failed_adoption_leaves_the_host_as_it_was)
{
    bight_loop *loop = NULL;
    uint64_t n = 0;
    ck_assert_int_eq(uv_loop_init(&host), 0);
    do {
        faults_fail_nth(++n);
        (void)bight_loop_adopt(&host, NULL, &loop);
        if (loop == NULL)
            ck_assert_int_eq(uv_loop_alive(&host), 0);
    } while (loop == NULL);
    faults_fail_nth(0);
    ck_assert_uint_gt(n, BIGHT__RESERVE);
    bight_loop_close(loop, NULL, NULL);
    ck_assert_int_eq(uv_run(&host, UV_RUN_DEFAULT), 0);
    loops_free(loop);
    ck_assert_int_eq(uv_loop_close(&host), 0);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("adopt");
    TCase *alive = leaks_test_case(suite, "alive");
    tcase_add_test(alive, without_work_the_host_returns_at_once);
    tcase_add_test(alive, a_call_outside_a_dispatch_wakes_the_host);
    tcase_add_test(alive, a_timer_keeps_the_host_running_until_it_fired);
    tcase_add_test(alive,
                   work_on_a_thread_keeps_the_host_running_until_it_is_done);

    TCase *beside = leaks_test_case(suite, "beside");
    tcase_add_test(beside, a_verb_in_a_hosts_callback_is_followed_soon);
    tcase_add_test(
        beside, a_verb_in_a_hosts_prepare_hook_does_not_wait_for_the_network);
    tcase_add_test(beside, bights_own_handles_hold_nothing_while_it_is_idle);
    tcase_add_test(beside, stop_does_not_stop_the_host);
    tcase_add_test(beside, an_adopted_loop_is_not_run_by_bight);
    tcase_add_test(beside, two_loops_share_a_host);

    TCase *close_case = leaks_test_case(suite, "close");
    tcase_add_test(close_case, closing_never_runs_the_host);
    tcase_add_test(close_case, freeing_an_open_adopted_loop_is_busy);
    tcase_add_test(close_case, an_adopted_loop_may_be_freed_in_its_report);
    tcase_add_test(close_case,
                   a_close_in_a_callback_reports_in_the_hosts_turns);
    tcase_add_test(close_case, a_virtual_loop_has_no_host);
    tcase_add_test(close_case, a_failed_adoption_leaves_the_host_as_it_was);
    return suite;
}
