/* SPDX-License-Identifier: MIT */
/* URLs (RFC 3986) and queries. */
#include <bight/http_url.h>

#include <stdio.h>

#include "loops.h"
#include "suite.h"
#include "texts.h"

struct row {
    const char *text;
    const char *expected;
};

/* -- percent-coding ------------------------------------------------------- */

START_TEST(it_is_decoded_once_where_it_lies)
{
    char text[] = "a%20b%2Fc%2541+%c3%A9";
    bight_bytes found = bight_bytes_text(text);
    ck_assert_ok(
        bight_http_url_decode(found, 0, (uint8_t *)text, found.size, &found));
    ck_assert_bytes(found, "a b/c%41+\xc3\xa9");
    ck_assert_ptr_eq(found.data, text);
}
END_TEST

START_TEST(flags_turn_a_plus_into_a_space_and_refuse_a_nul)
{
    uint8_t buf[8];
    bight_bytes found;
    ck_assert_ok(bight_http_url_decode(BIGHT_BYTES("a+b"), BIGHT_HTTP_URL_PLUS,
                                       buf, 8, &found));
    ck_assert_bytes(found, "a b");
    ck_assert_ok(bight_http_url_decode(BIGHT_BYTES("a%00"), 0, buf, 8, &found));
    ck_assert_uint_eq(found.size, 2);
    ck_assert_error(bight_http_url_decode(BIGHT_BYTES("a%00"),
                                          BIGHT_HTTP_URL_NO_NUL, buf, 8,
                                          &found),
                    BIGHT_ERROR_INVALID);
    ck_assert_error(bight_http_url_decode(BIGHT_BYTES("a\0"),
                                          BIGHT_HTTP_URL_NO_NUL, buf, 8,
                                          &found),
                    BIGHT_ERROR_INVALID);
}
END_TEST

static const char *const bad_escapes[] = {"%",   "%4",     "%g0",   "%0g",
                                          "a%",  "%%41",   "% 41",  "%-1",
                                          "%+1", "%u0041", "%4\xb1"};

START_TEST(a_percent_without_two_digits_is_refused)
{
    uint8_t buf[16];
    bight_bytes text = texts_exactly(bad_escapes[_i]);
    bight_bytes found = BIGHT_BYTES("untouched");
    ck_assert_error(bight_http_url_decode(text, 0, buf, 16, &found),
                    BIGHT_ERROR_INVALID);
    ck_assert_bytes(found, "untouched");
    texts_free(text);
}
END_TEST

START_TEST(decoding_says_when_there_is_too_little_room)
{
    uint8_t buf[2];
    bight_bytes found;
    ck_assert_ok(bight_http_url_decode(BIGHT_BYTES("%41b"), 0, buf, 2, &found));
    ck_assert_error(
        bight_http_url_decode(BIGHT_BYTES("%41bc"), 0, buf, 2, &found),
        BIGHT_ERROR_RANGE);
}
END_TEST

struct coding {
    bight_http_url_part part;
    const char *stays; /* of ASCII */
};

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static const struct coding codings[] = {
    {BIGHT_HTTP_URL_SEGMENT, ALNUM "-._~!$&'()*+,;=:@"},
    {BIGHT_HTTP_URL_PATH, ALNUM "-._~!$&'()*+,;=:@/"},
    {BIGHT_HTTP_URL_VALUE, ALNUM "-._~!$'()*,:@/?"},
    {BIGHT_HTTP_URL_FORM, ALNUM "*-._"},
    {BIGHT_HTTP_URL_PLAIN, ALNUM "-._~"},
};

START_TEST(each_part_codes_what_may_not_stay_and_reads_back)
{
    const struct coding *row = &codings[_i];
    for (unsigned c = 0; c < 256; c++) {
        uint8_t octet = (uint8_t)c, back;
        char text[4];
        bight_bytes found;
        size_t size = bight_http_url_encode(bight_bytes_of(&octet, 1),
                                            row->part, text, sizeof(text));
        bool stays = c > 0 && c < 128 && strchr(row->stays, (int)c);
        bool plus = row->part == BIGHT_HTTP_URL_FORM && c == ' ';
        ck_assert_uint_eq(size, stays || plus ? 1 : 3);
        ck_assert_ok(bight_http_url_decode(bight_bytes_of(text, size),
                                           plus ? BIGHT_HTTP_URL_PLUS : 0,
                                           &back, 1, &found));
        ck_assert_uint_eq(back, c);
    }
}
END_TEST

