/* SPDX-License-Identifier: MIT */
/*
 * S3, T2, T7: the n-th failing allocation and the n-th failing backend call,
 * looped over a conversation until a run in which nothing was injected. Every
 * run ends with losses delivered and a second connection served.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <uv.h>

#include <bight/uv.h>

#include "faults.h"
#include "leaks.h"
#include "loop/loop.h"
#include "scene.h"
#include "suite.h"

#define BIG (512 * 1024)

static uint8_t big[BIG];
static unsigned taken;    /* writes by reference */
static unsigned released; /* of them */
static unsigned starts;   /* connects that promised a callback */

enum injection { ALLOCATIONS, CALLS };

static void release(void *ctx, bight_bytes data)
{
    (void)ctx;
    ck_assert_ptr_eq(data.data, big);
    released++;
}

/* -- the conversation ----------------------------------------------------- */

/* What is small fills soon: writes are taken in part. */
static void shrink(bight_transport *t)
{
    int size = scene.wire == WIRE_TCP ? 256 * 1024 : 8192;
    int fd = bight_transport_fd(t);
    if (fd < 0)
        return;
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

static bight_transport *client(void)
{
    return scene.made == 0 ? NULL : scene_last_client()->t;
}

static bight_transport *server(void)
{
    return scene.served == 0 ? NULL : scene_last_server()->t;
}

static void write_small(bight_transport *t)
{
    const bight_bytes pieces[] = {BIGHT_BYTES("one "), BIGHT_BYTES("two ")};
    (void)bight_transport_write(t, BIGHT_BYTES("hello "));
    (void)bight_transport_writev(t, pieces, 2);
    (void)bight_transport_write(t, bight_bytes_of(big, 3000));
    taken++;
    (void)bight_transport_write_take(t, bight_bytes_of(big, 100), release,
                                     NULL);
}

static void write_big(bight_transport *t)
{
    for (size_t at = 0; at < BIG; at += 64 * 1024)
        (void)bight_transport_write(t, bight_bytes_of(big + at, 64 * 1024));
    taken++;
    (void)bight_transport_write_take(t, bight_bytes_of(big, BIG), release,
                                     NULL);
}

static void greet(bight_transport *t)
{
    shrink(t);
    (void)bight_transport_set_marks(t, 4000, 1000);
    (void)bight_transport_set_write_cap(t, 4 * BIG);
    (void)bight_transport_set_timeout(t, BIGHT_TIMEOUT_WRITE, 10000);
    write_small(t);
}

static bool is_busy(void)
{
    return client() != NULL && server() != NULL &&
           (bight_transport_queued(client()) > 0 ||
            bight_transport_queued(server()) > 0);
}

static void talk(void)
{
    if (client() != NULL)
        greet(client());
    scene_settle();
    if (server() != NULL)
        bight_transport_pause_reading(server(), BIGHT_HOLD_RATE);
    if (client() != NULL)
        write_big(client());
    scene_settle();
    if (server() != NULL)
        bight_transport_resume_reading(server(), BIGHT_HOLD_RATE);
    scene_settle();
    if (client() != NULL)
        (void)bight_transport_unread(client(), BIGHT_BYTES("again"));
    for (unsigned i = 0; i < 400 && is_busy(); i++)
        scene_settle();
}

static void switch_protocols(void)
{
    if (server() != NULL)
        (void)bight_transport_set_protocol(server(), &scene_server, NULL);
    scene_settle();
    if (client() != NULL)
        write_small(client());
    scene_settle();
}

static void part(void)
{
    if (client() != NULL)
        (void)bight_transport_write_eof(client());
    scene_settle();
    if (server() != NULL)
        bight_transport_close(server());
    scene_settle();
}

static bool try_connect(void)
{
    bight_error error = scene_try_connect(&scene_clients, NULL);
    starts += !bight_failed(error);
    scene_settle();
    return !bight_failed(error);
}

static void converse(void)
{
    if (bight_failed(scene_try_listen(&scene_servers, &scene.listener))) {
        scene.listener = NULL;
        return;
    }
    (void)try_connect();
    talk();
    switch_protocols();
    part();
    (void)try_connect();
    if (client() != NULL)
        bight_transport_abort(client());
    scene_settle();
}

/* -- one run -------------------------------------------------------------- */

static void discard(void *ctx, const bight_transport *t, bool incoming,
                    bight_bytes data)
{
    (void)ctx;
    (void)t;
    (void)incoming;
    (void)data;
}

static const bight_trace_options quiet = {.size = sizeof(quiet), .fn = discard};

static void set_up(enum wire wire, bool filtered)
{
    static const bight_filter_use use = {.filter = &bight_trace,
                                         .options = &quiet};
    taken = released = starts = 0;
    scene_begin(wire, BIGHT_LOOP_MANUAL_CLOCK);
    scene.stays = true;
    scene.echo = true;
    scene.options.filters = scene.connect.filters = &use;
    scene.options.filter_count = scene.connect.filter_count = filtered;
}

static void check_heard(const struct heard *all, unsigned count, unsigned n)
{
    for (unsigned i = 0; i < count; i++) {
        ck_assert_msg(all[i].made == 1, "n %u: made %u times", n, all[i].made);
        ck_assert_msg(all[i].lost == 1, "n %u: lost %u times", n, all[i].lost);
    }
}

static void close_all(const struct heard *all, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (all[i].t != NULL)
            bight_transport_close(all[i].t);
}

/* No fault comes any more; deadlines end what a fault left half done. */
static void check_ends(unsigned n)
{
    close_all(scene.clients, scene.made);
    ck_assert_ok(bight_loop_advance(scene.loop, 40000));
    close_all(scene.servers, scene.served);
    ck_assert_ok(bight_loop_advance(scene.loop, 40000));
    scene_settle();
    check_heard(scene.servers, scene.served, n);
    check_heard(scene.clients, scene.made, n);
    ck_assert_msg(scene.connected == starts, "n %u: %u connects, told %u", n,
                  starts, scene.connected);
    ck_assert_msg(taken == released, "n %u: %u taken, %u released", n, taken,
                  released);
}

static void check_second(void)
{
    if (scene.listener == NULL)
        scene_listen();
    scene.connect_error = bight_ok();
    scene_connect();
    (void)bight_transport_write(scene.client, BIGHT_BYTES("second"));
    ck_run_until(scene_last_client()->size == 6);
    ck_assert_str_eq(scene_last_client()->text, "second");
}

static bool run_once(enum wire wire, bool filtered, enum injection injection,
                     unsigned n)
{
    size_t descriptors = leaks_descriptors();
    set_up(wire, filtered);
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
    ck_assert_uint_eq(faults_live(), 0);
    ck_assert_uint_eq(leaks_descriptors(), descriptors);
    return injected;
}

static const char *const wires[] = {"memory", "tcp", "unix"};

static void run_all(int which, enum injection injection)
{
    enum wire wire = (enum wire)(which / 2);
    bool filtered = which % 2 != 0;
    unsigned n = 1;
    while (run_once(wire, filtered, injection, n))
        n++;
    printf("%s%s: %u failing %s\n", wires[wire], filtered ? " traced" : "",
           n - 1, injection == ALLOCATIONS ? "allocations" : "calls");
    ck_assert_uint_gt(n, 10);
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

/* -- loops ---------------------------------------------------------------- */

START_TEST(S3_a_loop_is_made_or_not_at_all)
{
    bight_loop_options options;
    bight_loop_options_init(&options);
    options.kind = (bight_loop_kind)_i;
    bight_error error = bight_error_of(BIGHT_ERROR_NO_MEMORY);
    for (unsigned n = 1; bight_failed(error); n++) {
        bight_loop *loop = NULL;
        faults_fail_nth(n);
        error = bight_loop_new(&options, &loop);
        ck_assert_int_eq(bight_failed(error), loop == NULL);
        if (bight_failed(error))
            ck_assert_error(error, BIGHT_ERROR_NO_MEMORY);
        faults_fail_nth(0);
        loops_free(loop);
        ck_assert_uint_eq(faults_live(), 0);
    }
}
END_TEST

START_TEST(S3_an_adopted_loop_is_made_or_leaves_its_host_alone)
{
    bight_error error = bight_error_of(BIGHT_ERROR_NO_MEMORY);
    for (unsigned n = 1; bight_failed(error); n++) {
        uv_loop_t host;
        bight_loop *loop = NULL;
        ck_assert_int_eq(uv_loop_init(&host), 0);
        faults_fail_nth(n);
        error = bight_loop_adopt(&host, NULL, &loop);
        faults_fail_nth(0);
        if (loop != NULL)
            bight_loop_close(loop, NULL, NULL);
        ck_assert_int_eq(uv_run(&host, UV_RUN_DEFAULT), 0);
        loops_free(loop);
        ck_assert_int_eq(uv_loop_close(&host), 0);
        ck_assert_uint_eq(faults_live(), 0);
    }
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("wire.faults");
    TCase *tcase = leaks_test_case(suite, "connections");
    tcase_set_timeout(tcase, 100);
    tcase_add_loop_test(tcase, S3_the_nth_allocation_fails, 0, 2 * WIRE_COUNT);
    tcase_add_loop_test(tcase, S3_the_nth_backend_call_fails, 0,
                        2 * WIRE_COUNT);
    tcase = leaks_test_case(suite, "loops");
    tcase_add_loop_test(tcase, S3_a_loop_is_made_or_not_at_all, BIGHT_LOOP_REAL,
                        BIGHT_LOOP_VIRTUAL + 1);
    tcase_add_test(tcase, S3_an_adopted_loop_is_made_or_leaves_its_host_alone);
    return suite;
}
