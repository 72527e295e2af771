/* SPDX-License-Identifier: MIT */
/* Protocol tables: absent slots, and tables of older programs. */
#include <stddef.h>

#include "leaks.h"
#include "scene.h"
#include "suite.h"

static void start(const bight_protocol *protocol)
{
    const bight_factory factory = {.size = sizeof(bight_factory),
                                   .protocol = protocol};
    scene_begin(WIRE_MEMORY, BIGHT_LOOP_VIRTUAL);
    ck_assert_ok(scene_try_listen(&factory, &scene.listener));
}

static void run(void)
{
    ck_assert_ok(bight_loop_run(scene.loop));
}

/* `served` stays 0: those protocols are not the scene's. */
static void connect_one(void)
{
    scene_connect_and_fail();
    ck_assert_ok(scene.connect_error);
    scene_settle();
}

/* -- defaults ------------------------------------------------------------- */

static const bight_protocol bare = {.size = sizeof(bight_protocol)};

START_TEST(a_table_without_slots_reads_and_discards)
{
    start(&bare);
    connect_one();
    (void)bight_transport_write(scene.client, BIGHT_BYTES("hello"));
    run();
    ck_assert_uint_eq(bight_listener_count(scene.listener), 1);
    ck_assert_uint_eq(scene_last_client()->size, 0);
    scene_end();
}
END_TEST

START_TEST(T27_without_eof_received_it_closes_at_the_peer_s_eof)
{
    start(&bare);
    connect_one();
    ck_assert_ok(bight_transport_write_eof(scene.client));
    run();
    ck_assert_uint_eq(scene.ended, 1);
    ck_assert_error(scene.end.why, BIGHT_ERROR_EOF);
    ck_assert_uint_eq(scene_last_client()->eof, 1);
    scene_end();
}
END_TEST

START_TEST(E11_without_draining_it_is_closed)
{
    start(&bare);
    connect_one();
    bight_listener_drain(scene.listener, 1000, scene_drained, NULL);
    run();
    ck_assert_uint_eq(scene.drained, 1);
    ck_assert_uint_eq(scene.report.served, 1);
    ck_assert_error(scene.end.why, BIGHT_ERROR_CLOSED);
    scene_end();
}
END_TEST

static bight_space never_asked(void *self, bight_transport *t, size_t hint)
{
    (void)self;
    (void)t;
    (void)hint;
    ck_abort_msg("get_buffer without buffer_updated");
}

static const bight_protocol half = {.size = sizeof(bight_protocol),
                                    .get_buffer = never_asked};

START_TEST(get_buffer_without_buffer_updated_is_not_used)
{
    start(&half);
    connect_one();
    (void)bight_transport_write(scene.client, BIGHT_BYTES("hello"));
    run();
    scene_end();
}
END_TEST

/* -- smaller tables ------------------------------------------------------- */

static unsigned data_calls;

static void count_data(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    data_calls++;
    (void)bight_transport_write(t, data);
}

static void never_drained(void *self, bight_transport *t)
{
    (void)self;
    (void)t;
    ck_abort_msg("a slot behind the table's end was called");
}

/* Of the time before get_buffer: what lies behind is not the table's. */
static const bight_protocol older = {
    .size = offsetof(bight_protocol, get_buffer),
    .name = "older",
    .data_received = count_data,
    .get_buffer = never_asked,
    .draining = never_drained,
};

START_TEST(an_older_table_works_and_gets_defaults)
{
    data_calls = 0;
    start(&older);
    connect_one();
    (void)bight_transport_write(scene.client, BIGHT_BYTES("hello"));
    run();
    ck_assert_uint_eq(data_calls, 1);
    ck_assert_str_eq(scene_last_client()->text, "hello");
    bight_listener_drain(scene.listener, 1000, scene_drained, NULL);
    run();
    ck_assert_uint_eq(scene.report.served, 1);
    scene_end();
}
END_TEST

START_TEST(a_table_cut_after_any_slot_works)
{
    bight_protocol cut = scene_server;
    size_t first = offsetof(bight_protocol, name);
    cut.size = first + (size_t)_i * sizeof(void (*)(void));
    start(&cut);
    connect_one();
    (void)bight_transport_write(scene.client, BIGHT_BYTES("hello"));
    bight_transport_close(scene.client);
    run();
    ck_assert_uint_eq(scene.ended, 1);
    scene_end();
}
END_TEST

/* A newer program's table has slots that this library does not know. */
START_TEST(a_larger_table_is_read_up_to_what_is_known)
{
    struct {
        bight_protocol known;
        void *unknown[4];
    } newer = {.known = older, .unknown = {&newer, &newer, &newer, &newer}};
    newer.known.size = sizeof(newer);
    newer.known.get_buffer = NULL;
    newer.known.draining = NULL;
    data_calls = 0;
    start(&newer.known);
    connect_one();
    (void)bight_transport_write(scene.client, BIGHT_BYTES("hello"));
    run();
    ck_assert_uint_eq(data_calls, 1);
    scene_end();
}
END_TEST

