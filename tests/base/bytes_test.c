/* SPDX-License-Identifier: MIT */
/* Borrowed bytes. */
#include "suite.h"

#include <bight/bytes.h>

START_TEST(a_literal_has_its_bytes_but_not_its_nul)
{
    bight_bytes b = BIGHT_BYTES("a\0b");

    ck_assert_uint_eq(b.size, 3);
    ck_assert_int_eq(b.data[1], 0);
}
END_TEST

START_TEST(a_text_ends_at_its_nul_and_null_is_empty)
{
    ck_assert_uint_eq(bight_bytes_text("abc").size, 3);
    ck_assert_uint_eq(bight_bytes_text("").size, 0);
    ck_assert_uint_eq(bight_bytes_text(NULL).size, 0);
}
END_TEST

START_TEST(equal_means_the_same_size_and_the_same_bytes)
{
    ck_assert(bight_bytes_equal(BIGHT_BYTES("abc"), bight_bytes_text("abc")));
    ck_assert(!bight_bytes_equal(BIGHT_BYTES("abc"), BIGHT_BYTES("abd")));
    ck_assert(!bight_bytes_equal(BIGHT_BYTES("abc"), BIGHT_BYTES("ab")));
    ck_assert(bight_bytes_equal(bight_bytes_of(NULL, 0), BIGHT_BYTES("")));
}
END_TEST

START_TEST(head_and_tail_split_at_every_place)
{
    bight_bytes whole = BIGHT_BYTES("hello");

    for (size_t n = 0; n <= 7; n++) {
        bight_bytes head = bight_bytes_head(whole, n);
        bight_bytes tail = bight_bytes_tail(whole, n);
        ck_assert_uint_eq(head.size, n < 5 ? n : 5);
        ck_assert_uint_eq(head.size + tail.size, 5);
        ck_assert_ptr_eq(head.data, whole.data);
        ck_assert_ptr_eq(tail.data, whole.data + head.size);
    }
}
END_TEST

START_TEST(nothing_has_an_empty_head_and_tail)
{
    bight_bytes none = bight_bytes_of(NULL, 0);

    ck_assert_uint_eq(bight_bytes_head(none, SIZE_MAX).size, 0);
    ck_assert_uint_eq(bight_bytes_tail(none, SIZE_MAX).size, 0);
    ck_assert_ptr_null(bight_bytes_tail(none, 1).data);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("bytes");
    TCase *made = tcase_create("made");
    TCase *split = tcase_create("split");

    tcase_add_test(made, a_literal_has_its_bytes_but_not_its_nul);
    tcase_add_test(made, a_text_ends_at_its_nul_and_null_is_empty);
    tcase_add_test(made, equal_means_the_same_size_and_the_same_bytes);
    suite_add_tcase(suite, made);

    tcase_add_test(split, head_and_tail_split_at_every_place);
    tcase_add_test(split, nothing_has_an_empty_head_and_tail);
    suite_add_tcase(suite, split);
    return suite;
}
