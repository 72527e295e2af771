/* SPDX-License-Identifier: MIT */
/* Subscriptions, in both protocols: confirmed, delivered, ended at any time,
 * and made anew on the next connection. */
#include "scripted.h"

/* RESP3's pushes, or RESP2's arrays: the same but for their first byte. */
static char push_mark;

static void begin_as(int resp)
{
    setup();
    p.hello = resp == 3 ? GREETED : UNKNOWN;
    push_mark = resp == 3 ? '>' : '*';
    listen_now();
    begin();
    p.heard = (struct trace){.length = 0};
}

/* say_push("message c x") */
static void say_push(const char *words)
{
    char text[512], rest[256];
    char *left = rest, *word;
    size_t size = 0, count = 1;
    (void)snprintf(rest, sizeof(rest), "%s", words);
    for (const char *c = words; *c != '\0'; c++)
        count += *c == ' ';
    size += (size_t)snprintf(text, sizeof(text), "%c%zu\r\n", push_mark, count);
    while ((word = strsep(&left, " ")) != NULL) {
        if (word[0] >= '0' && word[0] <= '9')
            size += (size_t)snprintf(text + size, sizeof(text) - size,
                                     ":%s\r\n", word);
        else
            size += (size_t)snprintf(text + size, sizeof(text) - size,
                                     "$%zu\r\n%s\r\n", strlen(word), word);
    }
    say(text);
}

#define tcase_add_both(tcase, test) tcase_add_loop_test(tcase, test, 2, 4)

START_TEST(messages_come_once_it_is_confirmed)
{
    begin_as(_i);
    bight_redis_subscription *one =
        subscribe(BIGHT_REDIS_CHANNEL, "c", on_message, "s");
    ck_assert_heard("SUBSCRIBE_c");
    ck_assert_told("");
    say_push("subscribe c 1");
    say_push("message c x");
    say_push("message other y");
    say_push("message c z");
    ck_assert_told("s(c:x) s(c:z) s");
    bight_redis_unsubscribe(one);
    ck_assert_heard("UNSUBSCRIBE_c");
    say_push("message c late");
    say_push("unsubscribe c 0");
    ask("k");
    ck_assert_heard("GET_k");
    say(":1\r\n");
    ck_assert_told("k=1");
    finish();
}
END_TEST

START_TEST(patterns_tell_the_channel_too)
{
    begin_as(_i);
    (void)subscribe(BIGHT_REDIS_PATTERN, "n*", on_message, "p");
    (void)subscribe(BIGHT_REDIS_CHANNEL, "n*", on_message, "c");
    ck_assert_heard("PSUBSCRIBE_n* SUBSCRIBE_n*");
    say_push("psubscribe n* 1");
    say_push("subscribe n* 2");
    ck_assert_told("p c");
    say_push("pmessage n* news x");
    say_push("message n* y");
    ck_assert_told("p(news:x) c(n*:y)");
    finish();
}
END_TEST

START_TEST(several_who_listen_are_one_to_the_server)
{
    begin_as(_i);
    bight_redis_subscription *a =
        subscribe(BIGHT_REDIS_CHANNEL, "c", on_message, "a");
    bight_redis_subscription *b =
        subscribe(BIGHT_REDIS_CHANNEL, "c", on_message, "b");
    ck_assert_heard("SUBSCRIBE_c");
    say_push("subscribe c 1");
    ck_assert_told("a b");
    bight_redis_subscription *c =
        subscribe(BIGHT_REDIS_CHANNEL, "c", on_message, "c");
    ck_assert_told("c");
    say_push("message c x");
    ck_assert_told("a(c:x) b(c:x) c(c:x)");
    bight_redis_unsubscribe(a);
    bight_redis_unsubscribe(c);
    ck_assert_heard("");
    say_push("message c y");
    ck_assert_told("b(c:y)");
    bight_redis_unsubscribe(b);
    ck_assert_heard("UNSUBSCRIBE_c");
    finish();
}
END_TEST

START_TEST(answers_and_pushes_keep_apart)
{
    begin_as(3);
    (void)subscribe(BIGHT_REDIS_CHANNEL, "c", on_message, "s");
    ask("a");
    ask("b");
    ck_assert_heard("SUBSCRIBE_c GET_a GET_b");
    say_push("subscribe c 1");
    say(":1\r\n");
    say_push("message c x");
    say_push("invalidate k");
    say("*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\ny\r\n");
    ck_assert_told("s(c:x) pushed:invalidate s a=1 b=[3]");
    finish();
}
END_TEST

