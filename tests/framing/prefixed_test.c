/* SPDX-License-Identifier: MIT */
/* Frames behind their length, for each prefix, under every split. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults.h"
#include "feed.h"
#include "leaks.h"
#include "loops.h"
#include "suite.h"

struct prefixed {
    bight_prefix prefix;
    size_t limit;
};

static bight_framer *make(const void *ctx)
{
    const struct prefixed *prefixed = ctx;
    bight_framer *framer = NULL;
    ck_assert_ok(
        bight_prefixed_framer_new(prefixed->prefix, prefixed->limit, &framer));
    return framer;
}

struct row {
    struct prefixed prefixed;
    bight_bytes input;
    const char *expected;
};

#define TEXT(literal)                                                          \
    {                                                                          \
        (const uint8_t *)(literal), sizeof(literal) - 1                        \
    }

static const struct row rows[] = {
    {{BIGHT_PREFIX_U8, 100}, TEXT(""), ""},
    {{BIGHT_PREFIX_U8, 100}, TEXT("\0\1a\3bcd\2e"), "[][a][bcd]+2"},
    {{BIGHT_PREFIX_U8, 3}, TEXT("\3abc\4"), "[abc]!FRAME_TOO_LONG"},
    {{BIGHT_PREFIX_U8, 100}, TEXT("\3raw\3raw"), "[raw]\\x03raw"},
    {{BIGHT_PREFIX_U16_BE, 300}, TEXT("\0\0\0\1a\1"), "[][a]+1"},
    {{BIGHT_PREFIX_U16_BE, 255}, TEXT("\0\1a\1"), "[a]!FRAME_TOO_LONG"},
    {{BIGHT_PREFIX_U16_LE, 300}, TEXT("\0\0\1\0a\1"), "[][a]+1"},
    {{BIGHT_PREFIX_U16_LE, 255}, TEXT("\1\0a\0\1"), "[a]!FRAME_TOO_LONG"},
    {{BIGHT_PREFIX_U16_LE, 100}, TEXT("\1\0a\145"), "[a]!FRAME_TOO_LONG"},
    {{BIGHT_PREFIX_U24_BE, 300}, TEXT("\0\0\1a\0\0\0\0\1"), "[a][]+2"},
    {{BIGHT_PREFIX_U24_BE, 65535}, TEXT("\0\0\1a\1"), "[a]!FRAME_TOO_LONG"},
    {{BIGHT_PREFIX_U24_LE, 300}, TEXT("\1\0\0a\0\0\0\0\1"), "[a][]+2"},
    {{BIGHT_PREFIX_U24_LE, 65535}, TEXT("\0\0\1"), "!FRAME_TOO_LONG"},
    {{BIGHT_PREFIX_U32_BE, 300}, TEXT("\0\0\0\3abc\0\0\0\0\0"), "[abc][]+1"},
    {{BIGHT_PREFIX_U32_BE, 300}, TEXT("\0\0\1\54x"), "+5"},
    {{BIGHT_PREFIX_U32_BE, 300}, TEXT("\0\0\1\55x"), "!FRAME_TOO_LONG"},
    {{BIGHT_PREFIX_U32_BE, 300}, TEXT("\0\0\2"), "!FRAME_TOO_LONG"},
    {{BIGHT_PREFIX_U32_BE, SIZE_MAX}, TEXT("\xff\xff\xff\xff"), "+4"},
    {{BIGHT_PREFIX_U32_LE, 300}, TEXT("\3\0\0\0abc\0\0\0\0\0"), "[abc][]+1"},
    {{BIGHT_PREFIX_U32_LE, 300}, TEXT("\54\1\0\0x"), "+5"},
    {{BIGHT_PREFIX_U32_LE, 300}, TEXT("\55\1"), "!FRAME_TOO_LONG"},
    /* varints */
    {{BIGHT_PREFIX_VARINT, 300}, TEXT("\0\1a\3raw\177"), "[][a][raw]\\x7f"},
    {{BIGHT_PREFIX_VARINT, 300}, TEXT("\254\2x"), "+3"},
    {{BIGHT_PREFIX_VARINT, 300}, TEXT("\255\2x"), "!FRAME_TOO_LONG"},
    {{BIGHT_PREFIX_VARINT, 100}, TEXT("\345"), "!FRAME_TOO_LONG"},
    {{BIGHT_PREFIX_VARINT, 100}, TEXT("\200"), "+1"},
    {{BIGHT_PREFIX_VARINT, 100}, TEXT("\200\1"), "!FRAME_TOO_LONG"},
    {{BIGHT_PREFIX_VARINT, 100}, TEXT("\1a\200\0"), "[a]!PROTOCOL_ERROR"},
    {{BIGHT_PREFIX_VARINT, 100}, TEXT("\201\0"), "!PROTOCOL_ERROR"},
    {{BIGHT_PREFIX_VARINT, 100}, TEXT("\201\200\0"), "!PROTOCOL_ERROR"},
    {{BIGHT_PREFIX_VARINT, 100},
     TEXT("\200\200\200\200\200\200\200\200\200\200"),
     "!PROTOCOL_ERROR"},
    {{BIGHT_PREFIX_VARINT, SIZE_MAX},
     TEXT("\200\200\200\200\200\200\200\200\200\2"),
     "!FRAME_TOO_LONG"},
    {{BIGHT_PREFIX_VARINT, SIZE_MAX},
     TEXT("\377\377\377\377\377\377\377\377\177"),
     "!FRAME_TOO_LONG"},
    {{BIGHT_PREFIX_VARINT, SIZE_MAX},
     TEXT("\377\377\377\377\377\377\377\377\37"),
     "+9"},
};

