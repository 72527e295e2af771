/* SPDX-License-Identifier: MIT */
/* What fields are made of (RFC 9110, 5.6). */
#include <bight/http_token.h>

#include <stdio.h>

#include "chars.h"
#include "loops.h"
#include "suite.h"
#include "texts.h"

/* -- octets --------------------------------------------------------------- */

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define COOKIE_PUNCTUATION "!#$%&'()*+-./:<=>?@[]^_`{|}~"

struct octets {
    unsigned class;
    const char *members; /* of ASCII, as the grammar lists them */
    bool above;          /* also those above it */
};

static const struct octets classes[] = {
    {BIGHT__HTTP_TCHAR, "!#$%&'*+-.^_`|~" LETTERS DIGITS, false},
    {BIGHT__HTTP_UNRESERVED, "-._~" LETTERS DIGITS, false},
    {BIGHT__HTTP_SUB_DELIM, "!$&'()*+,;=", false},
    {BIGHT__HTTP_TEXT, "\t \",;\\" COOKIE_PUNCTUATION LETTERS DIGITS, true},
    {BIGHT__HTTP_HEX, DIGITS "abcdefABCDEF", false},
    {BIGHT__HTTP_COOKIE, COOKIE_PUNCTUATION LETTERS DIGITS, false},
    {BIGHT__HTTP_ETAG, ",;\\" COOKIE_PUNCTUATION LETTERS DIGITS, true},
    {BIGHT__HTTP_ALNUM, LETTERS DIGITS, false},
};

START_TEST(each_class_of_octets_has_what_its_grammar_lists)
{
    const struct octets *row = &classes[_i];
    for (int c = 0; c < 256; c++) {
        bool member =
            c < 128 ? c > 0 && strchr(row->members, c) != NULL : row->above;
        ck_assert_msg(bight__http_is((uint8_t)c, row->class) == member,
                      "octet %d", c);
    }
}
END_TEST

START_TEST(a_token_has_a_character_and_no_separator)
{
    ck_assert(bight_http_is_token(BIGHT_BYTES("Accept-Encoding")));
    ck_assert(!bight_http_is_token(BIGHT_BYTES("")));
    ck_assert(!bight_http_is_token(BIGHT_BYTES("a b")));
    ck_assert(!bight_http_is_token(BIGHT_BYTES("a\0")));
    ck_assert(!bight_http_is_token(BIGHT_BYTES("caf\xc3\xa9")));
}
END_TEST

START_TEST(a_value_has_no_control_character_and_no_space_around_it)
{
    ck_assert(bight_http_is_value(BIGHT_BYTES("")));
    ck_assert(bight_http_is_value(BIGHT_BYTES("a\tb \xe9")));
    ck_assert(!bight_http_is_value(BIGHT_BYTES(" a")));
    ck_assert(!bight_http_is_value(BIGHT_BYTES("a\t")));
    ck_assert(!bight_http_is_value(BIGHT_BYTES("a\r\nSet-Cookie: b")));
    ck_assert(!bight_http_is_value(BIGHT_BYTES("a\nb")));
    ck_assert(!bight_http_is_value(BIGHT_BYTES("a\0b")));
    ck_assert(!bight_http_is_value(BIGHT_BYTES("a\x7f")));
}
END_TEST

START_TEST(case_is_that_of_ascii_alone)
{
    ck_assert(bight_http_same(BIGHT_BYTES("GZip"), BIGHT_BYTES("gziP")));
    ck_assert(!bight_http_same(BIGHT_BYTES("@"), BIGHT_BYTES("`")));
    ck_assert(!bight_http_same(BIGHT_BYTES("\xc9"), BIGHT_BYTES("\xe9")));
    ck_assert(!bight_http_same(BIGHT_BYTES("a"), BIGHT_BYTES("ab")));
}
END_TEST

START_TEST(a_secret_is_compared_in_full)
{
    ck_assert(bight_http_same_secret(BIGHT_BYTES("s\0t"), BIGHT_BYTES("s\0t")));
    ck_assert(bight_http_same_secret(BIGHT_BYTES(""), BIGHT_BYTES("")));
    ck_assert(!bight_http_same_secret(BIGHT_BYTES("ab"), BIGHT_BYTES("aB")));
    ck_assert(!bight_http_same_secret(BIGHT_BYTES("xb"), BIGHT_BYTES("yb")));
    ck_assert(!bight_http_same_secret(BIGHT_BYTES("a"), BIGHT_BYTES("ab")));
    /* differences that cancel each other out */
    ck_assert(!bight_http_same_secret(BIGHT_BYTES("ab"), BIGHT_BYTES("ba")));
}
END_TEST

/* -- lists and parameters ------------------------------------------------- */

struct row {
    const char *text;
    const char *expected;
};

