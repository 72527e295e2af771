/* SPDX-License-Identifier: MIT */
/* The port forwarder: bytes, ends and pressure go through, both ways. */
#include <errno.h>
#include <string.h>

#include <bight/endpoint_kind.h>
#include <bight/plugin.h>
#include <bight/transport.h>

#include "faulty.h"
#include "leaks.h"
#include "suite.h"
#include "talk.h"

extern const bight_plugin bight_plugin_echo;
extern const bight_plugin bight_plugin_portforward;

/* What may be under way in one direction: both wires, what the forwarder has
 * queued, up to its high mark and one read, and what it holds. */
#define UNDER_WAY (4 * TALK_CAPACITY + 64 * 1024)

/* The values of the plugin's option table. */
static struct {
    const char *to;
    uint64_t connect_timeout_ms;
} options;

/* The near one's client connects, the far one's is connected to. */
static struct talk near_talk, far_talk;

static void begin(size_t read_chunk, size_t write_chunk)
{
    bight_memory_options memory = talk_split(read_chunk, write_chunk);
    options.to = "memory:far";
    options.connect_timeout_ms = 1000;
    ck_assert_uint_eq(sizeof(options),
                      bight_plugin_portforward.options->values_size);
    talk_await(&far_talk, "far", &memory);
    talk_begin_beside(&near_talk, &far_talk, &bight_plugin_portforward,
                      &options);
}

static void begin_joined(void)
{
    begin(0, 0);
    talk_run(&near_talk);
    ck_assert_ptr_nonnull(far_talk.client);
}

static void end(void)
{
    talk_end(&near_talk);
    talk_end(&far_talk);
}

/* Both directions: which of the two speaks. */
static struct talk *speaker(int i)
{
    return i == 0 ? &near_talk : &far_talk;
}

static struct talk *hearer(int i)
{
    return i == 0 ? &far_talk : &near_talk;
}

/* -- bytes ---------------------------------------------------------------- */

START_TEST(bytes_go_both_ways_under_every_split)
{
    const bight_bytes there = BIGHT_BYTES("hello, world\n\0\xff");
    const bight_bytes back = BIGHT_BYTES("how do you do?");
    for (size_t write = 0; write <= there.size; write++) {
        begin((size_t)_i, write);
        talk_write(&near_talk, there);
        talk_run(&near_talk);
        ck_assert_received(&far_talk, there);
        talk_write(&far_talk, back);
        talk_run(&near_talk);
        ck_assert_received(&near_talk, back);
        end();
    }
}
END_TEST

START_TEST(much_goes_through_whole)
{
    const bight_bytes much = talk_pattern(1000000);
    begin_joined();
    talk_write(speaker(_i), much);
    talk_run(&near_talk);
    ck_assert_received(hearer(_i), much);
    end();
}
END_TEST

/* -- ends ----------------------------------------------------------------- */

START_TEST(a_half_close_goes_through_and_the_other_way_stays_open)
{
    struct talk *from = speaker(_i), *to = hearer(_i);
    begin_joined();
    talk_write(from, BIGHT_BYTES("question"));
    talk_write_eof(from);
    talk_run(from);
    ck_assert_received(to, BIGHT_BYTES("question"));
    ck_assert(to->eof);
    ck_assert(!from->eof);
    talk_write(to, BIGHT_BYTES("answer"));
    talk_run(to);
    ck_assert_received(from, BIGHT_BYTES("answer"));
    ck_assert(!from->eof);
    talk_write_eof(to);
    talk_run(to);
    ck_assert(from->eof);
    ck_assert(near_talk.server_ended);
    ck_assert_error(near_talk.server.why, BIGHT_ERROR_EOF);
    ck_assert_ptr_null(near_talk.client);
    ck_assert_ptr_null(far_talk.client);
    end();
}
END_TEST

/* All before the connect has come about. */
START_TEST(what_comes_before_the_far_end_is_there_is_kept)
{
    begin((size_t)_i, 0);
    talk_write(&near_talk, BIGHT_BYTES("all at once"));
    talk_write_eof(&near_talk);
    talk_run(&near_talk);
    ck_assert_received(&far_talk, BIGHT_BYTES("all at once"));
    ck_assert(far_talk.eof);
    talk_write(&far_talk, BIGHT_BYTES("back"));
    talk_write_eof(&far_talk);
    talk_run(&near_talk);
    ck_assert_received(&near_talk, BIGHT_BYTES("back"));
    ck_assert(near_talk.eof);
    end();
}
END_TEST

