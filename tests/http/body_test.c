/* SPDX-License-Identifier: MIT */
/* Bodies of requests at the server: kept, streamed, dropped, waited for. */
#include "http_served.h"
#include "leaks.h"
#include "suite.h"

#define POST(path, fields) "POST " path " HTTP/1.1\r\nHost: a\r\n" fields "\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define BYTES(size, body)                                                      \
    SERVED("200 OK",                                                           \
           "Content-Type: application/octet-stream\r\nContent-Length: " size   \
           "\r\n",                                                             \
           body)

START_TEST(S2_a_body_in_chunks_is_kept_whole_under_every_split)
{
    served_begin((size_t)_i, 0);
    served_ask(POST(
        "/echo", "Transfer-Encoding: chunked\r\n") "3\r\nabc\r\n4;x="
                                                   "\"y\"\r\ndefg\r\n0\r\nT: "
                                                   "v\r\n\r\n" GET("/hello"));
    ck_assert_answered(BYTES("7", "abcdefg") SERVED_HELLO);
    served_end();
}
END_TEST

START_TEST(S2_a_body_is_streamed_under_every_split)
{
    served_begin((size_t)_i, 0);
    served_ask(POST("/sink", "Content-Length: 7\r\n") "abcdefg");
    ck_assert_str_eq(served.heard, "abcdefg.");
    ck_assert_answered(SERVED("204 No Content", "", ""));
    served_end();
}
END_TEST

START_TEST(a_sink_of_a_request_without_a_body_hears_its_end)
{
    served_begin(0, 0);
    served_ask(GET("/sink"));
    ck_assert_str_eq(served.heard, ".");
    ck_assert_answered(SERVED("204 No Content", "", ""));
    served_end();
}
END_TEST

/* -- 100 (RFC 9110, 10.1.1) ----------------------------------------------- */

START_TEST(group_20_who_reads_the_body_asks_for_it)
{
    served_begin(0, 0);
    served_ask(POST("/echo", "Content-Length: 2\r\nExpect: 100-continue\r\n"));
    ck_assert_answered("HTTP/1.1 100 Continue\r\n\r\n");
    served_ask("ok");
    ck_assert_answered(BYTES("2", "ok"));
    served_end();
}
END_TEST

START_TEST(group_20_who_does_not_want_the_body_never_asks_for_it)
{
    served_begin(0, 0);
    served_ask(POST("/hello", "Content-Length: 2\r\nExpect: 100-continue\r\n"));
    ck_assert_answered(SERVED("200 OK",
                              "Content-Type: text/plain\r\n"
                              "Content-Length: 13\r\nConnection: close\r\n",
                              "Hello, World!"));
    ck_assert(served.talk.eof);
    served_end();
}
END_TEST

/* -- limits ---------------------------------------------------------------- */

START_TEST(S1_a_body_above_the_limit_is_413_before_it_comes)
{
    served_prepare();
    served.options.limits.body = 4;
    served_begin(0, 0);
    served_ask(POST("/echo", "Content-Length: 5\r\n"));
    ck_assert_uint_eq(served_status(), 413);
    served_end();
}
END_TEST

