/* SPDX-License-Identifier: MIT */
/* E2, E4, E11, L9: ports. */
#include <dlfcn.h>
#include <stdlib.h>

#include <bight/alloc.h>

#include "faults.h"
#include "leaks.h"
#include "suite.h"
#include "told.h"

static bight_port *port;

static void start(int wire)
{
    scene_begin((enum wire)wire, BIGHT_LOOP_MANUAL_CLOCK);
    scene.stays = true;
    port = told_listen(told_place());
}

static void end(void)
{
    bight_port_close(port);
    scene_end();
    bight__lookup_set_resolver(NULL);
}

static void connect_one(void)
{
    bight_transport_unref(told_connect(told_describe(port, 0)));
}

/* -- stopping ------------------------------------------------------------- */

START_TEST(E4_after_stop_nothing_is_built_and_connections_are_untouched)
{
    struct told told, refused;
    char description[96];
    start(_i);
    connect_one();
    (void)snprintf(description, sizeof(description), "%s",
                   told_describe(port, 0));
    told_await(&told, bight_port_stop(port));
    ck_assert_ok(told.error);
    ck_assert_ptr_null(told.value);
    told_await(&refused, told_connecting(description));
    ck_assert(bight_failed(refused.error));
    ck_assert_uint_eq(scene.served, 1);
    ck_assert_uint_eq(bight_port_count(port), 1);
    (void)bight_transport_write(scene.clients[0].t, BIGHT_BYTES("alive"));
    ck_run_until(scene.servers[0].size == 5);
    told_await(&told, bight_port_stop(port));
    ck_assert_ok(told.error);
    end();
}
END_TEST

START_TEST(E4_the_place_is_free_once_stop_has_fired)
{
    struct told told;
    char description[96];
    start(_i);
    (void)snprintf(description, sizeof(description), "%s",
                   told_describe(port, 0));
    told_await(&told, bight_port_stop(port));
    bight_port *second = told_listen(description);
    bight_port_close(second);
    end();
}
END_TEST

START_TEST(E4_a_port_closed_leaves_its_connections)
{
    start(_i);
    connect_one();
    bight_port_close(port);
    port = NULL;
    scene_settle();
    (void)bight_transport_write(scene.clients[0].t, BIGHT_BYTES("alive"));
    ck_run_until(scene.servers[0].size == 5);
    end();
}
END_TEST

/* -- draining ------------------------------------------------------------- */

static bight_drain_report report_of(struct told *told)
{
    ck_assert_msg(!bight_failed(told->error), "%s", told->text);
    bight_drain_report report = *(bight_drain_report *)told->value;
    bight_free(told->value);
    return report;
}

static void drain(struct told *told, uint64_t ms)
{
    *told = (struct told){.fired = 0};
    bight_on(bight_port_drain(port, ms), told_note, told);
}

START_TEST(E11_a_drain_tells_waits_and_aborts)
{
    struct told told;
    start(_i);
    connect_one();
    connect_one();
    drain(&told, 5000);
    ck_run_until(scene.servers[0].draining == 1 &&
                 scene.servers[1].draining == 1);
    bight_transport_abort(scene.servers[0].t);
    ck_run_until(scene.servers[0].lost == 1);
    ck_assert_ok(bight_loop_advance(scene.loop, 4999));
    ck_assert_uint_eq(told.fired, 0);
    ck_assert_ok(bight_loop_advance(scene.loop, 1));
    ck_run_until(told.fired == 1);
    bight_drain_report report = report_of(&told);
    ck_assert_uint_eq(report.served, 1);
    ck_assert_uint_eq(report.aborted, 1);
    end();
}
END_TEST

START_TEST(E11_one_report_sums_all_listeners)
{
    struct told told;
    start(WIRE_MEMORY);
    told_plan("127.0.0.1 ::1");
    bight_port_close(port);
    port = told_listen("tcp:localhost:0");
    bight_transport_unref(told_connect(told_describe(port, 0)));
    bight_transport_unref(told_connect(told_describe(port, 1)));
    bight_transport_unref(told_connect(told_describe(port, 1)));
    drain(&told, 1000);
    scene_settle();
    bight_transport_abort(scene.servers[0].t);
    bight_transport_abort(scene.servers[1].t);
    ck_run_until(scene.servers[0].lost == 1 && scene.servers[1].lost == 1);
    ck_assert_uint_eq(told.fired, 0);
    ck_assert_ok(bight_loop_advance(scene.loop, 1000));
    ck_run_until(told.fired == 1);
    bight_drain_report report = report_of(&told);
    ck_assert_uint_eq(report.served, 2);
    ck_assert_uint_eq(report.aborted, 1);
    end();
}
END_TEST

