/* SPDX-License-Identifier: MIT */
/* The growable buffer. */
#include "suite.h"

#include <string.h>

#include <bight/alloc.h>
#include <bight/buffer.h>

#include "failing.h"

static bight_buffer buffer;

static void setup(void)
{
    bight_buffer_init(&buffer);
}

static void teardown(void)
{
    bight_buffer_fini(&buffer);
}

static void append(const char *text)
{
    ck_assert(
        !bight_failed(bight_buffer_append(&buffer, bight_bytes_text(text))));
}

static void expect(const char *text)
{
    ck_assert(
        bight_bytes_equal(bight_buffer_bytes(&buffer), bight_bytes_text(text)));
}

START_TEST(an_empty_buffer_has_no_bytes_and_no_memory)
{
    expect("");
    append("");
    ck_assert_ptr_null(buffer.data);
    bight_buffer_consume(&buffer, 7);
    bight_buffer_clear(&buffer);
    expect("");
    bight_buffer_fini(NULL);
}
END_TEST

START_TEST(what_is_appended_is_consumed_in_order)
{
    append("hello ");
    append("world");
    expect("hello world");
    bight_buffer_consume(&buffer, 4);
    expect("o world");
    append("!");
    expect("o world!");
    bight_buffer_consume(&buffer, SIZE_MAX);
    expect("");
    ck_assert_uint_eq(buffer.start, 0);
}
END_TEST

START_TEST(it_is_usable_after_fini)
{
    append("one");
    bight_buffer_fini(&buffer);
    append("two");
    expect("two");
}
END_TEST

START_TEST(reserved_space_becomes_content_by_commit)
{
    uint8_t *space;

    append("ab");
    ck_assert(!bight_failed(bight_buffer_reserve(&buffer, 1000, &space)));
    memset(space, 'c', 1000);
    expect("ab");
    bight_buffer_commit(&buffer, 3);
    expect("abccc");
    ck_assert(!bight_failed(bight_buffer_reserve(&buffer, 0, &space)));
    ck_assert_ptr_eq(space, buffer.data + buffer.end);
}
END_TEST

START_TEST(printf_appends_what_fits_and_what_does_not)
{
    char text[512];

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert(!bight_failed(bight_buffer_printf(&buffer, "%s", "")));
    ck_assert(!bight_failed(bight_buffer_printf(&buffer, "%d-%s", 7, "a")));
    expect("7-a");
    ck_assert(!bight_failed(bight_buffer_printf(&buffer, "%s", text)));
    ck_assert_uint_eq(bight_buffer_bytes(&buffer).size, 3 + 511);
    bight_buffer_consume(&buffer, 3);
    expect(text);
}
END_TEST

/* Every length around the end of the room. */
START_TEST(printf_is_exact_at_the_edge)
{
    for (int length = 60; length < 70; length++) {
        bight_buffer_clear(&buffer);
        ck_assert(
            !bight_failed(bight_buffer_printf(&buffer, "%*d", length, 5)));
        ck_assert_uint_eq(bight_buffer_bytes(&buffer).size, (size_t)length);
        ck_assert_int_eq(buffer.data[buffer.end - 1], '5');
    }
}
END_TEST

/* S1: a stream that is consumed needs no more than it holds at a time. */
START_TEST(a_steady_stream_stays_small)
{
    uint8_t next = 0, due = 0;
    int wrong = 0;

    for (int i = 0; i < 100000; i++) {
        uint8_t piece[7];
        for (size_t j = 0; j < sizeof piece; j++)
            piece[j] = next++;
        ck_assert(!bight_failed(
            bight_buffer_append(&buffer, bight_bytes_of(piece, sizeof piece))));
        if (bight_buffer_bytes(&buffer).size < 300)
            continue;
        for (size_t j = 0; j < sizeof piece; j++)
            wrong += bight_buffer_bytes(&buffer).data[j] != due++;
        bight_buffer_consume(&buffer, sizeof piece);
    }
    ck_assert_int_eq(wrong, 0);
    ck_assert_uint_le(buffer.capacity, 2048);
}
END_TEST

START_TEST(growing_takes_few_allocations)
{
    struct failing failing;

    failing_begin(&failing, 0);
    for (int i = 0; i < 1000000; i++)
        (void)bight_buffer_append(&buffer, BIGHT_BYTES("x"));
    ck_assert_uint_eq(bight_buffer_bytes(&buffer).size, 1000000);
    ck_assert_uint_lt(failing.calls, 20);
    bight_buffer_fini(&buffer);
    ck_assert_uint_eq(failing.live, 0);
    (void)failing_end(&failing);
}
END_TEST

/* S3 */
START_TEST(without_memory_the_content_is_as_before)
{
    struct failing failing;
    uint8_t *space = NULL;
    bight_error e;

    append("0123456789");
    bight_buffer_consume(&buffer, 1);
    for (int way = 0; way < 3; way++) {
        failing_begin(&failing, 1);
        if (way == 0)
            e = bight_buffer_append(&buffer, bight_bytes_of("", 0));
        else if (way == 1)
            e = bight_buffer_reserve(&buffer, 4096, &space);
        else
            e = bight_buffer_printf(&buffer, "%4096d", 1);
        ck_assert_int_eq(failing_end(&failing), way > 0);
        ck_assert_int_eq(
            bight_error_is(e, &bight_domain, BIGHT_ERROR_NO_MEMORY), way > 0);
        ck_assert_ptr_null(space);
        expect("123456789");
    }
}
END_TEST

START_TEST(an_impossible_size_is_no_memory)
{
    uint8_t *space = NULL;
    bight_error e;

    append("ab");
    for (size_t less = 0; less < 4; less++) {
        e = bight_buffer_reserve(&buffer, SIZE_MAX - less, &space);
        ck_assert(bight_error_is(e, &bight_domain, BIGHT_ERROR_NO_MEMORY));
    }
    e = bight_buffer_reserve(&buffer, PTRDIFF_MAX, &space);
    ck_assert(bight_error_is(e, &bight_domain, BIGHT_ERROR_NO_MEMORY));
    ck_assert_ptr_null(space);
    expect("ab");
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("buffer");
    TCase *content = tcase_create("content");
    TCase *growth = tcase_create("growth");

    tcase_add_checked_fixture(content, setup, teardown);
    tcase_add_test(content, an_empty_buffer_has_no_bytes_and_no_memory);
    tcase_add_test(content, what_is_appended_is_consumed_in_order);
    tcase_add_test(content, it_is_usable_after_fini);
    tcase_add_test(content, reserved_space_becomes_content_by_commit);
    tcase_add_test(content, printf_appends_what_fits_and_what_does_not);
    tcase_add_test(content, printf_is_exact_at_the_edge);
    suite_add_tcase(suite, content);

    tcase_add_checked_fixture(growth, setup, teardown);
    tcase_add_test(growth, a_steady_stream_stays_small);
    tcase_add_test(growth, growing_takes_few_allocations);
    tcase_add_test(growth, without_memory_the_content_is_as_before);
    tcase_add_test(growth, an_impossible_size_is_no_memory);
    suite_add_tcase(suite, growth);
    return suite;
}
