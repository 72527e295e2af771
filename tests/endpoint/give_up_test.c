/* SPDX-License-Identifier: MIT */
/* E7, L9, T2: one deadline, and cancelling at each stage of a connect. */
#include <bight/filter.h>

#include "dialing.h"
#include "leaks.h"
#include "suite.h"

/* -- E7: one deadline ----------------------------------------------------- */

static void check_timed_out(struct told *told, bight_deferred *deferred,
                            uint64_t ms)
{
    *told = (struct told){.fired = 0};
    bight_on(deferred, told_note, told);
    scene_settle();
    ck_assert_ok(bight_loop_advance(scene.loop, ms - 1));
    scene_settle();
    ck_assert_uint_eq(told->fired, 0);
    ck_assert_ok(bight_loop_advance(scene.loop, 1));
    ck_run_until(told->fired == 1);
    ck_assert_error(told->error, BIGHT_ERROR_CONNECT_TIMEOUT);
    scene_settle();
    ck_assert_uint_eq(scene.made, 0);
}

START_TEST(E7_the_deadline_covers_the_lookup)
{
    struct told told;
    start(WIRE_TCP);
    told_plan("127.0.0.1");
    bight__lookup_set_resolver(resolve_at_gate);
    bight_deferred *deferred = connecting(towards("slow.example"));
    gate_await_waiting(&gate, 1);
    check_timed_out(&told, deferred, 30000);
    ck_assert_uint_eq(connects, 0);
    ck_assert_trace(&trace, "");
    gate_open(&gate);
    end();
}
END_TEST

START_TEST(E7_the_deadline_covers_every_attempt)
{
    struct told told;
    start(WIRE_TCP);
    told_plan("127.0.0.2 127.0.0.1");
    plan = "rh";
    bight_deferred *deferred = connecting("tcp:several.example:81");
    ck_run_until(connects == 2);
    check_timed_out(&told, deferred, 30000);
    ck_assert_str_eq(told.text,
                     "connect tcp:several.example:81: connecting took too long "
                     "(CONNECT_TIMEOUT), because 127.0.0.2:81: connection "
                     "refused (ECONNREFUSED)");
    ck_assert_trace(&trace, "");
    end();
}
END_TEST

START_TEST(E7_the_deadline_is_the_owners)
{
    struct told told;
    start(WIRE_TCP);
    plan = "h";
    scene.connect.limits.connect_timeout_ms = 700;
    bight_deferred *deferred = connecting("tcp:127.0.0.1:81");
    ck_run_until(connects == 1);
    check_timed_out(&told, deferred, 700);
    end();
}
END_TEST

START_TEST(E7_without_a_deadline_it_waits)
{
    struct told told = {.fired = 0};
    start(WIRE_TCP);
    plan = "h";
    scene.connect.limits.connect_timeout_ms = 0;
    bight_deferred *deferred = connecting("tcp:127.0.0.1:81");
    ck_run_until(connects == 1);
    ck_assert_ok(bight_loop_advance(scene.loop, 1000 * 1000));
    scene_settle();
    bight_cancel(deferred);
    bight_on(deferred, told_note, &told);
    ck_run_until(told.fired == 1);
    ck_assert_error(told.error, BIGHT_ERROR_CANCELLED);
    end();
}
END_TEST

/* A filter whose handshake never ends. */
static const bight_protocol mute_below = {.size = sizeof(bight_protocol),
                                          .name = "mute"};
static const bight_driver mute_above = {.size = sizeof(bight_driver),
                                        .name = "mute"};
static const bight_filter mute = {.size = sizeof(bight_filter),
                                  .name = "mute",
                                  .below = &mute_below,
                                  .above = &mute_above};
static const bight_filter_use mute_use = {.filter = &mute};

static void mute_clients(void)
{
    scene.connect.filters = &mute_use;
    scene.connect.filter_count = 1;
}

START_TEST(E7_the_deadline_covers_the_handshake_with_what_is_left)
{
    struct told told;
    start(WIRE_TCP);
    told_plan("127.0.0.1");
    mute_clients();
    bight__lookup_set_resolver(resolve_at_gate);
    bight_deferred *deferred = connecting(towards("slow.example"));
    gate_await_waiting(&gate, 1);
    ck_assert_ok(bight_loop_advance(scene.loop, 20000));
    gate_open(&gate);
    ck_run_until(scene.served == 1);
    scene_settle();
    told = (struct told){.fired = 0};
    bight_on(deferred, told_note, &told);
    ck_assert_ok(bight_loop_advance(scene.loop, 9900));
    scene_settle();
    ck_assert_uint_eq(told.fired, 0);
    ck_assert_ok(bight_loop_advance(scene.loop, 200));
    ck_run_until(told.fired == 1);
    ck_assert_error(told.error, BIGHT_ERROR_HANDSHAKE_TIMEOUT);
    ck_assert_uint_eq(scene.made, 0);
    end();
}
END_TEST

/* -- E7: cancelled at each stage ------------------------------------------ */

enum stage { AT_ONCE, LOOKUP, ATTEMPT, HANDSHAKE, STAGES };

/* A connect that has come as far as that. */
static bight_deferred *connect_up_to(enum stage stage)
{
    bight_deferred *deferred;
    told_plan("127.0.0.1");
    if (stage == LOOKUP)
        bight__lookup_set_resolver(resolve_at_gate);
    if (stage == ATTEMPT)
        plan = "h";
    if (stage == HANDSHAKE)
        mute_clients();
    deferred = connecting(towards("name.example"));
    if (stage == LOOKUP)
        gate_await_waiting(&gate, 1);
    if (stage == ATTEMPT)
        ck_run_until(connects == 1);
    if (stage == HANDSHAKE)
        ck_run_until(scene.served == 1);
    return deferred;
}

