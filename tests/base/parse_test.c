/* SPDX-License-Identifier: MIT */
/* Values as people write them. */
#include "suite.h"

#include <string.h>

#include <bight/parse.h>

#include "base/parse.h"

struct good {
    const char *text;
    uint64_t value;
};

static const struct good sizes[] = {
    {"0", 0},
    {"512", 512},
    {"64k", 65536},
    {"64K", 65536},
    {"1m", 1048576},
    {"1M", 1048576},
    {"2G", UINT64_C(2) << 30},
    {"3t", UINT64_C(3) << 40},
    {"0T", 0},
    {"007", 7},
    {"18446744073709551615", UINT64_MAX},
    {"16777215T", UINT64_C(16777215) << 40},
};

static const struct good durations[] = {
    {"0", 0},
    {"0s", 0},
    {"500ms", 500},
    {"10s", 10000},
    {"2m", 120000},
    {"1h", 3600000},
    {"1d", 86400000},
    {"1D", 86400000},
    {"18446744073709551615ms", UINT64_MAX},
    {"213503982334d", UINT64_C(213503982334) * 86400000},
};

START_TEST(sizes_are_in_powers_of_1024)
{
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint64_t value = 1;
        ck_assert(!bight_failed(
            bight_parse_size(bight_bytes_text(sizes[i].text), &value)));
        ck_assert_uint_eq(value, sizes[i].value);
    }
}
END_TEST

START_TEST(durations_are_in_milliseconds)
{
    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
        uint64_t value = 1;
        ck_assert(!bight_failed(
            bight_parse_duration(bight_bytes_text(durations[i].text), &value)));
        ck_assert_uint_eq(value, durations[i].value);
    }
}
END_TEST

START_TEST(integers_reach_both_ends)
{
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {
        {"0", 0},
        {"-0", 0},
        {"+7", 7},
        {"-7", -7},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
        {"00000000000000000000000000000001", 1},
    };

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t value = 99;
        ck_assert(!bight_failed(
            bight_parse_int(bight_bytes_text(good[i].text), &value)));
        ck_assert_int_eq(value, good[i].value);
    }
}
END_TEST

START_TEST(truth_has_eight_names)
{
    static const char *const names[] = {"false", "no",  "off", "0",
                                        "true",  "yes", "on",  "1"};
    static const char *const loud[] = {"FALSE", "No",  "oFF", "0",
                                       "True",  "YES", "oN",  "1"};

    for (int i = 0; i < 8; i++) {
        bool quiet = i < 4, shouted = i < 4;
        ck_assert(!bight_failed(
            bight_parse_bool(bight_bytes_text(names[i]), &quiet)));
        ck_assert(!bight_failed(
            bight_parse_bool(bight_bytes_text(loud[i]), &shouted)));
        ck_assert_int_eq(quiet, i >= 4);
        ck_assert_int_eq(shouted, i >= 4);
    }
}
END_TEST

/* None of them is any of the four. */
START_TEST(malformed_values_are_invalid_and_leave_the_output)
{
    static const char *const bad[] = {
        "",    " ",   "-",     "+",    "x",    "k",        "ms",    "s",
        " 1",  "1 ",  "1  k",  "+-1",  "--1",  "1.5",      "1e3",   "0x10",
        "1_0", "1,0", "64kk",  "64kB", "10x",  "10sec",    "1h30m", "inf",
        "nan", "tru", "truee", "y",    "10\n", "\xd9\xa1", "\xff",  "1\x01",
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        bight_bytes text = bight_bytes_text(bad[i]);
        uint64_t amount = 77;
        int64_t number = 77;
        bool truth = true;
        bight_error errors[] = {bight_parse_int(text, &number),
                                bight_parse_size(text, &amount),
                                bight_parse_duration(text, &amount),
                                bight_parse_bool(text, &truth)};
        for (size_t j = 0; j < 4; j++)
            ck_assert_msg(
                bight_error_is(errors[j], &bight_domain, BIGHT_ERROR_INVALID),
                "'%s' %zu", bad[i], j);
        ck_assert(number == 77 && amount == 77 && truth);
    }
}
END_TEST

START_TEST(a_nul_byte_ends_nothing)
{
    uint64_t amount = 77;

    ck_assert(bight_failed(bight_parse_size(BIGHT_BYTES("1\0"), &amount)));
    ck_assert(bight_failed(bight_parse_size(BIGHT_BYTES("1\0k"), &amount)));
    ck_assert(bight_failed(bight_parse_duration(BIGHT_BYTES("1s\0"), &amount)));
    ck_assert_uint_eq(amount, 77);
}
END_TEST

