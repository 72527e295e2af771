/* SPDX-License-Identifier: MIT */
/* L12: slow callbacks are counted, sorted by how slow, and named. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <bight/log.h>

#include "leaks.h"
#include "loop/dispatch.h"
#include "loops.h"
#include "suite.h"

static bight_loop *the_loop;
static struct trace trace;

static void log_record(void *ctx, const bight_log_record *record)
{
    (void)ctx;
    trace_add(&trace, "%s", record->event);
    for (size_t i = 0; i < record->count; i++) {
        const bight_log_field *field = &record->fields[i];
        if (strcmp(field->key, "ms") == 0)
            ck_assert_uint_ge(field->value.amount, 50);
        else
            trace_add(&trace, "%s=%.*s", field->key,
                      (int)field->value.bytes.size,
                      (const char *)field->value.bytes.data);
    }
}

static void begin_with(uint64_t slow_callback_ms, bight_loop_kind kind)
{
    bight_loop_options options;
    bight_loop_options_init(&options);
    options.name = "main";
    options.kind = kind;
    options.slow_callback_ms = slow_callback_ms;
    trace = (struct trace){.length = 0};
    ck_assert_ok(bight_loop_new(&options, &the_loop));
    ck_assert_ok(bight_log_set_sink(log_record, NULL, BIGHT_LOG_WARNING));
}

static void begin(void)
{
    begin_with(50, BIGHT_LOOP_REAL);
}

static void end(void)
{
    ck_assert_ok(bight_log_set_sink(NULL, NULL, BIGHT_LOG_WARNING));
    loops_free(the_loop);
}

static bight_loop_stats stats(void)
{
    bight_loop_stats all = {.size = sizeof(all)};
    bight_loop_stats_get(the_loop, &all);
    return all;
}

static uint64_t coarse_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* A dispatch that began so long ago: nobody has to wait for it. */
static void dispatch_of(uint64_t ms)
{
    bight__dispatch_begin(the_loop, 0);
    bight__dispatch_tick(the_loop, coarse_ms() - ms);
    bight__dispatch_end(the_loop);
}

START_TEST(a_slow_dispatch_is_counted_and_logged)
{
    begin();
    dispatch_of(60);
    ck_assert_uint_eq(stats().slow_callbacks, 1);
    ck_assert_trace(&trace, "slow_callback loop=main served=nothing");
    end();
}
END_TEST

START_TEST(a_quick_dispatch_is_not)
{
    begin();
    dispatch_of(0);
    dispatch_of(4);
    dispatch_of(10);
    ck_assert_uint_eq(stats().slow_callbacks, 0);
    ck_assert_trace(&trace, "");
    end();
}
END_TEST

START_TEST(a_stale_clock_is_set_right_at_the_end_of_a_dispatch)
{
    begin();
    dispatch_of(20);
    ck_assert_uint_ge(the_loop->now_ms + 5, coarse_ms());
    end();
}
END_TEST

START_TEST(the_histogram_goes_by_powers_of_two_of_the_limit)
{
    const uint64_t expected[8] = {2, 1, 1, 0, 0, 0, 0, 2};
    begin_with(100, BIGHT_LOOP_REAL);
    dispatch_of(120);
    dispatch_of(180);
    dispatch_of(220);
    dispatch_of(420);
    dispatch_of(100 * 128);
    dispatch_of(100 * 1024);
    bight_loop_stats all = stats();
    ck_assert_uint_eq(all.slow_callbacks, 6);
    ck_assert_mem_eq(all.slow_histogram, expected, sizeof(expected));
    end();
}
END_TEST

static void name_served(const void *served, char *buf, size_t size)
{
    (void)snprintf(buf, size, "%s", (const char *)served);
}

START_TEST(the_connection_last_served_is_named)
{
    begin();
    the_loop->served = "tcp:192.0.2.1:7";
    the_loop->served_name = name_served;
    dispatch_of(60);
    ck_assert_trace(&trace, "slow_callback loop=main served=tcp:192.0.2.1:7");
    end();
}
END_TEST

static void burn_60_ms(void *ctx)
{
    (void)ctx;
    uint64_t until = bight_loop_now_ns(the_loop) + 60000000;
    while (bight_loop_now_ns(the_loop) < until)
        continue;
}

START_TEST(a_callback_that_really_takes_long_is_noticed)
{
    begin();
    ck_assert_ok(bight_call_soon(the_loop, burn_60_ms, NULL));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_ge(stats().slow_callbacks, 1);
    end();
}
END_TEST

static void nothing(void *ctx)
{
    (void)ctx;
}

START_TEST(time_spent_waiting_or_outside_is_not_the_callbacks)
{
    bight_timer *timer;
    begin();
    ck_assert_ok(bight_timer_new(the_loop, nothing, NULL, &timer));
    bight__dispatch_tick(the_loop, coarse_ms() - 5000);
    bight_timer_start(timer, 0);
    ck_assert_ok(bight_loop_run(the_loop));
    bight__dispatch_tick(the_loop, coarse_ms() - 5000);
    ck_assert_ok(bight_call_soon(the_loop, nothing, NULL));
    ck_assert_ok(bight_loop_run(the_loop));
    bight__dispatch_tick(the_loop, coarse_ms() - 5000);
    ck_assert_ok(bight_call_threadsafe(the_loop, nothing, NULL));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_eq(stats().slow_callbacks, 0);
    bight_timer_free(timer);
    end();
}
END_TEST

START_TEST(a_clock_of_its_own_knows_no_slow_callbacks)
{
    begin_with(50, (bight_loop_kind)_i);
    dispatch_of(5000);
    ck_assert_ok(bight_call_soon(the_loop, nothing, NULL));
    ck_assert_ok(bight_loop_advance(the_loop, 5000));
    ck_assert_uint_eq(stats().slow_callbacks, 0);
    end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("slow");
    TCase *slow = leaks_test_case(suite, "slow");
    tcase_add_test(slow, a_slow_dispatch_is_counted_and_logged);
    tcase_add_test(slow, a_quick_dispatch_is_not);
    tcase_add_test(slow, a_stale_clock_is_set_right_at_the_end_of_a_dispatch);
    tcase_add_test(slow, the_histogram_goes_by_powers_of_two_of_the_limit);
    tcase_add_test(slow, the_connection_last_served_is_named);
    tcase_add_test(slow, a_callback_that_really_takes_long_is_noticed);
    tcase_add_test(slow, time_spent_waiting_or_outside_is_not_the_callbacks);
    tcase_add_loop_test(slow, a_clock_of_its_own_knows_no_slow_callbacks, 1, 3);
    return suite;
}
