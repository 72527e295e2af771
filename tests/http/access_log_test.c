/* SPDX-License-Identifier: MIT */
/* The access log: one line for each request, from which nothing breaks out. */
#include <bight/http_access_log.h>

#include <stdio.h>

#include "asking.h"
#include "leaks.h"
#include "suite.h"
#include "texts.h"

static struct asking a;
static bight_http_access_log_options options;
static char lines[32768];

static const bight_http_use uses[] = {{&bight_http_access_log, &options}};

static void on_line(void *ctx, bight_bytes line)
{
    size_t used = strlen(lines);
    ck_assert_ptr_eq(ctx, lines);
    ck_assert_uint_le(line.size, BIGHT_HTTP_LOG_LINE_MAX);
    ck_assert_uint_lt(used + line.size, sizeof(lines));
    ck_assert_int_eq(line.data[line.size - 1], '\n');
    memcpy(lines + used, line.data, line.size);
    lines[used + line.size] = '\0';
}

/* Answers with the body's size, or later, or never. */
static bight_deferred *handler(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    if (bight_bytes_equal(bight_http_path(x), BIGHT_BYTES("/never"))) {
        bight_http_later(x);
        return NULL;
    }
    if (bight_bytes_equal(bight_http_path(x), BIGHT_BYTES("/id")))
        (void)bight_http_set_field(x, "X-Request-Id", BIGHT_BYTES("seven"));
    bight_http_answer(x, 200, "text/plain", BIGHT_BYTES("hello"));
    return NULL;
}

static void begin(bight_http_log_format format)
{
    lines[0] = '\0';
    options.size = sizeof(options);
    options.format = format;
    options.fn = on_line;
    options.ctx = lines;
    asking_begin(&a, handler, NULL, uses, 1);
    ck_assert_ok(bight_loop_set_wall_ms(a.talk.loop, UINT64_C(784111777123)));
}

static void expect(const char *request, const char *line)
{
    lines[0] = '\0';
    (void)asking_ask(&a, request);
    ck_assert_str_eq(lines, line);
}

#define TEXT_HEAD "08:49:37.123 info request conn=-1 peer=memory "

START_TEST(text_lines_tell_all)
{
    begin(BIGHT_HTTP_LOG_TEXT);
    expect(GET("/a?b=c"), TEXT_HEAD "proto=HTTP/1.1 method=GET path=\"/a?b=c\" "
                                    "status=200 in=0 out=5 ms=0\n");
    expect("HEAD / HTTP/1.0\r\n\r\n",
           TEXT_HEAD "proto=HTTP/1.0 method=HEAD path=/ status=200 in=0 out=0 "
                     "ms=0\n");
    expect("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd",
           TEXT_HEAD "proto=HTTP/1.1 method=POST path=/ status=200 in=4 out=5 "
                     "ms=0\n");
    expect(GET("/id"),
           TEXT_HEAD "proto=HTTP/1.1 method=GET path=/id status=200 in=0 out=5 "
                     "ms=0 id=seven\n");
    asking_end(&a);
}
END_TEST

START_TEST(a_client_that_goes_is_told_with_the_reason)
{
    begin(BIGHT_HTTP_LOG_TEXT);
    (void)asking_ask(&a, GET("/never"));
    ck_assert_str_eq(lines, "");
    ck_assert_ok(bight_loop_advance(a.talk.loop, 1500));
    bight_transport_abort(a.talk.client);
    talk_run(&a.talk);
    ck_assert_ptr_nonnull(strstr(lines, " status=499 "));
    ck_assert_ptr_nonnull(strstr(lines, " ms=1500 err="));
    ck_assert_ptr_nonnull(strstr(lines, "RESET"));
    asking_end(&a);
}
END_TEST

START_TEST(json_lines_tell_all)
{
    begin(BIGHT_HTTP_LOG_JSON);
    expect(GET("/a'b"),
           "{\"ts\":\"1994-11-06T08:49:37.123Z\",\"level\":\"info\","
           "\"event\":\"request\",\"conn\":-1,\"peer\":\"memory\","
           "\"proto\":\"HTTP/1.1\",\"method\":\"GET\",\"path\":\"/a'b\","
           "\"status\":200,\"in\":0,\"out\":5,\"ms\":0}\n");
    asking_end(&a);
}
END_TEST

