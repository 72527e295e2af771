/* SPDX-License-Identifier: MIT */
/* Clients that stall, stop reading or go in the worst moment, and handlers that
 * are in no hurry: each connection moves on or ends, and nobody else waits. */
#include <string.h>

#include "http_served.h"
#include "leaks.h"
#include "suite.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST(path, fields) "POST " path " HTTP/1.1\r\nHost: a\r\n" fields "\r\n"

static char trace[64]; /* d: data, e: an end, s: a source's stop */
static unsigned asked; /* how often a source was resumed */

static void tell(const char *what)
{
    size_t used = strlen(trace);
    if (used + 1 < sizeof(trace))
        memcpy(trace + used, what, 2);
}

static void begin(void)
{
    memset(trace, 0, sizeof(trace));
    asked = 0;
    served_begin(0, 0);
}

static void on_data(void *ctx, bight_http_exchange *x, bight_bytes data)
{
    (void)ctx;
    (void)x;
    (void)data;
    tell("d");
}

static void on_data_end(void *ctx, bight_http_exchange *x, bight_error error)
{
    (void)ctx;
    (void)x;
    tell(bight_failed(error) ? "e" : ".");
}

static const bight_http_sink sink = {
    .size = sizeof(bight_http_sink), .data = on_data, .end = on_data_end};

static void on_resume(void *ctx, bight_http_exchange *x)
{
    static uint8_t block[1000];
    (void)ctx;
    asked++;
    (void)bight_http_write(x, bight_bytes_of(block, sizeof(block)));
}

static void on_stop(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    (void)x;
    tell("s");
}

static const bight_http_source endless = {.size = sizeof(bight_http_source),
                                          .resume = on_resume,
                                          .stop = on_stop,
                                          .pull = true};

static void start(uint64_t length)
{
    ck_assert_ptr_nonnull(served.x);
    ck_assert_ok(bight_http_start(served.x, 200, NULL, length));
}

/* -- deadlines ------------------------------------------------------------ */

START_TEST(group_14_a_slow_body_ends_an_answer_that_was_begun)
{
    begin();
    served_ask(POST("/later", "Content-Length: 100000\r\n") "abc");
    start(BIGHT_HTTP_LENGTH_UNKNOWN);
    ck_assert_ok(bight_http_stream_body(served.x, &sink, NULL));
    served_wait(14);
    ck_assert(served.talk.server_ended);
    ck_assert_error(served.talk.server.why, BIGHT_ERROR_ABORTED);
    ck_assert_str_eq(trace, "de");
    served_end();
}
END_TEST

/* The answer before is still on its way out; the rest never comes. */
START_TEST(group_14_an_eof_in_mid_request_is_no_second_end)
{
    static const char *const requests[] = {
        POST("/hello", "Content-Length: 100\r\n") "abc",
        POST("/echo", "Content-Length: 100\r\n") "abc",
        POST("/sink", "Content-Length: 100\r\n") "abc",
        "GET / HT",
        "\r",
    };
    static uint8_t block[2 * TALK_CAPACITY + 10000];
    begin();
    served.talk.enough = 1;
    served_ask(GET("/later"));
    bight_http_answer(served.x, 200, NULL,
                      bight_bytes_of(block, sizeof(block)));
    served_ask(requests[_i]);
    talk_write_eof(&served.talk);
    served_wait(28);
    ck_assert(!served.talk.server_ended);
    served_wait(4);
    ck_assert(served.talk.server_ended);
    ck_assert_error(served.talk.server.why, BIGHT_ERROR_LINGER_TIMEOUT);
    ck_assert_uint_eq(served.ended, served.handled);
    served_end();
}
END_TEST

START_TEST(group_14_a_body_that_is_dropped_has_its_deadline)
{
    begin();
    served_ask(POST("/later", "Content-Length: 100\r\n") "abc");
    if (_i == 1)
        ck_assert_ok(bight_http_stream_body(served.x, &sink, NULL));
    talk_run(&served.talk);
    bight_http_answer(served.x, 204, NULL, bight_bytes_of(NULL, 0));
    served_wait(14);
    ck_assert_uint_eq(served_status(), 204);
    ck_assert(served.talk.eof);
    ck_assert_uint_eq(served.ended, 1);
    served_end();
}
END_TEST

