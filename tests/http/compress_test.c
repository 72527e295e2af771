/* SPDX-License-Identifier: MIT */
/* Compression: who gets it, that it decodes, and that it holds nothing back. */
#include <bight/http_compress.h>

#include <stdio.h>
#include <zlib.h>

#include "asking.h"
#include "faults.h"
#include "leaks.h"
#include "suite.h"
#include "texts.h"

static struct asking a;
static bight_http_compress_options options;
static bight_http_exchange *kept;

/* What the handler answers. */
static struct {
    unsigned status;
    const char *type;
    size_t size;
    const char *field, *value;
    bool streams;
} plan;

static char text[200000];

static const bight_http_use uses[] = {{&bight_http_compress, &options}};

static bight_deferred *handler(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    if (plan.field != NULL)
        ck_assert_ok(
            bight_http_set_field(x, plan.field, bight_bytes_text(plan.value)));
    if (plan.streams) {
        ck_assert_ok(bight_http_start(x, plan.status, plan.type, plan.size));
        bight_http_later(x);
        kept = x;
    } else {
        bight_http_answer(x, plan.status, plan.type,
                          bight_bytes_of(text, plan.size));
    }
    return NULL;
}

static void begin(void)
{
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = "the quick brown fox "[(i + i / 1000) % 20];
    bight_http_compress_options_init(&options);
    plan.status = 200;
    plan.type = "text/html";
    plan.size = 5000;
    plan.field = plan.value = NULL;
    plan.streams = false;
    asking_begin(&a, handler, NULL, uses, 1);
}

static const char *ask(const char *method, const char *accepted)
{
    char request[256];
    (void)snprintf(
        request, sizeof(request), "%s / HTTP/1.1\r\nHost: a\r\n%s%s%s\r\n",
        method, accepted != NULL ? "Accept-Encoding: " : "",
        accepted != NULL ? accepted : "", accepted != NULL ? "\r\n" : "");
    return asking_ask(&a, request);
}

/* Decodes as far as the octets go; true: to the end. */
static bool gunzip(bight_bytes coded, char *out, size_t size, size_t *ret_size)
{
    z_stream z = {0};
    ck_assert_int_eq(inflateInit2(&z, 16 + 15), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)coded.data;
    z.avail_in = (uInt)coded.size;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)size;
    int result = inflate(&z, Z_SYNC_FLUSH);
    ck_assert(result == Z_OK || result == Z_STREAM_END ||
              result == Z_BUF_ERROR);
    *ret_size = z.total_out;
    (void)inflateEnd(&z);
    return result == Z_STREAM_END;
}

static void expect_decoded(bight_bytes coded, size_t expected, bool whole)
{
    static char out[sizeof(text) + 1];
    size_t size;
    bool ended = gunzip(coded, out, sizeof(out), &size);
    ck_assert_uint_eq(size, expected);
    ck_assert_int_eq(memcmp(out, text, expected), 0);
    ck_assert_int_eq(ended, whole);
}

/* -- who ------------------------------------------------------------------ */

START_TEST(an_answer_at_once_is_coded_with_its_length)
{
    begin();
    plan.size = (size_t[]){512, 5000, 30000, 200000}[_i];
    const char *answer = ask("GET", "gzip");
    ck_assert_has(answer, "\r\nContent-Encoding: gzip\r\n");
    ck_assert_has(answer, "\r\nVary: Accept-Encoding\r\n");
    ck_assert_has_not(answer, "chunked");
    const char *field = strstr(answer, "Content-Length: ");
    ck_assert_ptr_nonnull(field);
    size_t length = strtoul(field + 16, NULL, 10);
    ck_assert_uint_lt(length, plan.size / 2);
    expect_decoded(bight_bytes_of(asking_body(answer), length), plan.size,
                   true);
    ck_assert_uint_eq(asking_status(ask("GET", "gzip")), 200);
    asking_end(&a);
}
END_TEST

START_TEST(the_client_chooses)
{
    static const struct {
        const char *accepted, *coding;
    } cases[] = {
        {NULL, NULL},
        {"", NULL},
        {"identity", NULL},
        {"deflate", NULL},
        {"gzip;q=0", NULL},
        {"gzip;q=0.5", "gzip"},
        {"GZIP", "gzip"},
        {"gzip, br", "br"},
        {"gzip;q=1, br;q=0.5", "gzip"},
        {"*", "br"},
        {"br;q=0, *", "gzip"},
        {"identity;q=1, gzip;q=0.5", NULL},
        {"identity;q=0", NULL},
    };
    begin();
    for (size_t i = 0; i < COUNT(cases); i++) {
        char line[64];
        const char *answer = ask("GET", cases[i].accepted);
        ck_assert_has(answer, "\r\nVary: Accept-Encoding\r\n");
        (void)snprintf(line, sizeof(line), "\r\nContent-Encoding: %s\r\n",
                       cases[i].coding != NULL ? cases[i].coding : "");
        if (cases[i].coding != NULL)
            ck_assert_has(answer, line);
        else
            ck_assert_has_not(answer, "Content-Encoding");
    }
    asking_end(&a);
}
END_TEST

