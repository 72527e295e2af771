/* SPDX-License-Identifier: MIT */
/* L14: the child of a fork may use its loops after bight_loop_after_fork. */
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bight/lookup.h>
#include <bight/pool.h>
#include <bight/uv.h>

#include "gate.h"
#include "leaks.h"
#include "loop/loop.h"
#include "loop/side.h"
#include "loops.h"
#include "net/lookup.h"
#include "suite.h"

static bight_loop *the_loop;
static struct trace trace;
static struct gate gate;

static void begin(int kind)
{
    trace = (struct trace){.length = 0};
    gate = (struct gate)GATE_INIT;
    the_loop = loops_new((bight_loop_kind)kind);
}

static void say(void *ctx)
{
    trace_add(&trace, "%s", (const char *)ctx);
}

static void done(void *ctx, bight_error error)
{
    trace_add(&trace, "%s%s", (const char *)ctx,
              bight_failed(error) ? ":failed" : ":done");
    if (bight_failed(error) &&
        !bight_error_is(error, &bight_domain, BIGHT_ERROR_CANCELLED))
        say("otherwise");
}

/* In the child the tests' own assertions would unwind into the parent's run:
 * it says by its exit code whether all was as expected. */
static pid_t fork_child(bool (*as_expected)(void))
{
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        _exit(!bight_failed(bight_loop_after_fork(the_loop)) && as_expected()
                  ? 0
                  : 1);
    return child;
}

static void check_child(pid_t child)
{
    int status = -1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 0);
}

static bool ran(const char *expected)
{
    return !bight_failed(bight_loop_run(the_loop)) &&
           strcmp(trace.text, expected) == 0;
}

/* -- the loop -------------------------------------------------------------- */

static bight_timer *the_timer;

static bool child_runs_what_was_queued(void)
{
    return ran("soon threadsafe timer") &&
           !bight_failed(bight_call_threadsafe(the_loop, say, "more")) &&
           ran("soon threadsafe timer more");
}

START_TEST(a_child_goes_on_where_its_parent_was)
{
    begin(_i);
    ck_assert_ok(bight_call_soon(the_loop, say, "soon"));
    ck_assert_ok(bight_call_threadsafe(the_loop, say, "threadsafe"));
    ck_assert_ok(bight_timer_new(the_loop, say, "timer", &the_timer));
    bight_timer_start(the_timer, 1);
    check_child(fork_child(child_runs_what_was_queued));
    ck_assert_trace(&trace, "");
    ck_assert(ran("soon threadsafe timer"));
    bight_timer_free(the_timer);
    loops_free(the_loop);
}
END_TEST

static int pair[2];
static uv_poll_t watcher;

static void on_readable(uv_poll_t *poll, int status, int events)
{
    (void)status, (void)events;
    uv_close((uv_handle_t *)poll, NULL);
    say("readable");
}

static bool child_closes_the_watch(void)
{
    uv_close((uv_handle_t *)&watcher, NULL);
    return ran("") && !bight_failed(bight_loop_free(the_loop));
}

START_TEST(what_a_child_closes_its_parent_still_watches)
{
    begin(BIGHT_LOOP_REAL);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    ck_assert_int_eq(uv_poll_init(bight_loop_uv(the_loop), &watcher, pair[0]),
                     0);
    ck_assert_int_eq(uv_poll_start(&watcher, UV_READABLE, on_readable), 0);
    (void)bight_loop_step(the_loop);
    check_child(fork_child(child_closes_the_watch));
    ck_assert_int_eq(write(pair[1], "x", 1), 1);
    ck_assert(ran("readable"));
    (void)close(pair[0]);
    (void)close(pair[1]);
    loops_free(the_loop);
}
END_TEST

static void side_told(void *cookie, bool room)
{
    ck_assert(!room);
    say(cookie);
}

static bool child_ends_its_poller(void)
{
    bool fine = ran("");
    bight__side_forget(the_loop, pair[0]);
    (void)close(pair[0]);
    return !bight_failed(bight_loop_free(the_loop)) && fine;
}

