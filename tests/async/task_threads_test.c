/* SPDX-License-Identifier: MIT */
/* ctest: threads */
/* Tasks of several loops at once, and of one that changes its thread. */
#include <pthread.h>

#include "tasks.h"

#define THREADS 4
#define TASKS 200

static bight_error yield_and_sleep(void *arg, bight_value *ret_value)
{
    unsigned *count = arg;
    for (unsigned i = 0; i < 5; i++) {
        bight_error error = i == 2 ? bight_sleep(1) : bight_yield();
        if (bight_failed(error))
            return error;
    }
    ++*count;
    *ret_value = number(1);
    return bight_ok();
}

static bight_error join_many(void *arg, bight_value *ret_value)
{
    (void)ret_value;
    BIGHT_GROUP(many);
    for (unsigned i = 0; i < TASKS; i++)
        (void)bight_group_spawn(&many, NULL, yield_and_sleep, arg);
    return bight_group_join(&many);
}

static void *run_loop(void *arg)
{
    bight_loop *loop;
    if (bight_failed(bight_loop_new(NULL, &loop)))
        return NULL;
    bight_detach(bight_spawn(loop, NULL, join_many, arg));
    (void)bight_loop_run(loop);
    (void)bight_loop_free(loop);
    return NULL;
}

START_TEST(each_thread_has_tasks_of_its_own)
{
    pthread_t threads[THREADS];
    unsigned counts[THREADS] = {0};
    for (unsigned i = 0; i < THREADS; i++)
        ck_assert_int_eq(
            pthread_create(&threads[i], NULL, run_loop, &counts[i]), 0);
    for (unsigned i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        ck_assert_uint_eq(counts[i], TASKS);
    }
}
END_TEST

/* -- results from elsewhere ------------------------------------------------ */

static void *post(void *promise)
{
    bight_promise_post(promise, number(7), bight_ok());
    return NULL;
}

static bight_error await_thread(void *arg, bight_value *ret_value)
{
    bight_promise *promise;
    pthread_t thread;
    (void)arg;
    bight_deferred *d = make(&promise);
    ck_assert_int_eq(
        pthread_create(&thread, NULL, post, bight_promise_share(promise)), 0);
    bight_error error = bight_await(d, ret_value);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    return error;
}

START_TEST(D11_a_task_awaits_what_another_thread_posts)
{
    begin(_i);
    run_task(await_thread, NULL);
    ck_assert_trace(&trace, "end=7");
    end();
}
END_TEST

/* -- another thread for the loop ------------------------------------------- */

/* Compilers take pthread_self for a constant of a function. */
static pthread_t __attribute__((noinline)) this_thread(void)
{
    __asm__ volatile("");
    return pthread_self();
}

static bight_error tell_thread(void *promise, bight_value *ret_value)
{
    (void)promise;
    pthread_t begun = this_thread();
    bight_error error = bight_await(promise, ret_value);
    ck_assert(!pthread_equal(begun, this_thread()));
    ck_assert_ptr_eq(bight_task_loop(), the_loop);
    return bight_failed(error) ? error : bight_yield();
}

static void *run_there(void *arg)
{
    (void)arg;
    (void)bight_loop_run(the_loop);
    return NULL;
}

START_TEST(a_task_goes_on_where_its_loop_runs)
{
    bight_promise *promise;
    pthread_t thread;
    begin(BIGHT_LOOP_REAL);
    bight_on(spawn(tell_thread, make(&promise)), mark, "end");
    turn();
    bight_promise_resolve(promise, number(1));
    ck_assert_int_eq(pthread_create(&thread, NULL, run_there, NULL), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_trace(&trace, "end");
    loops_free(the_loop);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("task_threads");
    TCase *threads = leaks_test_case(suite, "threads");
    tcase_set_timeout(threads, 60);
    tcase_add_test(threads, each_thread_has_tasks_of_its_own);
    tcase_add_kinds_test(threads, D11_a_task_awaits_what_another_thread_posts);
    tcase_add_test(threads, a_task_goes_on_where_its_loop_runs);
    return suite;
}
