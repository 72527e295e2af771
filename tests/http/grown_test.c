/* SPDX-License-Identifier: MIT */
/* Structs of programs that were built when these had fewer members: what stands
 * behind their size is not theirs, and is not read. */
#include <bight/http.h>

#include "asking.h"
#include "leaks.h"
#include "suite.h"
#include "texts.h"

static struct asking a;
static unsigned calls;

/* The middleware `use` before a handler that answers what is worth coding. */
static const char *answer_with(const bight_http_middleware *middleware,
                               void *options, bight_http_handler_fn handler,
                               const char *request)
{
    const bight_http_use use = {middleware, options};
    calls = 0;
    asking_begin(&a, handler, NULL, &use, middleware != NULL);
    return asking_ask(&a, request);
}

static bight_deferred *hello(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    bight_http_answer(x, 200, "text/plain",
                      BIGHT_BYTES("hello hello hello hello hello hello hello "
                                  "hello hello hello hello hello hello"));
    return NULL;
}

/* -- options -------------------------------------------------------------- */

START_TEST(compress_does_not_read_behind)
{
    bight_http_compress_options options;
    bight_http_compress_options_init(&options);
    options.minimum = 1;
    options.size = offsetof(bight_http_compress_options, minimum);
    ck_assert_has_not(answer_with(&bight_http_compress, &options, hello,
                                  "GET / HTTP/1.1\r\nHost: a\r\n"
                                  "Accept-Encoding: gzip\r\n\r\n"),
                      "Content-Encoding");
    asking_end(&a);
}
END_TEST

START_TEST(cors_does_not_read_behind)
{
    static const char *const any[] = {"*", NULL};
    bight_http_cors_options options = {
        .size = offsetof(bight_http_cors_options, exposed),
        .origins = any,
        .exposed = "X-A"};
    const char *answer =
        answer_with(&bight_http_cors, &options, hello,
                    "GET / HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\n\r\n");
    ck_assert_has(answer, "Access-Control-Allow-Origin: *\r\n");
    ck_assert_has_not(answer, "X-A");
    asking_end(&a);
}
END_TEST

START_TEST(security_does_not_read_behind)
{
    bight_http_security_options options;
    bight_http_security_options_init(&options);
    options.frames = "SAMEORIGIN";
    options.transport = "max-age=1";
    options.size = offsetof(bight_http_security_options, transport);
    const char *answer =
        answer_with(&bight_http_security, &options, hello, GET("/"));
    ck_assert_has(answer, "X-Frame-Options: SAMEORIGIN\r\n");
    ck_assert_has_not(answer, "Strict-Transport-Security");
    asking_end(&a);
}
END_TEST

static bool anybody(void *ctx, bight_http_exchange *x, bight_bytes name,
                    bight_bytes password)
{
    (void)ctx;
    (void)x;
    (void)name;
    (void)password;
    return true;
}

START_TEST(basic_auth_does_not_read_behind)
{
    bight_http_basic_auth_options options = {
        .size = offsetof(bight_http_basic_auth_options, check),
        .realm = "r",
        .check = anybody};
    ck_assert_uint_eq(
        asking_status(answer_with(&bight_http_basic_auth, &options, hello,
                                  "GET / HTTP/1.1\r\nHost: a\r\n"
                                  "Authorization: Basic YTpi\r\n\r\n")),
        401);
    asking_end(&a);
}
END_TEST

START_TEST(request_id_does_not_read_behind)
{
    bight_http_request_id_options options = {
        .size = offsetof(bight_http_request_id_options, trusted),
        .trusted = "X-Trace"};
    ck_assert_has_not(
        answer_with(&bight_http_request_id, &options, hello,
                    "GET / HTTP/1.1\r\nHost: a\r\nX-Trace: mine\r\n\r\n"),
        "X-Request-Id: mine");
    asking_end(&a);
}
END_TEST

static void line(void *ctx, bight_bytes text)
{
    (void)ctx;
    (void)text;
    calls++;
}

START_TEST(access_log_does_not_read_behind)
{
    bight_http_access_log_options options = {
        .size = offsetof(bight_http_access_log_options, fn), .fn = line};
    (void)answer_with(&bight_http_access_log, &options, hello, GET("/"));
    ck_assert_uint_eq(calls, 0);
    asking_end(&a);
}
END_TEST

START_TEST(files_do_not_read_behind)
{
    bight_http_files *files;
    bight_http_files_options options;
    bight_loop *loop;
    ck_assert_ok(bight_loop_new(NULL, &loop));
    bight_http_files_options_init(&options);
    options.root = "/";
    options.cache_control = "\n";
    ck_assert_error(bight_http_files_new(loop, &options, &files),
                    BIGHT_ERROR_INVALID);
    options.size = offsetof(bight_http_files_options, cache_control);
    ck_assert_ok(bight_http_files_new(loop, &options, &files));
    bight_http_files_free(files);
    bight_loop_free(loop);
}
END_TEST

START_TEST(a_cookie_and_conditions_are_not_read_behind)
{
    char buf[64];
    bight_bytes field;
    bight_http_cookie cookie;
    bight_http_cookie_init(&cookie);
    cookie.name = cookie.value = BIGHT_BYTES("a");
    cookie.secure = cookie.http_only = true;
    cookie.size = offsetof(bight_http_cookie, http_only);
    ck_assert_ok(bight_http_cookie_format(&cookie, buf, sizeof(buf), &field));
    ck_assert_bytes(field, "a=a; Secure");
    const bight_http_validators there = {.size = sizeof(there), .exists = true};
    bight_http_conditions asked = {.size = sizeof(asked),
                                   .if_match = BIGHT_BYTES("\"a\"")};
    ck_assert_int_eq(bight_http_judge(&asked, &there), BIGHT_HTTP_FAILED);
    asked.size = offsetof(bight_http_conditions, if_match);
    ck_assert_int_eq(bight_http_judge(&asked, &there), BIGHT_HTTP_PROCEED);
}
END_TEST

