/* SPDX-License-Identifier: MIT */
/* ctest: threads */
/* L3, L5, S3: call_soon and call_threadsafe. */
#include <pthread.h>

#include "faults.h"
#include "leaks.h"
#include "loop/loop.h"
#include "loops.h"
#include "suite.h"

static bight_loop *the_loop;
static struct trace trace;
static unsigned calls;

static void begin(int kind)
{
    trace = (struct trace){.length = 0};
    calls = 0;
    the_loop = loops_new((bight_loop_kind)kind);
}

static void say(void *ctx)
{
    trace_add(&trace, "%s", (const char *)ctx);
}

static void count(void *ctx)
{
    (void)ctx;
    calls++;
}

/* -- call_soon ------------------------------------------------------------- */

START_TEST(call_soon_never_calls_at_once)
{
    begin(_i);
    ck_assert_ok(bight_call_soon(the_loop, say, "a"));
    ck_assert_trace(&trace, "");
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "a");
    loops_free(the_loop);
}
END_TEST

/* S3 */
START_TEST(without_memory_a_reserve_of_64_calls_is_left)
{
    begin(_i);
    faults_fail_all();
    for (unsigned i = 0; i < 64; i++)
        ck_assert_ok(bight_call_soon(the_loop, count, NULL));
    ck_assert_error(bight_call_soon(the_loop, count, NULL),
                    BIGHT_ERROR_NO_MEMORY);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_eq(calls, 64);
    faults_fail_nth(0);
    loops_free(the_loop);
}
END_TEST

START_TEST(the_reserve_is_full_again_after_its_calls_ran)
{
    begin(_i);
    faults_fail_all();
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 64; i++)
            ck_assert_ok(bight_call_soon(the_loop, count, NULL));
        ck_assert_ok(bight_loop_run(the_loop));
    }
    ck_assert_uint_eq(calls, 3 * 64);
    faults_fail_nth(0);
    loops_free(the_loop);
}
END_TEST

static void call_without_memory(void *ctx)
{
    count(ctx);
    if (calls < 10000)
        ck_assert_ok(bight_call_soon(the_loop, call_without_memory, NULL));
}

START_TEST(a_chain_of_calls_goes_on_without_memory)
{
    begin(_i);
    faults_fail_all();
    ck_assert_ok(bight_call_soon(the_loop, call_without_memory, NULL));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_eq(calls, 10000);
    faults_fail_nth(0);
    loops_free(the_loop);
}
END_TEST

static void closed(void *ctx, const bight_close_report *report)
{
    (void)report;
    say(ctx);
}

static void close_and_call(void *ctx)
{
    bight_loop_close(ctx, closed, "closed");
    say("closing");
}

START_TEST(calls_accepted_before_the_close_run_before_its_report)
{
    begin(_i);
    ck_assert_ok(bight_call_soon(the_loop, close_and_call, the_loop));
    for (unsigned i = 0; i < 600; i++)
        ck_assert_ok(bight_call_soon(the_loop, count, NULL));
    ck_assert_ok(bight_call_soon(the_loop, say, "last"));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_eq(calls, 600);
    ck_assert_trace(&trace, "closing last closed");
    ck_assert_error(bight_call_soon(the_loop, say, "late"), BIGHT_ERROR_CLOSED);
    loops_free(the_loop);
}
END_TEST

static void call_again(void *ctx)
{
    count(ctx);
    (void)bight_call_soon(the_loop, call_again, NULL);
}

START_TEST(an_endless_chain_of_calls_does_not_hold_up_the_close)
{
    begin(_i);
    ck_assert_ok(bight_call_soon(the_loop, call_again, NULL));
    (void)bight_loop_step(the_loop);
    bight_loop_close(the_loop, closed, "closed");
    ck_assert_trace(&trace, "closed");
    loops_free(the_loop);
}
END_TEST

/* -- call_threadsafe ------------------------------------------------------- */

#define THREADS 4
#define PER_THREAD 2000

struct sender {
    pthread_t thread;
    unsigned number;
    unsigned next; /* the loop's thread alone uses it */
};

struct message {
    struct sender *sender;
    unsigned number;
};

static struct sender senders[THREADS];
static struct message messages[THREADS][PER_THREAD];

static void receive(void *ctx)
{
    struct message *message = ctx;
    ck_assert_uint_eq(message->number, message->sender->next);
    message->sender->next++;
    if (++calls == THREADS * PER_THREAD)
        bight_loop_stop(the_loop);
}

static void *send_all(void *arg)
{
    struct sender *sender = arg;
    for (unsigned i = 0; i < PER_THREAD; i++) {
        struct message *message = &messages[sender->number][i];
        *message = (struct message){.sender = sender, .number = i};
        if (bight_failed(bight_call_threadsafe(the_loop, receive, message)))
            return sender;
    }
    return NULL;
}

static void start_senders(void)
{
    for (unsigned i = 0; i < THREADS; i++) {
        senders[i] = (struct sender){.number = i};
        ck_assert_int_eq(
            pthread_create(&senders[i].thread, NULL, send_all, &senders[i]), 0);
    }
}

