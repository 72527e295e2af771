/* SPDX-License-Identifier: MIT */
/* What a head says once it is read, and what follows from it. */
#include <stdio.h>
#include <stdlib.h>

#include "http_check.h"
#include "http_oracle.h"
#include "http_rows.h"
#include "leaks.h"
#include "suite.h"

static const struct http_feed requests = {.kind = BIGHT__HTTP_REQUESTS};
#define POST "POST / HTTP/1.1\r\nHost: h\r\n"

static const struct http_feed responses = {.kind = BIGHT__HTTP_RESPONSES};

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

/* Reads one head, whole. */
static enum bight__http_event read_one(enum bight__http_kind kind,
                                       const char *text)
{
    bight_bytes in = bight_bytes_text(text), data;
    bight__http_head_reset(&head);
    bight__http_reader_init(&reader, kind, &bight__http_default_limits);
    return bight__http_reader_step(&reader, &head, &in, &data);
}

static void ask(const char *text)
{
    ck_assert_int_eq(read_one(BIGHT__HTTP_REQUESTS, text), BIGHT__HTTP_HEAD);
}

static void answer(const char *text)
{
    ck_assert_int_eq(read_one(BIGHT__HTTP_RESPONSES, text), BIGHT__HTTP_HEAD);
}

#define ck_assert_slice(slice, expected)                                       \
    do {                                                                       \
        bight_bytes got = bight__http_head_slice(&head, slice);                \
        ck_assert_uint_eq(got.size, sizeof(expected) - 1);                     \
        ck_assert_mem_eq(got.data, expected, got.size);                        \
    } while (0)

/* The rule that was broken, for the log. */
static void check_rule(const char *text, const char *rule)
{
    ck_assert_int_eq(read_one(BIGHT__HTTP_REQUESTS, text), BIGHT__HTTP_FAIL);
    ck_assert_str_eq(reader.fault->rule, rule);
}

/* -- heads ---------------------------------------------------------------- */

START_TEST(group_03_a_head_is_cut_into_its_parts)
{
    ask("POST /a%20b/c?d=1?2&e HTTP/1.1\r\nhost:\t example.org:81 \r\n"
        "X-Empty:\r\nCONTENT-length: 5\r\nX-Other: a , b\t\r\n\r\n");
    ck_assert_slice(head.method, "POST");
    ck_assert_int_eq(head.method_number, BIGHT__HTTP_METHOD_POST);
    ck_assert_slice(head.target, "/a%20b/c?d=1?2&e");
    ck_assert_slice(head.path, "/a%20b/c");
    ck_assert_slice(head.query, "d=1?2&e");
    ck_assert(head.has_query);
    ck_assert_slice(head.host, "example.org:81");
    ck_assert_int_eq(head.form, BIGHT__HTTP_ORIGIN);
    ck_assert_int_eq(head.framing, BIGHT__HTTP_LENGTH);
    ck_assert_uint_eq(head.length, 5);
    ck_assert_uint_eq(head.field_count, 4);
    ck_assert_int_eq(head.fields[0].known, BIGHT__HTTP_NAME_HOST);
    ck_assert_slice(head.fields[0].name, "host");
    ck_assert_slice(head.fields[1].value, "");
    ck_assert_int_eq(head.fields[3].known, BIGHT__HTTP_NAME_UNKNOWN);
}
END_TEST

START_TEST(group_15_values_come_without_the_white_space_around_them)
{
    ask("GET / HTTP/1.1\r\nHost: h\r\nA: \t b \t c\t \r\nD:e\r\nF: \t\r\n\r\n");
    ck_assert_slice(head.fields[1].value, "b \t c");
    ck_assert_slice(head.fields[2].value, "e");
    ck_assert_slice(head.fields[3].value, "");
}
END_TEST

