/* SPDX-License-Identifier: MIT */
/* ctest: threads */
/* L6: work on threads of the pool, which may borrow memory, answers LATER. */
#include <bight/pool.h>

#include <pthread.h>
#include <signal.h>

#include "faults.h"
#include "gate.h"
#include "leaks.h"
#include "loop/loop.h"
#include "loop/pool.h"
#include "loops.h"
#include "suite.h"

static bight_loop *the_loop;
static struct trace trace;
static struct gate gate;
static unsigned dones;

static void begin_with(int kind, unsigned threads)
{
    bight_loop_options options;
    bight_loop_options_init(&options);
    options.kind = (bight_loop_kind)kind;
    options.pool_threads = threads;
    trace = (struct trace){.length = 0};
    gate = (struct gate)GATE_INIT;
    dones = 0;
    ck_assert_ok(bight_loop_new(&options, &the_loop));
}

static void begin(int kind)
{
    begin_with(kind, 4);
}

static bight_work *submit(bight_work_fn fn, bight_work_done_fn done, void *ctx)
{
    bight_work *work = NULL;
    ck_assert_ok(bight_work_submit(the_loop, fn, done, ctx, &work));
    return work;
}

static bight_error succeed(void *ctx)
{
    (void)ctx;
    return bight_ok();
}

static bight_error pass_gate(void *ctx)
{
    (void)ctx;
    gate_pass(&gate);
    return bight_ok();
}

static void say_done(void *ctx, bight_error error)
{
    char text[1200];
    (void)bight_error_format(error, text, sizeof(text));
    trace_add(&trace, "%s: %s.", (const char *)ctx, text);
    dones++;
}

static void count_any_done(void *ctx, bight_error error)
{
    (void)ctx, (void)error;
    dones++;
}

static void count_done(void *ctx, bight_error error)
{
    (void)ctx;
    ck_assert(!bight_failed(error));
    dones++;
}

/* -- the way there and back ------------------------------------------------ */

struct thread_note {
    pthread_t thread;
    bool blocks_signals;
};

static bight_error note_thread(void *ctx)
{
    struct thread_note *note = ctx;
    sigset_t set;
    (void)pthread_sigmask(SIG_SETMASK, NULL, &set);
    note->thread = pthread_self();
    note->blocks_signals = sigismember(&set, SIGTERM) == 1;
    return bight_ok();
}

START_TEST(work_runs_on_a_thread_of_its_own_without_signals)
{
    struct thread_note note = {.blocks_signals = false};
    begin(BIGHT_LOOP_REAL);
    (void)submit(note_thread, count_done, &note);
    ck_assert_uint_eq(dones, 0);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_eq(dones, 1);
    ck_assert(!pthread_equal(note.thread, pthread_self()));
    ck_assert(note.blocks_signals);
    loops_free(the_loop);
}
END_TEST

static bight_error fail_with_texts(void *ctx)
{
    bight_error cause =
        bight_error_note(bight_error_of(BIGHT_ERROR_RANGE), "the number %d", 7);
    return bight_error_wrap(bight_error_of(BIGHT_ERROR_INVALID), cause,
                            "work on %s", (const char *)ctx);
}

START_TEST(a_virtual_loop_runs_work_itself_in_the_order_submitted)
{
    struct thread_note note;
    begin(BIGHT_LOOP_VIRTUAL);
    (void)submit(note_thread, count_done, &note);
    (void)submit(fail_with_texts, say_done, "b");
    bight_work *cancelled = submit(succeed, say_done, "c");
    (void)submit(succeed, say_done, "d");
    bight_work_cancel(cancelled);
    ck_assert_trace(&trace, "");
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert(pthread_equal(note.thread, pthread_self()));
    ck_assert_trace(&trace,
                    "b: work on b: not valid (INVALID), because the number 7: "
                    "out of range (RANGE). c: cancelled (CANCELLED). d: "
                    "success.");
    loops_free(the_loop);
}
END_TEST

START_TEST(the_texts_of_an_error_come_along)
{
    begin(_i);
    (void)submit(fail_with_texts, say_done, "x");
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "x: work on x: not valid (INVALID), because the "
                            "number 7: out of range (RANGE).");
    loops_free(the_loop);
}
END_TEST

START_TEST(without_memory_for_its_texts_the_error_still_comes)
{
    begin(BIGHT_LOOP_VIRTUAL);
    (void)submit(fail_with_texts, say_done, "x");
    faults_fail_all();
    ck_assert_ok(bight_loop_run(the_loop));
    faults_fail_nth(0);
    ck_assert_trace(&trace, "x: not valid (INVALID).");
    loops_free(the_loop);
}
END_TEST

