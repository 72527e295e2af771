/* SPDX-License-Identifier: MIT */
/* E2, E4, E5, E11, S1: listeners over every wire. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "faults.h"
#include "leaks.h"
#include "scene.h"
#include "suite.h"

static void start(int wire)
{
    scene_begin((enum wire)wire, BIGHT_LOOP_MANUAL_CLOCK);
    scene.stays = true;
    scene_listen();
}

static void drain(uint64_t ms)
{
    bight_listener_drain(scene.listener, ms, scene_drained, NULL);
}

/* -- E2 ------------------------------------------------------------------- */

START_TEST(E2_a_listener_knows_its_real_address)
{
    char text[96];
    start(WIRE_TCP);
    bight_address address = bight_listener_address(scene.listener);
    ck_assert_int_eq(address.family, BIGHT_ADDRESS_IPV4);
    ck_assert_uint_ne(address.port, 0);
    (void)bight_listener_describe(scene.listener, text, sizeof(text));
    char expected[96];
    (void)snprintf(expected, sizeof(expected), "tcp:127.0.0.1:%u",
                   (unsigned)address.port);
    ck_assert_str_eq(text, expected);
    scene_end();
}
END_TEST

START_TEST(E2_a_listener_describes_itself)
{
    const bight_address_family families[] = {
        BIGHT_ADDRESS_MEMORY, BIGHT_ADDRESS_IPV4, BIGHT_ADDRESS_UNIX};
    const char *const kinds[] = {"memory:s", "tcp:127.0.0.1:", "unix:"};
    char text[96];
    start(_i);
    ck_assert_int_eq(bight_listener_address(scene.listener).family,
                     families[_i]);
    size_t size = bight_listener_describe(scene.listener, text, sizeof(text));
    ck_assert_uint_eq(size, strlen(text));
    ck_assert_int_eq(strncmp(text, kinds[_i], strlen(kinds[_i])), 0);
    ck_assert_uint_eq(bight_listener_describe(scene.listener, NULL, 0), size);
    scene_end();
}
END_TEST

START_TEST(a_listener_counts_its_connections)
{
    start(_i);
    ck_assert_uint_eq(bight_listener_count(scene.listener), 0);
    scene_connect();
    scene_connect();
    ck_assert_uint_eq(bight_listener_count(scene.listener), 2);
    bight_transport_abort(scene.servers[0].t);
    ck_run_until(scene.servers[0].lost == 1);
    ck_assert_uint_eq(bight_listener_count(scene.listener), 1);
    ck_assert_uint_eq(scene.ended, 1);
    ck_assert_error(scene.end.why, BIGHT_ERROR_ABORTED);
    scene_end();
}
END_TEST

/* -- E4 ------------------------------------------------------------------- */

START_TEST(E4_nothing_is_accepted_after_stop)
{
    start(_i);
    scene_connect();
    bight_listener_stop(scene.listener);
    bight_listener_stop(scene.listener);
    scene_connect_and_fail();
    ck_assert_ptr_null(scene.client);
    ck_assert_uint_eq(scene.served, 1);
    scene_end();
}
END_TEST

START_TEST(E4_a_peer_in_the_backlog_is_not_built_after_stop)
{
    start(WIRE_TCP);
    int fd = scene_raw_connect();
    bight_listener_stop(scene.listener);
    scene_settle();
    ck_assert_uint_eq(scene.served, 0);
    ck_assert_int_eq(close(fd), 0);
    scene_end();
}
END_TEST

START_TEST(E4_live_connections_outlive_stop_and_close)
{
    start(_i);
    scene.echo = true;
    scene_connect();
    bight_listener_close(scene.listener);
    scene_settle();
    (void)bight_transport_write(scene.client, BIGHT_BYTES("still"));
    ck_run_until(scene_last_client()->size == 5);
    ck_assert_str_eq(scene_last_client()->text, "still");
    scene_end();
}
END_TEST