START_TEST(group_11_the_form_of_the_target_fits_the_method)
{
    ask("GET http://u.example:8080/p?q HTTP/1.1\r\nHost: other\r\n\r\n");
    ck_assert_int_eq(head.form, BIGHT__HTTP_ABSOLUTE);
    ck_assert_slice(head.host, "u.example:8080");
    ck_assert_slice(head.path, "/p");
    ck_assert_slice(head.query, "q");
    ask("GET HTTPS://h?q HTTP/1.1\r\nHost: h\r\n\r\n");
    ck_assert_slice(head.path, "/");
    ck_assert_slice(head.query, "q");
    ask("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n");
    ck_assert_slice(head.path, "/");
    ck_assert(!head.has_query);
    ask("OPTIONS http://h HTTP/1.1\r\nHost: h\r\n\r\n");
    ck_assert_int_eq(head.form, BIGHT__HTTP_ASTERISK);
    ask("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n");
    ck_assert_int_eq(head.form, BIGHT__HTTP_ASTERISK);
    ck_assert_slice(head.path, "");
    ask("CONNECT [::1]:443 HTTP/1.1\r\nHost: h\r\n\r\n");
    ck_assert_int_eq(head.form, BIGHT__HTTP_AUTHORITY);
    ck_assert_slice(head.host, "[::1]:443");
    ask("GET /? HTTP/1.1\r\nHost: h\r\n\r\n");
    ck_assert(head.has_query);
    ck_assert_slice(head.query, "");
}
END_TEST

START_TEST(group_12_the_host_is_there_once_and_is_a_host)
{
    static const char *const good[] = {"h",           "a.b.c", "127.0.0.1:80",
                                       "[::1]",       "h:",    "a-b_c~d:65535",
                                       "[fe80::1]:8", "%41",   "a,b;c=d"};
    static const char *const bad[] = {
        "h:65536",   "h:-1",        "[::1]x", "[]",  "h/",
        "a b",       "[127.0.0.1]", "h:1:2",  "a@b", "%4",
        "[::1%25e]", "[v1.a]",      "a\"b"};
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
        char text[100];
        (void)snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: %s\r\n\r\n",
                       good[i]);
        ck_assert_http(&requests, bight_bytes_text(text), "GET()");
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        char text[100];
        (void)snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: %s\r\n\r\n",
                       bad[i]);
        ck_assert_http(&requests, bight_bytes_text(text), "400");
    }
    ask("GET / HTTP/1.0\r\n\r\n");
    ck_assert_slice(head.host, "");
}
END_TEST

START_TEST(group_03_the_next_field_of_a_name_is_found)
{
    ask("GET / HTTP/1.1\r\nHost: h\r\nCookie: a\r\nX: y\r\ncookie: b\r\n\r\n");
    const struct bight__http_field *field =
        bight__http_head_find(&head, BIGHT__HTTP_NAME_COOKIE, NULL);
    ck_assert_ptr_eq(field, &head.fields[1]);
    field = bight__http_head_find(&head, BIGHT__HTTP_NAME_COOKIE, field);
    ck_assert_ptr_eq(field, &head.fields[3]);
    ck_assert_ptr_null(
        bight__http_head_find(&head, BIGHT__HTTP_NAME_COOKIE, field));
    ck_assert_ptr_null(
        bight__http_head_find(&head, BIGHT__HTTP_NAME_RANGE, NULL));
}
END_TEST

START_TEST(a_response_has_status_and_reason)
{
    answer("HTTP/1.0 404 Not  Found\r\nContent-Length: 0\r\n\r\n");
    ck_assert_uint_eq(head.status, 404);
    ck_assert_uint_eq(head.minor, 0);
    ck_assert_slice(head.reason, "Not  Found");
    ck_assert(!head.keep_alive);
    answer("HTTP/1.1 200\r\n\r\n");
    ck_assert_slice(head.reason, "");
}
END_TEST

/* -- connections ---------------------------------------------------------- */

struct keep {
    const char *text;
    bool keep;
};

