/* SPDX-License-Identifier: MIT */
/* The memory wire: it behaves as a kernel's stream, in virtual time. */
#include <string.h>

#include <bight/memory.h>

#include "leaks.h"
#include "scene.h"
#include "suite.h"

static bight_memory_options memory;

static void start(void)
{
    scene_begin(WIRE_MEMORY, BIGHT_LOOP_VIRTUAL);
    scene.stays = true;
    bight_memory_options_init(&memory);
}

static void listen_here(void)
{
    ck_assert_ok(bight_memory_listen(scene.loop, &scene_servers, "s", &memory,
                                     &scene.options, &scene.listener));
}

static void run(void)
{
    ck_assert_ok(bight_loop_run(scene.loop));
}

START_TEST(a_name_can_be_taken_once)
{
    bight_listener *second = NULL;
    start();
    listen_here();
    bight_error error = scene_try_listen(&scene_servers, &second);
    ck_assert_error(error, BIGHT_ERROR_BUSY);
    ck_assert_ptr_nonnull(strstr(bight_error_detail(error), "memory:s"));
    bight_listener_stop(scene.listener);
    ck_assert_ok(scene_try_listen(&scene_servers, &second));
    scene_end();
}
END_TEST

START_TEST(each_loop_has_its_names)
{
    start();
    listen_here();
    bight_loop *first = scene.loop;
    scene.loop = loops_new(BIGHT_LOOP_VIRTUAL);
    scene_connect_and_fail();
    ck_assert_ptr_null(scene.client);
    listen_here();
    loops_free(first);
    scene_end();
}
END_TEST

START_TEST(nobody_there_is_a_refused_connection)
{
    start();
    scene_connect_and_fail();
    ck_assert_str_eq(scene.connect_text,
                     "connect memory:s: connection refused (ECONNREFUSED)");
    scene_end();
}
END_TEST

START_TEST(it_works_on_every_kind_of_loop)
{
    scene_begin(WIRE_MEMORY, (bight_loop_kind)_i);
    scene.echo = true;
    scene_listen();
    scene_connect();
    (void)bight_transport_write(scene.client, BIGHT_BYTES("hello"));
    ck_run_until(scene_last_client()->size == 5);
    scene_end();
}
END_TEST

static uint8_t big[300000];

START_TEST(more_than_its_capacity_waits_for_the_reader)
{
    start();
    memory.capacity = 1000;
    listen_here();
    scene_connect();
    bight_transport_pause_reading(scene_last_server()->t, BIGHT_HOLD_USER);
    run();
    (void)bight_transport_write(scene.client, bight_bytes_of(big, 5000));
    run();
    ck_assert_uint_eq(bight_transport_queued(scene.client), 4000);
    bight_transport_resume_reading(scene_last_server()->t, BIGHT_HOLD_USER);
    run();
    ck_assert_uint_eq(bight_transport_queued(scene.client), 0);
    ck_assert_uint_eq(scene_last_server()->size, 5000);
    scene_end();
}
END_TEST

/* (capacity, read_chunk, write_chunk) */
static const size_t shapes[][3] = {
    {1, 0, 0}, {1, 1, 1}, {7, 3, 2}, {1000, 1, 0}, {65536, 0, 1}, {65536, 0, 0},
};

START_TEST(every_byte_arrives_in_order_whatever_the_wire_s_shape)
{
    static const uint8_t text[] = "in whatever pieces this text may travel, "
                                  "it arrives as one";
    start();
    memory.capacity = shapes[_i][0];
    memory.read_chunk = shapes[_i][1];
    memory.write_chunk = shapes[_i][2];
    scene.echo = true;
    listen_here();
    scene_connect();
    for (size_t i = 0; i < sizeof(text) - 1; i++)
        (void)bight_transport_write(scene.client, bight_bytes_of(text + i, 1));
    run();
    ck_assert_str_eq(scene_last_client()->text, (const char *)text);
    scene_end();
}
END_TEST

START_TEST(what_was_sent_before_a_close_arrives)
{
    start();
    listen_here();
    scene_connect();
    (void)bight_transport_write(scene.client, bight_bytes_of(big, sizeof(big)));
    bight_transport_close(scene.client);
    scene.stays = false;
    run();
    ck_assert_uint_eq(scene_last_server()->size, sizeof(big));
    ck_assert_uint_eq(scene_last_server()->eof, 1);
    ck_assert_error(scene_last_server()->why, BIGHT_ERROR_EOF);
    ck_assert_error(scene_last_client()->why, BIGHT_ERROR_CLOSED);
    scene_end();
}
END_TEST

START_TEST(a_reset_destroys_what_was_under_way)
{
    start();
    listen_here();
    scene_connect();
    bight_transport_pause_reading(scene_last_server()->t, BIGHT_HOLD_USER);
    run();
    (void)bight_transport_write(scene.client, BIGHT_BYTES("lost"));
    run();
    bight_transport_abort(scene.client);
    run();
    ck_assert_uint_eq(scene_last_server()->size, 0);
    ck_assert_error(scene_last_server()->why, BIGHT_ERROR_RESET);
    scene_end();
}
END_TEST

START_TEST(the_listener_may_go_before_its_connections)
{
    start();
    scene.echo = true;
    listen_here();
    scene_connect();
    bight_listener_close(scene.listener);
    run();
    (void)bight_transport_write(scene.client, BIGHT_BYTES("hello"));
    run();
    ck_assert_str_eq(scene_last_client()->text, "hello");
    scene_end();
}
END_TEST

