/* SPDX-License-Identifier: MIT */
/* E12: min(first * factor^n, max) + U[0,1) * jitter. */
#include "service/backoff.h"

#include "suite.h"

static uint64_t bits;

static uint64_t given(void *ctx)
{
    ck_assert_ptr_eq(ctx, &bits);
    return bits;
}

static struct backoff_case {
    struct bight__backoff backoff;
} fresh(uint64_t random_bits)
{
    bits = random_bits;
    return (struct backoff_case){.backoff = {.first_ms = 1000,
                                             .factor = 1.5,
                                             .max_ms = 60000,
                                             .jitter_ms = 1000,
                                             .random = given,
                                             .ctx = &bits}};
}

START_TEST(E12_delays_grow_by_half_up_to_a_minute)
{
    static const uint64_t expected[] = {1000,  1500,  2250,  3375,  5062,
                                        7593,  11390, 17085, 25628, 38443,
                                        57665, 60000, 60000, 60000};
    struct backoff_case one = fresh(0);
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
        ck_assert_uint_eq(bight__backoff_next(&one.backoff), expected[i]);
    for (unsigned i = 0; i < 100000; i++)
        ck_assert_uint_eq(bight__backoff_next(&one.backoff), 60000);
    bight__backoff_reset(&one.backoff);
    ck_assert_uint_eq(bight__backoff_next(&one.backoff), 1000);
}
END_TEST

START_TEST(E12_jitter_is_less_than_a_second)
{
    struct backoff_case one = fresh(UINT64_MAX);
    ck_assert_uint_eq(bight__backoff_next(&one.backoff), 1999);
    one = fresh(UINT64_MAX / 2 + 1);
    ck_assert_uint_eq(bight__backoff_next(&one.backoff), 1500);
}
END_TEST

START_TEST(E12_jitter_of_its_own_spreads_evenly_and_alike_from_one_seed)
{
    unsigned low = 0;
    struct backoff_case one = fresh(0), other;
    one.backoff.random = NULL;
    one.backoff.factor = 1;
    other = one;
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t ms = bight__backoff_next(&one.backoff);
        ck_assert_uint_ge(ms, 1000);
        ck_assert_uint_lt(ms, 2000);
        ck_assert_uint_eq(ms, bight__backoff_next(&other.backoff));
        low += ms < 1500;
    }
    ck_assert_uint_gt(low, 400);
    ck_assert_uint_lt(low, 600);
}
END_TEST

START_TEST(E12_the_largest_delays_stay_numbers)
{
    struct backoff_case one = fresh(UINT64_MAX);
    one.backoff.factor = 1e8;
    for (unsigned i = 0; i < 1000; i++)
        ck_assert_uint_le(bight__backoff_next(&one.backoff), 61000);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("service.backoff");
    TCase *tcase = tcase_create("delays");
    tcase_add_test(tcase, E12_delays_grow_by_half_up_to_a_minute);
    tcase_add_test(tcase, E12_jitter_is_less_than_a_second);
    tcase_add_test(
        tcase, E12_jitter_of_its_own_spreads_evenly_and_alike_from_one_seed);
    tcase_add_test(tcase, E12_the_largest_delays_stay_numbers);
    suite_add_tcase(suite, tcase);
    return suite;
}
