/* SPDX-License-Identifier: MIT */
/* The Redis client before a scripted server: its greeting, its pipeline, and
 * what is cancelled. */
#include "scripted.h"

/* -- the greeting -------------------------------------------------------------
 */

START_TEST(it_speaks_resp3_where_the_server_does)
{
    begin_ready();
    ck_assert_heard("HELLO_3");
    ck_assert_uint_eq(bight_redis_protocol(p.client), 3);
    finish();
}
END_TEST

START_TEST(it_speaks_resp2_to_an_older_server)
{
    setup();
    p.hello = UNKNOWN;
    listen_now();
    begin();
    ck_assert_heard("HELLO_3");
    ck_assert_uint_eq(bight_redis_protocol(p.client), 2);
    finish();
}
END_TEST

static void begin_with_all(const char *hello, unsigned protocol)
{
    setup();
    p.hello = hello;
    p.options.user = "u";
    p.options.password = "secret";
    p.options.name = "me";
    p.options.database = 3;
    p.options.protocol = protocol;
    listen_now();
    begin();
    ask("k");
}

START_TEST(no_command_leaves_before_all_of_the_greeting_was_answered)
{
    begin_with_all(GREETED, 0);
    ck_assert_heard("HELLO_3_AUTH_u_secret CLIENT_SETNAME_me SELECT_3");
    say("+OK\r\n");
    ck_assert_heard("");
    say("+OK\r\n");
    ck_assert_heard("GET_k");
    say("$1\r\nv\r\n");
    ck_assert_told("k=v");
    finish();
}
END_TEST

START_TEST(an_older_server_is_given_the_password_otherwise)
{
    begin_with_all("-NOAUTH Authentication required.\r\n", 0);
    ck_assert_heard("HELLO_3_AUTH_u_secret AUTH_u_secret CLIENT_SETNAME_me "
                    "SELECT_3");
    say("+OK\r\n+OK\r\n+OK\r\n");
    ck_assert_heard("GET_k");
    finish();
}
END_TEST

START_TEST(resp2_alone_needs_no_hello)
{
    begin_with_all(NULL, 2);
    ck_assert_heard("AUTH_u_secret CLIENT_SETNAME_me SELECT_3");
    say("+OK\r\n+OK\r\n+OK\r\n");
    ck_assert_heard("GET_k");
    ck_assert_uint_eq(bight_redis_protocol(p.client), 2);
    finish();
}
END_TEST

START_TEST(resp3_alone_gives_up_where_there_is_none)
{
    begin_with_all(UNKNOWN, 3);
    ck_assert_uint_eq(p.failures, 1);
    ck_assert_ptr_nonnull(strstr(p.why, "ERR unknown command 'HELLO'"));
    ck_assert_told("");
    finish();
    ck_assert_trace(&p.told, "k!CLOSED");
}
END_TEST

START_TEST(a_wrong_password_is_a_connect_that_failed)
{
    begin_with_all("-WRONGPASS no\r\n", 0);
    ck_assert_uint_eq(p.failures, 1);
    ck_assert_str_eq(p.why, "prepare memory:redis: WRONGPASS no: wrong user or "
                            "password (WRONGPASS)");
    ck_assert_uint_eq(p.connections, 1);
    ck_assert_told("");
    p.fatal = true;
    advance(1000);
    ck_assert_uint_eq(p.connections, 2);
    ck_assert_told("k!WRONGPASS");
    ask("l");
    ck_assert_told("l!CLOSED");
    finish();
}
END_TEST

START_TEST(a_server_that_does_not_answer_the_greeting_times_out)
{
    setup();
    p.hello = NULL;
    listen_now();
    begin();
    advance(30020);
    ck_assert_uint_eq(p.failures, 1);
    ck_assert_ptr_nonnull(strstr(p.why, "TIMED_OUT"));
    finish();
}
END_TEST

