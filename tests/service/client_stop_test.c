/* SPDX-License-Identifier: MIT */
/*
 * E12: stop in any state is bounded and final. Every state of a client service
 * meets every event: a stop, two, a free, a start, its peer's and its loop's
 * end. And S3: the n-th failing allocation and backend call.
 */
#include <bight/endpoint_kind.h>

#include "loop/loop.h"
#include "serving.h"

enum state {
    STOPPED,
    STARTING,
    CONNECTING,
    CONNECTING_LATE, /* whose cancel does not come to an end */
    PREPARING,
    DROPPING,
    CONNECTED,
    WAITING,
    DISCONNECTING,
    STATES
};

static const char *const names[STATES] = {
    "stopped",    "connecting", "connecting", "connecting",   "connecting",
    "connecting", "connected",  "waiting",    "disconnecting"};

enum event {
    STOPS,
    STOPS_TWICE,
    FREES,
    STARTS,
    PEER_ENDS,
    LOOP_CLOSES,
    EVENTS
};

/* -- a kind of endpoint that never answers
 * ------------------------------------- */

static bight_deferred *hang(bight_loop *loop, const bight_endpoint *endpoint,
                            const bight_factory *factory,
                            const bight_owner_options *options)
{
    (void)endpoint, (void)factory, (void)options;
    return bight_deferred_new(loop, &s.prepare, on_cancel, NULL);
}

static const bight_endpoint_field no_fields[] = {{.name = NULL}};
static const bight_endpoint_kind hanging = {
    .size = sizeof(bight_endpoint_kind),
    .name = "hang",
    .summary = "never answers",
    .sides = BIGHT_ENDPOINT_CLIENT,
    .fields = no_fields,
    .field_size = sizeof(no_fields[0]),
    .connect = hang,
};

/* -- states and events
 * ------------------------------------------------------------ */

static void begin_in(enum state state, enum wire wire)
{
    bool hangs = state == CONNECTING || state == CONNECTING_LATE;
    setup(wire, BIGHT_LOOP_MANUAL_CLOCK);
    s.options.prepare =
        state == PREPARING || state == DROPPING ? on_prepare : NULL;
    s.late = state == CONNECTING_LATE;
    scene.stays = true;
    scene_listen();
    ck_assert_ok(try_new_at(hangs ? "hang:" : place()));
    if (state == WAITING)
        bight_listener_close(scene.listener);
    if (state == STOPPED)
        return;
    ck_assert_ok(bight_client_service_start(s.service));
    if (hangs)
        ck_run_until(s.prepare != NULL);
    if (state == PREPARING || state == DROPPING)
        ck_run_until(s.prepare != NULL && scene.served == 1);
    if (state == DROPPING) {
        prepare_ends(bight_error_of(BIGHT_ERROR_REFUSED));
        scene_step();
    }
    if (state == CONNECTED || state == DISCONNECTING)
        ck_run_until(is_in("connected") && scene.served == 1);
    if (state == DISCONNECTING)
        bight_detach(bight_client_service_stop(s.service));
    if (state == WAITING)
        ck_run_until(is_in("waiting"));
}

static unsigned closed;

static void on_closed(void *ctx, const bight_close_report *report)
{
    (void)ctx;
    closed++;
    ck_assert_uint_ge(report->count, 1);
}

/* No later attempt, whatever time passes. */
static void check_final(void)
{
    unsigned made = scene.made, failures = s.failures;
    ck_assert_state("stopped");
    advance(10000000);
    ck_assert_state("stopped");
    ck_assert_uint_eq(scene.made, made);
    ck_assert_uint_eq(s.failures, failures);
}

static void stops(struct told *waits, unsigned times)
{
    struct told told[2] = {{.fired = 0}};
    unsigned failures = s.failures;
    for (unsigned i = 0; i < times; i++)
        tell(&told[i], bight_client_service_stop(s.service));
    ck_assert_uint_eq(told[0].fired, 0);
    advance(5040);
    for (unsigned i = 0; i < times; i++) {
        ck_assert_uint_eq(told[i].fired, 1);
        ck_assert_ok(told[i].error);
    }
    ck_assert_uint_eq(s.failures, failures);
    ck_assert_uint_eq(waits->fired, 1);
    check_final();
}