START_TEST(a_table_without_its_size_is_refused)
{
    const bight_protocol sizeless = {.size = 0};
    const bight_factory factory = {.size = sizeof(bight_factory),
                                   .protocol = &sizeless};
    bight_listener *listener = NULL;
    scene_begin(WIRE_MEMORY, BIGHT_LOOP_VIRTUAL);
    ck_assert_error(scene_try_listen(&factory, &listener), BIGHT_ERROR_INVALID);
    ck_assert_ptr_null(listener);
    scene_end();
}
END_TEST

/* -- the table in force --------------------------------------------------- */

START_TEST(T33_a_smaller_table_may_be_switched_to)
{
    data_calls = 0;
    start(&scene_server);
    connect_one();
    ck_assert_uint_eq(scene.served, 1);
    ck_assert_ok(
        bight_transport_set_protocol(scene_last_server()->t, &older, NULL));
    (void)bight_transport_write(scene.client, BIGHT_BYTES("hello"));
    run();
    ck_assert_error(scene_last_server()->why, BIGHT_ERROR_HANDED_OVER);
    ck_assert_uint_eq(data_calls, 1);
    scene_end();
}
END_TEST

/* -- pairs ---------------------------------------------------------------- */

static unsigned pauses, resumes;

static void count_pause(void *self, bight_transport *t)
{
    (void)self;
    (void)t;
    pauses++;
}

static void count_resume(void *self, bight_transport *t)
{
    (void)self;
    (void)t;
    ck_assert_uint_lt(resumes, pauses);
    resumes++;
}

static const bight_protocol pair_counter = {
    .size = sizeof(bight_protocol),
    .pause_writing = count_pause,
    .resume_writing = count_resume,
};

static uint8_t big[200000];

/* The peer makes room in the very dispatch in which it is changed: what is
 * queued now falls below the low mark. */
static void switch_server(void *self, bight_transport *t, bight_bytes data)
{
    struct heard *server = scene_last_server();
    scene_client.data_received(self, t, data);
    if (server->lost == 0 && bight_transport_queued(server->t) < 80000)
        ck_assert_ok(
            bight_transport_set_protocol(server->t, &pair_counter, NULL));
}

START_TEST(T15_a_new_protocol_hears_no_resume_of_the_old_one_s_pause)
{
    bight_protocol switching = scene_client;
    switching.data_received = switch_server;
    const bight_factory factory = {.size = sizeof(factory),
                                   .protocol = &switching};
    pauses = resumes = 0;
    start(&scene_server);
    ck_assert_ok(scene_try_connect(&factory, NULL));
    run();
    bight_transport_pause_reading(scene_last_client()->t, BIGHT_HOLD_USER);
    run();
    (void)bight_transport_write(scene_last_server()->t,
                                bight_bytes_of(big, sizeof(big)));
    run();
    ck_assert_uint_eq(scene_last_server()->paused, 1);
    bight_transport_resume_reading(scene_last_client()->t, BIGHT_HOLD_USER);
    run();
    ck_assert_uint_eq(scene_last_client()->size, sizeof(big));
    ck_assert_uint_eq(scene_last_server()->resumed, 0);
    ck_assert_uint_eq(resumes, pauses);
    scene_end();
}
END_TEST

/* In connection_made, while the peer reads in the same dispatch. */
static bight_write_status last_status;

static void write_until_full(void *self, bight_transport *t)
{
    (void)self;
    do
        last_status = bight_transport_write(t, bight_bytes_of(big, 1000));
    while (last_status == BIGHT_WRITE_READY);
}

static const bight_protocol eager = {
    .size = sizeof(bight_protocol),
    .connection_made = write_until_full,
    .pause_writing = count_pause,
    .resume_writing = count_resume,
};

START_TEST(T12_full_is_followed_by_resume_writing)
{
    pauses = resumes = 0;
    start(&eager);
    connect_one();
    run();
    ck_assert_int_eq(last_status, BIGHT_WRITE_FULL);
    ck_assert_uint_eq(pauses, 1);
    ck_assert_uint_eq(resumes, 1);
    scene_end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("wire.protocol");
    TCase *tcase = leaks_test_case(suite, "defaults");
    tcase_add_test(tcase, a_table_without_slots_reads_and_discards);
    tcase_add_test(tcase, T27_without_eof_received_it_closes_at_the_peer_s_eof);
    tcase_add_test(tcase, E11_without_draining_it_is_closed);
    tcase_add_test(tcase, get_buffer_without_buffer_updated_is_not_used);
    tcase = leaks_test_case(suite, "sizes");
    tcase_add_test(tcase, an_older_table_works_and_gets_defaults);
    tcase_add_loop_test(tcase, a_table_cut_after_any_slot_works, 0, 12);
    tcase_add_test(tcase, a_larger_table_is_read_up_to_what_is_known);
    tcase_add_test(tcase, a_table_without_its_size_is_refused);
    tcase_add_test(tcase, T33_a_smaller_table_may_be_switched_to);
    tcase = leaks_test_case(suite, "pairs");
    tcase_add_test(tcase,
                   T15_a_new_protocol_hears_no_resume_of_the_old_one_s_pause);
    tcase_add_test(tcase, T12_full_is_followed_by_resume_writing);
    return suite;
}
