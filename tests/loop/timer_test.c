/* SPDX-License-Identifier: MIT */
/* L3: timers. Where nothing else is said, on all kinds of loops. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bight/uv.h>

#include "effort.h"
#include "faults.h"
#include "leaks.h"
#include "loop/loop.h"
#include "loops.h"
#include "suite.h"

#define MS UINT64_C(1000000)

static bight_loop *the_loop;
static struct trace trace;

static void begin(int kind)
{
    trace = (struct trace){.length = 0};
    the_loop = loops_new((bight_loop_kind)kind);
}

static void say(void *ctx)
{
    trace_add(&trace, "%s", (const char *)ctx);
}

static bight_timer *new_timer(bight_call_fn fn, void *ctx)
{
    bight_timer *timer = NULL;
    ck_assert_ok(bight_timer_new(the_loop, fn, ctx, &timer));
    return timer;
}

static bight_timer *start_saying(char *text, uint64_t delay_ms)
{
    bight_timer *timer = new_timer(say, text);
    bight_timer_start(timer, delay_ms);
    return timer;
}

/* Until the last timer has fired: a manual clock has to be moved. */
static void run(void)
{
    if (the_loop->kind == BIGHT_LOOP_MANUAL_CLOCK)
        ck_assert_ok(bight_loop_advance(the_loop, 1000));
    else
        ck_assert_ok(bight_loop_run(the_loop));
}

START_TEST(timers_fire_by_deadline)
{
    begin(_i);
    bight_timer *c = start_saying("c", 3);
    bight_timer *a = start_saying("a", 1);
    bight_timer *b = start_saying("b", 2);
    run();
    ck_assert_trace(&trace, "a b c");
    bight_timer_free(a);
    bight_timer_free(b);
    bight_timer_free(c);
    loops_free(the_loop);
}
END_TEST

START_TEST(equal_deadlines_fire_in_the_order_armed)
{
    bight_timer *timers[40];
    char names[40][4];
    struct trace expected = {.length = 0};
    begin(_i);
    for (unsigned i = 0; i < 40; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "%u", i);
        timers[i] = new_timer(say, names[i]);
    }
    for (unsigned i = 0; i < 40; i++) {
        unsigned at = i * 7 % 40;
        bight_timer_start(timers[at], 1);
        trace_add(&expected, "%s", names[at]);
    }
    ck_assert_ok(bight_loop_advance(the_loop, 1));
    ck_assert_trace(&trace, expected.text);
    for (unsigned i = 0; i < 40; i++)
        bight_timer_free(timers[i]);
    loops_free(the_loop);
}
END_TEST

START_TEST(no_callback_is_entered_from_start)
{
    begin(_i);
    bight_timer *timer = start_saying("a", 0);
    ck_assert_trace(&trace, "");
    ck_assert(bight_timer_active(timer));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "a");
    ck_assert(!bight_timer_active(timer));
    bight_timer_free(timer);
    loops_free(the_loop);
}
END_TEST

START_TEST(a_stopped_timer_does_not_fire_and_keeps_no_loop_running)
{
    begin(_i);
    bight_timer *timer = start_saying("a", 1000000);
    bight_timer_stop(timer);
    bight_timer_stop(timer);
    ck_assert(!bight_timer_active(timer));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "");
    bight_timer_free(timer);
    loops_free(the_loop);
}
END_TEST

START_TEST(starting_again_moves_the_deadline)
{
    begin(BIGHT_LOOP_VIRTUAL);
    bight_timer *timer = start_saying("moved", 5);
    bight_timer *other = start_saying("other", 7);
    bight_timer_start(timer, 9);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "other moved");
    ck_assert_uint_eq(bight_loop_now_ns(the_loop), 9 * MS);
    bight_timer_free(timer);
    bight_timer_free(other);
    loops_free(the_loop);
}
END_TEST

/* -- expired, but not yet called back -------------------------------------- */

static bight_timer *victim;

static void stop_victim(void *ctx)
{
    say(ctx);
    bight_timer_stop(victim);
    ck_assert(!bight_timer_active(victim));
}

