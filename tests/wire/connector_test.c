/* SPDX-License-Identifier: MIT */
/* E7, T3, T7: connectors, told once how it went. */
#include <string.h>
#include <unistd.h>

#include <bight/filter.h>
#include <bight/memory.h>

#include "leaks.h"
#include "scene.h"
#include "suite.h"

static void start(int wire)
{
    scene_begin((enum wire)wire, BIGHT_LOOP_MANUAL_CLOCK);
    scene.stays = true;
    scene_listen();
}

START_TEST(T7_the_protocol_is_made_before_the_callback)
{
    start(_i);
    ck_assert_ok(scene_try_connect(&scene_clients, NULL));
    ck_assert_uint_eq(scene.connected, 0);
    ck_assert_uint_eq(scene.made, 0);
    ck_run_until(scene.connected == 1);
    ck_assert_uint_eq(scene.made, 1);
    ck_assert_ptr_eq(scene.client, scene.clients[0].t);
    ck_assert_ok(scene.connect_error);
    ck_assert(bight_transport_is_open(scene.client));
    scene_end();
}
END_TEST

START_TEST(T3_nobody_there_is_told_to_the_callback_alone)
{
    start(_i);
    bight_listener_stop(scene.listener);
    scene_connect_and_fail();
    ck_assert_ptr_null(scene.client);
    ck_assert(bight_failed(scene.connect_error));
    ck_assert_int_eq(strncmp(scene.connect_text, "connect ", 8), 0);
    scene_settle();
    ck_assert_uint_eq(scene.connected, 1);
    ck_assert_uint_eq(scene.made, 0);
    ck_assert_uint_eq(scene.clients[0].lost, 0);
    scene_end();
}
END_TEST

START_TEST(E7_cancel_is_told_once_and_nothing_is_lost)
{
    bight_connector *connector;
    start(_i);
    ck_assert_ok(scene_try_connect(&scene_clients, &connector));
    bight_connector_cancel(connector);
    ck_assert_uint_eq(scene.connected, 0);
    ck_run_until(scene.connected == 1);
    ck_assert_error(scene.connect_error, BIGHT_ERROR_CANCELLED);
    ck_assert_ptr_null(scene.client);
    scene_settle();
    ck_assert_uint_eq(scene.connected, 1);
    ck_assert_uint_eq(scene.made, 0);
    scene_end();
}
END_TEST

START_TEST(E7_cancel_twice_is_cancel_once)
{
    bight_connector *connector;
    start(_i);
    ck_assert_ok(scene_try_connect(&scene_clients, &connector));
    bight_connector_cancel(connector);
    bight_connector_cancel(connector);
    ck_run_until(scene.connected == 1);
    scene_settle();
    ck_assert_uint_eq(scene.connected, 1);
    scene_end();
}
END_TEST

static bight_connector *to_cancel;

static void cancel_it(void *ctx)
{
    (void)ctx;
    bight_connector_cancel(to_cancel);
}

/* The wire may be up by then, but connection_made was not heard. */
START_TEST(E7_cancel_after_the_wire_came_up_is_in_time)
{
    start(WIRE_MEMORY);
    ck_assert_ok(bight_call_soon(scene.loop, cancel_it, NULL));
    ck_assert_ok(scene_try_connect(&scene_clients, &to_cancel));
    ck_run_until(scene.connected == 1);
    ck_assert_error(scene.connect_error, BIGHT_ERROR_CANCELLED);
    scene_settle();
    ck_assert_uint_eq(scene.made, 0);
    scene_end();
}
END_TEST

START_TEST(E7_cancel_behind_a_filter)
{
    const bight_filter_use trace = {.filter = &bight_trace};
    bight_connector *connector;
    start(_i);
    scene.connect.filters = &trace;
    scene.connect.filter_count = 1;
    ck_assert_ok(scene_try_connect(&scene_clients, &connector));
    bight_connector_cancel(connector);
    ck_run_until(scene.connected == 1);
    ck_assert_error(scene.connect_error, BIGHT_ERROR_CANCELLED);
    scene_settle();
    ck_assert_uint_eq(scene.connected, 1);
    ck_assert_uint_eq(scene.made, 0);
    scene_end();
}
END_TEST

START_TEST(L9_a_loop_that_closes_ends_a_connect)
{
    start(_i);
    ck_assert_ok(scene_try_connect(&scene_clients, NULL));
    bight_loop_close(scene.loop, NULL, NULL);
    ck_assert_uint_eq(scene.connected, 1);
    ck_assert_error(scene.connect_error, BIGHT_ERROR_LOOP_CLOSED);
    ck_assert_uint_eq(scene.made, 0);
    scene_end();
}
END_TEST

START_TEST(L9_a_loop_that_closes_ends_connections)
{
    start(_i);
    scene_connect();
    bight_loop_close(scene.loop, NULL, NULL);
    ck_assert_uint_eq(scene_last_client()->lost, 1);
    ck_assert_error(scene_last_client()->why, BIGHT_ERROR_LOOP_CLOSED);
    ck_assert_error(scene_last_server()->why, BIGHT_ERROR_LOOP_CLOSED);
    scene_end();
}
END_TEST

