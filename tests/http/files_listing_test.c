/* SPDX-License-Identifier: MIT */
/* Folders as pages and as JSON: what is in them, in which order, safe to show
 * and to follow. */
#include "leaks.h"
#include "site.h"
#include "suite.h"

static void make(void)
{
    site_make();
    site.files.browse = true;
}

static void make_three(void)
{
    make();
    site_text("b", "22");
    site_text("a", "1");
    site_text("c", "");
    site_folder("z");
    const struct timespec times[2] = {{.tv_sec = 1000000000},
                                      {.tv_sec = 1000000000}};
    ck_assert_int_eq(utimensat(AT_FDCWD, site_path("b"), times, 0), 0);
    site_age("z");
    site_begin();
}

/* Names in the order in which they are shown, with spaces between. */
static const char *order_of(const char *page)
{
    static char names[256];
    size_t size = 0;
    names[0] = '\0';
    while ((page = strstr(page, "<bdi>")) != NULL) {
        page += 5;
        size += (size_t)snprintf(names + size, sizeof(names) - size, "%s%.*s",
                                 size > 0 ? " " : "",
                                 (int)(strstr(page, "</bdi>") - page), page);
    }
    return names;
}

START_TEST(it_is_a_page_that_runs_nothing)
{
    make_three();
    const char *answer = site_ask("GET /");
    ck_assert_uint_eq(site_status(answer), 200);
    ck_assert_field(answer, "Content-Type", "text/html; charset=utf-8");
    ck_assert_field(answer, "Cache-Control", "no-cache");
    ck_assert_field(answer, "Vary", "Accept");
    ck_assert_field(answer, "X-Content-Type-Options", "nosniff");
    ck_assert_ptr_nonnull(strstr(site_field(answer, "Content-Security-Policy"),
                                 "default-src 'none'"));
    ck_assert_ptr_nonnull(strstr(answer, "name=\"viewport\""));
    ck_assert_ptr_nonnull(strstr(answer, "color-scheme:light dark"));
    ck_assert_ptr_nonnull(strstr(answer, "1 folder, 3 files</p>"));
    ck_assert_ptr_null(strstr(answer, "<script"));
    ck_assert_str_eq(site_body(site_ask("HEAD /")), "");
    site_end();
}
END_TEST

START_TEST(it_is_sorted_by_links)
{
    make_three();
    ck_assert_str_eq(order_of(site_ask("GET /")), "z/ a b c");
    ck_assert_str_eq(order_of(site_ask("GET /?order=desc")), "z/ c b a");
    ck_assert_str_eq(order_of(site_ask("GET /?sort=size")), "z/ c a b");
    ck_assert_str_eq(order_of(site_ask("GET /?sort=size&order=desc")),
                     "z/ b a c");
    ck_assert_str_eq(order_of(site_ask("GET /?sort=date")), "z/ b a c");
    ck_assert_str_eq(order_of(site_ask("GET /?order=desc&sort=date")),
                     "z/ c a b");
    ck_assert_str_eq(order_of(site_ask("GET /?sort=nonsense&order=%%20")),
                     "z/ a b c");
    const char *page = site_ask("GET /?sort=size");
    ck_assert_ptr_nonnull(
        strstr(page, "aria-sort=\"ascending\"><a href=\"?sort=size&amp;"
                     "order=desc\">Size"));
    ck_assert_ptr_nonnull(strstr(page, "<a href=\"?sort=date\">"));
    site_end();
}
END_TEST

START_TEST(names_cannot_break_out_of_it)
{
    make();
    site_text("<script>alert(1)<%2f", "x");
    site_text("\"onmouseover='x'&amp;", "x");
    site_text("a:b", "x");
    site_text("new\nline\x7f", "x");
    site_text("\xff\xc2\x85\xed\xa0\x80.", "x");
    site_text("\xe6\x96\x87", "x");
    site_begin();
    const char *page = site_ask("GET /");
    ck_assert_ptr_null(strstr(page, "<script"));
    ck_assert_ptr_nonnull(strstr(
        page, "<a href=\"./%3Cscript%3Ealert%281%29%3C%252f\"><bdi>&lt;script"
              "&gt;alert(1)&lt;%2f</bdi>"));
    ck_assert_ptr_nonnull(strstr(
        page, "<a href=\"./%22onmouseover%3D%27x%27%26amp%3B\"><bdi>&quot;"
              "onmouseover=&#39;x&#39;&amp;amp;</bdi>"));
    ck_assert_ptr_nonnull(strstr(page, "<a href=\"./a%3Ab\"><bdi>a:b</bdi>"));
    ck_assert_ptr_nonnull(
        strstr(page, "<a href=\"./new%0Aline%7F\"><bdi>new\xef\xbf\xbdline"
                     "\xef\xbf\xbd</bdi>"));
    ck_assert_ptr_nonnull(strstr(page, "<a href=\"./%FF%C2%85%ED%A0%80.\"><bdi>"
                                       "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
                                       "\xef\xbf\xbd\xef\xbf\xbd.</bdi>"));
    ck_assert_ptr_nonnull(strstr(page, "<bdi>\xe6\x96\x87</bdi>"));
    site_end();
}
END_TEST

