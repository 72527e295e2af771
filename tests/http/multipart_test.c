/* SPDX-License-Identifier: MIT */
/* ctest: long */
/* Multipart forms (RFC 7578; RFC 2046, 5.1.1), under every split. */
#include <bight/http_form.h>

#include "faults.h"
#include "leaks.h"
#include "loops.h"
#include "pieces.h"
#include "suite.h"
#include "texts.h"

#define NAMED(name) "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n"

struct made {
    const char *boundary;
    bight_http_form_limits limits;
};

/* -- events: "[name|file name|type|data]" --------------------------------- */

static bight_error begun(void *ctx, const bight_http_part *part)
{
    FILE *out = ctx;
    (void)fputc('[', out);
    pieces_put(out, part->name);
    (void)fputc('|', out);
    if (part->is_file)
        (void)fputc('F', out);
    pieces_put(out, part->file_name);
    (void)fputc('|', out);
    pieces_put(out, part->type);
    (void)fputc('|', out);
    return bight_bytes_equal(part->name, BIGHT_BYTES("stop"))
               ? bight_error_of(BIGHT_ERROR_CANCELLED)
               : bight_ok();
}

static bight_error some_data(void *ctx, bight_bytes data)
{
    if (data.size == 0)
        ck_abort_msg("data of no bytes");
    pieces_put(ctx, data);
    return bight_ok();
}

static bight_error ended(void *ctx)
{
    (void)fputc(']', ctx);
    return bight_ok();
}

static const bight_http_part_events events = {sizeof(events), begun, some_data,
                                              ended};

static void *make(const void *ctx, FILE *out)
{
    const struct made *made = ctx;
    bight_http_multipart *parser = NULL;
    ck_assert_ok(bight_http_multipart_new(bight_bytes_text(made->boundary),
                                          &made->limits, &events, out,
                                          &parser));
    return parser;
}

static bight_error feed(void *parser, bight_bytes data)
{
    return bight_http_multipart_feed(parser, data);
}

static bight_error end(void *parser)
{
    return bight_http_multipart_end(parser);
}

static void release(void *parser)
{
    bight_http_multipart_free(parser);
}

static const struct pieces_parser kind = {make, feed, end, release};

struct row {
    const char *text;
    const char *expected;
};

/* -- bodies --------------------------------------------------------------- */

