/* SPDX-License-Identifier: MIT */
/* Media types (RFC 9110, 8.3.1). */
#include <bight/http_type.h>

#include "loops.h"
#include "suite.h"
#include "texts.h"

#define UNKNOWN "application/octet-stream"

struct row {
    const char *text;
    const char *expected;
};

static const struct row names[] = {
    {"index.html", "text/html; charset=utf-8"},
    {"INDEX.HTM", "text/html; charset=utf-8"},
    {"/a.b/c.css", "text/css; charset=utf-8"},
    {"main.js", "text/javascript; charset=utf-8"},
    {"main.mjs", "text/javascript; charset=utf-8"},
    {"a.min.js.map", "application/json"},
    {"a.json", "application/json"},
    {"a.wasm", "application/wasm"},
    {"a.avif", "image/avif"},
    {"a.webp", "image/webp"},
    {"a.svg", "image/svg+xml"},
    {"a.png", "image/png"},
    {"a.jpeg", "image/jpeg"},
    {"a.ico", "image/vnd.microsoft.icon"},
    {"a.woff2", "font/woff2"},
    {"a.webmanifest", "application/manifest+json"},
    {"a.txt", "text/plain; charset=utf-8"},
    {"a.md", "text/markdown; charset=utf-8"},
    {"a.xml", "application/xml"},
    {"a.pdf", "application/pdf"},
    {"a.mp4", "video/mp4"},
    {"a.tar.gz", "application/gzip"},
    {"a.7z", "application/x-7z-compressed"},
    {"a.zst", "application/zstd"},
    {".html", "text/html; charset=utf-8"},
    {"", UNKNOWN},
    {".", UNKNOWN},
    {"html", UNKNOWN},
    {"a.", UNKNOWN},
    {"a.html.", UNKNOWN},
    {"a.htmlx", UNKNOWN},
    {"a.htm ", UNKNOWN},
    {"html/a", UNKNOWN},
    {"a.html/b", UNKNOWN},
    {"a.webmanifestx", UNKNOWN},
    {"a.webmanifestwebmanifestwebmanifest", UNKNOWN},
};

START_TEST(a_file_has_the_type_of_its_extension)
{
    bight_bytes name = texts_exactly(names[_i].text);
    bight_bytes type = bight_http_type_of_name(name);
    ck_assert_bytes(type, names[_i].expected);
    ck_assert_uint_eq(type.data[type.size], '\0');
    texts_free(name);
}
END_TEST

/* In the order of the table, so that one out of order is not found. */
START_TEST(each_type_of_the_table_parses_and_is_found)
{
    static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    unsigned steps = effort(36 * 36 * 36 * 36, 36 * 36 * 36);
    size_t known = 0;
    for (unsigned n = 0; n < steps; n++) {
        char name[6] = {'.'};
        unsigned code = n, size = 1;
        for (; size < 5 && (code > 0 || size == 1); code /= 36)
            name[size++] = letters[code % 36];
        bight_bytes text = bight_http_type_of_name(bight_bytes_of(name, size));
        bight_http_type type;
        if (bight_bytes_equal(text, BIGHT_BYTES(UNKNOWN)))
            continue;
        known++;
        if (bight_failed(bight_http_type_parse(text, &type)) ||
            (type.type.size == 4 && memcmp(type.type.data, "text", 4) == 0) !=
                (type.parameters.size > 0))
            ck_abort_msg("%s has the type %s", name, (const char *)text.data);
    }
    ck_assert_uint_gt(known, effort(120, 60));
}
END_TEST

START_TEST(a_name_with_a_nul_has_no_type)
{
    ck_assert_bytes(bight_http_type_of_name(BIGHT_BYTES("a.html\0")), UNKNOWN);
    ck_assert_bytes(bight_http_type_of_name(BIGHT_BYTES("a.ht\0ml")), UNKNOWN);
    ck_assert_bytes(bight_http_type_of_name(BIGHT_BYTES("a.\0")), UNKNOWN);
}
END_TEST

