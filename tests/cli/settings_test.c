/* SPDX-License-Identifier: MIT */
/* Which of several values counts, in whatever order they are given. */
#include "settings.h"

#include <stdlib.h>

#include <bight/alloc.h>

#include "config.h"
#include "faults.h"
#include "leaks.h"
#include "loops.h"
#include "suite.h"

struct values {
    char *at;
    char *token;
    int64_t most;
    int64_t deep;
    bool quiet;
};

static const bight_option options[] = {
    {"at", BIGHT_OPTION_STRING, offsetof(struct values, at), .help = "where"},
    {"token", BIGHT_OPTION_STRING, offsetof(struct values, token), .min = 3,
     .help = "t", .secret = true},
    {"most", BIGHT_OPTION_INT, offsetof(struct values, most), "7", 1, 99,
     .help = "how many"},
    {"quiet", BIGHT_OPTION_BOOL, offsetof(struct values, quiet), .help = "q"},
};

static const bight_option_table table =
    BIGHT_OPTION_TABLE(options, struct values);

static const struct trait traits[] = {
    {.name = "at", .repeats = true},
    {.name = "quiet", .here = true},
    {.name = NULL},
};

/* Of a protocol; its "most" is hidden behind the command's. */
static const bight_option own_options[] = {
    {"most", BIGHT_OPTION_INT, offsetof(struct values, most), "1", .help = "m"},
    {"quiet", BIGHT_OPTION_BOOL, offsetof(struct values, quiet), .help = "q"},
    {"deep", BIGHT_OPTION_INT, offsetof(struct values, deep), .help = "d"},
};

static const bight_option_table own_table =
    BIGHT_OPTION_TABLE(own_options, struct values);

static struct values values;
static struct values own;
static struct trace words;
static struct settings settings;

static int word(void *ctx, const struct given *given)
{
    trace_add(ctx, "%s", (const char *)given->value.data);
    return 0;
}

static void begin(void)
{
    words = (struct trace){.length = 0};
    settings = (struct settings){.word = word, .ctx = &words};
    ck_assert_ok(group_init(&settings.command, NULL, &table, traits, &values));
    ck_assert_ok(group_init(&settings.protocol, "own", &own_table, NULL, &own));
}

static void end(void)
{
    group_fini(&settings.protocol);
    group_fini(&settings.command);
}

static int give(enum origin origin, const char *name, const char *value)
{
    const struct given given = {.source = {.origin = origin, .where = name},
                                .name = bight_bytes_text(name),
                                .value = bight_bytes_text(value),
                                .shown = bight_bytes_text(value)};
    return settings_give(&settings, &settings.command, &given);
}

START_TEST(the_best_origin_counts_in_any_order)
{
    static const enum origin orders[][3] = {
        {ORIGIN_FLAG, ORIGIN_ENVIRONMENT, ORIGIN_FILE},
        {ORIGIN_FILE, ORIGIN_ENVIRONMENT, ORIGIN_FLAG},
        {ORIGIN_ENVIRONMENT, ORIGIN_FLAG, ORIGIN_FILE}};
    static const char *const texts[] = {"0", "11", "22", "33"};
    begin();
    const enum origin *order = orders[_i];
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(give(order[i], "most", texts[order[i]]), 0);
    ck_assert_int_eq(values.most, 33);
    ck_assert_int_eq(settings.command.sources[2].origin, ORIGIN_FLAG);
    end();
}
END_TEST

START_TEST(of_two_with_one_origin_the_last_counts)
{
    begin();
    ck_assert_int_eq(give(ORIGIN_FLAG, "most", "3"), 0);
    ck_assert_int_eq(give(ORIGIN_FLAG, "most", "4"), 0);
    ck_assert_int_eq(values.most, 4);
    end();
}
END_TEST

START_TEST(a_value_that_does_not_count_is_checked_too)
{
    begin();
    ck_assert_int_eq(give(ORIGIN_FLAG, "most", "3"), 0);
    ck_assert_int_eq(give(ORIGIN_FILE, "most", "many"), 78);
    ck_assert_int_eq(give(ORIGIN_ENVIRONMENT, "most", "100"), 78);
    ck_assert_int_eq(give(ORIGIN_FLAG, "most", "0"), 64);
    ck_assert_int_eq(values.most, 3);
    end();
}
END_TEST