START_TEST(a_closed_loop_connects_and_listens_no_more)
{
    bight_listener *listener = NULL;
    start(_i);
    bight_loop_close(scene.loop, NULL, NULL);
    ck_assert_error(scene_try_listen(&scene_servers, &listener),
                    BIGHT_ERROR_CLOSED);
    if (_i != WIRE_TCP) /* whose address went with the listener */
        ck_assert_error(scene_try_connect(&scene_clients, NULL),
                        BIGHT_ERROR_CLOSED);
    scene_settle();
    ck_assert_uint_eq(scene.connected, 0);
    scene_end();
}
END_TEST

START_TEST(without_a_callback_a_connect_is_legal)
{
    start(WIRE_MEMORY);
    ck_assert_ok(bight_memory_connect(scene.loop, &scene_clients, "s", NULL,
                                      NULL, NULL, NULL));
    ck_run_until(scene.served == 1);
    ck_assert_ok(bight_memory_connect(scene.loop, &scene_clients, "nobody",
                                      NULL, NULL, NULL, NULL));
    scene_settle();
    ck_assert_uint_eq(scene.made, 1);
    scene_end();
}
END_TEST

static void abort_made(void *self, bight_transport *t)
{
    scene_client.connection_made(self, t);
    bight_transport_abort(t);
}

START_TEST(T7_one_aborted_in_connection_made_was_connected)
{
    bight_protocol aborting = scene_client;
    aborting.connection_made = abort_made;
    const bight_factory factory = {.size = sizeof(bight_factory),
                                   .protocol = &aborting};
    start(_i);
    ck_assert_ok(scene_try_connect(&factory, NULL));
    ck_run_until(scene.clients[0].lost == 1);
    ck_assert_uint_eq(scene.connected, 1);
    ck_assert_ok(scene.connect_error);
    ck_assert_error(scene.clients[0].why, BIGHT_ERROR_ABORTED);
    scene_end();
}
END_TEST

/* Both ends and their layers are kept past the loop that they lived on. */
static void outlive_the_loop(enum wire wire, bool traced)
{
    const bight_filter_use use = {.filter = &bight_trace};
    scene_begin(wire, BIGHT_LOOP_MANUAL_CLOCK);
    scene.options.filters = scene.connect.filters = &use;
    scene.options.filter_count = scene.connect.filter_count = traced ? 1 : 0;
    scene_listen();
    scene_connect();
    bight_transport *kept[] = {bight_transport_ref(scene.client),
                               bight_transport_ref(scene_last_server()->t)};
    scene_end();
    for (unsigned i = 0; i < 2; i++) {
        bight_end end = {.size = sizeof(end)};
        bight_transport_end(kept[i], &end);
        ck_assert_error(end.why, BIGHT_ERROR_LOOP_CLOSED);
        bight_transport_close(kept[i]);
        bight_transport_abort(kept[i]);
        ck_assert_int_eq(bight_transport_write(kept[i], BIGHT_BYTES("x")),
                         BIGHT_WRITE_CLOSED);
        ck_assert(!bight_transport_is_open(kept[i]));
        ck_assert_uint_eq(bight_transport_queued(kept[i]), 0);
        ck_assert_ptr_null(bight_transport_self(kept[i]));
        bight_transport_unref(kept[i]);
    }
}

START_TEST(T10_a_reference_may_outlive_the_loop)
{
    outlive_the_loop((enum wire)_i, false);
    outlive_the_loop((enum wire)_i, true);
}
END_TEST

START_TEST(bad_limits_fail_at_once)
{
    start(_i);
    scene.connect.limits.low_mark = scene.connect.limits.high_mark + 1;
    ck_assert_error(scene_try_connect(&scene_clients, NULL),
                    BIGHT_ERROR_INVALID);
    scene.connect.limits.low_mark = 0;
    scene.connect.limits.linger_timeout_ms = 0;
    ck_assert_error(scene_try_connect(&scene_clients, NULL),
                    BIGHT_ERROR_INVALID);
    scene.connect.limits.linger_timeout_ms = 1;
    scene.connect.filter_count = 5;
    ck_assert_error(scene_try_connect(&scene_clients, NULL),
                    BIGHT_ERROR_INVALID);
    scene_end();
}
END_TEST

static void add_each(TCase *tcase, const TTest *test)
{
    tcase_add_loop_test(tcase, test, WIRE_MEMORY, WIRE_COUNT);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("wire.connector");
    TCase *tcase = leaks_test_case(suite, "told");
    add_each(tcase, T7_the_protocol_is_made_before_the_callback);
    add_each(tcase, T3_nobody_there_is_told_to_the_callback_alone);
    tcase_add_test(tcase, without_a_callback_a_connect_is_legal);
    add_each(tcase, T7_one_aborted_in_connection_made_was_connected);
    add_each(tcase, bad_limits_fail_at_once);
    add_each(tcase, T10_a_reference_may_outlive_the_loop);
    tcase = leaks_test_case(suite, "given up");
    add_each(tcase, E7_cancel_is_told_once_and_nothing_is_lost);
    add_each(tcase, E7_cancel_twice_is_cancel_once);
    tcase_add_test(tcase, E7_cancel_after_the_wire_came_up_is_in_time);
    add_each(tcase, E7_cancel_behind_a_filter);
    add_each(tcase, L9_a_loop_that_closes_ends_a_connect);
    add_each(tcase, L9_a_loop_that_closes_ends_connections);
    add_each(tcase, a_closed_loop_connects_and_listens_no_more);
    return suite;
}
