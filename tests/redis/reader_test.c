/* SPDX-License-Identifier: MIT */
/* RESP2 and RESP3: what bytes mean, for every split of them (S2), and what is
 * no value, or too much of one (S1). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bight/redis_reply.h>

#include "faults.h"
#include "leaks.h"
#include "loops.h"
#include "suite.h"

/* -- values as a text ------------------------------------------------------ */

static void put(FILE *out, const bight_redis_reply *reply);

static void put_items(FILE *out, const bight_redis_reply *reply,
                      const char *around)
{
    (void)fputc(around[0], out);
    for (size_t i = 0; i < reply->count; i++) {
        (void)fputs(i > 0 ? " " : "", out);
        put(out, &reply->as.items[i]);
    }
    (void)fputc(around[1], out);
}

static void put_text(FILE *out, const bight_redis_reply *reply)
{
    ck_assert_int_eq(reply->text.data[reply->text.size], '\0');
    (void)fwrite(reply->text.data, 1, reply->text.size, out);
}

static void put(FILE *out, const bight_redis_reply *reply)
{
    static const char *const before[] = {"null", "'", "+", "-", "",  ",", "#",
                                         "B",    "=", "",  "",  "~", ">"};
    (void)fputs(before[reply->type], out);
    switch (reply->type) {
    case BIGHT_REDIS_NULL:
        break;
    case BIGHT_REDIS_INTEGER:
        (void)fprintf(out, "%lld", (long long)reply->as.integer);
        break;
    case BIGHT_REDIS_DOUBLE:
        (void)fprintf(out, "%.17g", reply->as.number);
        break;
    case BIGHT_REDIS_BOOLEAN:
        (void)fputc(reply->as.truth ? 't' : 'f', out);
        break;
    case BIGHT_REDIS_ARRAY:
    case BIGHT_REDIS_SET:
    case BIGHT_REDIS_PUSH:
        put_items(out, reply, "[]");
        break;
    case BIGHT_REDIS_MAP:
        put_items(out, reply, "{}");
        break;
    case BIGHT_REDIS_STRING:
    case BIGHT_REDIS_STATUS:
    case BIGHT_REDIS_ERROR:
    case BIGHT_REDIS_BIG_NUMBER:
    case BIGHT_REDIS_VERBATIM:
        put_text(out, reply);
        break;
    }
}

/* Reads one piece, which lies in memory of its own size. */
static bool read_piece(bight_redis_reader *reader, bight_bytes piece, FILE *out)
{
    uint8_t *copy = malloc(piece.size);
    bight_redis_reply *reply;
    bight_error error;
    memcpy(copy, piece.data, piece.size);
    bight_bytes left = bight_bytes_of(copy, piece.size);
    while (
        !bight_failed(error = bight_redis_reader_next(reader, &left, &reply)) &&
        reply != NULL) {
        put(out, reply);
        (void)fputc(';', out);
        bight_redis_reply_free(reply);
    }
    free(copy);
    if (bight_failed(error)) {
        (void)fprintf(out, "!%s", error.domain->symbol(error.code));
        ck_assert(bight_failed(bight_redis_reader_next(reader, &left, &reply)));
    } else {
        ck_assert_uint_eq(left.size, 0);
    }
    return !bight_failed(error);
}

static const bight_redis_limits *limits;

/* The input cut at two places. */
static void check_cut(bight_bytes input, size_t a, size_t b, size_t step,
                      const char *expected)
{
    bight_redis_reader *reader;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    ck_assert_ok(bight_redis_reader_new(limits, &reader));
    bool fine = true;
    for (size_t at = 0; fine && at < input.size;) {
        size_t end = at < a ? a : at < b ? b : input.size;
        if (step > 0)
            end = at + step;
        bight_bytes rest = bight_bytes_tail(input, at);
        fine = read_piece(reader, bight_bytes_head(rest, end - at), out);
        at = end;
    }
    (void)fclose(out);
    ck_assert_msg(strcmp(text, expected) == 0,
                  "cut %zu %zu %zu: '%s', not '%s'", a, b, step, text,
                  expected);
    free(text);
    bight_redis_reader_free(reader);
}

static void check(const char *data, size_t size, const char *expected)
{
    bight_bytes input = bight_bytes_of(data, size);
    for (size_t step = 1; step <= size; step++)
        check_cut(input, 0, 0, step, expected);
    for (size_t a = 0; a <= size; a++)
        for (size_t b = a; b <= (size < 120 ? size : a); b++)
            check_cut(input, a, b, 0, expected);
}

#define READS(data, expected) check((data), sizeof(data) - 1, (expected))

/* -- values ---------------------------------------------------------------- */

