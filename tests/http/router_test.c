/* SPDX-License-Identifier: MIT */
/* Routers: which handler answers, and with which values. */
#include <bight/http_router.h>

#include <stdio.h>

#include "asking.h"
#include "faults.h"
#include "leaks.h"
#include "suite.h"
#include "texts.h"

static struct asking a;
static bight_http_router *router;

/* "pattern" of the route, then the values that it has: "[name=value]". */
static bight_deferred *told(void *ctx, bight_http_exchange *x)
{
    static const char *const names[] = {"id", "name", "rest", "*", "x"};
    char text[4096];
    int size = snprintf(text, sizeof(text), "%s", (const char *)ctx);
    for (size_t i = 0; i < COUNT(names); i++) {
        bight_bytes value = bight_http_path_value(x, names[i]);
        if (value.data != NULL)
            size +=
                snprintf(text + size, sizeof(text) - (size_t)size, "[%s=%.*s]",
                         names[i], (int)value.size, (const char *)value.data);
    }
    bight_http_answer(x, 200, "text/plain", bight_bytes_of(text, (size_t)size));
    return NULL;
}

static void add(const char *method, const char *pattern, const char *name)
{
    ck_assert_ok(bight_http_router_add(router, method, pattern, told,
                                       (void *)(uintptr_t)name));
}

static void begin(void)
{
    ck_assert_ok(bight_http_router_new(&router));
    asking_begin(&a, bight_http_route, router, NULL, 0);
}

static void end(void)
{
    asking_end(&a);
    bight_http_router_free(router);
}

static const char *ask(const char *method, const char *path)
{
    char request[9000];
    (void)snprintf(request, sizeof(request),
                   "%s %s HTTP/1.1\r\nHost: a\r\n\r\n", method, path);
    return asking_ask(&a, request);
}

static void expect(const char *path, const char *body)
{
    const char *answer = ask("GET", path);
    ck_assert_msg(strcmp(asking_body(answer), body) == 0, "%s: '%s' for '%s'",
                  path, answer, body);
}

static void expect_status(const char *method, const char *path, unsigned status)
{
    const char *answer = ask(method, path);
    ck_assert_msg(asking_status(answer) == status, "%s %s: '%s'", method, path,
                  answer);
}

START_TEST(literals_are_found_whole_and_decoded)
{
    begin();
    add("GET", "/", "front");
    add("GET", "/users", "users");
    add("GET", "/users/", "folder");
    add("GET", "/a%20b/c", "space");
    add("GET", "/%3Aid", "colon");
    expect("/", "front");
    expect("/?q", "front");
    expect("/users", "users");
    expect("/users/", "folder");
    expect("/%75sers", "users");
    expect("/a%20b/c", "space");
    expect("/:id", "colon");
    expect_status("GET", "/user", 404);
    expect_status("GET", "/userss", 404);
    expect_status("GET", "/Users", 404);
    expect_status("GET", "/users//", 404);
    expect_status("GET", "//users", 404);
    end();
}
END_TEST

START_TEST(a_coded_slash_stays_in_its_segment)
{
    begin();
    add("GET", "/files/:name", "one");
    add("GET", "/files/a/b", "two");
    expect("/files/a%2Fb", "one[name=a%2Fb]");
    expect("/files/a/b", "two");
    expect_status("GET", "/files%2Fa", 404);
    end();
}
END_TEST

START_TEST(parameters_take_one_segment_that_is_not_empty)
{
    begin();
    add("GET", "/users/:id", "user");
    add("GET", "/users/:name/posts/:id", "post");
    expect("/users/7", "user[id=7]");
    expect("/users/ann/posts/9", "post[id=9][name=ann]");
    expect("/users/%41%2e", "user[id=%41%2e]");
    expect_status("GET", "/users/", 404);
    expect_status("GET", "/users/7/", 404);
    expect_status("GET", "/users//posts/9", 404);
    end();
}
END_TEST

START_TEST(a_rest_takes_all_that_follows_and_may_be_empty)
{
    begin();
    add("GET", "/static/*", "static");
    add("GET", "/u/:id/*rest", "rest");
    expect("/static/", "static[*=]");
    expect("/static/a/b//c/", "static[*=a/b//c/]");
    expect("/static/a%2fb?c", "static[*=a%2fb]");
    expect("/u/7/a/b", "rest[id=7][rest=a/b]");
    expect_status("GET", "/static", 404);
    end();
}
END_TEST

/* In each order of adding. */
START_TEST(the_most_specific_wins)
{
    static const char *const patterns[] = {"/*", "/:x/c", "/b/:x", "/b/c",
                                           "/b/*"};
    begin();
    for (size_t i = 0; i < COUNT(patterns); i++)
        add("GET", patterns[(i + (size_t)_i) % COUNT(patterns)],
            patterns[(i + (size_t)_i) % COUNT(patterns)]);
    expect("/b/c", "/b/c");
    expect("/b/d", "/b/:x[x=d]");
    expect("/b/d/e", "/b/*[*=d/e]");
    expect("/b/", "/b/*[*=]");
    expect("/z/c", "/:x/c[x=z]");
    expect("/z/d", "/*[*=z/d]");
    expect("/", "/*[*=]");
    end();
}
END_TEST