START_TEST(S2_the_same_frames_come_under_every_split)
{
    const struct row *row = &rows[_i];
    ck_assert_feed(make, &row->prefixed, row->input, row->expected);
}
END_TEST

START_TEST(S1_it_breaks_at_the_same_byte_for_every_split)
{
    const struct row *row = &rows[_i];
    for (size_t size = 0; size <= row->input.size; size++) {
        bight_framer *framer = make(&row->prefixed);
        bight_bytes input = bight_bytes_head(row->input, size);
        char *text = feed_pieces(framer, input, NULL, 0);
        ck_assert_feed(make, &row->prefixed, input, text);
        free(text);
        bight_framer_free(framer);
    }
}
END_TEST

/* -- the reference -------------------------------------------------------- */

/* Written out by hand, not by what is tested. */
static size_t put_length(bight_prefix prefix, size_t length, uint8_t *out)
{
    uint8_t low = (uint8_t)length, high = (uint8_t)(length >> 8);
    size_t size = 0;
    switch (prefix) {
    case BIGHT_PREFIX_U8:
        out[size++] = low;
        break;
    case BIGHT_PREFIX_U32_BE:
        out[size++] = 0;
        /* fall through */
    case BIGHT_PREFIX_U24_BE:
        out[size++] = 0;
        /* fall through */
    case BIGHT_PREFIX_U16_BE:
        out[size++] = high;
        out[size++] = low;
        break;
    case BIGHT_PREFIX_U16_LE:
    case BIGHT_PREFIX_U24_LE:
    case BIGHT_PREFIX_U32_LE:
        out[size++] = low;
        out[size++] = high;
        while (size < (size_t)prefix - 3)
            out[size++] = 0;
        break;
    case BIGHT_PREFIX_VARINT:
        if (length > 127)
            out[size++] = (uint8_t)(low | 0x80);
        out[size++] = (uint8_t)(length > 127 ? length >> 7 : length);
        break;
    }
    return size;
}

static size_t put_random(bight_prefix prefix, uint8_t *input, size_t room,
                         FILE *expected)
{
    size_t size = 0;
    while (size + 310 < room) {
        size_t length = feed_random(prefix == BIGHT_PREFIX_U8 ? 256 : 300);
        size += put_length(prefix, length, input + size);
        for (size_t i = 0; i < length; i++)
            input[size + i] = (uint8_t)feed_random(256);
        (void)fputc('[', expected);
        feed_put(expected, bight_bytes_of(input + size, length));
        (void)fputc(']', expected);
        size += length;
    }
    return size;
}

START_TEST(S2_random_frames_come_as_they_were_written)
{
    const struct prefixed prefixed = {(bight_prefix)_i, 299};
    uint8_t input[1500];
    for (unsigned round = 0; round < 60; round++) {
        char *expected = NULL;
        size_t unused;
        FILE *out = open_memstream(&expected, &unused);
        ck_assert_ptr_nonnull(out);
        size_t size = put_random(prefixed.prefix, input, sizeof(input), out);
        (void)fclose(out);
        ck_assert_feed_random(make, &prefixed, bight_bytes_of(input, size),
                              expected);
        free(expected);
    }
}
END_TEST

START_TEST(S1_the_limit_is_exact_at_each_size)
{
    uint8_t input[320];
    char expected[320];
    const size_t most = _i == BIGHT_PREFIX_U8 ? 255 : 300;
    for (size_t size = 2; size <= most; size += size % 126 < 4 ? 1 : 29) {
        size_t head = put_length((bight_prefix)_i, size, input);
        memset(input + head, 'x', size);
        (void)snprintf(expected, sizeof(expected), "[%.*s]", (int)size,
                       (const char *)input + head);
        for (size_t limit = size - 1; limit <= size + 1; limit++) {
            const struct prefixed prefixed = {(bight_prefix)_i, limit};
            ck_assert_feed_random(make, &prefixed,
                                  bight_bytes_of(input, head + size),
                                  limit < size ? "!FRAME_TOO_LONG" : expected);
        }
    }
}
END_TEST

/* -- errors and memory ---------------------------------------------------- */

