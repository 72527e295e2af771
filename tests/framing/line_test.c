/* SPDX-License-Identifier: MIT */
/* Lines: every split, against a reference that is slow and plain. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults.h"
#include "feed.h"
#include "leaks.h"
#include "loops.h"
#include "suite.h"

#define DELIMITERS_MAX 8

struct lines {
    size_t limit;
    size_t count; /* of delimiters; 0: the usual ones */
    bight_bytes delimiters[DELIMITERS_MAX];
};

static bight_framer *make(const void *ctx)
{
    const struct lines *lines = ctx;
    const bight_line_options options = {
        .size = sizeof(options),
        .limit = lines->limit,
        .delimiters = lines->count > 0 ? lines->delimiters : NULL,
        .delimiter_count = lines->count,
    };
    bight_framer *framer = NULL;
    ck_assert_ok(bight_line_framer_new(&options, &framer));
    return framer;
}

static bight_framer *make_usual(size_t limit)
{
    const struct lines lines = {.limit = limit};
    return make(&lines);
}

/* -- tables --------------------------------------------------------------- */

struct row {
    struct lines lines;
    bight_bytes input;
    const char *expected;
};

#define TEXT(literal)                                                          \
    {                                                                          \
        (const uint8_t *)(literal), sizeof(literal) - 1                        \
    }

static const struct row rows[] = {
    /* the usual delimiters */
    {{100, 0, {{0}}}, TEXT(""), ""},
    {{100, 0, {{0}}}, TEXT("a"), "+1"},
    {{100, 0, {{0}}}, TEXT("\n"), "[]"},
    {{100, 0, {{0}}}, TEXT("\r\n\r\n\n"), "[][][]"},
    {{100, 0, {{0}}}, TEXT("one\r\ntwo\nthree"), "[one][two]+5"},
    {{100, 0, {{0}}}, TEXT("a\rb\r\r\nc\r"), "[a\\x0db\\x0d]+2"},
    {{100, 0, {{0}}}, TEXT("a\0b\n\xff\n"), "[a\\x00b][\\xff]"},
    {{100, 0, {{0}}}, TEXT("one\nraw\r\ntwo\nx"), "[one][raw]two\\x0ax"},
    {{100, 0, {{0}}}, TEXT("raw\n"), "[raw]"},
    /* one delimiter */
    {{100, 1, {TEXT("\r\n")}}, TEXT("a\nb\r\nc\r"), "[a\\x0ab]+2"},
    {{100, 1, {TEXT("\0")}}, TEXT("a\0\0bc\0d"), "[a][][bc]+1"},
    {{100, 1, {TEXT("aab")}}, TEXT("aaabxaab"), "[a][x]"},
    {{100, 1, {TEXT("abab")}}, TEXT("abaabababab"), "[aba][]"},
    {{100, 1, {TEXT("0123456789abcdef")}},
     TEXT("0120123456789abcdef0123456789abcde0123456789abcdefx"),
     "[012][0123456789abcde]+1"},
    {{100, 1, {TEXT("aaaaaaaaaaaaaaab")}},
     TEXT("aaaaaaaaaaaaaaaaabaaaaaaaaaaaaaaaab"),
     "[aa][a]"},
    /* a longer one at the same place */
    {{100, 2, {TEXT("\r"), TEXT("\r\n")}}, TEXT("a\r\nb\rc\r"), "[a][b][c]"},
    {{100, 3, {TEXT("\n"), TEXT("\r"), TEXT("\r\n")}},
     TEXT("a\n\rb\r\r\nc"),
     "[a][][b][]+1"},
    {{100, 2, {TEXT("\r"), TEXT("\r\nX")}}, TEXT("a\r\nXb\r\n"), "[a][b]+1"},
    {{100, 2, {TEXT("\r"), TEXT("\r\nX")}},
     TEXT("a\r\nYb\r\n\r"),
     "[a][\\x0aYb][\\x0a]"},
    {{100, 2, {TEXT("a"), TEXT("aaaaX")}}, TEXT("aaaY"), "[][][]+1"},
    {{100, 2, {TEXT("a"), TEXT("aaaaX")}}, TEXT("aaaaXb"), "[]+1"},
    {{100, 2, {TEXT("a"), TEXT("aaaaX")}}, TEXT("aaaaaX"), "[][]"},
    {{100, 2, {TEXT("a"), TEXT("aaaaX")}}, TEXT("xaaaa"), "[x]+3"},
    {{100, 4, {TEXT("a"), TEXT("aa"), TEXT("aaaa"), TEXT("aaaaX")}},
     TEXT("aaaaXaaaYaaaa"),
     "[][][][Y]"},
    {{100, 2, {TEXT("\n"), TEXT("\nEND")}},
     TEXT("raw\nENDx\nE"),
     "[raw]x\\x0aE"},
    {{100, 2, {TEXT("\n"), TEXT("\nEND")}}, TEXT("raw\nENx"), "[raw]ENx"},
    /* one that begins earlier */
    {{100, 2, {TEXT("bc"), TEXT("abcX")}}, TEXT("abcXabcYabc"), "[][a]+4"},
    {{100, 2, {TEXT("b"), TEXT("abc")}}, TEXT("xabyabcab"), "[xa][y]+2"},
    /* no byte that all have */
    {{100, 2, {TEXT(";"), TEXT("--")}}, TEXT("a;b-c--d-"), "[a][b-c]+2"},
    {{100,
      8,
      {TEXT("0"), TEXT("1"), TEXT("2"), TEXT("3"), TEXT("4"), TEXT("5"),
       TEXT("6"), TEXT("77")}},
     TEXT("a0b1c2d3e4f5g6h77i7"),
     "[a][b][c][d][e][f][g][h]+2"},
    /* the limit */
    {{3, 0, {{0}}}, TEXT("abc\nabc\r\nabcd\n"), "[abc][abc]!FRAME_TOO_LONG"},
    {{3, 0, {{0}}}, TEXT("abcd"), "!FRAME_TOO_LONG"},
    {{3, 0, {{0}}}, TEXT("abc\r"), "+4"},
    {{3, 0, {{0}}}, TEXT("abc\r\r"), "!FRAME_TOO_LONG"},
    {{1, 1, {TEXT("abcd")}}, TEXT("xabcxabcd"), "!FRAME_TOO_LONG"},
    {{1, 1, {TEXT("abcd")}}, TEXT("xabc"), "+4"},
    {{1, 1, {TEXT("bbba")}}, TEXT("xbbbba"), "!FRAME_TOO_LONG"},
    {{2, 1, {TEXT("bbba")}}, TEXT("xbbbba"), "[xb]"},
    {{4, 0, {{0}}}, TEXT("raw\nmore than four"), "[raw]more than four"},
    {{SIZE_MAX, 0, {{0}}}, TEXT("a\nb"), "[a]+1"},
};

