/* SPDX-License-Identifier: MIT */
/* ctest: threads */
/* D11: promises that any thread posts to. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "deferreds.h"
#include "gate.h"

/* One thread with mail to post. */
struct poster {
    pthread_t thread;
    bight_shared_promise *shared;
    bight_error error;
    struct gate *gate; /* passed before posting; NULL: none */
};

static atomic_uint ended; /* destructors may run on any thread */

static void end_value(void *pointer)
{
    (void)pointer;
    atomic_fetch_add(&ended, 1);
}

static bight_value counted(void)
{
    return bight_value_pointer(&ended, end_value);
}

static void *post(void *arg)
{
    struct poster *poster = arg;
    if (poster->gate != NULL)
        gate_pass(poster->gate);
    bight_promise_post(poster->shared, counted(), poster->error);
    return NULL;
}

static void start(struct poster *poster)
{
    ck_assert_int_eq(pthread_create(&poster->thread, NULL, post, poster), 0);
}

static void wait_for(struct poster *poster)
{
    (void)pthread_join(poster->thread, NULL);
}

static bight_deferred *make_shared(bight_shared_promise **ret_shared)
{
    bight_promise *promise;
    bight_deferred *d = make(&promise);
    *ret_shared = bight_promise_share(promise);
    ck_assert_ptr_nonnull(*ret_shared);
    return d;
}

static void begin_counted(int kind)
{
    atomic_store(&ended, 0);
    begin(kind);
}

/* -- one ------------------------------------------------------------------- */

START_TEST(D11_a_post_from_another_thread_fires_on_the_loop)
{
    struct poster poster = {.gate = NULL};
    begin_counted(_i);
    bight_on(make_shared(&poster.shared), mark, "a");
    start(&poster);
    turn(); /* a loop runs until it came */
    ck_assert_trace(&trace, "a");
    ck_assert_uint_eq(atomic_load(&ended), 1);
    wait_for(&poster);
    end();
}
END_TEST

static void say_text(bight_result *result, void *arg)
{
    char text[128];
    (void)arg;
    (void)bight_error_format(bight_result_error(result), text, sizeof(text));
    trace_add(&trace, "%s;", text);
}

static void *post_noted(void *arg)
{
    struct poster *poster = arg;
    poster->error = bight_error_because(
        bight_error_note(fault(BIGHT_ERROR_REFUSED), "ask %d", 7), "no");
    return post(arg);
}

START_TEST(D11_an_errors_texts_travel_and_its_value_is_destroyed)
{
    struct poster poster = {.gate = NULL};
    begin_counted(_i);
    bight_on(make_shared(&poster.shared), say_text, NULL);
    ck_assert_int_eq(pthread_create(&poster.thread, NULL, post_noted, &poster),
                     0);
    turn();
    wait_for(&poster);
    ck_assert_trace(&trace, "ask 7: refused (REFUSED), because no;");
    ck_assert_uint_eq(atomic_load(&ended), 1);
    end();
}
END_TEST

START_TEST(D11_the_loops_own_thread_may_post_and_nothing_runs_inside)
{
    bight_shared_promise *shared;
    begin(_i);
    bight_on(make_shared(&shared), say, "a");
    bight_promise_post(shared, number(4), bight_ok());
    ck_assert_trace(&trace, "");
    turn();
    ck_assert_trace(&trace, "a=4");
    end();
}
END_TEST

/* -- cancelled ------------------------------------------------------------- */

static bight_cancel_answer answer(void *arg)
{
    return *(bight_cancel_answer *)arg;
}

START_TEST(D7_after_now_the_loop_does_not_wait_and_a_late_post_is_silent)
{
    bight_cancel_answer now = BIGHT_CANCEL_NOW;
    bight_promise *promise;
    begin_counted(_i);
    bight_deferred *d = bight_deferred_new(the_loop, &promise, answer, &now);
    struct poster poster = {.shared = bight_promise_share(promise)};
    bight_cancel(d);
    bight_on(d, say, "a");
    turn();
    ck_assert_trace(&trace, "a!CANCELLED");
    start(&poster);
    wait_for(&poster);
    turn();
    ck_assert_uint_eq(atomic_load(&ended), 1);
    end();
}
END_TEST

