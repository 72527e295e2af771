/* SPDX-License-Identifier: MIT */
/* E12: a client that stays connected: attempts, delays, preparing, waiting. */
#include "serving.h"

/* -- connecting ------------------------------------------------------------ */

START_TEST(E12_start_connects_soon_and_not_inside)
{
    begin_and_start(_i, true);
    ck_assert_uint_eq(scene.made, 0);
    ck_assert_ptr_null(bight_client_service_transport(s.service));
    ck_run_until(is_in("connected"));
    ck_assert_ptr_eq(bight_client_service_transport(s.service),
                     scene.clients[0].t);
    ck_assert_ok(bight_client_service_start(s.service));
    ck_run_until(scene.served == 1);
    ck_assert_uint_eq(scene.made, 1);
    ck_assert_uint_eq(s.failures, 0);
    finish();
}
END_TEST

START_TEST(E12_a_malformed_description_or_option_is_refused_at_once)
{
    setup(WIRE_MEMORY, BIGHT_LOOP_VIRTUAL);
    ck_assert_error(bight_client_service_new(scene.loop, "tcp:", &scene_clients,
                                             NULL, &s.service),
                    BIGHT_ERROR_INVALID);
    s.options.delay_factor = 0.5;
    ck_assert_error(try_new(), BIGHT_ERROR_INVALID);
    s.options.delay_factor = 1.5;
    s.options.first_delay_ms = 0;
    ck_assert_error(try_new(), BIGHT_ERROR_INVALID);
    s.options.first_delay_ms = 1;
    s.options.max_delay_ms = UINT64_MAX;
    ck_assert_error(try_new(), BIGHT_ERROR_INVALID);
    ck_assert_ptr_null(s.service);
    finish();
}
END_TEST

START_TEST(E12_options_of_an_older_program_are_read_as_far_as_they_go)
{
    setup(WIRE_MEMORY, BIGHT_LOOP_VIRTUAL);
    s.options.size = offsetof(bight_client_service_options, prepare);
    s.options.prepare = on_prepare;
    scene_listen();
    ck_assert_ok(try_new());
    ck_assert_ok(bight_client_service_start(s.service));
    ck_run_until(is_in("connected"));
    ck_assert_ptr_null(s.prepare);
    finish();
}
END_TEST

START_TEST(E12_who_refuses_is_asked_again_later_each_time)
{
    static const uint64_t delays[] = {1000, 1500, 2250, 3375};
    begin_and_start(_i, false);
    for (unsigned i = 0; i < 4; i++) {
        ck_run_until(s.failures == i + 1);
        ck_assert_uint_eq(s.next_ms, delays[i]);
        ck_assert_state("waiting");
        advance(delays[i] - 1);
        ck_assert_uint_eq(s.failures, i + 1);
        advance(1);
    }
    ck_assert_int_eq(strncmp(s.why, "connect ", 8), 0);
    ck_run_until(s.failures == 5);
    finish();
}
END_TEST

START_TEST(E12_a_server_that_comes_back_is_found)
{
    begin_and_start(_i, false);
    ck_run_until(s.failures == 1);
    scene_listen();
    advance(1000);
    ck_run_until(is_in("connected"));
    ck_assert_uint_eq(s.failures, 1);
    finish();
}
END_TEST

START_TEST(E12_a_connection_that_ended_is_made_anew)
{
    begin_connected(_i);
    ck_run_until(scene.served == 1);
    bight_transport_close(scene.servers[0].t);
    ck_run_until(is_in("waiting"));
    ck_assert_uint_eq(s.failures, 1);
    ck_assert_trace(&s.trace, "ended");
    ck_assert_ptr_null(bight_client_service_transport(s.service));
    advance(s.next_ms);
    ck_run_until(is_in("connected"));
    ck_assert_uint_eq(scene.made, 2);
    finish();
}
END_TEST