START_TEST(S2_the_same_lines_come_under_every_split)
{
    const struct row *row = &rows[_i];
    ck_assert_feed(make, &row->lines, row->input, row->expected);
}
END_TEST

/* -- the reference -------------------------------------------------------- */

/* Bytes of `one` that stand at `at`: all of them, or up to the input's end, or
 * else 0. */
static size_t stands(bight_bytes one, bight_bytes input, size_t at)
{
    size_t size = one.size < input.size - at ? one.size : input.size - at;
    return memcmp(one.data, input.data + at, size) == 0 ? size : 0;
}

/* The longest delimiter at a place, and whether a longer one may be there. */
static size_t longest(const struct lines *lines, bight_bytes input, size_t at,
                      bool *ret_open)
{
    size_t found = 0, open = 0;
    for (size_t i = 0; i < lines->count; i++) {
        size_t size = stands(lines->delimiters[i], input, at);
        if (size == lines->delimiters[i].size && size > found)
            found = size;
        else if (size > 0 && size < lines->delimiters[i].size &&
                 lines->delimiters[i].size > open)
            open = lines->delimiters[i].size;
    }
    *ret_open = open > found;
    return found;
}

/* Goes on from `start` until the input's end or a line that is too long. */
static void put_lines(FILE *out, const struct lines *lines, bight_bytes input)
{
    size_t start = 0, at = 0;
    bool open = false;
    while (at < input.size && !open && at - start <= lines->limit) {
        size_t size = longest(lines, input, at, &open);
        if (size > 0) {
            (void)fputc('[', out);
            feed_put(out, bight_bytes_of(input.data + start, at - start));
            (void)fputc(']', out);
            start = at += size;
        } else if (!open) {
            at++;
        }
    }
    if (at - start > lines->limit)
        (void)fputs("!FRAME_TOO_LONG", out);
    else if (start < input.size)
        (void)fprintf(out, "+%zu", input.size - start);
}

static char *expect(const struct lines *lines, bight_bytes input)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    put_lines(out, lines, input);
    (void)fclose(out);
    return text;
}