static const struct row lists[] = {
    {"", ""},
    {" \t", ""},
    {",", ""},
    {"a", "[a]"},
    /* the examples of RFC 9110, 5.6.1.2 */
    {"foo,bar", "[foo][bar]"},
    {"foo ,bar,", "[foo][bar]"},
    {"foo , ,bar,charlie", "[foo][bar][charlie]"},
    {",", ""},
    {",   ,", ""},
    {"a\t,\tb c ", "[a][b c]"},
    {"\"a,b\", c", "[\"a,b\"][c]"},
    {"x=\"a\\\",b\",c", "[x=\"a\\\",b\"][c]"},
    {"\"a\\\\\",b", "[\"a\\\\\"][b]"},
    {"\"open, b", "[\"open, b]"},
    {"\"open\\", "[\"open\\]"},
};

START_TEST(a_list_is_split_at_commas_outside_quotes)
{
    const struct row *row = &lists[_i];
    bight_bytes text = texts_exactly(row->text), rest = text, element;
    char found[100];
    size_t size = 0;
    while (bight_http_list_next(&rest, &element))
        size += (size_t)snprintf(found + size, sizeof(found) - size, "[%.*s]",
                                 (int)element.size, (const char *)element.data);
    ck_assert_bytes(bight_bytes_of(found, size), row->expected);
    ck_assert_uint_eq(rest.size, 0);
    texts_free(text);
}
END_TEST

START_TEST(a_token_is_found_in_a_list_in_any_case)
{
    bight_bytes list = BIGHT_BYTES("keep-alive,\tClose");
    ck_assert(bight_http_list_has(list, BIGHT_BYTES("close")));
    ck_assert(bight_http_list_has(list, BIGHT_BYTES("Keep-Alive")));
    ck_assert(!bight_http_list_has(list, BIGHT_BYTES("clos")));
    ck_assert(!bight_http_list_has(BIGHT_BYTES(""), BIGHT_BYTES("close")));
}
END_TEST

/* What could not be read stands behind a "!". */
static const struct row parameters[] = {
    {"", ""},
    {";", ""},
    {" ; ; ", ""},
    {";a=b", "[a=b]"},
    {" ; a=b ;\tc=\"d;e\\\"\" ", "[a=b][c=(d;e\\\")]"},
    {";;a=b;", "[a=b]"},
    {";a=\"\"", "[a=()]"},
    {"a=b", "!a=b"},
    {";a", "!a"},
    {";a=", "!a="},
    {";a =b", "!a =b"},
    {";a= b", "!a= b"},
    {";a=b c=d", "!a=b c=d"},
    {";a=b;c=\"d", "[a=b]!c=\"d"},
    {";a=\"b\"c", "!a=\"b\"c"},
    {";a=\"b\\", "!a=\"b\\"},
    {";a=\"\r\n\"", "!a=\"\r\n\""},
    {";=b", "!=b"},
};

START_TEST(parameters_are_read_until_one_breaks_the_grammar)
{
    const struct row *row = &parameters[_i];
    bight_bytes text = texts_exactly(row->text), rest = text;
    bight_http_parameter p;
    char found[100];
    size_t size = 0;
    while (bight_http_parameter_next(&rest, &p))
        size += (size_t)snprintf(found + size, sizeof(found) - size,
                                 p.quoted ? "[%.*s=(%.*s)]" : "[%.*s=%.*s]",
                                 (int)p.name.size, (const char *)p.name.data,
                                 (int)p.value.size, (const char *)p.value.data);
    ck_assert(!bight_http_parameter_next(&rest, &p));
    size += (size_t)snprintf(found + size, sizeof(found) - size, "%s%.*s",
                             rest.size > 0 ? "!" : "", (int)rest.size,
                             (const char *)rest.data);
    ck_assert_bytes(bight_bytes_of(found, size), row->expected);
    texts_free(text);
}
END_TEST

START_TEST(a_megabyte_is_split_in_linear_time)
{
    static const char *const texts[] = {",", "a,", "\"", "\"a\",", "\\\"", " "};
    bight_bytes text = texts_long(texts[_i]), rest = text, element;
    size_t total = 0;
    while (bight_http_list_next(&rest, &element))
        total += element.size;
    ck_assert_uint_le(total, text.size);
    texts_free(text);
}
END_TEST

START_TEST(an_escaped_text_loses_its_backslashes_where_it_lies)
{
    char text[] = "a\\\"b\\\\c\\d";
    bight_bytes found = bight_bytes_text(text);
    ck_assert_ok(
        bight_http_unescape(found, (uint8_t *)text, found.size, &found));
    ck_assert_bytes(found, "a\"b\\cd");
    ck_assert_error(
        bight_http_unescape(BIGHT_BYTES("ab"), (uint8_t *)text, 1, &found),
        BIGHT_ERROR_RANGE);
    ck_assert_bytes(found, "a\"b\\cd");
}
END_TEST

START_TEST(what_is_no_token_is_quoted_so_that_it_reads_back)
{
    char text[600];
    ck_assert_uint_eq(bight_http_quote(BIGHT_BYTES("abc"), text, 600), 3);
    ck_assert_str_eq(text, "abc");
    ck_assert_uint_eq(bight_http_quote(BIGHT_BYTES(""), text, 600), 2);
    ck_assert_str_eq(text, "\"\"");
    ck_assert_uint_eq(bight_http_quote(BIGHT_BYTES("a\"\\"), text, 600), 7);
    ck_assert_str_eq(text, "\"a\\\"\\\\\"");
    ck_assert_uint_eq(bight_http_quote(BIGHT_BYTES("a\r\n"), text, 600), 0);
    ck_assert_uint_eq(bight_http_quote(BIGHT_BYTES("a b"), text, 3), 5);
    ck_assert_str_eq(text, "\"a");
    ck_assert_uint_eq(bight_http_quote(BIGHT_BYTES("a b"), NULL, 0), 5);
}
END_TEST