/* -- tables --------------------------------------------------------------- */

static void never(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    (void)x;
    ck_abort_msg("a slot was called that its author did not know");
}

static void never_ended(void *ctx, bight_http_exchange *x, bight_error error)
{
    (void)error;
    never(ctx, x);
}

static void never_over(void *ctx, void *state, bight_http_exchange *x,
                       bight_error error)
{
    (void)state;
    never_ended(ctx, x, error);
}

START_TEST(middleware_does_not_have_what_is_behind)
{
    static const bight_http_middleware older = {
        .size = offsetof(bight_http_middleware, end), .end = never_over};
    ck_assert_uint_eq(asking_status(answer_with(&older, NULL, hello, GET("/"))),
                      200);
    asking_end(&a);
}
END_TEST

/* Else what should have asked for a password would ask for none. */
START_TEST(middleware_without_its_size_is_refused)
{
    static const bight_http_middleware nameless = {.end = never_over};
    const bight_http_use use = {&nameless, NULL};
    bight_loop *loop;
    bight_http_options options;
    bight_http_server *server;
    ck_assert(!bight_failed(bight_loop_new(NULL, &loop)));
    bight_http_options_init(&options);
    options.handler = hello;
    options.middleware = &use;
    options.middleware_count = 1;
    bight_error error = bight_http_server_new(loop, &options, &server);
    ck_assert(bight_error_is(error, &bight_domain, BIGHT_ERROR_INVALID));
    bight_loop_free(loop);
}
END_TEST

static void take(void *ctx, bight_http_exchange *x, bight_bytes data)
{
    (void)ctx;
    (void)data;
    bight_http_answer(x, 200, NULL, BIGHT_BYTES("taken"));
}

static bight_deferred *streamed(void *ctx, bight_http_exchange *x)
{
    static const bight_http_sink older = {.size =
                                              offsetof(bight_http_sink, end),
                                          .data = take,
                                          .end = never_ended};
    ck_assert_ok(bight_http_stream_body(x, &older, ctx));
    return NULL;
}

START_TEST(a_sink_does_not_have_what_is_behind)
{
    ck_assert_has(answer_with(NULL, NULL, streamed,
                              "POST / HTTP/1.1\r\nHost: a\r\n"
                              "Content-Length: 1\r\n\r\nx"),
                  "taken");
    asking_end(&a);
}
END_TEST

static void write_one(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    calls++;
    (void)bight_http_write(x, BIGHT_BYTES("."));
}

static bight_deferred *produced(void *ctx, bight_http_exchange *x)
{
    static const bight_http_source older = {
        .size = offsetof(bight_http_source, stop),
        .resume = write_one,
        .stop = never,
        .pull = true};
    ck_assert_ok(bight_http_start(x, 200, NULL, BIGHT_HTTP_LENGTH_UNKNOWN));
    bight_http_later(x);
    ck_assert_ok(bight_http_produce(x, &older, ctx));
    return NULL;
}

/* It pushes: it is asked once. */
START_TEST(a_source_does_not_have_what_is_behind)
{
    (void)answer_with(NULL, NULL, produced, GET("/"));
    ck_assert_uint_eq(calls, 1);
    asking_end(&a);
}
END_TEST

static bight_deferred *event(void *ctx, bight_http_exchange *x)
{
    const bight_http_event older = {.size = offsetof(bight_http_event, id),
                                    .data = BIGHT_BYTES("d"),
                                    .id = BIGHT_BYTES("i"),
                                    .retry_ms = 1};
    (void)ctx;
    ck_assert_ok(bight_http_start_events(x));
    (void)bight_http_write_event(x, &older);
    bight_http_finish(x);
    return NULL;
}

START_TEST(an_event_does_not_have_what_is_behind)
{
    const char *answer = answer_with(NULL, NULL, event, GET("/"));
    ck_assert_has(answer, "data: d\n\n");
    ck_assert_has_not(answer, "retry");
    ck_assert_has_not(answer, "id: ");
    asking_end(&a);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.grown");
    TCase *options = leaks_test_case(suite, "options");
    tcase_add_test(options, compress_does_not_read_behind);
    tcase_add_test(options, cors_does_not_read_behind);
    tcase_add_test(options, security_does_not_read_behind);
    tcase_add_test(options, basic_auth_does_not_read_behind);
    tcase_add_test(options, request_id_does_not_read_behind);
    tcase_add_test(options, access_log_does_not_read_behind);
    tcase_add_test(options, files_do_not_read_behind);
    tcase_add_test(options, a_cookie_and_conditions_are_not_read_behind);
    TCase *tables = leaks_test_case(suite, "tables");
    tcase_add_test(tables, middleware_does_not_have_what_is_behind);
    tcase_add_test(tables, middleware_without_its_size_is_refused);
    tcase_add_test(tables, a_sink_does_not_have_what_is_behind);
    tcase_add_test(tables, a_source_does_not_have_what_is_behind);
    tcase_add_test(tables, an_event_does_not_have_what_is_behind);
    return suite;
}
