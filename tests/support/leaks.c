/* SPDX-License-Identifier: MIT */
/* What a test left behind. */
#include "leaks.h"

#include <dirent.h>

#include <check.h>
#include <uv.h>

#include "faults.h"
#include "sanitizer.h"

static size_t descriptors;

/* The directory's own and its two dots are in the count each time. */
size_t leaks_descriptors(void)
{
    size_t count = 0;
    DIR *dir = opendir("/proc/self/fd");
    ck_assert_ptr_nonnull(dir);
    while (readdir(dir) != NULL)
        count++;
    (void)closedir(dir);
    return count;
}

/* libuv keeps a pipe for signals from its first loop on. */
static void warm_up(void)
{
    uv_loop_t loop;
    ck_assert_int_eq(uv_loop_init(&loop), 0);
    ck_assert_int_eq(uv_loop_close(&loop), 0);
}

void leaks_begin(void)
{
    warm_up();
    descriptors = leaks_descriptors();
    faults_begin();
}

void leaks_end(void)
{
    ck_assert_uint_eq(faults_live(), 0);
    faults_end();
    /* TSan's symbolizer, once asked, keeps pipes of its own. */
    if (!HAS_TSAN)
        ck_assert_uint_eq(leaks_descriptors(), descriptors);
}

TCase *leaks_test_case(Suite *suite, const char *name)
{
    TCase *tcase = tcase_create(name);
    tcase_add_checked_fixture(tcase, leaks_begin, leaks_end);
    suite_add_tcase(suite, tcase);
    return tcase;
}
