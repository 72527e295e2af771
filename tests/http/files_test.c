/* SPDX-License-Identifier: MIT */
/* Static files: names, conditions, ranges, variants, by the kernel's way and by
 * the walk where it matters. */
#include <sys/socket.h>
#include <sys/un.h>

#include "leaks.h"
#include "site.h"
#include "suite.h"

#define BIG (100 * 1024)

static void make(void)
{
    site_make();
    site_text("a.txt", "0123456789");
    site_text("empty.css", "");
    site_folder("docs");
    site_text("docs/index.html", "<h1>docs</h1>");
    site_folder("bare");
    site_text("bare/b", "b");
    site_put("big.bin", talk_pattern(BIG));
}

/* -- files ---------------------------------------------------------------- */

START_TEST(a_file_has_its_type_length_and_validators)
{
    make();
    site_begin();
    for (int i = 0; i < 2; i++) { /* looked for, and known */
        const char *answer = site_ask("GET /a.txt");
        ck_assert_uint_eq(site_status(answer), 200);
        ck_assert_str_eq(site_body(answer), "0123456789");
        ck_assert_field(answer, "Content-Type", "text/plain; charset=utf-8");
        ck_assert_field(answer, "Content-Length", "10");
        ck_assert_field(answer, "Last-Modified", SITE_DATE);
        ck_assert_field(answer, "Accept-Ranges", "bytes");
        ck_assert_field(answer, "X-Content-Type-Options", "nosniff");
        ck_assert_field(answer, "Cache-Control", NULL);
        ck_assert_field(answer, "Vary", NULL);
        ck_assert_ptr_nonnull(site_field(answer, "ETag"));
        ck_assert_int_eq(site_field(answer, "ETag")[0], '"');
    }
    site_end();
}
END_TEST

START_TEST(head_has_the_same_fields_and_no_body)
{
    static const char *const paths[] = {"/a.txt", "/big.bin", "/empty.css"};
    char fields[1024];
    make();
    site_begin();
    for (size_t i = 0; i < 3; i++) {
        const char *got = site_ask("GET %s", paths[i]);
        int size = (int)(site_body(got) - got);
        (void)snprintf(fields, sizeof(fields), "%.*s", size, got);
        ck_assert_str_eq(site_ask("HEAD %s", paths[i]), fields);
    }
    site_end();
}
END_TEST

START_TEST(large_ones_come_whole)
{
    make();
    site_begin();
    for (int i = 0; i < 2; i++) {
        const char *answer = site_ask("GET /big.bin");
        ck_assert_field(answer, "Content-Length", "102400");
        ck_assert_int_eq(memcmp(site_body(answer), talk_pattern(BIG).data, BIG),
                         0);
    }
    site_end();
}
END_TEST

START_TEST(an_empty_file_is_an_empty_answer)
{
    make();
    site.files.keep = (size_t)_i;
    site_begin();
    const char *answer = site_ask("GET /empty.css");
    ck_assert_uint_eq(site_status(answer), 200);
    ck_assert_field(answer, "Content-Length", "0");
    ck_assert_str_eq(site_body(answer), "");
    site_end();
}
END_TEST

START_TEST(other_methods_are_told_which_there_are)
{
    make();
    site_begin();
    const char *answer = site_ask("POST /a.txt\nContent-Length: 0");
    ck_assert_uint_eq(site_status(answer), 405);
    ck_assert_field(answer, "Allow", "GET, HEAD, OPTIONS");
    ck_assert_status(405, "DELETE /none");
    answer = site_ask("OPTIONS *");
    ck_assert_uint_eq(site_status(answer), 204);
    ck_assert_field(answer, "Allow", "GET, HEAD, OPTIONS");
    site_end();
}
END_TEST

/* -- names ---------------------------------------------------------------- */

