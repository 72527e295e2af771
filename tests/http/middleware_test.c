/* SPDX-License-Identifier: MIT */
/* Several middleware that change the body of one answer: each gets what the one
 * behind it made. */
#include <bight/http_server.h>

#include <stdio.h>

#include "asking.h"
#include "leaks.h"
#include "suite.h"

static struct asking a;
static unsigned most; /* calls of transform before it fails */

/* What its ctx does: nothing of a body is left, or it is put in brackets. */
#define NOTHING '0'
#define UNTOUCHED '='

static void answer(void *ctx, void *state, bight_http_exchange *x,
                   uint64_t *length, bool *transforms)
{
    (void)state;
    (void)x;
    if (*(const char *)ctx == UNTOUCHED)
        return;
    *length = BIGHT_HTTP_LENGTH_UNKNOWN;
    *transforms = true;
}

static bight_error transform(void *ctx, void *state, bight_bytes data,
                             bool last, bight_buffer *out)
{
    const char name = *(const char *)ctx;
    char text[256];
    (void)state;
    if (most-- == 0)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    ck_assert(data.size > 0 || last);
    if (name == NOTHING)
        return bight_ok();
    int size = snprintf(text, sizeof(text), "%c(%.*s)%s", name, (int)data.size,
                        (const char *)data.data, last ? "." : "");
    return bight_buffer_append(out, bight_bytes_of(text, (size_t)size));
}

static const bight_http_middleware brackets = {
    .size = sizeof(bight_http_middleware),
    .name = "brackets",
    .answer = answer,
    .transform = transform,
};

static bight_deferred *handler(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    if (bight_http_query(x).size == 0) {
        bight_http_answer(x, 200, "text/plain", BIGHT_BYTES("x"));
        return NULL;
    }
    ck_assert_ok(bight_http_start(x, 200, NULL, 2));
    ck_assert(bight_http_is_coded(x) ||
              bight_bytes_equal(bight_http_method(x), BIGHT_BYTES("HEAD")));
    (void)bight_http_write(x, BIGHT_BYTES("x"));
    (void)bight_http_write(x, bight_bytes_of(NULL, 0));
    (void)bight_http_write(x, BIGHT_BYTES("y"));
    bight_http_finish(x);
    return NULL;
}

/* One of each letter, first to last. */
static const char *ask(const char *names, const char *request)
{
    bight_http_use uses[8];
    size_t count = strlen(names);
    for (size_t i = 0; i < count; i++)
        uses[i] = (bight_http_use){&brackets, (void *)(uintptr_t)&names[i]};
    most = 1000;
    asking_begin(&a, handler, NULL, uses, count);
    return asking_ask(&a, request);
}

START_TEST(each_gets_what_the_one_behind_it_made)
{
    const char *got = ask("a=bc", GET("/"));
    ck_assert_str_eq(asking_body(got), "a(b(c(x).).).");
    ck_assert_has(got, "\r\nContent-Length: 13\r\n");
    asking_end(&a);
}
END_TEST

START_TEST(so_it_is_in_pieces)
{
    const char *got = ask("ab", GET("/?pieces"));
    ck_assert_str_eq(asking_body(got), "7\r\na(b(x))\r\n7\r\na(b(y))\r\n"
                                       "8\r\na(b().).\r\n0\r\n\r\n");
    ck_assert_has(got, "\r\nTransfer-Encoding: chunked\r\n");
    asking_end(&a);
}
END_TEST

/* Who is in front of one that keeps all hears of the end only. */
START_TEST(nobody_is_given_nothing_but_at_the_end)
{
    ck_assert_str_eq(asking_body(ask("a0b", GET("/?pieces"))),
                     "4\r\na().\r\n0\r\n\r\n");
    asking_end(&a);
}
END_TEST

START_TEST(head_has_the_fields_and_nothing_is_coded)
{
    most = 0;
    ck_assert_str_eq(asking_body(ask("ab", ASK("HEAD", "/?pieces"))), "");
    ck_assert_uint_eq(most, 1000);
    asking_end(&a);
}
END_TEST

/* Whichever of them fails, the client cannot take it for all. */
START_TEST(one_that_fails_breaks_the_answer_off)
{
    for (unsigned fails = 0; fails < 2; fails++) {
        const bight_http_use uses[] = {{&brackets, (void *)"a"},
                                       {&brackets, (void *)"b"}};
        asking_begin(&a, handler, NULL, uses, 2);
        most = fails;
        ck_assert_str_eq(asking_ask(&a, GET("/")), "");
        ck_assert(a.talk.client == NULL);
        asking_end(&a);
    }
}
END_TEST

static bight_error make(size_t count)
{
    static bight_http_use uses[65];
    bight_http_server *server;
    bight_loop *loop;
    bight_http_options options;
    for (size_t i = 0; i < count; i++)
        uses[i] = (bight_http_use){&brackets, (void *)"a"};
    ck_assert_ok(bight_loop_new(NULL, &loop));
    bight_http_options_init(&options);
    options.handler = handler;
    options.middleware = uses;
    options.middleware_count = count;
    bight_error error = bight_http_server_new(loop, &options, &server);
    if (!bight_failed(error))
        bight_http_server_free(server);
    bight_loop_free(loop);
    return error;
}

START_TEST(there_are_64_at_most)
{
    ck_assert_ok(make(64));
    ck_assert_error(make(65), BIGHT_ERROR_INVALID);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.middleware");
    TCase *tcase = leaks_test_case(suite, "bodies");
    tcase_add_test(tcase, each_gets_what_the_one_behind_it_made);
    tcase_add_test(tcase, so_it_is_in_pieces);
    tcase_add_test(tcase, nobody_is_given_nothing_but_at_the_end);
    tcase_add_test(tcase, head_has_the_fields_and_nothing_is_coded);
    tcase_add_test(tcase, one_that_fails_breaks_the_answer_off);
    tcase_add_test(tcase, there_are_64_at_most);
    return suite;
}
