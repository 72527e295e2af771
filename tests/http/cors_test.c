/* SPDX-License-Identifier: MIT */
/* CORS: which origins may read what. */
#include <bight/http_cors.h>

#include "asking.h"
#include "leaks.h"
#include "suite.h"

static struct asking a;
static bight_http_cors_options options;
static const bight_http_use uses[] = {{&bight_http_cors, &options}};
static unsigned handled;

static bight_deferred *handler(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    handled++;
    bight_http_answer(x, 200, "text/plain", BIGHT_BYTES("hello"));
    return NULL;
}

static void begin(const char *const *origins)
{
    options =
        (bight_http_cors_options){.size = sizeof(options), .origins = origins};
    handled = 0;
    asking_begin(&a, handler, NULL, uses, 1);
}

static const char *const some[] = {"https://one.example", "http://two:81",
                                   NULL};
static const char *const any[] = {"*", NULL};
static const char *const both[] = {"*", "https://one.example", NULL};

#define FROM(origin) "GET / HTTP/1.1\r\nHost: a\r\nOrigin: " origin "\r\n\r\n"
#define PREFLIGHT(origin)                                                      \
    "OPTIONS / HTTP/1.1\r\nHost: a\r\nOrigin: " origin                         \
    "\r\nAccess-Control-Request-Method: PUT\r\n"                               \
    "Access-Control-Request-Headers: x-a, x-b\r\n\r\n"
#define ORIGIN "\r\nAccess-Control-Allow-Origin: "

START_TEST(listed_origins_may_read)
{
    begin(some);
    options.exposed = "X-Total";
    const char *answer = asking_ask(&a, FROM("http://two:81"));
    ck_assert_has(answer, ORIGIN "http://two:81\r\n");
    ck_assert_has(answer, "\r\nVary: Origin\r\n");
    ck_assert_has(answer, "\r\nAccess-Control-Expose-Headers: X-Total\r\n");
    ck_assert_has_not(answer, "Credentials");
    asking_end(&a);
}
END_TEST

START_TEST(others_may_not)
{
    static const char *const others[] = {
        FROM("https://one.example.evil"), FROM("http://one.example"),
        FROM("https://ONE.example"),      FROM("null"),
        FROM("https://one.example:443"),  GET("/"),
    };
    begin(some);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        const char *answer = asking_ask(&a, others[i]);
        ck_assert_has_not(answer, "Access-Control");
        ck_assert_has(answer, "\r\nVary: Origin\r\n");
        ck_assert_str_eq(asking_body(answer), "hello");
    }
    asking_end(&a);
}
END_TEST

START_TEST(any_origin_gets_one_answer)
{
    begin(any);
    const char *answer = asking_ask(&a, FROM("https://x"));
    ck_assert_has(answer, ORIGIN "*\r\n");
    ck_assert_has_not(answer, "Vary");
    asking_end(&a);
}
END_TEST

START_TEST(credentials_are_for_listed_origins_only)
{
    begin(both);
    options.credentials = true;
    const char *answer = asking_ask(&a, FROM("https://one.example"));
    ck_assert_has(answer, ORIGIN "https://one.example\r\n");
    ck_assert_has(answer, "\r\nAccess-Control-Allow-Credentials: true\r\n");
    answer = asking_ask(&a, FROM("https://x"));
    ck_assert_has(answer, ORIGIN "*\r\n");
    ck_assert_has_not(answer, "Credentials");
    ck_assert_has(answer, "\r\nVary: Origin\r\n");
    asking_end(&a);
}
END_TEST

START_TEST(preflights_are_answered_before_the_handler)
{
    begin(some);
    options.max_age_s = 600;
    const char *answer = asking_ask(&a, PREFLIGHT("https://one.example"));
    ck_assert_uint_eq(asking_status(answer), 204);
    ck_assert_uint_eq(handled, 0);
    ck_assert_has(answer, ORIGIN "https://one.example\r\n");
    ck_assert_has(answer, "\r\nAccess-Control-Allow-Methods: "
                          "GET, HEAD, POST, PUT, PATCH, DELETE\r\n");
    ck_assert_has(answer, "\r\nAccess-Control-Allow-Headers: x-a, x-b\r\n");
    ck_assert_has(answer, "\r\nAccess-Control-Max-Age: 600\r\n");
    ck_assert_has(answer, "\r\nVary: Access-Control-Request-Headers\r\n");
    options.headers = "X-C";
    options.methods = "PUT";
    answer = asking_ask(&a, PREFLIGHT("https://one.example"));
    ck_assert_has(answer, "\r\nAccess-Control-Allow-Headers: X-C\r\n");
    ck_assert_has(answer, "\r\nAccess-Control-Allow-Methods: PUT\r\n");
    answer = asking_ask(&a, PREFLIGHT("https://evil.example"));
    ck_assert_has_not(answer, "Access-Control-Allow-Origin");
    asking_end(&a);
}
END_TEST

START_TEST(other_options_are_the_handlers)
{
    begin(some);
    (void)asking_ask(&a, ASK("OPTIONS", "/"));
    (void)asking_ask(&a, "OPTIONS / HTTP/1.1\r\nHost: a\r\n"
                         "Origin: http://two:81\r\n\r\n");
    ck_assert_uint_eq(handled, 2);
    asking_end(&a);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.cors");
    TCase *tcase = leaks_test_case(suite, "cors");
    tcase_add_test(tcase, listed_origins_may_read);
    tcase_add_test(tcase, others_may_not);
    tcase_add_test(tcase, any_origin_gets_one_answer);
    tcase_add_test(tcase, credentials_are_for_listed_origins_only);
    tcase_add_test(tcase, preflights_are_answered_before_the_handler);
    tcase_add_test(tcase, other_options_are_the_handlers);
    return suite;
}
