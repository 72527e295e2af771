/* SPDX-License-Identifier: MIT */
/* E1, E5, E7, T3, T7: connecting by description. */
#include "dialing.h"
#include "leaks.h"
#include "suite.h"

/* -- T7 ------------------------------------------------------------------- */

static void check_made(bight_result *result, void *arg)
{
    ck_assert_uint_eq(scene.made, 1);
    ck_assert_ptr_eq(bight_result_peek(result).as.pointer, scene.clients[0].t);
    told_note(result, arg);
}

START_TEST(T7_connection_made_comes_before_the_deferred)
{
    struct told told = {.fired = 0};
    start(_i);
    bight_on(connecting(told_describe(port, 0)), check_made, &told);
    ck_run_until(told.fired == 1);
    ck_assert(bight_transport_is_open(told.value));
    bight_transport_unref(told.value);
    ck_run_until(scene.served == 1);
    ck_assert_uint_eq(builds, 1);
    ck_assert_trace(&trace, "started");
    end();
    ck_assert_trace(&trace, "started stopped");
}
END_TEST

START_TEST(T7_a_connection_that_nobody_takes_stays_open)
{
    start(_i);
    bight_detach(connecting(told_describe(port, 0)));
    ck_run_until(scene.made == 1 && scene.served == 1);
    scene_settle();
    ck_assert_uint_eq(scene.clients[0].lost, 0);
    (void)bight_transport_write(scene.clients[0].t, BIGHT_BYTES("still here"));
    ck_run_until(scene.servers[0].size == 10);
    end();
}
END_TEST

START_TEST(T7_the_value_outlives_the_connection)
{
    start(_i);
    bight_transport *t = told_connect(told_describe(port, 0));
    bight_transport_abort(t);
    ck_run_until(scene.clients[0].lost == 1);
    scene_settle();
    ck_assert_int_eq(bight_transport_write(t, BIGHT_BYTES("x")),
                     BIGHT_WRITE_CLOSED);
    bight_transport_unref(t);
    end();
}
END_TEST

/* -- E1, E5 --------------------------------------------------------------- */

static void check_fails(const char *description, const char *expected)
{
    struct told told;
    told_await(&told, connecting(description));
    ck_assert_str_eq(told.text, expected);
    ck_assert_ptr_null(told.value);
    scene_settle();
    ck_assert_uint_eq(scene.made, 0);
    ck_assert_uint_eq(scene.clients[0].lost, 0);
}

START_TEST(E1_only_a_malformed_description_fails_at_once)
{
    bight_deferred *deferred = NULL;
    start(WIRE_TCP);
    ck_assert_error(
        bight_connect(scene.loop, "tcp:80", &hearing, NULL, &deferred),
        BIGHT_ERROR_INVALID);
    ck_assert_ptr_null(deferred);
    end();
}
END_TEST

START_TEST(T3_nobody_there_is_the_deferreds_error)
{
    struct told told;
    char description[96];
    start(_i);
    (void)snprintf(description, sizeof(description), "%s",
                   told_describe(port, 0));
    bight_detach(bight_port_stop(port));
    told_await(&told, connecting(description));
    ck_assert_int_eq(strncmp(told.text, "connect ", 8), 0);
    ck_assert_ptr_nonnull(strstr(told.text, description));
    ck_assert_ptr_null(told.value);
    scene_settle();
    ck_assert_uint_eq(scene.made, 0);
    end();
}
END_TEST

START_TEST(E1_an_address_that_refuses_is_named_with_the_systems_code)
{
    start(WIRE_TCP);
    plan = "r";
    check_fails("tcp:127.0.0.1:81", "connect tcp:127.0.0.1:81: connection "
                                    "refused (ECONNREFUSED)");
    plan = "r";
    check_fails("tcp:[::1]:81",
                "connect tcp:[::1]:81: connection refused (ECONNREFUSED)");
    ck_assert_trace(&trace, "");
    end();
}
END_TEST

START_TEST(E1_a_refusal_that_comes_later_has_its_code_as_well)
{
    start(WIRE_TCP);
    plan = "l";
    check_fails("tcp:127.0.0.1:81",
                "connect tcp:127.0.0.1:81: connection reset by peer "
                "(ECONNRESET)");
    end();
}
END_TEST

START_TEST(E1_the_one_address_of_a_name_is_named)
{
    start(WIRE_TCP);
    told_plan("127.0.0.1");
    plan = "r";
    check_fails("tcp:localhost:81",
                "connect tcp:localhost:81: 127.0.0.1:81: connection refused "
                "(ECONNREFUSED)");
    end();
}
END_TEST

START_TEST(E1_a_name_that_is_not_found_is_the_deferreds_error)
{
    start(WIRE_TCP);
    told_plan(NULL);
    check_fails("tcp:nosuch.example:81",
                "connect tcp:nosuch.example:81: lookup nosuch.example: name or "
                "service not known (EAI_NONAME)");
    ck_assert_uint_eq(connects, 0);
    end();
}
END_TEST

