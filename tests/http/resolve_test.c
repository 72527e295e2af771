/* SPDX-License-Identifier: MIT */
/* Dot segments and references (RFC 3986, 5.2 and 5.4). */
#include <bight/http_url.h>

#include "loops.h"
#include "suite.h"
#include "texts.h"

struct row {
    const char *text;
    const char *expected;
};

static const struct row paths[] = {
    {"/a/b/c/./../../g", "/a/g"}, /* 5.2.4 */
    {"mid/content=5/../6", "mid/6"},
    {"", ""},
    {"/", "/"},
    {".", ""},
    {"..", ""},
    {"./", ""},
    {"../", ""},
    {"../../a", "a"},
    {"a/..", "/"},
    {"a/../b", "/b"},
    {"/.", "/"},
    {"/..", "/"},
    {"/../", "/"},
    {"/../../..", "/"},
    {"/../../etc/passwd", "/etc/passwd"},
    {"/a/..", "/"},
    {"/a/../..", "/"},
    {"/a/b/..", "/a/"},
    {"/a/./b/.", "/a/b/"},
    {"/a//../b", "/a/b"},
    {"//../a", "/a"},
    {"/a/.../b", "/a/.../b"},
    {"/a/..b/.c/d.", "/a/..b/.c/d."},
    {"/..a/a..", "/..a/a.."},
    {"/a/%2e%2e/b", "/a/%2e%2e/b"},
};

START_TEST(dot_segments_are_removed_where_they_stand)
{
    char path[64];
    (void)strcpy(path, paths[_i].text);
    size_t size =
        bight_http_url_remove_dots((uint8_t *)path, strlen(paths[_i].text));
    ck_assert_bytes(bight_bytes_of(path, size), paths[_i].expected);
}
END_TEST

/* All paths of up to 9 of these characters. */
START_TEST(no_path_climbs_out_of_its_root)
{
    static const char letters[] = "/.a";
    for (unsigned n = 0; n < 19683; n++) {
        char path[11] = "/";
        unsigned code = n;
        for (size_t i = 1; i < 10; i++, code /= 3)
            path[i] = letters[code % 3];
        size_t size = bight_http_url_remove_dots((uint8_t *)path, 10);
        path[size] = '\0';
        if (size > 10 || path[0] != '/' || strstr(path, "/../") ||
            strstr(path, "/./") ||
            (size >= 3 && strcmp(path + size - 3, "/..") == 0))
            ck_abort_msg("path %u gives %s", n, path);
        if (bight_http_url_remove_dots((uint8_t *)path, size) != size)
            ck_abort_msg("path %u changes again", n);
    }
}
END_TEST

START_TEST(a_megabyte_of_dots_is_removed_in_linear_time)
{
    static const char *const texts[] = {"/..", "/a/..", "/.",
                                        "/a",  "/",     "/a/b/../.."};
    bight_bytes path = texts_long(texts[_i]);
    size_t size =
        bight_http_url_remove_dots((uint8_t *)(uintptr_t)path.data, path.size);
    ck_assert_uint_le(size, path.size);
    texts_free(path);
}
END_TEST

/* -- references ----------------------------------------------------------- */

#define BASE "http://a/b/c/d;p?q"

