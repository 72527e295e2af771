/* SPDX-License-Identifier: MIT */
/* T8, T21, T23, T25: how kernel streams read, break and end, over TCP. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bight/uv.h>

#include "leaks.h"
#include "scene.h"
#include "suite.h"

static void start(void)
{
    scene_begin(WIRE_TCP, BIGHT_LOOP_MANUAL_CLOCK);
    scene.stays = true;
}

static int accept_raw(void)
{
    int fd = scene_raw_connect();
    unsigned before = scene.served;
    ck_run_until(scene.served > before);
    return fd;
}

static void pause_server(void)
{
    bight_transport_pause_reading(scene_last_server()->t, BIGHT_HOLD_USER);
    scene_settle();
}

START_TEST(T21_a_reset_is_noticed_while_reading_is_stopped)
{
    start();
    scene_listen();
    int fd = accept_raw();
    pause_server();
    scene_raw_reset(fd);
    ck_run_until(scene_last_server()->lost == 1);
    ck_assert_error(scene_last_server()->why, BIGHT_ERROR_RESET);
    scene_end();
}
END_TEST

START_TEST(T21_a_reset_is_noticed_in_a_second_pause_too)
{
    start();
    scene_listen();
    int fd = accept_raw();
    pause_server();
    bight_transport_resume_reading(scene_last_server()->t, BIGHT_HOLD_USER);
    scene_settle();
    pause_server();
    scene_raw_reset(fd);
    ck_run_until(scene_last_server()->lost == 1);
    scene_end();
}
END_TEST

START_TEST(T21_an_eof_while_reading_is_stopped_waits)
{
    start();
    scene_listen();
    int fd = accept_raw();
    pause_server();
    ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    scene_settle();
    ck_assert_uint_eq(scene_last_server()->eof, 0);
    ck_assert_uint_eq(scene_last_server()->lost, 0);
    bight_transport_resume_reading(scene_last_server()->t, BIGHT_HOLD_USER);
    ck_run_until(scene_last_server()->eof == 1);
    ck_assert_int_eq(close(fd), 0);
    scene_end();
}
END_TEST

struct host {
    uv_prepare_t prepare;
    int fd;
};

/* Between two polls: the reset and the pause wait for the same one. */
static void reset_and_pause(uv_prepare_t *prepare)
{
    struct host *host = prepare->data;
    if (host->fd < 0)
        return;
    scene_raw_reset(host->fd);
    host->fd = -1;
    bight_transport_pause_reading(scene_last_server()->t, BIGHT_HOLD_USER);
    uv_close((uv_handle_t *)prepare, NULL);
}

/* The kernel tells first whichever watches longer: libuv or the side poller. */
START_TEST(T21_a_reset_that_meets_the_pause_is_noticed)
{
    struct host host;
    start();
    scene_listen();
    host.fd = accept_raw();
    if (_i == 0)
        scene_settle();
    pause_server();
    bight_transport_resume_reading(scene_last_server()->t, BIGHT_HOLD_USER);
    scene_settle();
    (void)uv_prepare_init(bight_loop_uv(scene.loop), &host.prepare);
    host.prepare.data = &host;
    (void)uv_prepare_start(&host.prepare, reset_and_pause);
    ck_run_until(scene_last_server()->lost == 1);
    ck_assert_error(scene_last_server()->why, BIGHT_ERROR_RESET);
    scene_end();
}
END_TEST

#define BIG 400000

static size_t read_some(int fd, ssize_t *ret_got)
{
    static uint8_t space[65536];
    *ret_got = recv(fd, space, sizeof(space), MSG_DONTWAIT);
    return *ret_got > 0 ? (size_t)*ret_got : 0;
}

START_TEST(T23_close_delivers_all_although_input_is_unread)
{
    static uint8_t big[BIG];
    ssize_t got = -1;
    start();
    scene_listen();
    int fd = accept_raw();
    pause_server();
    ck_assert_int_eq(send(fd, "unread", 6, 0), 6);
    bight_transport *server = scene_last_server()->t;
    (void)bight_transport_write(server, bight_bytes_of(big, BIG));
    bight_transport_close(server);
    size_t arrived = 0;
    while (got != 0) {
        scene_step();
        arrived += read_some(fd, &got);
    }
    ck_assert_uint_eq(arrived, BIG);
    ck_assert_int_eq(close(fd), 0);
    ck_run_until(scene_last_server()->lost == 1);
    ck_assert_error(scene_last_server()->why, BIGHT_ERROR_CLOSED);
    scene_end();
}
END_TEST