static bight_error refuse(void *shared, const bight_address *peer,
                          const bight_protocol **ret_protocol)
{
    (void)shared, (void)peer, (void)ret_protocol;
    return bight_error_note(bight_error_of(BIGHT_ERROR_NOT_FOUND), "not you");
}

static const bight_factory refusing = {.size = sizeof(bight_factory),
                                       .name = "refusing",
                                       .build = refuse,
                                       .stopped = on_stopped};

START_TEST(E5_a_client_that_refuses_fails_with_refused_by_factory)
{
    struct told told;
    bight_deferred *deferred;
    start(_i);
    ck_assert_ok(bight_connect(scene.loop, told_describe(port, 0), &refusing,
                               NULL, &deferred));
    told_await(&told, deferred);
    ck_assert_error(told.error, BIGHT_ERROR_REFUSED_BY_FACTORY);
    ck_assert_ptr_nonnull(strstr(told.text, "not you"));
    scene_settle();
    ck_assert_trace(&trace, "stopped");
    end();
}
END_TEST

/* -- E7: several addresses ------------------------------------------------ */

START_TEST(E7_the_next_address_is_tried_at_once)
{
    struct told told;
    start(WIRE_TCP);
    told_plan("::1 ::2 127.0.0.1");
    plan = "rr-";
    told_await(&told, connecting(towards("several.example")));
    ck_assert_msg(told.value != NULL, "%s", told.text);
    ck_assert_uint_eq(connects, 3);
    ck_assert_uint_eq(builds, 1);
    ck_assert_trace(&trace, "started");
    bight_transport_unref(told.value);
    end();
}
END_TEST

/* The refusal comes later, from the kernel. */
START_TEST(E7_a_refusal_that_comes_late_moves_on_too)
{
    struct told told;
    start(WIRE_TCP);
    told_plan("::1 127.0.0.1");
    told_await(&told, connecting(towards("several.example")));
    ck_assert_msg(told.value != NULL, "%s", told.text);
    ck_assert_uint_eq(connects, 2);
    ck_assert_uint_eq(builds, 1);
    bight_transport_unref(told.value);
    end();
}
END_TEST

START_TEST(E7_all_failed_is_one_error_that_names_each)
{
    start(WIRE_TCP);
    told_plan("::1 127.0.0.1 127.0.0.2");
    plan = "rrr";
    check_fails("tcp:several.example:81",
                "connect tcp:several.example:81: connection refused "
                "(ECONNREFUSED), because [::1]:81: connection refused "
                "(ECONNREFUSED); 127.0.0.1:81: connection refused "
                "(ECONNREFUSED); 127.0.0.2:81: connection refused "
                "(ECONNREFUSED)");
    ck_assert_uint_eq(builds, 0);
    ck_assert_trace(&trace, "");
    end();
}
END_TEST

START_TEST(E7_a_list_that_is_too_long_says_that_it_was_cut)
{
    struct told told;
    start(WIRE_TCP);
    told_plan("2001:db8::1 2001:db8::2 2001:db8::3 2001:db8::4 2001:db8::5 "
              "2001:db8::6 2001:db8::7 2001:db8::8 2001:db8::9 2001:db8::a "
              "2001:db8::b 2001:db8::c");
    plan = "rrrrrrrrrrrr";
    told_await(&told, connecting("tcp:several.example:81"));
    ck_assert_uint_eq(connects, 12);
    ck_assert_ptr_nonnull(strstr(told.text, "[2001:db8::5]:81"));
    ck_assert_str_eq(told.text + strlen(told.text) - 3, "...");
    end();
}
END_TEST

static void add_values(Suite *suite)
{
    TCase *tcase = leaks_test_case(suite, "values");
    tcase_add_loop_test(tcase, T7_connection_made_comes_before_the_deferred, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase, T7_a_connection_that_nobody_takes_stays_open, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase, T7_the_value_outlives_the_connection, 0,
                        WIRE_COUNT);
}

static void add_errors(Suite *suite)
{
    TCase *tcase = leaks_test_case(suite, "errors");
    tcase_add_test(tcase, E1_only_a_malformed_description_fails_at_once);
    tcase_add_loop_test(tcase, T3_nobody_there_is_the_deferreds_error, 0,
                        WIRE_COUNT);
    tcase_add_test(tcase,
                   E1_an_address_that_refuses_is_named_with_the_systems_code);
    tcase_add_test(tcase, E1_a_refusal_that_comes_later_has_its_code_as_well);
    tcase_add_test(tcase, E1_the_one_address_of_a_name_is_named);
    tcase_add_test(tcase, E1_a_name_that_is_not_found_is_the_deferreds_error);
    tcase_add_loop_test(tcase,
                        E5_a_client_that_refuses_fails_with_refused_by_factory,
                        0, WIRE_COUNT);
    tcase_add_test(tcase, E7_the_next_address_is_tried_at_once);
    tcase_add_test(tcase, E7_a_refusal_that_comes_late_moves_on_too);
    tcase_add_test(tcase, E7_all_failed_is_one_error_that_names_each);
    tcase_add_test(tcase, E7_a_list_that_is_too_long_says_that_it_was_cut);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("endpoint.connect");
    add_values(suite);
    add_errors(suite);
    return suite;
}
