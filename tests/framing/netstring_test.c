/* SPDX-License-Identifier: MIT */
/* Netstrings: the specification's rules, each under every split. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults.h"
#include "feed.h"
#include "leaks.h"
#include "loops.h"
#include "suite.h"

static bight_framer *make(const void *ctx)
{
    const size_t *limit = ctx;
    bight_framer *framer = NULL;
    ck_assert_ok(bight_netstring_framer_new(*limit, &framer));
    return framer;
}

struct row {
    size_t limit;
    const char *input;
    const char *expected;
};

static const struct row rows[] = {
    {100, "", ""},
    {100, "0:,", "[]"},
    {100, "12:hello world!,", "[hello world\\x21]"},
    {100, "1:,,0:,2:\r\n,", "[,][][\\x0d\\x0a]"},
    {100, "5:3:,,,,1", "[3:,,,]+1"},
    {100, "5:", "+2"},
    {100, "5:hello", "+7"},
    {100, "10:123456", "+9"},
    {100, "3:raw,not 1:a netstring", "[raw]not 1:a netstring"},
    /* what is none */
    {100, ":", "!PROTOCOL_ERROR"},
    {100, "x", "!PROTOCOL_ERROR"},
    {100, " 1:a,", "!PROTOCOL_ERROR"},
    {100, "-1:a,", "!PROTOCOL_ERROR"},
    {100, "1:a,+1:a,", "[a]!PROTOCOL_ERROR"},
    {100, "1 :a,", "!PROTOCOL_ERROR"},
    {100, "1;a,", "!PROTOCOL_ERROR"},
    {100, "00:,", "!PROTOCOL_ERROR"},
    {100, "01:a,", "!PROTOCOL_ERROR"},
    {100, "1:ab,", "!PROTOCOL_ERROR"},
    {100, "0:a", "!PROTOCOL_ERROR"},
    {100, "1:a,\n", "[a]!PROTOCOL_ERROR"},
    /* the limit */
    {5, "5:hello,", "[hello]"},
    {5, "6", "!FRAME_TOO_LONG"},
    {5, "10:", "!FRAME_TOO_LONG"},
    {25, "25", "+2"},
    {25, "26", "!FRAME_TOO_LONG"},
    {25, "30", "!FRAME_TOO_LONG"},
    {SIZE_MAX, "1000000000000000:", "+17"},
    {SIZE_MAX, "99999999999999999999:", "!FRAME_TOO_LONG"},
    {SIZE_MAX, "18446744073709551617:", "!FRAME_TOO_LONG"},
};

START_TEST(S2_the_same_netstrings_come_under_every_split)
{
    const struct row *row = &rows[_i];
    ck_assert_feed(make, &row->limit, bight_bytes_text(row->input),
                   row->expected);
}
END_TEST

/* Every beginning of an input decides alike under every split. */
START_TEST(S1_it_breaks_at_the_same_byte_for_every_split)
{
    const struct row *row = &rows[_i];
    const size_t full = strlen(row->input);
    bool broken = false;
    for (size_t size = 0; size <= full; size++) {
        bight_framer *framer = make(&row->limit);
        bight_bytes input = bight_bytes_of(row->input, size);
        char *text = feed_pieces(framer, input, NULL, 0);
        ck_assert(!broken || strchr(text, '!') != NULL);
        broken = strchr(text, '!') != NULL;
        ck_assert_feed(make, &row->limit, input, text);
        free(text);
        bight_framer_free(framer);
    }
    ck_assert_int_eq(broken, strchr(row->expected, '!') != NULL);
}
END_TEST

START_TEST(S1_the_limit_is_exact_at_each_size)
{
    char input[1100], expected[1100];
    for (size_t size = 1; size < 1002; size += size < 130 ? 1 : 97) {
        int head = snprintf(input, sizeof(input), "%zu:", size);
        memset(input + head, 'x', size);
        input[(size_t)head + size] = ',';
        bight_bytes all = bight_bytes_of(input, (size_t)head + size + 1);
        (void)snprintf(expected, sizeof(expected), "[%.*s]", (int)size,
                       input + head);
        for (size_t limit = size; limit <= size + 1; limit++)
            ck_assert_feed_random(make, &limit, all, expected);
        size_t less = size - 1;
        if (less > 0)
            ck_assert_feed_random(make, &less, all, "!FRAME_TOO_LONG");
    }
}
END_TEST

/* Writes what the framer reads, with faults now and then; what is expected is
 * told beside it. */
static size_t put_random(char *input, size_t room, FILE *expected)
{
    size_t size = 0;
    while (size + 40 < room) {
        unsigned length = feed_random(25);
        unsigned fault = feed_random(30);
        uint8_t body[25];
        for (unsigned i = 0; i < length; i++)
            body[i] = (uint8_t)feed_random(256);
        size += (size_t)snprintf(input + size, room - size,
                                 "%s%u:", fault == 0 ? "0" : "", length);
        memcpy(input + size, body, length);
        size += length;
        input[size++] = fault == 1 ? ';' : ',';
        if (fault == 0 || fault == 1) {
            (void)fputs("!PROTOCOL_ERROR", expected);
            break;
        }
        (void)fputc('[', expected);
        feed_put(expected, bight_bytes_of(body, length));
        (void)fputc(']', expected);
    }
    return size;
}

START_TEST(S2_random_netstrings_come_as_they_were_written)
{
    static const size_t limit = 24;
    char input[300];
    for (unsigned round = 0; round < 500; round++) {
        char *expected = NULL;
        size_t unused;
        FILE *out = open_memstream(&expected, &unused);
        ck_assert_ptr_nonnull(out);
        size_t size = put_random(input, sizeof(input), out);
        (void)fclose(out);
        ck_assert_feed_random(make, &limit, bight_bytes_of(input, size),
                              expected);
        free(expected);
    }
}
END_TEST

