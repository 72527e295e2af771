/* SPDX-License-Identifier: MIT */
/* What is written in front of and behind a frame. */
#include <string.h>

#include <bight/framer.h>

#include "leaks.h"
#include "suite.h"
#include "talk.h"

static struct talk talk;

static void write_all(void *self, bight_transport *t)
{
    char big[300];
    (void)self;
    memset(big, 'x', sizeof(big));
    (void)bight_netstring_write(t, BIGHT_BYTES("hello"));
    (void)bight_netstring_write(t, BIGHT_BYTES(""));
    for (int prefix = 1; prefix <= 8; prefix++)
        (void)bight_prefixed_write(t, (bight_prefix)prefix, BIGHT_BYTES("ab"));
    (void)bight_prefixed_write(t, BIGHT_PREFIX_U16_LE,
                               bight_bytes_of(big, 258));
    (void)bight_prefixed_write(t, BIGHT_PREFIX_U24_BE,
                               bight_bytes_of(big, 258));
    (void)bight_prefixed_write(t, BIGHT_PREFIX_VARINT,
                               bight_bytes_of(big, 300));
}

static void check_written(bight_bytes head, size_t size)
{
    bight_bytes got = bight_buffer_bytes(&talk.received);
    ck_assert(bight_bytes_equal(bight_bytes_head(got, head.size), head));
    for (size_t i = head.size; i < head.size + size; i++)
        ck_assert_uint_eq(got.data[i], 'x');
    bight_buffer_consume(&talk.received, head.size + size);
}

START_TEST(what_is_written_has_its_length_in_front)
{
    static const bight_protocol protocol = {.size = sizeof(bight_protocol),
                                            .connection_made = write_all};
    static const bight_factory factory = {.size = sizeof(bight_factory),
                                          .protocol = &protocol};
    talk_begin(&talk, &factory, NULL);
    talk_run(&talk);
    check_written(BIGHT_BYTES("5:hello,0:,"
                              "\2ab\0\2ab\0\0\2ab\0\0\0\2ab"
                              "\2\0ab\2\0\0ab\2\0\0\0ab\2ab\2\1"),
                  258);
    check_written(BIGHT_BYTES("\0\1\2"), 258);
    check_written(BIGHT_BYTES("\254\2"), 300);
    ck_assert_uint_eq(bight_buffer_bytes(&talk.received).size, 0);
    talk_end(&talk);
}
END_TEST

static bight_prefix too_narrow;
static size_t too_much;

static void write_too_much(void *self, bight_transport *t)
{
    (void)self;
    ck_assert_int_eq(
        bight_prefixed_write(t, too_narrow, talk_pattern(too_much)),
        BIGHT_WRITE_CLOSED);
    ck_assert_int_eq(bight_netstring_write(t, BIGHT_BYTES("x")),
                     BIGHT_WRITE_CLOSED);
}

START_TEST(a_frame_too_long_for_its_prefix_ends_the_connection)
{
    static const bight_protocol protocol = {.size = sizeof(bight_protocol),
                                            .connection_made = write_too_much};
    static const bight_factory factory = {.size = sizeof(bight_factory),
                                          .protocol = &protocol};
    static const struct {
        bight_prefix prefix;
        size_t size;
    } wrong[] = {{BIGHT_PREFIX_U8, 256},
                 {BIGHT_PREFIX_U16_BE, 65536},
                 {BIGHT_PREFIX_U16_LE, 65536},
                 {(bight_prefix)0, 0}};
    for (size_t i = 0; i < 4; i++) {
        too_narrow = wrong[i].prefix;
        too_much = wrong[i].size;
        talk_begin(&talk, &factory, NULL);
        talk_write_eof(&talk);
        talk_run(&talk);
        ck_assert_error(talk.server.why, BIGHT_ERROR_RANGE);
        ck_assert_uint_eq(bight_buffer_bytes(&talk.received).size, 0);
        talk_end(&talk);
    }
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("framing.write");
    TCase *tcase = leaks_test_case(suite, "writing");
    tcase_add_test(tcase, what_is_written_has_its_length_in_front);
    tcase_add_test(tcase, a_frame_too_long_for_its_prefix_ends_the_connection);
    return suite;
}