START_TEST(what_repeats_is_told_with_each_value)
{
    begin();
    ck_assert_int_eq(give(ORIGIN_FLAG, "at", "a"), 0);
    ck_assert_int_eq(give(ORIGIN_FILE, "at", "b"), 0);
    ck_assert_int_eq(give(ORIGIN_FLAG, "at", "c"), 0);
    ck_assert_trace(&words, "a b c");
    end();
}
END_TEST

START_TEST(an_option_that_both_have_is_the_command_s)
{
    bight_option option;
    begin();
    ck_assert_ptr_eq(settings_find(&settings, BIGHT_BYTES("most"), &option),
                     &settings.command);
    group_fini(&settings.command);
    ck_assert_ptr_eq(settings_find(&settings, BIGHT_BYTES("most"), &option),
                     &settings.protocol);
    ck_assert_ptr_null(settings_find(&settings, BIGHT_BYTES("least"), &option));
    end();
}
END_TEST

START_TEST(the_environment_gives_what_may_be_there_and_is_not_empty)
{
    begin();
    ck_assert_int_eq(setenv("BIGHT_MOST", "5", 1), 0);
    ck_assert_int_eq(setenv("BIGHT_AT", "", 1), 0);
    ck_assert_int_eq(setenv("BIGHT_QUIET", "yes", 1), 0);
    ck_assert_int_eq(settings_take_environment(&settings, &settings.command),
                     0);
    ck_assert_int_eq(settings_take_environment(&settings, &settings.protocol),
                     0);
    ck_assert_int_eq(values.most, 5);
    ck_assert_int_eq(own.most, 1);
    ck_assert(!values.quiet);
    ck_assert_trace(&words, "");
    ck_assert_int_eq(setenv("BIGHT_MOST", "x", 1), 0);
    ck_assert_int_eq(settings_take_environment(&settings, &settings.command),
                     78);
    end();
}
END_TEST

START_TEST(a_variable_with_the_protocol_s_name_comes_first)
{
    char text[64];
    begin();
    ck_assert_int_eq(setenv("BIGHT_DEEP", "3", 1), 0);
    ck_assert_int_eq(setenv("BIGHT_OWN_DEEP", "7", 1), 0);
    ck_assert_int_eq(settings_take_environment(&settings, &settings.protocol),
                     0);
    ck_assert_int_eq(own.deep, 7);
    (void)source_format(&settings.protocol.sources[2], text, sizeof(text));
    ck_assert_str_eq(text, "BIGHT_OWN_DEEP");
    end();
}
END_TEST

START_TEST(an_origin_is_told_as_people_know_it)
{
    char text[64];
    const struct source sources[] = {
        {.origin = ORIGIN_DEFAULT},
        {.origin = ORIGIN_FLAG},
        {.origin = ORIGIN_ENVIRONMENT, .where = "max-conn"},
        {.origin = ORIGIN_ENVIRONMENT, .where = "history", .of = "lines"},
        {.origin = ORIGIN_FILE, .where = "a.ini", .line = 3}};
    static const char *const expected[] = {"default", "command line",
                                           "BIGHT_MAX_CONN",
                                           "BIGHT_LINES_HISTORY", "a.ini:3"};
    for (size_t i = 0; i < 5; i++) {
        (void)source_format(&sources[i], text, sizeof(text));
        ck_assert_str_eq(text, expected[i]);
    }
}
END_TEST

/* -- files ---------------------------------------------------------------- */

static bight_error table_of(const char *name,
                            const bight_option_table **ret_table)
{
    if (strcmp(name, "other") == 0) {
        *ret_table = &own_table;
        return bight_ok();
    }
    return bight_error_of(strcmp(name, "plain") == 0 ? 0
                                                     : BIGHT_ERROR_NOT_FOUND);
}

static const char *const *names(void)
{
    static const char *const all[] = {"other", "own", NULL};
    return all;
}