static const struct {
    const char *path;
    unsigned status;
} hostile[] = {
    {"/..", 404},
    {"/../a.txt", 404},
    {"/docs/../a.txt", 404},
    {"/docs/..", 404},
    {"/./a.txt", 404},
    {"/docs/.", 404},
    {"/%2e%2e/a.txt", 404},
    {"/%2E%2e/%2e%2E/etc/passwd", 404},
    {"/.%2e/a.txt", 404},
    {"/docs/%2e%2e%2fa.txt", 404},
    {"/docs%2findex.html", 404},
    {"/docs%2Findex.html", 404},
    {"/%252e%252e/a.txt", 404},
    {"/%2561.txt", 404},
    {"/..%5ca.txt", 404},
    {"/docs%5cindex.html", 404},
    {"/%5c..%5c..%5cetc%5cpasswd", 404},
    {"/..\\a.txt", 400},
    {"/a.txt%00", 400},
    {"/a.txt%00.html", 400},
    {"/%00", 400},
    {"/docs%00/index.html", 400},
    {"/%c0%ae%c0%ae/a.txt", 404},
    {"/%c0%af%c0%afetc/passwd", 404},
    {"/%e0%80%ae%e0%80%ae/a.txt", 404},
    {"/%u002e%u002e/a.txt", 400},
    {"/a.txt%", 400},
    {"/a.txt%2", 400},
    {"/a.txt%zz", 400},
    {"//a.txt", 404},
    {"//", 404},
    {"/docs//index.html", 404},
    {"/docs//", 404},
    {"//etc/passwd", 404},
    {"/a.txt/", 404},
    {"/a.txt/b", 404},
    {"/A.TXT", 404},
    {"/a.txt.", 404},
    {"/a.txt%20", 404},
    {"/a.txt::$DATA", 404},
    {"/a.txt;x", 404},
    {"/none", 404},
    {"/docs/none", 404},
    {"/docs/index.html/", 404},
    {"/bare/", 404},
    {"/proc/self/environ", 404},
    {"/.git/config", 404},
    {"/.hidden", 404},
    {"/docs/.hidden", 404},
    {"/%2ehidden", 404},
    {"/docs/.well-known/x", 404},
    {"/fifo", 404},
    {"/socket", 404},
    {"/link", 404},
    {"/up/a.txt", 404},
    {"/a.txt", 200},
    {"/%61%2Etxt", 200},
    {"/a.txt?../../x", 200},
    {"/docs/", 200},
    {"/.well-known/x", 200},
    {"http://h/a.txt", 200},
};

static void make_hostile(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    make();
    site_folder(".git");
    site_text(".git/config", "secret");
    site_text(".hidden", "secret");
    site_text("docs/.hidden", "secret");
    site_folder(".well-known");
    site_text(".well-known/x", "x");
    site_folder("docs/.well-known");
    site_text("docs/.well-known/x", "secret");
    site_link("link", "a.txt");
    site_link("up", "..");
    ck_assert_int_eq(mkfifo(site_path("fifo"), 0644), 0);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket",
                   site.root);
    ck_assert_int_eq(
        bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    (void)close(fd);
}

/* What is no target at all ends the connection. */
static const char *ask_anew(const char *path)
{
    const char *answer = site_ask("GET %s", path);
    if (site_field(answer, "Connection") == NULL)
        return answer;
    static char kept[4096];
    (void)snprintf(kept, sizeof(kept), "%s", answer);
    talk_write_eof(&site.talk);
    talk_run(&site.talk);
    ck_assert_ptr_null(site.talk.client);
    talk_again(&site.talk);
    return kept;
}

START_TEST(no_path_leads_where_it_should_not)
{
    make_hostile();
    site.walk = _i == 1;
    site_begin();
    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        const char *answer = ask_anew(hostile[i].path);
        ck_assert_msg(site_status(answer) == hostile[i].status,
                      "%s: %u, not %u", hostile[i].path, site_status(answer),
                      hostile[i].status);
        ck_assert_ptr_null(strstr(answer, "secret"));
    }
    site_end();
}
END_TEST

