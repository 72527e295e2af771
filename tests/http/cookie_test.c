/* SPDX-License-Identifier: MIT */
/* Cookies (RFC 6265). */
#include <bight/http_cookie.h>

#include <stdio.h>

#include "loops.h"
#include "suite.h"
#include "texts.h"

struct row {
    const char *text;
    const char *expected;
};

static const struct row fields[] = {
    {"", ""},
    {";", ""},
    {" ; ;", ""},
    /* the examples of RFC 6265, 3.1 */
    {"SID=31d4d96e407aad42", "[SID,31d4d96e407aad42]"},
    {"SID=31d4d96e407aad42; lang=en-US", "[SID,31d4d96e407aad42][lang,en-US]"},
    {"a=", "[a,]"},
    {"a=b=c", "[a,b=c]"},
    {"a=\"b\"", "[a,\"b\"]"},
    {"a=b;c=d;", "[a,b][c,d]"},
    {"  a = b ;\tc=d", "[a,b][c,d]"},
    /* what browsers send */
    {"a=b c,d\\e; f=\xc3\xa9", "[a,b c,d\\e][f,\xc3\xa9]"},
    {"a={\"b\":1}", "[a,{\"b\":1}]"},
    /* what is left out */
    {"lonely; a=b", "[a,b]"},
    {"=nameless; a=b", "[a,b]"},
    {"a b=c; d=e", "[d,e]"},
    {"a=b\x01; c=\x7f; d=e", "[d,e]"},
    {"\"a\"=b; d=e", "[d,e]"},
    {"$Version=1; a=b", "[$Version,1][a,b]"},
};

START_TEST(a_cookie_field_is_pairs_without_those_that_are_none)
{
    bight_bytes text = texts_exactly(fields[_i].text), rest = text;
    bight_bytes name, value;
    char found[100];
    size_t size = 0;
    while (bight_http_cookie_next(&rest, &name, &value))
        size += (size_t)snprintf(
            found + size, sizeof(found) - size, "[%.*s,%.*s]", (int)name.size,
            (const char *)name.data, (int)value.size, (const char *)value.data);
    ck_assert_bytes(bight_bytes_of(found, size), fields[_i].expected);
    texts_free(text);
}
END_TEST

START_TEST(the_first_of_a_name_is_found_by_its_case)
{
    bight_bytes field = BIGHT_BYTES("SID=1; sid=2; sid=3"), value;
    ck_assert(bight_http_cookie_get(field, BIGHT_BYTES("sid"), &value));
    ck_assert_bytes(value, "2");
    ck_assert(!bight_http_cookie_get(field, BIGHT_BYTES("Sid"), &value));
    ck_assert(!bight_http_cookie_get(field, BIGHT_BYTES(""), &value));
    ck_assert_bytes(value, "2");
}
END_TEST

START_TEST(a_megabyte_of_cookies_is_read_in_linear_time)
{
    static const char *const texts[] = {";", "a=b;", "a", "=", " ;"};
    bight_bytes text = texts_long(texts[_i]), value;
    ck_assert(!bight_http_cookie_get(text, BIGHT_BYTES("x"), &value));
    texts_free(text);
}
END_TEST

/* -- Set-Cookie ----------------------------------------------------------- */

static bight_http_cookie cookie_of(const char *name, const char *value)
{
    bight_http_cookie cookie;
    bight_http_cookie_init(&cookie);
    cookie.name = bight_bytes_text(name);
    cookie.value = bight_bytes_text(value);
    return cookie;
}

static void check_written(const bight_http_cookie *cookie, const char *expected)
{
    size_t size = strlen(expected) + 1;
    char *buf = malloc(size);
    bight_bytes field = BIGHT_BYTES("untouched");
    ck_assert_ptr_nonnull(buf);
    ck_assert_error(bight_http_cookie_format(cookie, buf, size - 1, &field),
                    BIGHT_ERROR_RANGE);
    ck_assert_bytes(field, "untouched");
    ck_assert_ok(bight_http_cookie_format(cookie, buf, size, &field));
    ck_assert_bytes(field, expected);
    free(buf);
}

START_TEST(a_cookie_is_set_with_all_its_attributes)
{
    bight_http_cookie cookie = cookie_of("SID", "31d4");
    check_written(&cookie, "SID=31d4");
    cookie.path = BIGHT_BYTES("/");
    cookie.domain = BIGHT_BYTES("example.org");
    cookie.has_expires = true;
    cookie.expires = 784111777;
    cookie.has_max_age = true;
    cookie.max_age = 3600;
    cookie.secure = true;
    cookie.http_only = true;
    cookie.same_site = BIGHT_HTTP_SAME_SITE_LAX;
    check_written(&cookie,
                  "SID=31d4; Path=/; Domain=example.org; Expires=Sun, 06 Nov "
                  "1994 08:49:37 GMT; Max-Age=3600; Secure; HttpOnly; "
                  "SameSite=Lax");
}
END_TEST

START_TEST(a_cookie_is_forgotten_by_no_age_or_a_negative_one)
{
    bight_http_cookie cookie = cookie_of("a", "");
    cookie.has_max_age = true;
    check_written(&cookie, "a=; Max-Age=0");
    cookie.max_age = INT64_MIN;
    check_written(&cookie, "a=; Max-Age=0");
    cookie.max_age = INT64_MAX;
    check_written(&cookie, "a=; Max-Age=9223372036854775807");
}
END_TEST

START_TEST(same_site_has_three_values)
{
    bight_http_cookie cookie = cookie_of("a", "\"b\"");
    cookie.same_site = BIGHT_HTTP_SAME_SITE_STRICT;
    check_written(&cookie, "a=\"b\"; SameSite=Strict");
    cookie.same_site = BIGHT_HTTP_SAME_SITE_NONE;
    cookie.secure = true;
    check_written(&cookie, "a=\"b\"; Secure; SameSite=None");
}
END_TEST

