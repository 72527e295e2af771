/* SPDX-License-Identifier: MIT */
/* E3, E5, T7: factories, what they share, and when they start and stop. */
#include <string.h>

#include <bight/memory.h>

#include "leaks.h"
#include "scene.h"
#include "suite.h"

static struct trace trace;

struct shared {
    unsigned peers;
};

static bight_error on_started(void *shared, const void *options,
                              bight_loop *loop)
{
    ck_assert_uint_eq(((struct shared *)shared)->peers, 0);
    ck_assert_ptr_eq(loop, scene.loop);
    const char *text = options;
    trace_add(&trace, "started-%s", text != NULL ? text : "plain");
    return bight_ok();
}

static void on_stopped(void *shared)
{
    trace_add(&trace, "stopped-%u", ((struct shared *)shared)->peers);
}

static bight_error on_build(void *shared, const bight_address *peer,
                            const bight_protocol **ret_protocol)
{
    ck_assert_ptr_nonnull(peer);
    ((struct shared *)shared)->peers++;
    *ret_protocol = &scene_server;
    return bight_ok();
}

static const bight_factory counting = {
    .size = sizeof(bight_factory),
    .name = "counting",
    .shared_size = sizeof(struct shared),
    .started = on_started,
    .stopped = on_stopped,
    .build = on_build,
};

static void start(int wire)
{
    trace = (struct trace){.length = 0};
    scene_begin((enum wire)wire, BIGHT_LOOP_REAL);
}

static void listen_counting(void)
{
    ck_assert_ok(scene_try_listen(&counting, &scene.listener));
}

START_TEST(E3_it_is_started_before_its_first_port)
{
    start(_i);
    listen_counting();
    ck_assert_trace(&trace, "started-plain");
    scene_end();
    ck_assert_trace(&trace, "started-plain stopped-0");
}
END_TEST

START_TEST(E3_it_is_stopped_after_its_last_connection_ended)
{
    start(_i);
    listen_counting();
    scene_connect();
    bight_listener_close(scene.listener);
    scene_settle();
    ck_assert_trace(&trace, "started-plain");
    bight_transport_abort(scene_last_server()->t);
    ck_run_until(scene_last_server()->lost == 1);
    scene_settle();
    ck_assert_trace(&trace, "started-plain stopped-1");
    scene_end();
}
END_TEST

static bight_listener *listen_memory(const char *name)
{
    bight_listener *listener = NULL;
    ck_assert_ok(bight_memory_listen(scene.loop, &counting, name, NULL,
                                     &scene.options, &listener));
    return listener;
}

START_TEST(E3_two_ports_of_one_loop_share_one_state)
{
    start(WIRE_MEMORY);
    bight_listener *first = listen_memory("a");
    bight_listener *second = listen_memory("b");
    ck_assert_trace(&trace, "started-plain");
    bight_listener_close(first);
    scene_settle();
    ck_assert_trace(&trace, "started-plain");
    bight_listener_close(second);
    scene_settle();
    ck_assert_trace(&trace, "started-plain stopped-0");
    scene_end();
}
END_TEST

START_TEST(E3_started_again_after_it_was_stopped)
{
    start(WIRE_MEMORY);
    bight_listener_close(listen_memory("a"));
    scene_settle();
    bight_listener_close(listen_memory("a"));
    scene_settle();
    ck_assert_trace(&trace, "started-plain stopped-0 started-plain stopped-0");
    scene_end();
}
END_TEST

START_TEST(E3_other_options_are_another_state)
{
    start(WIRE_MEMORY);
    listen_memory("a");
    scene.options.factory_options = "fancy";
    listen_memory("b");
    ck_assert_trace(&trace, "started-plain started-fancy");
    scene_end();
    ck_assert_uint_eq(strlen(trace.text), strlen("started-plain started-fancy "
                                                 "stopped-0 stopped-0"));
}
END_TEST

START_TEST(E3_each_loop_has_a_state_of_its_own)
{
    bight_listener *listener;
    start(WIRE_MEMORY);
    listen_memory("a");
    bight_loop *first = scene.loop;
    scene.loop = loops_new(BIGHT_LOOP_REAL);
    listener = listen_memory("a");
    ck_assert_trace(&trace, "started-plain started-plain");
    ck_assert_ptr_nonnull(listener);
    loops_free(first);
    ck_assert_trace(&trace, "started-plain started-plain stopped-0");
    scene_end();
}
END_TEST

static struct shared *shared_seen;
static const void *options_seen;

static void look_made(void *self, bight_transport *t)
{
    (void)self;
    shared_seen = bight_transport_shared(t);
    options_seen = bight_transport_options(t);
}

static const bight_protocol looking = {.size = sizeof(bight_protocol),
                                       .connection_made = look_made};

static const bight_factory looks = {.size = sizeof(bight_factory),
                                    .protocol = &looking,
                                    .shared_size = sizeof(struct shared)};

START_TEST(a_connection_sees_what_its_factory_shares_and_its_options)
{
    start(_i);
    shared_seen = NULL;
    scene.options.factory_options = "fancy";
    ck_assert_ok(scene_try_listen(&looks, &scene.listener));
    scene_connect_and_fail();
    ck_run_until(shared_seen != NULL);
    ck_assert_ptr_eq(options_seen, scene.options.factory_options);
    scene_end();
}
END_TEST