static bight_error refuse_by_closing(void *shared, const bight_address *peer,
                                     const bight_protocol **ret_protocol)
{
    (void)shared;
    (void)peer;
    *ret_protocol = &scene_server;
    bight_listener_close(scene.listener);
    return bight_ok();
}

static const bight_factory closing_factory = {.size = sizeof(bight_factory),
                                              .build = refuse_by_closing};

START_TEST(E4_a_listener_may_be_closed_while_it_accepts)
{
    scene_begin((enum wire)_i, BIGHT_LOOP_REAL);
    scene.stays = true;
    ck_assert_ok(scene_try_listen(&closing_factory, &scene.listener));
    scene_connect();
    scene_settle();
    ck_assert_ptr_nonnull(scene_last_server()->t);
    scene_end();
}
END_TEST

START_TEST(close_of_no_listener_is_fine)
{
    bight_listener_close(NULL);
}
END_TEST

/* -- E5, S1 --------------------------------------------------------------- */

static bight_error refuse(void *shared, const bight_address *peer,
                          const bight_protocol **ret_protocol)
{
    (void)shared;
    (void)peer;
    (void)ret_protocol;
    return bight_error_note(bight_error_of(BIGHT_ERROR_RANGE), "not you");
}

static const bight_factory refusing = {
    .size = sizeof(bight_factory), .name = "bouncer", .build = refuse};

/* The peer's connect may have succeeded before it was judged. */
static void connect_and_lose(void)
{
    scene_connect_and_fail();
    if (scene.client != NULL)
        ck_run_until(scene_last_client()->lost == 1);
}

START_TEST(E5_a_peer_that_the_factory_refuses_is_closed_at_once)
{
    scene_begin((enum wire)_i, BIGHT_LOOP_MANUAL_CLOCK);
    ck_assert_ok(scene_try_listen(&refusing, &scene.listener));
    connect_and_lose();
    ck_run_until(scene.refused == 1);
    ck_assert_error(scene.refused_error, BIGHT_ERROR_REFUSED_BY_FACTORY);
    ck_assert_ptr_nonnull(strstr(scene.refused_text, "bouncer"));
    ck_assert_ptr_nonnull(strstr(scene.refused_text, "not you"));
    ck_assert_uint_eq(bight_listener_count(scene.listener), 0);
    ck_assert_uint_eq(scene.ended, 0);
    scene_end();
}
END_TEST

START_TEST(E5_behind_a_filter_it_is_closed_at_once_too)
{
    const bight_filter_use trace = {.filter = &bight_trace};
    scene_begin((enum wire)_i, BIGHT_LOOP_MANUAL_CLOCK);
    scene.options.filters = &trace;
    scene.options.filter_count = 1;
    scene.stays = true; /* the peer does not close on its own */
    ck_assert_ok(scene_try_listen(&refusing, &scene.listener));
    scene_connect_and_fail();
    ck_run_until(scene.refused == 1);
    ck_assert_error(scene.refused_error, BIGHT_ERROR_REFUSED_BY_FACTORY);
    ck_assert_uint_eq(bight_listener_count(scene.listener), 0);
    scene_end();
}
END_TEST

START_TEST(E5_a_refused_peer_leaves_the_others_alone)
{
    start(_i);
    scene_connect();
    scene.options.limits.max_connections = 0;
    bight_listener_close(scene.listener);
    ck_run_until(bight_listener_count(scene.listener) == 1);
    ck_assert_uint_eq(scene.refused, 0);
    scene_end();
}
END_TEST

START_TEST(S1_more_than_max_connections_are_refused_and_told)
{
    scene_begin((enum wire)_i, BIGHT_LOOP_MANUAL_CLOCK);
    scene.options.limits.max_connections = 1;
    scene.stays = false;
    scene_listen();
    scene_connect();
    connect_and_lose();
    ck_run_until(scene.refused == 1);
    ck_assert_error(scene.refused_error, BIGHT_ERROR_REFUSED);
    ck_assert_ptr_nonnull(strstr(scene.refused_text, "1 connections"));
    ck_assert_uint_eq(bight_listener_count(scene.listener), 1);
    scene_end();
}
END_TEST

