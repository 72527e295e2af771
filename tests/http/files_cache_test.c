/* SPDX-License-Identifier: MIT */
/* What is known of files: for how long, how much, and what holds it; and bodies
 * that middleware changes. */
#include "leaks.h"
#include "site.h"
#include "suite.h"

#define BIG (300 * 1024)

static void make(void)
{
    site_make();
    site_text("a", "first");
    site_text("b", "other");
    site_put("big", talk_pattern(BIG));
}

/* -- the cache ------------------------------------------------------------ */

START_TEST(a_file_is_believed_for_a_second)
{
    make();
    site_begin();
    ck_assert_str_eq(site_body(site_ask("GET /a")), "first");
    site_text("a", "second");
    ck_assert_ok(bight_loop_advance(site.talk.loop, 999));
    ck_assert_str_eq(site_body(site_ask("GET /a")), "first");
    ck_assert_ok(bight_loop_advance(site.talk.loop, 1));
    ck_assert_str_eq(site_body(site_ask("GET /a")), "second");
    site_end();
}
END_TEST

START_TEST(without_a_cache_each_request_looks)
{
    make();
    if (_i == 0)
        site.files.cache_ms = 0;
    else
        site.files.cache_entries = 0;
    site_begin();
    ck_assert_str_eq(site_body(site_ask("GET /a")), "first");
    site_text("a", "second");
    ck_assert_str_eq(site_body(site_ask("GET /a")), "second");
    ck_assert_uint_eq(site.made->cache.count, 0);
    site_end();
}
END_TEST

/* Two loads of one name may end one after the other. */
START_TEST(of_one_name_the_later_is_known)
{
    struct bight__http_files_cache cache = {0};
    const bight_bytes key = BIGHT_BYTES("..a");
    struct bight__http_files_entry *entries[2];
    bight_http_files_options_init(&site.files);
    bight__http_files_cache_init(&cache, &site.files);
    for (size_t i = 0; i < 2; i++) {
        entries[i] = bight__http_files_entry_new(key);
        ck_assert_ptr_nonnull(entries[i]);
        bight__http_files_cache_put(&cache, entries[i]);
    }
    ck_assert_uint_eq(cache.count, 1);
    ck_assert_uint_eq(entries[0]->refs, 1);
    ck_assert_ptr_eq(bight__http_files_cache_find(&cache, key, 0), entries[1]);
    bight__http_files_cache_sweep(&cache, UINT64_MAX);
    for (size_t i = 0; i < 2; i++)
        bight__http_files_entry_unref(entries[i]);
}
END_TEST

START_TEST(what_is_not_there_is_not_remembered)
{
    make();
    site_begin();
    ck_assert_status(404, "GET /new");
    site_text("new", "x");
    ck_assert_status(200, "GET /new");
    site_end();
}
END_TEST

START_TEST(the_one_not_used_for_longest_goes_first)
{
    make();
    site.files.cache_entries = 2;
    site_begin();
    (void)site_ask("GET /a");
    (void)site_ask("GET /b");
    (void)site_ask("GET /a");
    (void)site_ask("GET /big");
    ck_assert_uint_eq(site.made->cache.count, 2);
    site_text("a", "second");
    site_text("b", "second");
    ck_assert_str_eq(site_body(site_ask("GET /a")), "first");
    ck_assert_str_eq(site_body(site_ask("GET /b")), "second");
    site_end();
}
END_TEST

START_TEST(contents_are_kept_up_to_a_limit)
{
    char name[16];
    make();
    site.files.cache_bytes = 20000;
    site_begin();
    for (int i = 0; i < 20; i++) {
        (void)snprintf(name, sizeof(name), "f%d", i);
        site_put(name, talk_pattern(3000));
        ck_assert_status(200, "GET /%s", name);
        ck_assert_uint_le(site.made->cache.bytes, 20000);
    }
    ck_assert_uint_eq(site.made->cache.count, 6);
    site_end();
}
END_TEST

