/* SPDX-License-Identifier: MIT */
/* Folders of plugins: which are looked into, in which order. */
#include <string.h>

#include "fixture.h"
#include "suite.h"

#define WHOLE SIZE_MAX

static struct folder first;
static struct folder second;

static void set_path(const char *text)
{
    ck_assert_int_eq(setenv("BIGHT_PLUGIN_PATH", text, 1), 0);
}

static void begin(void)
{
    char both[2 * sizeof(first.path)];
    folder_begin(&first);
    folder_begin(&second);
    (void)snprintf(both, sizeof(both), "%s:%s", first.path, second.path);
    set_path(both);
}

static void end(void)
{
    folder_end(&first);
    folder_end(&second);
}

static void assert_not_found(const char *name)
{
    const bight_plugin_entry *entry;
    ck_assert_error(bight_plugin_find(name, &entry), BIGHT_ERROR_NOT_FOUND);
}

START_TEST(folders_are_those_of_the_environment_then_the_installed_one)
{
    set_path("/a:/b");
    ck_assert_str_eq(bight_plugin_folder(0), "/a");
    ck_assert_str_eq(bight_plugin_folder(1), "/b");
    ck_assert_str_eq(bight_plugin_folder(2), BUILD "/bight/plugins");
    ck_assert_ptr_null(bight_plugin_folder(3));
    ck_assert_int_eq(unsetenv("BIGHT_PLUGIN_PATH"), 0);
    ck_assert_str_eq(bight_plugin_folder(0), BUILD "/bight/plugins");
    ck_assert_ptr_null(bight_plugin_folder(1));
}
END_TEST

START_TEST(what_is_no_absolute_path_is_left_out)
{
    set_path(":.:..::rel/ative:/a:");
    ck_assert_str_eq(bight_plugin_folder(0), "/a");
    ck_assert_str_eq(bight_plugin_folder(1), BUILD "/bight/plugins");
    set_path("");
    ck_assert_str_eq(bight_plugin_folder(0), BUILD "/bight/plugins");
}
END_TEST

START_TEST(a_name_is_looked_for_in_the_folders)
{
    const bight_plugin_entry *entry;
    begin();
    assert_not_found("good");
    (void)folder_copy(&second, FIXTURE("good"), "good.so", WHOLE);
    ck_assert_ok(bight_plugin_find("good", &entry));
    ck_assert_str_eq(entry->path, second.file);
    end();
    ck_assert_ok(bight_plugin_find("good", &entry));
}
END_TEST

START_TEST(the_first_file_decides_also_when_it_cannot_be_loaded)
{
    const bight_plugin_entry *entry;
    begin();
    (void)folder_copy(&first, FIXTURE("major"), "good.so", WHOLE);
    (void)folder_copy(&second, FIXTURE("good"), "good.so", WHOLE);
    ck_assert_error(bight_plugin_find("good", &entry), BIGHT_ERROR_UNSUPPORTED);
    end();
}
END_TEST

START_TEST(a_file_is_called_like_the_plugin_in_it)
{
    const bight_plugin_entry *entry = NULL;
    begin();
    (void)folder_copy(&first, FIXTURE("good"), "other.so", WHOLE);
    bight_error error = bight_plugin_find("other", &entry);
    ck_assert_error(error, BIGHT_ERROR_INVALID);
    ck_assert_ptr_nonnull(strstr(said(error), "the plugin in it is called "
                                              "'good'"));
    ck_assert_ptr_null(bight_plugin_at(0));
    ck_assert_str_eq(fixture_load(first.file)->plugin.name, "good");
    end();
}
END_TEST

START_TEST(the_current_folder_is_never_looked_into)
{
    begin();
    (void)folder_copy(&first, FIXTURE("good"), "good.so", WHOLE);
    ck_assert_int_eq(chdir(first.path), 0);
    set_path(".::");
    assert_not_found("good");
    ck_assert_int_eq(unsetenv("BIGHT_PLUGIN_PATH"), 0);
    assert_not_found("good");
    assert_not_found("./good");
    ck_assert_int_eq(chdir("/"), 0);
    end();
}
END_TEST

START_TEST(what_is_no_name_is_not_looked_for)
{
    static const char *const names[] = {
        "",     "../good", "/etc/passwd",
        "Good", "good.so", "a2345678901234567890123456789012"};
    begin();
    (void)folder_copy(&first, FIXTURE("good"), "good.so", WHOLE);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_not_found(names[i]);
    end();
}
END_TEST

/* -- all of them ----------------------------------------------------------- */

struct failures {
    unsigned count;
    char text[4096];
};

static void failed(void *ctx, const char *path, bight_error why)
{
    struct failures *failures = ctx;
    size_t length = strlen(failures->text);
    failures->count++;
    ck_assert_ptr_nonnull(strstr(said(why), path));
    (void)snprintf(failures->text + length, sizeof(failures->text) - length,
                   "%s ", strrchr(path, '/') + 1);
    /* What was lent to the walk may be asked for again. */
    ck_assert_ptr_nonnull(bight_plugin_folder(0));
}

START_TEST(all_are_loaded_and_each_refusal_is_told)
{
    struct failures failures = {.count = 0};
    begin();
    (void)folder_copy(&first, FIXTURE("good"), "good.so", WHOLE);
    (void)folder_copy(&first, FIXTURE("major"), "major.so", WHOLE);
    (void)folder_copy(&first, FIXTURE("cxx"), "misnamed.so", WHOLE);
    (void)folder_copy(&first, FIXTURE("cxx"), ".hidden.so", WHOLE);
    (void)folder_copy(&first, FIXTURE("cxx"), "cxx.txt", WHOLE);
    (void)folder_copy(&second, FIXTURE("major"), "good.so", WHOLE);
    (void)folder_copy(&second, FIXTURE("older"), "older.so", WHOLE);
    bight_plugin_load_all(failed, &failures);
    ck_assert_str_eq(failures.text, "major.so misnamed.so ");
    ck_assert_uint_eq(failures.count, 2);
    ck_assert_str_eq(bight_plugin_at(0)->plugin.name, "good");
    ck_assert_str_eq(bight_plugin_at(1)->plugin.name, "older");
    ck_assert_ptr_null(bight_plugin_at(2));
    bight_plugin_load_all(NULL, NULL);
    ck_assert_ptr_null(bight_plugin_at(2));
    end();
}
END_TEST

START_TEST(folders_that_are_not_there_are_no_failure)
{
    struct failures failures = {.count = 0};
    set_path("/nowhere:/dev/null");
    bight_plugin_load_all(failed, &failures);
    ck_assert_uint_eq(failures.count, 0);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("plugin.folder");
    TCase *tcase = tcase_create("folder");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase,
                   folders_are_those_of_the_environment_then_the_installed_one);
    tcase_add_test(tcase, what_is_no_absolute_path_is_left_out);
    tcase_add_test(tcase, folders_that_are_not_there_are_no_failure);
    TCase *alone = tcase_create("alone");
    suite_add_tcase(suite, alone);
    tcase_set_tags(alone, "fork");
    tcase_add_test(alone, a_name_is_looked_for_in_the_folders);
    tcase_add_test(alone, the_first_file_decides_also_when_it_cannot_be_loaded);
    tcase_add_test(alone, a_file_is_called_like_the_plugin_in_it);
    tcase_add_test(alone, the_current_folder_is_never_looked_into);
    tcase_add_test(alone, what_is_no_name_is_not_looked_for);
    tcase_add_test(alone, all_are_loaded_and_each_refusal_is_told);
    return suite;
}