START_TEST(a_close_ends_both)
{
    struct talk *from = speaker(_i), *to = hearer(_i);
    begin_joined();
    talk_write(from, BIGHT_BYTES("bye"));
    bight_transport_close(from->client);
    talk_run(from);
    ck_assert_received(to, BIGHT_BYTES("bye"));
    ck_assert(to->eof);
    bight_transport_close(to->client);
    talk_run(to);
    ck_assert(near_talk.server_ended);
    ck_assert_ptr_null(near_talk.client);
    ck_assert_ptr_null(far_talk.client);
    end();
}
END_TEST

/* T18: the slow one's rest is not under the deadline of a close. */
START_TEST(T18_after_both_eofs_a_slow_reader_still_gets_all)
{
    const bight_bytes much = talk_pattern(100000);
    struct talk *from = speaker(_i), *slow = hearer(_i);
    begin_joined();
    bight_transport_pause_reading(slow->client, BIGHT_HOLD_USER);
    talk_write_eof(slow);
    talk_write(from, much);
    talk_write_eof(from);
    talk_run(from);
    ck_assert_ptr_null(from->client);
    ck_assert_ok(bight_loop_advance(from->loop, 3600 * 1000));
    ck_assert_ok(slow->why);
    ck_assert_ptr_nonnull(slow->client);
    bight_transport_resume_reading(slow->client, BIGHT_HOLD_USER);
    talk_run(slow);
    ck_assert_received(slow, much);
    ck_assert(slow->eof);
    ck_assert(near_talk.server_ended);
    ck_assert_error(near_talk.server.why, BIGHT_ERROR_EOF);
    end();
}
END_TEST

/* T25: what was cut short must not look like an end. */
START_TEST(a_reset_goes_through_as_one)
{
    struct talk *from = speaker(_i), *to = hearer(_i);
    begin_joined();
    talk_write(from, BIGHT_BYTES("cut"));
    talk_run(from);
    bight_transport_abort(from->client);
    talk_run(from);
    ck_assert_ptr_null(to->client);
    ck_assert(!to->eof);
    ck_assert_error(to->why, BIGHT_ERROR_RESET);
    ck_assert(near_talk.server_ended);
    end();
}
END_TEST

START_TEST(a_stop_ends_both)
{
    begin_joined();
    bight_listener_drain(near_talk.listener, 1000, NULL, NULL);
    talk_run(&near_talk);
    ck_assert(near_talk.eof);
    bight_transport_close(near_talk.client);
    talk_run(&near_talk);
    ck_assert(far_talk.eof);
    end();
}
END_TEST

/* -- pressure ------------------------------------------------------------- */

START_TEST(a_sink_that_does_not_read_stops_the_sender)
{
    const bight_bytes much = talk_pattern(1000000);
    struct talk *from = speaker(_i), *to = hearer(_i);
    bight_end at_stop = {.size = sizeof(at_stop)};
    bight_end later = {.size = sizeof(later)};
    begin_joined();
    bight_transport_pause_reading(to->client, BIGHT_HOLD_USER);
    talk_write(from, much);
    talk_run(from);
    bight_transport_end(from->client, &at_stop);
    ck_assert(from->paused);
    ck_assert_uint_le(at_stop.bytes_out, UNDER_WAY);
    ck_assert_ok(bight_loop_advance(from->loop, 5000));
    bight_transport_end(from->client, &later);
    ck_assert_uint_eq(later.bytes_out, at_stop.bytes_out);
    bight_transport_resume_reading(to->client, BIGHT_HOLD_USER);
    talk_run(from);
    ck_assert(!from->paused);
    ck_assert_received(to, much);
    end();
}
END_TEST

START_TEST(pressure_one_way_leaves_the_other_way_free)
{
    struct talk *from = speaker(_i), *to = hearer(_i);
    begin_joined();
    bight_transport_pause_reading(to->client, BIGHT_HOLD_USER);
    talk_write(from, talk_pattern(1000000));
    talk_run(from);
    talk_write(to, BIGHT_BYTES("still here"));
    talk_run(to);
    ck_assert_received(from, BIGHT_BYTES("still here"));
    end();
}
END_TEST