START_TEST(what_is_not_worth_it_or_must_not_be_stays)
{
    static const struct {
        unsigned status;
        const char *type;
        size_t size;
        const char *field, *value;
    } cases[] = {
        {200, "text/html", 511, NULL, NULL},
        {200, "image/png", 5000, NULL, NULL},
        {200, NULL, 5000, NULL, NULL},
        {206, "text/html", 5000, "Content-Range", "bytes 0-4999/9000"},
        {206, "multipart/byteranges; boundary=a", 5000, NULL, NULL},
        {200, "text/html", 5000, "Content-Encoding", "br"},
        {200, "text/html", 5000, "Cache-Control", "public, No-Transform"},
        {200, "text/event-stream", 5000, NULL, NULL},
    };
    begin();
    for (size_t i = 0; i < COUNT(cases); i++) {
        plan.status = cases[i].status;
        plan.type = cases[i].type;
        plan.size = cases[i].size;
        plan.field = cases[i].field;
        plan.value = cases[i].value;
        const char *answer = ask("GET", "gzip");
        ck_assert_has_not(answer, "Content-Encoding: gzip");
        ck_assert_has_not(answer, "Vary");
        ck_assert_int_eq(memcmp(asking_body(answer), text, plan.size), 0);
    }
    asking_end(&a);
}
END_TEST

START_TEST(a_strong_tag_becomes_weak_when_coded)
{
    begin();
    plan.field = "ETag";
    plan.value = "\"one\"";
    ck_assert_has(ask("GET", "gzip"), "\r\nETag: W/\"one\"\r\n");
    ck_assert_has(ask("GET", "identity"), "\r\nETag: \"one\"\r\n");
    plan.value = "W/\"one\"";
    ck_assert_has(ask("GET", "gzip"), "\r\nETag: W/\"one\"\r\n");
    plan.field = "Accept-Ranges";
    plan.value = "bytes";
    ck_assert_has(ask("GET", "gzip"), "\r\nAccept-Ranges: none\r\n");
    asking_end(&a);
}
END_TEST

START_TEST(vary_is_added_once)
{
    begin();
    plan.field = "Vary";
    plan.value = "Origin";
    const char *answer = ask("GET", "gzip");
    ck_assert_has(answer, "\r\nVary: Origin\r\n");
    ck_assert_has(answer, "\r\nVary: Accept-Encoding\r\n");
    plan.value = "origin, accept-encoding";
    ck_assert_has_not(ask("GET", "gzip"), "Vary: Accept-Encoding");
    plan.value = "*";
    ck_assert_has_not(ask("GET", "gzip"), "Vary: Accept-Encoding");
    asking_end(&a);
}
END_TEST

START_TEST(head_has_the_fields_and_no_body)
{
    begin();
    const char *answer = ask("HEAD", "gzip");
    ck_assert_has(answer, "\r\nContent-Encoding: gzip\r\n");
    ck_assert_has_not(answer, "Content-Length");
    ck_assert_str_eq(asking_body(answer), "");
    ck_assert_uint_eq(asking_status(ask("GET", "gzip")), 200);
    asking_end(&a);
}
END_TEST

/* -- streams -------------------------------------------------------------- */

/* Of the chunks in a text, all that they hold. */
static bight_bytes unchunk(const char *chunks, size_t size, char *out)
{
    size_t used = 0;
    const char *at = chunks;
    while (at < chunks + size) {
        char *behind;
        size_t length = strtoul(at, &behind, 16);
        memcpy(out + used, behind + 2, length);
        used += length;
        at = behind + 2 + length + 2;
    }
    return bight_bytes_of(out, used);
}

