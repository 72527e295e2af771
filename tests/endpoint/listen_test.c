/* SPDX-License-Identifier: MIT */
/* E1, E3, E5, L9: listening by description. */
#include "binding.h"
#include "leaks.h"
#include "suite.h"

/* -- E1 ------------------------------------------------------------------- */

START_TEST(E1_only_a_malformed_description_fails_at_once)
{
    bight_deferred *untouched = (bight_deferred *)&untouched;
    bight_deferred *deferred = untouched;
    char text[256];
    start(WIRE_TCP);
    bight_error error =
        bight_listen(scene.loop, "tpc:80", &scene_servers, NULL, &deferred);
    ck_assert_error(error, BIGHT_ERROR_INVALID);
    ck_assert_ptr_eq(deferred, untouched);
    (void)bight_error_format(error, text, sizeof(text));
    ck_assert_ptr_nonnull(strstr(text, "listen tpc:80: unknown endpoint type"));
    end();
}
END_TEST

START_TEST(E1_what_the_system_refuses_is_the_deferreds_error)
{
    char description[96], expected[192];
    start(WIRE_TCP);
    bight_port *port = told_listen("tcp:127.0.0.1:0");
    (void)snprintf(description, sizeof(description), "%s",
                   told_describe(port, 0));
    (void)snprintf(expected, sizeof(expected),
                   "listen %s: address already in use (EADDRINUSE)",
                   description);
    check_fails(description, expected);
    bight_port_close(port);
    check_fails("tcp:192.0.2.1:0", "listen tcp:192.0.2.1:0: address not "
                                   "available (EADDRNOTAVAIL)");
    end();
}
END_TEST

START_TEST(E1_a_name_that_is_not_found_is_the_deferreds_error)
{
    start(WIRE_TCP);
    told_plan(NULL);
    check_fails("tcp:nosuch.example:80",
                "listen tcp:nosuch.example:80: lookup nosuch.example: name or "
                "service not known (EAI_NONAME)");
    end();
}
END_TEST

START_TEST(E1_a_name_taken_in_memory_is_the_deferreds_error)
{
    start(WIRE_MEMORY);
    bight_port *port = told_listen("memory:s");
    check_fails("memory:s", "listen memory:s: in use already (BUSY)");
    bight_port_close(port);
    end();
}
END_TEST

START_TEST(E1_a_virtual_loop_has_no_sockets)
{
    scene_begin(WIRE_MEMORY, BIGHT_LOOP_VIRTUAL);
    check_fails("tcp:127.0.0.1:0", "listen tcp:127.0.0.1:0: a virtual loop has "
                                   "no sockets: not supported (UNSUPPORTED)");
    bight_port_close(told_listen("memory:s"));
    scene_end();
}
END_TEST

START_TEST(E1_an_endpoint_of_the_other_side_is_refused)
{
    struct told told;
    bight_endpoint *endpoint;
    start(WIRE_MEMORY);
    ck_assert_ok(bight_endpoint_parse(BIGHT_BYTES("memory:s"),
                                      BIGHT_ENDPOINT_CLIENT, &endpoint, NULL));
    told_await(&told, bight_endpoint_listen(scene.loop, endpoint,
                                            &scene_servers, NULL));
    ck_assert_error(told.error, BIGHT_ERROR_USAGE);
    bight_endpoint_free(endpoint);
    end();
}
END_TEST

/* -- E3, E5 --------------------------------------------------------------- */

static struct trace trace;
static bight_error refuse_start;

static bight_error on_started(void *shared, const void *options,
                              bight_loop *loop)
{
    (void)shared, (void)options, (void)loop;
    trace_add(&trace, "started");
    return refuse_start;
}

static void on_stopped(void *shared)
{
    (void)shared;
    trace_add(&trace, "stopped");
}

static bight_error refuse(void *shared, const bight_address *peer,
                          const bight_protocol **ret_protocol)
{
    (void)shared, (void)peer, (void)ret_protocol;
    return bight_error_note(bight_error_of(BIGHT_ERROR_NOT_FOUND), "not you");
}

static const bight_factory hearing = {.size = sizeof(bight_factory),
                                      .name = "hearing",
                                      .protocol = &scene_server,
                                      .started = on_started,
                                      .stopped = on_stopped};

static const bight_factory refusing = {
    .size = sizeof(bight_factory), .name = "refusing", .build = refuse};

static bight_port *listen_with(const bight_factory *factory, const char *text,
                               struct told *told)
{
    bight_deferred *deferred = NULL;
    ck_assert_ok(
        bight_listen(scene.loop, text, factory, &scene.options, &deferred));
    told_await(told, deferred);
    return told->value;
}

static void start_hearing(int wire)
{
    trace = (struct trace){.length = 0};
    refuse_start = bight_ok();
    start(wire);
}

START_TEST(E3_a_factory_starts_before_its_port_and_stops_after_its_last)
{
    struct told told;
    start_hearing(_i);
    bight_port *port = listen_with(&hearing, told_place(), &told);
    ck_assert_trace(&trace, "started");
    bight_transport *t = told_connect(told_describe(port, 0));
    bight_port_close(port);
    scene_settle();
    ck_assert_trace(&trace, "started");
    bight_transport_abort(scene_last_server()->t);
    bight_transport_unref(t);
    ck_run_until(scene_last_server()->lost == 1);
    scene_settle();
    ck_assert_trace(&trace, "started stopped");
    end();
}
END_TEST

