/* SPDX-License-Identifier: MIT */
/* What the server says by itself: a page to who would rather have one. */
#include <bight/http_server.h>

#include <stdio.h>

#include "asking.h"
#include "leaks.h"
#include "suite.h"
#include "texts.h"

static struct asking a;

static bight_deferred *handler(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    bight_http_fail(
        x, bight_bytes_equal(bight_http_path(x), BIGHT_BYTES("/teapot")) ? 418
                                                                         : 404);
    return NULL;
}

START_TEST(a_page_goes_to_who_would_rather_have_it)
{
    static const struct {
        const char *fields;
        bool page;
    } cases[] = {
        {"", false},
        {"Accept: */*\r\n", false},
        {"Accept: text/html\r\n", true},
        {"Accept: TEXT/HTML;q=0.1\r\n", true},
        {"Accept: text/html,application/xml;q=0.9,*/*;q=0.8\r\n", true},
        {"Accept: text/html;q=0\r\n", false},
        {"Accept: text/html;q=0.4, text/plain\r\n", false},
        {"Accept: text/plain;q=0.4, text/html\r\n", true},
        {"Accept: text/htmlx\r\n", false},
        {"Accept: image/png\r\n", false},
        {"Accept: image/png\r\nAccept: text/html\r\n", true},
        {"Accept: text/html;q=0\r\nAccept: */*\r\n", false},
    };
    asking_begin(&a, handler, NULL, NULL, 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        char request[256];
        (void)snprintf(request, sizeof(request),
                       "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", cases[i].fields);
        const char *answer = asking_ask(&a, request);
        ck_assert_uint_eq(asking_status(answer), 404);
        ck_assert_msg((strstr(answer, "<h1>404 Not Found</h1>") != NULL) ==
                          cases[i].page,
                      "%s%s", cases[i].fields, answer);
    }
    asking_end(&a);
}
END_TEST

START_TEST(a_teapot_has_a_name)
{
    asking_begin(&a, handler, NULL, NULL, 0);
    ck_assert_has(asking_ask(&a, GET("/teapot")), "HTTP/1.1 418 I'm a teapot");
    asking_end(&a);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.page");
    TCase *tcase = leaks_test_case(suite, "pages");
    tcase_add_test(tcase, a_page_goes_to_who_would_rather_have_it);
    tcase_add_test(tcase, a_teapot_has_a_name);
    return suite;
}