/* The parent closes its copy of the other end, too. */
static bool child_is_told(void)
{
    struct pollfd other = {.fd = pair[0], .events = 0};
    (void)close(pair[1]);
    bool hung_up = poll(&other, 1, 10000) == 1;
    (void)bight_call_soon(the_loop, say, "soon");
    (void)bight_loop_step(the_loop);
    bool told = strcmp(trace.text, "soon told") == 0;
    return !bight_failed(bight_loop_free(the_loop)) && hung_up && told;
}

START_TEST(T21_a_child_watches_what_its_parent_did)
{
    begin(BIGHT_LOOP_REAL);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    ck_assert_ok(bight__side_add(the_loop, pair[0], side_told, "told"));
    pid_t child = fork_child(child_is_told);
    (void)close(pair[1]);
    check_child(child);
    (void)close(pair[0]);
    loops_free(the_loop);
}
END_TEST

static bight_error succeed(void *ctx)
{
    (void)ctx;
    return bight_ok();
}

static bool child_is_woken(void)
{
    (void)alarm(60);
    return !bight_failed(
               bight_work_submit(the_loop, succeed, done, "work", NULL)) &&
           ran("threadsafe work:done") &&
           !bight_failed(bight_loop_free(the_loop));
}

START_TEST(a_child_is_woken_although_a_wake_up_was_under_way_at_the_fork)
{
    begin(BIGHT_LOOP_REAL);
    ck_assert_ok(bight_call_threadsafe(the_loop, say, "threadsafe"));
    check_child(fork_child(child_is_woken));
    loops_free(the_loop);
}
END_TEST

START_TEST(a_child_has_a_side_poller_of_its_own)
{
    begin(BIGHT_LOOP_REAL);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    ck_assert_ok(bight__side_add(the_loop, pair[0], side_told, "told"));
    check_child(fork_child(child_ends_its_poller));
    (void)close(pair[1]);
    ck_assert_ok(bight_call_soon(the_loop, say, "first"));
    (void)bight_loop_step(the_loop);
    ck_assert_trace(&trace, "first told");
    (void)close(pair[0]);
    loops_free(the_loop);
}
END_TEST

static void say_and_stop(void *ctx)
{
    say(ctx);
    bight_loop_stop(the_loop);
}

static bool child_raises(void)
{
    return raise(SIGUSR1) == 0 && ran("usr1");
}

START_TEST(a_childs_signals_are_its_own)
{
    bight_signal *usr1;
    begin(BIGHT_LOOP_REAL);
    ck_assert_ok(
        bight_signal_new(the_loop, SIGUSR1, say_and_stop, "usr1", &usr1));
    ck_assert_ok(bight_timer_new(the_loop, say, "timer", &the_timer));
    bight_timer_start(the_timer, 60000);
    check_child(fork_child(child_raises));
    ck_assert(bight_loop_step(the_loop));
    ck_assert_trace(&trace, "");
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert(ran("usr1"));
    bight_signal_free(usr1);
    bight_timer_free(the_timer);
    loops_free(the_loop);
}
END_TEST

START_TEST(without_a_fork_it_changes_nothing)
{
    begin(_i);
    ck_assert_ok(bight_call_soon(the_loop, say, "soon"));
    ck_assert_ok(bight_call_threadsafe(the_loop, say, "threadsafe"));
    ck_assert_ok(bight_loop_after_fork(the_loop));
    ck_assert(ran("soon threadsafe"));
    loops_free(the_loop);
}
END_TEST

/* -- threads do not survive ------------------------------------------------ */

static bight_error pass_gate(void *ctx)
{
    (void)ctx;
    gate_pass(&gate);
    return bight_ok();
}

static bight_error work(void *ctx)
{
    (void)ctx;
    return bight_ok();
}

/* The gate is the parent's: nobody is waiting at it here. */
static bool child_is_told_of_lost_work(void)
{
    if (!ran("running:failed waiting:failed"))
        return false;
    trace = (struct trace){.length = 0};
    return !bight_failed(
               bight_work_submit(the_loop, work, done, "new", NULL)) &&
           ran("new:done") && !bight_failed(bight_loop_free(the_loop));
}