/* The boundary is "B". */
static const struct row bodies[] = {
    {"--B\r\n" NAMED("a") "b\r\n--B--\r\n", "[a|||b]."},
    {"--B\r\n" NAMED("a") "b\r\n--B--", "[a|||b]."},
    {"--B\r\n" NAMED("a") "b\r\n--B\r\n" NAMED("c") "d\r\n--B--\r\n",
     "[a|||b][c|||d]."},
    {"--B--", "."},
    /* preamble, epilogue, spaces behind a boundary */
    {"preamble\r\n--B\r\n" NAMED("a") "b\r\n--B--\r\nepilogue\r\n--B\r\n",
     "[a|||b]."},
    {"\r\n--B \t\r\n" NAMED("a") "b\r\n--B-- \r\n", "[a|||b]."},
    {"--A\r\n-\r\n--B\r\n" NAMED("a") "b\r\n--B--", "[a|||b]."},
    {"x--B\r\n--B\r\n" NAMED("a") "b\r\n--B--", "[a|||b]."},
    /* empty data, with and without a line of its own */
    {"--B\r\n" NAMED("a") "\r\n--B--", "[a|||]."},
    {"--B\r\n" NAMED("a") "--B--", "[a|||]."},
    {"--B\r\n" NAMED("a") "\r\n\r\n--B--", "[a|||\\0d\\0a]."},
    /* what is nearly a boundary is data */
    {"--B\r\n" NAMED("a") "-\r\n--B--", "[a|||-]."},
    {"--B\r\n" NAMED("a") "--\r\n--B--", "[a|||--]."},
    {"--B\r\n" NAMED("a") "x--B\r\n--B--", "[a|||x--B]."},
    {"--B\r\n" NAMED("a") "\n--B\r\n--B--", "[a|||\\0a--B]."},
    {"--B\r\n" NAMED("a") "\r--B\r\n--B--", "[a|||\\0d--B]."},
    {"--B\r\n" NAMED("a") "\r\r\n\r\n-\r\n--\r\n--b\r\n--B--",
     "[a|||\\0d\\0d\\0a\\0d\\0a-\\0d\\0a--\\0d\\0a--b]."},
    {"--B\r\n" NAMED("a") "\r\n-\r\r\n--B--", "[a|||\\0d\\0a-\\0d]."},
    /* broken */
    {"", "!INVALID"},
    {"preamble only", "!INVALID"},
    {"--B", "!INVALID"},
    {"--B-", "!INVALID"},
    {"--B\r\n", "!INVALID"},
    {"--B\n" NAMED("a") "b\r\n--B--", "!INVALID"},
    {"--BB\r\n" NAMED("a") "b\r\n--B--", "!INVALID"},
    {"--B-x", "!INVALID"},
    {"--B\rx", "!INVALID"},
    {"--B \n", "!INVALID"},
    {"--B -", "!INVALID"},
    {"--B\r\n" NAMED("a") "b", "[a|||b!INVALID"},
    {"--B\r\n" NAMED("a") "b\r\n--", "[a|||b!INVALID"},
    {"--B\r\n" NAMED("a") "b\r\n--B", "[a|||b]!INVALID"},
    {"--B\r\n" NAMED("a") "b\r\n--BC\r\n--B--", "[a|||b]!INVALID"},
    /* stopped by the callback */
    {"--B\r\n" NAMED("stop") "b\r\n--B\r\n" NAMED("a"), "[stop|||!CANCELLED"},
};

/* Data held back at the end of a cut body differs from none only by its size:
 * what could have begun a boundary is not handed on. */
START_TEST(S2_the_same_parts_come_under_every_split)
{
    static const struct made made = {.boundary = "B",
                                     .limits = {.size = sizeof(made.limits)}};
    pieces_assert(&kind, &made, bight_bytes_text(bodies[_i].text),
                  bodies[_i].expected);
}
END_TEST

