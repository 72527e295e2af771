/* SPDX-License-Identifier: MIT */
/* Ranges (RFC 9110, 14). */
#include <bight/http_range.h>

#include <inttypes.h>
#include <stdio.h>

#include "feed.h"
#include "suite.h"
#include "texts.h"

#define LIMIT BIGHT_HTTP_RANGES_DEFAULT

struct row {
    const char *field;
    uint64_t length;
    const char *expected; /* "0-9 20-29", "outside", "ignored", "many" */
};

static const char *const verdicts[] = {"ignored", "", "outside", "many"};

static const char *text_of(bight_bytes field, uint64_t length)
{
    static char text[700];
    bight_http_range ranges[LIMIT];
    size_t count = 0, size = 0;
    bight_http_ranges verdict =
        bight_http_range_parse(field, length, ranges, LIMIT, &count);
    (void)strcpy(text, verdicts[verdict]);
    ck_assert_int_eq(verdict == BIGHT_HTTP_RANGES_GIVEN, count > 0);
    for (size_t i = 0; i < count; i++)
        size += (size_t)snprintf(text + size, sizeof(text) - size,
                                 "%s%" PRIu64 "-%" PRIu64, i > 0 ? " " : "",
                                 ranges[i].first, ranges[i].last);
    return text;
}

static const struct row rows[] = {
    /* the examples of 14.1.2, of a representation of 10000 */
    {"bytes=0-499", 10000, "0-499"},
    {"bytes=500-999", 10000, "500-999"},
    {"bytes=-500", 10000, "9500-9999"},
    {"bytes=9500-", 10000, "9500-9999"},
    {"bytes=0-0,-1", 10000, "0-0 9999-9999"},
    {"bytes= 0-999, 4500-5499, -1000", 10000, "0-999 4500-5499 9000-9999"},
    {"bytes=500-600,601-999", 10000, "500-999"},
    {"bytes=500-700,601-999", 10000, "500-999"},
    /* ends beyond the length */
    {"bytes=0-", 10, "0-9"},
    {"bytes=0-9", 10, "0-9"},
    {"bytes=0-10", 10, "0-9"},
    {"bytes=5-99999999999999999999999", 10, "5-9"},
    {"bytes=-10", 10, "0-9"},
    {"bytes=-11", 10, "0-9"},
    {"bytes=-99999999999999999999999", 10, "0-9"},
    {"bytes=9-9", 10, "9-9"},
    {"bytes=00-05", 10, "0-5"},
    {"Bytes=0-1", 10, "0-1"},
    {"bytes=\t0-1 ,, 3-4,", 10, "0-1 3-4"},
    {"bytes=18446744073709551613-", UINT64_MAX,
     "18446744073709551613-18446744073709551614"},
    {"bytes=0-0,18446744073709551614-18446744073709551615", UINT64_MAX,
     "0-0 18446744073709551614-18446744073709551614"},
    /* not satisfiable */
    {"bytes=10-", 10, "outside"},
    {"bytes=10-20,99999999999999999999-", 10, "outside"},
    {"bytes=-0", 10, "outside"},
    {"bytes=-0,0-0", 10, "0-0"},
    {"bytes=0-", 0, "outside"},
    {"bytes=-0", 0, "outside"},
    /* satisfiable, but nothing to send a part of */
    {"bytes=-5", 0, "ignored"},
    /* invalid */
    {"", 10, "ignored"},
    {"bytes", 10, "ignored"},
    {"bytes=", 10, "ignored"},
    {"bytes=,", 10, "ignored"},
    {"bytes=-", 10, "ignored"},
    {"bytes=5", 10, "ignored"},
    {"bytes=5-4", 10, "ignored"},
    {"bytes=0-1,5-4", 10, "ignored"},
    {"bytes=15-14", 10, "ignored"},
    {"bytes=--5", 10, "ignored"},
    {"bytes=-5-", 10, "ignored"},
    {"bytes=1-2-3", 10, "ignored"},
    {"bytes=1 - 2", 10, "ignored"},
    {"bytes=1-2;a", 10, "ignored"},
    {"bytes=a-b", 10, "ignored"},
    {"bytes=+1-2", 10, "ignored"},
    {"bytes=0x1-2", 10, "ignored"},
    {"bytes=\"1-2\"", 10, "ignored"},
    {"bytes =0-1", 10, "ignored"},
    {"bytes:0-1", 10, "ignored"},
    {"0-1", 10, "ignored"},
    {"lines=0-1", 10, "ignored"},
    /* one out of several, in the order of the field */
    {"bytes=6-7,2-3,4-5", 10, "2-7"},
    {"bytes=8-9,0-1,4-5", 10, "8-9 0-1 4-5"},
    {"bytes=4-5,8-9,0-1,1-4", 10, "0-5 8-9"},
    {"bytes=0-,0-,0-,0-,0-,0-", 10, "0-9"},
    {"bytes=0-0,2-2,4-4,0-9", 10, "0-9"},
};

START_TEST(a_range_field_is_read_against_the_length)
{
    bight_bytes field = texts_exactly(rows[_i].field);
    ck_assert_str_eq(text_of(field, rows[_i].length), rows[_i].expected);
    texts_free(field);
}
END_TEST

START_TEST(more_ranges_than_the_limit_are_refused_before_they_become_one)
{
    char field[100] = "bytes=";
    for (size_t i = 0; i < LIMIT; i++)
        (void)strcat(field, "0-9,");
    ck_assert_str_eq(text_of(bight_bytes_text(field), 10), "0-9");
    (void)strcat(field, "0-9");
    ck_assert_str_eq(text_of(bight_bytes_text(field), 10), "many");
    size_t count = 7;
    ck_assert_int_eq(
        bight_http_range_parse(BIGHT_BYTES("bytes=0-"), 10, NULL, 0, &count),
        BIGHT_HTTP_RANGES_TOO_MANY);
    ck_assert_uint_eq(count, 7);
}
END_TEST