START_TEST(a_literal_that_leads_nowhere_is_left_again)
{
    begin();
    add("GET", "/a/b/c", "literal");
    add("GET", "/:x/b/d", "parameter");
    add("GET", "/:x/:name/e", "two");
    expect("/a/b/c", "literal");
    expect("/a/b/d", "parameter[x=a]");
    expect("/a/b/e", "two[name=b][x=a]");
    expect_status("GET", "/a/b/f", 404);
    end();
}
END_TEST

START_TEST(methods_differ)
{
    begin();
    add("GET", "/a", "get");
    add("POST", "/a", "post");
    add("PROPFIND", "/a", "find");
    add(NULL, "/any", "any");
    add("DELETE", "/any", "delete");
    ck_assert_str_eq(asking_body(ask("GET", "/a")), "get");
    ck_assert_str_eq(asking_body(ask("POST", "/a")), "post");
    ck_assert_str_eq(asking_body(ask("PROPFIND", "/a")), "find");
    ck_assert_str_eq(asking_body(ask("PATCH", "/any")), "any");
    ck_assert_str_eq(asking_body(ask("OPTIONS", "/any")), "any");
    ck_assert_str_eq(asking_body(ask("DELETE", "/any")), "delete");
    end();
}
END_TEST

START_TEST(a_method_that_is_missing_is_405_with_allow)
{
    begin();
    add("POST", "/a", "post");
    add("GET", "/b", "get");
    add("PUT", "/:x", "put");
    const char *answer = ask("DELETE", "/a");
    ck_assert_uint_eq(asking_status(answer), 405);
    ck_assert_has(answer, "\r\nAllow: POST, PUT, OPTIONS\r\n");
    answer = ask("DELETE", "/b");
    ck_assert_uint_eq(asking_status(answer), 405);
    ck_assert_has(answer, "\r\nAllow: GET, HEAD, PUT, OPTIONS\r\n");
    ck_assert_str_eq(asking_body(ask("PUT", "/a")), "put[x=a]");
    expect_status("HEAD", "/a", 405);
    end();
}
END_TEST

START_TEST(options_are_answered)
{
    begin();
    add("GET", "/a", "get");
    const char *answer = ask("OPTIONS", "/a");
    ck_assert_uint_eq(asking_status(answer), 204);
    ck_assert_has(answer, "\r\nAllow: GET, HEAD, OPTIONS\r\n");
    ck_assert_has_not(answer, "Content-Length");
    answer = ask("OPTIONS", "*");
    ck_assert_uint_eq(asking_status(answer), 204);
    expect_status("OPTIONS", "/b", 404);
    add("OPTIONS", "/a", "own");
    ck_assert_str_eq(asking_body(ask("OPTIONS", "/a")), "own");
    end();
}
END_TEST

START_TEST(head_is_answered_by_get_without_a_body)
{
    begin();
    add("GET", "/a", "get");
    const char *answer = ask("HEAD", "/a");
    ck_assert_uint_eq(asking_status(answer), 200);
    ck_assert_has(answer, "\r\nContent-Length: 3\r\n");
    ck_assert_str_eq(asking_body(answer), "");
    add("HEAD", "/a", "longer");
    ck_assert_has(ask("HEAD", "/a"), "\r\nContent-Length: 6\r\n");
    end();
}
END_TEST