START_TEST(encoding_is_cut_as_snprintf_does)
{
    char text[5];
    ck_assert_uint_eq(bight_http_url_encode(BIGHT_BYTES("a b"),
                                            BIGHT_HTTP_URL_SEGMENT, text, 5),
                      5);
    ck_assert_str_eq(text, "a%20");
    ck_assert_uint_eq(bight_http_url_encode(BIGHT_BYTES("a b"),
                                            BIGHT_HTTP_URL_SEGMENT, NULL, 0),
                      5);
}
END_TEST

/* -- parsing -------------------------------------------------------------- */

static void put_url(const bight_http_url *url, char *text, size_t size)
{
    (void)snprintf(text, size, "%s|%.*s|%.*s|%u|%.*s|%s%.*s|%s%.*s",
                   url->secure ? "s" : "", (int)url->userinfo.size,
                   (const char *)url->userinfo.data, (int)url->host.size,
                   (const char *)url->host.data, url->port, (int)url->path.size,
                   (const char *)url->path.data, url->has_query ? "?" : "",
                   (int)url->query.size, (const char *)url->query.data,
                   url->has_fragment ? "#" : "", (int)url->fragment.size,
                   (const char *)url->fragment.data);
}

/* secure|userinfo|host|port|path|query|fragment */
static const struct row urls[] = {
    {"http://example.org", "||example.org|80|||"},
    {"https://example.org/", "s||example.org|443|/||"},
    {"HTTPS://Example.ORG:8443/a/b;c?d=e/?f#g/?h",
     "s||Example.ORG|8443|/a/b;c|?d=e/?f|#g/?h"},
    {"http://a?", "||a|80||?|"},
    {"http://a#", "||a|80|||#"},
    {"http://a?b#c?d", "||a|80||?b|#c?d"},
    {"http://a:/", "||a|80|/||"},
    {"http://a:00080/", "||a|80|/||"},
    {"http://127.0.0.1:65535/", "||127.0.0.1|65535|/||"},
    {"http://[::1]/", "||[::1]|80|/||"},
    {"http://[2001:db8::ffff:1.2.3.4]:81", "||[2001:db8::ffff:1.2.3.4]|81|||"},
    {"http://a%41-._~!$&'()*+,;=/%20", "||a%41-._~!$&'()*+,;=|80|/%20||"},
    {"http://a//b/../%2e", "||a|80|//b/../%2e||"},
};

START_TEST(an_absolute_url_is_taken_apart)
{
    bight_bytes text = texts_exactly(urls[_i].text);
    bight_http_url url;
    char found[200];
    ck_assert_ok(bight_http_url_parse(text, 0, &url));
    put_url(&url, found, sizeof(found));
    ck_assert_str_eq(found, urls[_i].expected);
    texts_free(text);
}
END_TEST

static const char *const not_urls[] = {
    "",
    "http",
    "http:",
    "http:/a",
    "http:a",
    "http://",
    "http:///a",
    "http://:80/",
    "http://?a",
    "ftp://a/",
    "httpss://a/",
    "//a/",
    "/a",
    " http://a/",
    "http ://a/",
    "http://a/ b",
    "http://a b/",
    "http://a/\x01",
    "http://a/\xc3\xa9",
    "http://a/\"",
    "http://a/<",
    "http://a/\\",
    "http://a\\b/",
    "http://a/[",
    "http://a/^",
    "http://a/{}",
    "http://a/|",
    "http://a/`",
    "http://a/%",
    "http://a/%zz",
    "http://a%/",
    "http://a/?%1",
    "http://a/?[",
    "http://a/#%",
    "http://a/#b#c",
    "http://user@a/",
    "http://user:word@a/",
    "http://@a/",
    "http://a:0/",
    "http://a:65536/",
    "http://a:123456/",
    "http://a:+80/",
    "http://a:8 /",
    "http://a:b/",
    "http://a:80:80/",
    "http://[::1/",
    "http://::1/",
    "http://[::1]a/",
    "http://[::1]:a/",
    "http://[]/",
    "http://[1]/",
    "http://[127.0.0.1]/",
    "http://[fe80::1%25eth0]/",
    "http://[::1]]/",
    "http://[v1.a]/",
    "http://[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]/",
};