/* What stands between the boundary and the data. */
static const struct row heads[] = {
    {NAMED("a"), "[a|||x]."},
    {NAMED(""), "[|||x]."},
    {"content-disposition:form-data;name=a\r\n\r\n", "[a|||x]."},
    {"Content-Disposition: Form-Data ; NAME=\"a\" ; b=c\r\n\r\n", "[a|||x]."},
    {"A: b\r\nContent-Type: text/plain\r\nContent-Disposition: form-data; "
     "name=\"a\"; filename=\"b.txt\"\r\nC:\r\n\r\n",
     "[a|Fb.txt|text/plain|x]."},
    {"Content-Disposition: form-data; name=\"a\"; filename=\"\"\r\n\r\n",
     "[a|F||x]."},
    /* names as browsers and curl write them */
    {"Content-Disposition: form-data; name=\"a\\\"b\"; "
     "filename=\"C:\\dir\\\\f\\n\"\r\n\r\n",
     "[a\"b|FC:\\5cdir\\5cf\\5cn||x]."},
    {"Content-Disposition: form-data; name=\"\xc3\xa9\"; "
     "filename=\"%22; ,\"\r\n\r\n",
     "[\\c3\\a9|F%22;\\20,||x]."},
    /* filename* (RFC 8187) */
    {"Content-Disposition: form-data; name=a; filename=\"e\"; "
     "filename*=UTF-8''%e2%82%ac%20rates\r\n\r\n",
     "[a|F\\e2\\82\\ac\\20rates||x]."},
    {"Content-Disposition: form-data; filename*=utf-8'en'b; filename=c; "
     "name=a\r\n\r\n",
     "[a|Fb||x]."},
    {"Content-Disposition: form-data; name=a; filename*=x-b''%41; "
     "filename=c\r\n\r\n",
     "[a|Fc||x]."},
    {"Content-Disposition: form-data; name=a; filename=c; "
     "filename*=UTF-8''%ff\r\n\r\n",
     "[a|Fc||x]."},
    {"Content-Disposition: form-data; name=a; filename=c; "
     "filename*=UTF-8''%00\r\n\r\n",
     "[a|Fc||x]."},
    {"Content-Disposition: form-data; name=a; filename*=UTF-8'%41\r\n\r\n",
     "[a|F||x]."},
    {"Content-Disposition: form-data; name=a\r\n"
     "Content-Transfer-Encoding: 8BIT\r\n\r\n",
     "[a|||x]."},
    /* broken */
    {"\r\n", "!INVALID"},
    {"Content-Type: text/plain\r\n\r\n", "!INVALID"},
    {"Content-Disposition: form-data\r\n\r\n", "!INVALID"},
    {"Content-Disposition: form-data; filename=a\r\n\r\n", "!INVALID"},
    {"Content-Disposition: attachment; name=a\r\n\r\n", "!INVALID"},
    {"Content-Disposition: form-data; name=a; name=b\r\n\r\n", "!INVALID"},
    {"Content-Disposition: form-data; name=a; filename=b; "
     "filename=c\r\n\r\n",
     "!INVALID"},
    {"Content-Disposition: form-data; name=a\r\nContent-Disposition: "
     "form-data; name=b\r\n\r\n",
     "!INVALID"},
    {"Content-Disposition: form-data; name=\"a\r\n\r\n", "!INVALID"},
    {"Content-Disposition: form-data; name=a b\r\n\r\n", "!INVALID"},
    {"Content-Disposition: form-data, name=a\r\n\r\n", "!INVALID"},
    {"Content-Disposition: form-data; name=a;\r\n filename=b\r\n\r\n",
     "!INVALID"},
    {"Content-Disposition : form-data; name=a\r\n\r\n", "!INVALID"},
    {" Content-Disposition: form-data; name=a\r\n\r\n", "!INVALID"},
    {"Content-Disposition: form-data; name=a\n\r\n\r\n", "!INVALID"},
    {"Content-Disposition: form-data; name=a\r\r\n\r\n", "!INVALID"},
    {"Content-Disposition: form-data; name=a\r\n\n", "!INVALID"},
    {"Content-Disposition: form-data; name=a\r\n\rx", "!INVALID"},
    {"Content-Disposition: form-data; name=\"a\x01\"\r\n\r\n", "!INVALID"},
    {"none\r\n\r\n", "!INVALID"},
    {": none\r\n\r\n", "!INVALID"},
    {"Content-Disposition: form-data; name=a\r\n"
     "Content-Transfer-Encoding: base64\r\n\r\n",
     "!INVALID"},
};

START_TEST(S2_the_same_header_is_read_under_every_split)
{
    static const struct made made = {.boundary = "B",
                                     .limits = {.size = sizeof(made.limits)}};
    char text[400];
    (void)snprintf(text, sizeof(text), "--B\r\n%sx\r\n--B--", heads[_i].text);
    pieces_assert(&kind, &made, bight_bytes_text(text), heads[_i].expected);
}
END_TEST

START_TEST(S2_a_nul_is_data_like_any_other_and_no_header)
{
    static const struct made made = {.boundary = "B",
                                     .limits = {.size = sizeof(made.limits)}};
    pieces_assert(&kind, &made,
                  BIGHT_BYTES("--B\r\n" NAMED("a") "\0\r\n--\0\r\n--B--"),
                  "[a|||\\00\\0d\\0a--\\00].");
    pieces_assert(&kind, &made, BIGHT_BYTES("--B\r\n" NAMED("a\0b") "x"),
                  "!INVALID");
    pieces_assert(&kind, &made, BIGHT_BYTES("--B\0\r\n" NAMED("a")),
                  "!INVALID");
}
END_TEST

