/* SPDX-License-Identifier: MIT */
/* E3: the walk over a factory's live connections, safe while they end. */
#include <bight/memory.h>

#include "leaks.h"
#include "scene.h"
#include "suite.h"

static struct {
    unsigned count;
    bight_transport *seen[SCENE_ENDS];
} walk;

static void note(void *ctx, bight_transport *t)
{
    (void)ctx;
    for (unsigned i = 0; i < walk.count; i++)
        ck_assert_ptr_ne(walk.seen[i], t);
    walk.seen[walk.count++] = t;
}

static unsigned count(const bight_factory *factory)
{
    walk.count = 0;
    bight_factory_each(scene.loop, factory, note, NULL);
    return walk.count;
}

static void start(int wire)
{
    scene_begin((enum wire)wire, BIGHT_LOOP_MANUAL_CLOCK);
    scene.stays = true;
    ck_assert_uint_eq(count(&scene_servers), 0);
    scene_listen();
}

static void connect_many(unsigned many)
{
    for (unsigned i = 0; i < many; i++)
        scene_connect();
}

START_TEST(E3_each_sees_every_live_connection_once_and_no_others)
{
    start(_i);
    ck_assert_uint_eq(count(&scene_servers), 0);
    connect_many(5);
    ck_assert_uint_eq(count(&scene_servers), 5);
    ck_assert_uint_eq(count(&scene_clients), 5);
    bight_transport_abort(scene.servers[2].t);
    ck_assert_uint_eq(count(&scene_servers), 4);
    ck_run_until(scene.servers[2].lost == 1);
    ck_assert_uint_eq(count(&scene_servers), 4);
    scene_end();
}
END_TEST

START_TEST(E3_each_outlives_the_listener)
{
    start(_i);
    connect_many(2);
    bight_listener_close(scene.listener);
    ck_assert_uint_eq(count(&scene_servers), 2);
    scene_end();
}
END_TEST

static void abort_it(void *ctx, bight_transport *t)
{
    note(ctx, t);
    bight_transport_abort(t);
}

START_TEST(E3_each_is_safe_while_the_one_it_is_at_ends)
{
    start(_i);
    connect_many(5);
    walk.count = 0;
    bight_factory_each(scene.loop, &scene_servers, abort_it, NULL);
    ck_assert_uint_eq(walk.count, 5);
    scene_settle();
    for (unsigned i = 0; i < 5; i++)
        ck_assert_uint_eq(scene.servers[i].lost, 1);
    ck_assert_uint_eq(count(&scene_servers), 0);
    scene_end();
}
END_TEST

static void abort_all(void *ctx, bight_transport *t)
{
    note(ctx, t);
    for (unsigned i = 0; i < 5; i++)
        bight_transport_abort(scene.servers[i].t);
    bight_listener_close(scene.listener);
}

START_TEST(E3_each_is_safe_while_all_end_with_their_listener)
{
    start(_i);
    connect_many(5);
    walk.count = 0;
    bight_factory_each(scene.loop, &scene_servers, abort_all, NULL);
    ck_assert_uint_eq(walk.count, 1);
    scene_settle();
    ck_assert_uint_eq(count(&scene_servers), 0);
    scene_end();
}
END_TEST

static void greet(void *ctx, bight_transport *t)
{
    note(ctx, t);
    (void)bight_transport_write(t, BIGHT_BYTES("hello"));
}

START_TEST(E3_each_may_write_to_them)
{
    start(_i);
    connect_many(3);
    walk.count = 0;
    bight_factory_each(scene.loop, &scene_servers, greet, NULL);
    for (unsigned i = 0; i < 3; i++)
        ck_run_until(scene.clients[i].size == 5);
    scene_end();
}
END_TEST

/* The application talks to the upper layer. */
START_TEST(E3_each_gives_the_transport_above_the_filters)
{
    static const bight_trace_options quiet = {.size = sizeof(quiet)};
    static const bight_filter_use use = {.filter = &bight_trace,
                                         .options = &quiet};
    scene_begin((enum wire)_i, BIGHT_LOOP_MANUAL_CLOCK);
    scene.options.filters = &use;
    scene.options.filter_count = 1;
    scene_listen();
    scene_connect();
    ck_run_until(scene.served == 1);
    ck_assert_uint_eq(count(&scene_servers), 1);
    ck_assert_ptr_eq(walk.seen[0], scene_last_server()->t);
    scene_end();
}
END_TEST

/* Other options are another state, but the same factory. */
START_TEST(E3_each_walks_all_owners_whatever_their_options)
{
    bight_listener *other;
    start(WIRE_MEMORY);
    connect_many(1);
    scene.options.factory_options = "other";
    ck_assert_ok(bight_memory_listen(scene.loop, &scene_servers, "other", NULL,
                                     &scene.options, &other));
    ck_assert_ok(bight_memory_connect(scene.loop, &scene_clients, "other",
                                      &scene.connect, NULL, NULL, NULL));
    ck_run_until(scene.served == 2);
    ck_assert_uint_eq(count(&scene_servers), 2);
    scene_end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("wire.each");
    TCase *tcase = leaks_test_case(suite, "each");
    tcase_add_loop_test(tcase,
                        E3_each_sees_every_live_connection_once_and_no_others,
                        0, WIRE_COUNT);
    tcase_add_loop_test(tcase, E3_each_outlives_the_listener, 0, WIRE_COUNT);
    tcase_add_loop_test(tcase, E3_each_is_safe_while_the_one_it_is_at_ends, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase,
                        E3_each_is_safe_while_all_end_with_their_listener, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase, E3_each_may_write_to_them, 0, WIRE_COUNT);
    tcase_add_loop_test(tcase, E3_each_gives_the_transport_above_the_filters, 0,
                        WIRE_COUNT);
    tcase_add_test(tcase, E3_each_walks_all_owners_whatever_their_options);
    return suite;
}