START_TEST(what_does_not_fit_is_out_of_range)
{
    static const char *const bad[] = {"18446744073709551616",
                                      "99999999999999999999999999999999",
                                      "16777216T",
                                      "18446744073709551615k",
                                      "18446744073709551616ms",
                                      "18446744073709552s",
                                      "213503982335d"};
    int64_t number = 77;
    uint64_t amount = 77;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        bight_bytes text = bight_bytes_text(bad[i]);
        bight_error e = i < 4 ? bight_parse_size(text, &amount)
                              : bight_parse_duration(text, &amount);
        ck_assert(bight_error_is(e, &bight_domain, BIGHT_ERROR_RANGE));
        ck_assert(bight_failed(bight_parse_int(text, &number)));
    }
    ck_assert(bight_failed(
        bight_parse_int(BIGHT_BYTES("9223372036854775808"), &number)));
    ck_assert(bight_failed(
        bight_parse_int(BIGHT_BYTES("-9223372036854775809"), &number)));
    ck_assert(number == 77 && amount == 77);
}
END_TEST

START_TEST(the_note_is_for_a_person)
{
    char text[200];
    uint64_t ms;

    (void)bight_error_format(bight_parse_duration(BIGHT_BYTES("10x"), &ms),
                             text, sizeof text);
    ck_assert_str_eq(text, "'10x' is not a duration (like 10s, 500ms): "
                           "not valid (INVALID)");
    (void)bight_error_format(
        bight_parse_size(BIGHT_BYTES("99999999T\x1b"), &ms), text, sizeof text);
    ck_assert_str_eq(text, "'99999999T\\x1b' is not a size (like 512, 64k, "
                           "1M): not valid (INVALID)");
}
END_TEST

START_TEST(the_fault_points_at_the_first_wrong_character)
{
    struct bight__span at = {9, 9};
    uint64_t amount;
    int64_t number;

    (void)bight__parse_duration(BIGHT_BYTES("10xy"), &amount, &at);
    ck_assert(at.start == 2 && at.length == 2);
    (void)bight__parse_duration(BIGHT_BYTES("10"), &amount, &at);
    ck_assert(at.start == 2 && at.length == 0);
    (void)bight__parse_size(BIGHT_BYTES("abc"), &amount, &at);
    ck_assert(at.start == 0 && at.length == 3);
    (void)bight__parse_int(BIGHT_BYTES("-"), &number, &at);
    ck_assert(at.start == 1 && at.length == 0);
    (void)bight__parse_size(BIGHT_BYTES("99999999T"), &amount, &at);
    ck_assert(at.start == 0 && at.length == 9);
}
END_TEST

static void expect_round_trip(uint64_t value)
{
    char text[32];
    uint64_t back = ~value;
    int64_t number = 0;

    ck_assert_uint_lt(bight_format_size(value, text, sizeof text), 32);
    ck_assert(!bight_failed(bight_parse_size(bight_bytes_text(text), &back)));
    ck_assert_uint_eq(back, value);
    back = ~value;
    ck_assert_uint_lt(bight_format_duration(value, text, sizeof text), 32);
    ck_assert(
        !bight_failed(bight_parse_duration(bight_bytes_text(text), &back)));
    ck_assert_uint_eq(back, value);
    (void)bight_format_int((int64_t)value, text, sizeof text);
    ck_assert(!bight_failed(bight_parse_int(bight_bytes_text(text), &number)));
    ck_assert_int_eq(number, (int64_t)value);
}

START_TEST(what_is_formatted_parses_back)
{
    for (unsigned bit = 0; bit < 64; bit++) {
        uint64_t value = UINT64_C(1) << bit;
        expect_round_trip(value);
        expect_round_trip(value - 1);
        expect_round_trip(value * 1000);
        expect_round_trip(value * 86400000);
        expect_round_trip(~value);
    }
}
END_TEST

START_TEST(the_largest_exact_unit_is_written)
{
    char text[32];

    bight_format_size(65536, text, sizeof text);
    ck_assert_str_eq(text, "64k");
    bight_format_size(65537, text, sizeof text);
    ck_assert_str_eq(text, "65537");
    bight_format_size(0, text, sizeof text);
    ck_assert_str_eq(text, "0");
    bight_format_duration(90000, text, sizeof text);
    ck_assert_str_eq(text, "90s");
    bight_format_duration(0, text, sizeof text);
    ck_assert_str_eq(text, "0s");
    bight_format_bool(true, text, sizeof text);
    ck_assert_str_eq(text, "true");
    ck_assert_uint_eq(bight_format_duration(172800000, NULL, 0), 2);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("parse");
    TCase *good = tcase_create("good");
    TCase *bad = tcase_create("bad");
    TCase *format = tcase_create("format");

    tcase_add_test(good, sizes_are_in_powers_of_1024);
    tcase_add_test(good, durations_are_in_milliseconds);
    tcase_add_test(good, integers_reach_both_ends);
    tcase_add_test(good, truth_has_eight_names);
    suite_add_tcase(suite, good);

    tcase_add_test(bad, malformed_values_are_invalid_and_leave_the_output);
    tcase_add_test(bad, a_nul_byte_ends_nothing);
    tcase_add_test(bad, what_does_not_fit_is_out_of_range);
    tcase_add_test(bad, the_note_is_for_a_person);
    tcase_add_test(bad, the_fault_points_at_the_first_wrong_character);
    suite_add_tcase(suite, bad);

    tcase_add_test(format, what_is_formatted_parses_back);
    tcase_add_test(format, the_largest_exact_unit_is_written);
    suite_add_tcase(suite, format);
    return suite;
}
