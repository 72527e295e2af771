/* SPDX-License-Identifier: MIT */
/* Loading files: what is refused and why, and what is served. */
#include <dlfcn.h>
#include <limits.h>
#include <string.h>

#include "faults.h"
#include "fixture.h"
#include "leaks.h"
#include "suite.h"
#include "talk.h"

#define WHOLE SIZE_MAX

static struct folder folder;
static struct talk talk;

static bool is_mapped(const char *path)
{
    void *handle = dlopen(path, RTLD_LAZY | RTLD_LOCAL | RTLD_NOLOAD);
    if (handle != NULL)
        (void)dlclose(handle);
    return handle != NULL;
}

static void assert_echoes(const bight_plugin_entry *entry)
{
    const bight_bytes hello = BIGHT_BYTES("hello, plugin\n");
    talk_begin(&talk, entry->factory, NULL);
    talk_write(&talk, hello);
    talk_run(&talk);
    ck_assert_received(&talk, hello);
    talk_end(&talk);
}

/* -- accepted ------------------------------------------------------------- */

START_TEST(a_plugin_is_loaded_and_serves)
{
    const bight_plugin_entry *entry = fixture_load(FIXTURE("good"));
    char real[PATH_MAX];
    ck_assert_ptr_nonnull(realpath(FIXTURE("good"), real));
    ck_assert_uint_eq(entry->size, sizeof(*entry));
    ck_assert_str_eq(entry->path, real);
    ck_assert_str_eq(entry->plugin.name, "good");
    ck_assert_str_eq(entry->plugin.version, "1.2.3");
    ck_assert_ptr_eq(entry->factory->protocol, entry->plugin.protocol);
    ck_assert(is_mapped(real));
    assert_echoes(entry);
}
END_TEST

START_TEST(the_same_file_twice_is_one_plugin_by_whatever_name)
{
    const bight_plugin_entry *entry = fixture_load(FIXTURE("good"));
    ck_assert_ptr_eq(fixture_load(FIXTURE("good")), entry);
    ck_assert_ptr_eq(fixture_load(FIXTURES "/../fixtures/./good.so"), entry);
    ck_assert_int_eq(chdir(FIXTURES), 0);
    ck_assert_ptr_eq(fixture_load("./good.so"), entry);
    folder_begin(&folder);
    ck_assert_int_eq(symlink(FIXTURE("good"), folder_file(&folder, "other.so")),
                     0);
    ck_assert_ptr_eq(fixture_load(folder.file), entry);
    if (link(FIXTURE("good"), folder_file(&folder, "hard.so")) == 0)
        ck_assert_ptr_eq(fixture_load(folder.file), entry);
    folder_end(&folder);
}
END_TEST

START_TEST(a_plugin_in_C_plus_plus_is_one_as_well)
{
    assert_echoes(fixture_load(FIXTURE("cxx")));
}
END_TEST

START_TEST(the_built_in_protocols_are_modules_too)
{
    assert_echoes(fixture_load(BUILD "/plugins/echo.so"));
}
END_TEST

START_TEST(E3_a_plugin_finds_its_connections_by_its_own_factory)
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

/* -- refused: the path and the file ---------------------------------------- */

START_TEST(a_path_needs_a_slash)
{
    const bight_plugin_entry *entry;
    ck_assert_int_eq(chdir(FIXTURES), 0);
    bight_error error = bight_plugin_load("good.so", &entry);
    ck_assert_error(error, BIGHT_ERROR_USAGE);
    ck_assert_ptr_nonnull(strstr(said(error), "the path needs a slash"));
}
END_TEST

START_TEST(what_is_not_there_is_refused)
{
    ck_assert_refused("/nowhere/x.so", "no such file or directory (ENOENT)");
    ck_assert_refused(FIXTURE("good") "/x.so", "not a directory (ENOTDIR)");
}
END_TEST

START_TEST(what_is_no_regular_file_is_refused)
{
    folder_begin(&folder);
    ck_assert_refused(folder.path, "not a regular file: not valid (INVALID)");
    ck_assert_int_eq(mkfifo(folder_file(&folder, "fifo.so"), 0600), 0);
    ck_assert_refused(folder.file, "not a regular file: not valid (INVALID)");
    ck_assert_refused("/dev/null", "not a regular file: not valid (INVALID)");
    folder_end(&folder);
}
END_TEST

START_TEST(what_is_no_ELF_file_is_refused)
{
    static const char words[] = "not an ELF file: not valid (INVALID)";
    folder_begin(&folder);
    (void)folder_copy(&folder, "/proc/self/cmdline", "text.so", WHOLE);
    ck_assert_refused(folder.file, words);
    for (size_t size = 0; size < 4; size++) {
        (void)folder_copy(&folder, FIXTURE("good"), "short.so", size);
        ck_assert_refused(folder.file, words);
    }
    folder_end(&folder);
}
END_TEST