START_TEST(options_that_make_no_sense_are_invalid)
{
    setup();
    p.options.protocol = 4;
    ck_assert_error(try_client(), BIGHT_ERROR_INVALID);
    p.options.protocol = 0;
    p.options.user = "u";
    ck_assert_error(try_client(), BIGHT_ERROR_INVALID);
    p.options.user = NULL;
    p.options.max_commands = 0;
    ck_assert_error(try_client(), BIGHT_ERROR_INVALID);
    p.options.max_commands = 1;
    p.options.limits.values = 0;
    ck_assert_error(try_client(), BIGHT_ERROR_INVALID);
    p.options.limits.values = 1;
    ck_assert_error(
        bight_redis_client_new(p.loop, "tcp:", &p.options, &p.client),
        BIGHT_ERROR_INVALID);
    finish();
}
END_TEST

/* -- the pipeline
 * --------------------------------------------------------------- */

START_TEST(all_commands_of_a_dispatch_leave_in_one_write)
{
    char expected[1100] = "HELLO_3";
    begin_ready();
    for (unsigned i = 0; i < 100; i++) {
        ask("k");
        strcat(expected, " GET_k");
    }
    ck_assert_heard(expected);
    ck_assert_uint_eq(p.reads, 1);
    ck_assert_uint_eq(bight_redis_pending(p.client), 100);
    for (unsigned i = 0; i < 100; i++)
        say(":1\r\n");
    turn();
    ck_assert_uint_eq(bight_redis_pending(p.client), 0);
    finish();
}
END_TEST

static void ask_next(bight_result *result, void *arg)
{
    told(result, arg);
    ask("n");
}

START_TEST(commands_asked_for_in_answers_leave_together_too)
{
    begin_ready();
    for (unsigned i = 0; i < 3; i++)
        bight_on(asking("k"), ask_next, "k");
    ck_assert_heard("HELLO_3 GET_k GET_k GET_k");
    say(":1\r\n:2\r\n:3\r\n");
    ck_assert_heard("GET_n GET_n GET_n");
    ck_assert_told("k=1 k=2 k=3");
    ck_assert_uint_eq(p.reads, 2);
    finish();
    ck_assert_trace(&p.told, "n!LOST n!LOST n!LOST");
}
END_TEST

START_TEST(answers_belong_to_commands_in_their_order)
{
    begin_ready();
    ask("a");
    ask("b");
    ask("c");
    ask("d");
    ask("e");
    turn();
    say("$1\r\n1\r\n-WRONGTYPE Operation\r\n$-1\r\n");
    ck_assert_told("a=1 b!WRONGTYPE c=null");
    say("*2\r\n-ERR inside\r\n:1\r\n-MY own error\r\n");
    ck_assert_told("d=[2] e!REPLY");
    finish();
}
END_TEST

static void check_text(bight_result *result, void *arg)
{
    char text[128];
    (void)arg;
    (void)bight_error_format(bight_result_error(result), text, sizeof(text));
    ck_assert_str_eq(text, "ERR no such: error reply (REPLY)");
    trace_add(&p.told, "checked");
}

START_TEST(an_error_has_the_server_s_text)
{
    begin_ready();
    bight_on(asking("a"), check_text, NULL);
    turn();
    say("-ERR no such\r\n");
    ck_assert_told("checked");
    finish();
}
END_TEST

START_TEST(what_would_change_the_connection_s_mode_is_refused)
{
    static const char *const words[] = {
        "SUBSCRIBE", "unsubscribe", "PSubscribe", "ssubscribe", "MONITOR",
        "hello",     "RESET",       "psync",      "quit"};
    begin_ready();
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        bight_on(bight_redis_call(p.client, words[i], "x", NULL), told, "w");
    bight_on(bight_redis_call(p.client, "client", "REPLY", "OFF", NULL), told,
             "c");
    bight_on(bight_redis_command(p.client, NULL, 0), told, "n");
    ck_assert_told("w!USAGE w!USAGE w!USAGE w!USAGE w!USAGE w!USAGE w!USAGE "
                   "w!USAGE w!USAGE c!USAGE n!USAGE");
    bight_on(bight_redis_call(p.client, "CLIENT", "ID", NULL), told, "i");
    bight_on(bight_redis_call(p.client, "PUBLISH", "a", "b", NULL), told, "p");
    ck_assert_heard("HELLO_3 CLIENT_ID PUBLISH_a_b");
    finish();
}
END_TEST