static void lose_it_and_wait(uint64_t expected_ms)
{
    ck_run_until(is_in("connected"));
    bight_transport_abort(bight_client_service_transport(s.service));
    ck_run_until(is_in("waiting"));
    ck_assert_uint_eq(s.next_ms, expected_ms);
    advance(s.next_ms);
}

START_TEST(E12_only_a_connection_that_lived_begins_the_delays_anew)
{
    begin_and_start(_i, true);
    lose_it_and_wait(1000);
    lose_it_and_wait(1500);
    ck_run_until(is_in("connected"));
    advance(4999);
    lose_it_and_wait(2250);
    ck_run_until(is_in("connected"));
    advance(5000);
    lose_it_and_wait(1000);
    finish();
}
END_TEST

START_TEST(E12_a_virtual_loop_has_the_same_jitter_every_time)
{
    uint64_t first = 0;
    for (unsigned i = 0; i < 3; i++) {
        setup(WIRE_MEMORY, BIGHT_LOOP_VIRTUAL);
        s.options.random = NULL;
        ck_assert_ok(try_new());
        ck_assert_ok(bight_client_service_start(s.service));
        ck_run_until(s.failures == 1);
        first = i == 0 ? s.next_ms : first;
        ck_assert_uint_eq(s.next_ms, first);
        ck_assert_uint_gt(first, 1000);
        finish();
    }
}
END_TEST

/* -- fatal ------------------------------------------------------------------
 */

START_TEST(E12_a_fatal_error_is_the_last)
{
    struct told told;
    setup((enum wire)_i, BIGHT_LOOP_MANUAL_CLOCK);
    s.options.is_fatal = on_fatal;
    if (_i == WIRE_TCP)
        scene_listen();
    ck_assert_ok(try_new());
    if (_i == WIRE_TCP)
        bight_listener_close(scene.listener);
    ck_assert_ok(bight_client_service_start(s.service));
    tell(&told, bight_client_service_when_connected(s.service, 0));
    ck_run_until(s.failures == 1);
    ck_assert_uint_eq(told.fired, 0);
    s.fatal = true;
    advance(1000);
    ck_run_until(told.fired == 1);
    ck_assert_uint_eq(s.failures, 2);
    ck_assert_uint_eq(s.next_ms, BIGHT_CLIENT_NEVER);
    ck_assert_str_eq(told.text, s.why);
    ck_assert_state("stopped");
    advance(1000000);
    ck_assert_uint_eq(s.failures, 2);
    ck_assert_ok(bight_client_service_start(s.service));
    ck_run_until(s.failures == 3);
    finish();
}
END_TEST

/* -- preparing ---------------------------------------------------------------
 */

static void begin_preparing(int wire)
{
    setup((enum wire)wire, BIGHT_LOOP_MANUAL_CLOCK);
    s.options.prepare = on_prepare;
    scene_listen();
    ck_assert_ok(try_new());
    ck_assert_ok(bight_client_service_start(s.service));
    ck_run_until(s.prepare != NULL && scene.served == 1);
    ck_assert_uint_eq(scene.made, 1);
    ck_assert_state("connecting");
    ck_assert_ptr_null(bight_client_service_transport(s.service));
}

START_TEST(E12_nobody_has_the_connection_before_it_is_prepared)
{
    struct told told;
    begin_preparing(_i);
    tell(&told, bight_client_service_when_connected(s.service, 0));
    scene_settle();
    ck_assert_uint_eq(told.fired, 0);
    prepare_ends(bight_ok());
    ck_run_until(told.fired == 1);
    ck_assert_state("connected");
    ck_assert_ptr_eq(told.t, scene.clients[0].t);
    finish();
}
END_TEST

