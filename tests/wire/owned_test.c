/* SPDX-License-Identifier: MIT */
/* T36: Deferreds that a connection owns never outlive it. */
#include <bight/deferred.h>

#include "faults.h"
#include "leaks.h"
#include "scene.h"
#include "suite.h"

/* What the owner's protocol and the Deferred's callbacks did, in order. */
static struct trace trace;
static bight_promise *promises[4];
static unsigned made;
static bight_cancel_answer answer;
static unsigned cancelled;

static bight_cancel_answer cancel(void *arg)
{
    (void)arg;
    cancelled++;
    return answer;
}

static void note_result(bight_result *result, void *arg)
{
    struct heard *heard = arg;
    bight_error error = bight_result_error(result);
    ck_assert_uint_eq(heard->lost, 0);
    if (!bight_failed(error))
        trace_add(&trace, "value");
    else if (bight_error_is(error, &bight_domain, BIGHT_ERROR_CANCELLED))
        trace_add(&trace, "cancelled");
    else if (bight_error_is(error, &bight_domain, BIGHT_ERROR_LINGER_TIMEOUT))
        trace_add(&trace, "linger");
    else
        trace_add(&trace, "error");
}

static void lost(void *self, bight_transport *t, bight_error why)
{
    trace_add(&trace, "lost");
    scene_client.connection_lost(self, t, why);
}

static bight_deferred *deferred(struct heard *heard)
{
    bight_deferred *d =
        bight_deferred_new(scene.loop, &promises[made++], cancel, NULL);
    return bight_finally(d, note_result, heard);
}

/* A client that owns `count` of them. */
static void own(int wire, bight_cancel_answer given, unsigned count)
{
    static bight_protocol protocol;
    static bight_factory factory;
    protocol = scene_client;
    protocol.connection_lost = lost;
    factory = (bight_factory){.size = sizeof(factory), .protocol = &protocol};
    trace = (struct trace){.length = 0};
    made = cancelled = 0;
    answer = given;
    scene_begin((enum wire)wire, BIGHT_LOOP_MANUAL_CLOCK);
    scene.connect.limits.linger_timeout_ms = 5000;
    scene_listen();
    ck_assert_ok(scene_try_connect(&factory, NULL));
    ck_run_until(scene.connected == 1);
    for (unsigned i = 0; i < count; i++)
        bight_transport_own(scene.client, deferred(&scene.clients[0]));
}

static void resolve(unsigned index)
{
    bight_promise_resolve(promises[index], bight_value_none());
}

START_TEST(T36_the_end_cancels_it_and_its_callbacks_run_before_loss)
{
    own(_i, BIGHT_CANCEL_NOW, 2);
    bight_transport_abort(scene.client);
    ck_assert_uint_eq(cancelled, 0);
    ck_run_until(scene.clients[0].lost == 1);
    ck_assert_trace(&trace, "cancelled cancelled lost");
    ck_assert_uint_eq(cancelled, 2);
    resolve(0);
    resolve(1);
    scene_end();
}
END_TEST

START_TEST(T36_loss_waits_for_a_producer_that_answers_later)
{
    own(_i, BIGHT_CANCEL_LATER, 2);
    bight_transport_abort(scene.client);
    ck_run_until(cancelled == 2);
    scene_settle();
    ck_assert_uint_eq(scene.clients[0].lost, 0);
    resolve(1);
    scene_settle();
    ck_assert_uint_eq(scene.clients[0].lost, 0);
    resolve(0);
    ck_run_until(scene.clients[0].lost == 1);
    ck_assert_trace(&trace, "value value lost");
    ck_assert_error(scene.clients[0].why, BIGHT_ERROR_ABORTED);
    scene_end();
}
END_TEST

START_TEST(T36_the_wait_is_bounded_by_the_linger_timeout)
{
    own(_i, BIGHT_CANCEL_LATER, 1);
    bight_transport_abort(scene.client);
    ck_run_until(cancelled == 1);
    scene_settle();
    ck_assert_ok(bight_loop_advance(scene.loop, 4999));
    ck_assert_uint_eq(scene.clients[0].lost, 0);
    ck_assert_ok(bight_loop_advance(scene.loop, 30));
    ck_assert_trace(&trace, "linger lost");
    resolve(0);
    scene_end();
}
END_TEST

