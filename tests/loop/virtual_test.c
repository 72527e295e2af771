/* SPDX-License-Identifier: MIT */
/* L11: the same program gives the same trace, in virtual time. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include <bight/pool.h>
#include <bight/uv.h>

#include "leaks.h"
#include "loop/dispatch.h"
#include "loops.h"
#include "suite.h"

#define MS UINT64_C(1000000)
#define HOUR_MS UINT64_C(3600000)

static bight_loop *the_loop;
static struct trace trace;

static void begin(int kind)
{
    trace = (struct trace){.length = 0};
    the_loop = loops_new((bight_loop_kind)kind);
}

static uint64_t now_ms(void)
{
    return bight_loop_now_ns(the_loop) / MS;
}

static void say_time(void *ctx)
{
    trace_add(&trace, "%s@%" PRIu64, (const char *)ctx, now_ms());
}

static bight_timer *start(bight_call_fn fn, void *ctx, uint64_t delay_ms)
{
    bight_timer *timer = NULL;
    ck_assert_ok(bight_timer_new(the_loop, fn, ctx, &timer));
    bight_timer_start(timer, delay_ms);
    return timer;
}

START_TEST(virtual_time_starts_at_zero_and_stands_still_between_deadlines)
{
    begin(BIGHT_LOOP_VIRTUAL);
    ck_assert_uint_eq(bight_loop_now_ns(the_loop), 0);
    ck_assert_ptr_null(bight_loop_uv(the_loop));
    ck_assert_ok(bight_call_soon(the_loop, say_time, "a"));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "a@0");
    ck_assert_uint_eq(bight_loop_now_ns(the_loop), 0);
    loops_free(the_loop);
}
END_TEST

START_TEST(a_day_of_timers_takes_no_time)
{
    begin(BIGHT_LOOP_VIRTUAL);
    bight_timer *evening = start(say_time, "evening", 18 * HOUR_MS);
    bight_timer *noon = start(say_time, "noon", 12 * HOUR_MS);
    bight_timer *midnight = start(say_time, "midnight", 24 * HOUR_MS);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "noon@43200000 evening@64800000 midnight@86400000");
    ck_assert_uint_eq(now_ms(), 24 * HOUR_MS);
    bight_timer_free(evening);
    bight_timer_free(noon);
    bight_timer_free(midnight);
    loops_free(the_loop);
}
END_TEST

/* 300 timers are more than a dispatch runs: the clock waits for the last. */
START_TEST(every_callback_sees_the_time_it_was_due)
{
    static bight_timer *timers[300];
    begin(_i);
    for (unsigned i = 0; i < 300; i++)
        timers[i] = start(say_time, "", 5);
    bight_timer *later = start(say_time, "later", 6);
    ck_assert_ok(bight_loop_advance(the_loop, 100));
    ck_assert_uint_eq(now_ms(), 100);
    ck_assert_int_eq(strncmp(trace.text, "@5 @5", 5), 0);
    ck_assert_str_eq(trace.text + 300 * strlen("@5 "), "later@6");
    ck_assert_ptr_null(strstr(trace.text, "@100"));
    for (unsigned i = 0; i < 300; i++)
        bight_timer_free(timers[i]);
    bight_timer_free(later);
    loops_free(the_loop);
}
END_TEST

START_TEST(advance_goes_exactly_as_far_as_asked)
{
    begin(_i);
    bight_timer *timer = start(say_time, "t", 10);
    ck_assert_ok(bight_loop_advance(the_loop, 9));
    ck_assert_trace(&trace, "");
    ck_assert_ok(bight_loop_advance(the_loop, 0));
    ck_assert_trace(&trace, "");
    ck_assert_ok(bight_loop_advance(the_loop, 3));
    ck_assert_trace(&trace, "t@10");
    ck_assert_uint_eq(now_ms(), 12);
    bight_timer_free(timer);
    loops_free(the_loop);
}
END_TEST

START_TEST(a_step_does_not_move_the_clock)
{
    begin(BIGHT_LOOP_VIRTUAL);
    bight_timer *timer = start(say_time, "t", 10);
    ck_assert_ok(bight_call_soon(the_loop, say_time, "a"));
    ck_assert(bight_loop_step(the_loop));
    ck_assert(bight_loop_step(the_loop));
    ck_assert_trace(&trace, "a@0");
    bight_timer_stop(timer);
    ck_assert(!bight_loop_step(the_loop));
    bight_timer_free(timer);
    loops_free(the_loop);
}
END_TEST

START_TEST(a_step_runs_what_is_due_now)
{
    begin(_i);
    bight_timer *timer = start(say_time, "t", 0);
    (void)bight_loop_step(the_loop);
    ck_assert_trace(&trace, "t@0");
    bight_timer_free(timer);
    loops_free(the_loop);
}
END_TEST

static void stop_here(void *ctx)
{
    say_time(ctx);
    bight_loop_stop(the_loop);
}

START_TEST(stop_stops_virtual_time)
{
    begin(BIGHT_LOOP_VIRTUAL);
    bight_timer *first = start(stop_here, "stop", 5);
    bight_timer *second = start(say_time, "on", 6);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "stop@5");
    ck_assert_uint_eq(now_ms(), 5);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "stop@5 on@6");
    bight_timer_free(first);
    bight_timer_free(second);
    loops_free(the_loop);
}
END_TEST

/* -- the same program twice ------------------------------------------------ */