START_TEST(S1_after_one_left_another_is_admitted)
{
    scene_begin((enum wire)_i, BIGHT_LOOP_MANUAL_CLOCK);
    scene.options.limits.max_connections = 1;
    scene_listen();
    scene_connect();
    bight_transport_abort(scene.client);
    ck_run_until(bight_listener_count(scene.listener) == 0);
    scene_connect();
    ck_assert_uint_eq(scene.served, 2);
    ck_assert_uint_eq(scene.refused, 0);
    scene_end();
}
END_TEST

/* -- E11 ------------------------------------------------------------------ */

START_TEST(E11_drain_tells_every_connection_and_stops_accepting)
{
    start(_i);
    scene_connect();
    scene_connect();
    drain(1000);
    scene_connect_and_fail();
    ck_assert_ptr_null(scene.client);
    ck_run_until(scene.servers[1].draining == 1);
    ck_assert_uint_eq(scene.servers[0].draining, 1);
    ck_assert_uint_eq(scene.drained, 0);
    scene_end();
}
END_TEST

START_TEST(E11_drain_reports_who_was_served_and_who_aborted)
{
    start(_i);
    scene_connect();
    scene_connect();
    scene_connect();
    drain(1000);
    bight_transport_close_now(scene.servers[1].t);
    ck_run_until(scene.servers[1].lost == 1);
    ck_assert_uint_eq(scene.drained, 0);
    ck_assert_ok(bight_loop_advance(scene.loop, 999));
    ck_assert_uint_eq(scene.drained, 0);
    ck_assert_ok(bight_loop_advance(scene.loop, 1));
    ck_run_until(scene.drained == 1);
    ck_assert_uint_eq(scene.report.served, 1);
    ck_assert_uint_eq(scene.report.aborted, 2);
    ck_assert_error(scene.servers[0].why, BIGHT_ERROR_ABORTED);
    scene_end();
}
END_TEST

START_TEST(E11_drain_is_over_with_the_last_connection)
{
    start(_i);
    scene_connect();
    drain(1000);
    bight_transport_abort(scene.servers[0].t);
    ck_run_until(scene.drained == 1);
    ck_assert_uint_eq(scene.report.served, 1);
    ck_assert_uint_eq(scene.report.aborted, 0);
    ck_assert_ok(bight_loop_advance(scene.loop, 5000));
    ck_assert_uint_eq(scene.drained, 1);
    scene_end();
}
END_TEST

START_TEST(E11_drain_again_with_0_aborts_the_rest_now)
{
    start(_i);
    scene_connect();
    scene_connect();
    drain(60000);
    scene_settle();
    drain(0);
    ck_run_until(scene.drained == 1);
    ck_assert_uint_eq(scene.report.aborted, 2);
    ck_assert_uint_eq(scene.servers[0].draining, 1);
    scene_end();
}
END_TEST

START_TEST(E11_drain_without_connections_is_told_soon)
{
    start(_i);
    drain(1000);
    ck_assert_uint_eq(scene.drained, 0);
    ck_run_until(scene.drained == 1);
    ck_assert_uint_eq(scene.report.served, 0);
    ck_assert_uint_eq(scene.report.aborted, 0);
    scene_end();
}
END_TEST

START_TEST(E11_a_second_drain_before_it_was_told_is_told_once)
{
    start(_i);
    drain(1000);
    drain(0);
    drain(0);
    scene_settle();
    ck_assert_uint_eq(scene.drained, 1);
    scene_end();
}
END_TEST

