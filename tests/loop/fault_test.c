/* SPDX-License-Identifier: MIT */
/* Each call to the system or to the allocator that can fail, failing. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bight/pool.h>
#include <bight/uv.h>

#include "faults.h"
#include "leaks.h"
#include "loop/loop.h"
#include "loop/side.h"
#include "loops.h"
#include "suite.h"

static bight_loop *the_loop;
static unsigned calls;

static void count(void *ctx)
{
    (void)ctx;
    calls++;
}

static bight_error make(int kind, bight_loop **ret_loop)
{
    bight_loop_options options;
    bight_loop_options_init(&options);
    options.name = "faulty";
    options.kind = (bight_loop_kind)kind;
    return bight_loop_new(&options, ret_loop);
}

static void check_usable(bight_loop *loop)
{
    calls = 0;
    ck_assert_ok(bight_call_soon(loop, count, NULL));
    ck_assert_ok(bight_loop_run(loop));
    ck_assert_uint_eq(calls, 1);
}

START_TEST(making_a_loop_survives_each_failing_allocation)
{
    uint64_t n = 0;
    the_loop = NULL;
    do {
        faults_fail_nth(++n);
        bight_error error = make(_i, &the_loop);
        if (faults_failed() > 0) {
            ck_assert_error(error, BIGHT_ERROR_NO_MEMORY);
            ck_assert_ptr_null(the_loop);
            ck_assert_uint_eq(faults_live(), 0);
        }
    } while (the_loop == NULL);
    faults_fail_nth(0);
    ck_assert_uint_gt(n, BIGHT__RESERVE);
    check_usable(the_loop);
    loops_free(the_loop);
}
END_TEST

/* -- descriptors ----------------------------------------------------------- */

static struct rlimit limit_before;

/* The lowest number that is free is where the system goes on. */
static rlim_t lowest_free(void)
{
    int fd = dup(STDERR_FILENO);
    ck_assert_int_ge(fd, 0);
    (void)close(fd);
    return (rlim_t)fd;
}

static void limit_descriptors(rlim_t count)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit_before), 0);
    limit = limit_before;
    limit.rlim_cur = count;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void restore_descriptors(void)
{
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit_before), 0);
}

START_TEST(making_a_loop_survives_each_missing_descriptor)
{
    rlim_t first = lowest_free();
    unsigned missing = 0;
    the_loop = NULL;
    for (rlim_t more = 0; the_loop == NULL; more++) {
        limit_descriptors(first + more);
        bight_error error = make(BIGHT_LOOP_REAL, &the_loop);
        restore_descriptors();
        if (the_loop != NULL)
            break;
        ck_assert(bight_error_is(error, &bight_errno_domain, EMFILE));
        ck_assert_uint_eq(lowest_free(), first);
        missing++;
    }
    ck_assert_uint_ge(missing, 2);
    check_usable(the_loop);
    loops_free(the_loop);
}
END_TEST

/* -- planned faults of the backend ----------------------------------------- */

START_TEST(a_signal_that_cannot_be_had_is_given_back)
{
    bight_signal *usr1 = NULL;
    the_loop = loops_new(BIGHT_LOOP_REAL);
    uint64_t n = 0;
    while (usr1 == NULL) {
        the_loop->faults = ++n;
        bight_error error =
            bight_signal_new(the_loop, SIGUSR1, count, NULL, &usr1);
        ck_assert(bight_failed(error) == (usr1 == NULL));
        ck_assert(usr1 != NULL ||
                  bight_error_is(error, &bight_errno_domain, EMFILE));
    }
    ck_assert_uint_eq(n, 2);
    ck_assert_uint_eq(the_loop->faults_seen, 2);
    the_loop->faults = 0;
    bight_signal_free(usr1);
    check_usable(the_loop);
    loops_free(the_loop);
}
END_TEST

static void ignore_cookie(void *cookie, bool room)
{
    (void)room;
    (void)cookie;
}

START_TEST(the_side_poller_survives_each_failure)
{
    int pair[2];
    the_loop = loops_new(BIGHT_LOOP_REAL);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    the_loop->faults = 1;
    ck_assert(
        bight_error_is(bight__side_add(the_loop, pair[0], ignore_cookie, NULL),
                       &bight_errno_domain, ENOSPC));
    limit_descriptors(lowest_free());
    bight_error error = bight__side_add(the_loop, pair[0], ignore_cookie, NULL);
    restore_descriptors();
    ck_assert(bight_error_is(error, &bight_errno_domain, EMFILE));
    faults_fail_all();
    ck_assert_error(bight__side_add(the_loop, pair[0], ignore_cookie, NULL),
                    BIGHT_ERROR_NO_MEMORY);
    faults_fail_nth(0);
    ck_assert_ok(bight__side_add(the_loop, pair[0], ignore_cookie, NULL));
    (void)close(pair[0]);
    (void)close(pair[1]);
    loops_free(the_loop);
}
END_TEST

static bight_error work(void *ctx)
{
    (void)ctx;
    return bight_ok();
}

static void work_done(void *ctx, bight_error error)
{
    (void)ctx;
    ck_assert(!bight_failed(error));
    calls++;
}

START_TEST(without_a_first_thread_work_is_refused)
{
    the_loop = loops_new(BIGHT_LOOP_REAL);
    calls = 0;
    the_loop->faults = 1;
    ck_assert(
        bight_error_is(bight_work_submit(the_loop, work, work_done, NULL, NULL),
                       &bight_errno_domain, EAGAIN));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_ok(bight_work_submit(the_loop, work, work_done, NULL, NULL));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_eq(calls, 1);
    loops_free(the_loop);
}
END_TEST

START_TEST(one_thread_is_enough_to_go_on_with)
{
    the_loop = loops_new(BIGHT_LOOP_REAL);
    calls = 0;
    for (unsigned i = 0; i < 100; i++) {
        ck_assert_ok(bight_work_submit(the_loop, work, work_done, NULL, NULL));
        the_loop->faults = 1;
    }
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_eq(calls, 100);
    the_loop->faults = 0;
    loops_free(the_loop);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("fault");
    TCase *loop = leaks_test_case(suite, "loop");
    tcase_add_kinds_test(loop, making_a_loop_survives_each_failing_allocation);
    tcase_add_test(loop, making_a_loop_survives_each_missing_descriptor);

    TCase *rest = leaks_test_case(suite, "rest");
    tcase_add_test(rest, a_signal_that_cannot_be_had_is_given_back);
    tcase_add_test(rest, the_side_poller_survives_each_failure);
    tcase_add_test(rest, without_a_first_thread_work_is_refused);
    tcase_add_test(rest, one_thread_is_enough_to_go_on_with);
    return suite;
}