START_TEST(S2_resp2_values)
{
    READS("+OK\r\n", "+OK;");
    READS("+\r\n", "+;");
    READS("-ERR no such thing\r\n", "-ERR no such thing;");
    READS(":0\r\n:-1\r\n:+7\r\n:9223372036854775807\r\n"
          ":-9223372036854775808\r\n",
          "0;-1;7;9223372036854775807;-9223372036854775808;");
    READS("$5\r\nhello\r\n$0\r\n\r\n$-1\r\n", "'hello;';null;");
    READS("$4\r\na\r\nb\r\n$2\r\n\0\1\r\n", "'a\r\nb;'\0\1;");
    READS("*0\r\n*-1\r\n*2\r\n$1\r\na\r\n:1\r\n", "[];null;['a 1];");
    READS("*2\r\n*2\r\n:1\r\n:2\r\n*1\r\n*1\r\n-E\r\n", "[[1 2] [[-E]]];");
    READS("*3\r\n$-1\r\n*-1\r\n*0\r\n", "[null null []];");
}
END_TEST

START_TEST(S2_resp3_values)
{
    READS("_\r\n#t\r\n#f\r\n", "null;#t;#f;");
    READS(",3.25\r\n,-1e3\r\n,10\r\n,.5\r\n,5.\r\n",
          ",3.25;,-1000;,10;,0.5;,5;");
    READS(",inf\r\n,-inf\r\n", ",inf;,-inf;");
    READS("(123456789012345678901234567890\r\n(-1\r\n",
          "B123456789012345678901234567890;B-1;");
    READS("!9\r\nSYNTAX no\r\n", "-SYNTAX no;");
    READS("=8\r\ntxt:a\r\nb\r\n", "=a\r\nb;");
    READS("=4\r\nmkd:\r\n", "=;");
    READS("%2\r\n+a\r\n:1\r\n+b\r\n*2\r\n_\r\n#t\r\n", "{+a 1 +b [null #t]};");
    READS("~2\r\n:1\r\n:2\r\n%0\r\n", "~[1 2];{};");
    READS(">3\r\n+message\r\n$1\r\nc\r\n$1\r\nx\r\n:1\r\n",
          ">[+message 'c 'x];1;");
}
END_TEST

START_TEST(S2_attributes_are_left_out)
{
    READS("|1\r\n+ttl\r\n:10\r\n$1\r\na\r\n", "'a;");
    READS("|0\r\n:1\r\n", "1;");
    READS("*2\r\n|1\r\n+k\r\n*2\r\n:8\r\n|1\r\n:7\r\n:7\r\n:9\r\n:1\r\n:2\r\n",
          "[1 2];");
    READS("|1\r\n:1\r\n:2\r\n|1\r\n:3\r\n$1\r\nx\r\n+OK\r\n", "+OK;");
    READS("%1\r\n|1\r\n:1\r\n:2\r\n+k\r\n|1\r\n:1\r\n:2\r\n+v\r\n", "{+k +v};");
}
END_TEST

START_TEST(S2_nan_is_a_number_that_is_none)
{
    bight_redis_reader *reader;
    bight_redis_reply *reply;
    bight_bytes input = BIGHT_BYTES(",nan\r\n");
    ck_assert_ok(bight_redis_reader_new(NULL, &reader));
    ck_assert_ok(bight_redis_reader_next(reader, &input, &reply));
    ck_assert(isnan(reply->as.number));
    bight_redis_reply_free(reply);
    bight_redis_reader_free(reader);
}
END_TEST

/* -- no values --------------------------------------------------------------
 */

#define WRONG "!PROTOCOL_ERROR"
#define MUCH "!FRAME_TOO_LONG"