static void play(enum state state, enum event event)
{
    static struct told waits; /* fires when the service ends */
    tell(&waits, bight_client_service_when_connected(s.service, 0));
    bight_error started = bight_ok();
    switch (event) {
    case STOPS:
    case STOPS_TWICE:
        stops(&waits, event == STOPS ? 1 : 2);
        break;
    case FREES:
        bight_client_service_free(s.service);
        s.service = NULL;
        ck_assert_uint_eq(waits.fired, 0);
        advance(5040);
        ck_assert_uint_eq(waits.fired, 1);
        advance(1000000);
        break;
    case STARTS:
        started = bight_client_service_start(s.service);
        if (state == DISCONNECTING)
            ck_assert_error(started, BIGHT_ERROR_BUSY);
        else
            ck_assert_ok(started);
        break;
    case PEER_ENDS:
        for (unsigned i = 0; i < scene.served; i++)
            if (scene.servers[i].t != NULL)
                bight_transport_abort(scene.servers[i].t);
        advance(30000);
        break;
    case LOOP_CLOSES:
        closed = 0;
        bight_loop_close(scene.loop, on_closed, NULL);
        ck_assert_uint_eq(closed, 1);
        ck_assert_uint_eq(waits.fired, 1);
        ck_assert_state("stopped");
        ck_assert_error(bight_client_service_start(s.service),
                        BIGHT_ERROR_CLOSED);
        ck_assert_ptr_null(bight_client_service_stop(s.service));
        ck_assert_ptr_null(bight_client_service_when_connected(s.service, 0));
        break;
    case EVENTS:
        break;
    }
}

START_TEST(E12_every_state_meets_every_event)
{
    enum state state = (enum state)(_i / EVENTS % STATES);
    enum event event = (enum event)(_i % EVENTS);
    begin_in(state, (enum wire)(_i / EVENTS / STATES));
    ck_assert_str_eq(names[state],
                     state_names[bight_client_service_state(s.service)]);
    play(state, event);
    finish();
    for (unsigned i = 0; i < scene.made; i++)
        ck_assert_uint_eq(scene.clients[i].lost, 1);
}
END_TEST

/* -- bounds -------------------------------------------------------------------
 */

static void never(struct told *told)
{
    tell(told, bight_client_service_stop(s.service));
    advance(4990);
    ck_assert_uint_eq(told->fired, 0);
    ck_assert_state("disconnecting");
    advance(10);
    ck_run_until(told->fired == 1);
    ck_assert_ok(told->error);
    check_final();
}

START_TEST(E12_a_peer_that_takes_nothing_is_cut_off)
{
    struct told told;
    begin_connected(_i);
    bight_transport_pause_reading(scene.servers[0].t, BIGHT_HOLD_USER);
    static uint8_t much[8 * 1024 * 1024];
    (void)bight_transport_write(bight_client_service_transport(s.service),
                                bight_bytes_of(much, sizeof(much)));
    never(&told);
    ck_assert_uint_eq(scene.clients[0].lost, 1);
    finish();
}
END_TEST

START_TEST(E12_a_prepare_that_does_not_let_go_is_left)
{
    struct told told;
    begin_in(PREPARING, (enum wire)_i);
    s.late = true;
    tell(&told, bight_client_service_stop(s.service));
    ck_assert_uint_eq(s.cancelled, 1);
    advance(4990);
    ck_assert_uint_eq(told.fired, 0);
    advance(40);
    ck_run_until(told.fired == 1);
    prepare_ends(bight_ok());
    check_final();
    finish();
}
END_TEST

START_TEST(E12_a_stopped_service_may_begin_again)
{
    begin_connected(_i);
    stopped_now();
    ck_assert_ok(bight_client_service_start(s.service));
    ck_run_until(is_in("connected"));
    ck_assert_uint_eq(scene.made, 2);
    stopped_now();
    finish();
}
END_TEST

START_TEST(E12_who_no_longer_waits_for_a_stop_does_not_end_it)
{
    struct told told = {.fired = 0};
    begin_connected(_i);
    bight_deferred *d = bight_client_service_stop(s.service);
    bight_finally(d, told_note, &told);
    bight_cancel(d);
    stopped_now();
    ck_assert_uint_eq(told.fired, 1);
    ck_assert_error(told.error, BIGHT_ERROR_CANCELLED);
    bight_detach(d);
    finish();
}
END_TEST

/* -- hooks that act
 * ------------------------------------------------------------ */

static void check_over(enum act what)
{
    scene_settle();
    if (what != CLOSE_LOOP)
        advance(6000);
    if (what != FREE)
        ck_assert_state("stopped");
    if (what != CLOSE_LOOP)
        advance(1000000);
    ck_assert_uint_le(scene.made, 1);
    ck_assert_uint_le(s.failures, 1);
}

static void begin_acting(bool listens)
{
    setup(WIRE_MEMORY, BIGHT_LOOP_MANUAL_CLOCK);
    s.options.is_fatal = on_fatal;
    s.options.prepare = on_prepare;
    if (listens)
        scene_listen();
    ck_assert_ok(try_new());
    ck_assert_ok(bight_client_service_start(s.service));
}

