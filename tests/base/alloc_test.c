/* SPDX-License-Identifier: MIT */
/* The allocator hook. */
#include "suite.h"

#include <stdint.h>
#include <string.h>

#include <bight/alloc.h>

#include "failing.h"

START_TEST(size_zero_is_a_block_of_its_own)
{
    void *a = bight_alloc(0);
    void *b = bight_alloc(0);
    void *c = bight_realloc(bight_zalloc(0), 0);

    ck_assert_ptr_nonnull(a);
    ck_assert_ptr_nonnull(b);
    ck_assert_ptr_nonnull(c);
    ck_assert_ptr_ne(a, b);
    bight_free(a);
    bight_free(b);
    bight_free(c);
}
END_TEST

START_TEST(a_zeroed_block_is_zero_from_libc_and_from_a_hook)
{
    static const char zeros[64];
    struct failing failing;
    char *from_libc = bight_zalloc(sizeof zeros);
    char *from_hook;

    failing_begin(&failing, 0);
    from_hook = bight_zalloc(sizeof zeros);
    ck_assert_mem_eq(from_libc, zeros, sizeof zeros);
    ck_assert_mem_eq(from_hook, zeros, sizeof zeros);
    bight_free(from_hook);
    (void)failing_end(&failing);
    bight_free(from_libc);
}
END_TEST

START_TEST(realloc_keeps_the_content)
{
    char *block = bight_realloc(NULL, 4);

    memcpy(block, "abc", 4);
    block = bight_realloc(block, 4096);
    ck_assert_str_eq(block, "abc");
    bight_free(block);
}
END_TEST

START_TEST(strdup_copies)
{
    const char *text = "text";
    char *copy = bight_strdup(text);

    ck_assert_str_eq(copy, text);
    ck_assert_ptr_ne(copy, text);
    bight_free(copy);
}
END_TEST

START_TEST(every_function_goes_through_the_hook)
{
    struct failing failing;
    void *blocks[4];

    failing_begin(&failing, 0);
    blocks[0] = bight_alloc(1);
    blocks[1] = bight_zalloc(1);
    blocks[2] = bight_realloc(NULL, 1);
    blocks[3] = bight_strdup("");
    ck_assert_uint_eq(failing.calls, 4);
    ck_assert_uint_eq(failing.live, 4);
    for (size_t i = 0; i < 4; i++)
        bight_free(blocks[i]);
    bight_free(NULL);
    ck_assert_uint_eq(failing.live, 0);
    (void)failing_end(&failing);
}
END_TEST

/* S3 */
START_TEST(a_failure_is_null_and_leaves_the_block)
{
    struct failing failing;
    char *block = bight_strdup("kept");

    failing_begin(&failing, 1);
    ck_assert_ptr_null(bight_realloc(block, SIZE_MAX / 2));
    failing.calls = 0;
    ck_assert_ptr_null(bight_alloc(1));
    failing.calls = 0;
    ck_assert_ptr_null(bight_zalloc(1));
    failing.calls = 0;
    ck_assert_ptr_null(bight_strdup("x"));
    ck_assert(failing_end(&failing));
    ck_assert_str_eq(block, "kept");
    bight_free(block);
}
END_TEST

START_TEST(a_block_outlives_the_hook_that_wraps_libc)
{
    struct failing failing;
    void *before = bight_alloc(8);
    void *during;

    failing_begin(&failing, 0);
    during = bight_alloc(8);
    bight_free(before);
    (void)failing_end(&failing);
    bight_free(during);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("alloc");
    TCase *libc = tcase_create("libc");
    TCase *hook = tcase_create("hook");

    tcase_add_test(libc, size_zero_is_a_block_of_its_own);
    tcase_add_test(libc, realloc_keeps_the_content);
    tcase_add_test(libc, strdup_copies);
    suite_add_tcase(suite, libc);

    tcase_add_test(hook, a_zeroed_block_is_zero_from_libc_and_from_a_hook);
    tcase_add_test(hook, every_function_goes_through_the_hook);
    tcase_add_test(hook, a_failure_is_null_and_leaves_the_block);
    tcase_add_test(hook, a_block_outlives_the_hook_that_wraps_libc);
    suite_add_tcase(suite, hook);
    return suite;
}