START_TEST(E11_a_drain_after_the_report_is_told_the_same)
{
    start(_i);
    scene_connect();
    drain(0);
    ck_run_until(scene.drained == 1);
    drain(0);
    ck_run_until(scene.drained == 2);
    ck_assert_uint_eq(scene.report.served, 0);
    ck_assert_uint_eq(scene.report.aborted, 1);
    scene_end();
}
END_TEST

START_TEST(S3_without_memory_for_a_deadline_drain_does_not_wait)
{
    start(_i);
    scene_connect();
    faults_fail_all();
    drain(60000);
    faults_fail_nth(0);
    ck_run_until(scene.drained == 1);
    ck_assert_uint_eq(scene.report.aborted, 1);
    scene_end();
}
END_TEST

static void close_when_drained(void *ctx, const bight_drain_report *report)
{
    scene_drained(ctx, report);
    bight_listener_close(scene.listener);
}

START_TEST(E11_the_listener_may_be_closed_in_the_report)
{
    start(_i);
    scene_connect();
    bight_listener_drain(scene.listener, 0, close_when_drained, NULL);
    ck_run_until(scene.drained == 1);
    scene_settle();
    scene_end();
}
END_TEST

START_TEST(E11_a_closed_listener_may_be_closed_again_in_its_report)
{
    start(_i);
    scene_connect();
    bight_listener_drain(scene.listener, 1000, close_when_drained, NULL);
    bight_listener_close(scene.listener);
    bight_transport_abort(scene.servers[0].t);
    ck_run_until(scene.drained == 1);
    scene_settle();
    scene_end();
}
END_TEST

START_TEST(E11_a_loop_that_closes_reports_the_drain)
{
    start(_i);
    scene_connect();
    drain(60000);
    scene_settle();
    bight_loop_close(scene.loop, NULL, NULL);
    ck_assert_uint_eq(scene.drained, 1);
    ck_assert_uint_eq(scene.report.served, 1);
    ck_assert_error(scene.servers[0].why, BIGHT_ERROR_LOOP_CLOSED);
    scene_end();
}
END_TEST

START_TEST(E11_a_closed_listener_still_reports_its_drain)
{
    start(_i);
    scene_connect();
    drain(1000);
    bight_listener_close(scene.listener);
    ck_assert_ok(bight_loop_advance(scene.loop, 1000));
    ck_run_until(scene.drained == 1);
    ck_assert_uint_eq(scene.report.aborted, 1);
    scene_end();
}
END_TEST

/* The upper one of two transports is over; the lower still has to flush. */
START_TEST(E11_the_deadline_ends_a_filter_s_lower_transport_too)
{
    const bight_filter_use trace = {.filter = &bight_trace};
    static uint8_t big[4 * 1024 * 1024];
    scene_begin((enum wire)_i, BIGHT_LOOP_MANUAL_CLOCK);
    scene.options.filters = &trace;
    scene.options.filter_count = 1;
    scene.options.limits.idle_timeout_ms = 100;
    scene_listen();
    scene_connect();
    bight_transport_pause_reading(scene.client, BIGHT_HOLD_USER);
    scene_settle();
    bight_transport *server = scene_last_server()->t;
    (void)bight_transport_write(server, bight_bytes_of(big, sizeof(big)));
    scene_settle();
    ck_assert_ok(bight_loop_advance(scene.loop, 300));
    drain(1000);
    ck_assert_ok(bight_loop_advance(scene.loop, 1000));
    scene_settle();
    ck_assert_uint_eq(scene.drained, 1);
    scene_end();
}
END_TEST

static bight_error admit_and_stop(void *ctx, const bight_address *peer)
{
    (void)ctx;
    (void)peer;
    bight_listener_stop(scene.listener);
    return bight_ok();
}