START_TEST(what_is_no_url_is_refused_with_a_note)
{
    bight_bytes text = texts_exactly(not_urls[_i]);
    bight_http_url url = {.port = 7};
    bight_error error = bight_http_url_parse(text, 0, &url);
    ck_assert_error(error, BIGHT_ERROR_INVALID);
    ck_assert_int_ne(bight_error_detail(error)[0], '\0');
    ck_assert_uint_eq(url.port, 7);
    texts_free(text);
}
END_TEST

START_TEST(a_nul_is_in_no_part_of_a_url)
{
    static const char whole[] = "http://a%41:80/b?c#d";
    for (size_t i = 0; i < strlen(whole); i++) {
        char text[sizeof(whole)];
        bight_http_url url;
        memcpy(text, whole, sizeof(whole));
        text[i] = '\0';
        ck_assert_error(
            bight_http_url_parse(bight_bytes_of(text, strlen(whole)), 0, &url),
            BIGHT_ERROR_INVALID);
    }
}
END_TEST

/* What lies behind the text could complete it. */
START_TEST(an_escape_that_is_cut_by_the_end_is_refused)
{
    static const char text[] = "http://a/%41";
    bight_http_url url;
    for (size_t size = 10; size < 12; size++) {
        uint8_t buf[12];
        bight_bytes found, cut = bight_bytes_of(text, size);
        ck_assert_error(bight_http_url_parse(cut, 0, &url),
                        BIGHT_ERROR_INVALID);
        ck_assert_error(bight_http_url_decode(cut, 0, buf, 12, &found),
                        BIGHT_ERROR_INVALID);
    }
}
END_TEST

START_TEST(userinfo_is_taken_where_a_flag_allows_it)
{
    bight_http_url url;
    char found[100];
    ck_assert_ok(bight_http_url_parse(BIGHT_BYTES("http://u:%20@a:81/"),
                                      BIGHT_HTTP_URL_USERINFO, &url));
    put_url(&url, found, sizeof(found));
    ck_assert_str_eq(found, "|u:%20|a|81|/||");
    ck_assert_error(bight_http_url_parse(BIGHT_BYTES("http://u@v@a/"),
                                         BIGHT_HTTP_URL_USERINFO, &url),
                    BIGHT_ERROR_INVALID);
    ck_assert_error(bight_http_url_parse(BIGHT_BYTES("http://u[@a/"),
                                         BIGHT_HTTP_URL_USERINFO, &url),
                    BIGHT_ERROR_INVALID);
}
END_TEST

START_TEST(a_host_field_is_a_host_and_maybe_a_port)
{
    bight_bytes host = BIGHT_BYTES("none");
    uint16_t port = 7;
    ck_assert_ok(
        bight_http_url_parse_host(BIGHT_BYTES("a.b:81"), &host, &port));
    ck_assert_bytes(host, "a.b");
    ck_assert_uint_eq(port, 81);
    ck_assert_ok(bight_http_url_parse_host(BIGHT_BYTES("[::]"), &host, &port));
    ck_assert_bytes(host, "[::]");
    ck_assert_uint_eq(port, 0);
    ck_assert_ok(bight_http_url_parse_host(BIGHT_BYTES("a:"), &host, &port));
    ck_assert_uint_eq(port, 0);
    static const char *const bad[] = {"",    ":80",  "a/b",     "a@b",    "a b",
                                      "a,b", "[::1", "a:99999", "a:80:1", "a?"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        bool comma = strchr(bad[i], ',') != NULL; /* a sub-delim: it may */
        bight_error error =
            bight_http_url_parse_host(bight_bytes_text(bad[i]), &host, &port);
        ck_assert_msg(bight_failed(error) != comma, "%s", bad[i]);
    }
}
END_TEST