/* -- base64 --------------------------------------------------------------- */

/* RFC 4648, 10. */
static const struct row vectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xff\xef\xbe", "/+++"},
    {"Aladdin:open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
};

START_TEST(base64_is_that_of_its_rfc_in_both_directions)
{
    const struct row *row = &vectors[_i];
    char text[64];
    bight_bytes found;
    size_t size = bight_http_base64_encode(bight_bytes_text(row->text), text,
                                           sizeof(text));
    ck_assert_uint_eq(size, strlen(row->expected));
    ck_assert_str_eq(text, row->expected);
    ck_assert_ok(bight_http_base64_decode(
        bight_bytes_of(text, size), (uint8_t *)text, sizeof(text), &found));
    ck_assert_bytes(found, row->text);
}
END_TEST

static const char *const not_base64[] = {
    "Z",      "Zg",      "Zg=",  "Zg===", "Zh==",  "Zm9=", "Zm9v\n",
    " Zm9v",  "Zm-v",    "Zm_v", "Z===",  "====",  "=",    "Zg==Zg==",
    "Zm9vZg", "Zm\x80v", "Z=9v", "=m9v",  "Zm9vY", "Zm=v", "Z g=",
};

START_TEST(what_is_not_quite_base64_is_refused)
{
    uint8_t buf[64];
    bight_bytes text = texts_exactly(not_base64[_i]);
    bight_bytes found = BIGHT_BYTES("untouched");
    ck_assert_error(bight_http_base64_decode(text, buf, sizeof(buf), &found),
                    BIGHT_ERROR_INVALID);
    ck_assert_bytes(found, "untouched");
    texts_free(text);
}
END_TEST

START_TEST(base64_says_when_there_is_too_little_room)
{
    char text[5];
    uint8_t buf[6];
    bight_bytes found;
    ck_assert_uint_eq(bight_http_base64_encode(BIGHT_BYTES("foob"), text, 5),
                      8);
    ck_assert_str_eq(text, "Zm9v");
    ck_assert_error(
        bight_http_base64_decode(BIGHT_BYTES("Zm9vYmFy"), buf, 5, &found),
        BIGHT_ERROR_RANGE);
    ck_assert_ok(
        bight_http_base64_decode(BIGHT_BYTES("Zm9vYmE="), buf, 5, &found));
}
END_TEST

START_TEST(every_byte_goes_through_base64)
{
    uint8_t bytes[256], back[256];
    char text[400];
    bight_bytes found;
    for (unsigned i = 0; i < 256; i++)
        bytes[i] = (uint8_t)(i * 167 + 3);
    for (size_t size = 0; size <= 256; size++) {
        bight_bytes all = bight_bytes_of(bytes, size);
        size_t length = bight_http_base64_encode(all, text, sizeof(text));
        ck_assert_ok(bight_http_base64_decode(bight_bytes_of(text, length),
                                              back, sizeof(back), &found));
        ck_assert(bight_bytes_equal(found, all));
    }
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.token");
    TCase *tcase = tcase_create("octets");
    tcase_add_loop_test(tcase, each_class_of_octets_has_what_its_grammar_lists,
                        0, COUNT(classes));
    tcase_add_test(tcase, a_token_has_a_character_and_no_separator);
    tcase_add_test(tcase,
                   a_value_has_no_control_character_and_no_space_around_it);
    tcase_add_test(tcase, case_is_that_of_ascii_alone);
    tcase_add_test(tcase, a_secret_is_compared_in_full);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("lists");
    tcase_add_loop_test(tcase, a_list_is_split_at_commas_outside_quotes, 0,
                        COUNT(lists));
    tcase_add_test(tcase, a_token_is_found_in_a_list_in_any_case);
    tcase_add_loop_test(tcase, parameters_are_read_until_one_breaks_the_grammar,
                        0, COUNT(parameters));
    tcase_add_loop_test(tcase, a_megabyte_is_split_in_linear_time, 0, 6);
    tcase_add_test(tcase, an_escaped_text_loses_its_backslashes_where_it_lies);
    tcase_add_test(tcase, what_is_no_token_is_quoted_so_that_it_reads_back);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("base64");
    tcase_add_loop_test(tcase, base64_is_that_of_its_rfc_in_both_directions, 0,
                        COUNT(vectors));
    tcase_add_loop_test(tcase, what_is_not_quite_base64_is_refused, 0,
                        COUNT(not_base64));
    tcase_add_test(tcase, base64_says_when_there_is_too_little_room);
    tcase_add_test(tcase, every_byte_goes_through_base64);
    suite_add_tcase(suite, tcase);
    return suite;
}