/* The loader's words are its own; that it refuses is not. */
START_TEST(an_ELF_file_that_is_cut_short_is_refused)
{
    folder_begin(&folder);
    for (size_t size = 4; size < 64; size += 6) {
        const bight_plugin_entry *entry;
        bight_error error = bight_plugin_load(
            folder_copy(&folder, FIXTURE("good"), "cut.so", size), &entry);
        ck_assert_error(error, BIGHT_ERROR_INVALID);
        ck_assert_ptr_null(strstr(said(error) + strlen("load /tmp"), "/tmp"));
    }
    folder_end(&folder);
}
END_TEST

/* -- refused: who may write to it ------------------------------------------ */

START_TEST(what_anybody_may_write_to_is_refused)
{
    folder_begin(&folder);
    (void)folder_copy(&folder, FIXTURE("good"), "x.so", WHOLE);
    ck_assert_int_eq(chmod(folder.file, 0757), 0);
    ck_assert_refused(folder.file,
                      "anybody may write to it: refused (REFUSED)");
    ck_assert_int_eq(chmod(folder.file, 0755), 0);
    ck_assert_int_eq(chmod(folder.path, 0777), 0);
    ck_assert_refused(folder.file,
                      "anybody may write to its folder: refused (REFUSED)");
    ck_assert(!is_mapped(folder.file));
    ck_assert_int_eq(chmod(folder.path, 01777), 0);
    (void)fixture_load(folder.file);
    folder_end(&folder);
}
END_TEST

START_TEST(a_link_does_not_hide_who_may_write)
{
    struct folder links;
    folder_begin(&folder);
    folder_begin(&links);
    (void)folder_copy(&folder, FIXTURE("good"), "x.so", WHOLE);
    ck_assert_int_eq(chmod(folder.path, 0777), 0);
    ck_assert_int_eq(symlink(folder.file, folder_file(&links, "x.so")), 0);
    ck_assert_refused(links.file,
                      "anybody may write to its folder: refused (REFUSED)");
    folder_end(&folder);
    folder_end(&links);
}
END_TEST

/* Only root can give files away, and only under root it matters. */
START_TEST(under_root_only_root_may_own_it_or_write_to_it)
{
    if (geteuid() != 0)
        return;
    folder_begin(&folder);
    (void)folder_copy(&folder, FIXTURE("good"), "x.so", WHOLE);
    ck_assert_int_eq(chown(folder.file, 1234, 0), 0);
    ck_assert_refused(
        folder.file, "it belongs to user 1234, not to root: refused (REFUSED)");
    ck_assert_int_eq(chown(folder.file, 0, 4321), 0);
    ck_assert_int_eq(chmod(folder.file, 0775), 0);
    ck_assert_refused(folder.file,
                      "group 4321 may write to it: refused (REFUSED)");
    ck_assert_int_eq(chmod(folder.file, 0755), 0);
    ck_assert_int_eq(chown(folder.path, 1234, 0), 0);
    ck_assert_refused(
        folder.file,
        "its folder belongs to user 1234, not to root: refused (REFUSED)");
    ck_assert_int_eq(chown(folder.path, 0, 4321), 0);
    ck_assert_int_eq(chmod(folder.path, 0775), 0);
    ck_assert_refused(folder.file,
                      "group 4321 may write to its folder: refused (REFUSED)");
    folder_end(&folder);
}
END_TEST

START_TEST(others_may_load_what_is_root_s_or_somebody_s)
{
    if (geteuid() != 0)
        return;
    folder_begin(&folder);
    ck_assert_int_eq(chmod(folder.path, 0755), 0);
    (void)folder_copy(&folder, FIXTURE("good"), "x.so", WHOLE);
    ck_assert_int_eq(chown(folder.file, 1234, 4321), 0);
    ck_assert_int_eq(seteuid(5678), 0);
    (void)fixture_load(folder.file);
    ck_assert_int_eq(seteuid(0), 0);
    folder_end(&folder);
}
END_TEST

/* /tmp is one. Nobody takes the place of a file there, but anybody makes one;
 * dropping root tells the owners apart. */