START_TEST(S1_what_is_no_value_is_refused)
{
    static const char *const wrong[] = {
        "\r\n",
        "x\r\n",
        "GET / HTTP/1.1\r\n",
        "+a\rb\r\n",
        "+a\nb\r\n",
        ":\r\n",
        ":-\r\n",
        ":1x\r\n",
        ":9223372036854775808\r\n",
        ": 1\r\n",
        "$\r\n",
        "$-2\r\n",
        "$+1\r\na\r\n",
        "$1\r\nab\r\n",
        "$1x\r\na\r\n",
        "*-2\r\n",
        "*1x\r\n",
        "*?\r\n",
        "$?\r\n",
        "_x\r\n",
        "#x\r\n",
        "#tt\r\n",
        ",\r\n",
        ",x\r\n",
        ",1e\r\n",
        ",1.2.3\r\n",
        ",0x10\r\n",
        "(\r\n",
        "(1a\r\n",
        "=3\r\nabc\r\n",
        "=4\r\nabcd\r\n",
        "*1\r\n>1\r\n+x\r\n",
        "%-1\r\n",
        "$1\r\na\n\r",
        "$99999999999999999999\r\n",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        check(wrong[i], strlen(wrong[i]), WRONG);
    READS("+OK\r\n?\r\n", "+OK;" WRONG);
}
END_TEST

START_TEST(S1_what_is_announced_too_large_is_refused_at_once)
{
    bight_redis_limits small;
    bight_redis_limits_init(&small);
    small.bytes = 256;
    small.values = 8;
    small.depth = 2;
    limits = &small;
    READS("$250\r\n", MUCH);
    READS("$999999999999999999\r\n", MUCH);
    READS("*8\r\n", MUCH);
    READS("%4\r\n", MUCH);
    READS("*2\r\n*5\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n*1\r\n", MUCH);
    READS("*1\r\n*1\r\n*1\r\n", MUCH);
    READS("*1\r\n*1\r\n*0\r\n", "[[[]]];");
    READS("*7\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n",
          "[1 1 1 1 1 1 1];");
    limits = NULL;
}
END_TEST

/* A line without an end, and a string that ends just above the limit. */
START_TEST(S1_what_grows_too_large_is_refused)
{
    bight_redis_limits small;
    char line[400];
    bight_redis_limits_init(&small);
    small.bytes = 256;
    limits = &small;
    memset(line, 'x', sizeof(line));
    line[0] = '+';
    check(line, sizeof(line), MUCH);
    memcpy(line + 253, "\r\n", 3);
    ck_assert_uint_eq(strlen(line), 255);
    line[255] = '?';
    line[253] = 'x', line[254] = '\r', line[255] = '\n', line[256] = '\0';
    char expected[300];
    (void)snprintf(expected, sizeof(expected), "%.254s;", line);
    check(line, 256, expected);
    line[254] = 'x', line[255] = '\r', line[256] = '\n';
    check(line, 257, MUCH);
    limits = NULL;
}
END_TEST

START_TEST(S1_limits_that_allow_nothing_are_invalid)
{
    bight_redis_limits small;
    bight_redis_reader *reader = NULL;
    bight_redis_limits_init(&small);
    small.depth = 65;
    ck_assert_error(bight_redis_reader_new(&small, &reader),
                    BIGHT_ERROR_INVALID);
    bight_redis_limits_init(&small);
    small.values = 0;
    ck_assert_error(bight_redis_reader_new(&small, &reader),
                    BIGHT_ERROR_INVALID);
    ck_assert_ptr_null(reader);
}
END_TEST

START_TEST(S2_the_deepest_value_is_read)
{
    bight_redis_limits deep;
    char data[64 * 4 + 5], expected[64 * 2 + 3];
    bight_redis_limits_init(&deep);
    deep.depth = 64;
    limits = &deep;
    for (size_t i = 0; i < 64; i++)
        memcpy(data + 4 * i, "*1\r\n", 4);
    memcpy(data + 4 * 64, ":7\r\n", 5);
    memset(expected, '[', 64);
    memset(expected + 65, ']', 64);
    expected[64] = '7';
    expected[129] = ';';
    expected[130] = '\0';
    check(data, sizeof(data) - 1, expected);
    limits = NULL;
}
END_TEST

/* -- storage ----------------------------------------------------------------
 */

static bight_redis_reply *read_one(bight_redis_reader *reader, bight_bytes data)
{
    bight_redis_reply *reply;
    ck_assert_ok(bight_redis_reader_next(reader, &data, &reply));
    ck_assert_ptr_nonnull(reply);
    ck_assert_uint_eq(data.size, 0);
    return reply;
}

START_TEST(replies_outlive_their_reader)
{
    bight_redis_reader *reader;
    bight_redis_reply *replies[3];
    ck_assert_ok(bight_redis_reader_new(NULL, &reader));
    for (unsigned i = 0; i < 3; i++)
        replies[i] = read_one(reader, BIGHT_BYTES("*1\r\n$1\r\na\r\n"));
    bight_redis_reply_free(replies[1]);
    bight_redis_reader_free(reader);
    ck_assert(
        bight_bytes_equal(replies[2]->as.items[0].text, BIGHT_BYTES("a")));
    bight_redis_reply_free(replies[0]);
    bight_redis_reply_free(replies[2]);
}
END_TEST

START_TEST(usual_replies_allocate_nothing_once_it_runs)
{
    bight_redis_reader *reader;
    ck_assert_ok(bight_redis_reader_new(NULL, &reader));
    bight_redis_reply_free(read_one(reader, BIGHT_BYTES("+OK\r\n")));
    size_t live = faults_live();
    faults_fail_all();
    for (unsigned i = 0; i < 100; i++)
        bight_redis_reply_free(read_one(reader, BIGHT_BYTES("$1\r\na\r\n")));
    faults_fail_nth(0);
    ck_assert_uint_eq(faults_live(), live);
    bight_redis_reader_free(reader);
}
END_TEST

START_TEST(S3_without_memory_it_breaks_and_leaks_nothing)
{
    for (unsigned n = 1;; n++) {
        bight_redis_reader *reader = NULL;
        bight_redis_reply *reply = NULL;
        bight_bytes first = BIGHT_BYTES("*2\r\n+a"), second;
        second = BIGHT_BYTES("\r\n:1\r\n");
        faults_fail_nth(n);
        bight_error error = bight_redis_reader_new(NULL, &reader);
        if (!bight_failed(error))
            error = bight_redis_reader_next(reader, &first, &reply);
        if (!bight_failed(error))
            error = bight_redis_reader_next(reader, &second, &reply);
        bool failed = faults_failed() > 0;
        faults_fail_nth(0);
        ck_assert_int_eq(failed, bight_failed(error));
        ck_assert_int_eq(failed, reply == NULL);
        bight_redis_reply_free(reply);
        bight_redis_reader_free(reader);
        ck_assert_uint_eq(faults_live(), 0);
        if (!failed)
            break;
        ck_assert_error(error, BIGHT_ERROR_NO_MEMORY);
        ck_assert_uint_lt(n, 10);
    }
}
END_TEST

START_TEST(a_map_is_searched_by_key)
{
    bight_redis_reader *reader;
    ck_assert_ok(bight_redis_reader_new(NULL, &reader));
    bight_redis_reply *map =
        read_one(reader, BIGHT_BYTES("%2\r\n+a\r\n:1\r\n+b\r\n:2\r\n"));
    ck_assert_int_eq(bight_redis_reply_find(map, BIGHT_BYTES("b"))->as.integer,
                     2);
    ck_assert_ptr_null(bight_redis_reply_find(map, BIGHT_BYTES("c")));
    bight_redis_reply_free(map);
    bight_redis_reader_free(reader);
}
END_TEST

/* Linear time: a long string in small pieces, a long line byte by byte. */
START_TEST(S2_long_values_in_small_pieces)
{
    enum { SIZE = 4 * 1024 * 1024 };
    bight_redis_reader *reader;
    bight_redis_reply *reply = NULL;
    static char piece[512];
    memset(piece, 'x', sizeof(piece));
    ck_assert_ok(bight_redis_reader_new(NULL, &reader));
    bight_bytes head = BIGHT_BYTES("$4194304\r\n"), end = BIGHT_BYTES("\r\n+");
    ck_assert_ok(bight_redis_reader_next(reader, &head, &reply));
    for (size_t at = 0; at < SIZE; at += sizeof(piece)) {
        bight_bytes data = bight_bytes_of(piece, sizeof(piece));
        ck_assert_ok(bight_redis_reader_next(reader, &data, &reply));
        ck_assert_ptr_null(reply);
    }
    ck_assert_ok(bight_redis_reader_next(reader, &end, &reply));
    ck_assert_uint_eq(reply->text.size, SIZE);
    bight_redis_reply_free(reply);
    ck_assert_ok(bight_redis_reader_next(reader, &end, &reply));
    for (size_t at = 0; at < SIZE / 4; at++) {
        bight_bytes data = bight_bytes_of(piece, 1);
        ck_assert_ok(bight_redis_reader_next(reader, &data, &reply));
    }
    end = BIGHT_BYTES("\r\n");
    ck_assert_ok(bight_redis_reader_next(reader, &end, &reply));
    ck_assert_uint_eq(reply->text.size, SIZE / 4);
    bight_redis_reply_free(reply);
    bight_redis_reader_free(reader);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("redis.reader");
    TCase *tcase = leaks_test_case(suite, "values");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, S2_resp2_values);
    tcase_add_test(tcase, S2_resp3_values);
    tcase_add_test(tcase, S2_attributes_are_left_out);
    tcase_add_test(tcase, S2_nan_is_a_number_that_is_none);
    tcase_add_test(tcase, S2_the_deepest_value_is_read);
    tcase_add_test(tcase, S2_long_values_in_small_pieces);
    tcase = leaks_test_case(suite, "no values");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, S1_what_is_no_value_is_refused);
    tcase_add_test(tcase, S1_what_is_announced_too_large_is_refused_at_once);
    tcase_add_test(tcase, S1_what_grows_too_large_is_refused);
    tcase_add_test(tcase, S1_limits_that_allow_nothing_are_invalid);
    tcase = leaks_test_case(suite, "storage");
    tcase_add_test(tcase, replies_outlive_their_reader);
    tcase_add_test(tcase, usual_replies_allocate_nothing_once_it_runs);
    tcase_add_test(tcase, S3_without_memory_it_breaks_and_leaks_nothing);
    tcase_add_test(tcase, a_map_is_searched_by_key);
    return suite;
}
