/* SPDX-License-Identifier: MIT */
/* What a peer can make a reader keep: limits, and memory that is not there. */
#include <stdio.h>
#include <stdlib.h>

#include "faults.h"
#include "http_check.h"
#include "http_rows.h"
#include "leaks.h"
#include "suite.h"

static const struct http_feed requests = {.kind = BIGHT__HTTP_REQUESTS};
#define POST "POST / HTTP/1.1\r\nHost: h\r\n"

static struct bight__http_head head;
static struct bight__http_reader reader;

static void begin(void)
{
    leaks_begin();
    bight__http_head_init(&head);
}

static void end(void)
{
    bight__http_head_fini(&head);
    leaks_end();
}

/* -- limits --------------------------------------------------------------- */

/* Of `text` with so many times `unit` at its @. */
static void check_limit(const struct bight__http_limits *limits,
                        const char *text, const char *unit, unsigned times,
                        const char *expected)
{
    const struct http_feed feed = {.limits = limits};
    const struct http_row row = {
        .input = text, .size = strlen(text), .unit = unit, .times = times};
    size_t size;
    char *input = http_row_input(&row, &size);
    ck_assert_ptr_nonnull(input);
    ck_assert_http(&feed, bight_bytes_of(input, size), expected);
    free(input);
}

START_TEST(group_14_each_limit_is_exact)
{
    struct bight__http_limits limits = bight__http_default_limits;
    limits.target = 10;
    const char *get = "GET /@ HTTP/1.1\r\nHost: h\r\n\r\n";
    check_limit(&limits, get, "a", 9, "GET()");
    check_limit(&limits, get, "a", 10, "414");
    limits = bight__http_default_limits;
    limits.line = 20;
    get = "GET / HTTP/1.1\r\nHost: h\r\nA:@\r\n\r\n";
    check_limit(&limits, get, "b", 18, "GET()");
    check_limit(&limits, get, "b", 19, "431");
    get = "GET / HTTP/1.1\r\nHost: h\r\n@: b\r\n\r\n";
    check_limit(&limits, get, "a", 17, "GET()");
    check_limit(&limits, get, "a", 18, "431");
    check_limit(&limits, get, "a", 20, "431");
    limits = bight__http_default_limits;
    limits.fields = 5;
    get = "GET / HTTP/1.1\r\nHost: h\r\n@\r\n";
    check_limit(&limits, get, "A:\r\n", 4, "GET()");
    check_limit(&limits, get, "A:\r\n", 5, "431");
    limits = bight__http_default_limits;
    limits.head = 45;
    get = "GET / HTTP/1.1\r\nHost: h\r\nA: @\r\n\r\n";
    check_limit(&limits, get, "b", 45 - 32, "GET()");
    check_limit(&limits, get, "b", 45 - 31, "431");
}
END_TEST

START_TEST(group_08_a_body_is_at_most_the_limit)
{
    struct bight__http_limits limits = bight__http_default_limits;
    limits.body = 5;
    const struct http_feed feed = {.limits = &limits};
    ck_assert_http(&feed, BIGHT_BYTES(POST "Content-Length: 5\r\n\r\nhello"),
                   "POST(hello)");
    ck_assert_http(&feed, BIGHT_BYTES(POST "Content-Length: 6\r\n\r\nhello!"),
                   "413");
    ck_assert_http(&feed,
                   BIGHT_BYTES(POST "Transfer-Encoding: chunked\r\n\r\n"
                                    "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"),
                   "POST(hello)");
    ck_assert_http(&feed,
                   BIGHT_BYTES(POST "Transfer-Encoding: chunked\r\n\r\n"
                                    "3\r\nhel\r\n3\r\nlo!\r\n0\r\n\r\n"),
                   "POST(hel 413");
    limits.body = UINT64_MAX;
    ck_assert_http(&feed,
                   BIGHT_BYTES(POST "Transfer-Encoding: chunked\r\n\r\n"
                                    "1\r\na\r\nffffffffffffffff\r\n"),
                   "POST(a 413");
}
END_TEST

START_TEST(group_09_tiny_chunks_have_a_limit)
{
    struct bight__http_limits limits = bight__http_default_limits;
    limits.chunks = 10;
    const char *post = POST "Transfer-Encoding: chunked\r\n\r\n@0\r\n\r\n";
    check_limit(&limits, post, "1\r\na\r\n", 9, "POST(aaaaaaaaa)");
    check_limit(&limits, post, "1\r\na\r\n", 10, "POST(aaaaaaaaaa 413");
}
END_TEST

