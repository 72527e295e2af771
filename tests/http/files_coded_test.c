/* SPDX-License-Identifier: MIT */
/* Files behind middleware that codes: what a 304 says of a file is what its 200
 * said (RFC 9110, 15.4.5). */
#include <bight/http_compress.h>

#include "leaks.h"
#include "site.h"
#include "suite.h"
#include "texts.h"

static const bight_http_use coding = {&bight_http_compress, NULL};

static void begin(void)
{
    char text[4096];
    site_make();
    memset(text, 'x', sizeof(text));
    site_put("long.html", bight_bytes_of(text, sizeof(text)));
    site_put("image.png", bight_bytes_of(text, sizeof(text)));
    site_text("short.html", "x");
    site_put("both.html", bight_bytes_of(text, sizeof(text)));
    site_text("both.html.gz", "not really gzip");
    site.middleware = &coding;
    site.middleware_count = 1;
    site_begin();
}

/* A field's value for longer than the next call; "-": it is not there. */
static void keep(const char *answer, const char *name, char kept[512])
{
    const char *value = site_field(answer, name);
    (void)snprintf(kept, 512, "%s", value != NULL ? value : "-");
}

static void compare(const char *file, const char *fields)
{
    char etag[512], vary[512];
    const char *answer = site_ask("GET /%s\n%s", file, fields);
    ck_assert_uint_eq(site_status(answer), 200);
    keep(answer, "ETag", etag);
    keep(answer, "Vary", vary);
    answer = site_ask("GET /%s\n%sIf-None-Match: %s\n", file, fields, etag);
    ck_assert_uint_eq(site_status(answer), 304);
    ck_assert_field(answer, "ETag", etag);
    ck_assert_str_eq(
        site_field(answer, "Vary") != NULL ? site_field(answer, "Vary") : "-",
        vary);
    ck_assert_pstr_eq(site_field(answer, "Content-Type"), NULL);
    ck_assert_pstr_eq(site_field(answer, "Content-Encoding"), NULL);
    ck_assert_pstr_eq(site_field(answer, "Content-Length"), NULL);
    ck_assert_str_eq(site_body(answer), "");
}

START_TEST(a_304_has_the_tag_of_the_200)
{
    static const char *const files[] = {"long.html", "image.png", "short.html",
                                        "both.html"};
    static const char *const fields[] = {
        "", "Accept-Encoding: gzip\n", "Accept-Encoding: br\n",
        "Accept-Encoding: identity\n", "Accept-Encoding: gzip;q=0\n"};
    begin();
    for (size_t i = 0; i < COUNT(files); i++)
        for (size_t j = 0; j < COUNT(fields); j++)
            compare(files[i], fields[j]);
    site_end();
}
END_TEST

START_TEST(a_coded_file_has_a_weak_tag_and_others_do_not)
{
    begin();
    const char *answer = site_ask("GET /long.html\nAccept-Encoding: gzip\n");
    ck_assert_int_eq(strncmp(site_field(answer, "ETag"), "W/\"", 3), 0);
    answer = site_ask("GET /long.html\n");
    ck_assert_int_eq(*site_field(answer, "ETag"), '"');
    site_end();
}
END_TEST

/* One made beforehand, or as it is sent. */
START_TEST(lines_of_accept_encoding_are_one_list)
{
    static const char *const files[] = {"long.html", "both.html"};
    begin();
    for (size_t i = 0; i < COUNT(files); i++) {
        const char *answer = site_ask("GET /%s\nAccept-Encoding: deflate\n"
                                      "Accept: */*\nAccept-Encoding: gzip\n",
                                      files[i]);
        ck_assert_field(answer, "Content-Encoding", "gzip");
        answer = site_ask("GET /%s\nAccept-Encoding: *\n"
                          "Accept-Encoding: gzip;q=0, br;q=0\n",
                          files[i]);
        ck_assert_field(answer, "Content-Encoding", NULL);
    }
    site_end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.files_coded");
    TCase *tcase = leaks_test_case(suite, "coded");
    tcase_add_test(tcase, a_304_has_the_tag_of_the_200);
    tcase_add_test(tcase, a_coded_file_has_a_weak_tag_and_others_do_not);
    tcase_add_test(tcase, lines_of_accept_encoding_are_one_list);
    return suite;
}