#define RANDOM_SIZE 200

/* Few letters, so that delimiters overlap, contain and begin one another. */
static void fill(uint8_t *bytes, size_t size, unsigned letters)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)('a' + feed_random(letters));
}

static void random_lines(struct lines *lines, uint8_t space[DELIMITERS_MAX][16],
                         unsigned letters)
{
    unsigned size = 1 + feed_random(16);
    lines->count = 1 + feed_random(DELIMITERS_MAX);
    lines->limit = 1 + feed_random(feed_random(2) ? 16 : 500);
    for (size_t i = 0; i < lines->count; i++) {
        fill(space[i], 16, letters);
        lines->delimiters[i] = bight_bytes_of(space[i], 1 + feed_random(size));
    }
}

START_TEST(S2_random_lines_are_those_of_a_plain_reference)
{
    uint8_t space[DELIMITERS_MAX][16], bytes[RANDOM_SIZE];
    struct lines lines;
    for (unsigned round = 0; round < 2000; round++) {
        unsigned letters = 1 + feed_random(4);
        random_lines(&lines, space, letters);
        fill(bytes, sizeof(bytes), letters + feed_random(2));
        bight_bytes input =
            bight_bytes_of(bytes, feed_random(sizeof(bytes) + 1));
        char *expected = expect(&lines, input);
        ck_assert_feed_random(make, &lines, input, expected);
        free(expected);
    }
}
END_TEST

/* Every beginning of the input decides alike: what is too long is told at the
 * same byte, whether it came alone or not. */
START_TEST(S1_a_line_is_too_long_at_the_same_byte_for_every_split)
{
    uint8_t space[DELIMITERS_MAX][16], bytes[24];
    struct lines lines;
    for (unsigned round = 0; round < 30; round++) {
        random_lines(&lines, space, 2);
        lines.limit = 1 + feed_random(10);
        fill(bytes, sizeof(bytes), 3);
        for (size_t size = 0; size <= sizeof(bytes); size++) {
            bight_bytes input = bight_bytes_of(bytes, size);
            char *expected = expect(&lines, input);
            ck_assert_feed(make, &lines, input, expected);
            free(expected);
        }
    }
}
END_TEST

/* Around the windows of the search, which are 128 and 384 bytes far. */
START_TEST(S2_long_lines_of_several_delimiters_are_found)
{
    const struct lines lines = {
        2000, 3, {TEXT("\n"), TEXT("\r"), TEXT("\r\n")}};
    uint8_t bytes[1000];
    for (size_t size = 120; size<400; size += size % 128> 4 ? 41 : 1) {
        memset(bytes, 'x', sizeof(bytes));
        bytes[size] = '\r';
        bytes[size + 1] = '\n';
        bytes[2 * size + 2] = '\n';
        bight_bytes input = bight_bytes_of(bytes, 2 * size + 10);
        char *expected = expect(&lines, input);
        ck_assert_feed(make, &lines, input, expected);
        free(expected);
    }
}
END_TEST

/* -- the limit ------------------------------------------------------------ */

START_TEST(S1_the_limit_is_exact_at_each_size)
{
    uint8_t bytes[70];
    char expected[100];
    for (size_t limit = 1; limit < 64; limit++) {
        const struct lines lines = {.limit = limit};
        for (size_t size = limit - 1; size <= limit + 1; size++) {
            memset(bytes, 'x', size);
            memcpy(bytes + size, "\r\n", 2);
            bytes[size] = limit % 2 == 0 ? '\r' : '\n';
            (void)snprintf(expected, sizeof(expected), "[%.*s]", (int)size,
                           (const char *)bytes);
            if (limit % 2 != 0)
                strcat(expected, size <= limit ? "[]" : "");
            ck_assert_feed(make, &lines, bight_bytes_of(bytes, size + 2),
                           size <= limit ? expected : "!FRAME_TOO_LONG");
        }
    }
}
END_TEST

START_TEST(S1_a_line_too_long_names_the_limit)
{
    bight_framer *framer = make_usual(5);
    free(feed_pieces(framer, BIGHT_BYTES("123456"), NULL, 0));
    char text[128];
    bight_error_format(bight_framer_error(framer), text, sizeof(text));
    ck_assert_str_eq(text, "a line above the limit of 5 bytes: frame too long "
                           "(FRAME_TOO_LONG)");
    bight_framer_free(framer);
}
END_TEST

/* -- memory --------------------------------------------------------------- */