START_TEST(E11_a_port_without_connections_is_drained_soon)
{
    struct told told;
    start(_i);
    drain(&told, 1000);
    ck_assert_uint_eq(told.fired, 0);
    ck_run_until(told.fired == 1);
    bight_drain_report report = report_of(&told);
    ck_assert_uint_eq(report.served + report.aborted, 0);
    end();
}
END_TEST

/* The second has no time: both fire together. */
START_TEST(E11_a_second_drain_sets_the_deadline_for_both)
{
    struct told first, second, third;
    start(_i);
    connect_one();
    drain(&first, 100000);
    scene_settle();
    drain(&second, 0);
    ck_run_until(first.fired == 1 && second.fired == 1);
    ck_assert_uint_eq(report_of(&first).aborted, 1);
    ck_assert_uint_eq(report_of(&second).aborted, 1);
    drain(&third, 1000);
    ck_run_until(third.fired == 1);
    ck_assert_uint_eq(report_of(&third).aborted, 1);
    end();
}
END_TEST

/* The first has reported when the second is asked again. */
START_TEST(E11_a_listener_is_counted_once)
{
    struct told first, second;
    start(WIRE_MEMORY);
    bight_port_close(port);
    port = told_listen("tcp:localhost:0");
    bight_transport_unref(told_connect(told_describe(port, 0)));
    bight_transport_unref(told_connect(told_describe(port, 1)));
    drain(&first, 5000);
    bight_transport_abort(scene.servers[0].t);
    ck_run_until(scene.servers[0].lost == 1);
    scene_settle();
    drain(&second, 0);
    ck_run_until(first.fired == 1 && second.fired == 1);
    bight_drain_report report = report_of(&first);
    ck_assert_uint_eq(report.served, 1);
    ck_assert_uint_eq(report.aborted, 1);
    ck_assert_uint_eq(report_of(&second).served, 1);
    end();
}
END_TEST

START_TEST(E11_cancelling_a_drain_only_stops_waiting)
{
    struct told told = {.fired = 0};
    start(_i);
    connect_one();
    bight_deferred *deferred = bight_port_drain(port, 1000);
    bight_cancel(deferred);
    bight_on(deferred, told_note, &told);
    ck_run_until(told.fired == 1);
    ck_assert_error(told.error, BIGHT_ERROR_CANCELLED);
    ck_assert_uint_eq(scene.servers[0].lost, 0);
    ck_assert_ok(bight_loop_advance(scene.loop, 1000));
    ck_run_until(scene.servers[0].lost == 1);
    end();
}
END_TEST

START_TEST(E11_a_drain_outlives_its_port)
{
    struct told told;
    start(_i);
    connect_one();
    drain(&told, 1000);
    bight_port_close(port);
    port = NULL;
    scene_settle();
    ck_assert_uint_eq(told.fired, 0);
    ck_assert_ok(bight_loop_advance(scene.loop, 1000));
    ck_run_until(told.fired == 1);
    ck_assert_uint_eq(report_of(&told).aborted, 1);
    end();
}
END_TEST

START_TEST(S3_a_drain_without_memory_is_no_drain)
{
    start(_i);
    connect_one();
    for (unsigned n = 1; n <= 2; n++) {
        faults_fail_nth(n);
        ck_assert_ptr_null(bight_port_drain(port, 0));
        faults_fail_nth(0);
    }
    scene_settle();
    ck_assert_uint_eq(scene.servers[0].lost, 0);
    end();
}
END_TEST

/* -- the loop's end ------------------------------------------------------- */

START_TEST(L9_a_port_may_be_closed_after_its_loop)
{
    start(_i);
    connect_one();
    bight_loop_close(scene.loop, NULL, NULL);
    ck_assert_ptr_null(bight_port_listener(port, 0));
    ck_assert_uint_eq(bight_port_count(port), 0);
    ck_assert_ptr_null(bight_port_stop(port));
    ck_assert_ptr_null(bight_port_drain(port, 0));
    scene_end();
    bight_port_close(port);
}
END_TEST