#define TEN "1234567890"
#define SEVENTY TEN TEN TEN TEN TEN TEN TEN

/* -- boundaries ----------------------------------------------------------- */

START_TEST(S2_a_boundary_that_resembles_its_own_delimiter_is_found)
{
    static const char *const boundaries[] = {
        "-",      "--",
        "----",   "------WebKitFormBoundary7MA4YWxk",
        "a-a-a",  "a'()+_,-./:=? x",
        (SEVENTY)};
    for (size_t i = 0; i < COUNT(boundaries); i++) {
        struct made made = {.boundary = boundaries[i],
                            .limits = {.size = sizeof(made.limits)}};
        char text[600];
        (void)snprintf(text, sizeof(text),
                       "--%s\r\n" NAMED("a") "\r\n-\r\n--\r\n--%.*s\r\n--%s--",
                       boundaries[i], (int)strlen(boundaries[i]) - 1,
                       boundaries[i], boundaries[i]);
        char *whole =
            pieces_events(&kind, &made, bight_bytes_text(text), NULL, 0);
        ck_assert_ptr_nonnull(strstr(whole, "]."));
        pieces_assert(&kind, &made, bight_bytes_text(text), whole);
        free(whole);
    }
}
END_TEST

START_TEST(a_boundary_that_cannot_be_is_refused)
{
    static const char *const boundaries[] = {
        "",    "a ",   " ",   "a\r\n", "a\"",
        "a\t", "\xe9", "a;b", "a*",    (SEVENTY "1")};
    bight_http_multipart *parser = NULL;
    for (size_t i = 0; i < COUNT(boundaries); i++)
        ck_assert_error(
            bight_http_multipart_new(bight_bytes_text(boundaries[i]), NULL,
                                     &events, NULL, &parser),
            BIGHT_ERROR_INVALID);
    ck_assert_error(bight_http_multipart_new(BIGHT_BYTES("a\0b"), NULL, &events,
                                             NULL, &parser),
                    BIGHT_ERROR_INVALID);
    ck_assert_ptr_null(parser);
}
END_TEST

#define LONG "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"

static bight_error begin_count(void *ctx, const bight_http_part *part)
{
    *(size_t *)ctx = 0;
    return part->is_file ? bight_error_of(BIGHT_ERROR_INVALID) : bight_ok();
}

static bight_error count(void *ctx, bight_bytes data)
{
    *(size_t *)ctx += data.size;
    return bight_ok();
}

static const char *const hostile[] = {"\r",
                                      "\r\n",
                                      "\r\n-",
                                      "\r\n--",
                                      "\r\n--aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                      "a\r",
                                      "\r\r\n\r\n--a"};

/* Megabytes of what looks most like a boundary, in pieces of three sizes. */
START_TEST(S2_hostile_data_is_searched_in_linear_time)
{
    static const size_t sizes[] = {1, 37, 1 << 20};
    static const bight_http_part_events counting = {sizeof(counting),
                                                    begin_count, count, NULL};
    bight_bytes text = texts_long(hostile[_i]);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        bight_http_multipart *parser = NULL;
        size_t counted = 7, turns = sizes[i] == 1 ? 1 : 16;
        ck_assert_ok(bight_http_multipart_new(BIGHT_BYTES(LONG), NULL,
                                              &counting, &counted, &parser));
        ck_assert_ok(feed(parser, BIGHT_BYTES("--" LONG "\r\n" NAMED("a"))));
        ck_assert_uint_eq(counted, 0);
        for (size_t turn = 0; turn < turns; turn++) {
            for (bight_bytes rest = text; rest.size > 0;
                 rest = bight_bytes_tail(rest, sizes[i])) {
                if (bight_failed(
                        feed(parser, bight_bytes_head(rest, sizes[i]))))
                    ck_abort_msg("it failed");
            }
        }
        ck_assert_ok(feed(parser, BIGHT_BYTES("\r\n--" LONG "--")));
        ck_assert_ok(end(parser));
        ck_assert_uint_eq(counted, turns * text.size);
        release(parser);
    }
    texts_free(text);
}
END_TEST

