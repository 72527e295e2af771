/* SPDX-License-Identifier: MIT */
/* Urlencoded forms, under every split. */
#include <bight/http_form.h>

#include "faults.h"
#include "leaks.h"
#include "loops.h"
#include "pieces.h"
#include "suite.h"
#include "texts.h"

static bight_error tell(void *ctx, bight_bytes name, bight_bytes value)
{
    FILE *out = ctx;
    (void)fputc('[', out);
    pieces_put(out, name);
    (void)fputc('|', out);
    pieces_put(out, value);
    (void)fputc(']', out);
    return bight_bytes_equal(name, BIGHT_BYTES("stop"))
               ? bight_error_of(BIGHT_ERROR_CANCELLED)
               : bight_ok();
}

static void *make(const void *ctx, FILE *out)
{
    bight_http_urlencoded *parser = NULL;
    ck_assert_ok(bight_http_urlencoded_new(ctx, tell, out, &parser));
    return parser;
}

static bight_error feed(void *parser, bight_bytes data)
{
    return bight_http_urlencoded_feed(parser, data);
}

static bight_error end(void *parser)
{
    return bight_http_urlencoded_end(parser);
}

static void release(void *parser)
{
    bight_http_urlencoded_free(parser);
}

static const struct pieces_parser kind = {make, feed, end, release};

struct row {
    const char *text;
    const char *expected;
};

static const struct row rows[] = {
    {"", "."},
    {"&&", "."},
    {"a=b", "[a|b]."},
    {"a=b&c=d", "[a|b][c|d]."},
    {"a=b&&c=d&", "[a|b][c|d]."},
    {"a", "[a|]."},
    {"a=", "[a|]."},
    {"=b", "[|b]."},
    {"=", "[|]."},
    {"a=b=c", "[a|b=c]."},
    {"a+b=c+d", "[a\\20b|c\\20d]."},
    {"a%3d%26=%25%2b", "[a=&|%+]."},
    {"%C3%a9=%00", "[\\c3\\a9|\\00]."},
    {"a=\xff\r\n", "[a|\\ff\\0d\\0a]."},
    {"a%253d=b", "[a%3d|b]."},
    {"a;b=c", "[a;b|c]."},
    /* broken */
    {"a=%", "!INVALID"},
    {"a=%4", "!INVALID"},
    {"a=%&b=c", "!INVALID"},
    {"a=b&c=%4&d", "[a|b]!INVALID"},
    {"a=b&c=%g0&d", "[a|b]!INVALID"},
    {"a=b&%0g&d", "[a|b]!INVALID"},
    {"a=%%41", "!INVALID"},
    /* stopped by the callback */
    {"a=b&stop=1&c=d", "[a|b][stop|1]!CANCELLED"},
    {"stop&c=%", "[stop|]!CANCELLED"},
};

START_TEST(S2_the_same_fields_come_under_every_split)
{
    pieces_assert(&kind, NULL, bight_bytes_text(rows[_i].text),
                  rows[_i].expected);
}
END_TEST

static const struct row limited[] = {
    {"abc=de", "[abc|de]."},
    {"%61%62%63=%64%65", "[abc|de]."},
    {"abcd=d", "!RANGE"},
    {"ab%63+=d", "!RANGE"},
    {"abc=def", "!RANGE"},
    {"abc=d%65+", "!RANGE"},
    {"a=b&c=d", "[a|b][c|d]."},
    {"a=b&c=d&&", "[a|b][c|d]."},
    {"a=b&c=d&e", "[a|b][c|d]!RANGE"},
    {"a&b&c&d", "[a|][b|]!RANGE"},
    {"abcdefgh%", "!RANGE"},
};

START_TEST(S1_each_limit_is_exact_under_every_split)
{
    static const bight_http_form_limits limits = {
        .size = sizeof(limits), .fields = 2, .name = 3, .value = 2};
    pieces_assert(&kind, &limits, bight_bytes_text(limited[_i].text),
                  limited[_i].expected);
}
END_TEST

START_TEST(S1_the_defaults_stop_too_many_fields_and_too_long_ones)
{
    static const char *const texts[] = {"a&", "a", "=a", "=&"};
    static const size_t calls[] = {1000, 0, 0, 1000};
    for (size_t i = 0; i < COUNT(texts); i++) {
        bight_bytes text = texts_long(texts[i]);
        char *events = pieces_events(&kind, NULL, text, NULL, 0);
        size_t count = 0;
        for (const char *at = events; (at = strchr(at, '[')) != NULL; at++)
            count++;
        ck_assert_uint_eq(count, calls[i]);
        ck_assert_ptr_nonnull(strstr(events, "!RANGE"));
        free(events);
        texts_free(text);
    }
}
END_TEST

START_TEST(a_broken_form_says_what_is_wrong)
{
    bight_http_form_limits limits = {.size = sizeof(limits), .name = 3};
    bight_http_urlencoded *parser = make(&limits, stdout);
    bight_error error = feed(parser, BIGHT_BYTES("abcd"));
    ck_assert_str_eq(bight_error_detail(error),
                     "form: a name above the limit of 3");
    release(parser);
    parser = make(NULL, stdout);
    error = feed(parser, BIGHT_BYTES("%x"));
    ck_assert_str_eq(bight_error_detail(error),
                     "form: % without two hexadecimal digits");
    release(parser);
    bight_http_urlencoded_free(NULL);
}
END_TEST

static bool run_with_fault(unsigned n)
{
    bight_http_urlencoded *parser = NULL;
    char *events = NULL;
    size_t size;
    FILE *out = open_memstream(&events, &size);
    faults_fail_nth(n);
    bight_error error = bight_http_urlencoded_new(NULL, tell, out, &parser);
    if (!bight_failed(error)) {
        error = feed(parser, BIGHT_BYTES("name=va%6cue"));
        if (!bight_failed(error))
            error = end(parser);
    }
    bool failed = faults_failed() > 0;
    faults_fail_nth(0);
    (void)fclose(out);
    ck_assert(failed
                  ? bight_error_is(error, &bight_domain, BIGHT_ERROR_NO_MEMORY)
                  : !bight_failed(error));
    ck_assert_str_eq(events, failed ? "" : "[name|value]");
    free(events);
    release(parser);
    return failed;
}

START_TEST(S3_without_memory_it_fails_and_leaks_nothing)
{
    unsigned n = 1;
    while (run_with_fault(n))
        n++;
    ck_assert_uint_gt(n, 3);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.urlencoded");
    TCase *tcase = leaks_test_case(suite, "splits");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, S2_the_same_fields_come_under_every_split, 0,
                        COUNT(rows));
    tcase_add_loop_test(tcase, S1_each_limit_is_exact_under_every_split, 0,
                        COUNT(limited));
    tcase_add_test(tcase,
                   S1_the_defaults_stop_too_many_fields_and_too_long_ones);
    tcase = leaks_test_case(suite, "errors");
    tcase_add_test(tcase, a_broken_form_says_what_is_wrong);
    tcase_add_test(tcase, S3_without_memory_it_fails_and_leaks_nothing);
    return suite;
}
