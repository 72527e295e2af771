/* SPDX-License-Identifier: MIT */
/* Entity tags and conditional requests (RFC 9110, 8.8.3 and 13). */
#include <bight/http_conditional.h>

#include <stdio.h>

#include "suite.h"
#include "texts.h"

#define DATE "Sun, 06 Nov 1994 08:49:37 GMT"
#define BEFORE "Sun, 06 Nov 1994 08:49:36 GMT"
#define AFTER "Sun, 06 Nov 1994 08:49:38 GMT"
#define MODIFIED 784111777

struct row {
    const char *text;
    const char *expected;
};

/* -- entity tags ---------------------------------------------------------- */

static const char *const tags[] = {"\"\"",   "\"xyzzy\"", "W/\"xyzzy\"",
                                   "W/\"\"", "\"a,b\\\"", "\"\xe9\""};

START_TEST(an_entity_tag_is_read_and_written_back)
{
    bight_bytes text = texts_exactly(tags[_i]);
    bight_http_etag tag;
    char found[32];
    ck_assert(bight_http_etag_parse(text, &tag));
    ck_assert_uint_eq(bight_http_etag_format(tag, found, sizeof(found)),
                      text.size);
    ck_assert_str_eq(found, tags[_i]);
    ck_assert_uint_eq(bight_http_etag_format(tag, NULL, 0), text.size);
    texts_free(text);
}
END_TEST

static const char *const no_tags[] = {
    "",         "a",      "\"",       "\"a",        "a\"",
    "w/\"a\"",  "W\"a\"", "W/a",      "W/",         "\"a\"b\"",
    "\"a b\"",  " \"a\"", "\"a\" ",   "'a'",        "\"\t\"",
    "\"\x7f\"", "*",      "W/ \"a\"", "\"a\",\"b\""};

START_TEST(what_is_no_entity_tag_is_refused)
{
    bight_bytes text = texts_exactly(no_tags[_i]);
    bight_http_etag tag = {.weak = true};
    ck_assert(!bight_http_etag_parse(text, &tag));
    ck_assert(tag.weak);
    texts_free(text);
}
END_TEST

START_TEST(a_tag_that_would_break_out_is_not_written)
{
    static const char *const opaque[] = {"\"", "a b", "\r\n", "\t", "\x7f"};
    char text[32];
    for (size_t i = 0; i < COUNT(opaque); i++) {
        bight_http_etag tag = {bight_bytes_text(opaque[i]), false};
        ck_assert_uint_eq(bight_http_etag_format(tag, text, sizeof(text)), 0);
        ck_assert_str_eq(text, "");
    }
}
END_TEST

/* The table of 8.8.3.2. */
START_TEST(tags_are_compared_weakly_and_strongly)
{
    bight_http_etag weak = {BIGHT_BYTES("1"), true};
    bight_http_etag other = {BIGHT_BYTES("2"), true};
    bight_http_etag strong = {BIGHT_BYTES("1"), false};
    ck_assert(!bight_http_etag_match(weak, weak, true));
    ck_assert(bight_http_etag_match(weak, weak, false));
    ck_assert(!bight_http_etag_match(weak, other, true));
    ck_assert(!bight_http_etag_match(weak, other, false));
    ck_assert(!bight_http_etag_match(weak, strong, true));
    ck_assert(bight_http_etag_match(weak, strong, false));
    ck_assert(bight_http_etag_match(strong, strong, true));
    ck_assert(bight_http_etag_match(strong, strong, false));
}
END_TEST

static const struct row tag_lists[] = {
    {"", ""},
    {", ,\t", ""},
    {"\"a\"", "[a]"},
    {"\"a\", W/\"b\" ,\"c,d\\\",,", "[a][/b][c,d\\]"},
    {"\"a\" \"b\"", "!\"a\" \"b\""},
    {"\"a\", b", "[a]!b"},
    {"\"a\", \"b", "[a]!\"b"},
    {"*", "!*"},
};

START_TEST(a_list_of_tags_is_read_until_one_is_none)
{
    bight_bytes text = texts_exactly(tag_lists[_i].text), rest = text;
    bight_http_etag tag;
    char found[100];
    size_t size = 0;
    while (bight_http_etag_next(&rest, &tag))
        size += (size_t)snprintf(found + size, sizeof(found) - size, "[%s%.*s]",
                                 tag.weak ? "/" : "", (int)tag.opaque.size,
                                 (const char *)tag.opaque.data);
    ck_assert(!bight_http_etag_next(&rest, &tag));
    size += (size_t)snprintf(found + size, sizeof(found) - size, "%s%.*s",
                             rest.size > 0 ? "!" : "", (int)rest.size,
                             (const char *)rest.data);
    ck_assert_bytes(bight_bytes_of(found, size), tag_lists[_i].expected);
    texts_free(text);
}
END_TEST

START_TEST(a_megabyte_of_tags_is_read_in_linear_time)
{
    static const char *const texts[] = {",", "\"a\",", "\"", "W/", " "};
    bight_bytes text = texts_long(texts[_i]), rest = text;
    bight_http_etag tag;
    while (bight_http_etag_next(&rest, &tag))
        ck_assert(!tag.weak);
    texts_free(text);
}
END_TEST