START_TEST(a_file_that_is_gone_is_not_held)
{
    make();
    site_begin();
    size_t before = leaks_descriptors();
    (void)site_ask("GET /big");
    ck_assert_uint_eq(leaks_descriptors(), before + 1);
    ck_assert_ok(bight_loop_advance(site.talk.loop, 2000));
    ck_assert_uint_eq(leaks_descriptors(), before);
    ck_assert_uint_eq(site.made->cache.count, 0);
    site_end();
}
END_TEST

START_TEST(who_is_gone_is_not_waited_for)
{
    make();
    site_begin();
    talk_write(&site.talk, BIGHT_BYTES("GET /a HTTP/1.1\r\nHost: h\r\n\r\n"));
    for (int i = 0; i < _i; i++)
        (void)bight_loop_step(site.talk.loop);
    bight_transport_abort(site.talk.client);
    talk_run(&site.talk);
    talk_again(&site.talk);
    ck_assert_str_eq(site_body(site_ask("GET /a")), "first");
    site_end();
}
END_TEST

START_TEST(the_loop_may_close_while_it_is_looked_for)
{
    make();
    site_begin();
    talk_write(&site.talk, BIGHT_BYTES("GET /a HTTP/1.1\r\nHost: h\r\n\r\n"));
    for (int i = 0; i < _i; i++)
        (void)bight_loop_step(site.talk.loop);
    site_end();
}
END_TEST

/* -- bodies that are coded ------------------------------------------------ */

static void answer(void *ctx, void *state, bight_http_exchange *x,
                   uint64_t *length, bool *transforms)
{
    (void)ctx;
    (void)state;
    (void)x;
    *length = BIGHT_HTTP_LENGTH_UNKNOWN;
    *transforms = true;
}

/* Each octet plus one. */
static bight_error transform(void *ctx, void *state, bight_bytes data,
                             bool last, bight_buffer *out)
{
    uint8_t *to;
    (void)ctx;
    (void)state;
    (void)last;
    bight_error error = bight_buffer_reserve(out, data.size + 1, &to);
    if (bight_failed(error))
        return error;
    for (size_t i = 0; i < data.size; i++)
        to[i] = (uint8_t)(data.data[i] + 1);
    bight_buffer_commit(out, data.size);
    return bight_ok();
}

static const bight_http_middleware plus_one = {
    .size = sizeof(bight_http_middleware),
    .name = "plus-one",
    .answer = answer,
    .transform = transform,
};
static const bight_http_use uses[] = {{&plus_one, NULL}};

static void begin_coded(void)
{
    make();
    site.middleware = uses;
    site.middleware_count = 1;
    site_begin();
}

/* Until the close, so that there are no chunks in it. */
static void ask_as_of_old(const char *path)
{
    char request[64];
    (void)snprintf(request, sizeof(request), "GET %s HTTP/1.0\r\n\r\n", path);
    talk_forget(&site.talk);
    talk_write(&site.talk, bight_bytes_text(request));
    talk_run(&site.talk);
    talk_write_eof(&site.talk);
    talk_run(&site.talk);
}

static void assert_body_plus_one(bight_bytes expected)
{
    bight_bytes got = bight_buffer_bytes(&site.talk.received);
    ck_assert_uint_gt(got.size, expected.size);
    got = bight_bytes_tail(got, got.size - expected.size);
    for (size_t i = 0; i < expected.size; i++)
        ck_assert_uint_eq(got.data[i], (uint8_t)(expected.data[i] + 1));
}

START_TEST(a_body_that_is_coded_is_read_for_it)
{
    begin_coded();
    ask_as_of_old("/big");
    assert_body_plus_one(talk_pattern(BIG));
    talk_again(&site.talk);
    ask_as_of_old("/a");
    assert_body_plus_one(BIGHT_BYTES("first"));
    talk_again(&site.talk);
    const char *got = site_ask("GET /big");
    ck_assert_field(got, "Transfer-Encoding", "chunked");
    ck_assert_uint_eq(site_status(site_ask("GET /a")), 200);
    site_end();
}
END_TEST

