/* SPDX-License-Identifier: MIT */
/* T32: filters that talk to the peer first, write of their own, or hold what a
 * slow wire refused. */
#include <string.h>

#include "leaks.h"
#include "scene.h"
#include "suite.h"

/* -- a filter that waits for the peer's first byte ------------------------- */

static bool raises_late; /* else it raises at once, and opens late */
static bool switches;    /* tries to, before what it raised is made */
static bight_error switch_error;
static size_t own_writes;
static unsigned own_full;

struct above_state {
    bight_transport *below;
};

static void write_of_its_own(bight_transport *below)
{
    static const uint8_t piece[1 << 20];
    for (size_t i = 0; i < own_writes; i++)
        own_full += bight_transport_write(
                        below, bight_bytes_of(piece, sizeof(piece))) ==
                    BIGHT_WRITE_FULL;
}

static void below_made(void *self, bight_transport *below)
{
    bight_transport *above;
    (void)self;
    if (!raises_late)
        ck_assert_ok(bight_filter_raise(below, &above));
    if (switches)
        switch_error = bight_transport_set_protocol(above, &scene_server, NULL);
    write_of_its_own(below);
}

static void below_data(void *self, bight_transport *below, bight_bytes data)
{
    bight_transport *above = bight_transport_above(below);
    if (above == NULL)
        ck_assert_ok(bight_filter_raise(below, &above));
    if (!bight_transport_is_open(above)) {
        bight_driver_opened(above);
        data = bight_bytes_tail(data, 1);
    }
    if (data.size > 0)
        bight_filter_pass_data(self, below, data);
}

static const bight_protocol late_below = {
    .size = sizeof(bight_protocol),
    .name = "late",
    .connection_made = below_made,
    .data_received = below_data,
    .eof_received = bight_filter_pass_eof,
    .connection_lost = bight_filter_pass_lost,
};

static const bight_driver late_above = {
    .size = sizeof(bight_driver),
    .name = "late",
    .state_size = sizeof(struct above_state),
    .start_read = bight_filter_start_read,
    .stop_read = bight_filter_stop_read,
    .try_writev = bight_filter_try_writev,
    .write_rest = bight_filter_write_rest,
    .shutdown = bight_filter_shutdown,
    .close = bight_filter_close,
    .reset = bight_filter_reset,
    .info = bight_filter_info,
};

static const bight_filter late = {
    .size = sizeof(bight_filter),
    .name = "late",
    .below = &late_below,
    .above = &late_above,
};

static void begin(int wire)
{
    scene_begin((enum wire)wire, BIGHT_LOOP_MANUAL_CLOCK);
    raises_late = false;
    own_writes = 0;
    own_full = 0;
}

static void filter_server(const bight_filter *filter)
{
    static bight_filter_use use;
    use = (bight_filter_use){.filter = filter};
    scene.options.filters = &use;
    scene.options.filter_count = 1;
}

/* The client is made; the server's protocol waits for a byte. */
static void start(int wire, bool late_raise)
{
    begin(wire);
    raises_late = late_raise;
    filter_server(&late);
    scene_listen();
    scene_connect_and_fail();
    ck_assert_ok(scene.connect_error);
    scene_settle();
    ck_assert_uint_eq(scene.served, 0);
}

START_TEST(E11_draining_reaches_who_was_in_its_handshake)
{
    start(_i, false);
    bight_listener_drain(scene.listener, 10000, scene_drained, NULL);
    scene_settle();
    (void)bight_transport_write(scene.client, BIGHT_BYTES("."));
    ck_run_until(scene.served == 1 && scene.servers[0].draining == 1);
    bight_transport_close(scene.servers[0].t);
    ck_run_until(scene.drained == 1);
    ck_assert_uint_eq(scene.report.served, 1);
    scene_end();
}
END_TEST

START_TEST(an_eof_before_it_raised_ends_the_connection)
{
    start(_i, true);
    ck_assert_ok(bight_transport_write_eof(scene.client));
    ck_run_until(scene.refused == 1);
    ck_assert_error(scene.refused_error, BIGHT_ERROR_EOF);
    ck_assert_uint_eq(scene.served, 0);
    scene_end();
}
END_TEST

START_TEST(T33_a_switch_before_connection_made_is_CLOSED)
{
    switches = true;
    start(_i, false);
    switches = false;
    ck_assert_error(switch_error, BIGHT_ERROR_CLOSED);
    bight_transport_abort(scene.client);
    scene_settle();
    ck_assert_ok(bight_loop_advance(scene.loop, 16000));
    ck_run_until(scene.refused == 1);
    scene_end();
}
END_TEST