START_TEST(names_of_any_bytes_are_found)
{
    make();
    site_text("a b\"<&'>%2e\\;#?.txt", "1");
    site_text("new\nline", "2");
    site_text("\xff\xfe", "3");
    site_text("\xe6\x96\x87.txt", "4");
    site_begin();
    ck_assert_str_eq(site_body(site_ask("GET /a%%20b%%22%%3C%%26%%27%%3E"
                                        "%%252e%%5C%%3B%%23%%3F.txt")),
                     "1");
    ck_assert_str_eq(site_body(site_ask("GET /new%%0Aline")), "2");
    ck_assert_str_eq(site_body(site_ask("GET /%%ff%%FE")), "3");
    ck_assert_str_eq(site_body(site_ask("GET /%%e6%%96%%87.txt")), "4");
    site_end();
}
END_TEST

START_TEST(a_path_may_be_as_long_as_a_target)
{
    char path[8000];
    make();
    site_begin();
    for (size_t size = 250; size < 7900; size += 250) {
        memset(path, 'x', size);
        path[size] = '\0';
        ck_assert_status(404, "GET /%s", path);
        for (size_t i = 1; i < size; i += 2)
            path[i] = '/';
        ck_assert_status(404, "GET /%s", path);
    }
    site_end();
}
END_TEST

START_TEST(links_and_dotfiles_are_served_if_they_may_be)
{
    make_hostile();
    site_link("out", "/etc/passwd");
    site.files.symlinks = site.files.hidden = true;
    site.walk = _i == 1;
    site_begin();
    ck_assert_str_eq(site_body(site_ask("GET /link")), "0123456789");
    ck_assert_str_eq(site_body(site_ask("GET /.git/config")), "secret");
    ck_assert_status(404, "GET /out");
    ck_assert_status(404, "GET /up/");
    ck_assert_status(404, "GET /..");
    site_end();
}
END_TEST

/* -- folders -------------------------------------------------------------- */

START_TEST(a_folder_is_asked_for_with_a_slash)
{
    make();
    site_begin();
    const char *answer = site_ask("GET /docs?a=1&b");
    ck_assert_uint_eq(site_status(answer), 301);
    ck_assert_field(answer, "Location", "./docs/?a=1&b");
    ck_assert_field(site_ask("GET /%%64ocs"), "Location", "./%64ocs/");
    ck_assert_field(site_ask("HEAD /docs?"), "Location", "./docs/?");
    site_end();
}
END_TEST

START_TEST(its_index_is_the_first_that_exists)
{
    make();
    site_text("docs/home.htm", "home");
    site_folder("bare/first");
    site.files.index = "first,home.htm,index.html";
    site_begin();
    ck_assert_str_eq(site_body(site_ask("GET /docs/")), "home");
    ck_assert_status(404, "GET /bare/");
    site_end();
}
END_TEST

START_TEST(below_a_prefix_it_is_the_same)
{
    make();
    site.files.prefix = "/static/";
    site_begin();
    ck_assert_str_eq(site_body(site_ask("GET /static/a.txt")), "0123456789");
    ck_assert_status(404, "GET /a.txt");
    ck_assert_status(404, "GET /statical/a.txt");
    ck_assert_status(404, "GET /static/../a.txt");
    ck_assert_field(site_ask("GET /static"), "Location", "./static/");
    ck_assert_field(site_ask("GET /static/docs"), "Location", "./docs/");
    site_end();
}
END_TEST

START_TEST(an_application_of_one_page_gets_it_for_unknown_paths)
{
    make();
    site_text("index.html", "app");
    site.files.spa = true;
    site_begin();
    for (int i = 0; i < 2; i++) {
        const char *answer = site_ask("GET /users/7?x");
        ck_assert_uint_eq(site_status(answer), 200);
        ck_assert_str_eq(site_body(answer), "app");
        ck_assert_field(answer, "Content-Type", "text/html; charset=utf-8");
        ck_assert_str_eq(site_body(site_ask("GET /users/")), "app");
        ck_assert_status(404, "GET /app.js");
        ck_assert_status(404, "GET /users/7.png");
        ck_assert_status(404, "GET /users/../7");
        ck_assert_str_eq(site_body(site_ask("GET /a.txt")), "0123456789");
    }
    site_end();
}
END_TEST

