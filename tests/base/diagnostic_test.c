/* SPDX-License-Identifier: MIT */
/* Diagnostics as people see them, and what they may have meant. */
#include "suite.h"

#include <string.h>

#include <bight/diagnostic.h>

#include "valid.h"

static const char *const kinds[] = {"fd",  "proxy", "stdio", "systemd", "tcp",
                                    "tls", "udp",   "unix",  "ws",      NULL};

static void expect(const bight_diagnostic *d, bight_bytes text,
                   const char *expected)
{
    char buf[1024];

    ck_assert_uint_eq(
        bight_diagnostic_format(d, "bight", text, buf, sizeof buf),
        strlen(expected));
    ck_assert_str_eq(buf, expected);
}

START_TEST(the_caret_stands_under_the_fault_beside_the_hint)
{
    bight_diagnostic d;

    bight_diagnostic_set(&d, 0, 3, "unknown endpoint type '%s' in --listen",
                         "tpc");
    bight_diagnostic_choices(&d, BIGHT_BYTES("tpc"), kinds);
    expect(&d, BIGHT_BYTES("tpc:8080"),
           "bight: unknown endpoint type 'tpc' in --listen\n"
           "  tpc:8080\n"
           "  ^~~  did you mean 'tcp'?  known: fd proxy stdio systemd tcp tls "
           "udp unix ws\n");
}
END_TEST

START_TEST(a_fault_at_the_end_is_something_missing)
{
    bight_diagnostic d;

    bight_diagnostic_set(&d, 4, 0, "no port");
    expect(&d, BIGHT_BYTES("tcp:"), "bight: no port\n  tcp:\n      ^\n");
    bight_diagnostic_set(&d, 99, 7, "far off");
    expect(&d, BIGHT_BYTES("tcp:"), "bight: far off\n  tcp:\n      ^\n");
}
END_TEST

START_TEST(an_empty_text_has_no_caret)
{
    bight_diagnostic d;

    bight_diagnostic_set(&d, 0, 0, "nothing given");
    expect(&d, BIGHT_BYTES(""), "bight: nothing given\n");
    bight_diagnostic_hint(&d, "like %s", "tcp:80");
    expect(&d, bight_bytes_of(NULL, 0),
           "bight: nothing given\n  like tcp:80\n");
}
END_TEST

START_TEST(without_a_program_the_message_stands_alone)
{
    bight_diagnostic d;
    char buf[64];

    bight_diagnostic_set(&d, 1, 1, "bad");
    (void)bight_diagnostic_format(&d, NULL, BIGHT_BYTES("abc"), buf,
                                  sizeof buf);
    ck_assert_str_eq(buf, "bad\n  abc\n   ^\n");
}
END_TEST

/* S5 */
START_TEST(the_caret_counts_columns_and_nothing_reaches_the_terminal)
{
    bight_diagnostic d;

    bight_diagnostic_set(&d, 4, 2, "bad \x1b[2J");
    expect(&d,
           BIGHT_BYTES("\xc3\xa9"
                       "a\n\xff"
                       "b"),
           "bight: bad \\x1b[2J\n"
           "  \xc3\xa9"
           "a\\n\\xffb\n"
           "      ^~~~~\n");
}
END_TEST

/* Of a long text the part around the fault is shown, within 80 columns. */
START_TEST(a_long_text_is_shown_around_its_fault)
{
    char text[400], out[1024];

    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + i % 26);
    for (size_t at = 0; at <= sizeof text; at++) {
        bight_diagnostic d;
        char *line, *marks;
        bight_diagnostic_set(&d, at, 1000, "x");
        (void)bight_diagnostic_format(&d, NULL, bight_bytes_of(text, 400), out,
                                      sizeof out);
        line = strchr(out, '\n') + 1;
        marks = strchr(line, '\n') + 1;
        ck_assert_uint_le(strcspn(line, "\n"), 79);
        ck_assert_uint_le(strcspn(marks, "\n"), 79);
        if (at < sizeof text)
            ck_assert_int_eq(line[strcspn(marks, "^")], text[at]);
    }
}
END_TEST

static const char *const lots[] = {"chargen", "daytime",     "discard", "echo",
                                   "lines",   "netstring",   "qotd",    "time",
                                   "fingerd", "portforward", NULL};

START_TEST(a_long_hint_goes_on_below_itself)
{
    bight_diagnostic d;

    bight_diagnostic_set(&d, 0, 4, "unknown protocol");
    bight_diagnostic_choices(&d, BIGHT_BYTES("ehco"), lots);
    expect(&d, BIGHT_BYTES("ehco"),
           "bight: unknown protocol\n"
           "  ehco\n"
           "  ^~~~  did you mean 'echo'?  known: chargen daytime discard echo "
           "lines\n"
           "        netstring qotd time fingerd portforward\n");
    expect(&d, BIGHT_BYTES(""),
           "bight: unknown protocol\n"
           "  did you mean 'echo'?  known: chargen daytime discard echo lines "
           "netstring\n"
           "  qotd time fingerd portforward\n");
}
END_TEST