static const char *const compress[] = {"text/html",
                                       "Text/HTML; charset=utf-8",
                                       "text/plain",
                                       "text/css",
                                       "text/javascript",
                                       "application/json",
                                       "application/problem+json",
                                       "application/atom+xml ; x=y",
                                       "image/svg+xml",
                                       "application/wasm",
                                       "font/ttf",
                                       "image/vnd.microsoft.icon",
                                       "application/manifest+json"};
static const char *const keep[] = {"",
                                   "text",
                                   "image/png",
                                   "image/jpeg",
                                   "image/webp",
                                   "video/mp4",
                                   "font/woff2",
                                   "application/zip",
                                   "application/gzip",
                                   "application/pdf",
                                   UNKNOWN,
                                   "text/event-stream",
                                   "Text/Event-Stream; charset=utf-8",
                                   "application/jsonx",
                                   "application/epub+zip",
                                   "textual/html"};

START_TEST(text_is_worth_compressing_and_what_is_packed_is_not)
{
    for (size_t i = 0; i < COUNT(compress); i++)
        ck_assert_msg(bight_http_type_compresses(bight_bytes_text(compress[i])),
                      "%s", compress[i]);
    for (size_t i = 0; i < COUNT(keep); i++)
        ck_assert_msg(!bight_http_type_compresses(bight_bytes_text(keep[i])),
                      "%s", keep[i]);
}
END_TEST

/* -- parsing -------------------------------------------------------------- */

START_TEST(a_media_type_is_taken_apart)
{
    bight_http_type type;
    bight_bytes value;
    uint8_t buf[32];
    ck_assert_ok(bight_http_type_parse(
        BIGHT_BYTES(" multipart/Form-Data ; charset=utf-8;"
                    "BOUNDARY=\"a\\\"b c\";boundary=x "),
        &type));
    ck_assert_bytes(type.full, "multipart/Form-Data");
    ck_assert_bytes(type.type, "multipart");
    ck_assert_bytes(type.subtype, "Form-Data");
    ck_assert_ok(bight_http_type_get(&type, BIGHT_BYTES("boundary"), buf,
                                     sizeof(buf), &value));
    ck_assert_bytes(value, "a\"b c");
    ck_assert_error(
        bight_http_type_get(&type, BIGHT_BYTES("boundary"), buf, 4, &value),
        BIGHT_ERROR_RANGE);
    ck_assert_error(
        bight_http_type_get(&type, BIGHT_BYTES("bound"), buf, 4, &value),
        BIGHT_ERROR_NOT_FOUND);
}
END_TEST

static const char *const no_types[] = {"",
                                       "text",
                                       "text/",
                                       "/html",
                                       "text/html/x",
                                       "text/ html",
                                       "text /html",
                                       "text/html x",
                                       "text/html,a/b",
                                       "text/html;a",
                                       "text/html;a=",
                                       "text/html;a=\"",
                                       "te\xe9t/html",
                                       "*/*;q",
                                       "text/html;=a"};

START_TEST(what_is_no_media_type_is_refused)
{
    bight_bytes text = texts_exactly(no_types[_i]);
    bight_http_type type = {.full = BIGHT_BYTES("untouched")};
    ck_assert_error(bight_http_type_parse(text, &type), BIGHT_ERROR_INVALID);
    ck_assert_bytes(type.full, "untouched");
    texts_free(text);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.type");
    TCase *tcase = tcase_create("names");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, a_file_has_the_type_of_its_extension, 0,
                        COUNT(names));
    tcase_add_test(tcase, each_type_of_the_table_parses_and_is_found);
    tcase_add_test(tcase, a_name_with_a_nul_has_no_type);
    tcase_add_test(tcase, text_is_worth_compressing_and_what_is_packed_is_not);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("parse");
    tcase_add_test(tcase, a_media_type_is_taken_apart);
    tcase_add_loop_test(tcase, what_is_no_media_type_is_refused, 0,
                        COUNT(no_types));
    suite_add_tcase(suite, tcase);
    return suite;
}