START_TEST(S1_what_a_filter_writes_of_its_own_has_the_cap)
{
    begin(_i);
    own_writes = 64;
    filter_server(&late);
    scene.stays = true;
    scene_listen();
    scene_connect_and_fail();
    ck_run_until(scene.refused == 1);
    ck_assert_error(scene.refused_error, BIGHT_ERROR_WRITE_OVERFLOW);
    ck_assert_uint_eq(own_full, 0);
    scene_end();
}
END_TEST

START_TEST(a_filter_raises_once)
{
    bight_transport *above;
    start(_i, false);
    (void)bight_transport_write(scene.client, BIGHT_BYTES("."));
    ck_run_until(scene.served == 1);
    bight_transport *t = scene.servers[0].t;
    ck_assert_error(bight_filter_raise(bight_transport_below(t), &above),
                    BIGHT_ERROR_USAGE);
    ck_assert_error(bight_filter_raise(t, &above), BIGHT_ERROR_USAGE);
    ck_assert(bight_transport_is_open(t));
    scene_end();
}
END_TEST

/* -- layers and the wire below them --------------------------------------- */

static bight_connector *connector;

static void cancel(void *ctx)
{
    (void)ctx;
    bight_connector_cancel(connector);
}

static bight_error build_and_cancel(void *shared, const bight_address *peer,
                                    const bight_protocol **ret_protocol)
{
    (void)shared;
    (void)peer;
    *ret_protocol = &scene_client;
    return bight_call_soon(scene.loop, cancel, NULL);
}

START_TEST(E7_a_connect_cancelled_before_it_is_made_is_not_made)
{
    const bight_factory factory = {.size = sizeof(bight_factory),
                                   .build = build_and_cancel};
    static const bight_filter_use use = {.filter = &bight_trace};
    begin(_i);
    scene_listen();
    scene.connect.filters = &use;
    scene.connect.filter_count = 1;
    ck_assert_ok(scene_try_connect(&factory, &connector));
    ck_run_until(scene.connected == 1);
    ck_assert_error(scene.connect_error, BIGHT_ERROR_CANCELLED);
    ck_assert_uint_eq(scene.made, 0);
    scene_end();
}
END_TEST

static void pause_after_each(void *self, bight_transport *t, bight_bytes data)
{
    scene_client.data_received(self, t, data);
    bight_transport_pause_reading(t, BIGHT_HOLD_USER);
}

/* A peer that takes a little each second is no idle one, whichever layer holds
 * the bytes. */
START_TEST(T31_progress_below_keeps_the_idle_timeout_off)
{
    static uint8_t much[8 << 20];
    bight_protocol slow = scene_client;
    slow.data_received = pause_after_each;
    const bight_factory factory = {.size = sizeof(bight_factory),
                                   .protocol = &slow};
    begin(WIRE_MEMORY);
    filter_server(&bight_trace);
    scene.options.limits.idle_timeout_ms = 2000;
    scene_listen();
    ck_assert_ok(scene_try_connect(&factory, NULL));
    ck_run_until(scene.served == 1 && scene.made == 1);
    (void)bight_transport_write(scene.servers[0].t,
                                bight_bytes_of(much, sizeof(much)));
    for (unsigned second = 0; second < 6; second++) {
        size_t before = scene.clients[0].size;
        bight_transport_resume_reading(scene.clients[0].t, BIGHT_HOLD_USER);
        ck_run_until(scene.clients[0].size > before);
        scene_settle();
        ck_assert_ok(bight_loop_advance(scene.loop, 1000));
        scene_settle();
        ck_assert_uint_eq(scene.servers[0].lost, 0);
    }
    ck_assert_ok(bight_loop_advance(scene.loop, 2100));
    ck_assert_uint_eq(scene.servers[0].lost, 1);
    ck_assert_error(scene.servers[0].why, BIGHT_ERROR_IDLE_TIMEOUT);
    scene_end();
}
END_TEST

static void add_each(TCase *tcase, const TTest *test)
{
    tcase_add_loop_test(tcase, test, WIRE_MEMORY, WIRE_COUNT);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("wire.filter");
    TCase *tcase = leaks_test_case(suite, "late");
    add_each(tcase, E11_draining_reaches_who_was_in_its_handshake);
    add_each(tcase, an_eof_before_it_raised_ends_the_connection);
    add_each(tcase, T33_a_switch_before_connection_made_is_CLOSED);
    add_each(tcase, S1_what_a_filter_writes_of_its_own_has_the_cap);
    add_each(tcase, a_filter_raises_once);
    tcase = leaks_test_case(suite, "layers");
    add_each(tcase, E7_a_connect_cancelled_before_it_is_made_is_not_made);
    tcase_add_test(tcase, T31_progress_below_keeps_the_idle_timeout_off);
    return suite;
}
