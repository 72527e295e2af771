/* SPDX-License-Identifier: MIT */
/*
 * T19 where the suite of contracts cannot look: much over real sockets, with
 * descriptors counted, faults planted, and files that are not what they seem.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faults.h"
#include "leaks.h"
#include "loop/loop.h"
#include "scene.h"
#include "suite.h"

#define MEGABYTE ((size_t)1024 * 1024)

static struct {
    unsigned told;
    uint64_t sent;
    bight_error error;
    uint64_t size; /* received */
    uint64_t sum;
    size_t most; /* ever queued */
} seen;

static uint64_t add(uint64_t sum, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        sum = (sum ^ data[i]) * UINT64_C(0x100000001b3);
    return sum;
}

static void on_sent(void *ctx, bight_transport *t, uint64_t sent,
                    bight_error error)
{
    (void)ctx;
    (void)t;
    seen.told++;
    seen.sent = sent;
    seen.error = error;
}

static void on_data(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    (void)t;
    seen.size += data.size;
    seen.sum = add(seen.sum, data.data, data.size);
}

static const bight_protocol sink = {
    .size = sizeof(bight_protocol), .name = "sink", .data_received = on_data};
static const bight_factory sinks = {.size = sizeof(bight_factory),
                                    .protocol = &sink};

static int file_new(void)
{
    FILE *stream = tmpfile();
    ck_assert_ptr_nonnull(stream);
    int fd = dup(fileno(stream));
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fclose(stream), 0);
    return fd;
}

static uint64_t fill(int fd, size_t size)
{
    static uint8_t block[MEGABYTE];
    uint64_t sum = 0;
    uint32_t random = 7;
    for (size_t at = 0; at < size; at += MEGABYTE) {
        for (size_t i = 0; i < MEGABYTE; i++)
            block[i] =
                (uint8_t)((random = random * 1664525 + 1013904223) >> 24);
        ck_assert_int_eq(pwrite(fd, block, MEGABYTE, (off_t)at), MEGABYTE);
        sum = add(sum, block, MEGABYTE);
    }
    return sum;
}

static void begin(enum wire wire, bight_loop_kind kind)
{
    memset(&seen, 0, sizeof(seen));
    scene_begin(wire, kind);
    ck_assert_ok(scene_try_listen(&sinks, &scene.listener));
    ck_assert_ok(scene_try_connect(&scene_clients, NULL));
    ck_run_until(scene.connected == 1);
    ck_assert_ptr_nonnull(scene.client);
}

static bight_transport *client(void)
{
    return scene_last_client()->t;
}

/* -- much ----------------------------------------------------------------- */

#define MUCH (64 * MEGABYTE)

static void much(int fd, uint64_t sum)
{
    ck_assert_int_eq(
        bight_transport_send_file(client(), fd, 0, MUCH, on_sent, NULL),
        BIGHT_WRITE_FULL);
    bight_transport_close(client());
    while (seen.size < MUCH && client() != NULL) {
        size_t queued = bight_transport_queued(client());
        seen.most = queued > seen.most ? queued : seen.most;
        scene_step();
    }
    ck_run_until(scene_last_client()->lost == 1);
    ck_assert_uint_eq(seen.size, MUCH);
    ck_assert_uint_eq(seen.sum, sum);
    ck_assert_uint_eq(seen.sent, MUCH);
    ck_assert_ok(seen.error);
    ck_assert_uint_le(seen.most, 256 * 1024);
}