START_TEST(E12_a_prepare_that_fails_is_an_attempt_that_failed)
{
    begin_preparing(_i);
    prepare_ends(
        bight_error_note(bight_error_of(BIGHT_ERROR_REFUSED), "password"));
    ck_run_until(is_in("waiting"));
    ck_assert_ptr_nonnull(strstr(s.why, "prepare "));
    ck_assert_ptr_nonnull(strstr(s.why, ": password: "));
    ck_assert_uint_eq(scene.clients[0].lost, 1);
    ck_assert_error(scene.clients[0].why, BIGHT_ERROR_REFUSED);
    ck_assert_uint_eq(s.next_ms, 1000);
    advance(1000);
    ck_run_until(s.prepare != NULL);
    prepare_ends(bight_error_of(BIGHT_ERROR_REFUSED));
    ck_run_until(is_in("waiting"));
    ck_assert_uint_eq(s.next_ms, 1500);
    finish();
}
END_TEST

START_TEST(E12_one_that_was_prepared_begins_the_delays_anew)
{
    begin_preparing(_i);
    prepare_ends(bight_error_of(BIGHT_ERROR_REFUSED));
    ck_run_until(is_in("waiting"));
    advance(1000);
    ck_run_until(s.prepare != NULL);
    prepare_ends(bight_ok());
    lose_it_and_wait(1000);
    ck_run_until(s.prepare != NULL);
    finish();
}
END_TEST

START_TEST(E12_a_connection_lost_meanwhile_cancels_its_prepare)
{
    begin_preparing(_i % WIRE_COUNT);
    s.late = _i >= WIRE_COUNT;
    bight_transport_abort(scene.servers[0].t);
    ck_run_until(s.cancelled == 1);
    scene_settle();
    if (s.late) {
        ck_assert_state("connecting");
        prepare_ends(bight_ok());
    }
    ck_run_until(is_in("waiting"));
    ck_assert_uint_eq(s.failures, 1);
    finish();
}
END_TEST

START_TEST(E12_a_prepare_that_takes_too_long_timed_out)
{
    begin_preparing(_i);
    advance(29999);
    ck_assert_state("connecting");
    ck_assert_uint_eq(s.failures, 0);
    advance(21);
    ck_run_until(is_in("waiting"));
    ck_assert_ptr_nonnull(strstr(s.why, "(TIMED_OUT)"));
    ck_assert_uint_eq(s.cancelled, 1);
    finish();
}
END_TEST

/* -- waiting ------------------------------------------------------------------
 */

START_TEST(E12_those_who_wait_get_a_reference_each)
{
    struct told told[3];
    begin_and_start(_i, true);
    for (unsigned i = 0; i < 3; i++)
        tell(&told[i], bight_client_service_when_connected(s.service, i));
    ck_assert_uint_eq(told[0].fired, 0);
    ck_run_until(told[2].fired == 1);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_uint_eq(told[i].fired, 1);
        ck_assert_ptr_eq(told[i].t, scene.clients[0].t);
    }
    tell(&told[0], bight_client_service_when_connected(s.service, 1));
    ck_assert_uint_eq(told[0].fired, 0);
    ck_run_until(told[0].fired == 1);
    ck_assert_ptr_eq(told[0].t, scene.clients[0].t);
    finish();
}
END_TEST

START_TEST(E12_who_waits_for_so_many_attempts_gets_the_last_ones_error)
{
    struct told told[3];
    begin_and_start(_i, false);
    for (unsigned i = 0; i < 3; i++)
        tell(&told[i], bight_client_service_when_connected(s.service, i));
    ck_run_until(s.failures == 1);
    ck_run_until(told[1].fired == 1);
    ck_assert_str_eq(told[1].text, s.why);
    ck_assert_uint_eq(told[2].fired, 0);
    advance(1000);
    ck_run_until(told[2].fired == 1);
    ck_assert_uint_eq(s.failures, 2);
    ck_assert_uint_eq(told[0].fired, 0);
    finish();
}
END_TEST