/* It is the server that does not read. */
START_TEST(group_14_a_body_need_not_come_while_nobody_reads_it)
{
    static uint8_t block[3 * TALK_CAPACITY];
    begin();
    served.talk.enough = 1;
    served_ask(POST("/later", "Content-Length: 100\r\n") "abc");
    start(BIGHT_HTTP_LENGTH_UNKNOWN);
    ck_assert_ok(bight_http_stream_body(served.x, &sink, NULL));
    ck_assert_int_eq(
        bight_http_write(served.x, bight_bytes_of(block, sizeof(block))),
        BIGHT_WRITE_FULL);
    served_wait(30);
    ck_assert(!served.talk.server_ended);
    served.talk.enough = 0;
    bight_transport_resume_reading(served.talk.client, BIGHT_HOLD_USER);
    talk_run(&served.talk);
    served_wait(4);
    ck_assert(!served.talk.server_ended);
    served_wait(14);
    ck_assert(served.talk.server_ended);
    served_end();
}
END_TEST

START_TEST(group_14_a_body_that_was_paused_has_its_time_from_then_on)
{
    begin();
    served_ask(POST("/later", "Content-Length: 5000\r\n"));
    ck_assert_ok(bight_http_stream_body(served.x, &sink, NULL));
    bight_http_pause_body(served.x);
    served_wait(5);
    bight_http_resume_body(served.x);
    served_wait(4);
    ck_assert(!served.talk.eof);
    served_wait(10);
    ck_assert_uint_eq(served_status(), 408);
    served_end();
}
END_TEST

START_TEST(group_14_pauses_are_counted_by_their_length)
{
    begin();
    served_ask(POST("/later", "Content-Length: 5000\r\n"));
    ck_assert_ok(bight_http_stream_body(served.x, &sink, NULL));
    for (int i = 0; i < 14; i++) {
        served_ask("a");
        bight_http_pause_body(served.x);
        bight_http_resume_body(served.x);
        if (i == 0)
            bight_http_resume_body(served.x);
        served_wait(1);
        if (served.talk.eof)
            break;
    }
    ck_assert_uint_eq(served_status(), 408);
    served_end();
}
END_TEST

/* -- what is read and written --------------------------------------------- */

START_TEST(S1_of_a_body_that_nobody_wants_only_so_much_is_read)
{
    static const char *const requests[] = {
        POST("/later", "Content-Length: 10000000\r\n"),
        POST("/later", "Transfer-Encoding: chunked\r\n") "900000\r\n",
    };
    begin();
    served_ask(requests[_i]);
    ck_assert_ok(bight_http_stream_body(served.x, &sink, NULL));
    talk_run(&served.talk);
    bight_http_answer(served.x, 204, NULL, bight_bytes_of(NULL, 0));
    for (int i = 0; i < 5 && !served.talk.eof; i++) {
        talk_write(&served.talk, talk_pattern(65000));
        talk_run(&served.talk);
    }
    ck_assert(served.talk.eof);
    ck_assert_uint_eq(served_status(), 204);
    served_end();
}
END_TEST

START_TEST(S1_a_pipeline_of_long_answers_waits_for_who_reads_them)
{
    static uint8_t block[100000];
    begin();
    served.piece = bight_bytes_of(block, sizeof(block));
    served.talk.enough = 1;
    for (int i = 0; i < 300; i++)
        talk_write(&served.talk, BIGHT_BYTES(GET("/big")));
    talk_run(&served.talk);
    ck_assert_uint_lt(served.handled, 10);
    served.talk.enough = 0;
    bight_transport_resume_reading(served.talk.client, BIGHT_HOLD_USER);
    talk_run(&served.talk);
    ck_assert_uint_eq(served.handled, 300);
    ck_assert_uint_gt(served.talk.received.end, 300 * sizeof(block));
    served_end();
}
END_TEST

