/* SPDX-License-Identifier: MIT */
/* Option tables: defaults, values, complaints, round trips. */
#include "suite.h"

#include <string.h>

#include <bight/options.h>

#include "failing.h"

struct values {
    char *name;
    int64_t port;
    bool cork;
    uint64_t buffer;
    uint64_t idle;
    char *root;
    int32_t mode;
    char *password;
    int64_t any;
};

static const char *const modes[] = {"plain", "combined", "json", NULL};

/* Each with the order of its members in mind: name, type, offset, default,
 * min, max, choices, help, secret, required, check. */
static const bight_option options[] = {
    {"name", BIGHT_OPTION_STRING, offsetof(struct values, name), "bight", 1, 8,
     NULL, "what it is called", false, false, NULL},
    {"port", BIGHT_OPTION_INT, offsetof(struct values, port), "80", 1, 65535,
     NULL, "where it listens", false, false, NULL},
    {"cork", BIGHT_OPTION_BOOL, offsetof(struct values, cork), "yes", 0, 0,
     NULL, "collect small writes", false, false, NULL},
    {"buffer", BIGHT_OPTION_SIZE, offsetof(struct values, buffer), "64k", 4096,
     1048576, NULL, "bytes held", false, false, NULL},
    {"idle-timeout", BIGHT_OPTION_DURATION, offsetof(struct values, idle),
     "10s", 1000, 0, NULL, "silence allowed", false, false, NULL},
    {"root", BIGHT_OPTION_PATH, offsetof(struct values, root), NULL, 0, 0, NULL,
     "what is served", false, false, NULL},
    {"mode", BIGHT_OPTION_ENUM, offsetof(struct values, mode), "json", 0, 0,
     modes, "how lines look", false, false, NULL},
    {"password", BIGHT_OPTION_STRING, offsetof(struct values, password), NULL,
     0, 6, NULL, "who may come in", true, false, NULL},
    {"any", BIGHT_OPTION_INT, offsetof(struct values, any), NULL, 0, 0, NULL,
     "a number", false, false, NULL},
};

static const bight_option_table table =
    BIGHT_OPTION_TABLE(options, struct values);

static struct values values;

static void setup(void)
{
    ck_assert(!bight_failed(bight_options_init(&table, &values)));
}

static void teardown(void)
{
    bight_options_fini(&table, &values);
}

static bight_error set(const char *name, const char *text,
                       bight_option_issue *ret_issue)
{
    return bight_options_set(&table, &values, bight_bytes_text(name),
                             bight_bytes_text(text), ret_issue);
}

static void expect_format(const char *name, bool reveal, const char *expected)
{
    char text[64];

    ck_assert_uint_eq(
        bight_options_format(&table, &values, name, reveal, text, sizeof text),
        strlen(expected));
    ck_assert_str_eq(text, expected);
}

START_TEST(values_begin_with_their_defaults)
{
    ck_assert_str_eq(values.name, "bight");
    ck_assert_int_eq(values.port, 80);
    ck_assert(values.cork);
    ck_assert_uint_eq(values.buffer, 65536);
    ck_assert_uint_eq(values.idle, 10000);
    ck_assert_ptr_null(values.root);
    ck_assert_int_eq(values.mode, 2);
    ck_assert_ptr_null(values.password);
    ck_assert_int_eq(values.any, 0);
}
END_TEST