START_TEST(data_is_lent_where_it_lies_and_not_gathered)
{
    static const struct made made = {.boundary = "B",
                                     .limits = {.size = sizeof(made.limits)}};
    FILE *out = fopen("/dev/null", "w");
    void *parser = make(&made, out);
    bight_bytes text = texts_long("data\r\n--");
    ck_assert_ok(feed(parser, BIGHT_BYTES("--B\r\n" NAMED("a"))));
    faults_fail_all();
    ck_assert_ok(feed(parser, text));
    ck_assert_uint_eq(faults_failed(), 0);
    faults_fail_nth(0);
    release(parser);
    (void)fclose(out);
    texts_free(text);
}
END_TEST

/* -- limits --------------------------------------------------------------- */

static const struct row limited[] = {
    {"--B\r\n" NAMED("abc") "1234\r\n--B--", "[abc|||1234]."},
    {"--B\r\n" NAMED("abcd") "1\r\n--B--", "!RANGE"},
    {"--B\r\n" NAMED("abc") "12345\r\n--B--", "[abc|||1234!RANGE"},
    {"--B\r\n" NAMED("abc") "1234\r\n-\r\n--B--", "[abc|||1234!RANGE"},
    {"--B\r\n" NAMED("a") "12\r\n\r\n--B--", "[a|||12\\0d\\0a]."},
    {"--B\r\n" NAMED("a") "1\r\n--B\r\n" NAMED("b") "1234\r\n--B--",
     "[a|||1][b|||1234]."},
    {"--B\r\n" NAMED("a") "1\r\n--B\r\n" NAMED("b") "1\r\n--B\r\n" NAMED("c"),
     "[a|||1][b|||1]!RANGE"},
    {"--B\r\nX: y\r\n" NAMED("abc") "1\r\n--B--", "!RANGE"},
    {"--B\r\n12345678901234567890123456789012345678901234567890\n", "!RANGE"},
};

START_TEST(S1_each_limit_is_exact_under_every_split)
{
    static const struct made made = {.boundary = "B",
                                     .limits = {.size = sizeof(made.limits),
                                                .fields = 2,
                                                .name = 3,
                                                .head = 47,
                                                .part = 4}};
    pieces_assert(&kind, &made, bight_bytes_text(limited[_i].text),
                  limited[_i].expected);
}
END_TEST

START_TEST(S1_the_defaults_stop_endless_headers_and_parts)
{
    static const struct made made = {.boundary = "B",
                                     .limits = {.size = sizeof(made.limits)}};
    static const char *const texts[] = {"a: b\r\n", "a", "\t",
                                        NAMED("a") "\r\n--B\r\n"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        FILE *out = fopen("/dev/null", "w");
        void *parser = make(&made, out);
        bight_bytes text = texts_long(texts[i]);
        ck_assert_ok(feed(parser, BIGHT_BYTES("--B\r\n")));
        ck_assert_error(feed(parser, text), BIGHT_ERROR_RANGE);
        release(parser);
        (void)fclose(out);
        texts_free(text);
    }
}
END_TEST

/* -- memory --------------------------------------------------------------- */