START_TEST(without_a_page_there_is_nothing_to_fall_back_to)
{
    make();
    site.files.spa = true;
    site_begin();
    ck_assert_status(404, "GET /users/7");
    site_end();
}
END_TEST

/* -- conditions ----------------------------------------------------------- */

START_TEST(who_has_it_already_gets_304)
{
    char etag[512];
    make();
    site.files.cache_control = "max-age=60";
    site_begin();
    (void)snprintf(etag, sizeof(etag), "%s",
                   site_field(site_ask("GET /a.txt"), "ETag"));
    const char *answer = site_ask("GET /a.txt\nIf-None-Match: %s", etag);
    ck_assert_uint_eq(site_status(answer), 304);
    ck_assert_str_eq(site_body(answer), "");
    ck_assert_field(answer, "ETag", etag);
    ck_assert_field(answer, "Cache-Control", "max-age=60");
    ck_assert_field(answer, "Content-Length", NULL);
    ck_assert_field(answer, "Content-Type", NULL);
    ck_assert_field(answer, "Last-Modified", NULL);
    ck_assert_status(304, "HEAD /a.txt\nIf-None-Match: W/%s", etag);
    ck_assert_status(304, "GET /a.txt\nIf-None-Match: *");
    ck_assert_status(
        304, "GET /a.txt\nIf-None-Match: \"x\"\nIf-None-Match: \"y\", %s",
        etag);
    ck_assert_status(200, "GET /a.txt\nIf-None-Match: \"x\"");
    ck_assert_status(304, "GET /a.txt\nIf-Modified-Since: " SITE_DATE);
    ck_assert_status(
        200, "GET /a.txt\nIf-Modified-Since: Thu, 02 Jan 2020 03:04:04 GMT");
    ck_assert_status(200,
                     "GET /a.txt\nIf-None-Match: \"x\"\nIf-Modified-Since: %s",
                     SITE_DATE);
    ck_assert_status(200, "GET /a.txt\nIf-Modified-Since: yesterday");
    site_end();
}
END_TEST

START_TEST(what_is_not_as_expected_is_412)
{
    char etag[512];
    make();
    site_begin();
    (void)snprintf(etag, sizeof(etag), "%s",
                   site_field(site_ask("GET /a.txt"), "ETag"));
    ck_assert_status(200, "GET /a.txt\nIf-Match: \"x\", %s", etag);
    ck_assert_status(200, "GET /a.txt\nIf-Match: *");
    ck_assert_status(412, "GET /a.txt\nIf-Match: \"x\"");
    ck_assert_status(412, "GET /a.txt\nIf-Match: W/%s", etag);
    ck_assert_status(200, "GET /a.txt\nIf-Unmodified-Since: " SITE_DATE);
    ck_assert_status(
        412, "GET /a.txt\nIf-Unmodified-Since: Wed, 01 Jan 2020 00:00:00 GMT");
    ck_assert_status(404, "GET /none\nIf-Match: *");
    site_end();
}
END_TEST

START_TEST(a_changed_file_has_another_tag)
{
    char etag[512];
    make();
    site_begin();
    (void)snprintf(etag, sizeof(etag), "%s",
                   site_field(site_ask("GET /a.txt"), "ETag"));
    site_text("a.txt", "changed");
    ck_assert_status(304, "GET /a.txt\nIf-None-Match: %s", etag);
    ck_assert_ok(bight_loop_advance(site.talk.loop, 1000));
    const char *answer = site_ask("GET /a.txt\nIf-None-Match: %s", etag);
    ck_assert_uint_eq(site_status(answer), 200);
    ck_assert_str_eq(site_body(answer), "changed");
    site_end();
}
END_TEST

/* -- ranges --------------------------------------------------------------- */

/* From memory (0) and from the disk (1). */
static void begin_ranges(int from_disk)
{
    make();
    if (from_disk)
        site.files.keep = 1;
    site_begin();
}

