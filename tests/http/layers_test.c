/* SPDX-License-Identifier: MIT */
/* Small middleware: security fields, names of requests, a limit of bodies. */
#include <bight/http_layers.h>

#include <ctype.h>
#include <stdio.h>

#include "asking.h"
#include "leaks.h"
#include "suite.h"
#include "texts.h"

static struct asking a;
static unsigned handled;
static size_t streamed;
static bight_error how;

static void sink_data(void *ctx, bight_http_exchange *x, bight_bytes data)
{
    (void)ctx;
    (void)x;
    streamed += data.size;
}

static void sink_end(void *ctx, bight_http_exchange *x, bight_error error)
{
    (void)ctx;
    how = error;
    if (!bight_failed(error))
        bight_http_answer(x, 200, NULL, BIGHT_BYTES("streamed"));
}

static const bight_http_sink sink = {sizeof(sink), sink_data, sink_end};

static bight_deferred *handler(void *ctx, bight_http_exchange *x)
{
    handled++;
    if (ctx != NULL)
        ck_assert_ok(bight_http_set_field(x, "Content-Security-Policy",
                                          BIGHT_BYTES("default-src 'none'")));
    if (bight_http_body_length(x) > 0)
        ck_assert_ok(bight_http_stream_body(x, &sink, NULL));
    else
        bight_http_answer(x, 200, "text/plain", BIGHT_BYTES("hello"));
    return NULL;
}

static void begin(const bight_http_middleware *middleware, void *options,
                  void *ctx)
{
    static bight_http_use use;
    use.middleware = middleware;
    use.ctx = options;
    handled = 0;
    streamed = 0;
    how = bight_ok();
    asking_begin(&a, handler, ctx, &use, 1);
}

START_TEST(browsers_are_told_to_be_careful)
{
    begin(&bight_http_security, NULL, NULL);
    const char *answer = asking_ask(&a, GET("/"));
    ck_assert_has(answer, "\r\nContent-Security-Policy: default-src 'self'; ");
    ck_assert_has(answer, "frame-ancestors 'none'\r\n");
    ck_assert_has(answer, "\r\nX-Content-Type-Options: nosniff\r\n");
    ck_assert_has(answer, "\r\nReferrer-Policy: no-referrer\r\n");
    ck_assert_has(answer, "\r\nX-Frame-Options: DENY\r\n");
    ck_assert_has_not(answer, "Strict-Transport-Security");
    asking_end(&a);
}
END_TEST

START_TEST(what_the_handler_says_stays)
{
    bight_http_security_options options;
    bight_http_security_options_init(&options);
    options.frames = NULL;
    options.sniff = true;
    options.transport = "max-age=60";
    begin(&bight_http_security, &options, &a);
    const char *answer = asking_ask(&a, GET("/"));
    ck_assert_has(answer,
                  "\r\nContent-Security-Policy: default-src 'none'\r\n");
    ck_assert_has_not(answer, "default-src 'self'");
    ck_assert_has_not(answer, "X-Frame-Options");
    ck_assert_has_not(answer, "nosniff");
    ck_assert_has(answer, "\r\nStrict-Transport-Security: max-age=60\r\n");
    asking_end(&a);
}
END_TEST

/* The value of X-Request-Id, valid until the next call. */
static const char *id_of(const char *answer)
{
    static char id[200];
    const char *field = strstr(answer, "\r\nX-Request-Id: ");
    ck_assert_ptr_nonnull(field);
    ck_assert_int_eq(sscanf(field + 16, "%199[^\r]", id), 1);
    return id;
}

START_TEST(each_request_gets_a_name_of_its_own)
{
    char first[200];
    begin(&bight_http_request_id, NULL, NULL);
    (void)strcpy(first, id_of(asking_ask(&a, GET("/"))));
    ck_assert_uint_eq(strlen(first), 32);
    for (size_t i = 0; i < 32; i++)
        ck_assert(isdigit((unsigned char)first[i]) ||
                  (first[i] >= 'a' && first[i] <= 'f'));
    ck_assert_str_ne(id_of(asking_ask(&a, GET("/"))), first);
    ck_assert_str_ne(id_of(asking_ask(&a, "GET / HTTP/1.1\r\nHost: a\r\n"
                                          "X-Request-Id: mine\r\n\r\n")),
                     "mine");
    asking_end(&a);
}
END_TEST

START_TEST(a_trusted_name_stays_if_it_is_one)
{
    static const struct {
        const char *sent;
        bool taken;
    } cases[] = {
        {"mine", true},      {"a-B_0.~+/=:", true}, {"", false},
        {"a b", false},      {"a\"b", false},       {"a;b", false},
        {"\xc3\xa9", false},
    };
    bight_http_request_id_options options = {.size = sizeof(options),
                                             .trusted = "X-Trace"};
    begin(&bight_http_request_id, &options, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        char request[256];
        (void)snprintf(request, sizeof(request),
                       "GET / HTTP/1.1\r\nHost: a\r\nx-trace: %s\r\n\r\n",
                       cases[i].sent);
        const char *id = id_of(asking_ask(&a, request));
        ck_assert_int_eq(strcmp(id, cases[i].sent) == 0, cases[i].taken);
    }
    asking_end(&a);
}
END_TEST

START_TEST(a_body_that_says_it_is_too_large_is_refused)
{
    bight_http_body_limit_options options = {.size = sizeof(options),
                                             .most = 4};
    begin(&bight_http_body_limit, &options, NULL);
    const char *answer = asking_ask(
        &a, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd");
    ck_assert_str_eq(asking_body(answer), "streamed");
    answer = asking_ask(
        &a, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde");
    ck_assert_uint_eq(asking_status(answer), 413);
    ck_assert_uint_eq(handled, 1);
    ck_assert_str_eq(asking_body(asking_ask(&a, GET("/"))), "hello");
    asking_end(&a);
}
END_TEST

START_TEST(a_body_in_chunks_is_cut_when_it_is_too_large)
{
    bight_http_body_limit_options options = {.size = sizeof(options),
                                             .most = 4};
    begin(&bight_http_body_limit, &options, NULL);
    const char *answer = asking_ask(&a, "POST / HTTP/1.1\r\nHost: a\r\n"
                                        "Transfer-Encoding: chunked\r\n\r\n"
                                        "2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n");
    ck_assert_str_eq(asking_body(answer), "streamed");
    streamed = 0;
    answer = asking_ask(&a, "POST / HTTP/1.1\r\nHost: a\r\n"
                            "Transfer-Encoding: chunked\r\n\r\n"
                            "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n");
    ck_assert_uint_eq(asking_status(answer), 413);
    ck_assert_has(answer, "\r\nConnection: close\r\n");
    ck_assert_uint_eq(streamed, 2);
    ck_assert(bight_error_is(how, &bight_http_domain, 413));
    ck_assert_str_eq(asking_body(asking_ask(&a, GET("/"))), "hello");
    asking_end(&a);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.layers");
    TCase *tcase = leaks_test_case(suite, "layers");
    tcase_add_test(tcase, browsers_are_told_to_be_careful);
    tcase_add_test(tcase, what_the_handler_says_stays);
    tcase_add_test(tcase, each_request_gets_a_name_of_its_own);
    tcase_add_test(tcase, a_trusted_name_stays_if_it_is_one);
    tcase_add_test(tcase, a_body_that_says_it_is_too_large_is_refused);
    tcase_add_test(tcase, a_body_in_chunks_is_cut_when_it_is_too_large);
    return suite;
}
