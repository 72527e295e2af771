/* SPDX-License-Identifier: MIT */
/* The rate limit of the log: 10 lines a second, then a count (S5). */
#include "suite.h"

#include "base/log_limit.h"

/* How many of `tries` at one time are allowed. */
static int allowed(struct bight__log_limit *limit, uint64_t now_ms, int tries)
{
    uint64_t suppressed = 0;
    int count = 0;

    for (int i = 0; i < tries; i++)
        count += bight__log_limit_allow(limit, now_ms, &suppressed);
    return count;
}

START_TEST(ten_lines_a_second_are_allowed)
{
    struct bight__log_limit limit = {.event = "e"};

    ck_assert_int_eq(allowed(&limit, 0, 100), 10);
    ck_assert_int_eq(allowed(&limit, 999, 100), 0);
    ck_assert_int_eq(allowed(&limit, 1000, 100), 10);
    ck_assert_int_eq(allowed(&limit, 1000000, 100), 10);
}
END_TEST

START_TEST(the_first_line_afterwards_says_how_many_were_not)
{
    struct bight__log_limit limit = {.event = "e"};
    uint64_t suppressed = 77;

    ck_assert(bight__log_limit_allow(&limit, 5000, &suppressed));
    ck_assert_uint_eq(suppressed, 0);
    ck_assert_int_eq(allowed(&limit, 5000, 100), 9);
    suppressed = 77;
    ck_assert(!bight__log_limit_allow(&limit, 5999, &suppressed));
    ck_assert_uint_eq(suppressed, 77);
    ck_assert(bight__log_limit_allow(&limit, 6000, &suppressed));
    ck_assert_uint_eq(suppressed, 92);
    ck_assert(bight__log_limit_allow(&limit, 6000, &suppressed));
    ck_assert_uint_eq(suppressed, 0);
}
END_TEST

START_TEST(a_clock_that_goes_back_does_not_shut_it)
{
    struct bight__log_limit limit = {.event = "e"};

    ck_assert_int_eq(allowed(&limit, UINT64_MAX, 20), 10);
    ck_assert_int_eq(allowed(&limit, 50, 20), 10);
    ck_assert_int_eq(allowed(&limit, 1049, 20), 0);
    ck_assert_int_eq(allowed(&limit, 1050, 20), 10);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("log_limit");
    TCase *windows = tcase_create("windows");

    tcase_add_test(windows, ten_lines_a_second_are_allowed);
    tcase_add_test(windows, the_first_line_afterwards_says_how_many_were_not);
    tcase_add_test(windows, a_clock_that_goes_back_does_not_shut_it);
    suite_add_tcase(suite, windows);
    return suite;
}