START_TEST(E4_nothing_is_built_after_a_stop_in_admit)
{
    scene_begin((enum wire)_i, BIGHT_LOOP_MANUAL_CLOCK);
    scene.options.admit = admit_and_stop;
    scene_listen();
    ck_assert_ok(scene_try_connect(&scene_clients, NULL));
    ck_run_until(scene.refused == 1);
    ck_assert_error(scene.refused_error, BIGHT_ERROR_CLOSED);
    ck_assert_uint_eq(scene.served, 0);
    scene_end();
}
END_TEST

static void count_survivors(void *ctx, const bight_close_report *report)
{
    size_t *count = ctx;
    for (size_t i = 0; i < report->count; i++)
        ck_assert_str_ne(report->survivors[i].kind, "timer");
    *count = report->count;
}

START_TEST(L9_a_listener_s_own_timers_are_no_survivors)
{
    size_t count = 0;
    scene_begin((enum wire)_i, BIGHT_LOOP_MANUAL_CLOCK);
    scene_listen();
    scene_connect();
    bight_listener_drain(scene.listener, 5000, NULL, NULL);
    bight_loop_close(scene.loop, count_survivors, &count);
    ck_assert_uint_ge(count, 1);
    scene_end();
}
END_TEST

static void add_each(TCase *tcase, const TTest *test)
{
    tcase_add_loop_test(tcase, test, WIRE_MEMORY, WIRE_COUNT);
}

static void add_stopping(TCase *tcase)
{
    tcase_add_test(tcase, E2_a_listener_knows_its_real_address);
    add_each(tcase, E2_a_listener_describes_itself);
    add_each(tcase, a_listener_counts_its_connections);
    add_each(tcase, E4_nothing_is_accepted_after_stop);
    tcase_add_test(tcase, E4_a_peer_in_the_backlog_is_not_built_after_stop);
    add_each(tcase, E4_nothing_is_built_after_a_stop_in_admit);
    add_each(tcase, E4_live_connections_outlive_stop_and_close);
    add_each(tcase, L9_a_listener_s_own_timers_are_no_survivors);
    add_each(tcase, E4_a_listener_may_be_closed_while_it_accepts);
    tcase_add_test(tcase, close_of_no_listener_is_fine);
}

static void add_refusing(TCase *tcase)
{
    add_each(tcase, E5_a_peer_that_the_factory_refuses_is_closed_at_once);
    add_each(tcase, E5_behind_a_filter_it_is_closed_at_once_too);
    add_each(tcase, E5_a_refused_peer_leaves_the_others_alone);
    add_each(tcase, S1_more_than_max_connections_are_refused_and_told);
    add_each(tcase, S1_after_one_left_another_is_admitted);
}

static void add_draining(TCase *tcase)
{
    add_each(tcase, E11_drain_tells_every_connection_and_stops_accepting);
    add_each(tcase, E11_drain_reports_who_was_served_and_who_aborted);
    add_each(tcase, E11_drain_is_over_with_the_last_connection);
    add_each(tcase, E11_drain_again_with_0_aborts_the_rest_now);
    add_each(tcase, E11_drain_without_connections_is_told_soon);
    add_each(tcase, E11_a_second_drain_before_it_was_told_is_told_once);
    add_each(tcase, E11_a_drain_after_the_report_is_told_the_same);
    add_each(tcase, S3_without_memory_for_a_deadline_drain_does_not_wait);
    add_each(tcase, E11_the_listener_may_be_closed_in_the_report);
    add_each(tcase, E11_a_closed_listener_may_be_closed_again_in_its_report);
    add_each(tcase, E11_a_loop_that_closes_reports_the_drain);
    add_each(tcase, E11_a_closed_listener_still_reports_its_drain);
    add_each(tcase, E11_the_deadline_ends_a_filter_s_lower_transport_too);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("wire.listener");
    add_stopping(leaks_test_case(suite, "stopping"));
    add_refusing(leaks_test_case(suite, "refusing"));
    add_draining(leaks_test_case(suite, "draining"));
    return suite;
}