START_TEST(a_line_within_the_data_is_not_copied)
{
    bight_framer *framer = make_usual(100);
    const bight_bytes all = BIGHT_BYTES("one\r\ntwo\nthree");
    bight_bytes data = all, frame;
    size_t live = faults_live();
    ck_assert_int_eq(bight_framer_next(framer, &data, &frame),
                     BIGHT_FRAMING_FRAME);
    ck_assert_ptr_eq(frame.data, all.data);
    ck_assert_ptr_eq(data.data, all.data + 5);
    ck_assert_int_eq(bight_framer_next(framer, &data, &frame),
                     BIGHT_FRAMING_FRAME);
    ck_assert_ptr_eq(frame.data, all.data + 5);
    ck_assert_uint_eq(data.size, 5);
    ck_assert_uint_eq(bight_framer_pending(framer), 0);
    ck_assert_uint_eq(faults_live(), live);
    bight_framer_free(framer);
}
END_TEST

START_TEST(T22_between_lines_a_framer_owns_nothing_more)
{
    bight_framer *framer = make_usual(100);
    bight_bytes frame;
    size_t live = faults_live();
    for (unsigned i = 0; i < 3; i++) {
        bight_bytes begin = BIGHT_BYTES("be"), end = BIGHT_BYTES("gin\n");
        (void)bight_framer_next(framer, &begin, &frame);
        ck_assert_uint_eq(faults_live(), live + 1);
        ck_assert_uint_eq(bight_framer_pending(framer), 2);
        ck_assert_int_eq(bight_framer_next(framer, &end, &frame),
                         BIGHT_FRAMING_FRAME);
        ck_assert(bight_bytes_equal(frame, BIGHT_BYTES("begin")));
        ck_assert_uint_eq(bight_framer_pending(framer), 0);
        ck_assert_int_eq(bight_framer_next(framer, &end, &frame),
                         BIGHT_FRAMING_MORE);
        ck_assert_uint_eq(faults_live(), live);
    }
    bight_framer_free(framer);
}
END_TEST

/* S1: what is kept never exceeds the limit by more than a delimiter. */
START_TEST(S1_a_peer_can_make_it_keep_the_limit_and_no_more)
{
    bight_framer *framer = make_usual(1000);
    bight_bytes frame;
    bight_framing found = BIGHT_FRAMING_MORE;
    size_t most = 0;
    for (unsigned i = 0; i < 5000 && found == BIGHT_FRAMING_MORE; i++) {
        bight_bytes data = BIGHT_BYTES("x");
        found = bight_framer_next(framer, &data, &frame);
        if (bight_framer_pending(framer) > most)
            most = bight_framer_pending(framer);
    }
    ck_assert_int_eq(found, BIGHT_FRAMING_BROKEN);
    ck_assert_uint_eq(most, 1000);
    bight_framer_free(framer);
}
END_TEST

/* Breaks with NO_MEMORY, or gives the lines as ever. */
static bool run_with_fault(unsigned n)
{
    static const size_t cuts[] = {1, 2, 70, 71, 140, 200};
    char input[210];
    memset(input, 'x', sizeof(input));
    input[150] = '\n';
    bight_framer *framer = make_usual(1000);
    faults_fail_nth(n);
    char *text =
        feed_pieces(framer, bight_bytes_of(input, sizeof(input)), cuts, 6);
    bool failed = faults_failed() > 0;
    faults_fail_nth(0);
    ck_assert_int_eq(failed, strstr(text, "!NO_MEMORY") != NULL);
    ck_assert_int_eq(!failed, strstr(text, "]+59") != NULL);
    free(text);
    bight_framer_free(framer);
    return failed;
}

START_TEST(S3_without_memory_it_breaks_and_stays_broken)
{
    unsigned n = 1;
    while (run_with_fault(n))
        n++;
    ck_assert_uint_gt(n, 3);
}
END_TEST

START_TEST(S3_a_framer_is_made_or_not_at_all)
{
    const bight_line_options options = {.size = sizeof(options), .limit = 1};
    bight_framer *framer = NULL;
    faults_fail_nth(1);
    ck_assert_error(bight_line_framer_new(&options, &framer),
                    BIGHT_ERROR_NO_MEMORY);
    faults_fail_nth(0);
    ck_assert_ptr_null(framer);
    bight_framer_free(NULL);
}
END_TEST

/* -- options -------------------------------------------------------------- */