START_TEST(a_megabyte_of_ranges_is_refused_in_linear_time)
{
    static const char *const texts[] = {"0-0,", ",", "9", "-", "\""};
    bight_bytes text = texts_long(texts[_i]);
    memcpy((void *)(uintptr_t)text.data, "bytes=", 6);
    (void)text_of(text, 1000);
    texts_free(text);
}
END_TEST

/* Against a map of bits. */
START_TEST(what_is_given_covers_what_was_asked_and_nothing_twice)
{
    for (unsigned round = 0; round < effort(20000, 500); round++) {
        bight_http_range ranges[8];
        char field[200] = "bytes=";
        bool asked[40] = {false}, given[40] = {false};
        size_t count = 0, size = strlen(field);
        for (unsigned i = 1 + feed_random(8); i > 0; i--) {
            unsigned first = feed_random(40), last = first + feed_random(6);
            size += (size_t)snprintf(field + size, sizeof(field) - size,
                                     "%u-%u,", first, last);
            for (unsigned at = first; at <= last && at < 40; at++)
                asked[at] = true;
        }
        bight_http_ranges verdict = bight_http_range_parse(
            bight_bytes_of(field, size), 40, ranges, 8, &count);
        for (size_t i = 0; i < count; i++) {
            for (uint64_t at = ranges[i].first; at <= ranges[i].last; at++) {
                if (at >= 40 || given[at])
                    ck_abort_msg("%s: %" PRIu64 " is given twice", field, at);
                given[at] = true;
            }
        }
        if (verdict != BIGHT_HTTP_RANGES_GIVEN ||
            memcmp(asked, given, sizeof(asked)) != 0)
            ck_abort_msg("%s is not what is given", field);
    }
}
END_TEST

/* -- what is sent --------------------------------------------------------- */

START_TEST(a_content_range_says_which_part_of_how_much)
{
    char text[80];
    bight_http_range range = {42, 1233};
    ck_assert_uint_eq(
        bight_http_content_range_format(&range, 1234, text, sizeof(text)), 18);
    ck_assert_str_eq(text, "bytes 42-1233/1234");
    ck_assert_uint_eq(
        bight_http_content_range_format(NULL, 1234, text, sizeof(text)), 12);
    ck_assert_str_eq(text, "bytes */1234");
    range.first = range.last = UINT64_MAX - 1;
    ck_assert_uint_lt(
        bight_http_content_range_format(&range, UINT64_MAX, text, 80), 80);
    ck_assert_str_eq(text, "bytes 18446744073709551614-18446744073709551614/"
                           "18446744073709551615");
}
END_TEST

START_TEST(parts_are_written_as_the_rfc_shows_and_as_long_as_announced)
{
    static const char expected[] =
        "\r\n--THIS_STRING_SEPARATES\r\n"
        "Content-Type: application/pdf\r\n"
        "Content-Range: bytes 500-509/8000\r\n\r\n0123456789"
        "\r\n--THIS_STRING_SEPARATES\r\n"
        "Content-Type: application/pdf\r\n"
        "Content-Range: bytes 7000-7000/8000\r\n\r\nx"
        "\r\n--THIS_STRING_SEPARATES--\r\n";
    static const bight_http_range ranges[] = {{500, 509}, {7000, 7000}};
    bight_bytes boundary = BIGHT_BYTES("THIS_STRING_SEPARATES");
    bight_bytes type = BIGHT_BYTES("application/pdf");
    char text[512];
    size_t size = 0;
    for (size_t i = 0; i < 2; i++) {
        size += bight_http_byteranges_head(boundary, type, ranges[i], 8000,
                                           text + size, sizeof(text) - size);
        size += (size_t)snprintf(text + size, sizeof(text) - size, "%s",
                                 i == 0 ? "0123456789" : "x");
    }
    size +=
        bight_http_byteranges_tail(boundary, text + size, sizeof(text) - size);
    ck_assert_str_eq(text, expected);
    ck_assert_uint_eq(size, strlen(expected));
    ck_assert_uint_eq(
        bight_http_byteranges_size(boundary, type, ranges, 2, 8000), size);
}
END_TEST

START_TEST(a_part_without_a_type_and_a_size_without_end_are_fine)
{
    static const bight_http_range all = {0, UINT64_MAX - 1};
    bight_bytes none = {NULL, 0};
    char text[100];
    (void)bight_http_byteranges_head(BIGHT_BYTES("b"), none, all, UINT64_MAX,
                                     text, sizeof(text));
    ck_assert_ptr_null(strstr(text, "Content-Type"));
    ck_assert_uint_eq(
        bight_http_byteranges_size(BIGHT_BYTES("b"), none, &all, 1, UINT64_MAX),
        UINT64_MAX);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.range");
    TCase *tcase = tcase_create("parse");
    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, a_range_field_is_read_against_the_length, 0,
                        COUNT(rows));
    tcase_add_test(
        tcase, more_ranges_than_the_limit_are_refused_before_they_become_one);
    tcase_add_loop_test(tcase, a_megabyte_of_ranges_is_refused_in_linear_time,
                        0, 5);
    tcase_add_test(tcase,
                   what_is_given_covers_what_was_asked_and_nothing_twice);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("write");
    tcase_add_test(tcase, a_content_range_says_which_part_of_how_much);
    tcase_add_test(tcase,
                   parts_are_written_as_the_rfc_shows_and_as_long_as_announced);
    tcase_add_test(tcase,
                   a_part_without_a_type_and_a_size_without_end_are_fine);
    suite_add_tcase(suite, tcase);
    return suite;
}
