/* SPDX-License-Identifier: MIT */
/* What is looked at beyond an option's type. */
#include <bight/options.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "leaks.h"
#include "loops.h"
#include "suite.h"

struct values {
    char *to;
    char *key;
    char *file;
    char *root;
};

/* Three letters; what is wrong begins at the fourth. */
static bight_error check_short(bight_bytes text, bight_diagnostic *d)
{
    if (text.size <= 3)
        return bight_ok();
    bight_diagnostic_set(d, 3, text.size - 3, "too long a name");
    bight_diagnostic_hint(d, "three letters");
    return bight_error_of(BIGHT_ERROR_INVALID);
}

static const bight_option options[] = {
    {"to", BIGHT_OPTION_STRING, offsetof(struct values, to),
     .help = "whom to call", .required = true, .check = check_short},
    {"key", BIGHT_OPTION_STRING, offsetof(struct values, key), .secret = true,
     .check = check_short},
    {"file", BIGHT_OPTION_FILE, offsetof(struct values, file), .help = "f"},
    {"root", BIGHT_OPTION_FOLDER, offsetof(struct values, root), .help = "r"},
};

static const bight_option_table table =
    BIGHT_OPTION_TABLE(options, struct values);

static struct values values;
static char folder[32];
static char file[64];

static void setup(void)
{
    leaks_begin();
    (void)snprintf(folder, sizeof folder, "/tmp/bight-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(file, sizeof file, "%s/file", folder);
    fclose(fopen(file, "w"));
    ck_assert_ok(bight_options_init(&table, &values));
}

static void teardown(void)
{
    bight_options_fini(&table, &values);
    (void)unlink(file);
    (void)rmdir(folder);
    leaks_end();
}

static bight_error set(const char *name, const char *text,
                       bight_option_issue *ret_issue)
{
    return bight_options_set(&table, &values, bight_bytes_text(name),
                             bight_bytes_text(text), ret_issue);
}

START_TEST(a_check_of_the_tables_own_tells_what_is_wrong)
{
    bight_option_issue issue;
    bight_error error = set("to", "anna", &issue);
    ck_assert(bight_error_is(error, &bight_domain, BIGHT_ERROR_INVALID));
    ck_assert_str_eq(bight_error_detail(error),
                     "too long a name (three letters)");
    ck_assert_uint_eq(issue.diagnostic.start, 3);
    ck_assert_uint_eq(issue.diagnostic.length, 1);
    ck_assert(!issue.in_name && !issue.secret);
    ck_assert_ptr_null(values.to);
    ck_assert_ok(set("to", "ann", NULL));
    ck_assert_str_eq(values.to, "ann");
}
END_TEST

START_TEST(a_secret_stays_one_when_a_check_refuses_it)
{
    bight_option_issue issue;
    ck_assert(bight_failed(set("key", "abcd", &issue)));
    ck_assert(issue.secret);
}
END_TEST

START_TEST(what_is_required_has_to_be_set)
{
    bight_option_issue issue;
    size_t index = 0;
    bight_error error = bight_options_verify(&table, &values, &index, &issue);
    ck_assert(bight_error_is(error, &bight_domain, BIGHT_ERROR_INVALID));
    ck_assert_uint_eq(index, 0);
    ck_assert(issue.in_name);
    ck_assert_str_eq(issue.diagnostic.message, "to has to be set");
    ck_assert_str_eq(issue.diagnostic.hint, "whom to call");
    ck_assert_ok(set("to", "bob", NULL));
    ck_assert_ok(bight_options_verify(&table, &values, &index, &issue));
    ck_assert_uint_eq(index, 4);
}
END_TEST

START_TEST(files_and_folders_have_to_be_there)
{
    bight_option_issue issue;
    size_t index = 1;
    ck_assert_ok(set("file", "/nowhere/file", NULL));
    ck_assert_ok(set("root", file, NULL));
    bight_error error = bight_options_verify(&table, &values, &index, &issue);
    ck_assert(bight_error_is(error, &bight_errno_domain, ENOENT));
    ck_assert_uint_eq(index, 2);
    ck_assert_str_eq(issue.diagnostic.message,
                     "file: no such file or directory");
    ck_assert_uint_eq(issue.diagnostic.length, 13);
    index++;
    error = bight_options_verify(&table, &values, &index, &issue);
    ck_assert(bight_error_is(error, &bight_domain, BIGHT_ERROR_INVALID));
    ck_assert_uint_eq(index, 3);
    ck_assert_str_eq(issue.diagnostic.message, "root: this is no folder");
    ck_assert(!issue.in_name);
}
END_TEST

START_TEST(a_file_is_no_folder_nor_the_other_way_round)
{
    size_t index = 1;
    ck_assert_ok(set("file", file, NULL));
    ck_assert_ok(set("root", folder, NULL));
    ck_assert_ok(bight_options_verify(&table, &values, &index, NULL));
    index = 1;
    ck_assert_ok(set("file", folder, NULL));
    bight_error error = bight_options_verify(&table, &values, &index, NULL);
    ck_assert(bight_error_is(error, &bight_domain, BIGHT_ERROR_INVALID));
    ck_assert_str_eq(bight_error_detail(error), "file: this is a folder");
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("base.option_verify");
    TCase *verify = tcase_create("verify");
    tcase_add_checked_fixture(verify, setup, teardown);
    tcase_add_test(verify, a_check_of_the_tables_own_tells_what_is_wrong);
    tcase_add_test(verify, a_secret_stays_one_when_a_check_refuses_it);
    tcase_add_test(verify, what_is_required_has_to_be_set);
    tcase_add_test(verify, files_and_folders_have_to_be_there);
    tcase_add_test(verify, a_file_is_no_folder_nor_the_other_way_round);
    suite_add_tcase(suite, verify);
    return suite;
}