static bight_error start_fails(void *shared, const void *options,
                               bight_loop *loop)
{
    (void)shared;
    (void)options;
    (void)loop;
    return bight_error_note(bight_error_of(BIGHT_ERROR_NOT_FOUND), "no board");
}

static const bight_factory failing = {.size = sizeof(bight_factory),
                                      .protocol = &scene_server,
                                      .shared_size = sizeof(struct shared),
                                      .started = start_fails,
                                      .stopped = on_stopped};

START_TEST(E3_one_that_does_not_start_fails_the_listen_and_is_not_stopped)
{
    start(_i);
    bight_listener *listener = NULL;
    bight_error error = scene_try_listen(&failing, &listener);
    ck_assert_error(error, BIGHT_ERROR_NOT_FOUND);
    ck_assert_ptr_nonnull(strstr(bight_error_detail(error), "no board"));
    ck_assert_ptr_null(listener);
    scene_settle();
    ck_assert_trace(&trace, "");
    scene_end();
}
END_TEST

static const bight_factory empty = {.size = sizeof(bight_factory)};

START_TEST(one_without_a_protocol_is_refused)
{
    start(_i);
    bight_listener *listener = NULL;
    ck_assert_error(scene_try_listen(&empty, &listener), BIGHT_ERROR_INVALID);
    ck_assert_ptr_null(listener);
    scene_end();
}
END_TEST

static bight_error build_nothing(void *shared, const bight_address *peer,
                                 const bight_protocol **ret_protocol)
{
    (void)shared;
    (void)peer;
    (void)ret_protocol;
    return bight_ok();
}

static const bight_factory lazy = {.size = sizeof(bight_factory),
                                   .build = build_nothing};

START_TEST(one_that_builds_nothing_refuses_the_peer)
{
    start(_i);
    ck_assert_ok(scene_try_listen(&lazy, &scene.listener));
    scene_connect_and_fail();
    ck_run_until(scene.refused == 1);
    ck_assert_error(scene.refused_error, BIGHT_ERROR_INVALID);
    scene_end();
}
END_TEST

START_TEST(T7_a_client_s_factory_is_asked_too)
{
    start(_i);
    scene_listen();
    bight_error error = scene_try_connect(&counting, NULL);
    ck_assert_ok(error);
    ck_run_until(scene.served == 2);
    bight_transport_abort(scene.client);
    scene_settle();
    ck_assert_trace(&trace, "started-plain stopped-1");
    scene_end();
}
END_TEST

static bight_error refuse(void *shared, const bight_address *peer,
                          const bight_protocol **ret_protocol)
{
    (void)shared;
    (void)peer;
    (void)ret_protocol;
    return bight_error_of(BIGHT_ERROR_RANGE);
}

static const bight_factory refusing = {
    .size = sizeof(bight_factory), .name = "bouncer", .build = refuse};

START_TEST(E5_a_client_s_factory_that_refuses_fails_the_connect)
{
    start(_i);
    scene_listen();
    bight_error error = scene_try_connect(&refusing, NULL);
    ck_assert_error(error, BIGHT_ERROR_REFUSED_BY_FACTORY);
    scene_settle();
    ck_assert_uint_eq(scene.connected, 0);
    ck_assert_uint_eq(scene.served, 0);
    scene_end();
}
END_TEST

/* What a program built against the first version passes. */
START_TEST(a_smaller_table_of_an_older_program_is_enough)
{
    start(_i);
    bight_factory old = {.size = offsetof(bight_factory, shared_size),
                         .protocol = &scene_server,
                         .shared_size = SIZE_MAX,
                         .started = start_fails};
    ck_assert_ok(scene_try_listen(&old, &scene.listener));
    scene_connect();
    scene_end();
}
END_TEST

static void add_each(TCase *tcase, const TTest *test)
{
    tcase_add_loop_test(tcase, test, WIRE_MEMORY, WIRE_COUNT);
}

static void add_life(TCase *tcase)
{
    add_each(tcase, E3_it_is_started_before_its_first_port);
    add_each(tcase, E3_it_is_stopped_after_its_last_connection_ended);
    tcase_add_test(tcase, E3_two_ports_of_one_loop_share_one_state);
    tcase_add_test(tcase, E3_started_again_after_it_was_stopped);
    tcase_add_test(tcase, E3_other_options_are_another_state);
    tcase_add_test(tcase, E3_each_loop_has_a_state_of_its_own);
    add_each(tcase, a_connection_sees_what_its_factory_shares_and_its_options);
    add_each(tcase,
             E3_one_that_does_not_start_fails_the_listen_and_is_not_stopped);
}

static void add_building(TCase *tcase)
{
    add_each(tcase, one_without_a_protocol_is_refused);
    add_each(tcase, one_that_builds_nothing_refuses_the_peer);
    add_each(tcase, T7_a_client_s_factory_is_asked_too);
    add_each(tcase, E5_a_client_s_factory_that_refuses_fails_the_connect);
    add_each(tcase, a_smaller_table_of_an_older_program_is_enough);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("wire.factory");
    add_life(leaks_test_case(suite, "life"));
    add_building(leaks_test_case(suite, "building"));
    return suite;
}