/* -- connecting ----------------------------------------------------------- */

/* A kind whose connect waits, until the test or a cancel ends it. */
static bight_promise *waiting;
static unsigned cancels;
static uint64_t timeout_ms;

static bight_cancel_answer never_cancelled(void *arg)
{
    bight_cancel_answer *answer = arg;
    cancels++;
    return *answer;
}

static bight_cancel_answer answer;

static bight_deferred *never_connect(bight_loop *loop,
                                     const bight_endpoint *endpoint,
                                     const bight_factory *factory,
                                     const bight_owner_options *owner)
{
    (void)endpoint;
    (void)factory;
    timeout_ms = owner->limits.connect_timeout_ms;
    return bight_deferred_new(loop, &waiting, never_cancelled, &answer);
}

static const bight_endpoint_field no_fields[] = {{.name = NULL}};

static const bight_endpoint_kind never = {
    .size = sizeof(bight_endpoint_kind),
    .name = "never",
    .summary = "waits",
    .sides = BIGHT_ENDPOINT_CLIENT,
    .fields = no_fields,
    .field_size = sizeof(bight_endpoint_field),
    .connect = never_connect,
};

static void register_never(void)
{
    bight_error error = bight_endpoint_register(&never);
    if (!bight_error_is(error, &bight_domain, BIGHT_ERROR_BUSY))
        ck_assert_ok(error);
}

/* The client is connected to a forwarder that waits. */
static void begin_waiting(bight_cancel_answer how)
{
    answer = how;
    cancels = 0;
    options.to = "never:";
    options.connect_timeout_ms = 1234;
    talk_begin_plugin(&near_talk, &bight_plugin_portforward, &options, NULL);
    talk_run(&near_talk);
    ck_assert(!near_talk.server_ended);
    ck_assert_uint_eq(timeout_ms, 1234);
}

START_TEST(a_refused_connect_is_the_reason_of_the_clients_end)
{
    options.to = "memory:nobody";
    options.connect_timeout_ms = 1000;
    talk_begin_plugin(&near_talk, &bight_plugin_portforward, &options, NULL);
    talk_run(&near_talk);
    ck_assert_error(near_talk.why, BIGHT_ERROR_RESET);
    ck_assert(near_talk.server_ended);
    ck_assert_error(near_talk.server.why, BIGHT_ERROR_REFUSED);
    ck_assert_int_eq(near_talk.server.system, ECONNREFUSED);
    talk_end(&near_talk);
}
END_TEST

START_TEST(a_connect_that_times_out_is_the_reason_of_the_clients_end)
{
    begin_waiting(BIGHT_CANCEL_NOW);
    bight_promise_reject(waiting, bight_error_of(BIGHT_ERROR_TIMED_OUT));
    talk_run(&near_talk);
    ck_assert_error(near_talk.why, BIGHT_ERROR_RESET);
    ck_assert_error(near_talk.server.why, BIGHT_ERROR_TIMED_OUT);
    ck_assert_uint_eq(cancels, 0);
    talk_end(&near_talk);
}
END_TEST

START_TEST(T36_a_client_that_goes_meanwhile_cancels_the_connect)
{
    begin_waiting(BIGHT_CANCEL_NOW);
    bight_transport_abort(near_talk.client);
    talk_run(&near_talk);
    ck_assert_uint_eq(cancels, 1);
    ck_assert(near_talk.server_ended);
    ck_assert_error(near_talk.server.why, BIGHT_ERROR_RESET);
    bight_promise_reject(waiting, bight_error_of(BIGHT_ERROR_CANCELLED));
    talk_end(&near_talk);
}
END_TEST

START_TEST(T36_the_end_waits_for_a_connect_that_answers_later)
{
    begin_waiting(BIGHT_CANCEL_LATER);
    bight_transport_abort(near_talk.client);
    talk_run(&near_talk);
    ck_assert_uint_eq(cancels, 1);
    ck_assert(!near_talk.server_ended);
    bight_promise_reject(waiting, bight_error_of(BIGHT_ERROR_CANCELLED));
    talk_run(&near_talk);
    ck_assert(near_talk.server_ended);
    ck_assert_error(near_talk.server.why, BIGHT_ERROR_RESET);
    talk_end(&near_talk);
}
END_TEST