static void free_victim(void *ctx)
{
    say(ctx);
    bight_timer_free(victim);
    victim = NULL;
}

static void restart_victim(void *ctx)
{
    say(ctx);
    bight_timer_start(victim, 10);
}

static void run_against_victim(bight_call_fn first)
{
    bight_timer *timer = new_timer(first, "first");
    bight_timer_start(timer, 1);
    victim = start_saying("victim", 1);
    run();
    bight_timer_free(timer);
}

START_TEST(stopping_an_expired_timer_that_has_not_run_stops_it)
{
    begin(_i);
    run_against_victim(stop_victim);
    ck_assert_trace(&trace, "first");
    bight_timer_free(victim);
    loops_free(the_loop);
}
END_TEST

START_TEST(freeing_an_expired_timer_that_has_not_run_stops_it)
{
    begin(_i);
    run_against_victim(free_victim);
    ck_assert_trace(&trace, "first");
    loops_free(the_loop);
}
END_TEST

START_TEST(restarting_an_expired_timer_that_has_not_run_postpones_it)
{
    begin(BIGHT_LOOP_VIRTUAL);
    run_against_victim(restart_victim);
    ck_assert_trace(&trace, "first victim");
    ck_assert_uint_eq(bight_loop_now_ns(the_loop), 11 * MS);
    bight_timer_free(victim);
    loops_free(the_loop);
}
END_TEST

START_TEST(stopping_after_it_fired_does_nothing)
{
    begin(_i);
    bight_timer *timer = start_saying("a", 0);
    ck_assert_ok(bight_loop_run(the_loop));
    bight_timer_stop(timer);
    ck_assert_trace(&trace, "a");
    bight_timer_free(timer);
    bight_timer_free(NULL);
    loops_free(the_loop);
}
END_TEST

START_TEST(a_timer_may_be_freed_in_its_own_callback)
{
    begin(_i);
    victim = new_timer(free_victim, "freed");
    bight_timer_start(victim, 1);
    run();
    ck_assert_trace(&trace, "freed");
    loops_free(the_loop);
}
END_TEST

static void say_and_restart(void *ctx)
{
    say(ctx);
    if (trace.length < 5)
        bight_timer_start(victim, 3);
}

START_TEST(a_timer_may_be_started_in_its_own_callback)
{
    begin(BIGHT_LOOP_VIRTUAL);
    victim = new_timer(say_and_restart, "t");
    bight_timer_start(victim, 3);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "t t t");
    ck_assert_uint_eq(bight_loop_now_ns(the_loop), 9 * MS);
    bight_timer_free(victim);
    loops_free(the_loop);
}
END_TEST

/* -- the deadline ---------------------------------------------------------- */

static void say_and_stop(void *ctx)
{
    say(ctx);
    bight_loop_stop(the_loop);
}

START_TEST(delays_saturate)
{
    begin(_i);
    bight_timer *timer = start_saying("never", UINT64_MAX);
    bight_timer *nearly = start_saying("never", UINT64_MAX / MS);
    bight_timer *near = new_timer(say_and_stop, "near");
    bight_timer_start(near, 0);
    if (_i == BIGHT_LOOP_REAL)
        ck_assert_ok(bight_loop_run(the_loop));
    else
        ck_assert_ok(bight_loop_advance(the_loop, UINT32_MAX));
    ck_assert_trace(&trace, "near");
    ck_assert(bight_timer_active(timer));
    bight_timer_free(timer);
    bight_timer_free(nearly);
    bight_timer_free(near);
    loops_free(the_loop);
}
END_TEST

START_TEST(advancing_past_the_end_of_time_ends_there)
{
    begin(_i);
    bight_timer *timer = start_saying("last", UINT64_MAX);
    ck_assert_ok(bight_loop_advance(the_loop, 1000));
    ck_assert_ok(bight_loop_advance(the_loop, UINT64_MAX));
    ck_assert_uint_eq(bight_loop_now_ns(the_loop), UINT64_MAX - 1);
    ck_assert_trace(&trace, "last");
    bight_timer_free(timer);
    loops_free(the_loop);
}
END_TEST

