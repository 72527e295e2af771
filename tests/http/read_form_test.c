/* SPDX-License-Identifier: MIT */
/* Forms of requests: streamed through a parser, refused with a status. */
#include <bight/http_read_form.h>

#include <stdio.h>

#include "asking.h"
#include "faults.h"
#include "leaks.h"
#include "suite.h"
#include "texts.h"

static struct asking a;
static char told[4096]; /* "name=value;" "{name|file name|" data "}" */
static bight_http_form_limits limits;
static bool refuses;
static bight_error how;

static void tell(const char *before, bight_bytes text, const char *behind)
{
    size_t used = strlen(told);
    (void)snprintf(told + used, sizeof(told) - used, "%s%.*s%s", before,
                   (int)text.size, (const char *)text.data, behind);
}

static bight_error on_field(void *ctx, bight_http_exchange *x, bight_bytes name,
                            bight_bytes value)
{
    ck_assert_ptr_eq(ctx, told);
    ck_assert_ptr_nonnull(x);
    tell("", name, "=");
    tell("", value, ";");
    return refuses ? bight_http_error(422) : bight_ok();
}

static bight_error on_file(void *ctx, bight_http_exchange *x,
                           const bight_http_part *part)
{
    (void)ctx;
    (void)x;
    tell("{", part->name, "|");
    tell("", part->file_name, "|");
    return bight_ok();
}

static bight_error on_data(void *ctx, bight_http_exchange *x, bight_bytes data)
{
    (void)ctx;
    (void)x;
    tell("", data, "");
    return bight_ok();
}

static bight_error on_file_end(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    (void)x;
    tell("}", BIGHT_BYTES(""), "");
    return bight_ok();
}

static const bight_http_form_events events = {sizeof(events), on_field, on_file,
                                              on_data, on_file_end};

static void done(bight_result *result, void *arg)
{
    bight_http_exchange *x = arg;
    bight_http_answer(x, 200, "text/plain", bight_bytes_text(told));
    (void)result;
}

static void note(bight_result *result, void *arg)
{
    (void)arg;
    how = bight_result_error(result);
}

static bight_deferred *handler(void *ctx, bight_http_exchange *x)
{
    told[0] = '\0';
    bight_deferred *d = bight_http_read_form(x, ctx, &events, told);
    return bight_finally(bight_then(d, done, x), note, NULL);
}

static void begin(size_t read_chunk)
{
    memset(&a, 0, sizeof(a));
    limits = (bight_http_form_limits){.size = sizeof(limits)};
    refuses = false;
    a.plugin.name = "http";
    a.plugin.factory = &bight_http_factory;
    bight_http_options_init(&a.options);
    a.options.handler = handler;
    a.options.ctx = &limits;
    bight_memory_options memory = talk_split(read_chunk, 0);
    talk_begin_plugin(&a.talk, &a.plugin, &a.options, &memory);
}

static const char *post(const char *type, const char *body)
{
    static char request[8192];
    (void)snprintf(request, sizeof(request),
                   "POST / HTTP/1.1\r\nHost: a\r\n%s%s%sContent-Length: %zu"
                   "\r\n\r\n%s",
                   type != NULL ? "Content-Type: " : "",
                   type != NULL ? type : "", type != NULL ? "\r\n" : "",
                   strlen(body), body);
    return asking_ask(&a, request);
}

#define URLENCODED "application/x-www-form-urlencoded"
#define MULTIPART "multipart/form-data; boundary=\"-b\""
#define PARTS                                                                  \
    "---b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n"        \
    "---b\r\nContent-Disposition: form-data; name=\"f\"; "                     \
    "filename=\"x.txt\"\r\nContent-Type: text/plain\r\n\r\nfile\r\ndata\r\n"   \
    "---b\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n\r\n---b--\r\n"

START_TEST(S2_forms_are_read_under_every_split)
{
    begin((size_t)_i);
    ck_assert_str_eq(asking_body(post(URLENCODED, "a=1&b=%41+c&d")),
                     "a=1;b=A c;d=;");
    ck_assert_str_eq(asking_body(post(URLENCODED "; charset=utf-8", "")), "");
    ck_assert_str_eq(asking_body(post(MULTIPART, PARTS)),
                     "a=one;{f|x.txt|file\r\ndata}b=;");
    asking_end(&a);
}
END_TEST

