/* SPDX-License-Identifier: MIT */
/* Weighted lists (RFC 9110, 12.4.2, 12.5; RFC 4647). */
#include <bight/http_quality.h>

#include <stdio.h>

#include "suite.h"
#include "texts.h"

struct row {
    const char *text;
    const char *expected;
};

/* value(parameters)weight */
static const struct row lists[] = {
    {"", ""},
    {"gzip", "[gzip()1000]"},
    {"audio/*; q=0.2, audio/basic", "[audio/*()200][audio/basic()1000]"},
    {"text/html;level=1;q=0.4", "[text/html(;level=1)400]"},
    {"text/html ; level=1 ; Q=0.4;ext=\"a,b\"", "[text/html(; level=1)400]"},
    {"a;q=0,b;q=0.,c;q=0.001,d;q=1.,e;q=1.000",
     "[a()0][b()0][c()1][d()1000][e()1000]"},
    {"*", "[*()1000]"},
    {"a;q=1;q=0", "[a()1000]"},
    /* left out */
    {"a;q=1.001,b;q=2,c;q=.2,d;q=0.0001,e;q=-1,f;q=,g;q,h;q=1.x,i;q=0x1,j",
     "[j()1000]"},
    {"a;q=\"0.5\",b", "[b()1000]"},
    {"a b,c", "[c()1000]"},
    {"a/,/b,a/b/c,c", "[c()1000]"},
    {";q=1,c", "[c()1000]"},
    {"a;b=c d,c", "[c()1000]"},
    {"a;b=\"c,c", ""},
    {"a\x80,c", "[c()1000]"},
    {"a;q=0.5 x,c", "[c()1000]"},
};

START_TEST(a_list_is_read_without_what_breaks_its_grammar)
{
    bight_bytes text = texts_exactly(lists[_i].text), rest = text;
    bight_http_quality q;
    char found[200];
    size_t size = 0;
    while (bight_http_quality_next(&rest, &q))
        size += (size_t)snprintf(
            found + size, sizeof(found) - size, "[%.*s(%.*s)%u]",
            (int)q.value.size, (const char *)q.value.data,
            (int)q.parameters.size, (const char *)q.parameters.data, q.weight);
    ck_assert_bytes(bight_bytes_of(found, size), lists[_i].expected);
    texts_free(text);
}
END_TEST

START_TEST(a_megabyte_of_weights_is_read_in_linear_time)
{
    static const char *const texts[] = {",", "a,", "a;q=0,",   "a;b=c;",
                                        ";", "\"", "*;q=0.1,", "a-"};
    bight_bytes text = texts_long(texts[_i]);
    bight_bytes offers[] = {BIGHT_BYTES("br"), BIGHT_BYTES("a/a;b=d"),
                            BIGHT_BYTES("en-US")};
    size_t index;
    (void)bight_http_choose_encoding(text, offers, 3, &index);
    (void)bight_http_choose_type(text, offers, 3, &index);
    (void)bight_http_choose_language(text, offers, 3, &index);
    texts_free(text);
}
END_TEST

/* -- choices -------------------------------------------------------------- */

struct choice {
    const char *field;
    const char *offers; /* separated by spaces */
    const char *chosen; /* NULL: none */
};

typedef bool (*choose_fn)(bight_bytes field, const bight_bytes *offers,
                          size_t count, size_t *ret_index);

static void check_choice(choose_fn choose, const struct choice *row)
{
    bight_bytes field = texts_exactly(row->field);
    bight_bytes offers[8];
    size_t count = 0, index = 77;
    for (const char *at = row->offers; *at; at += strspn(at, " ")) {
        offers[count++] = bight_bytes_of(at, strcspn(at, " "));
        at += strcspn(at, " ");
    }
    bool chosen = choose(field, offers, count, &index);
    ck_assert_int_eq(chosen, row->chosen != NULL);
    if (chosen)
        ck_assert_bytes(offers[index], row->chosen);
    else
        ck_assert_uint_eq(index, 77);
    texts_free(field);
}

static const struct choice encodings[] = {
    /* the examples of 12.5.3 */
    {"compress, gzip", "br gzip identity", "gzip"},
    {"", "br gzip identity", "identity"},
    {"*", "br gzip identity", "br"},
    {"compress;q=0.5, gzip;q=1.0", "compress gzip", "gzip"},
    {"gzip;q=1.0, identity; q=0.5, *;q=0", "br gzip identity", "gzip"},
    {"gzip;q=1.0, identity; q=0.5, *;q=0", "br identity", "identity"},
    /* identity */
    {"gzip", "identity", "identity"},
    {"gzip;q=0.001", "identity gzip", "gzip"},
    {"identity;q=0", "identity", NULL},
    {"*;q=0", "identity br", NULL},
    {"*;q=0, identity", "identity br", "identity"},
    {"identity, *;q=0", "identity br", "identity"},
    {"identity, gzip;q=0.5", "gzip identity", "identity"},
    {"*;q=0.5, gzip;q=0.1", "gzip identity", "identity"},
    {"gzip;q=0", "gzip", NULL},
    {"gzip;q=0", "gzip identity", "identity"},
    {"gzip;q=0, *", "gzip br", "br"},
    {"gzip", "br", NULL},
    /* what browsers send */
    {"gzip, deflate, br, zstd", "br gzip identity", "br"},
    {"GZIP", "gzip", "gzip"},
    {"x-gzip", "gzip", "gzip"},
    {"x-br", "br", NULL},
    {"gzip;q=0, x-gzip", "gzip", NULL},
    {"gzip", "", NULL},
};