/* What its callbacks hand over is waited for, and cancelled, just so. */
static void hand_over(bight_result *result, void *arg)
{
    bight_result_chain(result, deferred(arg));
}

START_TEST(T36_the_wait_covers_what_its_callbacks_hand_over)
{
    own(_i, BIGHT_CANCEL_LATER, 0);
    bight_deferred *d = deferred(&scene.clients[0]);
    bight_transport_own(scene.client,
                        bight_finally(d, hand_over, &scene.clients[0]));
    bight_transport_abort(scene.client);
    ck_run_until(cancelled == 1);
    resolve(0);
    ck_run_until(made == 2);
    scene_settle();
    ck_assert_uint_eq(scene.clients[0].lost, 0);
    ck_assert_ok(bight_loop_advance(scene.loop, 5030));
    ck_assert_trace(&trace, "value linger lost");
    resolve(1);
    scene_end();
}
END_TEST

START_TEST(T36_one_that_settled_is_forgotten)
{
    own(_i, BIGHT_CANCEL_NOW, 1);
    resolve(0);
    scene_settle();
    ck_assert_trace(&trace, "value");
    bight_transport_abort(scene.client);
    ck_run_until(scene.clients[0].lost == 1);
    ck_assert_uint_eq(cancelled, 0);
    ck_assert_trace(&trace, "value lost");
    scene_end();
}
END_TEST

START_TEST(T36_the_peer_s_end_cancels_it_too)
{
    own(_i, BIGHT_CANCEL_NOW, 1);
    bight_transport_close(scene_last_server()->t);
    ck_run_until(scene.clients[0].lost == 1);
    ck_assert_trace(&trace, "cancelled lost");
    resolve(0);
    scene_end();
}
END_TEST

START_TEST(T36_of_an_ended_connection_it_is_cancelled_at_once)
{
    own(_i, BIGHT_CANCEL_NOW, 0);
    bight_transport *t = bight_transport_ref(scene.client);
    bight_transport_abort(t);
    ck_run_until(scene.clients[0].lost == 1);
    static struct heard nobody;
    bight_transport_own(t, deferred(&nobody));
    ck_assert_uint_eq(cancelled, 1);
    scene_settle();
    ck_assert_trace(&trace, "lost cancelled");
    resolve(0);
    bight_transport_unref(t);
    scene_end();
}
END_TEST

static void own_in_loss(void *self, bight_transport *t, bight_error why)
{
    static struct heard nobody;
    bight_transport_own(t, deferred(&nobody));
    lost(self, t, why);
}

START_TEST(T36_one_given_in_connection_lost_is_cancelled_at_once)
{
    own(_i, BIGHT_CANCEL_NOW, 0);
    bight_protocol late = scene_client;
    late.connection_lost = own_in_loss;
    ck_assert_ok(bight_transport_set_protocol(scene.client, &late, NULL));
    scene_settle();
    bight_transport_abort(scene.client);
    ck_run_until(cancelled == 1);
    scene_settle();
    resolve(0);
    scene_end();
}
END_TEST

START_TEST(T36_T33_there_is_no_switch_while_it_owns_any)
{
    own(_i, BIGHT_CANCEL_NOW, 1);
    ck_assert_error(
        bight_transport_set_protocol(scene.client, &scene_client, NULL),
        BIGHT_ERROR_BUSY);
    resolve(0);
    scene_settle();
    ck_assert_ok(
        bight_transport_set_protocol(scene.client, &scene_client, NULL));
    scene_end();
}
END_TEST

START_TEST(T36_a_loop_that_closes_waits_for_nobody_whose_clock_stands)
{
    own(_i, BIGHT_CANCEL_LATER, 2);
    scene_end();
    ck_assert_trace(&trace, "linger linger lost");
    resolve(0);
    resolve(1);
}
END_TEST

START_TEST(T36_without_memory_the_connection_ends_and_nothing_outlives_it)
{
    unsigned n = 0;
    bool injected;
    do {
        own(_i, BIGHT_CANCEL_NOW, 0);
        bight_deferred *d = deferred(&scene.clients[0]);
        faults_fail_nth(++n);
        bight_transport_own(scene.client, d);
        injected = faults_failed() > 0;
        faults_fail_nth(0);
        if (injected) {
            ck_run_until(scene.clients[0].lost == 1);
            ck_assert_error(scene.clients[0].why, BIGHT_ERROR_NO_MEMORY);
            ck_assert_trace(&trace, "cancelled lost");
        }
        resolve(0);
        scene_end();
    } while (injected);
    ck_assert_uint_ge(n, 2);
}
END_TEST