START_TEST(S1_nobody_is_asked_for_a_body_that_is_not_sent)
{
    begin();
    served_ask("HEAD /later HTTP/1.1\r\nHost: a\r\n\r\n" GET("/hello"));
    start(BIGHT_HTTP_LENGTH_UNKNOWN);
    ck_assert_ok(bight_http_produce(served.x, &endless, NULL));
    ck_assert_str_eq(trace, "");
    talk_run(&served.talk);
    ck_assert_uint_eq(asked, 0);
    ck_assert_str_eq(trace, "s");
    ck_assert_answered(SERVED("200 OK", "Transfer-Encoding: chunked\r\n", "")
                           SERVED_HELLO);
    served_end();
}
END_TEST

START_TEST(T25_what_an_eof_cuts_short_is_not_taken_for_all)
{
    served_prepare();
    served.options.limits.half_close_ms = 0;
    begin();
    served_ask("GET /later HTTP/1.0\r\n\r\n");
    start(BIGHT_HTTP_LENGTH_UNKNOWN);
    (void)bight_http_write(served.x, BIGHT_BYTES("half of it"));
    talk_run(&served.talk);
    talk_write_eof(&served.talk);
    talk_run(&served.talk);
    ck_assert(served.talk.server_ended);
    ck_assert_error(served.talk.server.why, BIGHT_ERROR_ABORTED);
    ck_assert(!served.talk.eof);
    served_end();
}
END_TEST

START_TEST(group_23_a_type_that_would_break_the_head_is_left_out)
{
    begin();
    served_ask(GET("/later"));
    bight_http_answer(served.x, 200, "text/plain\r\nX: y", BIGHT_BYTES("a"));
    talk_run(&served.talk);
    ck_assert_answered(SERVED("200 OK", "Content-Length: 1\r\n", "a"));
    served_end();
}
END_TEST

/* -- calls ---------------------------------------------------------------- */

/* With the connection's last answer nothing is dropped, and yet all hear. */
START_TEST(T8_a_sink_hears_its_end_once_and_not_inside_a_verb)
{
    begin();
    if (_i == 0)
        served_ask(POST("/later", "Content-Length: 100\r\n") "abc");
    else
        served_ask(POST("/later", "Content-Length: 100\r\n"
                                  "Connection: close\r\n") "abc");
    ck_assert_ok(bight_http_stream_body(served.x, &sink, NULL));
    talk_run(&served.talk);
    bight_http_answer(served.x, 204, NULL, bight_bytes_of(NULL, 0));
    ck_assert_str_eq(trace, "d");
    talk_run(&served.talk);
    ck_assert_str_eq(trace, "de");
    served_end();
    ck_assert_str_eq(trace, "de");
}
END_TEST

START_TEST(T8_a_source_hears_its_end_once_and_not_inside_a_verb)
{
    begin();
    served.talk.enough = 1;
    served_ask(GET("/later"));
    start(BIGHT_HTTP_LENGTH_UNKNOWN);
    ck_assert_ok(bight_http_produce(served.x, &endless, NULL));
    talk_run(&served.talk);
    ck_assert_uint_gt(asked, 0);
    bight_http_finish(served.x);
    ck_assert_str_eq(trace, "");
    unsigned before = asked;
    talk_run(&served.talk);
    ck_assert_str_eq(trace, "s");
    ck_assert_uint_eq(asked, before);
    served_end();
    ck_assert_str_eq(trace, "s");
}
END_TEST

static void body_came(bight_result *result, void *arg)
{
    (void)arg;
    tell(bight_failed(bight_result_error(result)) ? "e" : ".");
    (void)bight_result_take(result);
}

START_TEST(D5_who_waits_for_a_body_hears_of_the_last_answer)
{
    begin();
    served_ask(POST("/later", "Content-Length: 9\r\nConnection: close\r\n"));
    bight_on(bight_http_read_body(served.x), body_came, NULL);
    bight_http_answer(served.x, 204, NULL, bight_bytes_of(NULL, 0));
    talk_run(&served.talk);
    ck_assert(served.talk.eof);
    ck_assert_str_eq(trace, "e");
    served_end();
    ck_assert_str_eq(trace, "e");
}
END_TEST

static void too_late(void *ctx, bight_http_exchange *x, bight_error error)
{
    (void)ctx;
    ck_assert(bight_failed(error));
    ck_assert_error(bight_http_stream_body(x, &sink, NULL), BIGHT_ERROR_CLOSED);
    bight_on(bight_http_read_body(x), body_came, NULL);
    bight_http_answer(x, 204, NULL, bight_bytes_of(NULL, 0));
    bight_http_finish(x);
    bight_http_resume_body(x);
}

