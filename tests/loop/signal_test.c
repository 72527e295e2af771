/* SPDX-License-Identifier: MIT */
/* L15: signals have one owner, and SIGPIPE is ignored where nobody cares. */
#include <signal.h>
#include <string.h>

#include <bight/uv.h>

#include "leaks.h"
#include "loop/loop.h"
#include "loop/signal.h"
#include "loops.h"
#include "suite.h"

static bight_loop *the_loop;
static bight_signal *the_signal;
static bight_timer *keeper;
static struct trace trace;

static void nothing(void *ctx)
{
    (void)ctx;
}

/* Signals keep no loop running: the timer does. */
static void begin(void)
{
    trace = (struct trace){.length = 0};
    the_loop = loops_new(BIGHT_LOOP_REAL);
    ck_assert_ok(bight_timer_new(the_loop, nothing, NULL, &keeper));
    bight_timer_start(keeper, 60000);
}

static void end(void)
{
    bight_timer_free(keeper);
    loops_free(the_loop);
}

static void say_and_stop(void *ctx)
{
    trace_add(&trace, "%s", (const char *)ctx);
    bight_loop_stop(the_loop);
}

static void raise_it(void *ctx)
{
    (void)ctx;
    ck_assert_int_eq(raise(SIGUSR1), 0);
}

START_TEST(a_signal_calls_back_on_the_loop)
{
    begin();
    ck_assert_ok(
        bight_signal_new(the_loop, SIGUSR1, say_and_stop, "usr1", &the_signal));
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_ok(bight_call_soon(the_loop, raise_it, NULL));
        ck_assert_ok(bight_loop_run(the_loop));
    }
    ck_assert_trace(&trace, "usr1 usr1 usr1");
    bight_signal_free(the_signal);
    end();
}
END_TEST

START_TEST(a_signal_keeps_no_loop_running)
{
    begin();
    ck_assert_ok(
        bight_signal_new(the_loop, SIGUSR1, say_and_stop, "usr1", &the_signal));
    bight_timer_stop(keeper);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "");
    bight_signal_free(the_signal);
    end();
}
END_TEST

static void expect_busy(bight_loop *loop)
{
    char text[128];
    bight_signal *second = NULL;
    bight_error error = bight_signal_new(loop, SIGUSR1, nothing, NULL, &second);
    ck_assert_error(error, BIGHT_ERROR_BUSY);
    ck_assert_ptr_null(second);
    (void)bight_error_format(error, text, sizeof(text));
    ck_assert_ptr_nonnull(strstr(text, "signal 10"));
}

START_TEST(a_second_loop_gets_busy)
{
    begin();
    bight_loop *other = loops_new((bight_loop_kind)_i);
    ck_assert_ok(
        bight_signal_new(the_loop, SIGUSR1, nothing, NULL, &the_signal));
    expect_busy(other);
    expect_busy(the_loop);
    bight_signal_free(the_signal);
    loops_free(other);
    end();
}
END_TEST

START_TEST(a_freed_signal_may_be_owned_again_at_once)
{
    begin();
    bight_loop *other = loops_new((bight_loop_kind)_i);
    for (unsigned i = 0; i < 3; i++) {
        bight_loop *loop = i % 2 == 0 ? the_loop : other;
        ck_assert_ok(
            bight_signal_new(loop, SIGUSR1, nothing, NULL, &the_signal));
        bight_signal_free(the_signal);
    }
    loops_free(other);
    end();
}
END_TEST

START_TEST(closing_the_loop_gives_the_signal_back)
{
    bight_signal *again;
    begin();
    bight_loop *other = loops_new((bight_loop_kind)_i);
    ck_assert_ok(bight_signal_new(other, SIGUSR1, nothing, NULL, &the_signal));
    bight_loop_close(other, NULL, NULL);
    ck_assert_ok(bight_signal_new(the_loop, SIGUSR1, nothing, NULL, &again));
    bight_signal_free(the_signal);
    expect_busy(the_loop);
    bight_signal_free(again);
    loops_free(other);
    end();
}
END_TEST

static void free_it(void *ctx)
{
    say_and_stop(ctx);
    bight_signal_free(the_signal);
}

START_TEST(a_signal_may_be_freed_in_its_own_callback)
{
    begin();
    ck_assert_ok(
        bight_signal_new(the_loop, SIGUSR1, free_it, "freed", &the_signal));
    raise_it(NULL);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "freed");
    end();
}
END_TEST