START_TEST(E7_cancel_stops_all_and_the_factory_hears_nothing_afterwards)
{
    struct told told = {.fired = 0};
    start(WIRE_TCP);
    bight_deferred *deferred = connect_up_to((enum stage)_i);
    bight_cancel(deferred);
    bight_cancel(deferred);
    bight_on(deferred, told_note, &told);
    ck_assert_uint_eq(told.fired, 0);
    ck_run_until(told.fired == 1);
    ck_assert_error(told.error, BIGHT_ERROR_CANCELLED);
    gate_open(&gate);
    scene_settle();
    ck_assert_uint_eq(told.fired, 1);
    ck_assert_uint_eq(scene.made, 0);
    ck_assert_uint_eq(builds, 0);
    ck_assert_trace(&trace, _i == HANDSHAKE ? "started stopped" : "");
    end();
}
END_TEST

START_TEST(E7_a_timeout_of_the_deferred_is_a_cancel_with_its_name)
{
    struct told told = {.fired = 0};
    start(WIRE_TCP);
    bight_deferred *deferred = connect_up_to((enum stage)_i);
    bight_on(bight_timeout(deferred, 50), told_note, &told);
    if (_i != AT_ONCE) {
        ck_assert_ok(bight_loop_advance(scene.loop, 100));
        ck_run_until(told.fired == 1);
        ck_assert_error(told.error, BIGHT_ERROR_TIMED_OUT);
        ck_assert_uint_eq(scene.made, 0);
    }
    gate_open(&gate);
    scene_settle();
    ck_run_until(told.fired == 1);
    if (told.value != NULL)
        bight_transport_unref(told.value);
    end();
}
END_TEST

START_TEST(L9_a_loop_that_closes_ends_it_at_any_stage)
{
    struct told told = {.fired = 0};
    start(WIRE_TCP);
    bight_on(connect_up_to((enum stage)_i), told_note, &told);
    bight_loop_close(scene.loop, NULL, NULL);
    ck_assert_uint_eq(told.fired, 1);
    ck_assert_error(told.error, BIGHT_ERROR_LOOP_CLOSED);
    ck_assert_uint_eq(scene.made, 0);
    gate_open(&gate);
    end();
}
END_TEST

START_TEST(E7_cancel_is_the_same_over_every_wire)
{
    struct told told = {.fired = 0};
    start(_i);
    bight_deferred *deferred = connecting(told_describe(port, 0));
    bight_cancel(deferred);
    bight_on(deferred, told_note, &told);
    ck_run_until(told.fired == 1);
    ck_assert_error(told.error, BIGHT_ERROR_CANCELLED);
    scene_settle();
    ck_assert_uint_eq(scene.made, 0);
    end();
}
END_TEST

static bight_deferred *to_cancel;
static unsigned lost;

static void cancel_inside(void *self, bight_transport *t)
{
    (void)self, (void)t;
    scene.made++;
    bight_cancel(to_cancel);
}

static void count_lost(void *self, bight_transport *t, bight_error why)
{
    (void)self, (void)t, (void)why;
    lost++;
}

static const bight_protocol cancelling = {.size = sizeof(bight_protocol),
                                          .connection_made = cancel_inside,
                                          .connection_lost = count_lost};
static const bight_factory cancels = {.size = sizeof(bight_factory),
                                      .protocol = &cancelling};

/* T2: what was made is lost, once. */
START_TEST(E7_cancel_inside_connection_made_ends_the_connection)
{
    struct told told = {.fired = 0};
    start(_i);
    lost = 0;
    ck_assert_ok(bight_connect(scene.loop, told_describe(port, 0), &cancels,
                               NULL, &to_cancel));
    ck_run_until(lost == 1);
    bight_on(to_cancel, told_note, &told);
    ck_run_until(told.fired == 1);
    scene_settle();
    ck_assert_error(told.error, BIGHT_ERROR_CANCELLED);
    ck_assert_uint_eq(scene.made, 1);
    ck_assert_uint_eq(lost, 1);
    end();
}
END_TEST

static void add_deadlines(Suite *suite)
{
    TCase *tcase = leaks_test_case(suite, "deadlines");
    tcase_add_test(tcase, E7_the_deadline_covers_the_lookup);
    tcase_add_test(tcase, E7_the_deadline_covers_every_attempt);
    tcase_add_test(tcase, E7_the_deadline_is_the_owners);
    tcase_add_test(tcase, E7_without_a_deadline_it_waits);
    tcase_add_test(tcase,
                   E7_the_deadline_covers_the_handshake_with_what_is_left);
}

static void add_cancels(Suite *suite)
{
    TCase *tcase = leaks_test_case(suite, "cancel");
    tcase_add_loop_test(
        tcase, E7_cancel_stops_all_and_the_factory_hears_nothing_afterwards, 0,
        STAGES);
    tcase_add_loop_test(tcase,
                        E7_a_timeout_of_the_deferred_is_a_cancel_with_its_name,
                        0, STAGES);
    tcase_add_loop_test(tcase, L9_a_loop_that_closes_ends_it_at_any_stage, 0,
                        STAGES);
    tcase_add_loop_test(tcase, E7_cancel_is_the_same_over_every_wire, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase,
                        E7_cancel_inside_connection_made_ends_the_connection, 0,
                        WIRE_COUNT);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("endpoint.give_up");
    add_deadlines(suite);
    add_cancels(suite);
    return suite;
}
