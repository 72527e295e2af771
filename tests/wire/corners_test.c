/* SPDX-License-Identifier: MIT */
/* The machine where several of its parts meet: pipes laid in odd places,
 * switches in a row, producers that close. */
#include <string.h>

#include "faults.h"
#include "leaks.h"
#include "scene.h"
#include "suite.h"

static bight_protocol protocol; /* of the servers, changed by each test */
static bight_transport *servers[2];
static unsigned made;

static void server_made(void *self, bight_transport *t)
{
    (void)self;
    if (made < 2)
        servers[made++] = t;
}

static bool stay(void *self, bight_transport *t)
{
    (void)self;
    (void)t;
    return true;
}

/* Connects `count` clients to servers with the test's protocol. */
static void begin(bool traced, unsigned count)
{
    static const bight_filter_use use = {.filter = &bight_trace};
    const bight_factory factory = {.size = sizeof(bight_factory),
                                   .protocol = &protocol};
    made = 0;
    scene_begin(WIRE_MEMORY, BIGHT_LOOP_VIRTUAL);
    scene.stays = true;
    scene.options.filters = &use;
    scene.options.filter_count = traced ? 1 : 0;
    ck_assert_ok(scene_try_listen(&factory, &scene.listener));
    for (unsigned i = 0; i < count; i++)
        scene_connect_and_fail();
    scene_settle();
    ck_assert_uint_eq(made, count);
}

static void init_protocol(void)
{
    protocol = (bight_protocol){.size = sizeof(bight_protocol),
                                .connection_made = server_made,
                                .eof_received = stay};
}

/* -- pipes ---------------------------------------------------------------- */

static uint8_t four[4];
static size_t updated;

static bight_space offer_four(void *self, bight_transport *t, size_t hint)
{
    (void)self;
    (void)t;
    (void)hint;
    return (bight_space){.data = four, .size = sizeof(four)};
}

static void pipe_after(void *self, bight_transport *t, size_t size)
{
    (void)self;
    updated += size;
    ck_assert_ok(bight_pipe(t, servers[0]));
}

START_TEST(T18_a_pipe_laid_in_buffer_updated_takes_the_rest)
{
    init_protocol();
    protocol.get_buffer = offer_four;
    protocol.buffer_updated = pipe_after;
    updated = 0;
    begin(_i == 1, 2);
    (void)bight_transport_write(scene.clients[1].t, BIGHT_BYTES("0123456789"));
    scene_settle();
    ck_assert_uint_eq(updated, 4);
    ck_assert_str_eq(scene.clients[0].text, "456789");
    scene_end();
}
END_TEST

START_TEST(T18_a_pipe_needs_two_transports_that_are_not_piped_yet)
{
    init_protocol();
    begin(_i == 1, 2);
    ck_assert_error(bight_pipe(servers[0], servers[0]), BIGHT_ERROR_INVALID);
    ck_assert_ok(bight_pipe(servers[0], servers[1]));
    ck_assert_error(bight_pipe(servers[0], servers[1]), BIGHT_ERROR_BUSY);
    scene_end();
}
END_TEST

static bool pipe_at_eof(void *self, bight_transport *t)
{
    (void)self;
    ck_assert_ok(bight_pipe(t, servers[0]));
    return true;
}

START_TEST(T18_a_pipe_laid_in_eof_received_passes_the_eof_on)
{
    init_protocol();
    protocol.eof_received = pipe_at_eof;
    begin(_i == 1, 2);
    ck_assert_ok(bight_transport_write_eof(scene.clients[1].t));
    scene_settle();
    ck_assert_uint_eq(scene.clients[0].eof, 1);
    scene_end();
}
END_TEST

/* -- switches ------------------------------------------------------------- */

static char heard[16];

static void hear(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    (void)t;
    strncat(heard, (const char *)data.data, data.size);
}

static const bight_protocol last = {.size = sizeof(bight_protocol),
                                    .data_received = hear};

static void never(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    (void)t;
    (void)data;
    ck_abort_msg("it handed over already");
}

static void hand_on(void *self, bight_transport *t)
{
    (void)self;
    ck_assert_ok(bight_transport_set_protocol(t, &last, NULL));
}

static const bight_protocol between = {.size = sizeof(bight_protocol),
                                       .connection_made = hand_on,
                                       .data_received = never};

static void take_one(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    ck_assert_ok(bight_transport_unread(t, bight_bytes_tail(data, 1)));
    ck_assert_ok(bight_transport_set_protocol(t, &between, NULL));
}