START_TEST(a_hint_far_to_the_right_goes_on_at_the_left)
{
    bight_diagnostic d;

    bight_diagnostic_set(&d, 50, 4, "unknown protocol");
    bight_diagnostic_choices(&d, BIGHT_BYTES("ehco"), lots);
    expect(&d,
           BIGHT_BYTES("12345678901234567890123456789012345678901234567890"
                       "ehco"),
           "bight: unknown protocol\n"
           "  ...567890123456789012345678901234567890ehco\n"
           "                                         ^~~~  did you mean "
           "'echo'?  known:\n"
           "    chargen daytime discard echo lines netstring qotd time fingerd "
           "portforward\n");
}
END_TEST

START_TEST(every_size_of_buffer_gets_a_beginning)
{
    bight_diagnostic d;
    char full[256], buf[256];
    size_t length;

    bight_diagnostic_set(&d, 2, 3, "message");
    bight_diagnostic_hint(&d, "hint");
    length = bight_diagnostic_format(&d, "p", BIGHT_BYTES("some text"), full,
                                     sizeof full);
    for (size_t size = 0; size <= length + 1; size++) {
        memset(buf, '#', sizeof buf);
        ck_assert_uint_eq(bight_diagnostic_format(
                              &d, "p", BIGHT_BYTES("some text"), buf, size),
                          length);
        ck_assert_int_eq(buf[size], '#');
        if (size > 0)
            ck_assert_int_eq(strncmp(buf, full, size - 1) | buf[size - 1], 0);
    }
}
END_TEST

START_TEST(long_messages_and_hints_are_cut_visibly)
{
    const char *many[101];
    bight_diagnostic d;

    for (int i = 0; i < 100; i++)
        many[i] = "a-long-choice";
    many[100] = NULL;
    bight_diagnostic_set(&d, 0, 0, "%0300d", 0);
    bight_diagnostic_choices(&d, BIGHT_BYTES("x"), many);
    ck_assert_uint_eq(strlen(d.message), sizeof d.message - 1);
    ck_assert_str_eq(d.message + sizeof d.message - 4, "...");
    ck_assert_str_eq(d.hint + sizeof d.hint - 4, "...");
}
END_TEST

START_TEST(a_near_word_is_suggested)
{
    static const char *const typed[][2] = {
        {"tpc", "tcp"},     {"tc", "tcp"},    {"tcpp", "tcp"},
        {"TCP", "tcp"},     {"unx", "unix"},  {"systmd", "systemd"},
        {"prxoy", "proxy"}, {"std", "stdio"}, {"tcp", "tcp"},
        {"sw", "ws"},
    };

    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
        ck_assert_pstr_eq(bight_nearest(bight_bytes_text(typed[i][0]), kinds),
                          typed[i][1]);
}
END_TEST

START_TEST(a_far_word_gets_no_suggestion)
{
    static const char *const none[] = {NULL};
    static const char *const typed[] = {"", "x", "http", "banana", "qqq"};
    char huge[500];

    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
        ck_assert_ptr_null(bight_nearest(bight_bytes_text(typed[i]), kinds));
    ck_assert_ptr_null(bight_nearest(BIGHT_BYTES("tcp"), none));
    memset(huge, 't', sizeof huge);
    ck_assert_ptr_null(bight_nearest(bight_bytes_of(huge, sizeof huge), kinds));
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("diagnostic");
    TCase *format = tcase_create("format");
    TCase *bounds = tcase_create("bounds");
    TCase *nearest = tcase_create("nearest");

    tcase_add_test(format, the_caret_stands_under_the_fault_beside_the_hint);
    tcase_add_test(format, a_fault_at_the_end_is_something_missing);
    tcase_add_test(format, an_empty_text_has_no_caret);
    tcase_add_test(format, without_a_program_the_message_stands_alone);
    tcase_add_test(format,
                   the_caret_counts_columns_and_nothing_reaches_the_terminal);
    suite_add_tcase(suite, format);

    tcase_add_test(bounds, a_long_text_is_shown_around_its_fault);
    tcase_add_test(bounds, a_long_hint_goes_on_below_itself);
    tcase_add_test(bounds, a_hint_far_to_the_right_goes_on_at_the_left);
    tcase_add_test(bounds, every_size_of_buffer_gets_a_beginning);
    tcase_add_test(bounds, long_messages_and_hints_are_cut_visibly);
    suite_add_tcase(suite, bounds);

    tcase_add_test(nearest, a_near_word_is_suggested);
    tcase_add_test(nearest, a_far_word_gets_no_suggestion);
    suite_add_tcase(suite, nearest);
    return suite;
}