START_TEST(a_thousand_jobs_are_each_done_once)
{
    begin_with(_i, 3);
    for (unsigned i = 0; i < BIGHT__LANE_QUEUE_MAX; i++)
        (void)submit(succeed, count_done, NULL);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_eq(dones, BIGHT__LANE_QUEUE_MAX);
    loops_free(the_loop);
}
END_TEST

static void submit_again(void *ctx, bight_error error)
{
    count_done(ctx, error);
    if (dones < 100)
        (void)submit(succeed, submit_again, ctx);
}

START_TEST(work_may_be_submitted_from_a_done_callback)
{
    begin(_i);
    (void)submit(succeed, submit_again, NULL);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_eq(dones, 100);
    loops_free(the_loop);
}
END_TEST

/* -- bounds ---------------------------------------------------------------- */

START_TEST(threads_start_only_as_needed_up_to_the_limit)
{
    begin_with(BIGHT_LOOP_REAL, 3);
    for (unsigned n = 1; n <= 3; n++) {
        (void)submit(pass_gate, count_done, NULL);
        gate_await_waiting(&gate, n);
    }
    for (unsigned i = 0; i < 20; i++)
        (void)submit(pass_gate, count_done, NULL);
    ck_assert_uint_eq(gate.waiting, 3);
    gate_open(&gate);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_eq(dones, 23);
    loops_free(the_loop);
}
END_TEST

static struct thread_note notes[2];

static void submit_second(void *ctx, bight_error error)
{
    count_done(ctx, error);
    (void)submit(note_thread, count_done, &notes[1]);
}

/* A thread rests before the loop can know of its result. */
START_TEST(a_thread_at_rest_is_used_before_a_new_one_starts)
{
    begin_with(BIGHT_LOOP_REAL, 4);
    (void)submit(note_thread, submit_second, &notes[0]);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_eq(dones, 2);
    ck_assert(pthread_equal(notes[0].thread, notes[1].thread));
    loops_free(the_loop);
}
END_TEST

START_TEST(a_full_queue_answers_busy)
{
    bight_work *work = NULL;
    begin_with(BIGHT_LOOP_REAL, 1);
    (void)submit(pass_gate, count_done, NULL);
    gate_await_waiting(&gate, 1);
    for (unsigned i = 0; i < BIGHT__LANE_QUEUE_MAX; i++)
        (void)submit(succeed, count_done, NULL);
    ck_assert_error(
        bight_work_submit(the_loop, succeed, count_done, NULL, &work),
        BIGHT_ERROR_BUSY);
    ck_assert_ptr_null(work);
    gate_open(&gate);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_eq(dones, 1 + BIGHT__LANE_QUEUE_MAX);
    loops_free(the_loop);
}
END_TEST

START_TEST(submitting_fails_cleanly_without_memory)
{
    begin(_i);
    for (uint64_t n = 1; n <= 2; n++) {
        faults_fail_nth(n);
        ck_assert_error(
            bight_work_submit(the_loop, succeed, count_done, NULL, NULL),
            BIGHT_ERROR_NO_MEMORY);
    }
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_eq(dones, 0);
    loops_free(the_loop);
}
END_TEST

/* -- cancel ---------------------------------------------------------------- */

START_TEST(work_cancelled_before_its_start_never_runs)
{
    begin_with(BIGHT_LOOP_REAL, 1);
    (void)submit(pass_gate, say_done, "gate");
    gate_await_waiting(&gate, 1);
    bight_work *work = submit(fail_with_texts, say_done, "x");
    bight_work_cancel(work);
    bight_work_cancel(work);
    ck_assert_trace(&trace, "");
    (void)bight_loop_step(the_loop);
    ck_assert_trace(&trace, "x: cancelled (CANCELLED).");
    gate_open(&gate);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "x: cancelled (CANCELLED). gate: success.");
    loops_free(the_loop);
}
END_TEST

START_TEST(work_cancelled_while_it_runs_answers_later_with_its_result)
{
    begin(BIGHT_LOOP_REAL);
    bight_work *work = submit(pass_gate, say_done, "x");
    gate_await_waiting(&gate, 1);
    bight_work_cancel(work);
    (void)bight_loop_step(the_loop);
    ck_assert_trace(&trace, "");
    gate_open(&gate);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "x: success.");
    bight_work_cancel(NULL);
    loops_free(the_loop);
}
END_TEST

static bight_work *the_work;

static void cancel_in_done(void *ctx, bight_error error)
{
    bight_work_cancel(the_work);
    say_done(ctx, error);
}

START_TEST(cancelling_in_the_done_callback_does_nothing)
{
    begin(_i);
    the_work = submit(succeed, cancel_in_done, "x");
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "x: success.");
    loops_free(the_loop);
}
END_TEST

