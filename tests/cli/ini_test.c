/* SPDX-License-Identifier: MIT */
/* What lines of a config file mean, and what is wrong with them. */
#include "ini.h"

#include "leaks.h"
#include "loops.h"
#include "suite.h"

static struct trace seen;

static void section(void *ctx, const struct ini_line *line, bight_bytes name,
                    size_t name_at)
{
    trace_add(ctx, "%u:[%.*s]@%zu", line->number, (int)name.size,
              (const char *)name.data, name_at);
}

static void value(void *ctx, const struct ini_value *v)
{
    trace_add(ctx, "%u:%.*s/%.*s@%zu=<%.*s>@%zu", v->line.number,
              (int)v->section.size, (const char *)v->section.data,
              (int)v->key.size, (const char *)v->key.data, v->key_at,
              (int)v->value.size, (const char *)v->value.data, v->value_at);
    ck_assert_uint_eq(v->value.data[v->value.size], '\0');
}

static void fault(void *ctx, const struct ini_line *line,
                  const bight_diagnostic *why)
{
    trace_add(ctx, "%u:!%s@%zu+%zu", line->number, why->message, why->start,
              why->length);
}

static const struct ini_handler handler = {section, value, fault};

#define ck_assert_ini(text, expected)                                          \
    do {                                                                       \
        seen = (struct trace){.length = 0};                                    \
        ini_parse(BIGHT_BYTES(text), &handler, &seen);                         \
        ck_assert_trace(&seen, expected);                                      \
    } while (0)

START_TEST(a_line_is_a_name_and_a_value)
{
    ck_assert_ini("a=1", "1:/a@0=<1>@2");
    ck_assert_ini("  max-conn \t=  1 2  \n", "1:/max-conn@2=<1 2>@15");
    ck_assert_ini("a=\nb = ", "1:/a@0=<>@2 2:/b@0=<>@4");
    ck_assert_ini("a = b = c", "1:/a@0=<b = c>@4");
    ck_assert_ini("", "");
}
END_TEST

START_TEST(a_section_holds_until_the_next)
{
    ck_assert_ini("a=1\n[echo]\nb=2\n [ lines ] # x\nc=3",
                  "1:/a@0=<1>@2 2:[echo]@1 3:echo/b@0=<2>@2 4:[lines]@3 "
                  "5:lines/c@0=<3>@2");
}
END_TEST

START_TEST(a_comment_begins_a_line_or_follows_a_blank)
{
    ck_assert_ini("# x\n  ; y\n\n \t\na=1 # x", "5:/a@0=<1>@2");
    ck_assert_ini("a=x;y#z ;c", "1:/a@0=<x;y#z>@2");
    ck_assert_ini("a=#1", "1:/a@0=<#1>@2");
    ck_assert_ini("a= #1", "1:/a@0=<>@3");
}
END_TEST

START_TEST(quotes_keep_blanks_and_comments)
{
    ck_assert_ini("a=\" 1 # \" # c", "1:/a@0=< 1 # >@3");
    ck_assert_ini("a='\\n\"'", "1:/a@0=<\\n\">@3");
    ck_assert_ini("a=\"\\\"\\\\\\t\\n'\"", "1:/a@0=<\"\\\t\n'>@3");
    ck_assert_ini("a=\"\"", "1:/a@0=<>@3");
    ck_assert_ini("a=\"\\x1b[2J\\x7F\"", "1:/a@0=<\033[2J\x7f>@3");
    ck_assert_ini("a=it's", "1:/a@0=<it's>@2");
}
END_TEST

START_TEST(line_ends_and_the_byte_order_mark_are_nobody_s)
{
    ck_assert_ini("\xef\xbb\xbf"
                  "a=1\r\nb=2\r\n",
                  "1:/a@0=<1>@2 2:/b@0=<2>@2");
}
END_TEST