START_TEST(each_write_of_a_stream_leaves_at_once)
{
    static char coded[10000];
    size_t used = 0;
    begin();
    plan.streams = true;
    plan.size = BIGHT_HTTP_LENGTH_UNKNOWN;
    const char *answer = ask("GET", "gzip");
    ck_assert_has(answer, "\r\nTransfer-Encoding: chunked\r\n");
    ck_assert_str_eq(asking_body(answer), "");
    for (size_t i = 0; i < 10; i++) {
        (void)bight_http_write(kept, bight_bytes_of(text + i * 100, 100));
        talk_run(&a.talk);
        size_t size = bight_buffer_bytes(&a.talk.received).size;
        used += unchunk(asking_read(&a), size, coded + used).size;
        expect_decoded(bight_bytes_of(coded, used), (i + 1) * 100, false);
    }
    bight_http_finish(kept);
    talk_run(&a.talk);
    size_t size = bight_buffer_bytes(&a.talk.received).size;
    used += unchunk(asking_read(&a), size, coded + used).size;
    expect_decoded(bight_bytes_of(coded, used), 1000, true);
    asking_end(&a);
}
END_TEST

START_TEST(a_stream_of_a_known_length_is_coded_whole)
{
    static char coded[sizeof(text)];
    begin();
    plan.streams = true;
    plan.size = sizeof(text);
    (void)ask("GET", "gzip");
    for (size_t i = 0; i < sizeof(text); i += 1000)
        (void)bight_http_write(kept, bight_bytes_of(text + i, 1000));
    bight_http_finish(kept);
    talk_run(&a.talk);
    size_t size = bight_buffer_bytes(&a.talk.received).size;
    ck_assert_uint_lt(size, sizeof(text) / 4);
    expect_decoded(unchunk(asking_read(&a), size, coded), sizeof(text), true);
    asking_end(&a);
}
END_TEST

START_TEST(a_client_that_goes_leaves_nothing_behind)
{
    begin();
    plan.streams = true;
    plan.size = BIGHT_HTTP_LENGTH_UNKNOWN;
    (void)ask("GET", _i == 0 ? "gzip" : "br");
    (void)bight_http_write(kept, bight_bytes_of(text, 1000));
    bight_transport_abort(a.talk.client);
    talk_run(&a.talk);
    ck_assert_ptr_null(a.talk.client);
    asking_end(&a);
}
END_TEST

/* S3: with the n-th allocation failing an answer is whole, coded or not, or the
 * connection ends; and the next request is answered. */
START_TEST(S3_without_memory_an_answer_is_whole_or_none)
{
    for (uint64_t n = 1;; n++) {
        begin();
        ck_assert_uint_eq(asking_status(ask("GET", "identity")), 200);
        uint8_t *space;
        ck_assert_ok(bight_buffer_reserve(&a.talk.received, 10000, &space));
        talk_write(&a.talk,
                   bight_bytes_text(_i == 0 ? "GET / HTTP/1.1\r\nHost: a\r\n"
                                              "Accept-Encoding: gzip\r\n\r\n"
                                            : "GET / HTTP/1.1\r\nHost: a\r\n"
                                              "Accept-Encoding: br\r\n\r\n"));
        faults_fail_nth(n);
        talk_run(&a.talk);
        bool injected = faults_failed() > 0;
        faults_fail_nth(0);
        const char *answer = asking_read(&a);
        if (answer[0] != '\0' && strstr(answer, "Content-Encoding") == NULL)
            ck_assert_int_eq(memcmp(asking_body(answer), text, 5000), 0);
        if (!injected)
            ck_assert_has(answer, "Content-Encoding");
        ck_assert_uint_eq(asking_status(ask("GET", "gzip")), 200);
        asking_end(&a);
        if (!injected) {
            ck_assert_uint_gt(n, 3);
            break;
        }
    }
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.compress");
    TCase *tcase = leaks_test_case(suite, "compress");
    tcase_add_loop_test(tcase, an_answer_at_once_is_coded_with_its_length, 0,
                        4);
    tcase_add_test(tcase, the_client_chooses);
    tcase_add_test(tcase, what_is_not_worth_it_or_must_not_be_stays);
    tcase_add_test(tcase, a_strong_tag_becomes_weak_when_coded);
    tcase_add_test(tcase, vary_is_added_once);
    tcase_add_test(tcase, head_has_the_fields_and_no_body);
    tcase_add_test(tcase, each_write_of_a_stream_leaves_at_once);
    tcase_add_test(tcase, a_stream_of_a_known_length_is_coded_whole);
    tcase_add_loop_test(tcase, a_client_that_goes_leaves_nothing_behind, 0, 2);
    tcase_add_loop_test(tcase, S3_without_memory_an_answer_is_whole_or_none, 0,
                        2);
    return suite;
}