START_TEST(hosts_come_first)
{
    begin();
    add("GET", "/a", "any");
    add("GET", "/b", "other");
    add("GET", "Example.org/a", "org");
    add("GET", "[::1]/a", "six");
    struct {
        const char *host, *path, *body;
    } const cases[] = {
        {"example.org", "/a", "org"},         {"EXAMPLE.ORG:81", "/a", "org"},
        {"example.org.", "/a", "org"},        {"www.example.org", "/a", "any"},
        {"example.org", "/b", "other"},       {"[::1]:80", "/a", "six"},
        {"x", "http://example.org/a", "org"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char request[256];
        (void)snprintf(request, sizeof(request),
                       "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", cases[i].path,
                       cases[i].host);
        ck_assert_str_eq(asking_body(asking_ask(&a, request)), cases[i].body);
    }
    end();
}
END_TEST

START_TEST(a_fallback_answers_what_nobody_does)
{
    begin();
    add("GET", "/a", "a");
    bight_http_router_set_fallback(router, told, (void *)(uintptr_t) "none");
    expect("/b", "none");
    expect("/a", "a");
    bight_http_router_set_fallback(router, NULL, NULL);
    expect_status("GET", "/b", 404);
    end();
}
END_TEST

START_TEST(a_router_routes_to_another)
{
    bight_http_router *inner;
    begin();
    ck_assert_ok(bight_http_router_new(&inner));
    ck_assert_ok(bight_http_router_add(inner, "GET", "/api/:id", told,
                                       (void *)(uintptr_t) "inner"));
    ck_assert_ok(
        bight_http_router_add(router, NULL, "/api/*", bight_http_route, inner));
    expect("/api/7", "inner[id=7]");
    expect_status("GET", "/api/7/8", 404);
    end();
    bight_http_router_free(inner);
}
END_TEST

START_TEST(an_absolute_target_without_a_path_is_the_front)
{
    begin();
    add("GET", "/*rest", "front");
    ck_assert_str_eq(
        asking_body(asking_ask(&a, "GET http://a HTTP/1.1\r\nHost: a\r\n\r\n")),
        "front[rest=]");
    end();
}
END_TEST

START_TEST(patterns_that_are_none_are_refused)
{
    static const char *const bad[] = {
        "",           "a",      "/a/*/b",
        "/%zz",       "/%4",    "/:",
        "/:a/:a",     "/:a/*a", "/:1/:2/:3/:4/:5/:6/:7/:8/:9",
        "/ok/:again",
    };
    begin();
    add("GET", "/ok/:id", "ok");
    for (size_t i = 0; i < COUNT(bad); i++)
        ck_assert_error(
            bight_http_router_add(router, "GET", bad[i], told, NULL),
            BIGHT_ERROR_INVALID);
    ck_assert_error(bight_http_router_add(router, "G T", "/x", told, NULL),
                    BIGHT_ERROR_INVALID);
    char deep[2 * BIGHT_HTTP_ROUTE_SEGMENTS + 3] = "";
    for (size_t i = 0; i <= BIGHT_HTTP_ROUTE_SEGMENTS; i++)
        memcpy(deep + 2 * i, "/a", 3);
    ck_assert_error(bight_http_router_add(router, "GET", deep, told, NULL),
                    BIGHT_ERROR_INVALID);
    deep[2 * BIGHT_HTTP_ROUTE_SEGMENTS] = '\0';
    add("GET", deep, "deep");
    expect(deep, "deep");
    end();
}
END_TEST

/* Thousands of segments, and every node matches: each is visited once. */
START_TEST(long_paths_are_looked_up_in_linear_time)
{
    char path[7900];
    begin();
    for (unsigned mask = 0; mask < 256; mask++) {
        char pattern[64] = "";
        char names[64][4];
        for (unsigned i = 0; i < 8; i++) {
            (void)snprintf(names[i], sizeof(names[i]), ":%u", i);
            (void)snprintf(pattern + strlen(pattern), 8, "/%s",
                           (mask & 1U << i) != 0 ? "a" : names[i]);
        }
        add("GET", pattern, "all");
    }
    for (size_t i = 0; i + 2 < sizeof(path); i += 2)
        memcpy(path + i, "/a", 3);
    for (unsigned i = 0; i < 100; i++)
        expect_status("GET", path, 404);
    expect("/a/a/a/a/a/a/a/a", "all");
    end();
}
END_TEST

START_TEST(S3_without_memory_a_route_is_not_added)
{
    for (uint64_t n = 1; n < 100; n++) {
        bight_http_router *made = NULL;
        faults_fail_nth(n);
        bight_error error = bight_http_router_new(&made);
        if (!bight_failed(error))
            error = bight_http_router_add(made, "GET", "h/a/:b/*c", told, NULL);
        if (bight_failed(error))
            ck_assert_error(error, BIGHT_ERROR_NO_MEMORY);
        bool injected = faults_failed() > 0;
        ck_assert(bight_failed(error) == injected);
        faults_fail_nth(0);
        if (made != NULL && injected)
            ck_assert_ok(
                bight_http_router_add(made, "GET", "h/a/:b/*c", told, NULL));
        bight_http_router_free(made);
        ck_assert_uint_eq(faults_live(), 0);
        if (!injected) {
            ck_assert_uint_gt(n, 5);
            break;
        }
    }
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.router");
    TCase *tcase = leaks_test_case(suite, "router");
    tcase_add_test(tcase, literals_are_found_whole_and_decoded);
    tcase_add_test(tcase, a_coded_slash_stays_in_its_segment);
    tcase_add_test(tcase, parameters_take_one_segment_that_is_not_empty);
    tcase_add_test(tcase, a_rest_takes_all_that_follows_and_may_be_empty);
    tcase_add_loop_test(tcase, the_most_specific_wins, 0, 5);
    tcase_add_test(tcase, a_literal_that_leads_nowhere_is_left_again);
    tcase_add_test(tcase, methods_differ);
    tcase_add_test(tcase, a_method_that_is_missing_is_405_with_allow);
    tcase_add_test(tcase, options_are_answered);
    tcase_add_test(tcase, head_is_answered_by_get_without_a_body);
    tcase_add_test(tcase, hosts_come_first);
    tcase_add_test(tcase, a_fallback_answers_what_nobody_does);
    tcase_add_test(tcase, a_router_routes_to_another);
    tcase_add_test(tcase, an_absolute_target_without_a_path_is_the_front);
    tcase_add_test(tcase, patterns_that_are_none_are_refused);
    tcase_add_test(tcase, long_paths_are_looked_up_in_linear_time);
    tcase_add_test(tcase, S3_without_memory_a_route_is_not_added);
    return suite;
}