START_TEST(combined_lines_are_what_their_readers_know)
{
    begin(BIGHT_HTTP_LOG_COMBINED);
    expect(GET("/a"), "memory - - [06/Nov/1994:08:49:37 +0000] "
                      "\"GET /a HTTP/1.1\" 200 5 \"-\" \"-\"\n");
    expect("GET /b HTTP/1.1\r\nHost: a\r\nReferer: http://x/\r\n"
           "User-Agent: curl/1\r\nAuthorization: Basic YSBiOmM=\r\n\r\n",
           "memory - a_b [06/Nov/1994:08:49:37 +0000] "
           "\"GET /b HTTP/1.1\" 200 5 \"http://x/\" \"curl/1\"\n");
    asking_end(&a);
}
END_TEST

START_TEST(S5_nothing_breaks_out_of_its_field)
{
    static const char request[] =
        "GET /\" HTTP/1.1\r\nHost: a\r\nReferer: a\"b\\c\r\n"
        "User-Agent: \xff\t\xc3\xa9 x\r\n"
        "Authorization: Basic Cg0bIjpj\r\n\r\n";
    static const char quiet[] =
        "GET / HTTP/1.1\r\nHost: a\r\nReferer: a\"b\\c\r\n"
        "User-Agent: \xff\t\xc3\xa9 x\r\n"
        "Authorization: Basic Cg0bIjpj\r\n\r\n";
    begin(BIGHT_HTTP_LOG_COMBINED);
    expect(request, ""); /* a quote in a target is no request */
    expect(quiet, "memory - \\x0A\\x0D\\x1B\\x22 [06/Nov/1994:08:49:37 +0000] "
                  "\"GET / HTTP/1.1\" 200 5 \"a\\x22b\\x5Cc\" "
                  "\"\\xFF\\x09\\xC3\\xA9 x\"\n");
    asking_end(&a);
}
END_TEST

START_TEST(lines_are_bounded)
{
    static char request[20000];
    begin((bight_http_log_format)_i);
    char *at = request + sprintf(request, "GET /");
    memset(at, 'a', 7900);
    at += 7900;
    at += sprintf(at, " HTTP/1.1\r\nHost: a\r\nReferer: ");
    memset(at, '"', 4000);
    at += 4000;
    at += sprintf(at, "\r\nUser-Agent: ");
    memset(at, 0xff, 4000);
    at += 4000;
    (void)sprintf(at, "\r\n\r\n");
    (void)asking_ask(&a, request);
    const char *newline = strchr(lines, '\n');
    ck_assert_ptr_nonnull(newline);
    ck_assert_int_eq(newline[1], '\0');
    ck_assert_int_gt(newline - lines, 100);
    asking_end(&a);
}
END_TEST

static unsigned records;

static void on_record(void *ctx, const bight_log_record *record)
{
    (void)ctx;
    records += strcmp(record->event, "request") == 0;
}

START_TEST(without_a_function_it_goes_to_the_log)
{
    records = 0;
    ck_assert_ok(bight_log_set_sink(on_record, NULL, BIGHT_LOG_INFO));
    begin(BIGHT_HTTP_LOG_TEXT);
    options.fn = NULL;
    (void)asking_ask(&a, GET("/"));
    ck_assert_uint_eq(records, 1);
    asking_end(&a);
    ck_assert_ok(bight_log_set_sink(NULL, NULL, BIGHT_LOG_INFO));
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.access_log");
    TCase *tcase = leaks_test_case(suite, "access_log");
    tcase_add_test(tcase, text_lines_tell_all);
    tcase_add_test(tcase, a_client_that_goes_is_told_with_the_reason);
    tcase_add_test(tcase, json_lines_tell_all);
    tcase_add_test(tcase, combined_lines_are_what_their_readers_know);
    tcase_add_test(tcase, S5_nothing_breaks_out_of_its_field);
    tcase_add_loop_test(tcase, lines_are_bounded, 0, 3);
    tcase_add_test(tcase, without_a_function_it_goes_to_the_log);
    return suite;
}
