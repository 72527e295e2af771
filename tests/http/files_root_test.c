/* SPDX-License-Identifier: MIT */
/* No path leads out of the root, by the kernel's way (0) and by the walk (1).
 */
#include <errno.h>

#include "leaks.h"
#include "site.h"
#include "suite.h"

static struct bight__http_root root;

static void begin(bool symlinks, int walk)
{
    site_make();
    site_folder("in");
    site_folder("in/deep");
    site_text("a", "a");
    site_text("in/b", "b");
    site_text("in/deep/c", "c");
    ck_assert_int_eq(bight__http_root_open(&root, site.root, symlinks), 0);
    root.walk = root.walk || walk == 1;
}

static void end(void)
{
    bight__http_root_close(&root);
    site_unmake();
}

/* The octet in the file, or minus the errno. */
static int first_of(const char *path)
{
    char c;
    int fd = bight__http_root_at(&root, path, O_RDONLY);
    if (fd < 0)
        return fd;
    if (read(fd, &c, 1) != 1)
        c = '\0';
    ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    (void)close(fd);
    return c;
}

START_TEST(files_and_folders_below_it_are_opened)
{
    begin(false, _i);
    ck_assert_int_eq(first_of("a"), 'a');
    ck_assert_int_eq(first_of("in/b"), 'b');
    ck_assert_int_eq(first_of("in/deep/c"), 'c');
    int fd = bight__http_root_at(&root, "", O_RDONLY | O_DIRECTORY);
    ck_assert_int_ge(fd, 0);
    (void)close(fd);
    end();
}
END_TEST

START_TEST(what_is_not_there_is_told_so)
{
    char longest[300];
    begin(false, _i);
    memset(longest, 'x', sizeof(longest));
    longest[299] = '\0';
    ck_assert_int_eq(first_of("none"), -ENOENT);
    ck_assert_int_eq(first_of("none/a"), -ENOENT);
    ck_assert_int_eq(first_of("a/b"), -ENOTDIR);
    ck_assert_int_eq(first_of(longest), -ENAMETOOLONG);
    end();
}
END_TEST

START_TEST(paths_that_lead_out_do_not)
{
    begin(_i >= 2, _i % 2);
    ck_assert_int_eq(first_of(".."), -EXDEV);
    ck_assert_int_eq(first_of("../a"), -EXDEV);
    ck_assert_int_eq(first_of("in/../../a"), -EXDEV);
    ck_assert_int_eq(first_of("in/deep/../../../etc/passwd"), -EXDEV);
    ck_assert_int_eq(first_of("/etc/passwd"), -EXDEV);
    ck_assert_int_eq(first_of("in/../a"), 'a');
    end();
}
END_TEST

START_TEST(links_are_refused_unless_they_may_be_followed)
{
    begin(false, _i);
    site_link("link", "a");
    site_link("folder", "in");
    ck_assert_int_eq(first_of("link"), -ELOOP);
    ck_assert_int_eq(first_of("folder/b"), -ELOOP);
    end();
}
END_TEST

START_TEST(links_that_stay_below_are_followed)
{
    begin(true, _i);
    site_link("link", "a");
    site_link("folder", "in");
    site_link("in/deep/up", "../../a");
    site_link("again", "folder/deep/up");
    ck_assert_int_eq(first_of("link"), 'a');
    ck_assert_int_eq(first_of("folder/b"), 'b');
    ck_assert_int_eq(first_of("folder/deep/c"), 'c');
    ck_assert_int_eq(first_of("in/deep/up"), 'a');
    ck_assert_int_eq(first_of("again"), 'a');
    end();
}
END_TEST

START_TEST(links_that_lead_out_are_not_followed)
{
    begin(true, _i);
    site_link("absolute", "/etc/passwd");
    site_link("up", "../../../../../../etc/passwd");
    site_link("in/out", "../..");
    site_link("through", "in/out/etc/passwd");
    site_link("proc", "/proc/self/root");
    ck_assert_int_eq(first_of("absolute"), -EXDEV);
    ck_assert_int_eq(first_of("up"), -EXDEV);
    ck_assert_int_eq(first_of("in/out/etc/passwd"), -EXDEV);
    ck_assert_int_eq(first_of("through"), -EXDEV);
    ck_assert_int_eq(first_of("proc/etc/passwd"), -EXDEV);
    end();
}
END_TEST

START_TEST(links_in_a_circle_end)
{
    begin(true, _i);
    site_link("one", "two");
    site_link("two", "one");
    site_link("self", "self/x");
    ck_assert_int_eq(first_of("one"), -ELOOP);
    ck_assert_int_eq(first_of("self"), -ELOOP);
    end();
}
END_TEST

/* A fifo without a writer would wait for one. */
START_TEST(a_fifo_is_pointed_to_without_being_opened)
{
    struct stat stat;
    begin(false, _i);
    ck_assert_int_eq(mkfifo(site_path("fifo"), 0644), 0);
    int fd = bight__http_root_at(&root, "fifo", O_PATH);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fstat(fd, &stat), 0);
    ck_assert(S_ISFIFO(stat.st_mode));
    (void)close(fd);
    end();
}
END_TEST

START_TEST(a_root_that_is_none_is_told)
{
    struct bight__http_root none;
    ck_assert_int_eq(bight__http_root_open(&none, "/dev/null", false), ENOTDIR);
    ck_assert_int_eq(bight__http_root_open(&none, "/nowhere/x", false), ENOENT);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("files_root");
    TCase *tcase = leaks_test_case(suite, "root");
    tcase_add_loop_test(tcase, files_and_folders_below_it_are_opened, 0, 2);
    tcase_add_loop_test(tcase, what_is_not_there_is_told_so, 0, 2);
    tcase_add_loop_test(tcase, paths_that_lead_out_do_not, 0, 4);
    tcase_add_loop_test(tcase, links_are_refused_unless_they_may_be_followed, 0,
                        2);
    tcase_add_loop_test(tcase, links_that_stay_below_are_followed, 0, 2);
    tcase_add_loop_test(tcase, links_that_lead_out_are_not_followed, 0, 2);
    tcase_add_loop_test(tcase, links_in_a_circle_end, 0, 2);
    tcase_add_loop_test(tcase, a_fifo_is_pointed_to_without_being_opened, 0, 2);
    tcase_add_test(tcase, a_root_that_is_none_is_told);
    return suite;
}