static uint64_t due_ns;

static void check_not_early(void *ctx)
{
    ck_assert_uint_ge(bight_loop_now_ns(the_loop), due_ns);
    say(ctx);
}

static void burn_30_ms(void)
{
    uint64_t until = bight_loop_now_ns(the_loop) + 30 * MS;
    while (bight_loop_now_ns(the_loop) < until)
        continue;
}

static void nothing(void *ctx)
{
    (void)ctx;
}

/* libuv's cached time is as old as the callback is slow; its own timer would
 * fire early by as much, when the next poll does not wait. */
static void start_late_in_a_callback(void *ctx)
{
    burn_30_ms();
    due_ns = bight_loop_now_ns(the_loop) + 25 * MS;
    bight_timer_start(ctx, 25);
    for (unsigned i = 0; i < 1000; i++)
        ck_assert_ok(bight_call_soon(the_loop, nothing, NULL));
}

START_TEST(a_delay_counts_from_arming_not_from_the_cached_time)
{
    begin(BIGHT_LOOP_REAL);
    bight_timer *timer = new_timer(check_not_early, "in-time");
    ck_assert_ok(bight_call_soon(the_loop, start_late_in_a_callback, timer));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "in-time");
    bight_timer_free(timer);
    loops_free(the_loop);
}
END_TEST

static void start_late_in_an_expiry(void *ctx)
{
    burn_30_ms();
    bight_timer_start(ctx, 25);
    int wait_ms = uv_backend_timeout(bight_loop_uv(the_loop));
    ck_assert_int_ge(wait_ms, 0);
    ck_assert_int_le(wait_ms, 26);
    bight_timer_stop(ctx);
    say("in-time");
}

START_TEST(a_slow_callback_does_not_make_the_poll_wait_longer)
{
    begin(BIGHT_LOOP_REAL);
    bight_timer *late = new_timer(say, "late");
    bight_timer *timer = new_timer(start_late_in_an_expiry, late);
    bight_timer_start(timer, 0);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "in-time");
    bight_timer_free(late);
    bight_timer_free(timer);
    loops_free(the_loop);
}
END_TEST

START_TEST(a_real_timer_is_never_early)
{
    begin(BIGHT_LOOP_REAL);
    bight_timer *timer = new_timer(check_not_early, "t");
    for (unsigned i = 0; i < 20; i++) {
        due_ns = bight_loop_now_ns(the_loop) + i % 4 * MS;
        bight_timer_start(timer, i % 4);
        ck_assert_ok(bight_loop_run(the_loop));
    }
    ck_assert_uint_eq(trace.length, 39);
    bight_timer_free(timer);
    loops_free(the_loop);
}
END_TEST

START_TEST(an_expiry_that_comes_early_arms_again)
{
    begin(_i);
    bight_timer *timer = start_saying("a", 2);
    if (_i != BIGHT_LOOP_REAL)
        ck_assert_ok(bight_loop_advance(the_loop, 1));
    uint64_t armed_ns = the_loop->armed_ns;
    bight__loop_expire(the_loop);
    ck_assert_uint_eq(the_loop->armed_ns, armed_ns);
    ck_assert(bight_timer_active(timer));
    ck_assert_trace(&trace, "");
    run();
    ck_assert_trace(&trace, "a");
    bight_timer_free(timer);
    loops_free(the_loop);
}
END_TEST

START_TEST(a_manual_clock_moves_only_when_advanced)
{
    begin(BIGHT_LOOP_MANUAL_CLOCK);
    bight_timer *timer = start_saying("a", 50);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_eq(bight_loop_now_ns(the_loop), 0);
    ck_assert_ok(bight_loop_advance(the_loop, 49));
    ck_assert_trace(&trace, "");
    ck_assert_ok(bight_loop_advance(the_loop, 1));
    ck_assert_trace(&trace, "a");
    bight_timer_free(timer);
    loops_free(the_loop);
}
END_TEST

