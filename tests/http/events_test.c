/* SPDX-License-Identifier: MIT */
/* Server-sent events: as EventSource reads them, and how they end. */
#include <bight/http_events.h>

#include <bight/http_compress.h>

#include "asking.h"
#include "leaks.h"
#include "suite.h"
#include "texts.h"

static struct asking a;
static bight_http_exchange *kept;
static bight_error ended;
static unsigned ends;

static void on_end(void *ctx, bight_http_exchange *x, bight_error error)
{
    (void)ctx;
    (void)x;
    kept = NULL;
    ended = error;
    ends++;
}

static bight_deferred *handler(void *ctx, bight_http_exchange *x)
{
    bight_bytes last = bight_http_last_event_id(x);
    (void)ctx;
    if (last.data != NULL)
        ck_assert_bytes(last, "41");
    ck_assert_ok(bight_http_start_events(x));
    bight_http_on_end(x, on_end, NULL);
    kept = x;
    return NULL;
}

static void begin(void)
{
    ends = 0;
    asking_begin(&a, handler, NULL, NULL, 0);
    const char *answer = asking_ask(&a, GET("/"));
    ck_assert_uint_eq(asking_status(answer), 200);
    ck_assert_has(answer, "\r\nContent-Type: text/event-stream\r\n");
    ck_assert_has(answer, "\r\nCache-Control: no-store\r\n");
    ck_assert_has(answer, "\r\nTransfer-Encoding: chunked\r\n");
    ck_assert_str_eq(asking_body(answer), "");
}

/* What came, which must be one chunk. */
static const char *chunk(void)
{
    talk_run(&a.talk);
    const char *text = asking_read(&a);
    char *behind;
    size_t size = strtoul(text, &behind, 16);
    ck_assert_uint_eq(strlen(behind), size + 4);
    behind[size + 2] = '\0';
    return behind + 2;
}

static void expect(bight_http_event event, const char *text)
{
    event.size = sizeof(event);
    ck_assert_int_eq(bight_http_write_event(kept, &event), BIGHT_WRITE_READY);
    ck_assert_str_eq(chunk(), text);
}

START_TEST(an_event_is_its_lines_in_one_chunk)
{
    begin();
    expect((bight_http_event){.data = BIGHT_BYTES("hello")}, "data: hello\n\n");
    expect((bight_http_event){.data = BIGHT_BYTES("hello"),
                              .name = BIGHT_BYTES("greeting"),
                              .id = BIGHT_BYTES("42"),
                              .retry_ms = 1500},
           "retry: 1500\nevent: greeting\nid: 42\ndata: hello\n\n");
    expect((bight_http_event){.retry_ms = 1}, "retry: 1\n\n");
    asking_end(&a);
}
END_TEST

START_TEST(every_line_break_splits_the_data)
{
    begin();
    expect((bight_http_event){.data = BIGHT_BYTES("a\nb\r\nc\rd")},
           "data: a\ndata: b\ndata: c\ndata: d\n\n");
    expect((bight_http_event){.data = BIGHT_BYTES("a\n\n")},
           "data: a\ndata: \ndata: \n\n");
    expect((bight_http_event){.data = BIGHT_BYTES("\r\r\n")},
           "data: \ndata: \ndata: \n\n");
    expect((bight_http_event){.data = BIGHT_BYTES("a\nid: 7\n\ndata: x")},
           "data: a\ndata: id: 7\ndata: \ndata: data: x\n\n");
    asking_end(&a);
}
END_TEST

START_TEST(names_cannot_break_out_of_their_line)
{
    static const char *const bad[] = {"a\nb", "a\r", "\n"};
    begin();
    for (size_t i = 0; i < COUNT(bad); i++)
        expect((bight_http_event){.data = BIGHT_BYTES("x"),
                                  .name = bight_bytes_text(bad[i]),
                                  .id = bight_bytes_text(bad[i])},
               "data: x\n\n");
    expect(
        (bight_http_event){.data = BIGHT_BYTES("x"), .id = BIGHT_BYTES("a\0b")},
        "data: x\n\n");
    asking_end(&a);
}
END_TEST

START_TEST(comments_are_lines_that_begin_with_a_colon)
{
    begin();
    (void)bight_http_write_comment(kept, BIGHT_BYTES(""));
    ck_assert_str_eq(chunk(), ": \n\n");
    (void)bight_http_write_comment(kept, BIGHT_BYTES("a\ndata: b"));
    ck_assert_str_eq(chunk(), ": a\n: data: b\n\n");
    asking_end(&a);
}
END_TEST

START_TEST(the_last_id_is_told)
{
    asking_begin(&a, handler, NULL, NULL, 0);
    ck_assert_uint_eq(
        asking_status(asking_ask(&a, "GET / HTTP/1.1\r\nHost: a\r\n"
                                     "Last-Event-ID: 41\r\n\r\n")),
        200);
    asking_end(&a);
}
END_TEST

START_TEST(T12_a_slow_reader_is_told_as_full)
{
    static char text[10000];
    bight_http_event event = {.size = sizeof(event)};
    unsigned written = 0;
    begin();
    memset(text, 'x', sizeof(text));
    event.data = bight_bytes_of(text, sizeof(text));
    bight_transport_pause_reading(a.talk.client, BIGHT_HOLD_USER);
    while (bight_http_write_event(kept, &event) == BIGHT_WRITE_READY) {
        talk_run(&a.talk);
        ck_assert_uint_lt(written++, 100);
    }
    ck_assert_uint_gt(written, 2);
    bight_transport_resume_reading(a.talk.client, BIGHT_HOLD_USER);
    talk_run(&a.talk);
    (void)asking_read(&a);
    ck_assert_int_eq(bight_http_write_event(kept, &event), BIGHT_WRITE_READY);
    asking_end(&a);
}
END_TEST

START_TEST(a_client_that_goes_ends_it)
{
    begin();
    bight_transport_abort(a.talk.client);
    talk_run(&a.talk);
    ck_assert_uint_eq(ends, 1);
    ck_assert(bight_failed(ended));
    asking_end(&a);
}
END_TEST

START_TEST(a_finish_ends_it_and_the_connection_goes_on)
{
    begin();
    bight_http_finish(kept);
    talk_run(&a.talk);
    ck_assert_uint_eq(ends, 1);
    ck_assert(!bight_failed(ended));
    ck_assert_str_eq(asking_read(&a), "0\r\n\r\n");
    ck_assert_uint_eq(asking_status(asking_ask(&a, GET("/"))), 200);
    asking_end(&a);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.events");
    TCase *tcase = leaks_test_case(suite, "events");
    tcase_add_test(tcase, an_event_is_its_lines_in_one_chunk);
    tcase_add_test(tcase, every_line_break_splits_the_data);
    tcase_add_test(tcase, names_cannot_break_out_of_their_line);
    tcase_add_test(tcase, comments_are_lines_that_begin_with_a_colon);
    tcase_add_test(tcase, the_last_id_is_told);
    tcase_add_test(tcase, T12_a_slow_reader_is_told_as_full);
    tcase_add_test(tcase, a_client_that_goes_ends_it);
    tcase_add_test(tcase, a_finish_ends_it_and_the_connection_goes_on);
    return suite;
}