START_TEST(T10_verbs_are_harmless_when_the_client_is_gone)
{
    begin();
    if (_i == 0)
        served_ask(GET("/later"));
    else
        served_ask(POST("/later", "Content-Length: 9\r\n") "abc");
    bight_http_on_end(served.x, too_late, NULL);
    bight_transport_abort(served.talk.client);
    talk_run(&served.talk);
    ck_assert(served.talk.server_ended);
    served_wait(1);
    ck_assert_str_eq(trace, "e");
    served_end();
}
END_TEST

/* -- another protocol ----------------------------------------------------- */

static void back(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    (void)bight_transport_write(t, data);
}

static const bight_protocol echoing = {
    .size = sizeof(bight_protocol), .name = "echoing", .data_received = back};

START_TEST(group_19_a_later_switch_hands_over_what_was_put_back)
{
    begin();
    served_ask("GET /later HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\n"
               "Connection: upgrade\r\n\r\nhello");
    ck_assert_ok(bight_http_switch(served.x, "echo", &echoing, NULL));
    talk_run(&served.talk);
    served_ask(", again");
    ck_assert_answered("HTTP/1.1 101 Switching Protocols\r\n"
                       "Upgrade: echo\r\nConnection: Upgrade\r\n\r\n"
                       "hello, again");
    ck_assert_uint_eq(served.ended, 1);
    served_end();
}
END_TEST

/* RFC 9110, 9.3.6: a 2xx grants a tunnel, through which a client may send what
 * it likes; an answer of any other kind grants none. */
START_TEST(group_21_only_a_switch_grants_a_tunnel)
{
    begin();
    served_ask("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n" GET("/hello"));
    ck_assert_uint_eq(served.handled, 1);
    ck_assert_uint_eq(served_status(), 501);
    ck_assert(served.talk.eof);
    served_end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.hostile");
    TCase *tcase = leaks_test_case(suite, "deadlines");
    tcase_add_test(tcase, group_14_a_slow_body_ends_an_answer_that_was_begun);
    tcase_add_loop_test(tcase, group_14_an_eof_in_mid_request_is_no_second_end,
                        0, 5);
    tcase_add_loop_test(tcase, group_14_a_body_that_is_dropped_has_its_deadline,
                        0, 2);
    tcase_add_test(tcase, group_14_a_body_need_not_come_while_nobody_reads_it);
    tcase_add_test(tcase,
                   group_14_a_body_that_was_paused_has_its_time_from_then_on);
    tcase_add_test(tcase, group_14_pauses_are_counted_by_their_length);
    tcase = leaks_test_case(suite, "what is read and written");
    tcase_add_loop_test(
        tcase, S1_of_a_body_that_nobody_wants_only_so_much_is_read, 0, 2);
    tcase_add_test(tcase,
                   S1_a_pipeline_of_long_answers_waits_for_who_reads_them);
    tcase_add_test(tcase, S1_nobody_is_asked_for_a_body_that_is_not_sent);
    tcase_add_test(tcase, T25_what_an_eof_cuts_short_is_not_taken_for_all);
    tcase_add_test(tcase,
                   group_23_a_type_that_would_break_the_head_is_left_out);
    tcase = leaks_test_case(suite, "calls");
    tcase_add_loop_test(
        tcase, T8_a_sink_hears_its_end_once_and_not_inside_a_verb, 0, 2);
    tcase_add_test(tcase, T8_a_source_hears_its_end_once_and_not_inside_a_verb);
    tcase_add_test(tcase, D5_who_waits_for_a_body_hears_of_the_last_answer);
    tcase_add_loop_test(tcase, T10_verbs_are_harmless_when_the_client_is_gone,
                        0, 2);
    tcase = leaks_test_case(suite, "another protocol");
    tcase_add_test(tcase, group_19_a_later_switch_hands_over_what_was_put_back);
    tcase_add_test(tcase, group_21_only_a_switch_grants_a_tunnel);
    return suite;
}
