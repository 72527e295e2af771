/* SPDX-License-Identifier: MIT */
/* The forms that options and operands may have; complaints are tested with the
 * program itself. */
#include "args.h"

#include "leaks.h"
#include "loops.h"
#include "suite.h"

struct values {
    char *at;
    int64_t most;
    bool quiet;
    bool loud;
};

static const bight_option options[] = {
    {"at", BIGHT_OPTION_STRING, offsetof(struct values, at), .help = "where"},
    {"most", BIGHT_OPTION_INT, offsetof(struct values, most), "7",
     .help = "how many"},
    {"quiet", BIGHT_OPTION_BOOL, offsetof(struct values, quiet), .help = "q"},
    {"loud", BIGHT_OPTION_BOOL, offsetof(struct values, loud), .help = "l"},
};

static const bight_option_table table =
    BIGHT_OPTION_TABLE(options, struct values);

static const struct trait traits[] = {
    {.name = "at", .letter = 'a', .repeats = true},
    {.name = "most", .letter = 'm'},
    {.name = "quiet", .letter = 'q'},
    {.name = "loud", .letter = 'l'},
    {.name = NULL},
};

static int word(void *ctx, const struct given *given)
{
    trace_add(ctx, "%s=%s", given->name.size > 0 ? "at" : "",
              (const char *)given->value.data);
    return 0;
}

static struct values values;
static struct trace words;
static struct settings settings;

#define PARSE(...)                                                             \
    parse((char *[]){__VA_ARGS__, NULL}, sizeof((char *[]){__VA_ARGS__}))

static int parse(char *const *argv, size_t size)
{
    words = (struct trace){.length = 0};
    group_fini(&settings.command);
    settings = (struct settings){.word = word, .ctx = &words};
    ck_assert_ok(group_init(&settings.command, NULL, &table, traits, &values));
    return args_parse(&settings, "help", (int)(size / sizeof(*argv)), argv);
}

static void end(void)
{
    group_fini(&settings.command);
}

START_TEST(a_value_may_stand_behind_its_option_or_in_it)
{
    ck_assert_int_eq(PARSE("--most", "3"), 0);
    ck_assert_int_eq(values.most, 3);
    ck_assert_int_eq(PARSE("--most=4"), 0);
    ck_assert_int_eq(values.most, 4);
    ck_assert_int_eq(PARSE("-m", "5"), 0);
    ck_assert_int_eq(values.most, 5);
    ck_assert_int_eq(PARSE("-m-6"), 0);
    ck_assert_int_eq(values.most, -6);
    ck_assert_int_eq(PARSE("--most", "-8"), 0);
    ck_assert_int_eq(values.most, -8);
    end();
}
END_TEST

START_TEST(the_last_value_counts_and_repeated_ones_are_all_told)
{
    ck_assert_int_eq(PARSE("--most=3", "--at", "x", "-ay", "--most=4"), 0);
    ck_assert_int_eq(values.most, 4);
    ck_assert_str_eq(values.at, "y");
    ck_assert_trace(&words, "at=x at=y");
    end();
}
END_TEST

START_TEST(a_flag_takes_no_value_but_may_be_given_one)
{
    ck_assert_int_eq(PARSE("--quiet", "x"), 0);
    ck_assert(values.quiet);
    ck_assert_trace(&words, "=x");
    ck_assert_int_eq(PARSE("--quiet=no"), 0);
    ck_assert(!values.quiet);
    end();
}
END_TEST

START_TEST(short_flags_may_stand_together_with_a_value_last)
{
    ck_assert_int_eq(PARSE("-qlm3"), 0);
    ck_assert(values.quiet && values.loud);
    ck_assert_int_eq(values.most, 3);
    ck_assert_int_eq(PARSE("-qm", "4"), 0);
    ck_assert_int_eq(values.most, 4);
    end();
}
END_TEST

START_TEST(operands_stand_anywhere_and_after_two_dashes_all_are)
{
    ck_assert_int_eq(PARSE("a", "-q", "-", "--", "--most", "-l"), 0);
    ck_assert_trace(&words, "=a =- =--most =-l");
    ck_assert(values.quiet && !values.loud);
    end();
}
END_TEST

START_TEST(an_unknown_letter_is_named_whole)
{
    ck_assert_int_eq(PARSE("-\xc3\xa9"), 64);
    ck_assert_trace(&words, "");
    end();
}
END_TEST

START_TEST(a_mistake_is_64_and_what_follows_is_not_looked_at)
{
    ck_assert_int_eq(PARSE("--mots=3", "--at=x"), 64);
    ck_assert_int_eq(PARSE("-z"), 64);
    ck_assert_int_eq(PARSE("--most"), 64);
    ck_assert_int_eq(PARSE("-m"), 64);
    ck_assert_int_eq(PARSE("--most=many", "--at=x"), 64);
    ck_assert_trace(&words, "");
    ck_assert_int_eq(values.most, 7);
    end();
}
END_TEST

#define PEEK(...)                                                              \
    args_peek(&settings.command,                                               \
              (int)(sizeof((char *[]){__VA_ARGS__}) / sizeof(char *)),         \
              (char *[]){__VA_ARGS__}, "at")

START_TEST(a_value_can_be_seen_before_the_words_are_parsed)
{
    ck_assert_int_eq(PARSE("x"), 0);
    ck_assert_str_eq(PEEK("x", "--at", "1", "--quiet"), "1");
    ck_assert_str_eq(PEEK("--at=1", "--at=2"), "2");
    ck_assert_str_eq(PEEK("-a", "3"), "3");
    ck_assert_str_eq(PEEK("-a4"), "4");
    ck_assert_ptr_null(PEEK("--atom", "1"));
    ck_assert_ptr_null(PEEK("--at"));
    ck_assert_ptr_null(PEEK("--", "--at", "1"));
    end();
}
END_TEST

START_TEST(a_value_can_be_seen_behind_flags_that_stand_together)
{
    ck_assert_int_eq(PARSE("x"), 0);
    ck_assert_str_eq(PEEK("-qa", "3"), "3");
    ck_assert_str_eq(PEEK("-lqa4"), "4");
    ck_assert_ptr_null(PEEK("-qma", "5"));
    ck_assert_ptr_null(PEEK("-qza", "5"));
    ck_assert_ptr_null(PEEK("-", "-qa"));
    end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("cli.args");
    TCase *tcase = leaks_test_case(suite, "args");
    tcase_add_test(tcase, a_value_may_stand_behind_its_option_or_in_it);
    tcase_add_test(tcase, the_last_value_counts_and_repeated_ones_are_all_told);
    tcase_add_test(tcase, a_flag_takes_no_value_but_may_be_given_one);
    tcase_add_test(tcase, short_flags_may_stand_together_with_a_value_last);
    tcase_add_test(tcase, operands_stand_anywhere_and_after_two_dashes_all_are);
    tcase_add_test(tcase, an_unknown_letter_is_named_whole);
    tcase_add_test(tcase, a_mistake_is_64_and_what_follows_is_not_looked_at);
    tcase_add_test(tcase, a_value_can_be_seen_before_the_words_are_parsed);
    tcase_add_test(tcase, a_value_can_be_seen_behind_flags_that_stand_together);
    return suite;
}