static const struct config_protocols protocols = {table_of, names};

static int take(const char *text)
{
    const struct config config = {.path = "x.ini",
                                  .text = bight_bytes_text(text)};
    return config_take(&config, &settings, &protocols);
}

START_TEST(a_file_gives_the_command_s_options_and_below_its_name_a_protocol_s)
{
    begin();
    ck_assert_int_eq(take("at=a\nmost = 9\nat=b\n[own]\nmost=4\nquiet=yes\n"
                          "[other]\nmost=6\n"),
                     0);
    ck_assert_int_eq(values.most, 9);
    ck_assert_int_eq(own.most, 4);
    ck_assert(own.quiet);
    ck_assert_trace(&words, "a b");
    end();
}
END_TEST

START_TEST(each_of_these_is_a_fault_of_the_file)
{
    static const char *const texts[] = {
        "mots = 1",          "most = many",      "most = 1\nmost = 2",
        "quiet = yes",       "[owm]\nmost = 1",  "[own]\nmots = 1",
        "[other]\nmost = x", "[own]\nmost = \"", "token = ab"};
    begin();
    ck_assert_int_eq(take(texts[_i]), 78);
    end();
}
END_TEST

START_TEST(a_fault_does_not_hide_what_is_right)
{
    begin();
    ck_assert_int_eq(take("most = x\nat = a\n[oops]\nx=1\n[own]\nmost = 3"),
                     78);
    ck_assert_trace(&words, "a");
    ck_assert_int_eq(own.most, 3);
    end();
}
END_TEST

START_TEST(a_value_can_be_seen_before_the_file_is_checked)
{
    const struct config config = {
        .path = "x.ini",
        .text = BIGHT_BYTES("most = x\nat = 'a b'\n[own]\nat = c\n")};
    char *value = config_peek(&config, "at");
    ck_assert_str_eq(value, "a b");
    bight_free(value);
    ck_assert_ptr_null(config_peek(&config, "quiet"));
}
END_TEST

static int take_all(void)
{
    settings = (struct settings){.word = word, .ctx = &words};
    words = (struct trace){.length = 0};
    if (bight_failed(
            group_init(&settings.command, NULL, &table, traits, &values)))
        return 71;
    int code = take("at=a\ntoken='abc'\n[other]\nmost=2\n");
    group_fini(&settings.command);
    return code;
}

START_TEST(S3_without_memory_it_says_so_and_leaves_nothing)
{
    int code = 71;
    for (uint64_t n = 1; code != 0; n++) {
        ck_assert_uint_lt(n, 100);
        faults_fail_nth(n);
        code = take_all();
        ck_assert_int_eq(code, faults_failed() > 0 ? 71 : 0);
    }
    faults_fail_nth(0);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("cli.settings");
    TCase *tcase = leaks_test_case(suite, "settings");
    tcase_add_loop_test(tcase, the_best_origin_counts_in_any_order, 0, 3);
    tcase_add_test(tcase, of_two_with_one_origin_the_last_counts);
    tcase_add_test(tcase, a_value_that_does_not_count_is_checked_too);
    tcase_add_test(tcase, what_repeats_is_told_with_each_value);
    tcase_add_test(tcase, an_option_that_both_have_is_the_command_s);
    tcase_add_test(tcase,
                   the_environment_gives_what_may_be_there_and_is_not_empty);
    tcase_add_test(tcase, a_variable_with_the_protocol_s_name_comes_first);
    tcase_add_test(tcase, an_origin_is_told_as_people_know_it);
    tcase = leaks_test_case(suite, "files");
    tcase_add_test(
        tcase,
        a_file_gives_the_command_s_options_and_below_its_name_a_protocol_s);
    tcase_add_loop_test(tcase, each_of_these_is_a_fault_of_the_file, 0, 9);
    tcase_add_test(tcase, a_fault_does_not_hide_what_is_right);
    tcase_add_test(tcase, a_value_can_be_seen_before_the_file_is_checked);
    tcase_add_test(tcase, S3_without_memory_it_says_so_and_leaves_nothing);
    return suite;
}