START_TEST(a_real_clock_cannot_be_advanced)
{
    begin(BIGHT_LOOP_REAL);
    ck_assert_error(bight_loop_advance(the_loop, 1), BIGHT_ERROR_USAGE);
    loops_free(the_loop);
}
END_TEST

static void start_soon(void *ctx)
{
    bight_timer_start(ctx, 0);
}

START_TEST(advance_runs_what_becomes_due_at_its_end)
{
    begin(_i);
    bight_timer *second = new_timer(say, "second");
    bight_timer *first = new_timer(start_soon, second);
    bight_timer_start(first, 10);
    ck_assert_ok(bight_loop_advance(the_loop, 10));
    ck_assert_trace(&trace, "second");
    bight_timer_free(first);
    bight_timer_free(second);
    loops_free(the_loop);
}
END_TEST

/* -- many ------------------------------------------------------------------ */

struct item {
    bight_timer *timer;
    uint64_t due_ns;
    uint64_t order;
    bool armed;
};

#define ITEMS 300

static struct item items[ITEMS];
static uint64_t orders;

static void item_fired(void *ctx)
{
    struct item *item = ctx;
    ck_assert(item->armed);
    ck_assert_uint_eq(item->due_ns, bight_loop_now_ns(the_loop));
    item->armed = false;
    for (unsigned i = 0; i < ITEMS; i++) {
        const struct item *other = &items[i];
        if (!other->armed)
            continue;
        ck_assert_uint_ge(other->due_ns, item->due_ns);
        if (other->due_ns == item->due_ns)
            ck_assert_uint_gt(other->order, item->order);
    }
}

static void random_step(void)
{
    struct item *item = &items[rand() % ITEMS];
    unsigned choice = (unsigned)rand() % 8;
    if (choice < 5) {
        uint64_t delay_ms = (uint64_t)(rand() % 100);
        bight_timer_start(item->timer, delay_ms);
        item->due_ns = bight_loop_now_ns(the_loop) + delay_ms * MS;
        item->order = orders++;
        item->armed = true;
    } else if (choice < 7) {
        bight_timer_stop(item->timer);
        item->armed = false;
    } else {
        ck_assert_ok(bight_loop_advance(the_loop, (uint64_t)(rand() % 4)));
    }
}

START_TEST(random_use_agrees_with_a_naive_model)
{
    srand((unsigned)_i);
    begin(BIGHT_LOOP_VIRTUAL);
    for (unsigned i = 0; i < ITEMS; i++)
        items[i] = (struct item){.timer = new_timer(item_fired, &items[i])};
    unsigned steps = effort(20000, 500);
    for (unsigned i = 0; i < steps; i++)
        random_step();
    ck_assert_ok(bight_loop_run(the_loop));
    for (unsigned i = 0; i < ITEMS; i++) {
        ck_assert(!items[i].armed);
        bight_timer_free(items[i].timer);
    }
    loops_free(the_loop);
}
END_TEST

/* -- memory ---------------------------------------------------------------- */

START_TEST(making_a_timer_fails_cleanly_without_memory)
{
    bight_timer *timer = NULL;
    begin(_i);
    for (uint64_t n = 1; n <= 2; n++) {
        faults_fail_nth(n);
        ck_assert_error(bight_timer_new(the_loop, say, "a", &timer),
                        BIGHT_ERROR_NO_MEMORY);
        ck_assert_ptr_null(timer);
    }
    faults_fail_nth(0);
    ck_assert_ok(bight_timer_new(the_loop, say, "a", &timer));
    bight_timer_free(timer);
    loops_free(the_loop);
}
END_TEST

START_TEST(starting_and_firing_a_timer_needs_no_memory)
{
    bight_timer *timers[100];
    begin(_i);
    for (unsigned i = 0; i < 100; i++)
        timers[i] = new_timer(say, ".");
    faults_fail_all();
    for (unsigned i = 0; i < 100; i++)
        bight_timer_start(timers[i], i % 3);
    run();
    ck_assert_uint_eq(trace.length, 199);
    ck_assert_uint_eq(faults_failed(), 0);
    faults_fail_nth(0);
    for (unsigned i = 0; i < 100; i++)
        bight_timer_free(timers[i]);
    loops_free(the_loop);
}
END_TEST