START_TEST(S1_chunks_above_the_limit_are_413)
{
    served_prepare();
    served.options.limits.body = 4;
    served_begin((size_t)_i, 0);
    served_ask(POST(
        "/echo",
        "Transfer-Encoding: chunked\r\n") "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    ck_assert_answered(SERVED_FAULT("413 Content Too Large", "22"));
    ck_assert(served.talk.eof);
    ck_assert(bight_error_is(served.taken, &bight_http_domain, 413));
    served_end();
}
END_TEST

START_TEST(a_small_body_that_nobody_wanted_is_dropped)
{
    served_begin(0, 0);
    served_ask(POST("/hello", "Content-Length: 5\r\n") "abcde" GET("/hello"));
    ck_assert_answered(SERVED_HELLO SERVED_HELLO);
    served_end();
}
END_TEST

START_TEST(a_large_body_that_nobody_wanted_ends_the_connection)
{
    served_begin(0, 0);
    served_ask(POST("/hello", "Content-Length: 300000\r\n") "abcde");
    ck_assert(served.talk.eof);
    ck_assert_uint_eq(served_status(), 200);
    served_end();
}
END_TEST

START_TEST(a_body_stays_on_the_wire_until_somebody_asks_for_it)
{
    served_begin(0, 0);
    served_ask(POST("/later", "Content-Length: 4194304\r\n"));
    for (int i = 0; i < 64; i++)
        talk_write(&served.talk, talk_pattern(65536));
    talk_run(&served.talk);
    ck_assert(served.talk.paused);
    served_end();
}
END_TEST

START_TEST(a_broken_chunk_tells_who_reads_and_is_400)
{
    served_begin(0, 0);
    served_ask(POST("/echo", "Transfer-Encoding: chunked\r\n") "3\r\nabcX");
    ck_assert_answered(SERVED_FAULT("400 Bad Request", "16"));
    ck_assert(bight_error_is(served.taken, &bight_http_domain, 400));
    served_end();
}
END_TEST

START_TEST(a_client_that_goes_in_mid_body_tells_the_sink)
{
    served_begin(0, 0);
    served_ask(POST("/sink", "Content-Length: 7\r\n") "abc");
    bight_transport_abort(served.talk.client);
    talk_run(&served.talk);
    ck_assert_str_eq(served.heard, "abc!");
    ck_assert_uint_eq(served.ended, 1);
    served_end();
}
END_TEST

START_TEST(a_paused_body_waits)
{
    served_begin(4, 0);
    served_ask(POST("/sink", "Content-Length: 8\r\n") "abcd");
    bight_http_pause_body(served.x);
    served_ask("efgh");
    ck_assert_str_eq(served.heard, "abcd");
    bight_http_resume_body(served.x);
    talk_run(&served.talk);
    ck_assert_str_eq(served.heard, "abcdefgh.");
    served_end();
}
END_TEST

/* -- deadlines ------------------------------------------------------------- */

START_TEST(group_14_a_head_has_its_deadline)
{
    served_begin(0, 0);
    served_ask("GET / HTTP/1.1\r\n");
    for (int i = 0; i < 9; i++) {
        served_wait(1);
        served_ask("X: y\r\n");
    }
    ck_assert(!served.talk.eof);
    served_wait(3);
    ck_assert_uint_eq(served_status(), 408);
    ck_assert(served.talk.eof);
    served_end();
}
END_TEST

START_TEST(group_14_a_connection_may_be_idle_for_a_while)
{
    served_begin(0, 0);
    served_wait(59);
    served_ask(GET("/hello"));
    ck_assert_uint_eq(served_status(), 200);
    talk_forget(&served.talk);
    served_wait(59);
    ck_assert(!served.talk.eof);
    served_wait(3);
    ck_assert(served.talk.eof);
    ck_assert_answered("");
    served_end();
}
END_TEST

START_TEST(group_14_a_body_has_to_come_fast_enough)
{
    served_begin(0, 0);
    served_ask(POST("/echo", "Content-Length: 100000\r\n"));
    for (int i = 0; i < 20; i++) {
        talk_write(&served.talk, talk_pattern(300));
        served_wait(1);
    }
    ck_assert(!served.talk.eof);
    for (int i = 0; i < 13 && !served.talk.eof; i++) {
        talk_write(&served.talk, talk_pattern(10));
        served_wait(1);
    }
    ck_assert_uint_eq(served_status(), 408);
    ck_assert(served.talk.eof);
    served_end();
}
END_TEST

START_TEST(group_14_a_handler_has_no_deadline)
{
    served_begin(0, 0);
    served_ask(GET("/later"));
    served_wait(3600);
    ck_assert_ptr_nonnull(served.x);
    bight_http_answer(served.x, 204, NULL, BIGHT_BYTES(""));
    talk_run(&served.talk);
    ck_assert_uint_eq(served_status(), 204);
    served_end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.body");
    TCase *tcase = leaks_test_case(suite, "bodies");
    tcase_add_loop_test(
        tcase, S2_a_body_in_chunks_is_kept_whole_under_every_split, 0, 60);
    tcase_add_loop_test(tcase, S2_a_body_is_streamed_under_every_split, 0, 60);
    tcase_add_test(tcase, a_sink_of_a_request_without_a_body_hears_its_end);
    tcase_add_test(tcase, group_20_who_reads_the_body_asks_for_it);
    tcase_add_test(tcase,
                   group_20_who_does_not_want_the_body_never_asks_for_it);
    tcase_add_test(tcase, a_body_stays_on_the_wire_until_somebody_asks_for_it);
    tcase_add_test(tcase, a_broken_chunk_tells_who_reads_and_is_400);
    tcase_add_test(tcase, a_client_that_goes_in_mid_body_tells_the_sink);
    tcase_add_test(tcase, a_paused_body_waits);
    TCase *limits = leaks_test_case(suite, "limits");
    tcase_add_test(limits, S1_a_body_above_the_limit_is_413_before_it_comes);
    tcase_add_loop_test(limits, S1_chunks_above_the_limit_are_413, 0, 20);
    tcase_add_test(limits, a_small_body_that_nobody_wanted_is_dropped);
    tcase_add_test(limits, a_large_body_that_nobody_wanted_ends_the_connection);
    TCase *deadlines = leaks_test_case(suite, "deadlines");
    tcase_add_test(deadlines, group_14_a_head_has_its_deadline);
    tcase_add_test(deadlines, group_14_a_connection_may_be_idle_for_a_while);
    tcase_add_test(deadlines, group_14_a_body_has_to_come_fast_enough);
    tcase_add_test(deadlines, group_14_a_handler_has_no_deadline);
    return suite;
}