static int error_of_read(int fd)
{
    char byte;
    ck_assert_int_eq(recv(fd, &byte, 1, 0), -1);
    return errno;
}

START_TEST(T25_abort_sends_a_reset)
{
    start();
    scene_listen();
    int fd = accept_raw();
    bight_transport_abort(scene_last_server()->t);
    ck_run_until(scene_last_server()->lost == 1);
    ck_assert_int_eq(error_of_read(fd), ECONNRESET);
    ck_assert_int_eq(close(fd), 0);
    scene_end();
}
END_TEST

START_TEST(T25_abort_after_close_and_eof_sends_a_reset)
{
    start();
    scene_listen();
    int fd = accept_raw();
    bight_transport *server = scene_last_server()->t;
    ck_assert_ok(bight_transport_write_eof(server));
    bight_transport_close(server);
    scene_settle();
    bight_transport_abort(server);
    ck_run_until(scene_last_server()->lost == 1);
    char byte;
    (void)recv(fd, &byte, 1, 0); /* the eof may come first */
    ck_assert_int_eq(send(fd, "x", 1, MSG_NOSIGNAL), -1);
    ck_assert_int_eq(close(fd), 0);
    scene_end();
}
END_TEST

START_TEST(T25_abort_with_bytes_queued_sends_a_reset)
{
    static uint8_t big[16 * 1024 * 1024];
    bight_end end = {.size = sizeof(end)};
    start();
    scene_listen();
    int fd = accept_raw();
    bight_transport *server = bight_transport_ref(scene_last_server()->t);
    (void)bight_transport_write(server, bight_bytes_of(big, sizeof(big)));
    scene_settle();
    bight_transport_abort(server);
    ck_run_until(scene_last_server()->lost == 1);
    bight_transport_end(server, &end);
    ck_assert_uint_gt(end.unsent, 0);
    ck_assert_uint_eq(end.unsent + end.bytes_out, sizeof(big));
    bight_transport_unref(server);
    ck_assert_int_eq(close(fd), 0);
    scene_end();
}
END_TEST

/* -- get_buffer ----------------------------------------------------------- */

static uint8_t own_space[16];
static void (*in_get_buffer)(bight_transport *t);

static bight_space get_buffer(void *self, bight_transport *t, size_t hint)
{
    (void)self;
    (void)hint;
    in_get_buffer(t);
    return (bight_space){.data = own_space, .size = sizeof(own_space)};
}

static void buffer_updated(void *self, bight_transport *t, size_t size)
{
    (void)t;
    (void)size;
    scene_last_server()->size += size;
    (void)self;
}

static void (*const enders[])(bight_transport *) = {
    bight_transport_abort, bight_transport_close, bight_transport_close_now};

/* libuv gives up the process when a stream is closed while it asks where to
 * read to. */
START_TEST(T8_verbs_are_legal_in_get_buffer)
{
    bight_protocol offering = scene_server;
    offering.get_buffer = get_buffer;
    offering.buffer_updated = buffer_updated;
    const bight_factory factory = {.size = sizeof(bight_factory),
                                   .protocol = &offering};
    start();
    scene.stays = false;
    in_get_buffer = enders[_i];
    ck_assert_ok(scene_try_listen(&factory, &scene.listener));
    int fd = accept_raw();
    ck_assert_int_eq(send(fd, "hello", 5, 0), 5);
    scene_settle();
    ck_assert_int_eq(close(fd), 0);
    ck_run_until(scene_last_server()->lost == 1);
    ck_assert_uint_eq(scene_last_server()->size, 0);
    scene_end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("net.stream");
    TCase *tcase = leaks_test_case(suite, "ending");
    tcase_add_test(tcase, T21_a_reset_is_noticed_while_reading_is_stopped);
    tcase_add_test(tcase, T21_a_reset_is_noticed_in_a_second_pause_too);
    tcase_add_test(tcase, T21_an_eof_while_reading_is_stopped_waits);
    tcase_add_loop_test(tcase, T21_a_reset_that_meets_the_pause_is_noticed, 0,
                        2);
    tcase_add_test(tcase, T23_close_delivers_all_although_input_is_unread);
    tcase_add_test(tcase, T25_abort_sends_a_reset);
    tcase_add_test(tcase, T25_abort_after_close_and_eof_sends_a_reset);
    tcase_add_test(tcase, T25_abort_with_bytes_queued_sends_a_reset);
    tcase_add_loop_test(tcase, T8_verbs_are_legal_in_get_buffer, 0, 3);
    return suite;
}