static bool run_with_fault(unsigned n)
{
    static const char text[] = "--B\r\n" NAMED("a") "b\r\n--B--";
    bight_http_multipart *parser = NULL;
    char *found = NULL;
    size_t size;
    FILE *out = open_memstream(&found, &size);
    faults_fail_nth(n);
    bight_error error =
        bight_http_multipart_new(BIGHT_BYTES("B"), NULL, &events, out, &parser);
    for (size_t i = 0; i < strlen(text) && !bight_failed(error); i++)
        error = feed(parser, bight_bytes_of(text + i, 1));
    bool failed = faults_failed() > 0;
    faults_fail_nth(0);
    (void)fclose(out);
    ck_assert(failed
                  ? bight_error_is(error, &bight_domain, BIGHT_ERROR_NO_MEMORY)
                  : !bight_failed(error));
    ck_assert_str_eq(found, failed ? "" : "[a|||b]");
    free(found);
    release(parser);
    return failed;
}

START_TEST(S3_without_memory_it_fails_and_leaks_nothing)
{
    unsigned n = 1;
    while (run_with_fault(n))
        n++;
    ck_assert_uint_gt(n, 2);
}
END_TEST

static bight_error check_head(void *ctx, const bight_http_part *part)
{
    ck_assert_bytes(part->head,
                    "A: b\r\nContent-Disposition: form-data; name=\"c\"; "
                    "filename*=UTF-8''%41\r\nContent-Type: d/e\r\n");
    ck_assert_bytes(part->name, "c");
    ck_assert_bytes(part->file_name, "A");
    *(bool *)ctx = true;
    return bight_ok();
}

START_TEST(the_header_lines_are_lent_as_sent)
{
    static const bight_http_part_events only = {sizeof(only), check_head, NULL,
                                                NULL};
    bight_http_multipart *parser = NULL;
    bool called = false;
    ck_assert_ok(bight_http_multipart_new(BIGHT_BYTES("B"), NULL, &only,
                                          &called, &parser));
    ck_assert_ok(feed(
        parser, BIGHT_BYTES("--B\r\nA: b\r\nContent-Disposition: form-data; "
                            "name=\"c\"; filename*=UTF-8''%41\r\n"
                            "Content-Type: d/e\r\n\r\nf\r\n--B--")));
    ck_assert_ok(end(parser));
    ck_assert(called);
    release(parser);
}
END_TEST

START_TEST(a_body_that_was_cut_short_stays_broken)
{
    static const struct made made = {.boundary = "B",
                                     .limits = {.size = sizeof(made.limits)}};
    FILE *out = fopen("/dev/null", "w");
    void *parser = make(&made, out);
    bight_http_multipart_free(NULL);
    ck_assert_error(end(parser), BIGHT_ERROR_INVALID);
    ck_assert_error(feed(parser, BIGHT_BYTES("--B--")), BIGHT_ERROR_INVALID);
    ck_assert_error(end(parser), BIGHT_ERROR_INVALID);
    release(parser);
    (void)fclose(out);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.multipart");
    TCase *tcase = leaks_test_case(suite, "splits");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, S2_the_same_parts_come_under_every_split, 0,
                        COUNT(bodies));
    tcase_add_loop_test(tcase, S2_the_same_header_is_read_under_every_split, 0,
                        COUNT(heads));
    tcase_add_test(tcase, S2_a_nul_is_data_like_any_other_and_no_header);
    tcase_add_test(tcase,
                   S2_a_boundary_that_resembles_its_own_delimiter_is_found);
    tcase_add_loop_test(tcase, S2_hostile_data_is_searched_in_linear_time, 0,
                        COUNT(hostile));
    tcase = leaks_test_case(suite, "limits");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_boundary_that_cannot_be_is_refused);
    tcase_add_loop_test(tcase, S1_each_limit_is_exact_under_every_split, 0,
                        COUNT(limited));
    tcase_add_test(tcase, S1_the_defaults_stop_endless_headers_and_parts);
    tcase = leaks_test_case(suite, "memory");
    tcase_add_test(tcase, data_is_lent_where_it_lies_and_not_gathered);
    tcase_add_test(tcase, S3_without_memory_it_fails_and_leaks_nothing);
    tcase_add_test(tcase, the_header_lines_are_lent_as_sent);
    tcase_add_test(tcase, a_body_that_was_cut_short_stays_broken);
    return suite;
}