START_TEST(setting_replaces_a_value_of_each_type)
{
    static const char *const texts[][2] = {
        {"name", "echo"},     {"port", "8080"}, {"cork", "off"},
        {"buffer", "1M"},     {"root", "/srv"}, {"idle-timeout", "2m"},
        {"mode", "combined"}, {"any", "-3"},    {"name", "other"},
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert(!bight_failed(set(texts[i][0], texts[i][1], NULL)));
    ck_assert_str_eq(values.name, "other");
    ck_assert_int_eq(values.port, 8080);
    ck_assert(!values.cork);
    ck_assert_uint_eq(values.buffer, 1048576);
    ck_assert_str_eq(values.root, "/srv");
    ck_assert_uint_eq(values.idle, 120000);
    ck_assert_int_eq(values.mode, 1);
    ck_assert_int_eq(values.any, -3);
}
END_TEST

START_TEST(a_value_may_be_set_from_itself)
{
    ck_assert(!bight_failed(set("name", values.name, NULL)));
    ck_assert_str_eq(values.name, "bight");
}
END_TEST

START_TEST(limits_are_inclusive)
{
    static const struct {
        const char *name, *text;
        bool fits;
    } tries[] = {
        {"port", "1", true},
        {"port", "65535", true},
        {"port", "0", false},
        {"port", "65536", false},
        {"port", "-1", false},
        {"buffer", "4k", true},
        {"buffer", "4095", false},
        {"buffer", "1M", true},
        {"buffer", "1048577", false},
        {"buffer", "16777215T", false},
        {"idle-timeout", "1s", true},
        {"idle-timeout", "999ms", false},
        {"idle-timeout", "1000000d", true},
        {"name", "12345678", true},
        {"name", "123456789", false},
        {"name", "", false},
        {"password", "", true},
        {"any", "9223372036854775807", true},
        {"any", "9223372036854775808", false},
    };

    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        bight_error e = set(tries[i].name, tries[i].text, NULL);
        ck_assert_msg(bight_failed(e) != tries[i].fits, "%s=%s", tries[i].name,
                      tries[i].text);
        if (!tries[i].fits)
            ck_assert(bight_error_is(e, &bight_domain, BIGHT_ERROR_RANGE));
    }
}
END_TEST

struct complaint {
    const char *name, *text;
    size_t start, length;
    const char *says, *hint;
};

static const struct complaint complaints[] = {
    {"idle-timeout", "10x", 2, 1, "idle-timeout: '10x' is not a duration",
     "like 10s, 500ms"},
    {"port", "80a", 2, 1, "port: '80a' is not a number", "like 42"},
    {"port", "70000", 0, 5, "port: '70000' is out of range", "from 1 to 65535"},
    {"buffer", "1", 0, 1, "buffer: '1' is out of range", "from 4k to 1M"},
    {"idle-timeout", "1ms", 0, 3, "idle-timeout: '1ms' is out of range",
     "at least 1s"},
    {"cork", "maybe", 0, 5, "cork: 'maybe' is not a truth value",
     "like yes, no"},
    {"mode", "jsn", 0, 3, "mode: 'jsn' is none of its values",
     "did you mean 'json'?  known: plain combined json"},
    {"root", "", 0, 0, "root: the path is empty", ""},
    {"name", "far too long", 0, 12, "name: 'far too long' is out of range",
     "from 1 to 8 bytes"},
    {"any", "99999999999999999999", 0, 20,
     "any: '99999999999999999999' is out of range",
     "no such large number fits"},
};

START_TEST(a_wrong_value_is_told_where_and_why)
{
    for (size_t i = 0; i < sizeof complaints / sizeof *complaints; i++) {
        const struct complaint *c = &complaints[i];
        bight_option_issue issue;
        bight_error e = set(c->name, c->text, &issue);
        ck_assert(bight_failed(e));
        ck_assert(!issue.in_name && !issue.secret);
        ck_assert_uint_eq(issue.diagnostic.start, c->start);
        ck_assert_uint_eq(issue.diagnostic.length, c->length);
        ck_assert_str_eq(issue.diagnostic.message, c->says);
        ck_assert_str_eq(issue.diagnostic.hint, c->hint);
        ck_assert_ptr_nonnull(strstr(bight_error_detail(e), c->says));
        ck_assert_ptr_nonnull(strstr(bight_error_detail(e), c->hint));
    }
    ck_assert_int_eq(values.port, 80);
    ck_assert_str_eq(values.name, "bight");
}
END_TEST