START_TEST(E12_each_who_waits_is_cancelled_alone)
{
    struct told told[3];
    bight_deferred *d;
    begin_and_start(_i, true);
    tell(&told[0], bight_client_service_when_connected(s.service, 0));
    d = bight_client_service_when_connected(s.service, 0);
    told[1] = (struct told){.fired = 0};
    bight_finally(d, told_note, &told[1]);
    tell(&told[2], bight_client_service_when_connected(s.service, 0));
    bight_cancel(d);
    ck_assert_uint_eq(told[1].fired, 0);
    ck_run_until(told[0].fired == 1 && told[2].fired == 1);
    ck_assert_error(told[1].error, BIGHT_ERROR_CANCELLED);
    ck_assert_ok(told[0].error);
    ck_assert_ok(told[2].error);
    bight_detach(d);
    finish();
}
END_TEST

START_TEST(E12_a_deadline_of_one_who_waits_says_so)
{
    struct told told;
    begin_and_start(_i, false);
    tell(&told,
         bight_timeout(bight_client_service_when_connected(s.service, 0), 500));
    advance(520);
    ck_assert_uint_eq(told.fired, 1);
    ck_assert_error(told.error, BIGHT_ERROR_TIMED_OUT);
    advance(100000);
    finish();
}
END_TEST

START_TEST(E12_nobody_waits_for_a_stopped_service)
{
    struct told told;
    begin(_i, true);
    tell(&told, bight_client_service_when_connected(s.service, 0));
    ck_run_until(told.fired == 1);
    ck_assert_error(told.error, BIGHT_ERROR_CLOSED);
    finish();
}
END_TEST

static void add_connecting(Suite *suite)
{
    TCase *tcase = leaks_test_case(suite, "connecting");
    tcase_add_loop_test(tcase, E12_start_connects_soon_and_not_inside, 0,
                        WIRE_COUNT);
    tcase_add_test(tcase,
                   E12_a_malformed_description_or_option_is_refused_at_once);
    tcase_add_test(tcase,
                   E12_options_of_an_older_program_are_read_as_far_as_they_go);
    tcase_add_loop_test(tcase, E12_who_refuses_is_asked_again_later_each_time,
                        0, WIRE_COUNT);
    tcase_add_test(tcase, E12_a_virtual_loop_has_the_same_jitter_every_time);
    tcase_add_loop_test(tcase, E12_a_server_that_comes_back_is_found,
                        WIRE_MEMORY, WIRE_TCP);
    tcase_add_loop_test(tcase, E12_a_server_that_comes_back_is_found, WIRE_UNIX,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase, E12_a_connection_that_ended_is_made_anew, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase,
                        E12_only_a_connection_that_lived_begins_the_delays_anew,
                        0, WIRE_COUNT);
    tcase_add_loop_test(tcase, E12_a_fatal_error_is_the_last, 0, WIRE_COUNT);
}

static void add_preparing(Suite *suite)
{
    TCase *tcase = leaks_test_case(suite, "preparing");
    tcase_add_loop_test(tcase,
                        E12_nobody_has_the_connection_before_it_is_prepared, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase,
                        E12_a_prepare_that_fails_is_an_attempt_that_failed, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase, E12_one_that_was_prepared_begins_the_delays_anew,
                        0, WIRE_COUNT);
    tcase_add_loop_test(tcase,
                        E12_a_connection_lost_meanwhile_cancels_its_prepare, 0,
                        2 * WIRE_COUNT);
    tcase_add_loop_test(tcase, E12_a_prepare_that_takes_too_long_timed_out, 0,
                        WIRE_COUNT);
}

static void add_waiting(Suite *suite)
{
    TCase *tcase = leaks_test_case(suite, "waiting");
    tcase_add_loop_test(tcase, E12_those_who_wait_get_a_reference_each, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(
        tcase, E12_who_waits_for_so_many_attempts_gets_the_last_ones_error, 0,
        WIRE_COUNT);
    tcase_add_loop_test(tcase, E12_each_who_waits_is_cancelled_alone, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase, E12_a_deadline_of_one_who_waits_says_so, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase, E12_nobody_waits_for_a_stopped_service, 0,
                        WIRE_COUNT);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("service.client_service");
    add_connecting(suite);
    add_preparing(suite);
    add_waiting(suite);
    return suite;
}