START_TEST(one_range_is_206)
{
    static const struct {
        const char *range, *content_range, *body;
    } cases[] = {
        {"bytes=0-3", "bytes 0-3/10", "0123"},
        {"bytes=4-", "bytes 4-9/10", "456789"},
        {"bytes=-2", "bytes 8-9/10", "89"},
        {"bytes=-20", "bytes 0-9/10", "0123456789"},
        {"bytes=9-99", "bytes 9-9/10", "9"},
        {"bytes=0-0", "bytes 0-0/10", "0"},
        {"bytes=0-3,4-5", "bytes 0-5/10", "012345"},
        {"bytes=20-30,1-2", "bytes 1-2/10", "12"},
    };
    begin_ranges(_i);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *answer = site_ask("GET /a.txt\nRange: %s", cases[i].range);
        ck_assert_uint_eq(site_status(answer), 206);
        ck_assert_field(answer, "Content-Range", cases[i].content_range);
        ck_assert_field(answer, "Content-Type", "text/plain; charset=utf-8");
        ck_assert_str_eq(site_body(answer), cases[i].body);
        ck_assert_uint_eq(
            strtoul(site_field(answer, "Content-Length"), NULL, 10),
            strlen(cases[i].body));
    }
    site_end();
}
END_TEST

START_TEST(several_ranges_are_parts)
{
    char expected[1024];
    char type[512];
    begin_ranges(_i);
    const char *answer = site_ask("GET /a.txt\nRange: bytes=0-1,4-5,-1");
    ck_assert_uint_eq(site_status(answer), 206);
    ck_assert_field(answer, "Content-Range", NULL);
    (void)snprintf(type, sizeof(type), "%s",
                   site_field(answer, "Content-Type"));
    const char *boundary = strstr(type, "boundary=") + 9;
    ck_assert_int_eq(strncmp(type, "multipart/byteranges; boundary=", 31), 0);
    const char *const parts[][2] = {{"0-1", "01"}, {"4-5", "45"}, {"9-9", "9"}};
    int size = 0;
    for (size_t i = 0; i < 3; i++)
        size +=
            snprintf(expected + size, sizeof(expected) - (size_t)size,
                     "\r\n--%s\r\nContent-Type: text/plain; charset=utf-8\r\n"
                     "Content-Range: bytes %s/10\r\n\r\n%s",
                     boundary, parts[i][0], parts[i][1]);
    (void)snprintf(expected + size, sizeof(expected) - (size_t)size,
                   "\r\n--%s--\r\n", boundary);
    ck_assert_str_eq(site_body(answer), expected);
    ck_assert_uint_eq(strtoul(site_field(answer, "Content-Length"), NULL, 10),
                      strlen(expected));
    ck_assert_status(200, "GET /a.txt"); /* the connection lives */
    site_end();
}
END_TEST

START_TEST(ranges_that_cannot_be_are_416)
{
    char many[512];
    int size = snprintf(many, sizeof(many), "bytes=0-0");
    begin_ranges(_i);
    const char *answer = site_ask("GET /a.txt\nRange: bytes=10-");
    ck_assert_uint_eq(site_status(answer), 416);
    ck_assert_field(answer, "Content-Range", "bytes */10");
    ck_assert_field(answer, "Last-Modified", NULL);
    for (int i = 0; i < BIGHT_HTTP_RANGES_DEFAULT; i++)
        size += snprintf(many + size, sizeof(many) - (size_t)size, ",2-2");
    answer = site_ask("GET /a.txt\nRange: %s", many);
    ck_assert_uint_eq(site_status(answer), 416);
    ck_assert_field(answer, "Content-Range", "bytes */10");
    ck_assert_status(416, "GET /empty.css\nRange: bytes=0-");
    site_end();
}
END_TEST

START_TEST(ranges_that_mean_nothing_are_not_there)
{
    begin_ranges(_i);
    ck_assert_status(200, "GET /a.txt\nRange: lines=0-1");
    ck_assert_status(200, "GET /a.txt\nRange: bytes=3-1");
    ck_assert_status(200, "GET /a.txt\nRange: bytes=");
    ck_assert_status(200, "GET /a.txt\nRange: bytes=0-1\nRange: bytes=2-3");
    ck_assert_status(200, "HEAD /a.txt\nRange: bytes=0-1");
    ck_assert_status(405, "POST /a.txt\nRange: bytes=0-1\nContent-Length: 0");
    site_end();
}
END_TEST

