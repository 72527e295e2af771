/* SPDX-License-Identifier: MIT */
/* Two who want one pidfile: what the other does just before ours is locked. */
#include "pidfile.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "leaks.h"
#include "suite.h"

static char folder[32];
static char path[64];
static void (*before_lock)(void);

/* In the place of libc's, for all of this program. */
int flock(int fd, int operation)
{
    void (*hook)(void) = before_lock;
    before_lock = NULL;
    if (hook != NULL)
        hook();
    return (int)syscall(SYS_flock, fd, operation);
}

static void begin(void)
{
    (void)snprintf(folder, sizeof(folder), "/tmp/bight-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/pid", folder);
}

static void end(void)
{
    (void)unlink(path);
    ck_assert_int_eq(rmdir(folder), 0);
}

static void check_holds(int number)
{
    char text[32] = "";
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(text, sizeof(text), file));
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(atoi(text), number);
}

/* The other's end. */
static void remove_it(void)
{
    ck_assert_int_eq(unlink(path), 0);
}

static int other;

/* The other's end, and a third's start. */
static void replace_it(void)
{
    remove_it();
    other = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    ck_assert_int_ge(other, 0);
    ck_assert_int_eq(write(other, "123\n", 4), 4);
    ck_assert_int_eq(flock(other, LOCK_EX | LOCK_NB), 0);
}

START_TEST(a_file_that_was_removed_before_the_lock_is_made_again)
{
    struct pidfile pidfile;
    begin();
    before_lock = remove_it;
    ck_assert_int_eq(pidfile_open(&pidfile, path), 0);
    check_holds(getpid());
    pidfile_close(&pidfile);
    ck_assert_int_ne(access(path, F_OK), 0);
    end();
}
END_TEST

START_TEST(a_file_that_became_another_s_before_the_lock_is_held)
{
    struct pidfile pidfile;
    begin();
    before_lock = replace_it;
    ck_assert_int_eq(pidfile_open(&pidfile, path), 73);
    ck_assert_int_eq(pidfile.fd, -1);
    pidfile_close(&pidfile);
    check_holds(123);
    ck_assert_int_eq(close(other), 0);
    end();
}
END_TEST

START_TEST(what_became_another_s_is_not_removed_at_the_end)
{
    struct pidfile pidfile;
    begin();
    ck_assert_int_eq(pidfile_open(&pidfile, path), 0);
    replace_it();
    pidfile_close(&pidfile);
    check_holds(123);
    ck_assert_int_eq(close(other), 0);
    end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("cli.pidfile");
    TCase *tcase = leaks_test_case(suite, "pidfile");
    tcase_add_test(tcase,
                   a_file_that_was_removed_before_the_lock_is_made_again);
    tcase_add_test(tcase, a_file_that_became_another_s_before_the_lock_is_held);
    tcase_add_test(tcase, what_became_another_s_is_not_removed_at_the_end);
    return suite;
}