START_TEST(D8_after_later_the_loop_waits_for_what_comes)
{
    bight_cancel_answer later = BIGHT_CANCEL_LATER;
    bight_promise *promise;
    begin_counted(_i);
    bight_deferred *d = bight_deferred_new(the_loop, &promise, answer, &later);
    struct poster poster = {.shared = bight_promise_share(promise)};
    bight_cancel(d);
    bight_on(d, mark, "a");
    start(&poster);
    turn();
    ck_assert_trace(&trace, "a");
    wait_for(&poster);
    end();
}
END_TEST

START_TEST(a_promise_that_nobody_wants_is_not_shared)
{
    bight_promise *promise;
    begin(_i);
    bight_deferred *d = make(&promise);
    bight_cancel(d);
    ck_assert_ptr_null(bight_promise_share(promise));
    bight_on(d, say, "a");
    turn();
    d = make(&promise);
    faults_fail_all();
    ck_assert_ptr_null(bight_promise_share(promise));
    faults_fail_nth(0);
    bight_on(d, say, "b");
    turn();
    ck_assert_trace(&trace, "a!CANCELLED b!NO_MEMORY");
    end();
}
END_TEST

/* -- the loop's close ------------------------------------------------------ */

START_TEST(D11_after_the_close_a_post_destroys_the_value_on_its_own_thread)
{
    struct gate gate = GATE_INIT;
    struct poster poster = {.gate = &gate};
    begin_counted(_i);
    bight_on(make_shared(&poster.shared), say, "a");
    start(&poster);
    gate_await_waiting(&gate, 1);
    bight_loop_close(the_loop, NULL, NULL);
    ck_assert_trace(&trace, "a!LOOP_CLOSED");
    loops_free(the_loop);
    ck_assert_uint_eq(atomic_load(&ended), 0);
    gate_open(&gate);
    wait_for(&poster);
    ck_assert_uint_eq(atomic_load(&ended), 1);
}
END_TEST

START_TEST(D11_what_was_posted_before_the_close_arrives)
{
    struct poster poster = {.gate = NULL};
    begin_counted(_i);
    bight_on(make_shared(&poster.shared), mark, "a");
    start(&poster);
    wait_for(&poster);
    loops_free(the_loop);
    ck_assert_trace(&trace, "a");
    ck_assert_uint_eq(atomic_load(&ended), 1);
}
END_TEST

static void share_late(void *ctx)
{
    bight_promise *promise;
    (void)ctx;
    bight_loop_close(the_loop, NULL, NULL);
    bight_on(make(&promise), say, "a");
    ck_assert_ptr_null(bight_promise_share(promise));
}

START_TEST(D11_a_closing_loop_shares_no_more)
{
    begin(_i);
    ck_assert_ok(bight_call_soon(the_loop, share_late, NULL));
    turn();
    ck_assert_trace(&trace, "a!LOOP_CLOSED");
    end();
}
END_TEST

/* -- races ----------------------------------------------------------------- */

#define POSTERS 4
#define ROUNDS 100

static unsigned finished;

static void finish(bight_result *result, void *arg)
{
    (void)arg;
    (void)bight_result_error(result);
    finished++;
}

/* Every callback runs, every value is destroyed, whoever is first. */
static void race(int kind, bool cancel)
{
    struct gate gate = GATE_INIT;
    struct poster posters[POSTERS];
    bight_deferred *d[POSTERS];
    begin_counted(kind);
    finished = 0;
    for (unsigned i = 0; i < POSTERS; i++) {
        posters[i] = (struct poster){.gate = &gate};
        d[i] = make_shared(&posters[i].shared);
        start(&posters[i]);
    }
    gate_await_waiting(&gate, POSTERS);
    gate_open(&gate);
    for (unsigned i = 0; i < POSTERS; i++) {
        if (cancel)
            bight_cancel(d[i]);
        bight_on(d[i], finish, NULL);
    }
    if (cancel)
        (void)bight_loop_step(the_loop);
    loops_free(the_loop);
    ck_assert_uint_eq(finished, POSTERS);
    for (unsigned i = 0; i < POSTERS; i++)
        wait_for(&posters[i]);
    ck_assert_uint_eq(atomic_load(&ended), POSTERS);
}