START_TEST(a_signal_freed_between_its_coming_and_its_callback_is_silent)
{
    begin();
    ck_assert_ok(
        bight_signal_new(the_loop, SIGUSR1, say_and_stop, "usr1", &the_signal));
    bight__signal_raised(the_signal);
    bight__signal_raised(the_signal);
    bight_signal_free(the_signal);
    bight_timer_stop(keeper);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "");
    bight_signal_free(NULL);
    end();
}
END_TEST

START_TEST(what_is_no_signal_is_refused)
{
    begin();
    const int numbers[] = {-1, 0, 65, 1000};
    the_signal = NULL;
    for (unsigned i = 0; i < 4; i++)
        ck_assert_error(
            bight_signal_new(the_loop, numbers[i], nothing, NULL, &the_signal),
            BIGHT_ERROR_INVALID);
    ck_assert_ptr_null(the_signal);
    end();
}
END_TEST

START_TEST(a_signal_the_system_refuses_is_given_back)
{
    begin();
    the_signal = NULL;
    for (unsigned i = 0; i < 2; i++) {
        bight_error error =
            bight_signal_new(the_loop, SIGKILL, nothing, NULL, &the_signal);
        ck_assert(error.domain == &bight_errno_domain);
    }
    ck_assert_ptr_null(the_signal);
    end();
}
END_TEST

START_TEST(a_closed_loop_owns_no_new_signals)
{
    begin();
    bight_timer_free(keeper);
    keeper = NULL;
    bight_loop_close(the_loop, NULL, NULL);
    ck_assert_error(
        bight_signal_new(the_loop, SIGUSR1, nothing, NULL, &the_signal),
        BIGHT_ERROR_CLOSED);
    end();
}
END_TEST

/* -- SIGPIPE --------------------------------------------------------------- */

static void (*sigpipe_before)(int);

static void own_handler(int signum)
{
    (void)signum;
}

static void set_sigpipe(void (*handler)(int))
{
    sigpipe_before = signal(SIGPIPE, handler);
}

/* Answers what is set now, and restores what was before the test. */
static void (*take_sigpipe(void))(int)
{
    return signal(SIGPIPE, sigpipe_before);
}

static void make_loop(int kind, bool leave_sigpipe)
{
    bight_loop_options options;
    bight_loop_options_init(&options);
    options.kind = (bight_loop_kind)kind;
    options.leave_sigpipe = leave_sigpipe;
    ck_assert_ok(bight_loop_new(&options, &the_loop));
    loops_free(the_loop);
}

START_TEST(sigpipe_is_ignored_where_it_was_default)
{
    set_sigpipe(SIG_DFL);
    make_loop(_i, false);
    ck_assert(take_sigpipe() == SIG_IGN);
}
END_TEST

START_TEST(sigpipe_is_left_to_a_program_that_handles_it)
{
    set_sigpipe(own_handler);
    make_loop(_i, false);
    ck_assert(take_sigpipe() == own_handler);
}
END_TEST

START_TEST(sigpipe_is_left_alone_when_asked)
{
    set_sigpipe(SIG_DFL);
    make_loop(_i, true);
    ck_assert(take_sigpipe() == SIG_DFL);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("signal");
    TCase *calls = leaks_test_case(suite, "calls");
    tcase_add_test(calls, a_signal_calls_back_on_the_loop);
    tcase_add_test(calls, a_signal_keeps_no_loop_running);
    tcase_add_test(calls, a_signal_may_be_freed_in_its_own_callback);
    tcase_add_test(
        calls, a_signal_freed_between_its_coming_and_its_callback_is_silent);

    TCase *owner = leaks_test_case(suite, "owner");
    tcase_add_kinds_test(owner, a_second_loop_gets_busy);
    tcase_add_kinds_test(owner, a_freed_signal_may_be_owned_again_at_once);
    tcase_add_kinds_test(owner, closing_the_loop_gives_the_signal_back);
    tcase_add_test(owner, what_is_no_signal_is_refused);
    tcase_add_test(owner, a_signal_the_system_refuses_is_given_back);
    tcase_add_test(owner, a_closed_loop_owns_no_new_signals);

    TCase *sigpipe = leaks_test_case(suite, "sigpipe");
    tcase_add_kinds_test(sigpipe, sigpipe_is_ignored_where_it_was_default);
    tcase_add_kinds_test(sigpipe, sigpipe_is_left_to_a_program_that_handles_it);
    tcase_add_kinds_test(sigpipe, sigpipe_is_left_alone_when_asked);
    return suite;
}
