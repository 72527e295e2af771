/* SPDX-License-Identifier: MIT */
/* httpbin: each of its paths, in virtual time. */
#include <stdio.h>

#include <bight/http_token.h>

#include "faults.h"
#include "asking.h"
#include "leaks.h"
#include "suite.h"

extern const bight_plugin bight_plugin_httpbin;

static struct asking a;

static void begin(void)
{
    memset(&a, 0, sizeof(a));
    talk_begin_plugin(&a.talk, &bight_plugin_httpbin, NULL, NULL);
}

static const char *get(const char *path)
{
    char request[512];
    (void)snprintf(request, sizeof(request),
                   "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path);
    return asking_ask(&a, request);
}

static const char *post(const char *path, const char *type, const char *body)
{
    char request[2048];
    (void)snprintf(request, sizeof(request),
                   "POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: %s\r\n"
                   "Content-Length: %zu\r\n\r\n%s",
                   path, type, strlen(body), body);
    return asking_ask(&a, request);
}

START_TEST(echo_sends_the_body_back_with_its_type)
{
    begin();
    const char *answer = post("/echo", "text/x", "hello");
    ck_assert_has(answer, "\r\nContent-Type: text/x\r\n");
    ck_assert_has(answer, "\r\nContent-Length: 5\r\n");
    ck_assert_str_eq(asking_body(answer), "hello");
    answer = asking_ask(&a, "POST /echo HTTP/1.1\r\nHost: a\r\n"
                            "Transfer-Encoding: chunked\r\n\r\n"
                            "5\r\nhello\r\n0\r\n\r\n");
    ck_assert_has(answer, "\r\nContent-Type: application/octet-stream\r\n");
    ck_assert_str_eq(asking_body(answer), "5\r\nhello\r\n0\r\n\r\n");
    ck_assert_str_eq(asking_body(post("/echo", "text/x", "")), "");
    ck_assert_has(get("/echo"), "\r\nAllow: POST, OPTIONS\r\n");
    asking_end(&a);
}
END_TEST

START_TEST(echo_sends_while_it_reads_and_no_faster_than_it_is_read)
{
    const size_t size = 1000000;
    char head[128];
    bight_end end = {.size = sizeof(end)};
    begin();
    (void)snprintf(head, sizeof(head),
                   "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: %zu"
                   "\r\n\r\n",
                   size);
    bight_transport_pause_reading(a.talk.client, BIGHT_HOLD_USER);
    talk_write(&a.talk, bight_bytes_text(head));
    talk_write(&a.talk, talk_pattern(size));
    talk_run(&a.talk);
    bight_transport_end(a.talk.client, &end);
    ck_assert_uint_le(end.bytes_out, 6 * TALK_CAPACITY);
    bight_transport_resume_reading(a.talk.client, BIGHT_HOLD_USER);
    talk_run(&a.talk);
    bight_bytes all = bight_buffer_bytes(&a.talk.received);
    ck_assert_uint_gt(all.size, size);
    ck_assert(bight_bytes_equal(bight_bytes_tail(all, all.size - size),
                                talk_pattern(size)));
    asking_end(&a);
}
END_TEST

START_TEST(anything_tells_all)
{
    begin();
    ck_assert_str_eq(
        asking_body(asking_ask(&a,
                               "PUT /anything/x?a=1&b=%22+&a=2&c HTTP/1.1\r\n"
                               "Host: h:8\r\nX: 1\r\nX: 2\r\n"
                               "Content-Length: 3\r\n\r\n\x01\xff\n")),
        "{\n  \"method\": \"PUT\",\n"
        "  \"url\": \"http://h:8/anything/x?a=1&b=%22+&a=2&c\",\n"
        "  \"args\": {\n    \"a\": [\n      \"1\",\n      \"2\"\n    ],\n"
        "    \"b\": \"\\\" \",\n    \"c\": \"\"\n  },\n"
        "  \"headers\": {\n    \"Host\": \"h:8\",\n"
        "    \"X\": [\n      \"1\",\n      \"2\"\n    ],\n"
        "    \"Content-Length\": \"3\"\n  },\n"
        "  \"origin\": \"memory\",\n"
        "  \"data\": \"\\u0001\xef\xbf\xbd\\u000a\"\n}\n");
    asking_end(&a);
}
END_TEST

/* What is no UTF-8 is told by U+FFFD, byte for byte. */
START_TEST(json_stays_utf8)
{
#define BAD "\xef\xbf\xbd"
    static const struct {
        const char *sent, *told;
    } cases[] = {
        {"\xc3\xa9", "\xc3\xa9"},
        {"\xe2\x82\xac", "\xe2\x82\xac"},
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
        {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
        {"\xc3", BAD},
        {"\xc0\xaf", BAD BAD},
        {"\xe0\x80\xaf", BAD BAD BAD},
        {"\xed\xa0\x80", BAD BAD BAD},
        {"\xf0\x80\x80\xaf", BAD BAD BAD BAD},
        {"\xf4\x90\x80\x80", BAD BAD BAD BAD},
        {"\xff", BAD},
        {"\xe2\x82z", BAD BAD "z"},
        {"\"\\/\x7f", "\\\"\\\\/\\u007f"},
    };
    begin();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char line[128];
        (void)snprintf(line, sizeof(line), "\"data\": \"%s\"\n", cases[i].told);
        ck_assert_has(post("/anything", "a/b", cases[i].sent), line);
    }
    asking_end(&a);
}
END_TEST

START_TEST(parts_of_the_request_are_told)
{
    begin();
    ck_assert_str_eq(asking_body(get("/headers")),
                     "{\n  \"headers\": {\n    \"Host\": \"a\"\n  }\n}\n");
    ck_assert_str_eq(asking_body(get("/ip")),
                     "{\n  \"origin\": \"memory\"\n}\n");
    ck_assert_str_eq(
        asking_body(asking_ask(&a, "GET /cookies HTTP/1.1\r\n"
                                   "Host: a\r\nCookie: a=b; c=d\r\n\r\n")),
        "{\n  \"cookies\": {\n    \"a\": \"b\",\n"
        "    \"c\": \"d\"\n  }\n}\n");
    asking_end(&a);
}
END_TEST

START_TEST(statuses_are_answered)
{
    begin();
    ck_assert_uint_eq(asking_status(get("/status/200")), 200);
    ck_assert_uint_eq(asking_status(get("/status/503")), 503);
    ck_assert_has(get("/status/401"), "\r\nWWW-Authenticate: Basic ");
    ck_assert_has(get("/status/307"), "\r\nLocation: /\r\n");
    ck_assert_str_eq(asking_body(get("/status/204")), "");
    ck_assert_str_eq(asking_body(get("/status/304")), "");
    asking_end(&a);
}
END_TEST

START_TEST(numbers_that_are_none_or_too_large_are_400)
{
    static const char *const bad[] = {
        "/status/199",       "/status/600",
        "/status/abc",       "/status/-1",
        "/delay/11",         "/delay/1.5",
        "/delay/0x1",        "/redirect/0",
        "/redirect/21",      "/stream/1001",
        "/bytes/1073741825", "/bytes/99999999999999999999999999",
        "/status/20%30",
    };
    begin();
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(asking_status(get(bad[i])) == 400, "%s", bad[i]);
    asking_end(&a);
}
END_TEST

START_TEST(a_delay_is_as_long_as_it_says)
{
    begin();
    ck_assert_str_eq(get("/delay/3"), "");
    ck_assert_ok(bight_loop_advance(a.talk.loop, 2999));
    ck_assert_str_eq(asking_read(&a), "");
    ck_assert_ok(bight_loop_advance(a.talk.loop, 1));
    talk_run(&a.talk);
    ck_assert_str_eq(asking_body(asking_read(&a)), "{\n  \"delay\": 3\n}\n");
    asking_end(&a);
}
END_TEST

START_TEST(a_delay_ends_with_its_client)
{
    begin();
    ck_assert_str_eq(get("/delay/3"), "");
    bight_transport_abort(a.talk.client);
    talk_run(&a.talk);
    ck_assert_ok(bight_loop_advance(a.talk.loop, 5000));
    ck_assert_str_eq(asking_body(get("/ip")),
                     "{\n  \"origin\": \"memory\"\n}\n");
    asking_end(&a);
}
END_TEST

START_TEST(bytes_are_so_many_and_the_same)
{
    char first[101];
    begin();
    const char *answer = get("/bytes/100");
    ck_assert_has(answer, "\r\nContent-Length: 100\r\n");
    memcpy(first, asking_body(answer), 100);
    answer = get("/bytes/200000");
    ck_assert_has(answer, "\r\nContent-Length: 200000\r\n");
    ck_assert_int_eq(memcmp(asking_body(answer), first, 100), 0);
    ck_assert_has(get("/bytes/0"), "\r\nContent-Length: 0\r\n");
    asking_end(&a);
}
END_TEST

START_TEST(bytes_wait_for_a_slow_reader)
{
    begin();
    bight_transport_pause_reading(a.talk.client, BIGHT_HOLD_USER);
    talk_write(&a.talk, BIGHT_BYTES(GET("/bytes/1000000000")));
    talk_run(&a.talk);
    bight_transport_abort(a.talk.client);
    talk_run(&a.talk);
    ck_assert(a.talk.server_ended);
    ck_assert_uint_lt(a.talk.server.bytes_out + a.talk.server.unsent, 400000);
    asking_end(&a);
}
END_TEST

START_TEST(lines_come_in_chunks)
{
    begin();
    const char *answer = get("/stream/2");
    ck_assert_has(answer, "\r\nContent-Type: application/x-ndjson\r\n");
    ck_assert_str_eq(asking_body(answer),
                     "15\r\n{\"line\": 0, \"of\": 2}\n\r\n"
                     "15\r\n{\"line\": 1, \"of\": 2}\n\r\n0\r\n\r\n");
    ck_assert_str_eq(asking_body(get("/stream/0")), "0\r\n\r\n");
    asking_end(&a);
}
END_TEST

START_TEST(events_come_each_second)
{
    begin();
    const char *answer = get("/sse?count=2");
    ck_assert_has(answer, "\r\nContent-Type: text/event-stream\r\n");
    ck_assert_has(answer, "\r\nid: 1\ndata: event 1 of 2\n\n\r\n");
    ck_assert_ok(bight_loop_advance(a.talk.loop, 999));
    ck_assert_str_eq(asking_read(&a), "");
    ck_assert_ok(bight_loop_advance(a.talk.loop, 1));
    talk_run(&a.talk);
    ck_assert_has(asking_read(&a), "\r\nid: 2\ndata: event 2 of 2\n\n\r\n");
    ck_assert_ok(bight_loop_advance(a.talk.loop, 1000));
    talk_run(&a.talk);
    ck_assert_str_eq(asking_read(&a), "0\r\n\r\n");
    answer = asking_ask(&a, "GET /sse?count=5 HTTP/1.1\r\nHost: a\r\n"
                            "Last-Event-ID: 3\r\n\r\n");
    ck_assert_has(answer, "\r\nid: 4\ndata: event 4 of 5\n\n\r\n");
    asking_end(&a);
}
END_TEST

START_TEST(redirects_lead_to_anything)
{
    begin();
    ck_assert_has(get("/redirect/3"), "\r\nLocation: /redirect/2\r\n");
    ck_assert_has(get("/redirect/1"), "\r\nLocation: /anything\r\n");
    asking_end(&a);
}
END_TEST

START_TEST(cookies_are_set_or_refused)
{
    begin();
    const char *answer = get("/cookies/set?a=b&c=%7E");
    ck_assert_uint_eq(asking_status(answer), 302);
    ck_assert_has(answer, "\r\nSet-Cookie: a=b; Path=/\r\n");
    ck_assert_has(answer, "\r\nSet-Cookie: c=~; Path=/\r\n");
    ck_assert_has(answer, "\r\nLocation: /cookies\r\n");
    answer = get("/cookies/set?a=%0d%0aSet-Cookie:x");
    ck_assert_uint_eq(asking_status(answer), 400);
    ck_assert_has_not(answer, "Set-Cookie");
    ck_assert_uint_eq(asking_status(get("/cookies/set?a%20b=c")), 400);
    asking_end(&a);
}
END_TEST

START_TEST(credentials_are_those_of_the_path)
{
    begin();
    ck_assert_has(get("/basic-auth/u/p"),
                  "\r\nWWW-Authenticate: Basic realm=\"httpbin\"");
    const char *answer =
        asking_ask(&a, "GET /basic-auth/u%2F/p HTTP/1.1\r\nHost: a\r\n"
                       "Authorization: Basic dS86cA==\r\n\r\n");
    ck_assert_str_eq(asking_body(answer),
                     "{\n  \"authenticated\": true,\n  \"user\": \"u/\"\n}\n");
    answer = asking_ask(&a, "GET /basic-auth/u/x HTTP/1.1\r\nHost: a\r\n"
                            "Authorization: Basic dTpw\r\n\r\n");
    ck_assert_uint_eq(asking_status(answer), 401);
    asking_end(&a);
}
END_TEST

#define MULTIPART                                                              \
    "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n"         \
    "--b\r\nContent-Disposition: form-data; name=\"f\"; "                      \
    "filename=\"x\\\"y\"\r\nContent-Type: text/plain\r\n\r\n12345\r\n--b--"

START_TEST(forms_are_told)
{
    begin();
    ck_assert_has(get("/forms"), "<form method=\"post\"");
    ck_assert_str_eq(
        asking_body(post("/forms", "application/x-www-form-urlencoded",
                         "a=1&a=2&b=%3d")),
        "{\n  \"files\": [],\n  \"form\": {\n    \"a\": [\n"
        "      \"1\",\n      \"2\"\n    ],\n"
        "    \"b\": \"=\"\n  }\n}\n");
    ck_assert_str_eq(
        asking_body(
            post("/forms", "multipart/form-data; boundary=b", MULTIPART)),
        "{\n  \"files\": [\n    {\n      \"name\": \"f\",\n"
        "      \"file_name\": \"x\\\"y\",\n"
        "      \"type\": \"text/plain\",\n      \"size\": 5\n    }\n  ],\n"
        "  \"form\": {\n    \"a\": \"one\"\n  }\n}\n");
    ck_assert_uint_eq(asking_status(post("/forms", "text/plain", "a")), 415);
    asking_end(&a);
}
END_TEST

START_TEST(the_front_page_leads_to_all)
{
    static const char *const paths[] = {
        "/anything", "/echo", "/headers",     "/ip",      "/cookies",
        "/forms",    "/gzip", "/basic-auth/", "/status/", "/redirect/",
        "/bytes/",   "/sse",  "/stream/",     "/delay/",
    };
    begin();
    const char *answer = get("/");
    ck_assert_has(answer, "\r\nContent-Type: text/html; charset=utf-8\r\n");
    ck_assert_has(answer, "prefers-color-scheme:dark");
    ck_assert_has(answer, "name=\"viewport\"");
    ck_assert_has_not(answer, "<script");
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        ck_assert_has(answer, paths[i]);
    asking_end(&a);
}
END_TEST

/* It is put into a page: what would be markup there is not. */
START_TEST(the_front_page_shows_where_it_is)
{
    begin();
    ck_assert_has(asking_ask(&a, "GET / HTTP/1.1\r\nHost: [::1]:81\r\n\r\n"),
                  "curl -d hello http://[::1]:81/echo\n");
    ck_assert_has(asking_ask(&a, "GET / HTTP/1.1\r\nHost: a&lt;\r\n\r\n"),
                  "http://HOST/echo\n");
    ck_assert_has(asking_ask(&a, "GET / HTTP/1.0\r\n\r\n"),
                  "http://HOST/echo\n");
    asking_end(&a);
}
END_TEST

/* S3: the n-th failing allocation of a form and of a coded answer. */
START_TEST(S3_without_memory_it_is_an_error_or_the_end)
{
    static const char *const requests[] = {
        "POST /forms HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n"
        "Content-Length: 158\r\n\r\n" MULTIPART,
        "GET /gzip HTTP/1.1\r\nHost: a\r\nAccept-Encoding: br\r\n\r\n",
        "POST /anything?a=b HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab",
        "GET /sse?count=1 HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab",
        "GET /cookies/set?a=b HTTP/1.1\r\nHost: a\r\n\r\n",
    };
    for (uint64_t n = 1;; n++) {
        uint8_t *space;
        begin();
        ck_assert_ok(bight_buffer_reserve(&a.talk.received, 20000, &space));
        talk_write(&a.talk, bight_bytes_text(requests[_i]));
        faults_fail_nth(n);
        talk_run(&a.talk);
        bool injected = faults_failed() > 0;
        faults_fail_nth(0);
        const char *answer = asking_read(&a);
        if (answer[0] != '\0' && asking_status(answer) != 500)
            ck_assert_uint_lt(asking_status(answer), 400);
        if (!injected)
            ck_assert_str_ne(answer, "");
        if (a.talk.client != NULL)
            bight_transport_abort(a.talk.client);
        talk_run(&a.talk);
        ck_assert_uint_eq(asking_status(get("/ip")), 200);
        asking_end(&a);
        if (!injected)
            break;
    }
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("protocols.httpbin");
    TCase *tcase = leaks_test_case(suite, "httpbin");
    tcase_add_test(tcase, echo_sends_the_body_back_with_its_type);
    tcase_add_test(tcase,
                   echo_sends_while_it_reads_and_no_faster_than_it_is_read);
    tcase_add_test(tcase, anything_tells_all);
    tcase_add_test(tcase, json_stays_utf8);
    tcase_add_test(tcase, parts_of_the_request_are_told);
    tcase_add_test(tcase, statuses_are_answered);
    tcase_add_test(tcase, numbers_that_are_none_or_too_large_are_400);
    tcase_add_test(tcase, a_delay_is_as_long_as_it_says);
    tcase_add_test(tcase, a_delay_ends_with_its_client);
    tcase_add_test(tcase, bytes_are_so_many_and_the_same);
    tcase_add_test(tcase, bytes_wait_for_a_slow_reader);
    tcase_add_test(tcase, lines_come_in_chunks);
    tcase_add_test(tcase, events_come_each_second);
    tcase_add_test(tcase, redirects_lead_to_anything);
    tcase_add_test(tcase, cookies_are_set_or_refused);
    tcase_add_test(tcase, credentials_are_those_of_the_path);
    tcase_add_test(tcase, forms_are_told);
    tcase_add_test(tcase, the_front_page_leads_to_all);
    tcase_add_test(tcase, the_front_page_shows_where_it_is);
    tcase_add_loop_test(tcase, S3_without_memory_it_is_an_error_or_the_end, 0,
                        6);
    return suite;
}