START_TEST(E3_a_factory_starts_once_for_all_addresses_of_a_port)
{
    struct told told;
    start_hearing(WIRE_TCP);
    told_plan("127.0.0.1 ::1");
    binds_fail = 5;
    bight_port *port = listen_with(&hearing, "tcp:both.example:0", &told);
    ck_assert_trace(&trace, "started");
    bight_port_close(port);
    scene_settle();
    ck_assert_trace(&trace, "started stopped");
    end();
}
END_TEST

START_TEST(E3_a_factory_hears_nothing_of_a_port_that_cannot_be_bound)
{
    struct told told;
    start_hearing(WIRE_TCP);
    told_plan("192.0.2.1");
    ck_assert_ptr_null(listen_with(&hearing, "tcp:both.example:0", &told));
    ck_assert_trace(&trace, "");
    end();
}
END_TEST

START_TEST(E3_one_that_does_not_start_fails_the_listen)
{
    struct told told;
    start_hearing(_i);
    refuse_start = bight_error_of(BIGHT_ERROR_NOT_FOUND);
    ck_assert_ptr_null(listen_with(&hearing, told_place(), &told));
    ck_assert_error(told.error, BIGHT_ERROR_NOT_FOUND);
    ck_assert_trace(&trace, "started");
    refuse_start = bight_ok();
    bight_port *port = listen_with(&hearing, told_place(), &told);
    ck_assert_ptr_nonnull(port);
    bight_port_close(port);
    end();
}
END_TEST

START_TEST(E5_a_server_that_refuses_closes_and_tells_its_hook)
{
    struct told told;
    start(_i);
    bight_port *port = listen_with(&refusing, told_place(), &told);
    told = (struct told){.fired = 0};
    bight_on(told_connecting(told_describe(port, 0)), told_note, &told);
    ck_run_until(scene.refused == 1 && told.fired == 1);
    ck_assert_error(scene.refused_error, BIGHT_ERROR_REFUSED_BY_FACTORY);
    ck_assert_uint_eq(bight_port_count(port), 0);
    bight_port_close(port);
    if (told.value != NULL)
        bight_transport_unref(told.value);
    end();
}
END_TEST

/* -- giving up ------------------------------------------------------------ */

START_TEST(E7_cancelling_a_listen_stops_the_lookup_and_binds_nothing)
{
    struct told told = {.fired = 0};
    bight_deferred *deferred = NULL;
    start_hearing(WIRE_TCP);
    told_plan("127.0.0.1");
    ck_assert_ok(bight_listen(scene.loop, "tcp:both.example:0", &hearing, NULL,
                              &deferred));
    bight_cancel(deferred);
    bight_on(deferred, told_note, &told);
    ck_run_until(told.fired == 1);
    ck_assert_error(told.error, BIGHT_ERROR_CANCELLED);
    scene_settle();
    ck_assert_trace(&trace, "");
    ck_assert_uint_eq(binds, 0);
    end();
}
END_TEST

START_TEST(L9_a_loop_that_closes_ends_a_listen)
{
    struct told told = {.fired = 0};
    start(WIRE_TCP);
    told_plan("127.0.0.1");
    bight_on(told_listening("tcp:both.example:0"), told_note, &told);
    bight_loop_close(scene.loop, NULL, NULL);
    ck_assert_uint_eq(told.fired, 1);
    ck_assert_error(told.error, BIGHT_ERROR_LOOP_CLOSED);
    end();
}
END_TEST

START_TEST(a_port_that_nobody_takes_is_closed)
{
    start(_i);
    bight_detach(told_listening(told_place()));
    scene_settle();
    bight_port *port = told_listen(told_place());
    bight_port_close(port);
    end();
}
END_TEST

static void add_errors(Suite *suite)
{
    TCase *tcase = leaks_test_case(suite, "errors");
    tcase_add_test(tcase, E1_only_a_malformed_description_fails_at_once);
    tcase_add_test(tcase, E1_what_the_system_refuses_is_the_deferreds_error);
    tcase_add_test(tcase, E1_a_name_that_is_not_found_is_the_deferreds_error);
    tcase_add_test(tcase, E1_a_name_taken_in_memory_is_the_deferreds_error);
    tcase_add_test(tcase, E1_a_virtual_loop_has_no_sockets);
    tcase_add_test(tcase, E1_an_endpoint_of_the_other_side_is_refused);
}

static void add_factories(Suite *suite)
{
    TCase *tcase = leaks_test_case(suite, "factories");
    tcase_add_loop_test(
        tcase, E3_a_factory_starts_before_its_port_and_stops_after_its_last, 0,
        WIRE_COUNT);
    tcase_add_test(tcase, E3_a_factory_starts_once_for_all_addresses_of_a_port);
    tcase_add_test(tcase,
                   E3_a_factory_hears_nothing_of_a_port_that_cannot_be_bound);
    tcase_add_loop_test(tcase, E3_one_that_does_not_start_fails_the_listen, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase,
                        E5_a_server_that_refuses_closes_and_tells_its_hook, 0,
                        WIRE_COUNT);
}

static void add_ends(Suite *suite)
{
    TCase *tcase = leaks_test_case(suite, "ends");
    tcase_add_test(tcase,
                   E7_cancelling_a_listen_stops_the_lookup_and_binds_nothing);
    tcase_add_test(tcase, L9_a_loop_that_closes_ends_a_listen);
    tcase_add_loop_test(tcase, a_port_that_nobody_takes_is_closed, 0,
                        WIRE_COUNT);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("endpoint.listen");
    add_errors(suite);
    add_factories(suite);
    add_ends(suite);
    return suite;
}
