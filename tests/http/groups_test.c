/* SPDX-License-Identifier: MIT */
/* ctest: long */
/* Groups of rules that are about octets, versions and framing. */
#include <stdio.h>
#include <string.h>

#include "http_check.h"
#include "leaks.h"
#include "suite.h"

static const struct http_feed requests = {.kind = BIGHT__HTTP_REQUESTS};
static const struct http_feed responses = {.kind = BIGHT__HTTP_RESPONSES};

#define POST "POST / HTTP/1.1\r\nHost: h\r\n"
#define OK "HTTP/1.1 200 OK\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n"
#define CHUNKS "5\r\nhello\r\n0\r\n\r\n"
#define NEXT "GET /next HTTP/1.1\r\nHost: h\r\n\r\n"

static void check(const struct http_feed *feed, const char *text,
                  const char *expected)
{
    ck_assert_http(feed, bight_bytes_text(text), expected);
}

/* A body is data, whatever it looks like. */
START_TEST(group_01_a_body_is_never_read_as_a_message)
{
    check(&requests, POST "Content-Length: 35\r\n\r\n" NEXT NEXT,
          "POST(GET /next HTTP/1.1\\x0d\\x0aHost: h\\x0d\\x0a\\x0d\\x0aGET ) "
          "400");
    check(&requests, POST CHUNKED "\r\n4\r\nGET \r\n0\r\n\r\n" NEXT,
          "POST(GET ) GET()");
    check(&requests, "GET / HTTP/1.1\r\nHost: h\r\n" CHUNKED "\r\n" CHUNKS NEXT,
          "GET(hello) GET()");
    check(&requests, POST "Content-Length: 0\r\n\r\n" NEXT, "POST() GET()");
}
END_TEST

/* -- octets --------------------------------------------------------------- */

/* The octet stands for the @ of the text. */
static void check_octets(const struct http_feed *feed, const char *text,
                         bool (*fits)(int octet), const char *accepted)
{
    char input[100];
    size_t size = strlen(text);
    size_t at = (size_t)(strchr(text, '@') - text);
    memcpy(input, text, size);
    for (int octet = 0; octet < 256; octet++) {
        input[at] = (char)octet;
        struct http_events events =
            http_feed(feed, bight_bytes_of(input, size), NULL, 0);
        if ((strcmp(events.text, accepted) == 0) != fits(octet))
            ck_abort_msg("octet 0x%02x in %s: %s", octet, text, events.full);
        ck_assert_http(feed, bight_bytes_of(input, size), events.text);
        http_events_fini(&events);
    }
}

static bool is_alnum(int octet)
{
    return (octet >= '0' && octet <= '9') || (octet >= 'A' && octet <= 'Z') ||
           (octet >= 'a' && octet <= 'z');
}

static bool is_among(int octet, const char *others)
{
    return is_alnum(octet) || (octet > 0 && strchr(others, octet) != NULL);
}

static bool is_tchar(int octet)
{
    return is_among(octet, "!#$%&'*+-.^_`|~");
}

static bool is_in_name(int octet)
{
    return is_tchar(octet) || octet == ':';
}

static bool is_text(int octet)
{
    return octet == '\t' || (octet >= ' ' && octet != 0x7f);
}

static bool is_in_path(int octet)
{
    return is_among(octet, "-._~!$&'()*+,;=:@/?[]");
}

static bool is_in_host(int octet)
{
    return is_among(octet, "-._~!$&'()*+,;=:");
}