START_TEST(L9_a_loop_that_closes_ends_a_drain_with_its_report)
{
    struct told told;
    start(_i);
    connect_one();
    drain(&told, 1000);
    bight_loop_close(scene.loop, NULL, NULL);
    ck_assert_uint_eq(told.fired, 1);
    (void)report_of(&told);
    end();
}
END_TEST

static struct trace trace;

/* "FILE+0x12ab" is inside told_listening, which asked for the port. */
static bool is_made_here(const char *made_at)
{
    Dl_info info;
    const char *offset = strrchr(made_at, '+');
    uintptr_t here = (uintptr_t)&told_listening;
    if (offset == NULL || dladdr((void *)here, &info) == 0)
        return false;
    uintptr_t at =
        (uintptr_t)info.dli_fbase + strtoul(offset + 1, NULL, 16) - here;
    return at < 4096;
}

static void on_closed(void *ctx, const bight_close_report *report)
{
    (void)ctx;
    for (size_t i = 0; i < report->count; i++) {
        const bight_survivor *survivor = &report->survivors[i];
        trace_add(&trace, "%s%s", survivor->kind,
                  is_made_here(survivor->made_at) ? "" : "?");
    }
}

/* 0 to 2: the wires; 3: behind a wrapper; 4: after a lookup. */
START_TEST(L9_a_forgotten_port_is_named_by_its_listeners)
{
    static const char *const more[] = {"trace:trace:memory:w",
                                       "tcp:both.example:0"};
    trace = (struct trace){.length = 0};
    start(_i < WIRE_COUNT ? _i : WIRE_MEMORY);
    told_plan("127.0.0.1");
    bight_port *second = _i < WIRE_COUNT ? NULL : told_listen(more[_i - 3]);
    bight_loop_close(scene.loop, on_closed, NULL);
    ck_assert_trace(&trace, second != NULL ? "listener listener" : "listener");
    bight_port_close(second);
    end();
}
END_TEST

START_TEST(nothing_is_closed_without_a_fuss)
{
    bight_port_close(NULL);
}
END_TEST

static void add_stopping(Suite *suite)
{
    TCase *tcase = leaks_test_case(suite, "stop");
    tcase_add_loop_test(
        tcase, E4_after_stop_nothing_is_built_and_connections_are_untouched, 0,
        WIRE_COUNT);
    tcase_add_loop_test(tcase, E4_the_place_is_free_once_stop_has_fired, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase, E4_a_port_closed_leaves_its_connections, 0,
                        WIRE_COUNT);
    tcase_add_test(tcase, nothing_is_closed_without_a_fuss);
}

static void add_draining(Suite *suite)
{
    TCase *tcase = leaks_test_case(suite, "drain");
    tcase_add_loop_test(tcase, E11_a_drain_tells_waits_and_aborts, 0,
                        WIRE_COUNT);
    tcase_add_test(tcase, E11_one_report_sums_all_listeners);
    tcase_add_test(tcase, E11_a_listener_is_counted_once);
    tcase_add_loop_test(tcase, E11_a_port_without_connections_is_drained_soon,
                        0, WIRE_COUNT);
    tcase_add_loop_test(tcase, E11_a_second_drain_sets_the_deadline_for_both, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase, E11_cancelling_a_drain_only_stops_waiting, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase, E11_a_drain_outlives_its_port, 0, WIRE_COUNT);
    tcase_add_loop_test(tcase, S3_a_drain_without_memory_is_no_drain, 0,
                        WIRE_COUNT);
}

static void add_ends(Suite *suite)
{
    TCase *tcase = leaks_test_case(suite, "end");
    tcase_add_loop_test(tcase, L9_a_port_may_be_closed_after_its_loop, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase,
                        L9_a_loop_that_closes_ends_a_drain_with_its_report, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase, L9_a_forgotten_port_is_named_by_its_listeners, 0,
                        WIRE_COUNT + 2);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("endpoint.port");
    add_stopping(suite);
    add_draining(suite);
    add_ends(suite);
    return suite;
}
