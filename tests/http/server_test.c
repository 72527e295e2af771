/* SPDX-License-Identifier: MIT */
/* A server's answers: their framing, their order, and when a connection goes
 * on. */
#include <stdio.h>

#include "http_served.h"
#include "leaks.h"
#include "suite.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define CHUNKS                                                                 \
    SERVED("200 OK", "Transfer-Encoding: chunked\r\n",                         \
           "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")

/* Every request and answer in reads and writes of `_i` bytes at most. */
START_TEST(group_24_an_answer_is_the_same_under_every_split)
{
    served_begin((size_t)_i, (size_t)_i);
    served_ask(GET("/hello") GET(
        "/pieces") "POST /echo HTTP/1.1\r\n"
                   "Host: a\r\nContent-Length: 5\r\n\r\nhello" GET("/fail"));
    ck_assert_answered(SERVED_HELLO CHUNKS SERVED(
        "200 OK",
        "Content-Type: application/octet-stream\r\nContent-Length: 5\r\n",
        "hello") SERVED("404 Not Found",
                        "Content-Type: text/plain; charset=utf-8\r\n"
                        "Content-Length: 14\r\n",
                        "404 Not Found\n"));
    ck_assert(!served.talk.eof);
    ck_assert_uint_eq(served.ended, 4);
    served_end();
}
END_TEST

START_TEST(answers_keep_the_order_of_a_pipeline)
{
    served_begin(0, 0);
    served_ask(GET("/later") GET("/hello"));
    ck_assert_answered("");
    ck_assert_uint_eq(served.handled, 1);
    bight_http_answer(served.x, 200, NULL, BIGHT_BYTES("first"));
    talk_run(&served.talk);
    ck_assert_answered(SERVED("200 OK", "Content-Length: 5\r\n", "first")
                           SERVED_HELLO);
    served_end();
}
END_TEST

START_TEST(a_head_request_is_answered_without_the_body)
{
    served_begin(0, 0);
    served_ask("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n"
               "HEAD /pieces HTTP/1.1\r\nHost: a\r\n\r\n" GET("/hello"));
    ck_assert_answered(
        SERVED("200 OK", "Content-Type: text/plain\r\nContent-Length: 13\r\n",
               "") SERVED("200 OK", "Transfer-Encoding: chunked\r\n", "")
            SERVED_HELLO);
    served_end();
}
END_TEST

/* RFC 9112, 9.3. */
START_TEST(group_16_a_connection_goes_on_as_version_and_tokens_say)
{
    static const struct {
        const char *request;
        bool goes_on;
        const char *field;
    } tries[] = {
        {"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n", true, ""},
        {"GET /hello HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n",
         false, "Connection: close\r\n"},
        {"GET /hello HTTP/1.0\r\n\r\n", false, "Connection: close\r\n"},
        {"GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true,
         "Connection: keep-alive\r\n"},
        {"GET /hello HTTP/1.1\r\nHost: a\r\nProxy-Connection: close\r\n\r\n",
         true, ""},
    };
    char expected[512];
    served_begin(0, 0);
    served_ask(tries[_i].request);
    (void)snprintf(expected, sizeof(expected),
                   "HTTP/1.1 200 OK\r\nServer: bight\r\n" SERVED_DATE
                   "Content-Type: text/plain\r\nContent-Length: 13\r\n%s\r\n"
                   "Hello, World!",
                   tries[_i].field);
    ck_assert_answered(expected);
    ck_assert(served.talk.eof == !tries[_i].goes_on);
    served_end();
}
END_TEST

START_TEST(group_16_nothing_behind_the_last_request_is_read)
{
    served_begin(0, 0);
    served_ask(
        "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" GET(
            "/hello"));
    ck_assert_uint_eq(served.handled, 1);
    ck_assert(served.talk.eof);
    served_end();
}
END_TEST