START_TEST(what_is_no_form_is_refused_with_its_status)
{
    static const struct {
        const char *type, *body;
        unsigned status;
    } cases[] = {
        {NULL, "a=1", 415},
        {"text/plain", "a=1", 415},
        {"nonsense", "a=1", 415},
        {"multipart/mixed; boundary=b", "", 415},
        {"multipart/form-data", PARTS, 400},
        {"multipart/form-data; boundary=\"\"", PARTS, 400},
        {MULTIPART, "---b\r\nContent-Disposition: form-data\r\n\r\n", 400},
        {MULTIPART,
         "---b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n", 400},
        {URLENCODED, "a=%zz", 400},
    };
    begin(0);
    for (size_t i = 0; i < COUNT(cases); i++)
        ck_assert_msg(asking_status(post(cases[i].type, cases[i].body)) ==
                          cases[i].status,
                      "case %zu: %s", i, a.text);
    ck_assert_str_eq(asking_body(post(URLENCODED, "a=1")), "a=1;");
    asking_end(&a);
}
END_TEST

START_TEST(limits_are_413)
{
    begin(0);
    limits.fields = 2;
    limits.value = 3;
    ck_assert_uint_eq(asking_status(post(URLENCODED, "a=1&b=2&c=3")), 413);
    ck_assert_uint_eq(asking_status(post(URLENCODED, "a=1234")), 413);
    ck_assert_uint_eq(asking_status(post(URLENCODED, "a=123")), 200);
    ck_assert_uint_eq(asking_status(post(MULTIPART, PARTS)), 413);
    limits.fields = 3;
    ck_assert_uint_eq(asking_status(post(MULTIPART, PARTS)), 200);
    limits.value = 2;
    ck_assert_uint_eq(asking_status(post(MULTIPART, PARTS)), 413);
    asking_end(&a);
}
END_TEST

START_TEST(an_error_of_the_handler_is_its_answer)
{
    begin(0);
    refuses = true;
    ck_assert_uint_eq(asking_status(post(URLENCODED, "a=1&b=2")), 422);
    ck_assert_str_eq(told, "a=1;");
    asking_end(&a);
}
END_TEST

START_TEST(T36_a_client_that_goes_cancels_it)
{
    begin(0);
    (void)asking_ask(&a,
                     "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: " URLENCODED
                     "\r\nContent-Length: 100\r\n\r\na=1&b=2&c");
    ck_assert_str_eq(told, "a=1;b=2;");
    how = bight_ok();
    bight_transport_abort(a.talk.client);
    talk_run(&a.talk);
    ck_assert_error(how, BIGHT_ERROR_CANCELLED);
    ck_assert_str_eq(told, "a=1;b=2;");
    asking_end(&a);
}
END_TEST

START_TEST(S3_without_memory_it_is_500_or_the_end)
{
    for (uint64_t n = 1;; n++) {
        begin(0);
        uint8_t *space;
        ck_assert_ok(bight_buffer_reserve(&a.talk.received, 10000, &space));
        talk_write(&a.talk, BIGHT_BYTES("POST / HTTP/1.1\r\nHost: a\r\n"
                                        "Content-Type: " MULTIPART
                                        "\r\nContent-Length: 221\r\n\r\n"));
        talk_write(&a.talk, BIGHT_BYTES(PARTS));
        faults_fail_nth(n);
        talk_run(&a.talk);
        bool injected = faults_failed() > 0;
        faults_fail_nth(0);
        const char *answer = asking_read(&a);
        if (answer[0] != '\0')
            ck_assert(asking_status(answer) == 500 ||
                      asking_status(answer) == 200);
        if (!injected)
            ck_assert_str_eq(asking_body(answer),
                             "a=one;{f|x.txt|file\r\ndata}b=;");
        ck_assert_uint_eq(asking_status(post(URLENCODED, "a=1")), 200);
        asking_end(&a);
        if (!injected) {
            ck_assert_uint_gt(n, 8);
            break;
        }
    }
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.read_form");
    TCase *tcase = leaks_test_case(suite, "read_form");
    tcase_add_loop_test(tcase, S2_forms_are_read_under_every_split, 0, 80);
    tcase_add_test(tcase, what_is_no_form_is_refused_with_its_status);
    tcase_add_test(tcase, limits_are_413);
    tcase_add_test(tcase, an_error_of_the_handler_is_its_answer);
    tcase_add_test(tcase, T36_a_client_that_goes_cancels_it);
    tcase_add_test(tcase, S3_without_memory_it_is_500_or_the_end);
    return suite;
}