START_TEST(a_line_that_is_wrong_does_not_stop_the_others)
{
    ck_assert_ini("quiet\na=1", "1:!a '=' is missing@5+0 2:/a@0=<1>@2");
    ck_assert_ini("a b=1", "1:!a '=' is missing@2+1");
    ck_assert_ini("=1", "1:!no name of an option begins like this@0+1");
    ck_assert_ini("a='x", "1:!the quote is not closed@2+1");
    ck_assert_ini("a=\"x\\\"", "1:!the quote is not closed@2+1");
    ck_assert_ini("a=\"\\q\"", "1:!unknown escape@3+2");
    ck_assert_ini("a=\"\\x1\"", "1:!unknown escape@3+2");
    ck_assert_ini("a=\"\\x00\"", "1:!unknown escape@3+2");
    ck_assert_ini("a=\"\\", "1:!the quote is not closed@2+1");
    ck_assert_ini("a='x' y", "1:!more behind the closing quote@6+1");
    ck_assert_ini("a=\x1b", "1:!a control character@2+1");
}
END_TEST

START_TEST(a_section_that_is_wrong_is_passed_over)
{
    ck_assert_ini("[x\na=1\nb\n[y]\nc=2",
                  "1:!a ']' is missing@2+0 3:!a '=' is missing@1+0 4:[y]@1 "
                  "5:y/c@0=<2>@2");
    ck_assert_ini("[]", "1:!a section without a name@0+2");
    ck_assert_ini("[a b]", "1:!a ']' is missing@3+1");
    ck_assert_ini("[a] b", "1:!more behind the section's name@4+1");
}
END_TEST

START_TEST(a_line_has_a_limit)
{
    static uint8_t text[INI_LINE_MAX + 5];
    memset(text, 'x', sizeof(text));
    text[1] = '=';
    memcpy(text + INI_LINE_MAX, "\ny=1", 4);
    seen = (struct trace){.length = 0};
    ini_parse(bight_bytes_of(text + INI_LINE_MAX - 2, 6), &handler, &seen);
    ck_assert_trace(&seen, "1:!a '=' is missing@2+0 2:/y@0=<1>@2");
    memcpy(text + INI_LINE_MAX, "x\ny=1", 5);
    seen = (struct trace){.length = 0};
    ini_parse(bight_bytes_of(text, sizeof(text)), &handler, &seen);
    ck_assert_trace(&seen, "1:!the line is too long@4096+0 2:/y@0=<1>@2");
}
END_TEST

static void column_value(void *ctx, const struct ini_value *v)
{
    for (size_t i = 0; i <= v->value.size; i++)
        trace_add(ctx, "%zu", ini_column(v, i));
}

START_TEST(an_offset_in_the_value_is_found_in_the_line)
{
    static const struct ini_handler columns = {.value = column_value};
    seen = (struct trace){.length = 0};
    ini_parse(BIGHT_BYTES("a = \"x\\\"y\""), &columns, &seen);
    ck_assert_trace(&seen, "5 6 8 9");
    seen = (struct trace){.length = 0};
    ini_parse(BIGHT_BYTES("a = \"x\\x41y\""), &columns, &seen);
    ck_assert_trace(&seen, "5 6 10 11");
    seen = (struct trace){.length = 0};
    ini_parse(BIGHT_BYTES("a = x\\y"), &columns, &seen);
    ck_assert_trace(&seen, "4 5 6 7");
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("cli.ini");
    TCase *tcase = leaks_test_case(suite, "ini");
    tcase_add_test(tcase, a_line_is_a_name_and_a_value);
    tcase_add_test(tcase, a_section_holds_until_the_next);
    tcase_add_test(tcase, a_comment_begins_a_line_or_follows_a_blank);
    tcase_add_test(tcase, quotes_keep_blanks_and_comments);
    tcase_add_test(tcase, line_ends_and_the_byte_order_mark_are_nobody_s);
    tcase_add_test(tcase, a_line_that_is_wrong_does_not_stop_the_others);
    tcase_add_test(tcase, a_section_that_is_wrong_is_passed_over);
    tcase_add_test(tcase, a_line_has_a_limit);
    tcase_add_test(tcase, an_offset_in_the_value_is_found_in_the_line);
    return suite;
}
