/* SPDX-License-Identifier: MIT */
/* S2, S3, L9: one conversation in every split, with each allocation failing in
 * turn, and with its client or its loop ended at each of its steps. */
#include "scripted.h"

#define EXPECTED                                                               \
    "a=1 s b!WRONGTYPE c=[2] s(ch:hello) d=null s(ch:again) s(ch:third) e=5"

#define MESSAGE ">3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$5\r\n"

/* The server's part, by how many commands it has heard. */
static const char *const answers[] = {
    ":1\r\n",
    ">3\r\n$9\r\nsubscribe\r\n$2\r\nch\r\n:1\r\n",
    "-WRONGTYPE Operation against a key\r\n",
    ("*2\r\n$1\r\nx\r\n%1\r\n+k\r\n,1.5\r\n" MESSAGE "hello\r\n"),
    ("_\r\n" MESSAGE "again\r\n"),
    (MESSAGE "third\r\n:5\r\n")};

#define STEPS (sizeof(answers) / sizeof(answers[0]))

static unsigned asked, fired;

static void counted(bight_result *result, void *arg)
{
    fired++;
    told(result, arg);
}

static void ask_counted(const char *name)
{
    asked++;
    bight_on(asking(name), counted, (void *)(uintptr_t)name);
}

static void step(size_t i)
{
    static const char *const names[STEPS] = {"a", "s", "b", "c", "d", "e"};
    bight_redis_subscription *made;
    if (i == 1) {
        asked++;
        bight_on(bight_redis_subscribe(p.client, BIGHT_REDIS_CHANNEL,
                                       BIGHT_BYTES("ch"), on_message,
                                       (void *)(uintptr_t) "s", &made),
                 counted, (void *)(uintptr_t) "s");
    } else {
        ask_counted(names[i]);
    }
    turn();
    if (p.t != NULL)
        say(answers[i]);
    turn();
}

static void prepare(size_t read_chunk, size_t write_chunk)
{
    setup();
    asked = fired = 0;
    p.wire.read_chunk = read_chunk;
    p.wire.write_chunk = write_chunk;
    listen_now();
}

START_TEST(S2_every_split_is_the_same_conversation)
{
    prepare((size_t)_i, _i % 3 == 0 ? (size_t)_i : 0);
    begin();
    for (size_t i = 0; i < STEPS; i++)
        step(i);
    ck_assert_str_eq(p.heard.text,
                     "HELLO_3 GET_a SUBSCRIBE_ch GET_b GET_c GET_d GET_e");
    ck_assert_msg(strlen(p.told.text) == strlen(EXPECTED), "%s", p.told.text);
    finish();
}
END_TEST

/* Events of one dispatch have another order than those of several, so the
 * sums are compared above, and the order here. */
START_TEST(S2_whole_reads_are_the_conversation)
{
    prepare(0, 0);
    begin();
    for (size_t i = 0; i < STEPS; i++)
        step(i);
    ck_assert_str_eq(p.told.text,
                     "a=1 s b!WRONGTYPE s(ch:hello) c=[2] s(ch:again) d=null "
                     "s(ch:third) e=5");
    finish();
}
END_TEST

/* -- S3
 * ------------------------------------------------------------------------- */

static bool run_once(unsigned n)
{
    prepare(0, 0);
    faults_fail_nth(n);
    bight_error error = try_client();
    turn();
    for (size_t i = 0; i < STEPS && !bight_failed(error); i++)
        step(i);
    bool injected = faults_failed() > 0;
    faults_fail_nth(0);
    if (!bight_failed(error)) {
        /* Whatever it cost, the next connection works. */
        advance(40000);
        if (p.t != NULL)
            bight_transport_abort(p.t);
        advance(40000);
        ck_assert_uint_le(bight_redis_pending(p.client), 1);
        ask_counted("z");
        turn();
        const char *last = strrchr(p.heard.text, ' ');
        ck_assert_str_eq(last, " GET_z");
        say(strstr(p.heard.text, "SUBSCRIBE_ch GET_z") != NULL
                ? ">3\r\n$9\r\nsubscribe\r\n$2\r\nch\r\n:1\r\n:7\r\n"
                : ":7\r\n");
        turn();
        ck_assert_ptr_nonnull(strstr(p.told.text, "z=7"));
        ck_assert_uint_eq(bight_redis_pending(p.client), 0);
        ck_assert_uint_eq(asked, fired);
    }
    finish();
    ck_assert_uint_eq(asked, fired);
    ck_assert_uint_eq(faults_live(), 0);
    return injected;
}

