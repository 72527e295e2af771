/* SPDX-License-Identifier: MIT */
/* T32: the trace filter shows what passes, and changes nothing. */
#include <string.h>

#include <bight/log.h>

#include "leaks.h"
#include "scene.h"
#include "suite.h"

static struct trace seen;
static size_t bytes[2];
static bight_trace_options trace_options;
static bight_filter_use uses[2];

static void show(void *ctx, const bight_transport *t, bool incoming,
                 bight_bytes data)
{
    ck_assert_ptr_eq(ctx, &seen);
    ck_assert_ptr_nonnull(t);
    bytes[incoming] += data.size;
    if (data.size < 20)
        trace_add(&seen, "%s:%.*s", incoming ? "in" : "out", (int)data.size,
                  (const char *)data.data);
}

static void start(int wire)
{
    seen = (struct trace){.length = 0};
    memset(bytes, 0, sizeof(bytes));
    trace_options = (bight_trace_options){
        .size = sizeof(trace_options), .fn = show, .ctx = &seen};
    uses[0] = uses[1] =
        (bight_filter_use){.filter = &bight_trace, .options = &trace_options};
    scene_begin((enum wire)wire, BIGHT_LOOP_REAL);
    scene.options.filters = uses;
    scene.options.filter_count = 1;
    scene.echo = true;
}

START_TEST(it_shows_both_directions)
{
    start(_i);
    scene_listen();
    scene_connect();
    (void)bight_transport_write(scene.client, BIGHT_BYTES("hello"));
    ck_run_until(scene_last_client()->size == 5);
    ck_assert_trace(&seen, "in:hello out:hello");
    scene_end();
}
END_TEST

START_TEST(it_shows_every_byte_once_also_under_back_pressure)
{
    static uint8_t big[2 * 1024 * 1024];
    start(_i);
    scene.options.limits.write_cap = 8 * sizeof(big);
    scene_listen();
    scene_connect();
    (void)bight_transport_write(scene.client, bight_bytes_of(big, sizeof(big)));
    ck_run_until(scene_last_client()->size == sizeof(big));
    ck_assert_uint_eq(bytes[0], sizeof(big));
    ck_assert_uint_eq(bytes[1], sizeof(big));
    scene_end();
}
END_TEST

START_TEST(two_of_them_show_twice)
{
    start(_i);
    scene.options.filter_count = 2;
    scene_listen();
    scene_connect();
    (void)bight_transport_write(scene.client, BIGHT_BYTES("hello"));
    ck_run_until(scene_last_client()->size == 5);
    ck_assert_trace(&seen, "in:hello in:hello out:hello out:hello");
    scene_end();
}
END_TEST

START_TEST(T32_it_answers_what_the_wire_answers)
{
    const bight_capability all[] = {BIGHT_CAN_WRITE_EOF, BIGHT_CAN_RESET,
                                    BIGHT_CAN_CREDENTIALS};
    bight_address bare, traced;
    start(_i);
    scene_listen();
    scene_connect();
    bight_transport *server = scene_last_server()->t;
    for (unsigned i = 0; i < 3; i++)
        ck_assert_int_eq(bight_transport_can(server, all[i]),
                         bight_transport_can(scene.client, all[i]));
    ck_assert_ok(bight_transport_local(server, &traced));
    ck_assert_ok(bight_transport_local(scene.client, &bare));
    ck_assert_int_eq(traced.family, bare.family);
    ck_assert_int_eq(bight_transport_fd(server) >= 0, _i != WIRE_MEMORY);
    ck_assert_ptr_null(bight_transport_above(server));
    ck_assert_ptr_nonnull(bight_transport_below(server));
    scene_end();
}
END_TEST

START_TEST(an_eof_passes_both_ways)
{
    start(_i);
    scene.stays = true;
    scene_listen();
    scene_connect();
    ck_assert_ok(bight_transport_write_eof(scene.client));
    ck_run_until(scene_last_server()->eof == 1);
    ck_assert_ok(bight_transport_write_eof(scene_last_server()->t));
    ck_run_until(scene_last_server()->lost == 1);
    ck_run_until(scene_last_client()->lost == 1);
    ck_assert_error(scene_last_server()->why, BIGHT_ERROR_EOF);
    ck_assert_error(scene_last_client()->why, BIGHT_ERROR_EOF);
    scene_end();
}
END_TEST