START_TEST(an_unknown_name_gets_the_nearest_one)
{
    bight_option_issue issue;
    bight_error e = set("idle-timout", "10s", &issue);

    ck_assert(bight_error_is(e, &bight_domain, BIGHT_ERROR_NOT_FOUND));
    ck_assert(issue.in_name);
    ck_assert_uint_eq(issue.diagnostic.length, strlen("idle-timout"));
    ck_assert_str_eq(bight_error_detail(e),
                     "unknown option 'idle-timout' (did you mean "
                     "'idle-timeout'?  known: name port cork buffer "
                     "idle-timeout root mode password any)");
}
END_TEST

START_TEST(a_nul_byte_is_refused_where_it_stands)
{
    bight_option_issue issue;
    bight_error e = bight_options_set(&table, &values, BIGHT_BYTES("root"),
                                      BIGHT_BYTES("/a\0b"), &issue);

    ck_assert(bight_error_is(e, &bight_domain, BIGHT_ERROR_INVALID));
    ck_assert_uint_eq(issue.diagnostic.start, 2);
    ck_assert_uint_eq(issue.diagnostic.length, 1);
}
END_TEST

/* S5 */
START_TEST(a_secret_is_in_no_message)
{
    bight_option_issue issue;
    bight_error e = set("password", "swordfish", &issue);

    ck_assert(bight_failed(e));
    ck_assert(issue.secret);
    ck_assert_str_eq(bight_error_detail(e),
                     "password: the value is out of range "
                     "(from 0 to 6 bytes)");
    expect_format("password", false, "");
    ck_assert(!bight_failed(set("password", "sesame", NULL)));
    expect_format("password", false, "***");
    expect_format("password", true, "sesame");
}
END_TEST

START_TEST(what_is_formatted_sets_the_same_value)
{
    struct values copy;
    bight_option option;

    ck_assert(!bight_failed(set("any", "-9223372036854775808", NULL)));
    ck_assert(!bight_failed(set("idle-timeout", "90s", NULL)));
    ck_assert(!bight_failed(set("root", "/srv/www", NULL)));
    ck_assert(!bight_failed(bight_options_init(&table, &copy)));
    for (size_t i = 0; bight_options_at(&table, i, &option); i++) {
        char text[64], again[64];
        (void)bight_options_format(&table, &values, option.name, true, text,
                                   sizeof text);
        ck_assert(!bight_failed(
            bight_options_set(&table, &copy, bight_bytes_text(option.name),
                              bight_bytes_text(text), NULL)));
        (void)bight_options_format(&table, &copy, option.name, true, again,
                                   sizeof again);
        ck_assert_str_eq(text, again);
    }
    ck_assert_int_eq(copy.any, INT64_MIN);
    ck_assert_uint_eq(copy.idle, 90000);
    bight_options_fini(&table, &copy);
    expect_format("nothing", true, "");
}
END_TEST

START_TEST(fini_twice_is_fine)
{
    bight_options_fini(&table, &values);
    ck_assert_ptr_null(values.name);
    bight_options_fini(&table, &values);
    bight_options_fini(&table, NULL);
}
END_TEST

/* S3: the n-th allocation fails, for every n. */
START_TEST(without_memory_nothing_changes_and_nothing_leaks)
{
    struct failing failing;
    bool injected = true;

    for (size_t n = 1; injected; n++) {
        struct values local;
        bight_error e, e2;
        failing_begin(&failing, n);
        e = bight_options_init(&table, &local);
        e2 = e;
        if (!bight_failed(e))
            e2 = bight_options_set(&table, &local, BIGHT_BYTES("name"),
                                   BIGHT_BYTES("echo"), NULL);
        if (!bight_failed(e))
            ck_assert_str_eq(local.name, bight_failed(e2) ? "bight" : "echo");
        if (!bight_failed(e))
            bight_options_fini(&table, &local);
        ck_assert_uint_eq(failing.live, 0);
        injected = failing_end(&failing);
        ck_assert_int_eq(
            bight_error_is(e2, &bight_domain, BIGHT_ERROR_NO_MEMORY), injected);
    }
}
END_TEST

