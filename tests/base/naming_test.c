/* SPDX-License-Identifier: MIT */
/* Names and lines in tables. */
#include "suite.h"

#include "base/naming.h"

#define MOST 10

START_TEST(a_name_is_short_and_plain)
{
    static const char *const none[] = {
        NULL,  "",    "Echo", "1st",         "-a",
        "a_b", "a b", "a/b",  "caf\xc3\xa9", "a2345678901234567890123456789012",
    };
    ck_assert(bight__is_name("a"));
    ck_assert(bight__is_name("port-forward2"));
    ck_assert(bight__is_name("a234567890123456789012345678901"));
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        ck_assert(!bight__is_name(none[i]));
}
END_TEST

/* The last four: the end of a colour, its one-character form, a mark that turns
 * the reading direction, and what is no UTF-8. */
START_TEST(a_line_moves_no_cursor)
{
    static const char *const none[] = {
        NULL,       "",         "a\nb",         "a\tb",    "\x7f",
        "\033[31m", "\xc2\x9b", "\xe2\x80\xae", "caf\xe9",
    };
    ck_assert(bight__is_line("a line", MOST));
    ck_assert(bight__is_line("caf\xc3\xa9", MOST));
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        ck_assert(!bight__is_line(none[i], MOST));
}
END_TEST

START_TEST(a_line_is_no_longer_than_it_may_be)
{
    ck_assert(bight__is_line("1234567890", MOST));
    ck_assert(!bight__is_line("12345678901", MOST));
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("base.naming");
    TCase *tcase = tcase_create("naming");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, a_name_is_short_and_plain);
    tcase_add_test(tcase, a_line_moves_no_cursor);
    tcase_add_test(tcase, a_line_is_no_longer_than_it_may_be);
    return suite;
}