START_TEST(T29_the_reason_of_the_wire_reaches_the_top)
{
    start(WIRE_TCP);
    scene_listen();
    scene_connect();
    bight_transport_abort(scene.client);
    ck_run_until(scene_last_server()->lost == 1);
    ck_assert_error(scene_last_server()->why, BIGHT_ERROR_RESET);
    ck_assert_uint_eq(scene.ended, 1);
    scene_end();
}
END_TEST

/* The wire broke below: what neither layer could send is unsent. */
START_TEST(T29_unsent_counts_both_layers)
{
    static uint8_t big[8 * 1024 * 1024];
    start(_i);
    scene_listen();
    scene_connect();
    bight_transport_pause_reading(scene.client, BIGHT_HOLD_USER);
    scene_settle();
    bight_transport *server = scene_last_server()->t;
    (void)bight_transport_write(server, bight_bytes_of(big, sizeof(big)));
    scene_settle();
    bight_transport_abort(scene.client);
    ck_run_until(scene_last_server()->lost == 1);
    ck_assert_uint_gt(scene.end.unsent, 0);
    ck_assert_uint_le(scene.end.unsent, sizeof(big));
    scene_end();
}
END_TEST

/* -- the log -------------------------------------------------------------- */

static struct trace logged;

static void sink(void *ctx, const bight_log_record *record)
{
    char line[512];
    (void)ctx;
    if (strcmp(record->event, "trace") != 0)
        return;
    (void)bight_log_format_text(record, line, sizeof(line));
    const char *text = strstr(line, "way=");
    trace_add(&logged, "[%s]", text);
}

static void talk_logged(bool hex)
{
    logged = (struct trace){.length = 0};
    start(WIRE_MEMORY);
    trace_options.fn = NULL;
    trace_options.hex = hex;
    ck_assert_ok(bight_log_set_sink(sink, NULL, BIGHT_LOG_INFO));
    scene.echo = false;
    scene_listen();
    scene_connect();
    (void)bight_transport_write(scene.client, BIGHT_BYTES("a\r\n\x1b"));
    ck_run_until(scene_last_server()->size == 4);
    ck_assert_ok(bight_log_set_sink(NULL, NULL, BIGHT_LOG_OFF));
    scene_end();
}

START_TEST(S5_without_a_callback_it_logs_escaped)
{
    talk_logged(false);
    ck_assert_ptr_nonnull(strstr(logged.text, "[way=in bytes=4 text="));
    ck_assert_ptr_null(strchr(logged.text, '\x1b'));
    ck_assert_ptr_null(strchr(logged.text, '\n'));
}
END_TEST

START_TEST(it_logs_hex_where_asked_to)
{
    talk_logged(true);
    ck_assert_trace(&logged, "[way=in bytes=4 hex=610d0a1b]");
}
END_TEST

START_TEST(it_needs_no_options)
{
    start(WIRE_MEMORY);
    uses[0].options = NULL;
    scene_listen();
    scene_connect();
    (void)bight_transport_write(scene.client, BIGHT_BYTES("hello"));
    ck_run_until(scene_last_client()->size == 5);
    scene_end();
}
END_TEST

static void add_each(TCase *tcase, const TTest *test)
{
    tcase_add_loop_test(tcase, test, WIRE_MEMORY, WIRE_COUNT);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("policy.trace");
    TCase *tcase = leaks_test_case(suite, "passing");
    add_each(tcase, it_shows_both_directions);
    add_each(tcase, it_shows_every_byte_once_also_under_back_pressure);
    add_each(tcase, two_of_them_show_twice);
    add_each(tcase, T32_it_answers_what_the_wire_answers);
    add_each(tcase, an_eof_passes_both_ways);
    tcase_add_test(tcase, T29_the_reason_of_the_wire_reaches_the_top);
    add_each(tcase, T29_unsent_counts_both_layers);
    tcase = leaks_test_case(suite, "log");
    tcase_add_test(tcase, S5_without_a_callback_it_logs_escaped);
    tcase_add_test(tcase, it_logs_hex_where_asked_to);
    tcase_add_test(tcase, it_needs_no_options);
    return suite;
}