START_TEST(work_of_the_parents_threads_is_cancelled_in_the_child)
{
    bight_loop_options options;
    bight_loop_options_init(&options);
    options.pool_threads = 1;
    trace = (struct trace){.length = 0};
    gate = (struct gate)GATE_INIT;
    ck_assert_ok(bight_loop_new(&options, &the_loop));
    ck_assert_ok(bight_work_submit(the_loop, pass_gate, done, "running", NULL));
    gate_await_waiting(&gate, 1);
    ck_assert_ok(bight_work_submit(the_loop, work, done, "waiting", NULL));
    check_child(fork_child(child_is_told_of_lost_work));
    gate_open(&gate);
    ck_assert(ran("running:done waiting:done"));
    loops_free(the_loop);
}
END_TEST

static bool child_gets_the_result(void)
{
    return ran("x:done") && !bight_failed(bight_loop_free(the_loop));
}

/* Waits until the thread's result is in the queue, not yet collected. */
static void await_sent(void)
{
    bool sent = false;
    while (!sent) {
        (void)pthread_mutex_lock(&the_loop->mutex);
        sent = the_loop->threadsafe_head != NULL;
        (void)pthread_mutex_unlock(&the_loop->mutex);
        (void)sched_yield();
    }
}

START_TEST(work_that_was_done_before_the_fork_stays_done)
{
    begin(BIGHT_LOOP_REAL);
    ck_assert_ok(bight_work_submit(the_loop, pass_gate, done, "x", NULL));
    gate_await_waiting(&gate, 1);
    gate_open(&gate);
    await_sent();
    check_child(fork_child(child_gets_the_result));
    ck_assert(ran("x:done"));
    loops_free(the_loop);
}
END_TEST

static int resolve_at_gate(const char *node, const char *service,
                           const struct addrinfo *hints,
                           struct addrinfo **ret_list)
{
    (void)node, (void)service, (void)hints, (void)ret_list;
    gate_pass(&gate);
    return EAI_AGAIN;
}

static void looked_up(void *ctx, bight_error error,
                      const bight_address *addresses, size_t count)
{
    (void)addresses;
    if (!bight_failed(error) || count != 0)
        say("wrong");
    done(ctx, error);
}

static bool child_is_told_of_lost_lookups(void)
{
    return ran("name:failed") && !bight_failed(bight_loop_free(the_loop));
}

START_TEST(lookups_of_the_parents_threads_are_cancelled_in_the_child)
{
    begin(BIGHT_LOOP_REAL);
    bight__lookup_set_resolver(resolve_at_gate);
    ck_assert_ok(bight_lookup_start(the_loop, "host.example", 80, looked_up,
                                    "name", NULL));
    gate_await_waiting(&gate, 1);
    check_child(fork_child(child_is_told_of_lost_lookups));
    gate_open(&gate);
    ck_assert(ran("name:failed otherwise"));
    bight__lookup_set_resolver(NULL);
    loops_free(the_loop);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("fork");
    TCase *loop = leaks_test_case(suite, "loop");
    tcase_set_tags(loop, "fork");
    tcase_add_loop_test(loop, a_child_goes_on_where_its_parent_was,
                        BIGHT_LOOP_REAL, BIGHT_LOOP_REAL + 1);
    tcase_add_loop_test(loop, a_child_goes_on_where_its_parent_was,
                        BIGHT_LOOP_VIRTUAL, BIGHT_LOOP_VIRTUAL + 1);
    tcase_add_test(loop, what_a_child_closes_its_parent_still_watches);
    tcase_add_test(loop, a_child_has_a_side_poller_of_its_own);
    tcase_add_test(loop, T21_a_child_watches_what_its_parent_did);
    tcase_add_test(
        loop, a_child_is_woken_although_a_wake_up_was_under_way_at_the_fork);
    tcase_add_test(loop, a_childs_signals_are_its_own);

    TCase *same = leaks_test_case(suite, "same process");
    tcase_add_kinds_test(same, without_a_fork_it_changes_nothing);

    TCase *threads = leaks_test_case(suite, "threads");
    tcase_set_tags(threads, "fork");
    tcase_add_test(threads,
                   work_of_the_parents_threads_is_cancelled_in_the_child);
    tcase_add_test(threads, work_that_was_done_before_the_fork_stays_done);
    tcase_add_test(threads,
                   lookups_of_the_parents_threads_are_cancelled_in_the_child);
    return suite;
}
