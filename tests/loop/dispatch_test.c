/* SPDX-License-Identifier: MIT */
/* L2, L7, L8: what the end of a dispatch runs and flushes, and in which order.
 */
#include <sys/socket.h>
#include <unistd.h>

#include <bight/uv.h>

#include "leaks.h"
#include "loop/dispatch.h"
#include "loops.h"
#include "suite.h"

static struct trace trace;
static bight_loop *the_loop;
static unsigned calls;

static void begin(int kind)
{
    trace = (struct trace){.length = 0};
    calls = 0;
    the_loop = loops_new((bight_loop_kind)kind);
}

/* Says what `ctx` points to. */
static void say(void *ctx)
{
    trace_add(&trace, "%s", (const char *)ctx);
}

static void count(void *ctx)
{
    (void)ctx;
    calls++;
}

static void queue_calls(unsigned n, bight_call_fn fn)
{
    for (unsigned i = 0; i < n; i++)
        ck_assert_ok(bight_call_soon(the_loop, fn, NULL));
}

struct layer {
    struct bight__dirty dirty;
    const char *name;
    struct layer *dirties; /* on flush: pushed once */
    unsigned level;
    char *says_soon; /* on flush: queued once */
};

static void layer_flush(struct bight__dirty *dirty)
{
    struct layer *layer = bight__container(dirty, struct layer, dirty);
    trace_add(&trace, "flush-%s", layer->name);
    struct layer *below = layer->dirties;
    layer->dirties = NULL;
    if (below != NULL)
        bight__dirty_push(the_loop, below->level, &below->dirty);
    char *text = layer->says_soon;
    layer->says_soon = NULL;
    if (text != NULL)
        ck_assert_ok(bight_call_soon(the_loop, say, text));
}

static void layer_push(struct layer *layer)
{
    layer->dirty.flush = layer_flush;
    bight__dirty_push(the_loop, layer->level, &layer->dirty);
}

static void push_layers(void *ctx)
{
    struct layer *layers = ctx;
    say("push");
    for (unsigned i = 0; i < 3; i++)
        layer_push(&layers[i]);
}

START_TEST(entries_run_in_the_order_queued)
{
    begin(_i);
    ck_assert_ok(bight_call_soon(the_loop, say, "a"));
    ck_assert_ok(bight_call_soon(the_loop, say, "b"));
    ck_assert_ok(bight_call_soon(the_loop, say, "c"));
    ck_assert_trace(&trace, "");
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "a b c");
    loops_free(the_loop);
}
END_TEST

static void queue_two(void *ctx)
{
    say(ctx);
    ck_assert_ok(bight_call_soon(the_loop, say, "c"));
    ck_assert_ok(bight_call_soon(the_loop, say, "d"));
}

START_TEST(entries_queued_by_an_entry_run_after_those_before_them)
{
    begin(_i);
    ck_assert_ok(bight_call_soon(the_loop, queue_two, "a"));
    ck_assert_ok(bight_call_soon(the_loop, say, "b"));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "a b c d");
    loops_free(the_loop);
}
END_TEST

START_TEST(a_dispatch_runs_256_entries_and_leaves_the_rest)
{
    begin(_i);
    queue_calls(300, count);
    ck_assert(bight_loop_step(the_loop));
    ck_assert_uint_eq(calls, 256);
    (void)bight_loop_step(the_loop);
    ck_assert_uint_eq(calls, 300);
    ck_assert(!bight_loop_step(the_loop));
    loops_free(the_loop);
}
END_TEST

static void count_and_queue(void *ctx)
{
    count(ctx);
    (void)bight_call_soon(the_loop, count_and_queue, ctx);
}

START_TEST(the_256_entries_are_all_of_a_dispatch_however_they_were_queued)
{
    begin(_i);
    queue_calls(1, count_and_queue);
    (void)bight_loop_step(the_loop);
    ck_assert_uint_eq(calls, 256);
    loops_free(the_loop);
}
END_TEST

/* -- the network beside a full queue --------------------------------------- */

static int pair[2];
static uv_poll_t watcher;

static void on_readable(uv_poll_t *poll, int status, int events)
{
    (void)events;
    ck_assert_int_eq(status, 0);
    uv_close((uv_handle_t *)poll, NULL);
    say("readable");
}

static void watch_pair(void)
{
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    ck_assert_int_eq(uv_poll_init(bight_loop_uv(the_loop), &watcher, pair[0]),
                     0);
    ck_assert_int_eq(uv_poll_start(&watcher, UV_READABLE, on_readable), 0);
}