START_TEST(the_encoding_is_the_best_that_is_acceptable)
{
    check_choice(bight_http_choose_encoding, &encodings[_i]);
}
END_TEST

#define EXAMPLE                                                                \
    "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, "               \
    "text/plain;format=fixed;q=0.4, */*;q=0.5"

static const struct choice types[] = {
    /* the example of 12.5.1: 1, 0.7, 0.3, 0.5, 0.4, against each other */
    {EXAMPLE, "text/plain text/plain;format=flowed",
     "text/plain;format=flowed"},
    {EXAMPLE, "image/jpeg text/plain", "text/plain"},
    {EXAMPLE, "text/plain;format=fixed image/jpeg", "image/jpeg"},
    {EXAMPLE, "text/html text/plain;format=fixed", "text/plain;format=fixed"},
    {EXAMPLE, "text/html", "text/html"},
    {"text/html;level=3;q=0.7, text/html", "text/html;level=3 text/html",
     "text/html"},
    {"*/*", "a/b c/d", "a/b"},
    {"text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8",
     "application/json text/html", "text/html"},
    {"text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "image/png", NULL},
    {"text/*", "TEXT/Html", "TEXT/Html"},
    {"text/html;charset=UTF-8", "text/html;charset=utf-8",
     "text/html;charset=utf-8"},
    {"text/html;level=1", "text/html", NULL},
    {"text/html", "text/html;level=1", "text/html;level=1"},
    {"*/*, text/html;q=0", "text/html text/css", "text/css"},
    {"text/html;q=0", "text/html", NULL},
    {"*/html", "text/html", NULL},
    {"*", "text/html", NULL},
    {"", "text/html", NULL},
    {"*/*", "broken a/b", "a/b"},
};

START_TEST(the_type_is_judged_by_the_closest_range)
{
    check_choice(bight_http_choose_type, &types[_i]);
}
END_TEST

static const struct choice languages[] = {
    /* 12.5.4, RFC 4647, 3.4 */
    {"da, en-gb;q=0.8, en;q=0.7", "en en-GB", "en-GB"},
    {"da, en-gb;q=0.8, en;q=0.7", "en-US fr", "en-US"},
    {"zh-Hant-CN-x-private1-private2", "zh zh-Hant zh-Hans", "zh-Hant"},
    {"zh-Hant-CN", "zh-Hans de", NULL},
    {"de-CH", "en de", "de"},
    {"de-CH, fr", "fr de", "de"},
    {"fr, de-CH", "fr de", "fr"},
    {"fr;q=0.5, de-CH", "fr de", "de"},
    {"EN-us", "en-US", "en-US"},
    {"en", "english en-US", "en-US"},
    {"english", "en", NULL},
    /* lookup comes before filtering */
    {"en", "en-US en", "en"},
    {"de, en;q=0.5", "en de-CH", "de-CH"},
    /* what is excluded */
    {"en-US;q=0, en", "en-US", NULL},
    {"en-US;q=0, en", "en-US en-GB", "en-GB"},
    {"en;q=0, en-US", "en en-US", "en-US"},
    {"de, *;q=0", "en", NULL},
    {"*;q=0, en", "de en", "en"},
    {"*, de;q=0", "de fr", "fr"},
    {"de;q=0, *", "de fr", "fr"},
    /* "*" is for what else there is */
    {"*", "en de", "en"},
    {"*, de;q=0.1", "en de", "de"},
    {"", "en", NULL},
    {"*", "", NULL},
};

START_TEST(the_language_is_found_by_lookup)
{
    check_choice(bight_http_choose_language, &languages[_i]);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.quality");
    TCase *tcase = tcase_create("lists");
    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, a_list_is_read_without_what_breaks_its_grammar,
                        0, COUNT(lists));
    tcase_add_loop_test(tcase, a_megabyte_of_weights_is_read_in_linear_time, 0,
                        8);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("choices");
    tcase_add_loop_test(tcase, the_encoding_is_the_best_that_is_acceptable, 0,
                        COUNT(encodings));
    tcase_add_loop_test(tcase, the_type_is_judged_by_the_closest_range, 0,
                        COUNT(types));
    tcase_add_loop_test(tcase, the_language_is_found_by_lookup, 0,
                        COUNT(languages));
    suite_add_tcase(suite, tcase);
    return suite;
}