/* Before it has subscribed, an array that looks like a message is an answer. */
START_TEST(resp2_arrays_are_answers_to_who_has_not_subscribed)
{
    begin_as(2);
    ask("a");
    ck_assert_heard("GET_a");
    say("*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\ny\r\n");
    ck_assert_told("a=[3]");
    (void)subscribe(BIGHT_REDIS_CHANNEL, "c", on_message, "s");
    bight_on(bight_redis_call(p.client, "PING", NULL), told, "ping");
    ck_assert_heard("SUBSCRIBE_c PING");
    say_push("subscribe c 1");
    say_push("message c x");
    say("*2\r\n$4\r\npong\r\n$0\r\n\r\n");
    ck_assert_told("s(c:x) s ping=[2]");
    finish();
}
END_TEST

START_TEST(a_reconnect_subscribes_anew_before_any_command)
{
    begin_as(_i);
    bight_redis_subscription *c =
        subscribe(BIGHT_REDIS_CHANNEL, "c", on_message, "c");
    (void)subscribe(BIGHT_REDIS_PATTERN, "d*", on_message, "d");
    turn();
    say_push("subscribe c 1");
    ck_assert_heard("SUBSCRIBE_c PSUBSCRIBE_d*");
    bight_transport_abort(p.t);
    ck_assert_told("c");
    ask("k");
    advance(1000);
    turn();
    ck_assert_ptr_nonnull(strstr(p.heard.text, "SUBSCRIBE_c"));
    ck_assert_ptr_nonnull(strstr(p.heard.text, "PSUBSCRIBE_d*"));
    const char *last = strrchr(p.heard.text, ' ');
    ck_assert_str_eq(last, " GET_k");
    bool channel_first = strstr(p.heard.text, " SUBSCRIBE_c") <
                         strstr(p.heard.text, "PSUBSCRIBE_d*");
    say_push(channel_first ? "subscribe c 1" : "psubscribe d* 1");
    say_push(channel_first ? "psubscribe d* 2" : "subscribe c 2");
    say(":1\r\n");
    say_push("message c x");
    turn();
    ck_assert_ptr_nonnull(strstr(p.told.text, "c(c:x)"));
    ck_assert_ptr_nonnull(strstr(p.told.text, "k=1"));
    p.told = (struct trace){.length = 0};
    bight_redis_unsubscribe(c);
    finish();
    ck_assert_trace(&p.told, "");
}
END_TEST

START_TEST(one_made_without_a_connection_waits_for_it)
{
    setup();
    push_mark = '>';
    begin();
    (void)subscribe(BIGHT_REDIS_CHANNEL, "c", on_message, "c");
    bight_redis_subscription *d =
        subscribe(BIGHT_REDIS_CHANNEL, "d", on_message, "d");
    bight_redis_unsubscribe(d);
    ck_assert_told("d!CANCELLED");
    listen_now();
    advance(1000);
    ck_assert_heard("HELLO_3 SUBSCRIBE_c");
    say_push("subscribe c 1");
    ck_assert_told("c");
    finish();
}
END_TEST

START_TEST(a_refusal_is_told_and_the_pipeline_stays_in_step)
{
    begin_as(_i);
    bight_redis_subscription *c =
        subscribe(BIGHT_REDIS_CHANNEL, "c", on_message, "c");
    ask("k");
    turn();
    say("-NOPERM no\r\n:1\r\n");
    ck_assert_told("c!NOPERM k=1");
    p.heard = (struct trace){.length = 0};
    (void)subscribe(BIGHT_REDIS_CHANNEL, "c", on_message, "again");
    ck_assert_heard("SUBSCRIBE_c");
    bight_redis_unsubscribe(c);
    say_push("subscribe c 1");
    ck_assert_told("again");
    finish();
}
END_TEST

/* -- ended from inside
 * --------------------------------------------------------------- */

static bight_redis_subscription *victims[3];

static void on_message_end_all(void *ctx, const bight_redis_message *message)
{
    on_message(ctx, message);
    for (unsigned i = 0; i < 3; i++) {
        bight_redis_unsubscribe(victims[i]);
        victims[i] = NULL;
    }
}