static void close_pair(void)
{
    (void)close(pair[0]);
    (void)close(pair[1]);
}

static void queue_until_readable(void *ctx)
{
    count(ctx);
    if (calls == 1)
        ck_assert_int_eq(write(pair[1], "x", 1), 1);
    if (trace.length == 0)
        queue_calls(1, queue_until_readable);
}

START_TEST(an_endless_chain_of_entries_does_not_starve_the_network)
{
    begin(BIGHT_LOOP_REAL);
    watch_pair();
    queue_calls(1, queue_until_readable);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "readable");
    ck_assert_uint_le(calls, 3 * 256);
    close_pair();
    loops_free(the_loop);
}
END_TEST

static void count_then_write(void *ctx)
{
    count(ctx);
    if (calls == 1000)
        ck_assert_int_eq(write(pair[1], "x", 1), 1);
}

/* The last entry lets the watched socket end: a loop that blocked before it
 * would block for ever. */
START_TEST(the_loop_never_blocks_with_entries_queued)
{
    begin(BIGHT_LOOP_REAL);
    watch_pair();
    queue_calls(1000, count_then_write);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_eq(calls, 1000);
    ck_assert_trace(&trace, "readable");
    close_pair();
    loops_free(the_loop);
}
END_TEST

/* -- the flush ------------------------------------------------------------- */

START_TEST(upper_levels_are_flushed_before_lower_ones)
{
    struct layer layers[] = {{.name = "0", .level = 0},
                             {.name = "7", .level = 7},
                             {.name = "3", .level = 3}};
    begin(_i);
    ck_assert_ok(bight_call_soon(the_loop, push_layers, layers));
    ck_assert_ok(bight_call_soon(the_loop, say, "after"));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "push after flush-7 flush-3 flush-0");
    loops_free(the_loop);
}
END_TEST

START_TEST(what_a_flush_makes_dirty_is_flushed_in_the_same_dispatch)
{
    struct layer layers[] = {{.name = "2", .level = 2},
                             {.name = "1", .level = 1},
                             {.name = "low", .level = 0}};
    struct layer lowest = {.name = "again", .level = 0};
    lowest.dirty.flush = layer_flush;
    layers[0].dirties = &lowest;
    begin(_i);
    ck_assert_ok(bight_call_soon(the_loop, push_layers, layers));
    (void)bight_loop_step(the_loop);
    ck_assert_trace(&trace, "push flush-2 flush-1 flush-again flush-low");
    loops_free(the_loop);
}
END_TEST

START_TEST(entries_queued_by_a_flush_run_in_the_same_dispatch)
{
    struct layer layers[] = {{.name = "1", .level = 1, .says_soon = "soon"},
                             {.name = "2", .level = 2},
                             {.name = "0", .level = 0}};
    begin(_i);
    ck_assert_ok(bight_call_soon(the_loop, push_layers, layers));
    (void)bight_loop_step(the_loop);
    ck_assert_trace(&trace, "push flush-2 flush-1 flush-0 soon");
    loops_free(the_loop);
}
END_TEST

static void push_one(void *ctx)
{
    count(ctx);
    layer_push(ctx);
}

START_TEST(the_flush_comes_also_when_the_256_entries_are_used_up)
{
    struct layer layer = {.name = "0"};
    begin(_i);
    queue_calls(255, count);
    ck_assert_ok(bight_call_soon(the_loop, push_one, &layer));
    queue_calls(10, count);
    (void)bight_loop_step(the_loop);
    ck_assert_uint_eq(calls, 256);
    ck_assert_trace(&trace, "flush-0");
    (void)bight_loop_step(the_loop);
    ck_assert_uint_eq(calls, 266);
    loops_free(the_loop);
}
END_TEST

START_TEST(what_becomes_dirty_outside_a_dispatch_is_flushed_soon)
{
    struct layer layer = {.name = "0"};
    begin(_i);
    layer_push(&layer);
    ck_assert_trace(&trace, "");
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "flush-0");
    loops_free(the_loop);
}
END_TEST

/* -- stop ------------------------------------------------------------------ */

static void stop_and_push(void *ctx)
{
    bight_loop_stop(the_loop);
    layer_push(ctx);
    say("stopping");
    queue_calls(1000, count);
}

START_TEST(stop_flushes_and_drops_nothing_and_run_goes_on_later)
{
    struct layer layer = {.name = "0"};
    begin(_i);
    ck_assert_ok(bight_call_soon(the_loop, stop_and_push, &layer));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "stopping flush-0");
    ck_assert_uint_lt(calls, 1000);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_eq(calls, 1000);
    loops_free(the_loop);
}
END_TEST