START_TEST(E12_a_failure_s_hook_may_end_it)
{
    begin_acting(false);
    s.in_failed = (enum act)_i;
    ck_run_until(s.failures == 1);
    check_over(s.in_failed);
    finish();
}
END_TEST

START_TEST(E12_the_classifier_may_end_it)
{
    begin_acting(false);
    s.in_fatal = (enum act)_i;
    scene_settle();
    ck_assert_uint_eq(s.failures, 0);
    check_over(s.in_fatal);
    finish();
}
END_TEST

START_TEST(E12_the_prepare_hook_may_end_it)
{
    begin_acting(true);
    s.in_prepare = (enum act)_i;
    ck_run_until(scene.made == 1);
    check_over(s.in_prepare);
    ck_assert_uint_eq(scene.clients[0].lost, 1);
    finish();
}
END_TEST

START_TEST(E12_the_owner_s_hook_may_end_it)
{
    begin_acting(true);
    s.in_ended = (enum act)_i;
    ck_run_until(s.prepare != NULL);
    prepare_ends(bight_ok());
    ck_run_until(is_in("connected"));
    bight_transport_abort(bight_client_service_transport(s.service));
    ck_run_until(scene.clients[0].lost == 1);
    check_over(s.in_ended);
    finish();
}
END_TEST

/* -- S3
 * ---------------------------------------------------------------------------
 */

static bool run_once(enum wire wire, bool calls, unsigned n)
{
    size_t descriptors = leaks_descriptors();
    struct told told = {.fired = 1};
    setup(wire, BIGHT_LOOP_MANUAL_CLOCK);
    scene_listen();
    if (calls)
        scene.loop->faults = n;
    else
        faults_fail_nth(n);
    if (!bight_failed(try_new())) {
        ck_assert_ok(bight_client_service_start(s.service));
        tell(&told, bight_client_service_when_connected(s.service, 0));
    }
    for (unsigned i = 0; i < 5; i++)
        advance(10000);
    bool injected = calls ? scene.loop->faults == 0 : faults_failed() > 0;
    faults_fail_nth(0);
    scene.loop->faults = 0;
    ck_assert_uint_eq(told.fired, 1);
    if (s.service == NULL)
        ck_assert_ok(try_new());
    /* The server may have lost its end. */
    ck_assert_ok(bight_client_service_start(s.service));
    for (unsigned i = 0; !is_in("connected"); i++) {
        ck_assert_uint_lt(i, 50);
        advance(10000);
    }
    stopped_now();
    finish();
    faults_wait_for_live(0);
    ck_assert_uint_eq(leaks_descriptors(), descriptors);
    return injected;
}

START_TEST(S3_the_nth_failure_costs_an_attempt_at_most)
{
    unsigned n = 1;
    bool calls = _i >= WIRE_COUNT;
    while (run_once((enum wire)(_i % WIRE_COUNT), calls, n))
        n++;
    printf("wire %d: %u failing %s\n", _i % WIRE_COUNT, n - 1,
           calls ? "calls" : "allocations");
    ck_assert_uint_gt(n, calls ? 1 : 8);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("service.client_stop");
    ck_assert_ok(bight_endpoint_register(&hanging));
    TCase *tcase = leaks_test_case(suite, "states and events");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, E12_every_state_meets_every_event, 0,
                        WIRE_COUNT * STATES * EVENTS);
    tcase = leaks_test_case(suite, "bounds");
    tcase_add_loop_test(tcase, E12_a_peer_that_takes_nothing_is_cut_off, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase, E12_a_prepare_that_does_not_let_go_is_left, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase, E12_a_stopped_service_may_begin_again, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase,
                        E12_who_no_longer_waits_for_a_stop_does_not_end_it, 0,
                        WIRE_COUNT);
    tcase = leaks_test_case(suite, "hooks");
    tcase_add_loop_test(tcase, E12_a_failure_s_hook_may_end_it, STOP,
                        CLOSE_LOOP + 1);
    tcase_add_loop_test(tcase, E12_the_classifier_may_end_it, STOP,
                        CLOSE_LOOP + 1);
    tcase_add_loop_test(tcase, E12_the_prepare_hook_may_end_it, STOP,
                        CLOSE_LOOP + 1);
    tcase_add_loop_test(tcase, E12_the_owner_s_hook_may_end_it, STOP,
                        CLOSE_LOOP + 1);
    tcase = leaks_test_case(suite, "faults");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, S3_the_nth_failure_costs_an_attempt_at_most, 0,
                        2 * WIRE_COUNT);
    return suite;
}