START_TEST(T33_undelivered_bytes_pass_by_who_hands_over_at_once)
{
    init_protocol();
    protocol.data_received = take_one;
    heard[0] = '\0';
    begin(_i == 1, 1);
    (void)bight_transport_write(scene.clients[0].t, BIGHT_BYTES("1rest"));
    scene_settle();
    ck_assert_str_eq(heard, "rest");
    scene_end();
}
END_TEST

START_TEST(T5_nothing_is_put_back_after_eof)
{
    init_protocol();
    begin(_i == 1, 1);
    ck_assert_ok(bight_transport_write_eof(scene.clients[0].t));
    scene_settle();
    ck_assert_error(bight_transport_unread(servers[0], BIGHT_BYTES("x")),
                    BIGHT_ERROR_CLOSED);
    scene_end();
}
END_TEST

/* -- producers ------------------------------------------------------------ */

static unsigned stops;

static void produce(void *ctx, bight_transport *t)
{
    static const uint8_t much[1000000];
    (void)ctx;
    (void)bight_transport_write(t, bight_bytes_of(much, sizeof(much)));
}

static void close_on_pause(void *ctx, bight_transport *t)
{
    (void)ctx;
    bight_transport_close(t);
}

static void count_stop(void *ctx, bight_transport *t)
{
    (void)ctx;
    (void)t;
    stops++;
}

static void paused_after_close(void *self, bight_transport *t)
{
    (void)self;
    ck_assert(bight_transport_is_open(t));
}

static const bight_producer closing = {.size = sizeof(bight_producer),
                                       .resume = produce,
                                       .pause = close_on_pause,
                                       .stop = count_stop};

START_TEST(T15_no_pause_is_heard_of_a_connection_that_its_producer_closed)
{
    init_protocol();
    protocol.pause_writing = paused_after_close;
    stops = 0;
    begin(_i == 1, 1);
    bight_transport_pause_reading(scene.clients[0].t, BIGHT_HOLD_USER);
    ck_assert_ok(bight_transport_register_producer(servers[0], &closing, NULL));
    scene_settle();
    ck_assert_uint_eq(stops, 1);
    scene_end();
}
END_TEST

static unsigned pulls;

static void pull(void *ctx, bight_transport *t)
{
    (void)ctx;
    pulls++;
    (void)bight_transport_write(t, BIGHT_BYTES("x"));
}

static const bight_producer puller = {.size = sizeof(bight_producer),
                                      .resume = pull,
                                      .stop = count_stop,
                                      .pull = true};

START_TEST(T26_write_eof_stops_a_producer_and_takes_no_other)
{
    init_protocol();
    stops = pulls = 0;
    begin(_i == 1, 1);
    ck_assert_ok(bight_transport_register_producer(servers[0], &puller, NULL));
    ck_assert_ok(bight_transport_write_eof(servers[0]));
    scene_settle();
    ck_assert_uint_eq(stops, 1);
    ck_assert_uint_eq(pulls, 0);
    ck_assert_error(
        bight_transport_register_producer(servers[0], &puller, NULL),
        BIGHT_ERROR_CLOSED);
    scene_end();
}
END_TEST

START_TEST(T33_a_switch_stops_the_old_protocol_s_producer)
{
    init_protocol();
    stops = 0;
    begin(_i == 1, 1);
    ck_assert_ok(bight_transport_register_producer(servers[0], &puller, NULL));
    ck_assert_ok(bight_transport_set_protocol(servers[0], &last, NULL));
    (void)bight_loop_step(scene.loop);
    ck_assert_uint_eq(stops, 1);
    scene_end();
}
END_TEST

START_TEST(T18_a_producer_without_resume_is_INVALID)
{
    const bight_producer none = {.size = sizeof(bight_producer)};
    init_protocol();
    begin(_i == 1, 1);
    ck_assert_error(bight_transport_register_producer(servers[0], &none, NULL),
                    BIGHT_ERROR_INVALID);
    scene_end();
}
END_TEST

/* Its next turn comes after the next poll: in between others have theirs. */
static unsigned turns;

static void count_turn(void *ctx)
{
    (void)ctx;
    turns++;
}