/* -- preconditions -------------------------------------------------------- */

enum { GET, PUT, RANGE };

/* What there is has the tag "a" and was modified at DATE. */
struct asked {
    int kind;
    const char *match, *unmodified, *none_match, *modified, *range;
    bight_http_verdict verdict;
};

#define GO BIGHT_HTTP_PROCEED
#define SAME BIGHT_HTTP_NOT_MODIFIED
#define FAIL BIGHT_HTTP_FAILED
#define ALL BIGHT_HTTP_IGNORE_RANGE

static const struct asked asked[] = {
    {GET, NULL, NULL, NULL, NULL, NULL, GO},
    /* If-Match, strongly */
    {PUT, "\"a\"", NULL, NULL, NULL, NULL, GO},
    {PUT, "\"b\", \"a\"", NULL, NULL, NULL, NULL, GO},
    {PUT, " * ", NULL, NULL, NULL, NULL, GO},
    {PUT, "\"b\"", NULL, NULL, NULL, NULL, FAIL},
    {GET, "\"b\"", NULL, NULL, NULL, NULL, FAIL},
    {PUT, "W/\"a\"", NULL, NULL, NULL, NULL, FAIL},
    {PUT, "", NULL, NULL, NULL, NULL, FAIL},
    {PUT, "a", NULL, NULL, NULL, NULL, FAIL},
    {PUT, "*, \"b\"", NULL, NULL, NULL, NULL, FAIL},
    /* which leaves If-Unmodified-Since aside */
    {PUT, "\"a\"", BEFORE, NULL, NULL, NULL, GO},
    {PUT, "\"b\"", DATE, NULL, NULL, NULL, FAIL},
    {PUT, NULL, DATE, NULL, NULL, NULL, GO},
    {PUT, NULL, AFTER, NULL, NULL, NULL, GO},
    {PUT, NULL, BEFORE, NULL, NULL, NULL, FAIL},
    {PUT, NULL, "yesterday", NULL, NULL, NULL, GO},
    {PUT, NULL, "", NULL, NULL, NULL, GO},
    /* If-None-Match, weakly */
    {GET, NULL, NULL, "\"a\"", NULL, NULL, SAME},
    {GET, NULL, NULL, "W/\"a\"", NULL, NULL, SAME},
    {GET, NULL, NULL, "\"b\", W/\"a\"", NULL, NULL, SAME},
    {GET, NULL, NULL, "*", NULL, NULL, SAME},
    {PUT, NULL, NULL, "*", NULL, NULL, FAIL},
    {PUT, NULL, NULL, "\"a\"", NULL, NULL, FAIL},
    {GET, NULL, NULL, "\"b\"", NULL, NULL, GO},
    {GET, NULL, NULL, "\"b\" \"a\"", NULL, NULL, GO},
    {PUT, NULL, NULL, "\"b\"", NULL, NULL, GO},
    {GET, NULL, NULL, "", NULL, NULL, GO},
    /* which leaves If-Modified-Since aside */
    {GET, NULL, NULL, "\"b\"", AFTER, NULL, GO},
    {GET, NULL, NULL, "\"a\"", BEFORE, NULL, SAME},
    {GET, NULL, NULL, NULL, DATE, NULL, SAME},
    {GET, NULL, NULL, NULL, " " AFTER, NULL, SAME},
    {GET, NULL, NULL, NULL, BEFORE, NULL, GO},
    {GET, NULL, NULL, NULL, "Sunday, 06-Nov-94 08:49:37 GMT", NULL, SAME},
    {GET, NULL, NULL, NULL, DATE ", " DATE, NULL, GO},
    {PUT, NULL, NULL, NULL, DATE, NULL, GO},
    /* the order of them */
    {GET, "\"b\"", NULL, "\"a\"", NULL, NULL, FAIL},
    {GET, "\"a\"", NULL, "\"a\"", NULL, NULL, SAME},
    {GET, NULL, BEFORE, "\"a\"", NULL, NULL, FAIL},
    {GET, NULL, DATE, NULL, DATE, NULL, SAME},
    {RANGE, NULL, NULL, "\"a\"", NULL, "\"b\"", SAME},
    {RANGE, "\"b\"", NULL, NULL, NULL, "\"b\"", FAIL},
    /* If-Range, strongly and exactly */
    {RANGE, NULL, NULL, NULL, NULL, NULL, GO},
    {RANGE, NULL, NULL, NULL, NULL, "\"a\"", GO},
    {RANGE, NULL, NULL, NULL, NULL, "\"b\"", ALL},
    {RANGE, NULL, NULL, NULL, NULL, "W/\"a\"", ALL},
    {RANGE, NULL, NULL, NULL, NULL, DATE, GO},
    {RANGE, NULL, NULL, NULL, NULL, BEFORE, ALL},
    {RANGE, NULL, NULL, NULL, NULL, AFTER, ALL},
    {RANGE, NULL, NULL, NULL, NULL, "", ALL},
    {RANGE, NULL, NULL, NULL, NULL, "*", ALL},
    {RANGE, NULL, NULL, NULL, NULL, "\"a\", \"b\"", ALL},
    {RANGE, "\"a\"", NULL, "\"b\"", NULL, "\"b\"", ALL},
    {GET, NULL, NULL, NULL, NULL, "\"b\"", GO},
};