START_TEST(group_10_trailers_are_apart_and_limited)
{
    struct bight__http_limits limits = bight__http_default_limits;
    limits.trailers = 3;
    limits.trailer_bytes = 60;
    const char *post = POST "Transfer-Encoding: chunked\r\n\r\n0\r\n@\r\n";
    check_limit(&limits, post, "A: b\r\n", 3, "POST(; A: b; A: b; A: b)");
    check_limit(&limits, post, "A: b\r\n", 4, "POST( 431");
    check_limit(&limits, post, "Abcdefgh: ijklmnopqrstuvwxyz\r\n", 2,
                "POST( 431");
    ck_assert_http(
        &requests,
        BIGHT_BYTES(POST "Transfer-Encoding: chunked\r\n\r\n0\r\n"
                         "host: x\r\nContent-Type: a\r\nCONTENT-FOO: b\r\n"
                         "Authorization: c\r\nTE: d\r\nSet-Cookie: e\r\n"
                         "Proxy-Foo: f\r\nX-Forwarded-For: g\r\n"
                         "Trailer: h\r\nKeep-Alive: i\r\nETag: j\r\n\r\n"
                         "GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
        "POST(; ETag: j) GET()");
    ck_assert_http(&requests,
                   BIGHT_BYTES(POST "Transfer-Encoding: chunked\r\n\r\n0\r\n"
                                    "A : b\r\n\r\n"),
                   "POST( 400");
}
END_TEST

/* What points into the head holds while trailers are read. */
START_TEST(group_10_trailers_move_nothing_of_the_head)
{
    static char input[4000];
    bight_bytes data;
    (void)snprintf(input, sizeof(input),
                   POST "Transfer-Encoding: chunked\r\nX: %0900d\r\n\r\n"
                        "0\r\nA: %0900d\r\nB: %0900d\r\n\r\n",
                   1, 2, 3);
    bight_bytes in = bight_bytes_text(input);
    bight__http_reader_init(&reader, BIGHT__HTTP_REQUESTS,
                            &bight__http_default_limits);
    ck_assert_int_eq(bight__http_reader_step(&reader, &head, &in, &data),
                     BIGHT__HTTP_HEAD);
    const uint8_t *bytes = head.bytes;
    const struct bight__http_field *fields = head.fields;
    ck_assert_int_eq(bight__http_reader_step(&reader, &head, &in, &data),
                     BIGHT__HTTP_END);
    ck_assert_ptr_eq(head.bytes, bytes);
    ck_assert_ptr_eq(head.fields, fields);
    ck_assert_uint_eq(head.field_count, 3);
    ck_assert_uint_eq(head.trailers.count, 2);
}
END_TEST

/* -- memory --------------------------------------------------------------- */

static const char *big_request(void)
{
    static char input[12000];
    size_t size = (size_t)snprintf(input, sizeof(input),
                                   POST "Transfer-Encoding: chunked\r\n");
    for (int i = 0; i < 90; i++)
        size += (size_t)snprintf(input + size, sizeof(input) - size,
                                 "X-%d: %070d\r\n", i, i);
    (void)snprintf(input + size, sizeof(input) - size,
                   "\r\n5\r\nhello\r\n0\r\nA: %0500d\r\nB: %0500d\r\n\r\n", 1,
                   2);
    return input;
}

static bool feed_with_fault(unsigned n, size_t cut)
{
    bight_bytes input = bight_bytes_text(big_request());
    faults_fail_nth(n);
    struct http_events events = http_feed(&requests, input, &cut, 1);
    bool failed = faults_failed() > 0;
    faults_fail_nth(0);
    ck_assert_int_eq(strncmp(events.text, "POST(hello; A: ", 15) == 0, !failed);
    ck_assert_int_eq(strstr(events.text, "503") != NULL, failed);
    http_events_fini(&events);
    return failed;
}

START_TEST(S3_each_failing_allocation_is_a_503)
{
    static const size_t cuts[] = {0, 1000, 5000, 7300, 7900};
    for (size_t i = 0; i < sizeof(cuts) / sizeof(*cuts); i++) {
        unsigned n = 1;
        while (feed_with_fault(n, cuts[i]))
            n++;
        ck_assert_uint_gt(n, 4);
    }
}
END_TEST

START_TEST(the_next_message_allocates_nothing)
{
    bight__http_reader_init(&reader, BIGHT__HTTP_REQUESTS,
                            &bight__http_default_limits);
    for (int round = 0; round < 3; round++) {
        bight_bytes in = bight_bytes_text(big_request()), data;
        enum bight__http_event event;
        if (round > 0)
            faults_fail_all();
        do {
            event = bight__http_reader_step(&reader, &head, &in, &data);
        } while (event == BIGHT__HTTP_HEAD || event == BIGHT__HTTP_DATA);
        ck_assert_int_eq(event, BIGHT__HTTP_END);
        ck_assert_uint_eq(faults_failed(), 0);
        bight__http_head_reset(&head);
    }
    faults_fail_nth(0);
}
END_TEST

START_TEST(a_head_that_fits_inline_allocates_nothing)
{
    size_t live = faults_live();
    faults_fail_all();
    bight_bytes data;
    bight_bytes in = BIGHT_BYTES("GET / HTTP/1.1\r\nHost: h\r\n"
                                 "User-Agent: test\r\n\r\n");
    bight__http_reader_init(&reader, BIGHT__HTTP_REQUESTS,
                            &bight__http_default_limits);
    ck_assert_int_eq(bight__http_reader_step(&reader, &head, &in, &data),
                     BIGHT__HTTP_HEAD);
    ck_assert_uint_eq(faults_failed(), 0);
    faults_fail_nth(0);
    ck_assert_uint_eq(faults_live(), live);
}
END_TEST

static TCase *test_case(Suite *suite, const char *name)
{
    TCase *tcase = tcase_create(name);
    tcase_add_checked_fixture(tcase, begin, end);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    return tcase;
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.limits");
    TCase *tcase = test_case(suite, "limits");
    tcase_add_test(tcase, group_08_a_body_is_at_most_the_limit);
    tcase_add_test(tcase, group_09_tiny_chunks_have_a_limit);
    tcase_add_test(tcase, group_10_trailers_are_apart_and_limited);
    tcase_add_test(tcase, group_10_trailers_move_nothing_of_the_head);
    tcase_add_test(tcase, group_14_each_limit_is_exact);
    tcase = test_case(suite, "memory");
    tcase_add_test(tcase, S3_each_failing_allocation_is_a_503);
    tcase_add_test(tcase, the_next_message_allocates_nothing);
    tcase_add_test(tcase, a_head_that_fits_inline_allocates_nothing);
    return suite;
}