START_TEST(group_02_each_octet_is_allowed_where_the_grammar_has_it)
{
#define START "GET / HTTP/1.1\r\nHost: h\r\n"
    check_octets(&requests, START "@ame: v\r\n\r\n", is_tchar, "GET()");
    check_octets(&requests, START "N@me: v\r\n\r\n", is_in_name, "GET()");
    check_octets(&requests, START "Nam@: v\r\n\r\n", is_in_name, "GET()");
    check_octets(&requests, START "N:@alue\r\n\r\n", is_text, "GET()");
    check_octets(&requests, START "N: v@lue of more than 8\r\n\r\n", is_text,
                 "GET()");
    check_octets(&requests, START "N: value of mo@e\r\n\r\n", is_text, "GET()");
    check_octets(&requests, START "N: valu@\r\n\r\n", is_text, "GET()");
    check_octets(&requests, "GET /@ HTTP/1.1\r\nHost: h\r\n\r\n", is_in_path,
                 "GET()");
    check_octets(&requests, "GET / HTTP/1.1\r\nHost: a@8\r\n\r\n", is_in_host,
                 "GET()");
    check_octets(&responses, "HTTP/1.1 204 N@\r\n\r\n", is_text, "204()");
    check_octets(&responses, "HTTP/1.1 204 No\r\nN@me: v\r\n\r\n", is_in_name,
                 "204()");
    check_octets(&responses, "HTTP/1.1 204 No\r\nName: v@\r\n\r\n", is_text,
                 "204()");
}
END_TEST

static bool is_lf(int octet)
{
    return octet == '\n';
}

static bool is_cr(int octet)
{
    return octet == '\r';
}

START_TEST(group_02_a_line_ends_in_cr_and_lf)
{
    check_octets(&requests, "GET / HTTP/1.1@\nHost: h\r\n\r\n", is_cr, "GET()");
    check_octets(&requests, "GET / HTTP/1.1\r@Host: h\r\n\r\n", is_lf, "GET()");
    check_octets(&requests, START "A: b\r@\r\n", is_lf, "GET()");
    check_octets(&requests, START "A: b@\n\r\n", is_cr, "GET()");
    check_octets(&requests, START "\r@", is_lf, "GET()");
    check_octets(&responses, "HTTP/1.1 204 No\r@\r\n", is_lf, "204()");
    check_octets(&responses, "HTTP/1.1 204 No\r\n\r@", is_lf, "204()");
    check_octets(&requests, POST CHUNKED "\r\n1\r@a\r\n0\r\n\r\n", is_lf,
                 "POST(a)");
    check_octets(&requests, POST CHUNKED "\r\n1\r\na@\n0\r\n\r\n", is_cr,
                 "POST(a)");
    check_octets(&requests, POST CHUNKED "\r\n1\r\na\r@0\r\n\r\n", is_lf,
                 "POST(a)");
    check_octets(&requests, POST CHUNKED "\r\n0\r\n\r@", is_lf, "POST()");
}
END_TEST

START_TEST(group_04_the_version_is_1_0_or_1_1)
{
    char text[100];
    for (unsigned i = 0; i < 100; i++) {
        bool good = i == 10 || i == 11;
        (void)snprintf(text, sizeof(text),
                       "GET / HTTP/%u.%u\r\nHost: h\r\n\r\n", i / 10, i % 10);
        check(&requests, text, good ? "GET()" : "505");
        (void)snprintf(text, sizeof(text), "HTTP/%u.%u 204 No\r\n\r\n", i / 10,
                       i % 10);
        check(&responses, text, good ? "204()" : "505");
    }
}
END_TEST

/* -- framing -------------------------------------------------------------- */

struct coding {
    const char *value;
    unsigned status; /* 0: it is chunked */
};

START_TEST(group_05_transfer_encoding_is_chunked_alone)
{
    static const struct coding rows[] = {
        {"chunked", 0},
        {"CHUNKED", 0},
        {" \t chunked \t", 0},
        {"gzip, chunked", 501},
        {"gzip ,chunked", 501},
        {"a;b=c, chunked", 501},
        {"a ; b = \"c,\\\"d\" ,\tchunked", 501},
        {"gzip", 400},
        {"identity", 400},
        {"chunked, gzip", 400},
        {"chunked, chunked", 400},
        {"gzip, chunked, chunked", 400},
        {"chunked;a=b", 400},
        {"gzip, chunked;a=b", 400},
        {"a;b, chunked", 400},
        {"a;=b, chunked", 400},
        {"a;b=\"c, chunked", 400},
        {"a;b=\"c\\", 400},
        {"a b, chunked", 400},
        {"chunked chunked", 400},
        {"gzip,, chunked", 400},
        {"", 400},
        {",", 400},
        {"chunked\\", 400},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        char text[200], expected[20];
        (void)snprintf(expected, sizeof(expected), "%u", rows[i].status);
        (void)snprintf(text, sizeof(text),
                       POST "Transfer-Encoding:%s\r\n\r\n" CHUNKS,
                       rows[i].value);
        check(&requests, text, rows[i].status > 0 ? expected : "POST(hello)");
        (void)snprintf(text, sizeof(text),
                       OK "Transfer-Encoding:%s\r\n\r\n" CHUNKS, rows[i].value);
        check(&responses, text, rows[i].status > 0 ? expected : "200(hello)");
    }
}
END_TEST