/* Its loop is gone, its consumer's end is not. */
static bight_deferred *outlived(bool promised, bight_promise **ret_promise)
{
    bight_loop *loop = loops_new(BIGHT_LOOP_MANUAL_CLOCK);
    bight_deferred *d = bight_deferred_new(loop, ret_promise, NULL, NULL);
    ck_assert_ptr_nonnull(d);
    if (!promised)
        bight_promise_resolve(*ret_promise, bight_value_none());
    bight_loop_free(loop);
    return d;
}

START_TEST(T36_D14_one_that_outlived_its_loop_has_settled)
{
    for (unsigned promised = 0; promised < 2; promised++) {
        bight_promise *promise;
        own(_i, BIGHT_CANCEL_NOW, 0);
        bight_transport_own(scene.client, outlived(promised != 0, &promise));
        bight_transport_abort(scene.client);
        ck_run_until(scene.clients[0].lost == 1);
        if (promised != 0)
            bight_promise_resolve(promise, bight_value_none());
        scene_end();
    }
}
END_TEST

START_TEST(T36_D14_one_that_outlived_its_loop_needs_no_memory)
{
    for (unsigned promised = 0; promised < 2; promised++) {
        bight_promise *promise;
        own(_i, BIGHT_CANCEL_NOW, 0);
        bight_deferred *d = outlived(promised != 0, &promise);
        faults_fail_all();
        bight_transport_own(scene.client, d);
        faults_fail_nth(0);
        ck_run_until(scene.clients[0].lost == 1);
        ck_assert_error(scene.clients[0].why, BIGHT_ERROR_NO_MEMORY);
        if (promised != 0)
            bight_promise_resolve(promise, bight_value_none());
        scene_end();
    }
}
END_TEST

static void unhandled(void *ctx, bight_error error, const char *made_at)
{
    (void)ctx;
    (void)made_at;
    ck_assert_error(error, BIGHT_ERROR_RANGE);
    trace_add(&trace, "unhandled");
}

START_TEST(T36_D9_an_error_that_nobody_handles_is_reported)
{
    own(_i, BIGHT_CANCEL_NOW, 0);
    bight_promise *promise;
    bight_deferred *d = bight_deferred_new(scene.loop, &promise, NULL, NULL);
    bight_loop_set_unhandled(scene.loop, unhandled, NULL);
    bight_transport_own(scene.client, d);
    bight_promise_reject(promise, bight_error_of(BIGHT_ERROR_RANGE));
    scene_settle();
    ck_assert_trace(&trace, "unhandled");
    ck_assert(bight_transport_is_open(scene.client));
    scene_end();
}
END_TEST

static void add_each(TCase *tcase, const TTest *test)
{
    tcase_add_loop_test(tcase, test, WIRE_MEMORY, WIRE_COUNT);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("wire.owned");
    TCase *tcase = leaks_test_case(suite, "owned");
    add_each(tcase, T36_the_end_cancels_it_and_its_callbacks_run_before_loss);
    add_each(tcase, T36_loss_waits_for_a_producer_that_answers_later);
    add_each(tcase, T36_the_wait_is_bounded_by_the_linger_timeout);
    add_each(tcase, T36_the_wait_covers_what_its_callbacks_hand_over);
    add_each(tcase, T36_one_that_settled_is_forgotten);
    add_each(tcase, T36_the_peer_s_end_cancels_it_too);
    add_each(tcase, T36_of_an_ended_connection_it_is_cancelled_at_once);
    add_each(tcase, T36_one_given_in_connection_lost_is_cancelled_at_once);
    add_each(tcase, T36_T33_there_is_no_switch_while_it_owns_any);
    add_each(tcase, T36_a_loop_that_closes_waits_for_nobody_whose_clock_stands);
    add_each(tcase,
             T36_without_memory_the_connection_ends_and_nothing_outlives_it);
    add_each(tcase, T36_D14_one_that_outlived_its_loop_has_settled);
    add_each(tcase, T36_D14_one_that_outlived_its_loop_needs_no_memory);
    add_each(tcase, T36_D9_an_error_that_nobody_handles_is_reported);
    return suite;
}