/* -- errors --------------------------------------------------------------- */

static void check_error(const char *input, const char *expected)
{
    static const size_t limit = 100;
    char text[160];
    for (size_t cut = 0; cut <= strlen(input); cut++) {
        bight_framer *framer = make(&limit);
        free(feed_pieces(framer, bight_bytes_text(input), &cut, 1));
        bight_error_format(bight_framer_error(framer), text, sizeof(text));
        ck_assert_str_eq(text, expected);
        bight_framer_free(framer);
    }
}

START_TEST(what_is_no_netstring_is_told_with_its_place)
{
    check_error("1:a,x", "netstring: byte 0x78 instead of the first digit of a "
                         "length, at offset 4: peer broke the protocol "
                         "(PROTOCOL_ERROR)");
    check_error("1x", "netstring: byte 0x78 instead of a digit or a colon, at "
                      "offset 1: peer broke the protocol (PROTOCOL_ERROR)");
    check_error("0:,05:", "netstring: byte 0x35 instead of a colon after the "
                          "length 0, at offset 4: peer broke the protocol "
                          "(PROTOCOL_ERROR)");
    check_error("3:abcd", "netstring: byte 0x64 instead of the comma at the "
                          "end, at offset 5: peer broke the protocol "
                          "(PROTOCOL_ERROR)");
    check_error("101", "a netstring above the limit of 100 bytes: frame too "
                       "long (FRAME_TOO_LONG)");
}
END_TEST

/* -- memory --------------------------------------------------------------- */

START_TEST(a_netstring_within_the_data_is_not_copied)
{
    const size_t limit = 100;
    bight_framer *framer = make(&limit);
    bight_bytes head = BIGHT_BYTES("5"), frame;
    const bight_bytes all = BIGHT_BYTES(":hello,1");
    bight_bytes data = all;
    size_t live = faults_live();
    ck_assert_int_eq(bight_framer_next(framer, &head, &frame),
                     BIGHT_FRAMING_MORE);
    ck_assert_uint_eq(bight_framer_pending(framer), 1);
    ck_assert_int_eq(bight_framer_next(framer, &data, &frame),
                     BIGHT_FRAMING_FRAME);
    ck_assert_ptr_eq(frame.data, all.data + 1);
    ck_assert_uint_eq(faults_live(), live);
    bight_framer_free(framer);
}
END_TEST

/* S1: nor does a long one cost more than what has come of it. */
START_TEST(S1_a_length_alone_takes_no_memory)
{
    const size_t limit = SIZE_MAX;
    bight_framer *framer = make(&limit);
    size_t live = faults_live();
    free(feed_pieces(framer, BIGHT_BYTES("1000000000000:"), NULL, 0));
    ck_assert_uint_eq(faults_live(), live);
    ck_assert_uint_eq(bight_framer_pending(framer), 14);
    ck_assert(!bight_failed(bight_framer_error(framer)));
    bight_framer_free(framer);
}
END_TEST

static bool run_with_fault(unsigned n)
{
    static const size_t limit = 1000;
    static const size_t cuts[] = {2, 10, 90, 91};
    char input[110];
    (void)snprintf(input, sizeof(input), "100:%0100d,1", 7);
    bight_framer *framer = make(&limit);
    faults_fail_nth(n);
    char *text = feed_pieces(framer, bight_bytes_text(input), cuts, 4);
    bool failed = faults_failed() > 0;
    faults_fail_nth(0);
    ck_assert_str_eq(strrchr(text, failed ? '!' : '+'),
                     failed ? "!NO_MEMORY" : "+1");
    free(text);
    bight_framer_free(framer);
    return failed;
}

START_TEST(S3_without_memory_it_breaks_and_stays_broken)
{
    unsigned n = 1;
    while (run_with_fault(n))
        n++;
    ck_assert_uint_gt(n, 2);
}
END_TEST

START_TEST(a_framer_without_a_limit_is_refused)
{
    bight_framer *framer = NULL;
    ck_assert_error(bight_netstring_framer_new(0, &framer),
                    BIGHT_ERROR_INVALID);
    faults_fail_nth(1);
    ck_assert_error(bight_netstring_framer_new(1, &framer),
                    BIGHT_ERROR_NO_MEMORY);
    ck_assert_ptr_null(framer);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("framing.netstring");
    TCase *tcase = leaks_test_case(suite, "splits");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, S2_the_same_netstrings_come_under_every_split, 0,
                        sizeof(rows) / sizeof(*rows));
    tcase_add_loop_test(tcase, S1_it_breaks_at_the_same_byte_for_every_split, 0,
                        sizeof(rows) / sizeof(*rows));
    tcase_add_test(tcase, S2_random_netstrings_come_as_they_were_written);
    tcase = leaks_test_case(suite, "limit");
    tcase_add_test(tcase, S1_the_limit_is_exact_at_each_size);
    tcase_add_test(tcase, S1_a_length_alone_takes_no_memory);
    tcase_add_test(tcase, a_framer_without_a_limit_is_refused);
    tcase = leaks_test_case(suite, "errors");
    tcase_add_test(tcase, what_is_no_netstring_is_told_with_its_place);
    tcase_add_test(tcase, S3_without_memory_it_breaks_and_stays_broken);
    tcase_add_test(tcase, a_netstring_within_the_data_is_not_copied);
    return suite;
}