static void join_senders(void)
{
    for (unsigned i = 0; i < THREADS; i++) {
        void *failure;
        (void)pthread_join(senders[i].thread, &failure);
        ck_assert_ptr_null(failure);
    }
}

/* Jobs out are what keeps a loop waiting for other threads. */
static void run_with_senders(void)
{
    bight_loop_stats stats = {.size = sizeof(stats)};
    the_loop->backend->await_threads(the_loop, true);
    start_senders();
    ck_assert_ok(bight_loop_run(the_loop));
    join_senders();
    the_loop->backend->await_threads(the_loop, false);
    ck_assert_uint_eq(calls, THREADS * PER_THREAD);
    bight_loop_stats_get(the_loop, &stats);
    ck_assert_uint_eq(stats.threadsafe, THREADS * PER_THREAD);
}

START_TEST(calls_of_other_threads_all_arrive_each_threads_in_order)
{
    begin(_i);
    run_with_senders();
    loops_free(the_loop);
}
END_TEST

START_TEST(calls_sent_before_the_run_are_made_by_it)
{
    begin(_i);
    start_senders();
    join_senders();
    ck_assert_uint_eq(calls, 0);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_eq(calls, THREADS * PER_THREAD);
    loops_free(the_loop);
}
END_TEST

START_TEST(a_threadsafe_call_from_the_loops_own_thread_comes_later)
{
    begin(_i);
    ck_assert_ok(bight_call_threadsafe(the_loop, say, "threadsafe"));
    ck_assert_trace(&trace, "");
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "threadsafe");
    loops_free(the_loop);
}
END_TEST

START_TEST(after_the_close_threadsafe_calls_are_refused_and_never_made)
{
    begin(_i);
    ck_assert_ok(bight_call_threadsafe(the_loop, say, "before"));
    bight_loop_close(the_loop, closed, "closed");
    ck_assert_trace(&trace, "before closed");
    ck_assert_error(bight_call_threadsafe(the_loop, say, "after"),
                    BIGHT_ERROR_CLOSED);
    loops_free(the_loop);
    ck_assert_trace(&trace, "before closed");
}
END_TEST

static void *send_until_refused(void *arg)
{
    uintptr_t *sent = arg;
    while (!bight_failed(bight_call_threadsafe(the_loop, count, NULL)))
        ++*sent;
    return NULL;
}

static void close_at_1000(void *ctx)
{
    (void)ctx;
    if (calls >= 1000)
        bight_loop_close(the_loop, NULL, NULL);
    else
        ck_assert_ok(bight_call_soon(the_loop, close_at_1000, NULL));
}

START_TEST(a_close_while_others_send_loses_no_accepted_call)
{
    uintptr_t sent[THREADS] = {0};
    uintptr_t total = 0;
    begin(_i);
    for (unsigned i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&senders[i].thread, NULL,
                                        send_until_refused, &sent[i]),
                         0);
    ck_assert_ok(bight_call_soon(the_loop, close_at_1000, NULL));
    ck_assert_ok(bight_loop_run(the_loop));
    join_senders();
    for (unsigned i = 0; i < THREADS; i++)
        total += sent[i];
    ck_assert_uint_eq(calls, total);
    loops_free(the_loop);
}
END_TEST

/* The reserve is not for other threads: it would need a lock. */
START_TEST(threadsafe_calls_without_memory_are_refused)
{
    begin(_i);
    faults_fail_all();
    ck_assert_error(bight_call_threadsafe(the_loop, say, "a"),
                    BIGHT_ERROR_NO_MEMORY);
    faults_fail_nth(0);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "");
    loops_free(the_loop);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("call");
    TCase *soon = leaks_test_case(suite, "soon");
    tcase_add_kinds_test(soon, call_soon_never_calls_at_once);
    tcase_add_kinds_test(soon, without_memory_a_reserve_of_64_calls_is_left);
    tcase_add_kinds_test(soon, the_reserve_is_full_again_after_its_calls_ran);
    tcase_add_kinds_test(soon, a_chain_of_calls_goes_on_without_memory);
    tcase_add_kinds_test(soon,
                         calls_accepted_before_the_close_run_before_its_report);
    tcase_add_kinds_test(soon,
                         an_endless_chain_of_calls_does_not_hold_up_the_close);

    TCase *threadsafe = leaks_test_case(suite, "threadsafe");
    tcase_set_timeout(threadsafe, 30);
    tcase_add_kinds_test(
        threadsafe, calls_of_other_threads_all_arrive_each_threads_in_order);
    tcase_add_kinds_test(threadsafe, calls_sent_before_the_run_are_made_by_it);
    tcase_add_kinds_test(
        threadsafe, a_threadsafe_call_from_the_loops_own_thread_comes_later);
    tcase_add_kinds_test(
        threadsafe,
        after_the_close_threadsafe_calls_are_refused_and_never_made);
    tcase_add_kinds_test(threadsafe,
                         a_close_while_others_send_loses_no_accepted_call);
    tcase_add_kinds_test(threadsafe,
                         threadsafe_calls_without_memory_are_refused);
    return suite;
}