START_TEST(a_range_of_what_was_is_all_of_what_is)
{
    char etag[512];
    begin_ranges(_i);
    (void)snprintf(etag, sizeof(etag), "%s",
                   site_field(site_ask("GET /a.txt"), "ETag"));
    ck_assert_status(206, "GET /a.txt\nRange: bytes=0-1\nIf-Range: %s", etag);
    ck_assert_status(200, "GET /a.txt\nRange: bytes=0-1\nIf-Range: W/%s", etag);
    ck_assert_status(200, "GET /a.txt\nRange: bytes=0-1\nIf-Range: \"x\"");
    ck_assert_status(206, "GET /a.txt\nRange: bytes=0-1\nIf-Range: " SITE_DATE);
    ck_assert_status(200, "GET /a.txt\nRange: bytes=0-1\nIf-Range: "
                          "Thu, 02 Jan 2020 03:04:04 GMT");
    ck_assert_status(304, "GET /a.txt\nRange: bytes=0-1\nIf-None-Match: %s",
                     etag);
    site_end();
}
END_TEST

START_TEST(ranges_of_large_ones_are_exact)
{
    make();
    site_begin();
    const char *answer = site_ask("GET /big.bin\nRange: bytes=40000-99999");
    ck_assert_field(answer, "Content-Length", "60000");
    ck_assert_int_eq(
        memcmp(site_body(answer), talk_pattern(BIG).data + 40000, 60000), 0);
    answer = site_ask("GET /big.bin\nRange: bytes=0-69999,80000-");
    ck_assert_uint_eq(site_status(answer), 206);
    ck_assert_uint_eq(strtoul(site_field(answer, "Content-Length"), NULL, 10),
                      site.talk.received.end - site.talk.received.start - 1 -
                          (size_t)(site_body(answer) - answer));
    site_end();
}
END_TEST

/* -- variants ------------------------------------------------------------- */

static void make_variants(void)
{
    make();
    site_text("s.css", "plain");
    site_text("s.css.gz", "gzipped");
    site_text("s.css.br", "brotli!!");
    site_begin();
}

START_TEST(what_was_coded_beforehand_is_sent_to_who_takes_it)
{
    make_variants();
    const char *answer = site_ask("GET /s.css\nAccept-Encoding: gzip, br");
    ck_assert_str_eq(site_body(answer), "brotli!!");
    ck_assert_field(answer, "Content-Encoding", "br");
    ck_assert_field(answer, "Content-Type", "text/css; charset=utf-8");
    ck_assert_field(answer, "Vary", "Accept-Encoding");
    answer = site_ask("GET /s.css\nAccept-Encoding: gzip");
    ck_assert_str_eq(site_body(answer), "gzipped");
    ck_assert_field(answer, "Content-Encoding", "gzip");
    answer = site_ask("GET /s.css\nAccept-Encoding: br;q=0.5, gzip");
    ck_assert_field(answer, "Content-Encoding", "gzip");
    answer = site_ask("GET /s.css\nAccept-Encoding: br;q=0, deflate");
    ck_assert_str_eq(site_body(answer), "plain");
    ck_assert_field(answer, "Content-Encoding", NULL);
    ck_assert_field(answer, "Vary", "Accept-Encoding");
    ck_assert_str_eq(site_body(site_ask("GET /s.css")), "plain");
    site_end();
}
END_TEST

