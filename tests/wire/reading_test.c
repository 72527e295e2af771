/* SPDX-License-Identifier: MIT */
/* bight_transport_is_reading: what delivery asks for, and answers at once. */
#include <bight/transport.h>

#include "leaks.h"
#include "scene.h"
#include "suite.h"

#define READING(t) bight_transport_is_reading(t)

static void start(enum wire wire)
{
    scene_begin(wire, BIGHT_LOOP_MANUAL_CLOCK);
    scene.stays = true;
    scene_listen();
    scene_connect();
}

START_TEST(T20_any_reason_to_pause_stops_it_at_once)
{
    static const bight_hold all[] = {BIGHT_HOLD_USER, BIGHT_HOLD_RATE,
                                     BIGHT_HOLD_FRAMER, BIGHT_HOLD_UPGRADE};
    start((enum wire)_i);
    bight_transport *t = scene_last_server()->t;
    ck_assert(READING(t));
    for (size_t i = 0; i < 4; i++) {
        bight_transport_pause_reading(t, all[i]);
        bight_transport_pause_reading(t, all[(i + 1) % 4]);
        bight_transport_resume_reading(t, all[(i + 1) % 4]);
        ck_assert(!READING(t));
        bight_transport_resume_reading(t, all[i]);
        ck_assert(READING(t));
    }
    scene_end();
}
END_TEST

START_TEST(T33_not_while_a_switch_is_pending)
{
    start((enum wire)_i);
    bight_transport *t = scene_last_server()->t;
    ck_assert_ok(bight_transport_set_protocol(t, &scene_server, NULL));
    ck_assert(!READING(t));
    scene_settle();
    ck_assert(READING(t));
    scene_end();
}
END_TEST

START_TEST(T22_not_while_bytes_are_held)
{
    start((enum wire)_i);
    bight_transport *t = scene_last_server()->t;
    ck_assert_ok(bight_transport_unread(t, BIGHT_BYTES("again")));
    ck_assert(!READING(t));
    ck_run_until(scene_last_server()->size == 5);
    ck_assert(READING(t));
    scene_end();
}
END_TEST

static void (*const enders[])(bight_transport *t) = {
    bight_transport_close, bight_transport_close_now, bight_transport_abort};

START_TEST(T23_not_after_an_end)
{
    start((enum wire)(_i / 3));
    bight_transport *t = bight_transport_ref(scene_last_server()->t);
    enders[_i % 3](t);
    bight_transport_close(scene.client);
    ck_assert(!READING(t));
    ck_run_until(scene_last_server()->t == NULL);
    ck_assert(!READING(t));
    bight_transport_unref(t);
    scene_end();
}
END_TEST

/* What was read before the peer's eof may still be delivered. */
START_TEST(T27_an_eof_does_not_stop_it)
{
    start((enum wire)_i);
    ck_assert_ok(bight_transport_write_eof(scene.client));
    ck_run_until(scene_last_server()->eof == 1);
    ck_assert(READING(scene_last_server()->t));
    scene_end();
}
END_TEST

static bool in_made;

static void made(void *self, bight_transport *t)
{
    (void)self;
    in_made = READING(t);
}

START_TEST(T4_not_before_connection_made_returned)
{
    static const bight_protocol protocol = {.size = sizeof(bight_protocol),
                                            .connection_made = made};
    static const bight_factory factory = {.size = sizeof(bight_factory),
                                          .protocol = &protocol};
    bight_connector *unused;
    in_made = true;
    scene_begin(WIRE_MEMORY, BIGHT_LOOP_MANUAL_CLOCK);
    scene_listen();
    ck_assert_ok(scene_try_connect(&factory, &unused));
    scene_settle();
    ck_assert(!in_made);
    scene_end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("wire.reading");
    TCase *tcase = leaks_test_case(suite, "is_reading");
    tcase_add_loop_test(tcase, T20_any_reason_to_pause_stops_it_at_once, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase, T33_not_while_a_switch_is_pending, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase, T22_not_while_bytes_are_held, 0, WIRE_COUNT);
    tcase_add_loop_test(tcase, T23_not_after_an_end, 0, 3 * WIRE_COUNT);
    tcase_add_loop_test(tcase, T27_an_eof_does_not_stop_it, 0, WIRE_COUNT);
    tcase_add_test(tcase, T4_not_before_connection_made_returned);
    return suite;
}