static bight_http_conditions conditions_of(const struct asked *row)
{
    bight_http_conditions conditions = {
        .size = sizeof(conditions),
        .if_match = bight_bytes_text(row->match),
        .if_unmodified_since = bight_bytes_text(row->unmodified),
        .if_none_match = bight_bytes_text(row->none_match),
        .if_modified_since = bight_bytes_text(row->modified),
        .if_range = bight_bytes_text(row->range),
        .reads = row->kind != PUT,
        .has_range = row->kind == RANGE,
    };
    return conditions;
}

static bight_http_validators validators_of(const char *tag)
{
    bight_http_validators there = {
        .size = sizeof(there),
        .exists = true,
        .has_etag = tag != NULL,
        .has_modified = true,
        .modified = MODIFIED,
        .now = MODIFIED + 1,
    };
    if (tag)
        ck_assert(bight_http_etag_parse(bight_bytes_text(tag), &there.etag));
    return there;
}

START_TEST(preconditions_are_judged_in_the_order_of_the_rfc)
{
    bight_http_conditions conditions = conditions_of(&asked[_i]);
    bight_http_validators there = validators_of("\"a\"");
    ck_assert_int_eq(bight_http_judge(&conditions, &there), asked[_i].verdict);
}
END_TEST

START_TEST(a_weak_tag_of_our_own_never_matches_strongly)
{
    struct asked match = {PUT, "\"a\"", NULL, NULL, NULL, NULL, FAIL};
    struct asked none = {GET, NULL, NULL, "\"a\"", NULL, NULL, SAME};
    struct asked range = {RANGE, NULL, NULL, NULL, NULL, "\"a\"", ALL};
    const struct asked *const all[] = {&match, &none, &range};
    bight_http_validators there = validators_of("W/\"a\"");
    for (size_t i = 0; i < COUNT(all); i++) {
        bight_http_conditions conditions = conditions_of(all[i]);
        ck_assert_int_eq(bight_http_judge(&conditions, &there),
                         all[i]->verdict);
    }
}
END_TEST

START_TEST(what_does_not_exist_matches_nothing)
{
    struct asked any = {PUT, "*", NULL, NULL, NULL, NULL, FAIL};
    struct asked tag = {PUT, "\"a\"", NULL, NULL, NULL, NULL, FAIL};
    struct asked none = {PUT, NULL, NULL, "*", NULL, NULL, GO};
    struct asked since = {PUT, NULL, BEFORE, NULL, NULL, NULL, GO};
    struct asked modified = {GET, NULL, NULL, NULL, AFTER, NULL, GO};
    struct asked range = {RANGE, NULL, NULL, NULL, NULL, DATE, ALL};
    const struct asked *const all[] = {&any,   &tag,      &none,
                                       &since, &modified, &range};
    bight_http_validators there = {.size = sizeof(there), .now = MODIFIED};
    for (size_t i = 0; i < COUNT(all); i++) {
        bight_http_conditions conditions = conditions_of(all[i]);
        ck_assert_int_eq(bight_http_judge(&conditions, &there),
                         all[i]->verdict);
    }
}
END_TEST

START_TEST(a_date_within_its_own_second_is_no_strong_validator)
{
    struct asked row = {RANGE, NULL, NULL, NULL, NULL, DATE, ALL};
    bight_http_conditions conditions = conditions_of(&row);
    bight_http_validators there = validators_of(NULL);
    there.now = MODIFIED;
    ck_assert_int_eq(bight_http_judge(&conditions, &there), ALL);
    there.now = MODIFIED + 1;
    ck_assert_int_eq(bight_http_judge(&conditions, &there), GO);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.conditional");
    TCase *tcase = tcase_create("tags");
    tcase_add_loop_test(tcase, an_entity_tag_is_read_and_written_back, 0,
                        COUNT(tags));
    tcase_add_loop_test(tcase, what_is_no_entity_tag_is_refused, 0,
                        COUNT(no_tags));
    tcase_add_test(tcase, a_tag_that_would_break_out_is_not_written);
    tcase_add_test(tcase, tags_are_compared_weakly_and_strongly);
    tcase_add_loop_test(tcase, a_list_of_tags_is_read_until_one_is_none, 0,
                        COUNT(tag_lists));
    tcase_add_loop_test(tcase, a_megabyte_of_tags_is_read_in_linear_time, 0, 5);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("preconditions");
    tcase_add_loop_test(tcase, preconditions_are_judged_in_the_order_of_the_rfc,
                        0, COUNT(asked));
    tcase_add_test(tcase, a_weak_tag_of_our_own_never_matches_strongly);
    tcase_add_test(tcase, what_does_not_exist_matches_nothing);
    tcase_add_test(tcase, a_date_within_its_own_second_is_no_strong_validator);
    suite_add_tcase(suite, tcase);
    return suite;
}