START_TEST(a_client_of_http_1_0_gets_pieces_until_the_close)
{
    served_begin(0, 0);
    served_ask("GET /pieces HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    ck_assert_answered(SERVED("200 OK", "Connection: close\r\n", "abc"));
    ck_assert(served.talk.eof);
    served_end();
}
END_TEST

/* The page, half an eof, then the rest of what the client sends is dropped. */
START_TEST(group_22_a_fault_is_answered_and_the_connection_closed)
{
    served_begin((size_t)_i, 0);
    served_ask("GET / HTTP/1.1\r\nHost : a\r\n\r\n" GET("/hello"));
    ck_assert_answered(SERVED_FAULT("400 Bad Request", "16"));
    ck_assert(served.talk.eof);
    ck_assert_uint_eq(served.handled, 0);
    bight_transport_close(served.talk.client);
    talk_run(&served.talk);
    ck_assert(served.talk.server_ended);
    ck_assert_error(served.talk.server.why, BIGHT_ERROR_CLOSED);
    served_end();
}
END_TEST

START_TEST(statuses_of_faults_are_those_of_the_rules)
{
    static const struct {
        const char *request;
        unsigned status;
    } tries[] = {
        {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
        {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked"
         "\r\n\r\n",
         501},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
         "Content-Length: 1\r\n\r\n",
         400},
        {"GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", 417},
        {"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nContent-Length: 1\r\n\r\n", 400},
    };
    served_begin(0, 0);
    served_ask(tries[_i].request);
    ck_assert_uint_eq(served_status(), tries[_i].status);
    served_end();
}
END_TEST

START_TEST(D13_a_handler_that_gives_no_answer_is_a_500)
{
    served_begin(0, 0);
    served_ask(GET("/none") GET("/broken") GET("/hello"));
    const char page[] = SERVED("500 Internal Server Error",
                               "Content-Type: text/plain; charset=utf-8\r\n"
                               "Content-Length: 26\r\n",
                               "500 Internal Server Error\n");
    char expected[1024];
    (void)snprintf(expected, sizeof(expected), "%s%s%s", page, page,
                   SERVED_HELLO);
    ck_assert_answered(expected);
    served_end();
}
END_TEST

START_TEST(a_deferred_that_fires_finishes_what_was_begun)
{
    served_begin(0, 0);
    served_ask(GET("/promise"));
    ck_assert_answered("");
    bight_promise_resolve(served.promise, bight_value_none());
    served.promise = NULL;
    talk_run(&served.talk);
    ck_assert_uint_eq(served_status(), 500);
    ck_assert(!served.talk.eof);
    served_end();
}
END_TEST

START_TEST(T36_a_handler_is_cancelled_when_its_client_goes)
{
    served_begin(0, 0);
    served_ask(GET("/promise"));
    ck_assert(bight_promise_is_wanted(served.promise));
    bight_transport_abort(served.talk.client);
    talk_run(&served.talk);
    ck_assert(!bight_promise_is_wanted(served.promise));
    ck_assert(served.talk.server_ended);
    ck_assert_uint_eq(served.ended, 1);
    ck_assert(bight_failed(served.why));
    served_end();
}
END_TEST

START_TEST(a_client_that_wrote_its_eof_has_gone_where_nobody_waits_for_it)
{
    served_prepare();
    served.options.limits.half_close_ms = 0;
    served_begin(0, 0);
    served_ask(GET("/promise"));
    talk_write_eof(&served.talk);
    talk_run(&served.talk);
    ck_assert(!bight_promise_is_wanted(served.promise));
    ck_assert_uint_eq(served.ended, 1);
    served_end();
}
END_TEST

START_TEST(a_client_that_wrote_its_eof_is_answered)
{
    served_begin(0, 0);
    served_ask(GET("/later"));
    talk_write_eof(&served.talk);
    talk_run(&served.talk);
    ck_assert_ptr_nonnull(served.x);
    bight_http_answer(served.x, 200, NULL, BIGHT_BYTES("late"));
    talk_run(&served.talk);
    ck_assert_answered(
        SERVED("200 OK", "Content-Length: 4\r\nConnection: close\r\n", "late"));
    ck_assert(served.talk.eof);
    served_end();
}
END_TEST

START_TEST(who_wrote_its_eof_is_not_waited_for_without_end)
{
    served_begin(0, 0);
    served_ask(GET("/promise"));
    talk_write_eof(&served.talk);
    served_wait(29);
    ck_assert(bight_promise_is_wanted(served.promise));
    served_wait(4);
    ck_assert(!bight_promise_is_wanted(served.promise));
    ck_assert_uint_eq(served.ended, 1);
    ck_assert(served.talk.server_ended);
    served_end();
}
END_TEST

/* It goes on as long as it is taken. */
START_TEST(what_was_begun_for_who_wrote_its_eof_has_no_deadline)
{
    served_begin(0, 0);
    served_ask(GET("/later"));
    ck_assert_ok(
        bight_http_start(served.x, 200, NULL, BIGHT_HTTP_LENGTH_UNKNOWN));
    talk_write_eof(&served.talk);
    served_wait(100);
    ck_assert(!served.talk.server_ended);
    (void)bight_http_write(served.x, BIGHT_BYTES("late"));
    bight_http_finish(served.x);
    talk_run(&served.talk);
    ck_assert_uint_eq(served_status(), 200);
    ck_assert(served.talk.eof);
    served_end();
}
END_TEST

START_TEST(what_was_asked_before_the_eof_is_answered)
{
    served_begin(0, 0);
    talk_write(&served.talk, BIGHT_BYTES(GET("/hello") GET("/hello")));
    talk_write_eof(&served.talk);
    talk_run(&served.talk);
    ck_assert_answered(SERVED_HELLO SERVED_HELLO);
    ck_assert(served.talk.eof);
    served_end();
}
END_TEST

START_TEST(options_of_an_older_program_get_the_newer_defaults)
{
    served_prepare();
    served.options.limits.requests = 1;
    served.options.size = offsetof(bight_http_options, limits);
    served_begin(0, 0);
    served_ask(GET("/hello") GET("/hello"));
    ck_assert_answered(SERVED_HELLO SERVED_HELLO);
    served_end();
}
END_TEST

START_TEST(a_connection_takes_as_many_requests_as_its_limit)
{
    served_prepare();
    served.options.limits.requests = 2;
    served_begin(0, 0);
    served_ask(GET("/hello") GET("/hello") GET("/hello"));
    ck_assert_uint_eq(served.handled, 2);
    ck_assert(served.talk.eof);
    served_end();
}
END_TEST

START_TEST(E11_a_server_that_drains_finishes_what_it_began)
{
    served_begin(0, 0);
    served_ask(GET("/later") GET("/hello"));
    bight_listener_drain(served.talk.listener, 10000, NULL, NULL);
    served.talk.listener = NULL;
    talk_run(&served.talk);
    ck_assert_ptr_nonnull(served.x);
    bight_http_answer(served.x, 200, NULL, BIGHT_BYTES("last"));
    talk_run(&served.talk);
    ck_assert_answered(
        SERVED("200 OK", "Content-Length: 4\r\nConnection: close\r\n", "last"));
    ck_assert(served.talk.eof);
    served_end();
}
END_TEST

/* -- writing --------------------------------------------------------------- */

START_TEST(S1_a_reader_that_stops_stops_the_source)
{
    served_prepare();
    static uint8_t block[8192];
    served_begin(0, 0);
    served.piece = bight_bytes_of(block, sizeof(block));
    served.count = 10000;
    served.talk.enough = 1000;
    served_ask(GET("/source"));
    ck_assert_int_eq(served.status, BIGHT_WRITE_FULL);
    ck_assert_uint_gt(served.count, 9000);
    served.talk.enough = 0;
    bight_transport_resume_reading(served.talk.client, BIGHT_HOLD_USER);
    talk_run(&served.talk);
    ck_assert_uint_eq(served.ended, 1);
    ck_assert_str_eq(served.heard, "stop");
    ck_assert_uint_gt(served.talk.received.end, 10000 * sizeof(block));
    served_end();
}
END_TEST

START_TEST(a_client_that_does_not_read_is_dropped_in_time)
{
    static uint8_t block[8192];
    served_begin(0, 0);
    served.piece = bight_bytes_of(block, sizeof(block));
    served.count = 10000;
    served.talk.enough = 1;
    served_ask(GET("/source"));
    served_wait(59);
    ck_assert(!served.talk.server_ended);
    served_wait(2);
    ck_assert(served.talk.server_ended);
    ck_assert_error(served.talk.server.why, BIGHT_ERROR_WRITE_TIMEOUT);
    served_end();
}
END_TEST

/* One second for each 64 KiB of 4 MiB, behind which nothing else comes. */
START_TEST(a_client_that_reads_slowly_gets_all_of_an_answer)
{
    static const char *const requests[] = {
        GET("/later"),
        "GET /later HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"};
    static uint8_t body[4 * 1024 * 1024];
    served_prepare();
    served.options.limits.idle_timeout_ms = 1000;
    served_begin(0, 0);
    served.talk.enough = 1;
    served_ask(requests[_i]);
    bight_http_answer(served.x, 200, NULL, bight_bytes_of(body, sizeof(body)));
    for (int i = 0; i < 80 && served.talk.client != NULL; i++) {
        served_wait(1);
        served.talk.enough = served.talk.received.end + 65536;
        if (served.talk.client != NULL)
            bight_transport_resume_reading(served.talk.client, BIGHT_HOLD_USER);
        talk_run(&served.talk);
    }
    ck_assert_uint_gt(served.talk.received.end, sizeof(body));
    ck_assert(served.talk.eof);
    served_end();
}
END_TEST

START_TEST(a_head_request_gets_no_body_with_a_fault_nor_a_reset_content)
{
    served_begin(0, 0);
    served_ask(GET("/later"));
    bight_http_answer(served.x, 205, NULL, BIGHT_BYTES("none"));
    talk_run(&served.talk);
    ck_assert_answered(
        SERVED("205 Reset Content", "Content-Length: 0\r\n", ""));
    served_ask("HEAD / HTTP/1.1\r\n\r\n");
    ck_assert_answered(SERVED("400 Bad Request",
                              "Content-Type: text/plain; charset=utf-8\r\n"
                              "Content-Length: 16\r\nConnection: close\r\n",
                              ""));
    served_end();
}
END_TEST

START_TEST(a_field_may_be_set_from_another_one)
{
    served_begin(0, 0);
    served_ask(GET("/later"));
    ck_assert_ok(bight_http_set_field(served.x, "A", BIGHT_BYTES("one")));
    for (char name[] = "B"; name[0] <= 'Z'; name[0]++) {
        ck_assert_ok(bight_http_set_field(
            served.x, name, bight_http_answer_field(served.x, "A")));
        ck_assert_ok(bight_http_set_field(
            served.x, "A", bight_http_answer_field(served.x, "A")));
        ck_assert(bight_bytes_equal(bight_http_answer_field(served.x, name),
                                    BIGHT_BYTES("one")));
    }
    bight_http_answer(served.x, 204, NULL, BIGHT_BYTES(""));
    served_end();
}
END_TEST

START_TEST(a_type_that_was_set_stands_once)
{
    served_begin(0, 0);
    served_ask(GET("/later") GET("/later"));
    ck_assert_ok(
        bight_http_set_field(served.x, "Content-Type", BIGHT_BYTES("text/x")));
    bight_http_answer(served.x, 200, "text/y", BIGHT_BYTES("1"));
    talk_run(&served.talk);
    ck_assert_answered(
        SERVED("200 OK", "Content-Length: 1\r\nContent-Type: text/x\r\n", "1"));
    ck_assert_ok(
        bight_http_set_field(served.x, "content-type", BIGHT_BYTES("text/x")));
    ck_assert_ok(bight_http_set_field(served.x, "ETag", BIGHT_BYTES("\"1\"")));
    bight_http_fail(served.x, 404);
    talk_run(&served.talk);
    ck_assert_answered(SERVED("404 Not Found",
                              "Content-Type: text/plain; charset=utf-8\r\n"
                              "Content-Length: 14\r\n",
                              "404 Not Found\n"));
    served_end();
}
END_TEST

START_TEST(T25_less_than_was_promised_ends_by_a_reset)
{
    served_begin(0, 0);
    served_ask(GET("/later"));
    ck_assert_ok(bight_http_start(served.x, 200, NULL, 5));
    (void)bight_http_write(served.x, BIGHT_BYTES("abc"));
    if (_i == 0)
        bight_http_finish(served.x);
    else
        ck_assert_int_eq(bight_http_write(served.x, BIGHT_BYTES("defg")),
                         BIGHT_WRITE_CLOSED);
    talk_run(&served.talk);
    ck_assert(served.talk.server_ended);
    ck_assert_error(served.talk.server.why, BIGHT_ERROR_ABORTED);
    ck_assert(bight_failed(served.why));
    served_end();
}
END_TEST

START_TEST(group_23_fields_that_would_break_the_head_are_refused)
{
    static const struct {
        const char *name;
        const char *value;
    } tries[] = {
        {"X", "a\r\nY: b"},
        {"X", "a\nb"},
        {"X", "a\rb"},
        {"X Y", "a"},
        {"X:", "a"},
        {"", "a"},
        {"X\r\n", "a"},
        {"Content-Length", "1"},
        {"transfer-encoding", "chunked"},
        {"Connection", "close"},
        {"X", "\x01"},
    };
    served_begin(0, 0);
    served_ask(GET("/later"));
    for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
        ck_assert_error(bight_http_set_field(served.x, tries[i].name,
                                             bight_bytes_text(tries[i].value)),
                        BIGHT_ERROR_INVALID);
    ck_assert_error(
        bight_http_set_field(served.x, "X", bight_bytes_of("a\0b", 3)),
        BIGHT_ERROR_INVALID);
    ck_assert_ok(bight_http_set_field(served.x, "X", BIGHT_BYTES("one")));
    ck_assert_ok(bight_http_add_field(served.x, "Y", BIGHT_BYTES("b")));
    ck_assert_ok(bight_http_add_field(served.x, "y", BIGHT_BYTES("c")));
    ck_assert_ok(bight_http_set_field(served.x, "x", BIGHT_BYTES("two")));
    ck_assert(bight_bytes_equal(bight_http_answer_field(served.x, "X"),
                                BIGHT_BYTES("two")));
    bight_http_answer(served.x, 204, NULL, BIGHT_BYTES("none"));
    talk_run(&served.talk);
    ck_assert_answered(
        SERVED("204 No Content", "Y: b\r\ny: c\r\nx: two\r\n", ""));
    served_end();
}
END_TEST

/* -- another protocol -------------------------------------------------------
 */

START_TEST(group_19_left_over_bytes_go_to_the_new_protocol_once)
{
    served_begin((size_t)_i, 0);
    served_ask("GET /switch HTTP/1.1\r\nHost: a\r\nUpgrade: shout\r\n"
               "Connection: upgrade\r\n\r\nhello");
    ck_assert_ok(served.taken);
    ck_assert_answered("HTTP/1.1 101 Switching Protocols\r\n"
                       "Upgrade: shout\r\nConnection: Upgrade\r\n\r\nHELLO");
    ck_assert_uint_eq(served.ended, 1);
    ck_assert_ok(served.why);
    served_ask("again");
    ck_assert_answered("AGAIN");
    served_end();
}
END_TEST

/* What is offered is each element of each line, in any case. */
START_TEST(group_19_who_did_not_ask_for_it_is_not_switched)
{
    static const struct {
        const char *fields;
        bool taken;
    } cases[] = {
        {"", false},
        {"Upgrade: other\r\n", false},
        {"Upgrade: shouting, sho/1\r\n", false},
        {"Upgrade: other, SHOUT\r\n", true},
        {"Upgrade: other\r\nUpgrade: shout\r\n", true},
    };
    char request[256];
    (void)snprintf(request, sizeof(request),
                   "GET /switch HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n"
                   "%s\r\n",
                   cases[_i].fields);
    served_begin(0, 0);
    served_ask(request);
    if (cases[_i].taken)
        ck_assert_ok(served.taken);
    else
        ck_assert_error(served.taken, BIGHT_ERROR_USAGE);
    ck_assert_uint_eq(served_status(), cases[_i].taken ? 101 : 500);
    served_end();
}
END_TEST

/* HTTP's deadlines are HTTP's. */
START_TEST(group_19_the_new_protocol_has_no_deadline_of_the_old_one)
{
    static uint8_t block[3 * TALK_CAPACITY];
    served_begin(0, 0);
    served.piece = bight_bytes_of(block, sizeof(block));
    served.talk.enough = 1;
    served_ask(GET("/big"));
    served.talk.enough = 0;
    bight_transport_resume_reading(served.talk.client, BIGHT_HOLD_USER);
    served_ask("GET /switch HTTP/1.1\r\nHost: a\r\nUpgrade: shout\r\n"
               "Connection: upgrade\r\n\r\n");
    ck_assert_ok(served.taken);
    bight_transport_pause_reading(served.talk.client, BIGHT_HOLD_USER);
    talk_write(&served.talk, bight_bytes_of(block, sizeof(block)));
    served_wait(200);
    ck_assert(!served.talk.server_ended);
    served_end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.server");
    TCase *tcase = leaks_test_case(suite, "answers");
    tcase_add_loop_test(tcase, group_24_an_answer_is_the_same_under_every_split,
                        0, 40);
    tcase_add_test(tcase, answers_keep_the_order_of_a_pipeline);
    tcase_add_test(tcase, a_head_request_is_answered_without_the_body);
    tcase_add_loop_test(
        tcase, group_16_a_connection_goes_on_as_version_and_tokens_say, 0, 5);
    tcase_add_test(tcase, group_16_nothing_behind_the_last_request_is_read);
    tcase_add_test(tcase, a_client_of_http_1_0_gets_pieces_until_the_close);
    tcase_add_loop_test(
        tcase, group_22_a_fault_is_answered_and_the_connection_closed, 0, 20);
    tcase_add_loop_test(tcase, statuses_of_faults_are_those_of_the_rules, 0, 7);
    tcase_add_test(tcase, D13_a_handler_that_gives_no_answer_is_a_500);
    tcase_add_test(tcase, a_deferred_that_fires_finishes_what_was_begun);
    tcase_add_test(tcase, T36_a_handler_is_cancelled_when_its_client_goes);
    tcase_add_test(
        tcase, a_client_that_wrote_its_eof_has_gone_where_nobody_waits_for_it);
    tcase_add_test(tcase, a_client_that_wrote_its_eof_is_answered);
    tcase_add_test(tcase, who_wrote_its_eof_is_not_waited_for_without_end);
    tcase_add_test(tcase, what_was_begun_for_who_wrote_its_eof_has_no_deadline);
    tcase_add_test(tcase, what_was_asked_before_the_eof_is_answered);
    tcase_add_test(tcase, options_of_an_older_program_get_the_newer_defaults);
    tcase_add_test(tcase, a_connection_takes_as_many_requests_as_its_limit);
    tcase_add_test(tcase, E11_a_server_that_drains_finishes_what_it_began);
    TCase *writing = leaks_test_case(suite, "writing");
    tcase_add_test(writing, S1_a_reader_that_stops_stops_the_source);
    tcase_add_test(writing, a_client_that_does_not_read_is_dropped_in_time);
    tcase_add_loop_test(writing,
                        a_client_that_reads_slowly_gets_all_of_an_answer, 0, 2);
    tcase_add_test(
        writing, a_head_request_gets_no_body_with_a_fault_nor_a_reset_content);
    tcase_add_test(writing, a_field_may_be_set_from_another_one);
    tcase_add_test(writing, a_type_that_was_set_stands_once);
    tcase_add_loop_test(writing, T25_less_than_was_promised_ends_by_a_reset, 0,
                        2);
    tcase_add_test(writing,
                   group_23_fields_that_would_break_the_head_are_refused);
    TCase *switching = leaks_test_case(suite, "another protocol");
    tcase_add_loop_test(
        switching, group_19_left_over_bytes_go_to_the_new_protocol_once, 0, 40);
    tcase_add_loop_test(switching,
                        group_19_who_did_not_ask_for_it_is_not_switched, 0, 5);
    tcase_add_test(switching,
                   group_19_the_new_protocol_has_no_deadline_of_the_old_one);
    return suite;
}