START_TEST(D11_posts_race_with_the_close_and_nothing_is_lost)
{
    for (unsigned i = 0; i < ROUNDS; i++)
        race(_i, false);
}
END_TEST

START_TEST(D11_posts_race_with_cancel_and_close_and_nothing_is_lost)
{
    for (unsigned i = 0; i < ROUNDS; i++)
        race(_i, true);
}
END_TEST

START_TEST(D11_many_posts_all_arrive)
{
    struct poster posters[POSTERS];
    begin_counted(_i);
    finished = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < POSTERS; i++) {
            posters[i] = (struct poster){.gate = NULL};
            bight_on(make_shared(&posters[i].shared), finish, NULL);
            start(&posters[i]);
        }
        turn();
        ck_assert_uint_eq(finished, (round + 1) * POSTERS);
        for (unsigned i = 0; i < POSTERS; i++)
            wait_for(&posters[i]);
    }
    ck_assert_uint_eq(atomic_load(&ended), ROUNDS * POSTERS);
    end();
}
END_TEST

#ifdef BIGHT_DEBUG
static void *resolve_here(void *promise)
{
    bight_promise_resolve(promise, number(1));
    return NULL;
}

START_TEST(D11_a_plain_promise_fired_on_another_thread_is_an_assertion)
{
    pthread_t thread;
    bight_promise *promise;
    begin(BIGHT_LOOP_REAL);
    bight_detach(make(&promise));
    ck_assert_int_eq(pthread_create(&thread, NULL, resolve_here, promise), 0);
    (void)pthread_join(thread, NULL);
}
END_TEST

static void add_debug_tests(Suite *suite)
{
    TCase *debug = tcase_create("debug");
    tcase_set_tags(debug, "fork");
    tcase_add_test_raise_signal(
        debug, D11_a_plain_promise_fired_on_another_thread_is_an_assertion,
        SIGABRT);
    suite_add_tcase(suite, debug);
}
#else
static void add_debug_tests(Suite *suite)
{
    (void)suite;
}
#endif

static void add_close(Suite *suite)
{
    TCase *close = leaks_test_case(suite, "close");
    tcase_set_timeout(close, 60);
    tcase_add_kinds_test(
        close, D11_after_the_close_a_post_destroys_the_value_on_its_own_thread);
    tcase_add_kinds_test(close, D11_what_was_posted_before_the_close_arrives);
    tcase_add_kinds_test(close, D11_a_closing_loop_shares_no_more);
    tcase_add_kinds_test(close,
                         D11_posts_race_with_the_close_and_nothing_is_lost);
    tcase_add_kinds_test(
        close, D11_posts_race_with_cancel_and_close_and_nothing_is_lost);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("shared");
    TCase *posts = leaks_test_case(suite, "posts");
    tcase_set_timeout(posts, 60);
    tcase_add_kinds_test(posts,
                         D11_a_post_from_another_thread_fires_on_the_loop);
    tcase_add_kinds_test(posts,
                         D11_an_errors_texts_travel_and_its_value_is_destroyed);
    tcase_add_kinds_test(
        posts, D11_the_loops_own_thread_may_post_and_nothing_runs_inside);
    tcase_add_kinds_test(
        posts, D7_after_now_the_loop_does_not_wait_and_a_late_post_is_silent);
    tcase_add_kinds_test(posts, D8_after_later_the_loop_waits_for_what_comes);
    tcase_add_kinds_test(posts, a_promise_that_nobody_wants_is_not_shared);
    tcase_add_kinds_test(posts, D11_many_posts_all_arrive);
    add_close(suite);
    add_debug_tests(suite);
    return suite;
}