/* Each href of the page is asked for. */
START_TEST(what_it_links_to_is_there)
{
    static const char *const names[] = {"a b",  "%41",   "q?x#y",  "\\",
                                        "\xff", "plus+", "'\"<>&;"};
    char href[256];
    make();
    for (size_t i = 0; i < 7; i++)
        site_text(names[i], "found");
    site_begin();
    char *page = strdup(site_ask("GET /"));
    unsigned found = 0;
    for (const char *at = page; (at = strstr(at, "<td><a href=\"./")) != NULL;
         found++) {
        at += 15;
        (void)snprintf(href, sizeof(href), "%.*s", (int)strcspn(at, "\""), at);
        ck_assert_str_eq(site_body(site_ask("GET /%s", href)), "found");
    }
    ck_assert_uint_eq(found, 7);
    free(page);
    site_end();
}
END_TEST

START_TEST(what_is_not_served_is_not_shown)
{
    make();
    site_text(".hidden", "x");
    site_text("shown", "x");
    site_link("link", "shown");
    site_link("out", "/etc/passwd");
    ck_assert_int_eq(mkfifo(site_path("fifo"), 0644), 0);
    site.files.symlinks = site.files.hidden = _i == 1;
    site_begin();
    ck_assert_str_eq(order_of(site_ask("GET /")),
                     _i == 1 ? ".hidden link shown" : "shown");
    site_end();
}
END_TEST

START_TEST(folders_below_lead_back)
{
    make();
    site_folder("a b");
    site_folder("a b/c");
    site_begin();
    const char *page = site_ask("GET /a%%20b/c/");
    ck_assert_ptr_nonnull(strstr(page, "<title>/a b/c/</title>"));
    ck_assert_ptr_nonnull(strstr(page, "<h1><a href=\"../../\">/</a>"
                                       "<a href=\"../\">a b</a>/c/</h1>"));
    ck_assert_ptr_nonnull(strstr(page, "<a href=\"../\">../</a>"));
    ck_assert_ptr_null(strstr(site_ask("GET /"), "../"));
    ck_assert_status(301, "GET /a%%20b");
    site_end();
}
END_TEST

START_TEST(programs_get_json)
{
    make_three();
    const char *answer = site_ask("GET /\nAccept: application/json");
    ck_assert_field(answer, "Content-Type", "application/json");
    ck_assert_field(answer, "Vary", "Accept");
    ck_assert_str_eq(
        site_body(answer),
        "{\"path\":\"/\",\"entries\":[\n"
        "{\"name\":\"z\",\"href\":\"./z/\",\"type\":\"folder\",\"modified\":"
        "\"2020-01-02T03:04:05Z\"},\n"
        "{\"name\":\"a\",\"href\":\"./a\",\"type\":\"file\",\"size\":1,"
        "\"modified\":\"2020-01-02T03:04:05Z\"},\n"
        "{\"name\":\"b\",\"href\":\"./b\",\"type\":\"file\",\"size\":2,"
        "\"modified\":\"2001-09-09T01:46:40Z\"},\n"
        "{\"name\":\"c\",\"href\":\"./c\",\"type\":\"file\",\"size\":0,"
        "\"modified\":\"2020-01-02T03:04:05Z\"}\n"
        "],\"complete\":true}\n");
    ck_assert_field(site_ask("GET /\nAccept: text/html, */*;q=0.8"),
                    "Content-Type", "text/html; charset=utf-8");
    ck_assert_field(site_ask("GET /\nAccept: */*"), "Content-Type",
                    "text/html; charset=utf-8");
    site_end();
}
END_TEST