static void stop(void *ctx)
{
    bight_loop_stop(ctx);
}

START_TEST(stop_ends_a_run_that_something_keeps_alive)
{
    bight_timer *timer;
    begin(_i);
    ck_assert_ok(bight_timer_new(the_loop, say, "timer", &timer));
    bight_timer_start(timer, UINT64_MAX);
    ck_assert_ok(bight_call_soon(the_loop, stop, the_loop));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "");
    ck_assert(bight_timer_active(timer));
    bight_timer_free(timer);
    loops_free(the_loop);
}
END_TEST

START_TEST(a_stop_while_nothing_runs_does_nothing)
{
    begin(_i);
    bight_loop_stop(the_loop);
    ck_assert_ok(bight_call_soon(the_loop, say, "a"));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "a");
    loops_free(the_loop);
}
END_TEST

static void run_inside(void *ctx)
{
    ck_assert_error(bight_loop_run(ctx), BIGHT_ERROR_USAGE);
    ck_assert_error(bight_loop_advance(ctx, 1), BIGHT_ERROR_USAGE);
    ck_assert_error(bight_loop_free(ctx), BIGHT_ERROR_BUSY);
    say("refused");
}

START_TEST(run_advance_and_free_inside_a_callback_are_refused)
{
    begin(_i);
    ck_assert_ok(bight_call_soon(the_loop, run_inside, the_loop));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "refused");
    loops_free(the_loop);
}
END_TEST

START_TEST(the_statistics_count_dispatches_and_entries)
{
    bight_loop_stats stats = {.size = sizeof(stats)};
    begin(_i);
    queue_calls(10, count);
    ck_assert_ok(bight_loop_run(the_loop));
    bight_loop_stats_get(the_loop, &stats);
    ck_assert_uint_ge(stats.dispatches, 1);
    ck_assert_uint_eq(stats.ready_run, 10);
    ck_assert_uint_eq(stats.size, sizeof(stats));
    loops_free(the_loop);
}
END_TEST

START_TEST(the_statistics_fill_only_what_an_older_program_knows)
{
    bight_loop_stats stats = {.size = offsetof(bight_loop_stats, ready_run),
                              .ready_run = 4711};
    begin(_i);
    queue_calls(10, count);
    ck_assert_ok(bight_loop_run(the_loop));
    bight_loop_stats_get(the_loop, &stats);
    ck_assert_uint_ge(stats.dispatches, 1);
    ck_assert_uint_eq(stats.ready_run, 4711);
    loops_free(the_loop);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("dispatch");
    TCase *order = leaks_test_case(suite, "order and budget");
    tcase_add_kinds_test(order, entries_run_in_the_order_queued);
    tcase_add_kinds_test(
        order, entries_queued_by_an_entry_run_after_those_before_them);
    tcase_add_kinds_test(order,
                         a_dispatch_runs_256_entries_and_leaves_the_rest);
    tcase_add_kinds_test(
        order, the_256_entries_are_all_of_a_dispatch_however_they_were_queued);
    tcase_add_test(order,
                   an_endless_chain_of_entries_does_not_starve_the_network);
    tcase_add_test(order, the_loop_never_blocks_with_entries_queued);

    TCase *flush = leaks_test_case(suite, "flush");
    tcase_add_kinds_test(flush, upper_levels_are_flushed_before_lower_ones);
    tcase_add_kinds_test(
        flush, what_a_flush_makes_dirty_is_flushed_in_the_same_dispatch);
    tcase_add_kinds_test(flush,
                         entries_queued_by_a_flush_run_in_the_same_dispatch);
    tcase_add_kinds_test(flush,
                         the_flush_comes_also_when_the_256_entries_are_used_up);
    tcase_add_kinds_test(flush,
                         what_becomes_dirty_outside_a_dispatch_is_flushed_soon);

    TCase *stop_case = leaks_test_case(suite, "stop");
    tcase_add_kinds_test(stop_case,
                         stop_flushes_and_drops_nothing_and_run_goes_on_later);
    tcase_add_kinds_test(stop_case, stop_ends_a_run_that_something_keeps_alive);
    tcase_add_kinds_test(stop_case, a_stop_while_nothing_runs_does_nothing);
    tcase_add_kinds_test(stop_case,
                         run_advance_and_free_inside_a_callback_are_refused);

    TCase *stats = leaks_test_case(suite, "statistics");
    tcase_add_kinds_test(stats, the_statistics_count_dispatches_and_entries);
    tcase_add_kinds_test(stats,
                         the_statistics_fill_only_what_an_older_program_knows);
    return suite;
}