START_TEST(a_message_may_end_everybody_who_listens)
{
    begin_as(_i % 2 + 2);
    for (int i = 0; i < 3; i++)
        victims[i] = subscribe(BIGHT_REDIS_CHANNEL, "c",
                               i == _i / 2 ? on_message_end_all : on_message,
                               i == 0   ? "0"
                               : i == 1 ? "1"
                                        : "2");
    turn();
    say_push("subscribe c 1");
    ck_assert_told("0 1 2");
    say_push("message c x");
    say_push("message c y");
    ck_assert_told(_i / 2 == 0   ? "0(c:x)"
                   : _i / 2 == 1 ? "0(c:x) 1(c:x)"
                                 : "0(c:x) 1(c:x) 2(c:x)");
    ck_assert_heard("SUBSCRIBE_c UNSUBSCRIBE_c");
    finish();
}
END_TEST

static void on_message_free(void *ctx, const bight_redis_message *message)
{
    on_message(ctx, message);
    bight_redis_client_free(p.client);
    p.client = NULL;
}

START_TEST(a_message_may_free_the_client)
{
    begin_as(_i);
    (void)subscribe(BIGHT_REDIS_CHANNEL, "c", on_message, "a");
    (void)subscribe(BIGHT_REDIS_CHANNEL, "c", on_message_free, "b");
    (void)subscribe(BIGHT_REDIS_CHANNEL, "c", on_message, "c");
    (void)subscribe(BIGHT_REDIS_CHANNEL, "d", on_message, "d");
    ask("k");
    turn();
    say_push("subscribe c 1");
    ck_assert_told("a b c");
    say_push("message c x");
    say_push("message c y");
    ck_assert_told("a(c:x) b(c:x) d!CLOSED k!LOST");
    finish();
}
END_TEST

START_TEST(a_message_may_close_the_loop)
{
    begin_as(_i);
    (void)subscribe(BIGHT_REDIS_CHANNEL, "c", on_message, "a");
    turn();
    say_push("subscribe c 1");
    ck_assert_told("a");
    bight_loop_close(p.loop, NULL, NULL);
    finish();
}
END_TEST

START_TEST(thousands_of_topics_are_found)
{
    char name[32];
    begin_as(3);
    for (unsigned i = 0; i < 3000; i++) {
        bight_redis_subscription *made;
        (void)snprintf(name, sizeof(name), "channel:%u", i);
        bight_detach(bight_redis_subscribe(p.client, BIGHT_REDIS_CHANNEL,
                                           bight_bytes_text(name), on_message,
                                           (void *)(uintptr_t) "m", &made));
        if (i % 2 == 1)
            bight_redis_unsubscribe(made);
        p.heard = (struct trace){.length = 0};
        if (i % 30 == 0)
            turn();
    }
    p.heard = (struct trace){.length = 0};
    turn();
    p.told = (struct trace){.length = 0};
    for (unsigned i = 0; i < 3000; i++) {
        (void)snprintf(name, sizeof(name), "subscribe channel:%u 1", i);
        say_push(name);
        (void)snprintf(name, sizeof(name), "unsubscribe channel:%u 1", i);
        if (i % 2 == 1)
            say_push(name);
    }
    turn();
    say_push("message channel:1000 x");
    say_push("message channel:1001 x");
    say_push("message channel:2998 y");
    ck_assert_told("m(channel:1000:x) m(channel:2998:y)");
    finish();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("redis.subscribe");
    TCase *tcase = leaks_test_case(suite, "messages");
    tcase_add_both(tcase, messages_come_once_it_is_confirmed);
    tcase_add_both(tcase, patterns_tell_the_channel_too);
    tcase_add_both(tcase, several_who_listen_are_one_to_the_server);
    tcase_add_test(tcase, answers_and_pushes_keep_apart);
    tcase_add_test(tcase, resp2_arrays_are_answers_to_who_has_not_subscribed);
    tcase_add_test(tcase, thousands_of_topics_are_found);
    tcase = leaks_test_case(suite, "connections");
    tcase_add_both(tcase, a_reconnect_subscribes_anew_before_any_command);
    tcase_add_test(tcase, one_made_without_a_connection_waits_for_it);
    tcase_add_both(tcase, a_refusal_is_told_and_the_pipeline_stays_in_step);
    tcase = leaks_test_case(suite, "ended from inside");
    tcase_add_loop_test(tcase, a_message_may_end_everybody_who_listens, 0, 6);
    tcase_add_both(tcase, a_message_may_free_the_client);
    tcase_add_both(tcase, a_message_may_close_the_loop);
    return suite;
}