START_TEST(options_that_make_no_sense_are_refused)
{
    const bight_bytes wrong[] = {BIGHT_BYTES(""),
                                 BIGHT_BYTES("01234567890123456")};
    const bight_bytes nine[9] = {BIGHT_BYTES("a")};
    bight_line_options options = {.size = sizeof(options)};
    bight_framer *framer = NULL;
    ck_assert_error(bight_line_framer_new(&options, &framer),
                    BIGHT_ERROR_INVALID);
    options.limit = 10;
    for (size_t i = 0; i < 2; i++) {
        options.delimiters = &wrong[i];
        options.delimiter_count = 1;
        ck_assert_error(bight_line_framer_new(&options, &framer),
                        BIGHT_ERROR_INVALID);
    }
    options.delimiter_count = 0;
    ck_assert_error(bight_line_framer_new(&options, &framer),
                    BIGHT_ERROR_INVALID);
    options.delimiters = nine;
    options.delimiter_count = 9;
    ck_assert_error(bight_line_framer_new(&options, &framer),
                    BIGHT_ERROR_INVALID);
    ck_assert_ptr_null(framer);
}
END_TEST

START_TEST(the_delimiters_are_copied)
{
    char delimiter[] = "--";
    struct lines lines = {10, 1, {bight_bytes_text(delimiter)}};
    bight_framer *framer = make(&lines);
    memset(delimiter, 'x', 2);
    char *text = feed_pieces(framer, BIGHT_BYTES("axx--b"), NULL, 0);
    ck_assert_str_eq(text, "[axx]+1");
    free(text);
    bight_framer_free(framer);
}
END_TEST

/* -- raw ------------------------------------------------------------------ */

START_TEST(a_line_that_has_begun_is_ended_before_raw)
{
    bight_framer *framer = make_usual(10);
    bight_bytes begin = BIGHT_BYTES("be"), end = BIGHT_BYTES("gin\nra\nw");
    bight_bytes frame;
    (void)bight_framer_next(framer, &begin, &frame);
    bight_framer_set_raw(framer, true);
    ck_assert_int_eq(bight_framer_next(framer, &end, &frame),
                     BIGHT_FRAMING_FRAME);
    ck_assert(bight_bytes_equal(frame, BIGHT_BYTES("begin")));
    ck_assert_int_eq(bight_framer_next(framer, &end, &frame),
                     BIGHT_FRAMING_FRAME);
    ck_assert(bight_bytes_equal(frame, BIGHT_BYTES("ra\nw")));
    ck_assert_int_eq(bight_framer_next(framer, &end, &frame),
                     BIGHT_FRAMING_MORE);
    bight_framer_set_raw(framer, false);
    end = BIGHT_BYTES("x\ny");
    ck_assert_int_eq(bight_framer_next(framer, &end, &frame),
                     BIGHT_FRAMING_FRAME);
    ck_assert(bight_bytes_equal(frame, BIGHT_BYTES("x")));
    bight_framer_free(framer);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("framing.line");
    TCase *tcase = leaks_test_case(suite, "splits");
    tcase_set_timeout(tcase, 100);
    tcase_add_loop_test(tcase, S2_the_same_lines_come_under_every_split, 0,
                        sizeof(rows) / sizeof(*rows));
    tcase_add_test(tcase, S2_random_lines_are_those_of_a_plain_reference);
    tcase_add_test(tcase, S2_long_lines_of_several_delimiters_are_found);
    tcase = leaks_test_case(suite, "limit");
    tcase_set_timeout(tcase, 100);
    tcase_add_test(tcase,
                   S1_a_line_is_too_long_at_the_same_byte_for_every_split);
    tcase_add_test(tcase, S1_the_limit_is_exact_at_each_size);
    tcase_add_test(tcase, S1_a_line_too_long_names_the_limit);
    tcase_add_test(tcase, S1_a_peer_can_make_it_keep_the_limit_and_no_more);
    tcase = leaks_test_case(suite, "memory");
    tcase_add_test(tcase, a_line_within_the_data_is_not_copied);
    tcase_add_test(tcase, T22_between_lines_a_framer_owns_nothing_more);
    tcase_add_test(tcase, S3_without_memory_it_breaks_and_stays_broken);
    tcase_add_test(tcase, S3_a_framer_is_made_or_not_at_all);
    tcase = leaks_test_case(suite, "options");
    tcase_add_test(tcase, options_that_make_no_sense_are_refused);
    tcase_add_test(tcase, the_delimiters_are_copied);
    tcase_add_test(tcase, a_line_that_has_begun_is_ended_before_raw);
    return suite;
}
