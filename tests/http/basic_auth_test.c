/* SPDX-License-Identifier: MIT */
/* The scheme Basic: who is let in. */
#include <bight/http_basic_auth.h>

#include <stdio.h>

#include <bight/http_token.h>

#include "asking.h"
#include "leaks.h"
#include "suite.h"
#include "texts.h"

static struct asking a;
static const bight_http_user users[] = {
    {"ann", "secret"}, {"bob", "pass:word"}, {"", ""}, {"j\xc3\xb6rg", "\xff"}};
static bight_http_basic_auth_options options;
static const bight_http_use uses[] = {{&bight_http_basic_auth, &options}};

static bight_deferred *handler(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    bight_http_answer(x, 200, "text/plain", BIGHT_BYTES("in"));
    return NULL;
}

static void begin(size_t count)
{
    options = (bight_http_basic_auth_options){.size = sizeof(options),
                                              .realm = "the \"vault\"",
                                              .users = users,
                                              .user_count = count};
    asking_begin(&a, handler, NULL, uses, 1);
}

static const char *ask_with(const char *authorization)
{
    char request[4096];
    (void)snprintf(request, sizeof(request),
                   "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: %s\r\n\r\n",
                   authorization);
    return asking_ask(&a, request);
}

static unsigned status_with(const char *credentials)
{
    char coded[2048];
    char field[2100];
    (void)bight_http_base64_encode(bight_bytes_text(credentials), coded,
                                   sizeof(coded));
    (void)snprintf(field, sizeof(field), "Basic %s", coded);
    return asking_status(ask_with(field));
}

START_TEST(who_has_no_credentials_is_asked)
{
    begin(2);
    const char *answer = asking_ask(&a, GET("/"));
    ck_assert_uint_eq(asking_status(answer), 401);
    ck_assert_has(answer, "\r\nWWW-Authenticate: Basic realm=\"the "
                          "\\\"vault\\\"\", charset=\"UTF-8\"\r\n");
    ck_assert_has_not(answer, "\r\n\r\nin");
    options.realm = "vault";
    ck_assert_has(asking_ask(&a, GET("/")),
                  "Basic realm=\"vault\", charset=\"UTF-8\"\r\n");
    asking_end(&a);
}
END_TEST

START_TEST(only_the_users_are_let_in)
{
    static const char *const wrong[] = {
        "ann:",     "ann:secre", "ann:secrets", "Ann:secret", "ann:pass:word",
        "bob:pass", "bob",       ":",           "",           "x:y",
    };
    begin(2);
    ck_assert_uint_eq(status_with("ann:secret"), 200);
    ck_assert_uint_eq(status_with("bob:pass:word"), 200);
    for (size_t i = 0; i < COUNT(wrong); i++)
        ck_assert_uint_eq(status_with(wrong[i]), 401);
    asking_end(&a);
    begin(4);
    ck_assert_uint_eq(status_with(":"), 200);
    ck_assert_uint_eq(status_with("j\xc3\xb6rg:\xff"), 200);
    asking_end(&a);
}
END_TEST

START_TEST(broken_fields_are_refused)
{
    char longest[2000];
    static const char *const broken[] = {
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic YW5uOnNlY3JldA",
        "Bearer YW5uOnNlY3JldA==",
        "YW5uOnNlY3JldA==",
        "Basic YW5uOnNlY3JldA== x",
        "Basic YW5uOnNlY3JldA==, Basic a",
    };
    begin(2);
    ck_assert_uint_eq(asking_status(ask_with("bAsIc  YW5uOnNlY3JldA==")), 200);
    for (size_t i = 0; i < COUNT(broken); i++)
        ck_assert_msg(asking_status(ask_with(broken[i])) == 401, "%s",
                      broken[i]);
    memset(longest, 'a', sizeof(longest));
    memcpy(longest, "Basic ", 6);
    longest[sizeof(longest) - 1] = '\0';
    ck_assert_uint_eq(asking_status(ask_with(longest)), 401);
    asking_end(&a);
}
END_TEST

static bool check(void *ctx, bight_http_exchange *x, bight_bytes name,
                  bight_bytes password)
{
    ck_assert_ptr_eq(ctx, &a);
    ck_assert_ptr_nonnull(x);
    return bight_bytes_equal(name, BIGHT_BYTES("eve")) &&
           bight_bytes_equal(password, BIGHT_BYTES("x"));
}

START_TEST(a_function_may_let_in_others)
{
    begin(1);
    options.check = check;
    options.ctx = &a;
    ck_assert_uint_eq(status_with("eve:x"), 200);
    ck_assert_uint_eq(status_with("ann:secret"), 200);
    ck_assert_uint_eq(status_with("eve:y"), 401);
    asking_end(&a);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.basic_auth");
    TCase *tcase = leaks_test_case(suite, "basic_auth");
    tcase_add_test(tcase, who_has_no_credentials_is_asked);
    tcase_add_test(tcase, only_the_users_are_let_in);
    tcase_add_test(tcase, broken_fields_are_refused);
    tcase_add_test(tcase, a_function_may_let_in_others);
    return suite;
}