struct actor {
    bight_timer *timer;
    char name;
    unsigned turns;
};

#define ACTORS 12

static struct actor actors[ACTORS];
static unsigned random_state;

static unsigned next_random(void)
{
    random_state = random_state * 1103515245u + 12345u;
    return random_state >> 16;
}

static void actor_called(void *ctx)
{
    struct actor *actor = ctx;
    trace_add(&trace, "%c?%" PRIu64, actor->name, now_ms());
}

static void actor_worked(void *ctx, bight_error error)
{
    struct actor *actor = ctx;
    trace_add(&trace, "%c%s%" PRIu64, actor->name,
              bight_failed(error) ? "!" : "*", now_ms());
}

static bight_error actor_work(void *ctx)
{
    struct actor *actor = ctx;
    return bight_error_errno(actor->turns % 2 == 0 ? 0 : 5);
}

static void actor_acts(void *ctx)
{
    struct actor *actor = ctx;
    struct actor *other = &actors[next_random() % ACTORS];
    trace_add(&trace, "%c%" PRIu64, actor->name, now_ms());
    if (actor->turns-- == 0)
        return;
    bight_timer_start(actor->timer, next_random() % 50);
    switch (next_random() % 4) {
    case 0:
        bight_timer_stop(other->timer);
        break;
    case 1:
        ck_assert_ok(bight_call_soon(the_loop, actor_called, other));
        break;
    case 2:
        ck_assert_ok(
            bight_work_submit(the_loop, actor_work, actor_worked, other, NULL));
        break;
    default:
        ck_assert_ok(bight_call_threadsafe(the_loop, actor_called, other));
    }
}

static void run_actors(unsigned seed)
{
    random_state = seed;
    begin(BIGHT_LOOP_VIRTUAL);
    for (unsigned i = 0; i < ACTORS; i++) {
        actors[i] = (struct actor){.name = (char)('a' + i), .turns = 20};
        actors[i].timer = start(actor_acts, &actors[i], i);
    }
    ck_assert_ok(bight_loop_run(the_loop));
    for (unsigned i = 0; i < ACTORS; i++)
        bight_timer_free(actors[i].timer);
    loops_free(the_loop);
}

START_TEST(the_same_seed_and_program_give_the_same_trace_byte_for_byte)
{
    static struct trace first;
    run_actors((unsigned)_i);
    first = trace;
    ck_assert_uint_gt(first.length, 100);
    run_actors((unsigned)_i);
    ck_assert_mem_eq(trace.text, first.text, first.length + 1);
    run_actors((unsigned)_i + 1000);
    ck_assert_str_ne(trace.text, first.text);
}
END_TEST

START_TEST(L11_the_time_of_day_goes_with_the_clock)
{
    begin(_i);
    ck_assert_uint_eq(bight_loop_wall_ms(the_loop), 0);
    ck_assert_ok(bight_loop_advance(the_loop, 1500));
    ck_assert_uint_eq(bight_loop_wall_ms(the_loop), 1500);
    ck_assert_ok(bight_loop_set_wall_ms(the_loop, UINT64_C(1795621690000)));
    ck_assert_uint_eq(bight_loop_wall_ms(the_loop), UINT64_C(1795621690000));
    ck_assert_ok(bight_loop_advance(the_loop, 250));
    ck_assert_uint_eq(bight_loop_wall_ms(the_loop), UINT64_C(1795621690250));
    /* Before the clock's own beginning, too. */
    ck_assert_ok(bight_loop_set_wall_ms(the_loop, 10));
    ck_assert_uint_eq(bight_loop_wall_ms(the_loop), 10);
    loops_free(the_loop);
}
END_TEST

START_TEST(a_real_loop_has_the_time_of_day_of_the_system)
{
    begin(BIGHT_LOOP_REAL);
    uint64_t before = (uint64_t)time(NULL) * 1000;
    uint64_t now = bight_loop_wall_ms(the_loop);
    ck_assert_uint_ge(now, before);
    ck_assert_uint_le(now, ((uint64_t)time(NULL) + 1) * 1000);
    ck_assert_error(bight_loop_set_wall_ms(the_loop, 0), BIGHT_ERROR_USAGE);
    loops_free(the_loop);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("virtual");
    TCase *clock_case = leaks_test_case(suite, "clock");
    tcase_add_test(
        clock_case,
        virtual_time_starts_at_zero_and_stands_still_between_deadlines);
    tcase_add_test(clock_case, a_day_of_timers_takes_no_time);
    tcase_add_loop_test(clock_case, every_callback_sees_the_time_it_was_due, 1,
                        3);
    tcase_add_loop_test(clock_case, advance_goes_exactly_as_far_as_asked, 1, 3);
    tcase_add_test(clock_case, a_step_does_not_move_the_clock);
    tcase_add_loop_test(clock_case, a_step_runs_what_is_due_now, 1, 3);
    tcase_add_loop_test(clock_case, L11_the_time_of_day_goes_with_the_clock, 1,
                        3);
    tcase_add_test(clock_case, a_real_loop_has_the_time_of_day_of_the_system);
    tcase_add_test(clock_case, stop_stops_virtual_time);

    TCase *trace_case = leaks_test_case(suite, "trace");
    tcase_add_loop_test(
        trace_case, the_same_seed_and_program_give_the_same_trace_byte_for_byte,
        1, 20);
    return suite;
}