/* -- cancelled commands
 * ------------------------------------------------------------------ */

START_TEST(one_cancelled_in_time_is_not_sent)
{
    begin_ready();
    ask("a");
    bight_deferred *d = asking("b");
    bight_finally(d, told, "b");
    ask("c");
    bight_cancel(d);
    ck_assert_heard("HELLO_3 GET_a GET_c");
    say(":1\r\n:3\r\n");
    ck_assert_told("b!CANCELLED a=1 c=3");
    bight_detach(d);
    finish();
}
END_TEST

START_TEST(one_cancelled_under_way_keeps_the_pipeline_in_step)
{
    begin_ready();
    ask("a");
    bight_deferred *d = asking("b");
    bight_finally(d, told, "b");
    ask("c");
    turn();
    bight_cancel(d);
    ck_assert_heard("HELLO_3 GET_a GET_b GET_c");
    ck_assert_told("b!CANCELLED");
    say(":1\r\n*2\r\n:2\r\n-ERR\r\n:3\r\n");
    ck_assert_told("a=1 c=3");
    bight_detach(d);
    finish();
}
END_TEST

START_TEST(a_deadline_of_one_command_is_its_own)
{
    begin_ready();
    bight_on(bight_timeout(asking("a"), 100), told, "a");
    ask("b");
    advance(121);
    ck_assert_told("a!TIMED_OUT");
    say(":1\r\n:2\r\n");
    ck_assert_told("b=2");
    finish();
}
END_TEST

START_TEST(many_cancelled_while_waiting_take_no_room)
{
    setup();
    p.options.max_commands = 100;
    begin();
    ask("a");
    for (unsigned i = 0; i < 10000; i++) {
        bight_deferred *d = asking("x");
        bight_cancel(d);
        bight_detach(d);
        if (i % 64 == 0)
            turn();
    }
    ck_assert_uint_le(bight_redis_pending(p.client), 100);
    ask("b");
    listen_now();
    advance(1000);
    ck_assert_heard("HELLO_3 GET_a GET_b");
    say(":1\r\n:2\r\n");
    ck_assert_told("a=1 b=2");
    finish();
}
END_TEST

static void add_greeting(Suite *suite)
{
    TCase *tcase = leaks_test_case(suite, "greeting");
    tcase_add_test(tcase, it_speaks_resp3_where_the_server_does);
    tcase_add_test(tcase, it_speaks_resp2_to_an_older_server);
    tcase_add_test(tcase,
                   no_command_leaves_before_all_of_the_greeting_was_answered);
    tcase_add_test(tcase, an_older_server_is_given_the_password_otherwise);
    tcase_add_test(tcase, resp2_alone_needs_no_hello);
    tcase_add_test(tcase, resp3_alone_gives_up_where_there_is_none);
    tcase_add_test(tcase, a_wrong_password_is_a_connect_that_failed);
    tcase_add_test(tcase, a_server_that_does_not_answer_the_greeting_times_out);
    tcase_add_test(tcase, options_that_make_no_sense_are_invalid);
}

static void add_pipeline(Suite *suite)
{
    TCase *tcase = leaks_test_case(suite, "pipeline");
    tcase_add_test(tcase, all_commands_of_a_dispatch_leave_in_one_write);
    tcase_add_test(tcase, commands_asked_for_in_answers_leave_together_too);
    tcase_add_test(tcase, answers_belong_to_commands_in_their_order);
    tcase_add_test(tcase, an_error_has_the_server_s_text);
    tcase_add_test(tcase, what_would_change_the_connection_s_mode_is_refused);
    tcase = leaks_test_case(suite, "cancelled");
    tcase_add_test(tcase, one_cancelled_in_time_is_not_sent);
    tcase_add_test(tcase, one_cancelled_under_way_keeps_the_pipeline_in_step);
    tcase_add_test(tcase, a_deadline_of_one_command_is_its_own);
    tcase_add_test(tcase, many_cancelled_while_waiting_take_no_room);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("redis.client");
    add_greeting(suite);
    add_pipeline(suite);
    return suite;
}