START_TEST(in_a_folder_for_all_others_may_not_put_it_there)
{
    if (geteuid() != 0)
        return;
    folder_begin(&folder);
    ck_assert_int_eq(chmod(folder.path, 01777), 0);
    (void)folder_copy(&folder, FIXTURE("good"), "x.so", WHOLE);
    ck_assert_int_eq(chown(folder.file, 1234, 4321), 0);
    ck_assert_int_eq(seteuid(5678), 0);
    ck_assert_refused(folder.file,
                      "it belongs to user 1234, and anybody may put a file "
                      "into its folder: refused (REFUSED)");
    ck_assert(!is_mapped(folder.file));
    ck_assert_int_eq(seteuid(0), 0);
    ck_assert_int_eq(chown(folder.file, 5678, 4321), 0);
    ck_assert_int_eq(seteuid(5678), 0);
    (void)fixture_load(folder.file);
    ck_assert_int_eq(seteuid(0), 0);
    folder_end(&folder);
}
END_TEST

START_TEST(in_a_folder_for_all_a_file_of_root_may_be_loaded)
{
    if (geteuid() != 0)
        return;
    folder_begin(&folder);
    ck_assert_int_eq(chmod(folder.path, 01777), 0);
    (void)folder_copy(&folder, FIXTURE("good"), "x.so", WHOLE);
    ck_assert_int_eq(seteuid(5678), 0);
    (void)fixture_load(folder.file);
    ck_assert_int_eq(seteuid(0), 0);
    folder_end(&folder);
}
END_TEST

/* -- refused: what is in it ------------------------------------------------ */

START_TEST(a_library_that_is_no_plugin_is_refused)
{
    ck_assert_refused(FIXTURE("nothing"),
                      "no bight plugin: it has no symbol bight_plugin_v1: not "
                      "valid (INVALID)");
}
END_TEST

START_TEST(an_unresolved_symbol_is_an_error_when_it_is_loaded)
{
    ck_assert_refused(FIXTURE("unresolved"),
                      "undefined symbol: bight_fixture_nobody_has_this: not "
                      "valid (INVALID)");
}
END_TEST

START_TEST(another_ABI_is_refused_with_both_numbers)
{
    ck_assert_refused(FIXTURE("major"), "built for plugin ABI 1.0, this bight "
                                        "has 0.1: not supported (UNSUPPORTED)");
    ck_assert_refused(FIXTURE("minor"), "built for plugin ABI 0.2, this bight "
                                        "has 0.1: not supported (UNSUPPORTED)");
}
END_TEST

START_TEST(a_wrong_descriptor_is_refused)
{
    ck_assert_refused(FIXTURE("magic"),
                      "its descriptor does not begin with the magic number: "
                      "not valid (INVALID)");
    ck_assert_refused(FIXTURE("wrong"),
                      "its name is not [a-z][a-z0-9-]*, at most 31 bytes: not "
                      "valid (INVALID)");
}
END_TEST

START_TEST(a_name_that_is_taken_is_refused)
{
    char words[PATH_MAX + 64];
    const bight_plugin_entry *entry = fixture_load(FIXTURE("good"));
    (void)snprintf(words, sizeof(words),
                   "the name 'good' is taken by %s: in use already (BUSY)",
                   entry->path);
    ck_assert_refused(FIXTURE("taken"), words);
    folder_begin(&folder);
    (void)folder_copy(&folder, FIXTURE("good"), "good.so", WHOLE);
    ck_assert_refused(folder.file, words);
    folder_end(&folder);
    assert_echoes(entry);
}
END_TEST

START_TEST(an_option_of_the_program_s_own_is_refused)
{
    static const char *const names[] = {"json", "listen", NULL};
    bight_plugin_reserve(names);
    ck_assert_refused(FIXTURE("clash"),
                      "option 'listen' is named like one of the program's "
                      "own: not valid (INVALID)");
    bight_plugin_reserve(NULL);
    (void)fixture_load(FIXTURE("clash"));
}
END_TEST

/* -- what a refusal leaves ------------------------------------------------- */

START_TEST(what_is_refused_is_gone_and_the_process_goes_on)
{
    static const char *const refused[] = {
        FIXTURE("nothing"), FIXTURE("unresolved"), FIXTURE("major"),
        FIXTURE("minor"),   FIXTURE("magic"),      FIXTURE("wrong"),
        FIXTURE("taken"),
    };
    const bight_plugin_entry *entry = fixture_load(FIXTURE("good"));
    size_t descriptors = leaks_descriptors();
    for (int round = 0; round < 10; round++) {
        for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
            const bight_plugin_entry *unused;
            ck_assert(bight_failed(bight_plugin_load(refused[i], &unused)));
            ck_assert(!is_mapped(refused[i]));
        }
    }
    ck_assert_uint_eq(leaks_descriptors(), descriptors);
    assert_echoes(entry);
}
END_TEST