START_TEST(L7_a_producer_without_end_takes_one_turn_of_a_dispatch)
{
    init_protocol();
    pulls = turns = stops = 0;
    begin(_i == 1, 1);
    bight_transport_pause_reading(scene.clients[0].t, BIGHT_HOLD_USER);
    ck_assert_ok(bight_transport_register_producer(servers[0], &puller, NULL));
    (void)bight_loop_step(scene.loop);
    unsigned once = pulls;
    ck_assert_uint_ge(once, 1);
    ck_assert_ok(bight_call_soon(scene.loop, count_turn, NULL));
    (void)bight_loop_step(scene.loop);
    ck_assert_uint_eq(turns, 1);
    ck_assert_uint_eq(pulls, 2 * once);
    scene_end();
}
END_TEST

/* -- what is kept --------------------------------------------------------- */

/* Behind a queue that rests with the driver, too, small writes share chunks. */
START_TEST(S1_small_writes_to_a_slow_peer_cost_about_their_size)
{
    static const uint8_t much[400000];
    init_protocol();
    begin(_i == 1, 1);
    bight_transport_pause_reading(scene.clients[0].t, BIGHT_HOLD_USER);
    (void)bight_transport_set_marks(servers[0], 1 << 20, 0);
    (void)bight_transport_write(servers[0], bight_bytes_of(much, sizeof(much)));
    scene_settle();
    size_t blocks = faults_live();
    for (unsigned i = 0; i < 20000; i++) {
        (void)bight_transport_write(servers[0], BIGHT_BYTES("x"));
        if (i % 100 == 0)
            (void)bight_loop_step(scene.loop);
    }
    ck_assert_uint_le(faults_live() - blocks, 60);
    scene_end();
}
END_TEST

static bight_error why;

static void lost_why(void *self, bight_transport *t, bight_error reason)
{
    (void)self;
    (void)t;
    why = reason;
}

START_TEST(S3_a_lower_layer_s_reason_is_the_upper_one_s)
{
    static const uint8_t much[300000];
    init_protocol();
    protocol.connection_lost = lost_why;
    begin(true, 1);
    bight_transport_pause_reading(scene.clients[0].t, BIGHT_HOLD_USER);
    scene_settle();
    faults_fail_all();
    (void)bight_transport_write(servers[0], bight_bytes_of(much, sizeof(much)));
    faults_fail_nth(0);
    scene_settle();
    ck_assert_error(why, BIGHT_ERROR_NO_MEMORY);
    scene_end();
}
END_TEST

START_TEST(T30_the_detail_of_fail_is_heard)
{
    init_protocol();
    protocol.connection_lost = lost_why;
    begin(_i == 1, 1);
    bight_transport_fail(
        servers[0], bight_error_note(bight_error_of(BIGHT_ERROR_PROTOCOL_ERROR),
                                     "a line of %d bytes", 65));
    ck_assert_ok(bight_loop_advance(scene.loop, 3000));
    ck_assert_error(why, BIGHT_ERROR_PROTOCOL_ERROR);
    ck_assert_str_eq(bight_error_detail(why), "a line of 65 bytes");
    scene_end();
}
END_TEST

static void add_both(TCase *tcase, const TTest *test)
{
    tcase_add_loop_test(tcase, test, 0, 2);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("wire.corners");
    TCase *tcase = leaks_test_case(suite, "pipes");
    add_both(tcase, T18_a_pipe_needs_two_transports_that_are_not_piped_yet);
    add_both(tcase, T18_a_pipe_laid_in_buffer_updated_takes_the_rest);
    add_both(tcase, T18_a_pipe_laid_in_eof_received_passes_the_eof_on);
    tcase = leaks_test_case(suite, "switches");
    add_both(tcase, T33_undelivered_bytes_pass_by_who_hands_over_at_once);
    add_both(tcase, T5_nothing_is_put_back_after_eof);
    tcase = leaks_test_case(suite, "producers");
    add_both(tcase,
             T15_no_pause_is_heard_of_a_connection_that_its_producer_closed);
    add_both(tcase, T26_write_eof_stops_a_producer_and_takes_no_other);
    add_both(tcase, T33_a_switch_stops_the_old_protocol_s_producer);
    add_both(tcase, T18_a_producer_without_resume_is_INVALID);
    add_both(tcase, L7_a_producer_without_end_takes_one_turn_of_a_dispatch);
    tcase = leaks_test_case(suite, "kept");
    add_both(tcase, S1_small_writes_to_a_slow_peer_cost_about_their_size);
    tcase_add_test(tcase, S3_a_lower_layer_s_reason_is_the_upper_one_s);
    add_both(tcase, T30_the_detail_of_fail_is_heard);
    return suite;
}