START_TEST(group_06_transfer_encoding_in_1_0_is_refused)
{
    check(&requests,
          "POST / HTTP/1.0\r\nConnection: keep-alive\r\n" CHUNKED "\r\n" CHUNKS,
          "400");
    check(&responses, "HTTP/1.0 200 OK\r\n" CHUNKED "\r\n" CHUNKS, "400");
}
END_TEST

START_TEST(group_07_both_ways_of_framing_are_refused)
{
    check(&requests, POST "Content-Length: 5\r\n" CHUNKED "\r\n" CHUNKS, "400");
    check(&requests, POST CHUNKED "content-length: 15\r\n\r\n" CHUNKS, "400");
    check(&requests, POST CHUNKED "Content-Length: 0\r\n\r\n" CHUNKS, "400");
    check(&responses, OK CHUNKED "Content-Length: 15\r\n\r\n" CHUNKS, "400");
    check(&responses, "HTTP/1.1 204 No\r\n" CHUNKED "Content-Length: 0\r\n\r\n",
          "400");
}
END_TEST

START_TEST(group_13_one_empty_line_comes_before_a_request)
{
    check(&requests, "\r\n" NEXT "\r\n" NEXT, "GET() GET()");
    check(&requests, "\r\n\r\n" NEXT, "400");
    check(&requests, NEXT "\r\n\r\n" NEXT, "GET() 400");
    check(&requests, "\n" NEXT, "400");
    check(&requests, "\r" NEXT, "400");
    check(&requests, "\r\n", "");
    check(&requests, "\r", "cut");
    check(&responses, "\r\n" OK "\r\n", "400");
}
END_TEST

START_TEST(group_21_a_tunnel_is_to_host_and_port_without_a_body)
{
    static const char *const bad[] = {"h",     "h:",    ":1",      "h:65536",
                                      "/",     "*",     "[::1]",   "h:1/",
                                      "u@h:1", "h:1?a", "http://h"};
    char text[100];
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        (void)snprintf(text, sizeof(text),
                       "CONNECT %s HTTP/1.1\r\nHost: h\r\n\r\n", bad[i]);
        check(&requests, text, "400");
    }
#define CONNECT "CONNECT h:1 HTTP/1.1\r\nHost: h\r\n"
    check(&requests, CONNECT "Content-Length: 0\r\n\r\n", "400");
    check(&requests, CONNECT CHUNKED "\r\n" CHUNKS, "400");
    check(&requests, CONNECT "\r\n" NEXT, "CONNECT() closed");
    check(&requests, "GET h:1 HTTP/1.1\r\nHost: h\r\n\r\n", "400");
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.groups");
    TCase *tcase = leaks_test_case(suite, "groups");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, group_01_a_body_is_never_read_as_a_message);
    tcase_add_test(tcase,
                   group_02_each_octet_is_allowed_where_the_grammar_has_it);
    tcase_add_test(tcase, group_02_a_line_ends_in_cr_and_lf);
    tcase_add_test(tcase, group_04_the_version_is_1_0_or_1_1);
    tcase_add_test(tcase, group_05_transfer_encoding_is_chunked_alone);
    tcase_add_test(tcase, group_06_transfer_encoding_in_1_0_is_refused);
    tcase_add_test(tcase, group_07_both_ways_of_framing_are_refused);
    tcase_add_test(tcase, group_13_one_empty_line_comes_before_a_request);
    tcase_add_test(tcase, group_21_a_tunnel_is_to_host_and_port_without_a_body);
    return suite;
}