START_TEST(S3_the_nth_allocation_fails)
{
    unsigned n = 1;
    while (run_once(n))
        n++;
    printf("%u failing allocations\n", n - 1);
    ck_assert_uint_gt(n, 25);
}
END_TEST

START_TEST(S3_commands_allocate_nothing_once_it_runs)
{
    prepare(0, 0);
    begin();
    for (unsigned i = 0; i < 200; i++) {
        if (i == 100)
            faults_fail_all();
        for (unsigned k = 0; k < 10; k++)
            ask_counted("k");
        turn();
        for (unsigned k = 0; k < 10; k++)
            say("$5\r\nvalue\r\n");
        turn();
        p.told = p.heard = (struct trace){.length = 0};
    }
    faults_fail_nth(0);
    ck_assert_uint_eq(fired, 2000);
    finish();
}
END_TEST

/* -- L9
 * ---------------------------------------------------------------------------
 */

enum end { FREES, STOPS, LOSES, LOOP_CLOSES, LOOP_FREED_FIRST, ENDS };

static void end_it(enum end how)
{
    if (how == FREES) {
        bight_redis_client_free(p.client);
        p.client = NULL;
    } else if (how == STOPS) {
        bight_detach(bight_redis_client_stop(p.client));
    } else if (how == LOSES && p.t != NULL) {
        bight_transport_abort(p.t);
    } else if (how == LOOP_CLOSES) {
        bight_loop_close(p.loop, NULL, NULL);
    }
}

static void finish_loop_first(void)
{
    bight_redis_reader_free(p.reader);
    loops_free(p.loop);
    bight_redis_client_free(p.client);
}

/* Ended with the k-th command waiting, or under way, or half answered. */
START_TEST(L9_ended_at_every_step_every_command_is_told_once)
{
    enum end how = (enum end)(_i % ENDS);
    size_t at = (size_t)(_i / ENDS / 3);
    int stage = _i / ENDS % 3;
    prepare(0, 0);
    begin();
    for (size_t i = 0; i < at; i++)
        step(i);
    ask_counted("x");
    ask_counted("y");
    if (stage > 0)
        turn();
    if (stage > 1) {
        say("$10\r\nhalf");
        turn();
    }
    end_it(how);
    if (how == LOOP_FREED_FIRST) {
        finish_loop_first();
        ck_assert_uint_eq(asked, fired);
        return;
    }
    if (how != LOOP_CLOSES)
        advance(100);
    if (how == LOSES && stage == 0)
        ck_assert_uint_le(fired, asked);
    else
        ck_assert_uint_eq(asked, fired);
    finish();
    ck_assert_uint_eq(asked, fired);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("redis.faults");
    TCase *tcase = leaks_test_case(suite, "splits");
    tcase_add_loop_test(tcase, S2_every_split_is_the_same_conversation, 0, 80);
    tcase_add_test(tcase, S2_whole_reads_are_the_conversation);
    tcase = leaks_test_case(suite, "no memory");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, S3_the_nth_allocation_fails);
    tcase_add_test(tcase, S3_commands_allocate_nothing_once_it_runs);
    tcase = leaks_test_case(suite, "ends");
    tcase_add_loop_test(tcase,
                        L9_ended_at_every_step_every_command_is_told_once, 0,
                        (int)(ENDS * 3 * (STEPS + 1)));
    return suite;
}
