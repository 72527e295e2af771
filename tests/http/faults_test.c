/* SPDX-License-Identifier: MIT */
/* ctest: long */
/* S3: a talk that goes through all of a server, with the n-th allocation
 * failing, for each n. */
#include "faults.h"
#include "http_served.h"
#include "leaks.h"
#include "suite.h"

#define TALK                                                                   \
    "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"                                   \
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"         \
    "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"     \
    "5\r\nhello\r\n0\r\n\r\n"                                                  \
    "GET /source HTTP/1.1\r\nHost: a\r\n\r\n"                                  \
    "GET /fail HTTP/1.1\r\nHost: a\r\n\r\n"                                    \
    "GET /pieces HTTP/1.1\r\nHost: a\r\n\r\n"                                  \
    "GET / HTTP/1.1\r\nHost : a\r\n\r\n"

/* The client has memory of its own. */
static void give_room(void)
{
    uint8_t *room;
    ck_assert_ok(
        bight_buffer_reserve(&served.talk.received, 1024 * 1024, &room));
}

/* Whatever fails, the server goes on: the next client is served. */
static void assert_serves(void)
{
    faults_fail_nth(0);
    if (served.talk.client != NULL)
        bight_transport_abort(served.talk.client);
    talk_run(&served.talk);
    talk_again(&served.talk);
    talk_forget(&served.talk);
    served_ask("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert_answered(SERVED_HELLO);
}

START_TEST(S3_the_nth_allocation_fails)
{
    static uint8_t block[8192];
    uint64_t n = 0;
    do {
        n++;
        served_begin(0, 0);
        served.piece = bight_bytes_of(block, sizeof(block));
        served.count = 20;
        give_room();
        faults_fail_nth(n);
        (void)bight_transport_write(served.talk.client, BIGHT_BYTES(TALK));
        talk_run(&served.talk);
        bool failed = faults_failed() > 0;
        assert_serves();
        served_end();
        if (!failed)
            break;
    } while (true);
    ck_assert_uint_gt(n, 10);
}
END_TEST

/* What an answer needs is there after the first one. */
START_TEST(nothing_is_allocated_for_a_request_in_the_steady_state)
{
    served_begin(0, 0);
    for (int i = 0; i < 3; i++) {
        served_ask("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
        ck_assert_answered(SERVED_HELLO);
    }
    give_room();
    faults_fail_all();
    served_ask("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    uint64_t failed = faults_failed();
    faults_fail_nth(0);
    ck_assert_uint_eq(served_status(), 200);
    ck_assert_uint_eq(failed, 0);
    served_end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.faults");
    TCase *tcase = tcase_create("allocations");
    tcase_add_checked_fixture(tcase, faults_begin, faults_end);
    tcase_add_test(tcase, S3_the_nth_allocation_fails);
    tcase_add_test(tcase,
                   nothing_is_allocated_for_a_request_in_the_steady_state);
    suite_add_tcase(suite, tcase);
    return suite;
}