/* What its constructor made known lies in it, and is in use already. */
START_TEST(what_is_refused_stays_mapped_if_something_in_it_is_known)
{
    const bight_plugin_entry *entry = NULL;
    ck_assert_refused(FIXTURE("constructor"),
                      "it has no summary: not valid (INVALID)");
    ck_assert(is_mapped(FIXTURE("constructor")));
    ck_assert_ok(bight_plugin_find("early", &entry));
    assert_echoes(entry);
}
END_TEST

START_TEST(what_is_refused_stays_mapped_if_an_endpoint_type_in_it_is_known)
{
    bight_deferred *deferred = NULL;
    const bight_plugin_entry *entry = fixture_load(FIXTURE("good"));
    ck_assert_refused(FIXTURE("constructor_kind"),
                      "no bight plugin: it has no symbol bight_plugin_v1: not "
                      "valid (INVALID)");
    ck_assert(is_mapped(FIXTURE("constructor_kind")));
    bight_loop *loop = loops_new(BIGHT_LOOP_MANUAL_CLOCK);
    ck_assert_ok(bight_listen(loop, "early:", entry->factory, NULL, &deferred));
    ck_assert_ptr_null(deferred);
    loops_free(loop);
}
END_TEST

/* S3 */
START_TEST(without_memory_loading_fails_and_can_be_tried_again)
{
    const bight_plugin_entry *entry;
    bight_error error;
    uint64_t n = 0;
    faults_begin();
    do {
        faults_fail_nth(++n);
        error = bight_plugin_load(FIXTURE("clash"), &entry);
        faults_fail_nth(0);
        if (bight_failed(error)) {
            ck_assert_error(error, BIGHT_ERROR_NO_MEMORY);
            ck_assert_uint_eq(faults_live(), 0);
            ck_assert(!is_mapped(FIXTURE("clash")));
        }
    } while (bight_failed(error));
    faults_end();
    ck_assert_uint_ge(n, 4);
    ck_assert_str_eq(entry->plugin.name, "clash");
}
END_TEST

/* What was loaded stays in the process: each test has one of its own. */
Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("plugin.load");
    TCase *accepted = tcase_create("accepted");
    suite_add_tcase(suite, accepted);
    tcase_add_test(accepted, a_plugin_is_loaded_and_serves);
    tcase_add_test(accepted,
                   the_same_file_twice_is_one_plugin_by_whatever_name);
    tcase_add_test(accepted, a_plugin_in_C_plus_plus_is_one_as_well);
    tcase_add_test(accepted, the_built_in_protocols_are_modules_too);
    tcase_add_test(accepted,
                   E3_a_plugin_finds_its_connections_by_its_own_factory);
    TCase *files = leaks_test_case(suite, "files");
    tcase_add_test(files, a_path_needs_a_slash);
    tcase_add_test(files, what_is_not_there_is_refused);
    tcase_add_test(files, what_is_no_regular_file_is_refused);
    tcase_add_test(files, what_is_no_ELF_file_is_refused);
    tcase_add_test(files, an_ELF_file_that_is_cut_short_is_refused);
    tcase_add_test(files, a_link_does_not_hide_who_may_write);
    tcase_add_test(files, under_root_only_root_may_own_it_or_write_to_it);
    TCase *contents = leaks_test_case(suite, "contents");
    tcase_add_test(contents, a_library_that_is_no_plugin_is_refused);
    tcase_add_test(contents,
                   an_unresolved_symbol_is_an_error_when_it_is_loaded);
    tcase_add_test(contents, another_ABI_is_refused_with_both_numbers);
    tcase_add_test(contents, a_wrong_descriptor_is_refused);
    TCase *alone = tcase_create("alone");
    suite_add_tcase(suite, alone);
    tcase_set_tags(alone, "fork");
    tcase_add_test(alone, what_anybody_may_write_to_is_refused);
    tcase_add_test(alone, others_may_load_what_is_root_s_or_somebody_s);
    tcase_add_test(alone, an_option_of_the_program_s_own_is_refused);
    tcase_add_test(alone, in_a_folder_for_all_others_may_not_put_it_there);
    tcase_add_test(alone, in_a_folder_for_all_a_file_of_root_may_be_loaded);
    tcase_add_test(alone, without_memory_loading_fails_and_can_be_tried_again);
    TCase *after = tcase_create("after");
    suite_add_tcase(suite, after);
    tcase_add_test(after, a_name_that_is_taken_is_refused);
    tcase_add_test(after, what_is_refused_is_gone_and_the_process_goes_on);
    tcase_add_test(after,
                   what_is_refused_stays_mapped_if_something_in_it_is_known);
    tcase_add_test(
        after, what_is_refused_stays_mapped_if_an_endpoint_type_in_it_is_known);
    return suite;
}