static bight_timer *restarted[2];

static void restart_both(void *ctx)
{
    (void)ctx;
    bight_timer_start(restarted[0], 5);
    bight_timer_start(restarted[1], 1);
}

/* The first one's old entry is still queued, behind more than a dispatch
 * runs. */
START_TEST(a_timer_restarted_while_expired_keeps_no_old_place)
{
    begin(BIGHT_LOOP_MANUAL_CLOCK);
    restarted[0] = new_timer(say, "a");
    restarted[1] = new_timer(say, "c");
    bight_timer_start(restarted[0], 1);
    for (unsigned i = 0; i < 600; i++)
        ck_assert_ok(bight_call_soon(the_loop, nothing, NULL));
    the_loop->manual_ns += 2 * MS;
    bight__loop_rearm(the_loop);
    bight__loop_expire(the_loop);
    ck_assert(bight_timer_active(restarted[0]));
    restart_both(NULL);
    the_loop->manual_ns += 10 * MS;
    bight__loop_expire(the_loop);
    run();
    ck_assert_trace(&trace, "c a");
    bight_timer_free(restarted[0]);
    bight_timer_free(restarted[1]);
    loops_free(the_loop);
}
END_TEST

static void add_virtual_and_manual(TCase *tcase)
{
    tcase_add_loop_test(tcase, timers_fire_by_deadline, 1, 3);
    tcase_add_loop_test(tcase, equal_deadlines_fire_in_the_order_armed, 1, 3);
    tcase_add_loop_test(tcase, advancing_past_the_end_of_time_ends_there, 1, 3);
    tcase_add_loop_test(tcase, advance_runs_what_becomes_due_at_its_end, 1, 3);
}

static void add_expired(TCase *tcase)
{
    tcase_add_kinds_test(tcase,
                         stopping_an_expired_timer_that_has_not_run_stops_it);
    tcase_add_kinds_test(tcase,
                         freeing_an_expired_timer_that_has_not_run_stops_it);
    tcase_add_test(tcase,
                   restarting_an_expired_timer_that_has_not_run_postpones_it);
    tcase_add_test(tcase, a_timer_restarted_while_expired_keeps_no_old_place);
    tcase_add_kinds_test(tcase, stopping_after_it_fired_does_nothing);
    tcase_add_kinds_test(tcase, a_timer_may_be_freed_in_its_own_callback);
    tcase_add_test(tcase, a_timer_may_be_started_in_its_own_callback);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("timer");
    TCase *order = leaks_test_case(suite, "order");
    tcase_add_kinds_test(order, no_callback_is_entered_from_start);
    tcase_add_kinds_test(
        order, a_stopped_timer_does_not_fire_and_keeps_no_loop_running);
    tcase_add_test(order, starting_again_moves_the_deadline);
    add_virtual_and_manual(order);
    add_expired(leaks_test_case(suite, "expired"));

    TCase *deadline = leaks_test_case(suite, "deadline");
    tcase_add_kinds_test(deadline, delays_saturate);
    tcase_add_test(deadline,
                   a_delay_counts_from_arming_not_from_the_cached_time);
    tcase_add_test(deadline,
                   a_slow_callback_does_not_make_the_poll_wait_longer);
    tcase_add_test(deadline, a_real_timer_is_never_early);
    tcase_add_kinds_test(deadline, an_expiry_that_comes_early_arms_again);
    tcase_add_test(deadline, a_manual_clock_moves_only_when_advanced);
    tcase_add_test(deadline, a_real_clock_cannot_be_advanced);

    TCase *many = leaks_test_case(suite, "many");
    tcase_set_timeout(many, 30);
    tcase_add_loop_test(many, random_use_agrees_with_a_naive_model, 1, 4);

    TCase *memory = leaks_test_case(suite, "memory");
    tcase_add_kinds_test(memory, making_a_timer_fails_cleanly_without_memory);
    tcase_add_kinds_test(memory, starting_and_firing_a_timer_needs_no_memory);
    return suite;
}