START_TEST(group_16_persistence_is_by_version_and_connection)
{
    static const struct keep rows[] = {
        {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", true},
        {"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", false},
        {"GET / HTTP/1.1\r\nHost: h\r\nConnection: Keep-Alive, Close\r\n\r\n",
         false},
        {"GET / HTTP/1.1\r\nHost: h\r\nConnection: a\r\n"
         "Connection: close\r\n\r\n",
         false},
        {"GET / HTTP/1.1\r\nHost: h\r\nConnection: closed, xclose\r\n\r\n",
         true},
        {"GET / HTTP/1.1\r\nHost: h\r\nProxy-Connection: close\r\n\r\n", true},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
        {"GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", false},
        {"CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        ask(rows[i].text);
        ck_assert_int_eq(head.keep_alive, rows[i].keep);
    }
}
END_TEST

START_TEST(group_19_upgrade_is_told_and_stops_nothing)
{
    ask("GET / HTTP/1.1\r\nHost: h\r\nConnection: x, upgrade\r\n"
        "Upgrade: websocket\r\n\r\n");
    ck_assert(head.upgrades);
    ask("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\r\n");
    ck_assert(!head.upgrades);
    ask("GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\n\r\n");
    ck_assert(!head.upgrades);
    ask("GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
    ck_assert(!head.upgrades);
}
END_TEST

START_TEST(group_20_expectations_are_told)
{
    ask("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n"
        "Expect: 100-Continue\r\n\r\n");
    ck_assert(head.continues && !head.unknown_expectation);
    ask("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"
        "Expect: 100-continue\r\n\r\n");
    ck_assert(head.continues);
    ask("GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n");
    ck_assert(!head.continues && !head.unknown_expectation);
    ask("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n"
        "Expect: 100-continue\r\n\r\n");
    ck_assert(!head.continues);
    ask("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: x\r\n\r\n");
    ck_assert(head.unknown_expectation);
    ask("PUT / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    ck_assert(!head.continues && !head.unknown_expectation);
}
END_TEST

START_TEST(group_17_interim_responses_come_before_the_final_one)
{
    ck_assert_http(&responses,
                   BIGHT_BYTES("HTTP/1.1 100 Continue\r\nConnection: close\r\n"
                               "\r\nHTTP/1.1 103 Early\r\nLink: a\r\n\r\n"
                               "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                               "HTTP/1.1 204 No\r\n\r\n"),
                   "100() 103() 200(ok) 204()");
}
END_TEST

START_TEST(group_18_a_body_until_close_says_so)
{
    answer("HTTP/1.1 200 OK\r\n\r\n");
    ck_assert_int_eq(head.framing, BIGHT__HTTP_UNTIL_CLOSE);
    ck_assert(!head.keep_alive);
    ck_assert_int_eq(bight__http_reader_eof(&reader), BIGHT__HTTP_END);
    struct http_feed feed = {.kind = BIGHT__HTTP_RESPONSES,
                             .limits = &http_small_limits};
    ck_assert_http(&feed,
                   BIGHT_BYTES("HTTP/1.1 200 OK\r\n\r\n0123456789012345678901"
                               "2345678901234567890123456789"),
                   "200(01234567890123456789012345678901234567890123456789)");
    ck_assert_http(&feed,
                   BIGHT_BYTES("HTTP/1.1 200 OK\r\n\r\n0123456789012345678901"
                               "23456789012345678901234567890"),
                   "200(01234567890123456789012345678901234567890123456789 "
                   "413");
}
END_TEST

START_TEST(group_22_what_was_wrong_is_told_with_its_rule)
{
    check_rule("GET / HTTP/1.1\r\nHost : h\r\n\r\n", "RFC 9112, 5.1");
    check_rule("GET / HTTP/1.1\r\n\r\n", "RFC 9112, 3.2");
    check_rule("GET / HTTP/2.0\r\n\r\n", "RFC 9110, 2.5");
    check_rule("G / HTTP/1.1\r\nHost: h\r\n\r\n", "RFC 9110, 9.1");
    check_rule("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n c\r\n\r\n",
               "RFC 9112, 5.2");
    check_rule("GET / HTTP/1.1\r\nHost: h\r\nA: \x01\r\n\r\n", "RFC 9110, 5.5");
    check_rule("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n"
               "Transfer-Encoding: chunked\r\n\r\n",
               "RFC 9112, 6.3");
    ck_assert_slice(head.path, "/"); /* for the log */
}
END_TEST

START_TEST(between_messages_it_is_idle)
{
    bight_bytes data;
    bight_bytes in = BIGHT_BYTES("\r\n");
    bight__http_reader_init(&reader, BIGHT__HTTP_REQUESTS,
                            &bight__http_default_limits);
    ck_assert(bight__http_reader_is_idle(&reader));
    ck_assert_int_eq(bight__http_reader_step(&reader, &head, &in, &data),
                     BIGHT__HTTP_MORE);
    ck_assert(bight__http_reader_is_idle(&reader));
    in = BIGHT_BYTES("G");
    ck_assert_int_eq(bight__http_reader_step(&reader, &head, &in, &data),
                     BIGHT__HTTP_MORE);
    ck_assert(!bight__http_reader_is_idle(&reader));
}
END_TEST

/* -- splits and http-parser ----------------------------------------------- */

START_TEST(group_24_what_is_accepted_http_parser_accepts_alike)
{
    unsigned accepted = 0;
    for (size_t i = 0; i < http_row_count; i++) {
        const struct http_row *row = &http_rows[i];
        bool is_response = row->side != 'q';
        size_t size;
        char *input = http_row_input(row, &size);
        bight_bytes all = bight_bytes_of(input, size), rest = all, data;
        bight__http_head_reset(&head);
        bight__http_reader_init(
            &reader, is_response ? BIGHT__HTTP_RESPONSES : BIGHT__HTTP_REQUESTS,
            &bight__http_default_limits);
        if (size > 0 &&
            bight__http_reader_step(&reader, &head, &rest, &data) ==
                BIGHT__HTTP_HEAD &&
            row->number != 22 && row->number != 24) {
            ck_assert(
                http_oracle_agrees(is_response, all, size - rest.size, &head));
            accepted++;
        }
        free(input);
    }
    ck_assert_uint_gt(accepted, 80);
}
END_TEST

START_TEST(group_24_pipelined_requests_are_the_same_for_every_split)
{
    ck_assert_http(
        &requests,
        BIGHT_BYTES("GET /a HTTP/1.1\r\nHost: h\r\n\r\n" POST
                    "Content-Length: 5\r\n\r\nhello\r\n" POST
                    "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3;x=\"y\"\r\n"
                    "cde\r\n0\r\nX-Sum: 1\r\n\r\nHEAD /b HTTP/1.1\r\n"
                    "Host: h\r\nConnection: close\r\n\r\nGET"),
        "GET() POST(hello) POST(abcde; X-Sum: 1) HEAD() closed");
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
    Suite *suite = suite_create("http.reader");
    TCase *tcase = test_case(suite, "heads");
    tcase_add_test(tcase, group_03_a_head_is_cut_into_its_parts);
    tcase_add_test(tcase, group_03_the_next_field_of_a_name_is_found);
    tcase_add_test(tcase, group_11_the_form_of_the_target_fits_the_method);
    tcase_add_test(tcase, group_12_the_host_is_there_once_and_is_a_host);
    tcase_add_test(tcase,
                   group_15_values_come_without_the_white_space_around_them);
    tcase_add_test(tcase, a_response_has_status_and_reason);
    tcase = test_case(suite, "connections");
    tcase_add_test(tcase, group_16_persistence_is_by_version_and_connection);
    tcase_add_test(tcase, group_17_interim_responses_come_before_the_final_one);
    tcase_add_test(tcase, group_18_a_body_until_close_says_so);
    tcase_add_test(tcase, group_19_upgrade_is_told_and_stops_nothing);
    tcase_add_test(tcase, group_20_expectations_are_told);
    tcase_add_test(tcase, group_22_what_was_wrong_is_told_with_its_rule);
    tcase_add_test(tcase, between_messages_it_is_idle);
    tcase = test_case(suite, "splits");
    tcase_add_test(tcase, group_24_what_is_accepted_http_parser_accepts_alike);
    tcase_add_test(tcase,
                   group_24_pipelined_requests_are_the_same_for_every_split);
    return suite;
}