START_TEST(it_knows_its_addresses_and_abilities)
{
    bight_address local;
    start();
    listen_here();
    scene_connect();
    ck_assert_ok(bight_transport_local(scene.client, &local));
    ck_assert_int_eq(local.family, BIGHT_ADDRESS_MEMORY);
    ck_assert_int_eq(bight_transport_peer(scene.client).family,
                     BIGHT_ADDRESS_MEMORY);
    ck_assert_int_eq(bight_transport_fd(scene.client), -1);
    ck_assert(bight_transport_can(scene.client, BIGHT_CAN_RESET));
    ck_assert(bight_transport_can(scene.client, BIGHT_CAN_WRITE_EOF));
    ck_assert(!bight_transport_can(scene.client, BIGHT_CAN_CREDENTIALS));
    scene_end();
}
END_TEST

START_TEST(L11_thirty_seconds_of_linger_take_no_time)
{
    start();
    listen_here();
    scene_connect();
    bight_transport_pause_reading(scene_last_server()->t, BIGHT_HOLD_USER);
    run();
    (void)bight_transport_write(scene.client, bight_bytes_of(big, sizeof(big)));
    bight_transport_close(scene.client);
    ck_assert_ok(bight_loop_advance(scene.loop, 29000));
    ck_assert_uint_eq(scene_last_client()->lost, 0);
    ck_assert_ok(bight_loop_advance(scene.loop, 1100));
    ck_assert_uint_eq(scene_last_client()->lost, 1);
    ck_assert_error(scene_last_client()->why, BIGHT_ERROR_LINGER_TIMEOUT);
    scene_end();
}
END_TEST

START_TEST(options_of_an_older_program_are_enough)
{
    start();
    memory.size = offsetof(bight_memory_options, read_chunk);
    memory.read_chunk = 1;
    memory.write_chunk = 1;
    scene.echo = true;
    listen_here();
    scene_connect();
    (void)bight_transport_write(scene.client, BIGHT_BYTES("hello"));
    run();
    ck_assert_str_eq(scene_last_client()->text, "hello");
    scene_end();
}
END_TEST

static bight_connector *the_connector;
static bool in_build;

static bight_error admit_and_cancel(void *ctx, const bight_address *peer)
{
    (void)ctx;
    (void)peer;
    if (!in_build)
        bight_connector_cancel(the_connector);
    return bight_ok();
}

static bight_error build_and_cancel(void *shared, const bight_address *peer,
                                    const bight_protocol **ret_protocol)
{
    (void)shared;
    (void)peer;
    *ret_protocol = &scene_server;
    if (in_build)
        bight_connector_cancel(the_connector);
    return bight_ok();
}

START_TEST(T8_a_client_may_be_cancelled_while_its_server_is_built)
{
    const bight_factory factory = {.size = sizeof(bight_factory),
                                   .build = build_and_cancel};
    start();
    in_build = _i == 1;
    scene.options.admit = admit_and_cancel;
    ck_assert_ok(scene_try_listen(&factory, &scene.listener));
    ck_assert_ok(scene_try_connect(&scene_clients, &the_connector));
    run();
    ck_assert_uint_eq(scene.connected, 1);
    ck_assert_error(scene.connect_error, BIGHT_ERROR_CANCELLED);
    ck_assert_uint_eq(scene.served, 0);
    ck_assert_uint_eq(bight_listener_count(scene.listener), 0);
    scene_end();
}
END_TEST

START_TEST(a_wire_without_capacity_is_refused)
{
    bight_listener *listener = NULL;
    start();
    memory.capacity = 0;
    ck_assert_error(bight_memory_listen(scene.loop, &scene_servers, "s",
                                        &memory, NULL, &listener),
                    BIGHT_ERROR_INVALID);
    ck_assert_ptr_null(listener);
    scene_end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("net.memory");
    TCase *tcase = leaks_test_case(suite, "names");
    tcase_add_test(tcase, a_name_can_be_taken_once);
    tcase_add_test(tcase, each_loop_has_its_names);
    tcase_add_test(tcase, nobody_there_is_a_refused_connection);
    tcase_add_test(tcase, options_of_an_older_program_are_enough);
    tcase_add_test(tcase, a_wire_without_capacity_is_refused);
    tcase = leaks_test_case(suite, "wire");
    tcase_add_loop_test(tcase, it_works_on_every_kind_of_loop, BIGHT_LOOP_REAL,
                        BIGHT_LOOP_VIRTUAL + 1);
    tcase_add_test(tcase, more_than_its_capacity_waits_for_the_reader);
    tcase_add_loop_test(tcase,
                        every_byte_arrives_in_order_whatever_the_wire_s_shape,
                        0, sizeof(shapes) / sizeof(*shapes));
    tcase_add_loop_test(
        tcase, T8_a_client_may_be_cancelled_while_its_server_is_built, 0, 2);
    tcase_add_test(tcase, what_was_sent_before_a_close_arrives);
    tcase_add_test(tcase, a_reset_destroys_what_was_under_way);
    tcase_add_test(tcase, the_listener_may_go_before_its_connections);
    tcase_add_test(tcase, it_knows_its_addresses_and_abilities);
    tcase_add_test(tcase, L11_thirty_seconds_of_linger_take_no_time);
    return suite;
}
