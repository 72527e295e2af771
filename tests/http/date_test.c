/* SPDX-License-Identifier: MIT */
/* Dates (RFC 9110, 5.6.7). */
#include <bight/http_date.h>

#include <time.h>

#include "feed.h"
#include "loops.h"
#include "suite.h"
#include "texts.h"

#define NOW 1764000000 /* Mon, 24 Nov 2025 16:00:00 GMT */
#define FIRST (-INT64_C(62167219200))
#define LAST INT64_C(253402300799)

static const char *text_of(int64_t seconds)
{
    static char text[BIGHT_HTTP_DATE_SIZE + 1];
    bight_http_date_format(seconds, text);
    ck_assert_uint_eq(strlen(text), BIGHT_HTTP_DATE_SIZE);
    return text;
}

START_TEST(it_is_written_as_the_rfc_shows)
{
    ck_assert_str_eq(text_of(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
    ck_assert_str_eq(text_of(0), "Thu, 01 Jan 1970 00:00:00 GMT");
    ck_assert_str_eq(text_of(-1), "Wed, 31 Dec 1969 23:59:59 GMT");
    ck_assert_str_eq(text_of(951782400), "Tue, 29 Feb 2000 00:00:00 GMT");
    ck_assert_str_eq(text_of(2147483648), "Tue, 19 Jan 2038 03:14:08 GMT");
    ck_assert_str_eq(text_of(NOW), "Mon, 24 Nov 2025 16:00:00 GMT");
}
END_TEST

START_TEST(what_has_no_year_of_four_digits_becomes_the_nearest_that_has)
{
    ck_assert_str_eq(text_of(FIRST), "Sat, 01 Jan 0000 00:00:00 GMT");
    ck_assert_str_eq(text_of(FIRST - 1), "Sat, 01 Jan 0000 00:00:00 GMT");
    ck_assert_str_eq(text_of(INT64_MIN), "Sat, 01 Jan 0000 00:00:00 GMT");
    ck_assert_str_eq(text_of(LAST), "Fri, 31 Dec 9999 23:59:59 GMT");
    ck_assert_str_eq(text_of(INT64_MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
}
END_TEST

/* Against libc, which does it in another way. */
START_TEST(each_day_of_ten_thousand_years_is_written_and_read_as_libc_does)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    unsigned step = 86400 * 100 / effort(100, 1);
    for (int64_t at = FIRST; at <= LAST; at += step + feed_random(step)) {
        time_t seconds = (time_t)at;
        struct tm tm;
        char expected[64];
        int64_t back = 0;
        (void)gmtime_r(&seconds, &tm);
        (void)snprintf(expected, sizeof(expected),
                       "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
                       days + 3 * tm.tm_wday, tm.tm_mday,
                       months + 3 * tm.tm_mon, tm.tm_year + 1900, tm.tm_hour,
                       tm.tm_min, tm.tm_sec);
        const char *text = text_of(at);
        if (strcmp(text, expected) != 0)
            ck_assert_str_eq(text, expected);
        if (bight_failed(
                bight_http_date_parse(bight_bytes_text(text), NOW, &back)) ||
            back != at)
            ck_abort_msg("%s does not read back", text);
    }
}
END_TEST

struct row {
    const char *text;
    int64_t seconds;
};

static const struct row rows[] = {
    {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
    {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
    {"Sun Nov  6 08:49:37 1994", 784111777},
    {"Sun Nov 06 08:49:37 1994", 784111777},
    {"Thu, 29 Feb 2024 00:00:00 GMT", 1709164800},
    {"Wed, 31 Dec 1969 23:59:59 GMT", -1},
    /* a leap second is the next one */
    {"Sat, 31 Dec 2016 23:59:60 GMT", 1483228800},
    /* two digits: at most 50 years ahead */
    {"Monday, 24-Nov-25 16:00:00 GMT", NOW},
    {"Tuesday, 24-Nov-65 16:00:00 GMT", NOW + INT64_C(14610) * 86400},
    {"Sunday, 24-Nov-75 16:00:00 GMT", NOW + INT64_C(18262) * 86400},
    {"Monday, 24-Nov-75 16:00:01 GMT", 186076801},
    {"Saturday, 01-Jan-00 00:00:00 GMT", 946684800},
    {"Thursday, 01-Jan-76 00:00:00 GMT", 189302400},
};

START_TEST(all_three_formats_are_read)
{
    int64_t seconds = 0;
    bight_bytes text = texts_exactly(rows[_i].text);
    ck_assert_ok(bight_http_date_parse(text, NOW, &seconds));
    ck_assert_int_eq(seconds, rows[_i].seconds);
    texts_free(text);
}
END_TEST

static const char *const none[] = {
    "",
    "0",
    "784111777",
    "Sun, 06 Nov 1994 08:49:37 GM",
    "Sun, 06 Nov 1994 08:49:37 GMT ",
    " Sun, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 06 Nov 1994 08:49:37 +0000",
    "sun, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 nov 1994 08:49:37 GMT",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun,  6 Nov 1994 08:49:37 GMT",
    "Sun 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 94 08:49:37 GMT",
    "Mon, 06 Nov 1994 08:49:37 GMT", /* it was a Sunday */
    "Sunday, 06 Nov 1994 08:49:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT",
    "Thu, 31 Nov 1994 08:49:37 GMT",
    "Wed, 29 Feb 2023 00:00:00 GMT",
    "Thu, 29 Feb 1900 00:00:00 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 08:60:00 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT",
    "Sun, 06 Nov 1994 8:49:37 GMT",
    "Sun, 06 Nov 1994 -8:49:37 GMT",
    "Sun, 06-Nov-94 08:49:37 GMT",
    "Sunday, 06-Nov-1994 08:49:37 GMT",
    "Sunday, 6-Nov-94 08:49:37 GMT",
    "Monday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov 6 08:49:37 1994",
    "Sun Nov  6 08:49:37 1994 ",
    "Sun Nov 16 08:49:37 1994",
    "Sun Nov  6 08:49:37 94",
};

START_TEST(what_is_no_date_is_refused)
{
    int64_t seconds = 7;
    bight_bytes text = texts_exactly(none[_i]);
    ck_assert_error(bight_http_date_parse(text, NOW, &seconds),
                    BIGHT_ERROR_INVALID);
    ck_assert_int_eq(seconds, 7);
    texts_free(text);
}
END_TEST

START_TEST(no_clock_however_wrong_makes_it_overflow)
{
    static const int64_t clocks[] = {INT64_MIN, FIRST, -1, 0, LAST, INT64_MAX};
    for (size_t i = 0; i < COUNT(clocks); i++) {
        int64_t seconds;
        for (int year = 0; year < 100; year++) {
            char text[40];
            (void)snprintf(text, sizeof(text),
                           "Sunday, 06-Nov-%02d 08:49:37 GMT", year);
            if (!bight_failed(bight_http_date_parse(bight_bytes_text(text),
                                                    clocks[i], &seconds)) &&
                (seconds < FIRST || seconds > LAST))
                ck_abort_msg("%s is in no year of four digits", text);
        }
    }
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.date");
    TCase *tcase = tcase_create("format");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, it_is_written_as_the_rfc_shows);
    tcase_add_test(
        tcase, what_has_no_year_of_four_digits_becomes_the_nearest_that_has);
    tcase_add_test(
        tcase, each_day_of_ten_thousand_years_is_written_and_read_as_libc_does);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("parse");
    tcase_add_loop_test(tcase, all_three_formats_are_read, 0, COUNT(rows));
    tcase_add_loop_test(tcase, what_is_no_date_is_refused, 0, COUNT(none));
    tcase_add_test(tcase, no_clock_however_wrong_makes_it_overflow);
    suite_add_tcase(suite, tcase);
    return suite;
}