static void check_refused(const bight_http_cookie *cookie, const char *why)
{
    char buf[6000];
    bight_bytes field = BIGHT_BYTES("untouched");
    bight_error error =
        bight_http_cookie_format(cookie, buf, sizeof(buf), &field);
    ck_assert_error(error, BIGHT_ERROR_INVALID);
    ck_assert_msg(strstr(bight_error_detail(error), why), "%s",
                  bight_error_detail(error));
    ck_assert_bytes(field, "untouched");
}

START_TEST(a_name_or_value_that_would_break_out_is_refused)
{
    static const char *const names[] = {"",    "a b", "a=b",  "a;b",  "a\r\nb",
                                        "a,b", "a\t", "\xe9", "\"a\""};
    static const char *const values[] = {
        " ",     "a b", "a;b",  "a,b",  "a\\b",     "a\r\nSet-Cookie: c=d",
        "\"",    "\"a", "a\"b", "\xe9", "\"a\"b\"", "\x7f",
        "\"a;\""};
    for (size_t i = 0; i < COUNT(names); i++) {
        bight_http_cookie cookie = cookie_of(names[i], "a");
        check_refused(&cookie, "its name is no token");
    }
    for (size_t i = 0; i < COUNT(values); i++) {
        bight_http_cookie cookie = cookie_of("a", values[i]);
        check_refused(&cookie, "its value has a character");
    }
}
END_TEST

START_TEST(an_attribute_that_would_break_out_is_refused)
{
    static const char *const paths[] = {"a",     "a/", "/;Domain=b", "/\r\na:b",
                                        "/\xe9", "/ ", " /",         "/\t"};
    static const char *const domains[] = {".a",   "a.",   "a..b",  "-a",  "a-",
                                          "a-.b", "a.-b", "a b",   "a;b", "a_b",
                                          "a:80", ".",    "a\r\n", "\xe9"};
    for (size_t i = 0; i < COUNT(paths); i++) {
        bight_http_cookie cookie = cookie_of("a", "b");
        cookie.path = bight_bytes_text(paths[i]);
        check_refused(&cookie, "its path is none");
    }
    for (size_t i = 0; i < COUNT(domains); i++) {
        bight_http_cookie cookie = cookie_of("a", "b");
        cookie.domain = bight_bytes_text(domains[i]);
        check_refused(&cookie, "its domain is none");
    }
}
END_TEST

START_TEST(what_browsers_would_drop_for_its_size_is_refused)
{
    static char text[4096];
    bight_http_cookie cookie = cookie_of("a", "");
    char buf[6000];
    bight_bytes field;
    memset(text, 'x', sizeof(text));
    text[0] = '/';
    cookie.value = bight_bytes_of(text, 4095);
    cookie.path = bight_bytes_of(text, 1024);
    ck_assert_ok(bight_http_cookie_format(&cookie, buf, sizeof(buf), &field));
    cookie.value = bight_bytes_of(text, 4096);
    check_refused(&cookie, "above 4096");
    cookie.value = BIGHT_BYTES("");
    cookie.path = bight_bytes_of(text, 1025);
    check_refused(&cookie, "above 1024");
    cookie.path = BIGHT_BYTES("");
    cookie.domain = bight_bytes_of(text + 1, 1025);
    check_refused(&cookie, "above 1024");
}
END_TEST

START_TEST(a_prefix_and_same_site_none_want_their_attributes)
{
    bight_http_cookie cookie = cookie_of("__Secure-a", "b");
    check_refused(&cookie, "its prefix wants Secure");
    cookie.secure = true;
    check_written(&cookie, "__Secure-a=b; Secure");
    cookie = cookie_of("__host-a", "b");
    check_refused(&cookie, "its prefix wants Secure");
    cookie.secure = true;
    check_refused(&cookie, "__Host- wants");
    cookie.path = BIGHT_BYTES("/a");
    check_refused(&cookie, "__Host- wants");
    cookie.path = BIGHT_BYTES("/");
    check_written(&cookie, "__host-a=b; Path=/; Secure");
    cookie.domain = BIGHT_BYTES("a");
    check_refused(&cookie, "__Host- wants");
    cookie = cookie_of("a", "b");
    cookie.same_site = BIGHT_HTTP_SAME_SITE_NONE;
    check_refused(&cookie, "SameSite=None wants Secure");
    cookie.same_site = (bight_http_same_site)4;
    check_refused(&cookie, "no such SameSite");
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.cookie");
    TCase *tcase = tcase_create("read");
    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase,
                        a_cookie_field_is_pairs_without_those_that_are_none, 0,
                        COUNT(fields));
    tcase_add_test(tcase, the_first_of_a_name_is_found_by_its_case);
    tcase_add_loop_test(tcase, a_megabyte_of_cookies_is_read_in_linear_time, 0,
                        5);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("write");
    tcase_add_test(tcase, a_cookie_is_set_with_all_its_attributes);
    tcase_add_test(tcase, a_cookie_is_forgotten_by_no_age_or_a_negative_one);
    tcase_add_test(tcase, same_site_has_three_values);
    tcase_add_test(tcase, a_name_or_value_that_would_break_out_is_refused);
    tcase_add_test(tcase, an_attribute_that_would_break_out_is_refused);
    tcase_add_test(tcase, what_browsers_would_drop_for_its_size_is_refused);
    tcase_add_test(tcase, a_prefix_and_same_site_none_want_their_attributes);
    suite_add_tcase(suite, tcase);
    return suite;
}
