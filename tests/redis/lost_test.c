/* SPDX-License-Identifier: MIT */
/* The Redis client without a connection, after one, and before a server that
 * says what no Redis says. */
#include "scripted.h"

/* -- while there is no connection
 * ------------------------------------------------- */

START_TEST(commands_wait_for_the_connection)
{
    setup();
    begin();
    ask("a");
    turn();
    ck_assert_uint_eq(p.failures, 1);
    ask("b");
    ck_assert_told("");
    listen_now();
    advance(1000);
    ck_assert_heard("HELLO_3 GET_a GET_b");
    say(":1\r\n:2\r\n");
    ck_assert_told("a=1 b=2");
    finish();
}
END_TEST

START_TEST(or_they_are_refused)
{
    setup();
    p.options.refuse_offline = true;
    begin();
    ask("a");
    ck_assert_told("a!NOT_CONNECTED");
    listen_now();
    advance(1000);
    ask("b");
    ck_assert_heard("HELLO_3 GET_b");
    bight_transport_abort(p.t);
    ck_assert_told("b!LOST");
    ask("c");
    ck_assert_told("c!NOT_CONNECTED");
    finish();
}
END_TEST

START_TEST(no_more_wait_than_options_allow)
{
    setup();
    p.options.max_commands = 2;
    begin();
    ask("a");
    ask("b");
    ask("c");
    ck_assert_told("c!QUEUE_FULL");
    finish();
    ck_assert_trace(&p.told, "a!CLOSED b!CLOSED");
    setup();
    p.options.max_bytes = 200;
    begin();
    static char large[300];
    memset(large, 'x', sizeof(large) - 1);
    bight_on(bight_redis_call(p.client, "GET", large, NULL), told, "l");
    ask("a");
    ask("b");
    for (unsigned i = 0; i < 10; i++)
        ask("c");
    turn();
    ck_assert_ptr_nonnull(strstr(p.told.text, "l!QUEUE_FULL c!QUEUE_FULL"));
    finish();
}
END_TEST

/* -- lost connections
 * ---------------------------------------------------------------- */

START_TEST(a_lost_connection_rejects_what_is_under_way_and_sends_nothing_again)
{
    begin_ready();
    ask("a");
    ask("b");
    turn();
    say(":1\r\n");
    ck_assert_heard("HELLO_3 GET_a GET_b");
    bight_transport_abort(p.t);
    ck_assert_told("a=1 b!LOST");
    ask("c");
    advance(1000);
    ck_assert_heard("HELLO_3 GET_c");
    ck_assert_uint_eq(p.connections, 2);
    say(":3\r\n");
    ck_assert_told("c=3");
    finish();
}
END_TEST

/* The wire is full: what the transport did not take is not sent. */
START_TEST(what_the_transport_did_not_take_waits_for_the_next_connection)
{
    static char large[100 * 1024];
    memset(large, 'x', sizeof(large) - 1);
    begin_ready();
    bight_transport_pause_reading(p.t, BIGHT_HOLD_USER);
    for (unsigned i = 0; i < 4; i++) {
        bight_on(bight_redis_call(p.client, "GET", large, NULL), told, "l");
        turn();
    }
    ask("a");
    turn();
    ck_assert_uint_eq(bight_redis_pending(p.client), 5);
    p.heard = (struct trace){.length = 0};
    bight_transport_abort(p.t);
    turn();
    ck_assert_ptr_nonnull(strstr(p.told.text, "l!LOST"));
    ck_assert_ptr_null(strstr(p.told.text, "a!"));
    size_t left = bight_redis_pending(p.client);
    ck_assert_uint_ge(left, 1);
    p.t = NULL;
    bight_on(asking("b"), told, "b");
    advance(1000);
    ck_assert_uint_eq(p.connections, 2);
    for (size_t i = 0; i < left + 1; i++)
        say("+OK\r\n");
    turn();
    ck_assert_ptr_nonnull(strstr(p.told.text, "a=OK b=OK"));
    ck_assert_uint_eq(bight_redis_pending(p.client), 0);
    finish();
}
END_TEST

/* -- hostile servers
 * ------------------------------------------------------------------------ */

START_TEST(S1_what_is_no_answer_ends_the_connection)
{
    static const char *const hostile[] = {"HTTP/1.1 400 Bad Request\r\n\r\n",
                                          "$-5\r\n",
                                          ":1\r\n:2\r\n:3\r\n",
                                          "*1\r\n>1\r\n+x\r\n",
                                          "$99999999999\r\n",
                                          "*2000000\r\n",
                                          "+a\rb\r\n"};
    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        begin_ready();
        ask("a");
        ask("b");
        turn();
        say(hostile[i]);
        turn();
        advance(3000);
        ck_assert_uint_eq(bight_redis_pending(p.client), 0);
        ck_assert_uint_eq(p.connections, 2);
        ck_assert_uint_eq(p.failures, 1);
        ck_assert_msg(strstr(p.why, "redis: ") != NULL, "%s", p.why);
        finish();
    }
}
END_TEST

START_TEST(an_answer_before_any_question_ends_the_connection)
{
    begin_ready();
    say("+OK\r\n");
    advance(3000);
    ck_assert_ptr_nonnull(strstr(p.why, "nobody asked for"));
    finish();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("redis.lost");
    TCase *tcase = leaks_test_case(suite, "offline");
    tcase_add_test(tcase, commands_wait_for_the_connection);
    tcase_add_test(tcase, or_they_are_refused);
    tcase_add_test(tcase, no_more_wait_than_options_allow);
    tcase_add_test(
        tcase,
        a_lost_connection_rejects_what_is_under_way_and_sends_nothing_again);
    tcase_add_test(
        tcase, what_the_transport_did_not_take_waits_for_the_next_connection);
    tcase = leaks_test_case(suite, "hostile servers");
    tcase_add_test(tcase, S1_what_is_no_answer_ends_the_connection);
    tcase_add_test(tcase, an_answer_before_any_question_ends_the_connection);
    return suite;
}