START_TEST(what_is_written_is_the_url_in_its_shortest_form)
{
    bight_http_url url;
    char text[64];
    ck_assert_ok(
        bight_http_url_parse(BIGHT_BYTES("HTTPS://a:443/b?#"), 0, &url));
    ck_assert_uint_eq(bight_http_url_format(&url, text, sizeof(text)), 13);
    ck_assert_str_eq(text, "https://a/b?#");
    ck_assert_uint_eq(bight_http_url_format(&url, text, 5), 13);
    ck_assert_str_eq(text, "http");
}
END_TEST

/* -- queries -------------------------------------------------------------- */

static const struct row queries[] = {
    {"", ""},
    {"&&", ""},
    {"a", "[a,]"},
    {"a=", "[a,]"},
    {"=", "[,]"},
    {"a=b&c=d=e&&f", "[a,b][c,d=e][f,]"},
    {"a;b=c", "[a;b,c]"},
};

START_TEST(a_query_is_pairs_without_the_empty_ones)
{
    bight_bytes text = texts_exactly(queries[_i].text), rest = text;
    bight_bytes name, value;
    char found[100];
    size_t size = 0;
    while (bight_http_query_next(&rest, &name, &value))
        size += (size_t)snprintf(
            found + size, sizeof(found) - size, "[%.*s,%.*s]", (int)name.size,
            (const char *)name.data, (int)value.size, (const char *)value.data);
    ck_assert_bytes(bight_bytes_of(found, size), queries[_i].expected);
    texts_free(text);
}
END_TEST

START_TEST(the_first_value_of_a_name_is_found_and_decoded)
{
    bight_bytes query =
        BIGHT_BYTES("%=1&%zz=2&ab=3&a%20b=x%26+y&a+b=5&a=%&long=abcdefghi");
    uint8_t buf[8];
    bight_bytes value;
    ck_assert_ok(
        bight_http_query_get(query, BIGHT_BYTES("a b"), buf, 8, &value));
    ck_assert_bytes(value, "x& y");
    ck_assert_error(
        bight_http_query_get(query, BIGHT_BYTES("a"), buf, 8, &value),
        BIGHT_ERROR_INVALID);
    ck_assert_error(
        bight_http_query_get(query, BIGHT_BYTES("long"), buf, 8, &value),
        BIGHT_ERROR_RANGE);
    ck_assert_error(
        bight_http_query_get(query, BIGHT_BYTES("lon"), buf, 8, &value),
        BIGHT_ERROR_NOT_FOUND);
    ck_assert_uint_eq(value.size, 4);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.url");
    TCase *tcase = tcase_create("coding");
    tcase_add_test(tcase, it_is_decoded_once_where_it_lies);
    tcase_add_test(tcase, flags_turn_a_plus_into_a_space_and_refuse_a_nul);
    tcase_add_loop_test(tcase, a_percent_without_two_digits_is_refused, 0,
                        COUNT(bad_escapes));
    tcase_add_test(tcase, decoding_says_when_there_is_too_little_room);
    tcase_add_loop_test(tcase, each_part_codes_what_may_not_stay_and_reads_back,
                        0, COUNT(codings));
    tcase_add_test(tcase, encoding_is_cut_as_snprintf_does);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("parse");
    tcase_add_loop_test(tcase, an_absolute_url_is_taken_apart, 0, COUNT(urls));
    tcase_add_loop_test(tcase, what_is_no_url_is_refused_with_a_note, 0,
                        COUNT(not_urls));
    tcase_add_test(tcase, a_nul_is_in_no_part_of_a_url);
    tcase_add_test(tcase, an_escape_that_is_cut_by_the_end_is_refused);
    tcase_add_test(tcase, userinfo_is_taken_where_a_flag_allows_it);
    tcase_add_test(tcase, a_host_field_is_a_host_and_maybe_a_port);
    tcase_add_test(tcase, what_is_written_is_the_url_in_its_shortest_form);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("queries");
    tcase_add_loop_test(tcase, a_query_is_pairs_without_the_empty_ones, 0,
                        COUNT(queries));
    tcase_add_test(tcase, the_first_value_of_a_name_is_found_and_decoded);
    suite_add_tcase(suite, tcase);
    return suite;
}