START_TEST(random_cancels_leave_each_job_done_once)
{
    static bight_work *works[300];
    begin_with(BIGHT_LOOP_REAL, 2);
    for (unsigned i = 0; i < 300; i++)
        works[i] = submit(succeed, count_any_done, NULL);
    for (unsigned i = 0; i < 300; i += 3)
        bight_work_cancel(works[i * 7 % 300]);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_eq(dones, 300);
    loops_free(the_loop);
}
END_TEST

/* -- close ----------------------------------------------------------------- */

static void closed(void *ctx, const bight_close_report *report)
{
    (void)ctx;
    for (size_t i = 0; i < report->count; i++)
        trace_add(&trace, "%s %s,", report->survivors[i].kind,
                  report->survivors[i].name);
    trace_add(&trace, "closed.");
}

static void close_and_open_gate(void *ctx)
{
    bight_loop_close(the_loop, closed, NULL);
    ck_assert_error(bight_work_submit(the_loop, succeed, say_done, ctx, NULL),
                    BIGHT_ERROR_CLOSED);
    gate_open(&gate);
}

START_TEST(a_close_cancels_what_waits_and_waits_for_what_runs)
{
    begin_with(BIGHT_LOOP_REAL, 1);
    (void)submit(pass_gate, say_done, "running");
    gate_await_waiting(&gate, 1);
    (void)submit(succeed, say_done, "waiting");
    ck_assert_ok(bight_call_soon(the_loop, close_and_open_gate, NULL));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "waiting: cancelled (CANCELLED). running: success. "
                            "work running, work waiting, closed.");
    loops_free(the_loop);
}
END_TEST

static void close_in_done(void *ctx, bight_error error)
{
    say_done(ctx, error);
    bight_loop_close(the_loop, closed, NULL);
}

START_TEST(a_close_in_a_done_callback_has_no_survivor)
{
    begin(_i);
    (void)submit(succeed, close_in_done, "x");
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "x: success. closed.");
    loops_free(the_loop);
}
END_TEST

START_TEST(freeing_a_loop_waits_for_its_work)
{
    begin(_i);
    for (unsigned i = 0; i < 50; i++)
        (void)submit(succeed, say_done, ".");
    loops_free(the_loop);
    ck_assert_uint_eq(dones, 50);
}
END_TEST

START_TEST(no_work_is_taken_after_the_close)
{
    begin(_i);
    bight_loop_close(the_loop, NULL, NULL);
    ck_assert_error(
        bight_work_submit(the_loop, succeed, count_done, NULL, NULL),
        BIGHT_ERROR_CLOSED);
    loops_free(the_loop);
}
END_TEST

static void add_cancel(TCase *tcase)
{
    tcase_add_test(tcase, work_cancelled_before_its_start_never_runs);
    tcase_add_test(tcase,
                   work_cancelled_while_it_runs_answers_later_with_its_result);
    tcase_add_kinds_test(tcase, cancelling_in_the_done_callback_does_nothing);
    tcase_add_test(tcase, random_cancels_leave_each_job_done_once);
}

static void add_close(TCase *tcase)
{
    tcase_add_test(tcase, a_close_cancels_what_waits_and_waits_for_what_runs);
    tcase_add_kinds_test(tcase, a_close_in_a_done_callback_has_no_survivor);
    tcase_add_kinds_test(tcase, freeing_a_loop_waits_for_its_work);
    tcase_add_kinds_test(tcase, no_work_is_taken_after_the_close);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("pool");
    TCase *way = leaks_test_case(suite, "way");
    tcase_add_test(way, work_runs_on_a_thread_of_its_own_without_signals);
    tcase_add_test(way, a_virtual_loop_runs_work_itself_in_the_order_submitted);
    tcase_add_kinds_test(way, the_texts_of_an_error_come_along);
    tcase_add_test(way, without_memory_for_its_texts_the_error_still_comes);
    tcase_add_kinds_test(way, a_thousand_jobs_are_each_done_once);
    tcase_add_kinds_test(way, work_may_be_submitted_from_a_done_callback);

    TCase *bounds = leaks_test_case(suite, "bounds");
    tcase_add_test(bounds, threads_start_only_as_needed_up_to_the_limit);
    tcase_add_test(bounds, a_thread_at_rest_is_used_before_a_new_one_starts);
    tcase_add_test(bounds, a_full_queue_answers_busy);
    tcase_add_kinds_test(bounds, submitting_fails_cleanly_without_memory);

    add_cancel(leaks_test_case(suite, "cancel"));
    add_close(leaks_test_case(suite, "close"));
    return suite;
}