START_TEST(each_variant_has_a_tag_of_its_own)
{
    char etag[512];
    make_variants();
    (void)snprintf(etag, sizeof(etag), "%s",
                   site_field(site_ask("GET /s.css"), "ETag"));
    ck_assert_status(304, "GET /s.css\nIf-None-Match: %s", etag);
    const char *answer =
        site_ask("GET /s.css\nAccept-Encoding: br\nIf-None-Match: %s", etag);
    ck_assert_uint_eq(site_status(answer), 200);
    (void)snprintf(etag, sizeof(etag), "%s", site_field(answer, "ETag"));
    answer =
        site_ask("GET /s.css\nAccept-Encoding: br\nIf-None-Match: %s", etag);
    ck_assert_uint_eq(site_status(answer), 304);
    ck_assert_field(answer, "Vary", "Accept-Encoding");
    ck_assert_field(answer, "Content-Encoding", NULL);
    answer = site_ask("GET /s.css\nAccept-Encoding: br\nRange: bytes=1-3");
    ck_assert_uint_eq(site_status(answer), 206);
    ck_assert_str_eq(site_body(answer), "rot");
    ck_assert_field(answer, "Content-Encoding", "br");
    site_end();
}
END_TEST

START_TEST(a_variant_is_no_link_and_no_folder)
{
    make();
    site_link("a.txt.gz", "a.txt");
    site_folder("a.txt.br");
    site_begin();
    const char *answer = site_ask("GET /a.txt\nAccept-Encoding: gzip, br");
    ck_assert_str_eq(site_body(answer), "0123456789");
    ck_assert_field(answer, "Vary", NULL);
    site_end();
}
END_TEST

/* -- the suite ------------------------------------------------------------ */

static void add_ranges(Suite *suite)
{
    TCase *tcase = leaks_test_case(suite, "ranges");
    tcase_add_loop_test(tcase, one_range_is_206, 0, 2);
    tcase_add_loop_test(tcase, several_ranges_are_parts, 0, 2);
    tcase_add_loop_test(tcase, ranges_that_cannot_be_are_416, 0, 2);
    tcase_add_loop_test(tcase, ranges_that_mean_nothing_are_not_there, 0, 2);
    tcase_add_loop_test(tcase, a_range_of_what_was_is_all_of_what_is, 0, 2);
    tcase_add_test(tcase, ranges_of_large_ones_are_exact);
}

static void add_names(Suite *suite)
{
    TCase *tcase = leaks_test_case(suite, "names");
    tcase_add_loop_test(tcase, no_path_leads_where_it_should_not, 0, 2);
    tcase_add_test(tcase, names_of_any_bytes_are_found);
    tcase_add_test(tcase, a_path_may_be_as_long_as_a_target);
    tcase_add_loop_test(tcase, links_and_dotfiles_are_served_if_they_may_be, 0,
                        2);
    tcase_add_test(tcase, a_folder_is_asked_for_with_a_slash);
    tcase_add_test(tcase, its_index_is_the_first_that_exists);
    tcase_add_test(tcase, below_a_prefix_it_is_the_same);
    tcase_add_test(tcase, an_application_of_one_page_gets_it_for_unknown_paths);
    tcase_add_test(tcase, without_a_page_there_is_nothing_to_fall_back_to);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("files");
    TCase *tcase = leaks_test_case(suite, "files");
    tcase_add_test(tcase, a_file_has_its_type_length_and_validators);
    tcase_add_test(tcase, head_has_the_same_fields_and_no_body);
    tcase_add_test(tcase, large_ones_come_whole);
    tcase_add_loop_test(tcase, an_empty_file_is_an_empty_answer, 0, 2);
    tcase_add_test(tcase, other_methods_are_told_which_there_are);
    add_names(suite);
    tcase = leaks_test_case(suite, "conditions");
    tcase_add_test(tcase, who_has_it_already_gets_304);
    tcase_add_test(tcase, what_is_not_as_expected_is_412);
    tcase_add_test(tcase, a_changed_file_has_another_tag);
    add_ranges(suite);
    tcase = leaks_test_case(suite, "variants");
    tcase_add_test(tcase, what_was_coded_beforehand_is_sent_to_who_takes_it);
    tcase_add_test(tcase, each_variant_has_a_tag_of_its_own);
    tcase_add_test(tcase, a_variant_is_no_link_and_no_folder);
    return suite;
}