START_TEST(names_in_json_are_strings)
{
    make();
    site_text("\"\\\n\xff", "");
    site_begin();
    ck_assert_ptr_nonnull(
        strstr(site_ask("GET /\nAccept: application/json"),
               "{\"name\":\"\\\"\\\\\xef\xbf\xbd\xef\xbf\xbd\","
               "\"href\":\"./%22%5C%0A%FF\""));
    site_end();
}
END_TEST

/* More than is written at once, and more than is shown. */
START_TEST(a_folder_of_many_is_cut_and_says_so)
{
    char name[16];
    make();
    for (int i = 0; i < 10001; i++) {
        (void)snprintf(name, sizeof(name), "%05d", i);
        ck_assert_int_eq(mknod(site_path(name), S_IFREG | 0644, 0), 0);
    }
    site_begin();
    const char *answer = site_ask("GET /");
    const char *body = site_body(answer);
    ck_assert_uint_eq(strtoul(site_field(answer, "Content-Length"), NULL, 10),
                      strlen(body));
    ck_assert_uint_gt(strlen(body), 1000000);
    ck_assert_ptr_nonnull(
        strstr(body, "10000 files &ndash; there are more, which are not"));
    ck_assert_ptr_nonnull(strstr(body, "</body></html>"));
    ck_assert_ptr_nonnull(strstr(site_ask("GET /\nAccept: application/json"),
                                 "],\"complete\":false}"));
    ck_assert_status(200, "HEAD /");
    site_end();
}
END_TEST

START_TEST(long_names_do_not_make_it_grow_without_end)
{
    char name[256];
    make();
    for (int i = 0; i < 5000; i++) {
        memset(name, '<', 255);
        name[255] = '\0';
        name[snprintf(name, 6, "%05d", i)] = '<';
        ck_assert_int_eq(mknod(site_path(name), S_IFREG | 0644, 0), 0);
    }
    site_begin();
    const char *body = site_body(site_ask("GET /"));
    ck_assert_uint_lt(strlen(body), 4 * 1024 * 1024 + 4096);
    ck_assert_ptr_nonnull(strstr(body, "there are more, which are not shown"));
    site_end();
}
END_TEST

/* Each holds its memory as long as anybody is sent it. */
START_TEST(all_of_them_together_have_a_limit)
{
    make();
    site_begin();
    size_t *listed = &site.made->listed;
    size_t size = strlen(site_body(site_ask("GET /")));
    ck_assert_uint_eq(*listed, size);
    ck_assert_ok(bight_loop_advance(site.talk.loop, 2000));
    ck_assert_uint_eq(*listed, 0);
    *listed = BIGHT__HTTP_FILES_LISTED_MAX - size;
    ck_assert_status(200, "GET /");
    ck_assert_ok(bight_loop_advance(site.talk.loop, 2000));
    *listed = BIGHT__HTTP_FILES_LISTED_MAX - size + 1;
    const char *answer = site_ask("GET /");
    ck_assert_uint_eq(site_status(answer), 503);
    ck_assert_field(answer, "Retry-After", "1");
    *listed = 0;
    ck_assert_status(200, "GET /");
    site_end();
}
END_TEST

START_TEST(an_index_takes_its_place)
{
    make();
    site_text("index.html", "index");
    site_begin();
    ck_assert_str_eq(site_body(site_ask("GET /?sort=size")), "index");
    ck_assert_field(site_ask("GET /"), "Cache-Control", NULL);
    site_end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("files_listing");
    TCase *tcase = leaks_test_case(suite, "listing");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, it_is_a_page_that_runs_nothing);
    tcase_add_test(tcase, it_is_sorted_by_links);
    tcase_add_test(tcase, names_cannot_break_out_of_it);
    tcase_add_test(tcase, what_it_links_to_is_there);
    tcase_add_loop_test(tcase, what_is_not_served_is_not_shown, 0, 2);
    tcase_add_test(tcase, folders_below_lead_back);
    tcase_add_test(tcase, programs_get_json);
    tcase_add_test(tcase, names_in_json_are_strings);
    tcase_add_test(tcase, a_folder_of_many_is_cut_and_says_so);
    tcase_add_test(tcase, long_names_do_not_make_it_grow_without_end);
    tcase_add_test(tcase, all_of_them_together_have_a_limit);
    tcase_add_test(tcase, an_index_takes_its_place);
    return suite;
}
