/* SPDX-License-Identifier: MIT */
/*
 * S3: the n-th failing allocation and the n-th failing backend call, looped
 * over listen, connect, talk, drain and close by description, until a run in
 * which nothing was injected. Every Deferred fires, and what it carried ends.
 */
#include <bight/alloc.h>
#include <bight/log.h>

#include "faults.h"
#include "leaks.h"
#include "loop/loop.h"
#include "suite.h"
#include "told.h"

enum injection { ALLOCATIONS, CALLS };

enum place { MEMORY, TCP, NAME, UNIX, TRACED, EVERYWHERE, PLACES };

static const char *const names[] = {"memory", "tcp",    "name",
                                    "unix",   "traced", "everywhere"};

static enum place place;
static unsigned asked; /* Deferreds */
static unsigned fired; /* of them */

/* -- the conversation ----------------------------------------------------- */

static const char *listening_place(void)
{
    static char text[96];
    switch (place) {
    case MEMORY:
        return "memory:s";
    case UNIX:
        (void)snprintf(text, sizeof(text), "unix:%s", scene.path);
        return text;
    case NAME:
        return "tcp:localhost:0";
    case TRACED:
        return "trace:hex=yes:127.0.0.1:0";
    case EVERYWHERE:
        return "tcp:0";
    case TCP:
    case PLACES:
        break;
    }
    return "tcp:127.0.0.1:0";
}

static const char *connecting_place(const bight_port *port)
{
    static char text[96];
    bight_listener *listener = bight_port_listener(port, 0);
    uint16_t number = bight_listener_address(listener).port;
    const char *where = "tcp:127.0.0.1";
    if (place == MEMORY || place == UNIX)
        return listening_place();
    if (place == NAME)
        where = "tcp:localhost";
    if (place == TRACED)
        where = "trace:127.0.0.1";
    (void)snprintf(text, sizeof(text), "%s:%u", where, number);
    return text;
}

static void note(bight_result *result, void *arg)
{
    fired++;
    told_note(result, arg);
}

/* What comes of it; NULL: an error. */
static void *await(bight_deferred *deferred)
{
    struct told told = {.fired = 0};
    asked++;
    bight_on(deferred, note, &told);
    ck_run_until(told.fired == 1);
    ck_assert_int_eq(bight_failed(told.error), told.text[0] != 's');
    return told.value;
}

static bight_port *try_listen(void)
{
    bight_deferred *deferred = NULL;
    if (bight_failed(bight_listen(scene.loop, listening_place(), &scene_servers,
                                  &scene.options, &deferred)))
        return NULL;
    return await(deferred);
}

static bight_transport *try_connect(const bight_port *port)
{
    bight_deferred *deferred = NULL;
    if (bight_failed(bight_connect(scene.loop, connecting_place(port),
                                   &scene_clients, &scene.connect, &deferred)))
        return NULL;
    return await(deferred);
}

static void talk(bight_transport *t)
{
    (void)bight_transport_write(t, BIGHT_BYTES("hello"));
    scene_settle();
    scene_settle();
    bight_transport_close(t);
    scene_settle();
    bight_transport_unref(t);
}

static void converse(void)
{
    bight_port *port = try_listen();
    if (port == NULL)
        return;
    bight_transport *t = try_connect(port);
    if (t != NULL)
        talk(t);
    bight_free(await(bight_port_drain(port, 0)));
    (void)await(bight_port_stop(port));
    bight_port_close(port);
    scene_settle();
}

/* -- one run -------------------------------------------------------------- */

static void check_heard(const struct heard *all, unsigned count, unsigned n)
{
    for (unsigned i = 0; i < count; i++) {
        ck_assert_msg(all[i].made == 1, "n %u: made %u times", n, all[i].made);
        ck_assert_msg(all[i].lost == 1, "n %u: lost %u times", n, all[i].lost);
    }
}

/* A fault may have left a connection half done: deadlines end it. */
static void check_ends(unsigned n)
{
    for (unsigned i = 0; i < scene.made; i++)
        if (scene.clients[i].t != NULL)
            bight_transport_abort(scene.clients[i].t);
    for (unsigned i = 0; i < scene.served; i++)
        if (scene.servers[i].t != NULL)
            bight_transport_abort(scene.servers[i].t);
    scene_settle();
    ck_assert_ok(bight_loop_advance(scene.loop, 40000));
    scene_settle();
    check_heard(scene.servers, scene.served, n);
    check_heard(scene.clients, scene.made, n);
    ck_assert_uint_eq(asked, fired);
}

static void check_second(void)
{
    bight_port *port = try_listen();
    ck_assert_ptr_nonnull(port);
    bight_transport *t = try_connect(port);
    ck_assert_ptr_nonnull(t);
    (void)bight_transport_write(t, BIGHT_BYTES("second"));
    ck_run_until(scene_last_client()->size == 6);
    bight_transport_unref(t);
    bight_port_close(port);
}

static bool run_once(enum injection injection, unsigned n)
{
    size_t descriptors = leaks_descriptors();
    asked = fired = 0;
    scene_begin(place == UNIX ? WIRE_UNIX : WIRE_TCP, BIGHT_LOOP_MANUAL_CLOCK);
    scene.echo = true;
    told_plan("127.0.0.1 ::1");
    if (injection == ALLOCATIONS)
        faults_fail_nth(n);
    else
        scene.loop->faults = n;
    converse();
    bool injected = injection == ALLOCATIONS ? faults_failed() > 0
                                             : scene.loop->faults == 0;
    faults_fail_nth(0);
    scene.loop->faults = 0;
    check_ends(n);
    check_second();
    scene_end();
    faults_wait_for_live(0);
    bight__lookup_set_resolver(NULL);
    ck_assert_uint_eq(leaks_descriptors(), descriptors);
    return injected;
}

static void run_all(int which, enum injection injection)
{
    unsigned n = 1;
    place = (enum place)which;
    while (run_once(injection, n))
        n++;
    printf("%s: %u failing %s\n", names[place], n - 1,
           injection == ALLOCATIONS ? "allocations" : "calls");
    ck_assert_uint_gt(n, injection == ALLOCATIONS ? 10 : 5);
}

START_TEST(S3_the_nth_allocation_fails)
{
    run_all(_i, ALLOCATIONS);
}
END_TEST

START_TEST(S3_the_nth_backend_call_fails)
{
    run_all(_i, CALLS);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("endpoint.faults");
    TCase *tcase = leaks_test_case(suite, "listen, connect, talk, close");
    tcase_set_timeout(tcase, 100);
    tcase_add_loop_test(tcase, S3_the_nth_allocation_fails, 0, PLACES);
    tcase_add_loop_test(tcase, S3_the_nth_backend_call_fails, 0, PLACES);
    return suite;
}
