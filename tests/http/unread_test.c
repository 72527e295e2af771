/* SPDX-License-Identifier: MIT */
/* Bodies that are still under way when their request was answered. */
#include "http_served.h"
#include "leaks.h"
#include "suite.h"

#define POST(path, fields) "POST " path " HTTP/1.1\r\nHost: a\r\n" fields "\r\n"

/* It writes all before it reads, which must not cost it the answer. */
START_TEST(group_22_who_sends_a_large_body_gets_the_answer)
{
    static const char *const heads[] = {
        POST("/hello", "Content-Length: 4000000\r\n"),
        POST("/hello", "Transfer-Encoding: chunked\r\n") "3d0900\r\n",
        POST("/echo", "Content-Length: 4000000\r\n"),
        POST("/echo", "Transfer-Encoding: chunked\r\n") "3d0900\r\n",
    };
    static uint8_t body[4000000];
    served_begin(0, 0);
    served_ask(heads[_i]);
    talk_write(&served.talk, bight_bytes_of(body, sizeof(body)));
    talk_run(&served.talk);
    ck_assert(served.talk.eof);
    ck_assert(!served.talk.server_ended);
    ck_assert_uint_eq(bight_transport_queued(served.talk.client), 0);
    ck_assert_uint_eq(served_status(), _i < 2 ? 200 : 413);
    talk_write_eof(&served.talk);
    talk_run(&served.talk);
    ck_assert(served.talk.server_ended);
    ck_assert_uint_eq(served.ended, served.handled);
    served_end();
}
END_TEST

/* As long as it comes, and for half a minute. */
START_TEST(group_22_what_nobody_wants_is_not_read_for_ever)
{
    unsigned seconds = 0;
    served_begin(0, 0);
    served_ask(POST("/hello", "Content-Length: 4000000\r\n"));
    while (!served.talk.server_ended && seconds < 100) {
        if (_i == 1)
            talk_write(&served.talk, BIGHT_BYTES("more"));
        served_wait(1);
        seconds++;
    }
    ck_assert_uint_ge(seconds, _i == 0 ? 5 : 30);
    ck_assert_uint_le(seconds, _i == 0 ? 16 : 42);
    served_end();
}
END_TEST

START_TEST(group_22_a_drain_does_not_wait_for_what_nobody_wants)
{
    served_begin(0, 0);
    served_ask(POST("/hello", "Content-Length: 4000000\r\n") "abc");
    ck_assert(!served.talk.server_ended);
    bight_listener_drain(served.talk.listener, 60000, NULL, NULL);
    served_wait(3);
    ck_assert(served.talk.server_ended);
    served_end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.unread");
    TCase *tcase = leaks_test_case(suite, "unread");
    tcase_add_loop_test(tcase, group_22_who_sends_a_large_body_gets_the_answer,
                        0, 4);
    tcase_add_loop_test(tcase, group_22_what_nobody_wants_is_not_read_for_ever,
                        0, 2);
    tcase_add_test(tcase, group_22_a_drain_does_not_wait_for_what_nobody_wants);
    return suite;
}