/* 5.4.1 and 5.4.2; "" where the result is no URL of http. */
static const struct row references[] = {
    {"g:h", ""},
    {"g", "http://a/b/c/g"},
    {"./g", "http://a/b/c/g"},
    {"g/", "http://a/b/c/g/"},
    {"/g", "http://a/g"},
    {"//g", "http://g"},
    {"?y", "http://a/b/c/d;p?y"},
    {"g?y", "http://a/b/c/g?y"},
    {"#s", "http://a/b/c/d;p?q#s"},
    {"g#s", "http://a/b/c/g#s"},
    {"g?y#s", "http://a/b/c/g?y#s"},
    {";x", "http://a/b/c/;x"},
    {"g;x", "http://a/b/c/g;x"},
    {"g;x?y#s", "http://a/b/c/g;x?y#s"},
    {"", "http://a/b/c/d;p?q"},
    {".", "http://a/b/c/"},
    {"./", "http://a/b/c/"},
    {"..", "http://a/b/"},
    {"../", "http://a/b/"},
    {"../g", "http://a/b/g"},
    {"../..", "http://a/"},
    {"../../", "http://a/"},
    {"../../g", "http://a/g"},
    {"../../../g", "http://a/g"},
    {"../../../../g", "http://a/g"},
    {"/./g", "http://a/g"},
    {"/../g", "http://a/g"},
    {"g.", "http://a/b/c/g."},
    {".g", "http://a/b/c/.g"},
    {"g..", "http://a/b/c/g.."},
    {"..g", "http://a/b/c/..g"},
    {"./../g", "http://a/b/g"},
    {"./g/.", "http://a/b/c/g/"},
    {"g/./h", "http://a/b/c/g/h"},
    {"g/../h", "http://a/b/c/h"},
    {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
    {"g;x=1/../y", "http://a/b/c/y"},
    {"g?y/./x", "http://a/b/c/g?y/./x"},
    {"g?y/../x", "http://a/b/c/g?y/../x"},
    {"g#s/./x", "http://a/b/c/g#s/./x"},
    {"g#s/../x", "http://a/b/c/g#s/../x"},
    {"http:g", ""},
    /* more */
    {"https://x:443/../y", "https://x:443/y"},
    {"//x:81/a/../b?c", "http://x:81/b?c"},
    {"javascript:alert(1)", ""},
    {"//u@x/", ""},
    {"http://u:p@x/", ""},
    {"///x", ""},
    {"/\\x", ""},
    {"g h", ""},
    {"\r\nSet-Cookie:a=b", ""},
    {"%", ""},
    {"?#", "http://a/b/c/d;p?#"},
    {"1a:b", "http://a/b/c/1a:b"},
};

START_TEST(a_reference_is_resolved_as_the_rfc_shows)
{
    const struct row *row = &references[_i];
    bight_bytes reference = texts_exactly(row->text);
    bight_http_url base, url = {.port = 7};
    char buf[100], text[100] = "";
    ck_assert_ok(bight_http_url_parse(BIGHT_BYTES(BASE), 0, &base));
    bight_error error =
        bight_http_url_resolve(&base, reference, buf, sizeof(buf), &url);
    if (row->expected[0] == '\0') {
        ck_assert_error(error, BIGHT_ERROR_INVALID);
        ck_assert_uint_eq(url.port, 7);
    } else {
        ck_assert_ok(error);
        bight_http_url expected;
        char wanted[100];
        ck_assert_ok(bight_http_url_parse(bight_bytes_text(row->expected), 0,
                                          &expected));
        (void)bight_http_url_format(&expected, wanted, sizeof(wanted));
        (void)bight_http_url_format(&url, text, sizeof(text));
        ck_assert_str_eq(text, wanted);
    }
    texts_free(reference);
}
END_TEST

START_TEST(a_base_without_a_path_is_its_root)
{
    bight_http_url base, url;
    char buf[64], text[64];
    ck_assert_ok(bight_http_url_parse(BIGHT_BYTES("https://u@a:81?q"),
                                      BIGHT_HTTP_URL_USERINFO, &base));
    ck_assert_ok(
        bight_http_url_resolve(&base, BIGHT_BYTES("g"), buf, 64, &url));
    (void)bight_http_url_format(&url, text, sizeof(text));
    ck_assert_str_eq(text, "https://u@a:81/g");
    ck_assert_ok(
        bight_http_url_resolve(&base, BIGHT_BYTES("#f"), buf, 64, &url));
    (void)bight_http_url_format(&url, text, sizeof(text));
    ck_assert_str_eq(text, "https://u@a:81?q#f");
}
END_TEST

START_TEST(resolving_says_when_there_is_too_little_room)
{
    bight_http_url base, url = {.port = 7};
    bight_bytes reference = BIGHT_BYTES("../g?y#s");
    ck_assert_ok(bight_http_url_parse(BIGHT_BYTES(BASE), 0, &base));
    /* "http://a/b/c/../g?y#s" before the dots are removed */
    for (size_t size = 0; size <= 21; size++) {
        char *buf = malloc(size + 1);
        bight_error error =
            bight_http_url_resolve(&base, reference, buf, size, &url);
        if (size < 21)
            ck_assert_error(error, BIGHT_ERROR_RANGE);
        else
            ck_assert_ok(error);
        free(buf);
    }
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.resolve");
    TCase *tcase = tcase_create("dots");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, dot_segments_are_removed_where_they_stand, 0,
                        COUNT(paths));
    tcase_add_test(tcase, no_path_climbs_out_of_its_root);
    tcase_add_loop_test(tcase, a_megabyte_of_dots_is_removed_in_linear_time, 0,
                        6);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("references");
    tcase_add_loop_test(tcase, a_reference_is_resolved_as_the_rfc_shows, 0,
                        COUNT(references));
    tcase_add_test(tcase, a_base_without_a_path_is_its_root);
    tcase_add_test(tcase, resolving_says_when_there_is_too_little_room);
    suite_add_tcase(suite, tcase);
    return suite;
}
