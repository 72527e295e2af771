/* SPDX-License-Identifier: MIT */
/* ctest: static */
/* A program that has the library linked into it, and exports its symbols: what
 * it loads must call that library, never a second one beside it. */
#include "fixture.h"
#include "suite.h"
#include "talk.h"

static struct talk talk;

START_TEST(a_plugin_calls_the_library_that_the_program_has)
{
    char expected[64];
    const bight_plugin_entry *entry = fixture_load(FIXTURE("shared"));
    talk_begin(&talk, entry->factory, NULL);
    talk_run(&talk);
    (void)snprintf(expected, sizeof(expected), "1 %p\n",
                   (const void *)bight_version());
    ck_assert_received(&talk, bight_bytes_text(expected));
    talk_end(&talk);
}
END_TEST

/* Not beside libbight.so, for there may be none. */
START_TEST(it_looks_where_plugins_were_to_be_installed)
{
    const char *folder = NULL;
    ck_assert_int_eq(unsetenv("BIGHT_PLUGIN_PATH"), 0);
    folder = bight_plugin_folder(0);
    ck_assert_ptr_nonnull(folder);
    ck_assert_str_eq(folder, INSTALLED);
    ck_assert_ptr_null(bight_plugin_folder(1));
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("plugin.static");
    TCase *tcase = tcase_create("static");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, a_plugin_calls_the_library_that_the_program_has);
    tcase_add_test(tcase, it_looks_where_plugins_were_to_be_installed);
    return suite;
}