/* What a plugin built before `help` and `secret` grew would hand over. */
struct old_option {
    const char *name;
    bight_option_type type;
    size_t offset;
    const char *default_text;
    int64_t min, max;
    const char *const *choices;
};

START_TEST(a_table_of_shorter_options_still_works)
{
    static const struct old_option old[] = {
        {"port", BIGHT_OPTION_INT, offsetof(struct values, port), "81", 1, 99,
         NULL},
        {"mode", BIGHT_OPTION_ENUM, offsetof(struct values, mode), "plain", 0,
         0, modes},
    };
    bight_option_table older = {sizeof older, sizeof *old, NULL, 2,
                                sizeof(struct values)};
    struct values local;
    bight_option option;

    older.options = (const bight_option *)(const void *)old;
    ck_assert(!bight_failed(bight_options_init(&older, &local)));
    ck_assert_int_eq(local.port, 81);
    ck_assert_int_eq(local.mode, 0);
    ck_assert(bight_options_at(&older, 1, &option));
    ck_assert_ptr_null(option.help);
    ck_assert(!bight_options_at(&older, 2, &option));
    bight_options_fini(&older, &local);
}
END_TEST

/* Each is options[0] or a pair with one thing wrong. */
START_TEST(a_wrong_table_is_refused)
{
    static const bight_option wrong[][2] = {
        {{.name = NULL, .type = BIGHT_OPTION_INT}, {.name = "b", .type = 2}},
        {{.name = "a", .type = (bight_option_type)99},
         {.name = "b", .type = 2}},
        {{.name = "a", .type = BIGHT_OPTION_INT, .offset = 64},
         {.name = "b", .type = 2}},
        {{.name = "a", .type = BIGHT_OPTION_INT, .offset = SIZE_MAX - 2},
         {.name = "b", .type = 2}},
        {{.name = "a", .type = BIGHT_OPTION_ENUM}, {.name = "b", .type = 2}},
        {{.name = "a", .type = BIGHT_OPTION_INT},
         {.name = "a", .type = 2, .offset = 8}},
        {{.name = "a", .type = BIGHT_OPTION_INT, .default_text = "x"},
         {.name = "b", .type = 2}},
    };
    char room[64];

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        bight_option_table bad = {sizeof bad, sizeof(bight_option), wrong[i], 2,
                                  sizeof room};
        bight_error e = bight_options_init(&bad, room);
        ck_assert(bight_error_is(e, &bight_domain, BIGHT_ERROR_USAGE));
        ck_assert_str_ne(bight_error_detail(e), "");
        bad.options = options;
        bad.size = 8;
        ck_assert(bight_failed(bight_options_init(&bad, room)));
    }
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("options");
    TCase *set_case = tcase_create("set");
    TCase *complain = tcase_create("complain");
    TCase *tables = tcase_create("tables");

    tcase_add_checked_fixture(set_case, setup, teardown);
    tcase_add_test(set_case, values_begin_with_their_defaults);
    tcase_add_test(set_case, setting_replaces_a_value_of_each_type);
    tcase_add_test(set_case, a_value_may_be_set_from_itself);
    tcase_add_test(set_case, limits_are_inclusive);
    tcase_add_test(set_case, what_is_formatted_sets_the_same_value);
    tcase_add_test(set_case, fini_twice_is_fine);
    suite_add_tcase(suite, set_case);

    tcase_add_checked_fixture(complain, setup, teardown);
    tcase_add_test(complain, a_wrong_value_is_told_where_and_why);
    tcase_add_test(complain, an_unknown_name_gets_the_nearest_one);
    tcase_add_test(complain, a_nul_byte_is_refused_where_it_stands);
    tcase_add_test(complain, a_secret_is_in_no_message);
    suite_add_tcase(suite, complain);

    tcase_add_test(tables, without_memory_nothing_changes_and_nothing_leaks);
    tcase_add_test(tables, a_table_of_shorter_options_still_works);
    tcase_add_test(tables, a_wrong_table_is_refused);
    suite_add_tcase(suite, tables);
    return suite;
}
