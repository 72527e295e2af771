/* SPDX-License-Identifier: MIT */
/* Handlers that are tasks. */
#include <string.h>

#include <bight/http_task.h>

#include "faults.h"
#include "http_served.h"
#include "leaks.h"
#include "suite.h"

static unsigned ended;
static bight_error outcome;
static size_t pieces;

static bight_error answer(bight_http_exchange *x)
{
    bight_bytes body;
    bight_bytes path = bight_http_path(x);
    bight_error error = bight_ok();
    if (bight_bytes_equal(path, BIGHT_BYTES("/delay"))) {
        error = bight_sleep(2000);
        if (!bight_failed(error))
            bight_http_answer(x, 200, "text/plain", BIGHT_BYTES("late\n"));
    } else if (bight_bytes_equal(path, BIGHT_BYTES("/echo"))) {
        error = bight_http_await_body(x, &body);
        if (!bight_failed(error))
            bight_http_answer(x, 200, "text/plain", body);
    } else if (bight_bytes_equal(path, BIGHT_BYTES("/stream"))) {
        error = bight_http_start(x, 200, "text/plain", 65536 * 10);
        for (pieces = 0; pieces < 10 && !bight_failed(error); pieces++)
            error = bight_http_await_write(x, talk_pattern(65536));
    } else if (bight_bytes_equal(path, BIGHT_BYTES("/short"))) {
        error = bight_http_start(x, 200, "text/plain", 10);
        if (!bight_failed(error))
            error = bight_http_await_write(x, BIGHT_BYTES("abc"));
        if (!bight_failed(error))
            error = bight_error_of(BIGHT_ERROR_TIMED_OUT);
    } else if (!bight_bytes_equal(path, BIGHT_BYTES("/none"))) {
        error = bight_http_error(404);
    }
    return error;
}

static bight_error handle(void *ctx, bight_http_exchange *x)
{
    ck_assert_str_eq(ctx, "context");
    outcome = answer(x);
    ended++;
    return outcome;
}

static bight_http_task task = {.size = sizeof(bight_http_task), .fn = handle};

static void begin(size_t read, size_t write)
{
    static char context[] = "context";
    task.ctx = context;
    ended = 0;
    outcome = bight_ok();
    served_prepare();
    served.options.handler = bight_http_task_handler;
    served.options.ctx = &task;
    served_begin(read, write);
}

#define FIELDS(size) "Content-Type: text/plain\r\nContent-Length: " size "\r\n"

START_TEST(a_task_may_sleep_before_it_answers)
{
    begin(0, 0);
    served_ask("GET /delay HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert_answered("");
    served_wait(1);
    ck_assert_answered("");
    served_wait(1);
    ck_assert_uint_eq(served_status(), 200);
    ck_assert_uint_eq(ended, 1);
    served_end();
}
END_TEST

START_TEST(a_task_awaits_the_body_under_every_split)
{
    for (size_t write = 0; write < 8; write++) {
        begin((size_t)_i, write);
        served_ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                   "\r\nhello");
        ck_assert_answered(SERVED("200 OK", FIELDS("5"), "hello"));
        served_end();
    }
}
END_TEST

START_TEST(a_pipeline_is_answered_in_order)
{
    begin(0, 0);
    served_ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n1"
               "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n2");
    ck_assert_answered(SERVED("200 OK", FIELDS("1"), "1")
                           SERVED("200 OK", FIELDS("1"), "2"));
    ck_assert_uint_eq(ended, 2);
    served_end();
}
END_TEST

START_TEST(an_error_is_its_status_and_no_answer_is_500)
{
    begin(0, 0);
    served_ask("GET /missing HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert_uint_eq(served_status(), 404);
    served_ask("GET /none HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert_uint_eq(served_status(), 500);
    served_end();
}
END_TEST

START_TEST(a_write_waits_for_a_client_that_reads_slowly)
{
    begin(0, 0);
    bight_transport_pause_reading(served.talk.client, BIGHT_HOLD_USER);
    served_ask("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert_uint_eq(ended, 0);
    ck_assert_uint_le(pieces, 3);
    bight_transport_resume_reading(served.talk.client, BIGHT_HOLD_USER);
    talk_run(&served.talk);
    ck_assert_uint_eq(ended, 1);
    ck_assert_ok(outcome);
    ck_assert_uint_gt(bight_buffer_bytes(&served.talk.received).size,
                      65536 * 10);
    talk_forget(&served.talk);
    served_ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok");
    ck_assert_answered(SERVED("200 OK", FIELDS("2"), "ok"));
    served_end();
}
END_TEST

START_TEST(an_error_behind_the_begin_cuts_the_answer_off)
{
    begin(0, 0);
    served_ask("GET /short HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert_ptr_null(served.talk.client);
    ck_assert_error(served.talk.why, BIGHT_ERROR_RESET);
    served_end();
}
END_TEST

/* While it sleeps, reads the body, or writes. */
static const char *const requests[] = {
    "GET /delay HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel",
    "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n",
};

START_TEST(a_task_is_cancelled_when_its_client_goes)
{
    begin(0, 0);
    bight_transport_pause_reading(served.talk.client, BIGHT_HOLD_USER);
    served_ask(requests[_i]);
    ck_assert_uint_eq(ended, 0);
    bight_transport_abort(served.talk.client);
    talk_run(&served.talk);
    ck_assert_uint_eq(ended, 1);
    ck_assert(bight_failed(outcome));
    served_end();
}
END_TEST

START_TEST(S3_the_nth_allocation_fails)
{
    bool injected = true;
    for (unsigned n = 1; injected; n++) {
        begin(0, 0);
        bight_transport_pause_reading(served.talk.client, BIGHT_HOLD_USER);
        talk_write(&served.talk,
                   bight_bytes_text("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"));
        faults_fail_nth(n);
        (void)bight_loop_advance(served.talk.loop, 0);
        injected = faults_failed() > 0;
        faults_fail_nth(0);
        (void)bight_loop_advance(served.talk.loop, 0);
        served_end();
    }
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.task");
    TCase *tcase = leaks_test_case(suite, "handlers");
    tcase_add_test(tcase, a_task_may_sleep_before_it_answers);
    tcase_add_loop_test(tcase, a_task_awaits_the_body_under_every_split, 0, 4);
    tcase_add_test(tcase, a_pipeline_is_answered_in_order);
    tcase_add_test(tcase, an_error_is_its_status_and_no_answer_is_500);
    tcase_add_test(tcase, a_write_waits_for_a_client_that_reads_slowly);
    tcase_add_test(tcase, an_error_behind_the_begin_cuts_the_answer_off);
    tcase_add_loop_test(tcase, a_task_is_cancelled_when_its_client_goes, 0,
                        sizeof(requests) / sizeof(requests[0]));
    tcase_add_test(tcase, S3_the_nth_allocation_fails);
    return suite;
}