static void check_error(bight_bytes input, const char *expected)
{
    static const struct prefixed prefixed = {BIGHT_PREFIX_VARINT, 100};
    char text[160];
    bight_framer *framer = make(&prefixed);
    free(feed_pieces(framer, input, NULL, 0));
    bight_error_format(bight_framer_error(framer), text, sizeof(text));
    ck_assert_str_eq(text, expected);
    bight_framer_free(framer);
}

START_TEST(what_is_no_varint_is_told_with_its_place)
{
    check_error(BIGHT_BYTES("\1a\200\0"),
                "varint longer than its value needs, at offset 3: peer broke "
                "the protocol (PROTOCOL_ERROR)");
    check_error(BIGHT_BYTES("\200\200\200\200\200\200\200\200\200\200"),
                "varint of more than 10 bytes, at offset 9: peer broke the "
                "protocol (PROTOCOL_ERROR)");
    check_error(BIGHT_BYTES("\145"), "a frame above the limit of 100 bytes: "
                                     "frame too long (FRAME_TOO_LONG)");
}
END_TEST

START_TEST(a_frame_within_the_data_is_not_copied)
{
    const struct prefixed prefixed = {BIGHT_PREFIX_U16_BE, 100};
    bight_framer *framer = make(&prefixed);
    const bight_bytes all = BIGHT_BYTES("\0\5hello\0");
    bight_bytes data = all, frame;
    size_t live = faults_live();
    ck_assert_int_eq(bight_framer_next(framer, &data, &frame),
                     BIGHT_FRAMING_FRAME);
    ck_assert_ptr_eq(frame.data, all.data + 2);
    ck_assert_uint_eq(data.size, 1);
    ck_assert_uint_eq(faults_live(), live);
    bight_framer_free(framer);
}
END_TEST

START_TEST(S1_a_length_alone_takes_no_memory)
{
    const struct prefixed prefixed = {BIGHT_PREFIX_U32_BE, SIZE_MAX};
    bight_framer *framer = make(&prefixed);
    size_t live = faults_live();
    free(feed_pieces(framer, BIGHT_BYTES("\xff\xff\xff\xff"), NULL, 0));
    ck_assert_uint_eq(faults_live(), live);
    ck_assert_uint_eq(bight_framer_pending(framer), 4);
    bight_framer_free(framer);
}
END_TEST

START_TEST(S3_without_memory_it_breaks_and_stays_broken)
{
    const struct prefixed prefixed = {BIGHT_PREFIX_U8, 100};
    const size_t cut = 2;
    bight_framer *framer = make(&prefixed);
    faults_fail_nth(1);
    char *text = feed_pieces(framer, BIGHT_BYTES("\3abc"), &cut, 1);
    ck_assert_str_eq(text, "!NO_MEMORY");
    free(text);
    bight_framer_free(framer);
    faults_fail_nth(1);
    framer = NULL;
    ck_assert_error(bight_prefixed_framer_new(BIGHT_PREFIX_U8, 1, &framer),
                    BIGHT_ERROR_NO_MEMORY);
    ck_assert_ptr_null(framer);
}
END_TEST

START_TEST(no_limit_and_no_such_prefix_are_refused)
{
    bight_framer *framer = NULL;
    ck_assert_error(bight_prefixed_framer_new(BIGHT_PREFIX_U8, 0, &framer),
                    BIGHT_ERROR_INVALID);
    ck_assert_error(bight_prefixed_framer_new((bight_prefix)0, 1, &framer),
                    BIGHT_ERROR_INVALID);
    ck_assert_error(bight_prefixed_framer_new((bight_prefix)9, 1, &framer),
                    BIGHT_ERROR_INVALID);
    ck_assert_ptr_null(framer);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("framing.prefixed");
    TCase *tcase = leaks_test_case(suite, "splits");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, S2_the_same_frames_come_under_every_split, 0,
                        sizeof(rows) / sizeof(*rows));
    tcase_add_loop_test(tcase, S1_it_breaks_at_the_same_byte_for_every_split, 0,
                        sizeof(rows) / sizeof(*rows));
    tcase_add_loop_test(tcase, S2_random_frames_come_as_they_were_written,
                        BIGHT_PREFIX_U8, BIGHT_PREFIX_VARINT + 1);
    tcase_add_loop_test(tcase, S1_the_limit_is_exact_at_each_size,
                        BIGHT_PREFIX_U8, BIGHT_PREFIX_VARINT + 1);
    tcase = leaks_test_case(suite, "rest");
    tcase_add_test(tcase, what_is_no_varint_is_told_with_its_place);
    tcase_add_test(tcase, a_frame_within_the_data_is_not_copied);
    tcase_add_test(tcase, S1_a_length_alone_takes_no_memory);
    tcase_add_test(tcase, S3_without_memory_it_breaks_and_stays_broken);
    tcase_add_test(tcase, no_limit_and_no_such_prefix_are_refused);
    return suite;
}