/* How listening with this `to` fails, as text. */
static const char *refusal(const char *to)
{
    static char text[512];
    bight_owner_options owner;
    bight_listener *listener;
    bight_loop *loop = loops_new(BIGHT_LOOP_VIRTUAL);
    options.to = to;
    options.connect_timeout_ms = 1000;
    bight_owner_options_init(&owner);
    owner.factory_options = &options;
    bight_error error =
        bight_memory_listen(loop, bight_plugin_portforward.factory, "talk",
                            NULL, &owner, &listener);
    ck_assert(bight_failed(error));
    (void)bight_error_format(error, text, sizeof(text));
    loops_free(loop);
    return text;
}

START_TEST(a_malformed_endpoint_fails_the_start_and_is_shown)
{
    ck_assert_ptr_nonnull(
        strstr(refusal("tcpp:127.0.0.1:80"), "to tcpp:127.0.0.1:80"));
    ck_assert_ptr_nonnull(strstr(refusal("tcpp:127.0.0.1:80"), "tcp"));
    ck_assert_ptr_nonnull(strstr(refusal("tcp:127.0.0.1:99999"), "99999"));
    ck_assert_ptr_nonnull(strstr(refusal(""), "to "));
}
END_TEST

START_TEST(without_an_endpoint_the_start_fails)
{
    ck_assert_ptr_nonnull(strstr(refusal(NULL), "needs the option 'to'"));
}
END_TEST

/* S3 */
START_TEST(S3_each_failing_allocation_costs_a_connection_at_most)
{
    const struct faulty faulty = {
        .plugin = &bight_plugin_portforward,
        .options = &options,
        .far = &bight_plugin_echo,
        .says = "hello, world\n",
        .clients = 2,
    };
    options.to = "memory:far";
    options.connect_timeout_ms = 1000;
    ck_assert_uint_gt(faulty_talk(&faulty), 20);
}
END_TEST

static void add_joined(Suite *suite)
{
    TCase *tcase = leaks_test_case(suite, "joined");
    tcase_add_loop_test(tcase, bytes_go_both_ways_under_every_split, 0, 16);
    tcase_add_loop_test(tcase, much_goes_through_whole, 0, 2);
    tcase_add_loop_test(
        tcase, a_half_close_goes_through_and_the_other_way_stays_open, 0, 2);
    tcase_add_loop_test(tcase, what_comes_before_the_far_end_is_there_is_kept,
                        0, 4);
    tcase_add_loop_test(tcase, a_close_ends_both, 0, 2);
    tcase_add_loop_test(tcase, T18_after_both_eofs_a_slow_reader_still_gets_all,
                        0, 2);
    tcase_add_loop_test(tcase, a_reset_goes_through_as_one, 0, 2);
    tcase_add_test(tcase, a_stop_ends_both);
    tcase_add_loop_test(tcase, a_sink_that_does_not_read_stops_the_sender, 0,
                        2);
    tcase_add_loop_test(tcase, pressure_one_way_leaves_the_other_way_free, 0,
                        2);
}

/* Kinds are registered for the process, so this is done before the count. */
static void add_connecting(Suite *suite)
{
    TCase *tcase = tcase_create("connecting");
    tcase_add_checked_fixture(tcase, register_never, NULL);
    tcase_add_checked_fixture(tcase, leaks_begin, leaks_end);
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, a_refused_connect_is_the_reason_of_the_clients_end);
    tcase_add_test(tcase,
                   a_connect_that_times_out_is_the_reason_of_the_clients_end);
    tcase_add_test(tcase, T36_a_client_that_goes_meanwhile_cancels_the_connect);
    tcase_add_test(tcase, T36_the_end_waits_for_a_connect_that_answers_later);
    tcase_add_test(tcase, a_malformed_endpoint_fails_the_start_and_is_shown);
    tcase_add_test(tcase, without_an_endpoint_the_start_fails);
    tcase_add_test(tcase,
                   S3_each_failing_allocation_costs_a_connection_at_most);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("protocols.portforward");
    add_joined(suite);
    add_connecting(suite);
    return suite;
}