START_TEST(T19_64_MiB_arrive_intact_whether_in_memory_or_on_disk)
{
    int fd = file_new();
    uint64_t sum = fill(fd, MUCH);
    begin(_i < 2 ? WIRE_TCP : WIRE_UNIX, BIGHT_LOOP_REAL);
    if (_i % 2 == 1) {
        ck_assert_int_eq(fdatasync(fd), 0);
        ck_assert_int_eq(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
    }
    much(fd, sum);
    scene_end();
}
END_TEST

/* Nothing but the side poller will wake it: the peer has finished. */
START_TEST(T19_a_file_that_waits_for_room_keeps_the_loop_running)
{
    int fd = file_new();
    (void)fill(fd, 16 * MEGABYTE);
    begin(WIRE_TCP, BIGHT_LOOP_REAL);
    bight_transport_pause_reading(client(), BIGHT_HOLD_USER);
    scene_settle();
    (void)bight_transport_send_file(client(), fd, 0, 16 * MEGABYTE, on_sent,
                                    NULL);
    bight_listener_close(scene.listener);
    scene.listener = NULL;
    while (seen.size < 16 * MEGABYTE)
        ck_assert(bight_loop_step(scene.loop));
    ck_run_until(seen.told == 1);
    scene_end();
}
END_TEST

/* -- what is no such file ------------------------------------------------- */

static void fails_with(int fd, int errnum)
{
    ck_assert_int_ge(fd, 0);
    (void)bight_transport_send_file(client(), fd, 0, 100000, on_sent, NULL);
    ck_run_until(scene_last_client()->lost == 1);
    ck_assert(bight_error_is(seen.error, &bight_errno_domain, errnum));
    ck_assert_error(scene_last_client()->why, BIGHT_ERROR_SYSTEM);
}

START_TEST(T19_a_folder_ends_the_connection_with_its_error)
{
    begin((enum wire)_i, BIGHT_LOOP_MANUAL_CLOCK);
    fails_with(open("/", O_RDONLY | O_CLOEXEC), EISDIR);
    scene_end();
}
END_TEST

START_TEST(T19_a_pipe_ends_the_connection_with_its_error)
{
    int ends[2];
    begin((enum wire)_i, BIGHT_LOOP_MANUAL_CLOCK);
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    (void)close(ends[1]);
    fails_with(ends[0], ESPIPE);
    scene_end();
}
END_TEST

START_TEST(T19_a_file_cut_while_it_is_sent_ends_the_connection)
{
    int fd = file_new();
    int beside = dup(fd);
    ck_assert_int_eq(ftruncate(fd, 64 * (off_t)MEGABYTE), 0);
    begin((enum wire)_i, BIGHT_LOOP_MANUAL_CLOCK);
    (void)bight_transport_send_file(client(), fd, 0, MUCH, on_sent, NULL);
    ck_run_until(seen.size > MEGABYTE);
    ck_assert_int_eq(ftruncate(beside, 100), 0);
    ck_run_until(scene_last_client()->lost == 1);
    ck_assert_error(seen.error, BIGHT_ERROR_FILE_TOO_SHORT);
    ck_assert_uint_lt(seen.size, MUCH);
    ck_assert_int_eq(close(beside), 0);
    scene_end();
}
END_TEST

/* -- faults --------------------------------------------------------------- */

static void converse(int fd)
{
    int again = dup(fd);
    ck_assert_int_ge(again, 0);
    if (client() == NULL) {
        (void)close(again);
        return;
    }
    (void)bight_transport_write(client(), BIGHT_BYTES("head"));
    (void)bight_transport_send_file(client(), again, 0, 3 * MEGABYTE, on_sent,
                                    NULL);
    for (unsigned i = 0; i < 30 && client() != NULL; i++) {
        scene_settle();
        if (client() != NULL && i == 0)
            (void)bight_transport_write(client(), BIGHT_BYTES("tail"));
    }
}

/* Whichever fails, the file ends once and the connection at most once. */
static bool survives(int fd, bool calls, uint64_t nth)
{
    begin((nth & 1) != 0 ? WIRE_TCP : WIRE_MEMORY, BIGHT_LOOP_MANUAL_CLOCK);
    if (calls)
        scene.loop->faults = nth / 2 + 1;
    else
        faults_fail_nth(nth / 2 + 1);
    converse(fd);
    bool hit = calls ? scene.loop->faults == 0 : faults_failed() > 0;
    faults_fail_nth(0);
    scene.loop->faults = 0;
    scene_end();
    return hit;
}

START_TEST(T19_any_failing_call_or_allocation_ends_it_once)
{
    int fd = file_new();
    unsigned clean = 0;
    (void)fill(fd, 3 * MEGABYTE);
    faults_begin();
    for (uint64_t nth = 0; clean < 2; nth++)
        clean = survives(fd, _i == 1, nth) ? 0 : clean + 1;
    faults_end();
    ck_assert_int_eq(close(fd), 0);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("file");
    TCase *tcase = leaks_test_case(suite, "file");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(
        tcase, T19_64_MiB_arrive_intact_whether_in_memory_or_on_disk, 0, 4);
    tcase_add_test(tcase,
                   T19_a_file_that_waits_for_room_keeps_the_loop_running);
    tcase_add_loop_test(tcase, T19_a_folder_ends_the_connection_with_its_error,
                        0, WIRE_COUNT);
    tcase_add_loop_test(tcase, T19_a_pipe_ends_the_connection_with_its_error, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase,
                        T19_a_file_cut_while_it_is_sent_ends_the_connection, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase, T19_any_failing_call_or_allocation_ends_it_once,
                        0, 2);
    return suite;
}