START_TEST(parts_that_are_coded_are_read_for_it)
{
    begin_coded();
    ck_assert_status(206, "GET /big\nRange: bytes=0-99999,200000-");
    ck_assert_status(206, "GET /big\nRange: bytes=0-99999");
    ck_assert_status(200, "GET /a");
    site_end();
}
END_TEST

/* It is a reset: who reads until the close must not take it for all. */
START_TEST(a_file_that_shrinks_meanwhile_is_no_whole_one)
{
    begin_coded();
    bight_transport_pause_reading(site.talk.client, BIGHT_HOLD_USER);
    talk_forget(&site.talk);
    talk_write(&site.talk, BIGHT_BYTES("GET /big HTTP/1.0\r\n\r\n"));
    talk_run(&site.talk);
    ck_assert_int_eq(truncate(site_path("big"), 10), 0);
    bight_transport_resume_reading(site.talk.client, BIGHT_HOLD_USER);
    talk_run(&site.talk);
    ck_assert(bight_error_is(site.talk.why, &bight_domain, BIGHT_ERROR_RESET));
    site_end();
}
END_TEST

START_TEST(a_client_that_leaves_in_the_middle_leaves_nothing)
{
    begin_coded();
    talk_write(&site.talk, BIGHT_BYTES("GET /big HTTP/1.1\r\nHost: h\r\n\r\n"));
    for (int i = 0; i < _i; i++)
        (void)bight_loop_step(site.talk.loop);
    bight_transport_abort(site.talk.client);
    talk_run(&site.talk);
    site_end();
}
END_TEST

/* -- options -------------------------------------------------------------- */

START_TEST(wrong_options_are_told)
{
    bight_loop *loop = loops_new(BIGHT_LOOP_VIRTUAL);
    bight_http_files_options options;
    bight_http_files *files = NULL;
    bight_http_files_options_init(&options);
    ck_assert_error(bight_http_files_new(loop, &options, &files),
                    BIGHT_ERROR_INVALID);
    options.root = "/nowhere/at/all";
    bight_error error = bight_http_files_new(loop, &options, &files);
    ck_assert(bight_error_is(error, &bight_errno_domain, 2));
    ck_assert_str_eq(bight_error_detail(error), "open /nowhere/at/all");
    options.root = "/";
    options.cache_control = "a\r\nb";
    ck_assert_error(bight_http_files_new(loop, &options, &files),
                    BIGHT_ERROR_INVALID);
    ck_assert_ptr_null(files);
    bight_http_files_free(NULL);
    loops_free(loop);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("files_cache");
    TCase *tcase = leaks_test_case(suite, "cache");
    tcase_add_test(tcase, a_file_is_believed_for_a_second);
    tcase_add_loop_test(tcase, without_a_cache_each_request_looks, 0, 2);
    tcase_add_test(tcase, of_one_name_the_later_is_known);
    tcase_add_test(tcase, what_is_not_there_is_not_remembered);
    tcase_add_test(tcase, the_one_not_used_for_longest_goes_first);
    tcase_add_test(tcase, contents_are_kept_up_to_a_limit);
    tcase_add_test(tcase, a_file_that_is_gone_is_not_held);
    tcase_add_loop_test(tcase, who_is_gone_is_not_waited_for, 0, 8);
    tcase_add_loop_test(tcase, the_loop_may_close_while_it_is_looked_for, 0, 8);
    tcase = leaks_test_case(suite, "coded");
    tcase_add_test(tcase, a_body_that_is_coded_is_read_for_it);
    tcase_add_test(tcase, parts_that_are_coded_are_read_for_it);
    tcase_add_test(tcase, a_file_that_shrinks_meanwhile_is_no_whole_one);
    tcase_add_loop_test(
        tcase, a_client_that_leaves_in_the_middle_leaves_nothing, 0, 24);
    tcase = leaks_test_case(suite, "options");
    tcase_add_test(tcase, wrong_options_are_told);
    return suite;
}
