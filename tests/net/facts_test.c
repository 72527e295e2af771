/* SPDX-License-Identifier: MIT */
/*
 * The facts on which T13, T21, T23, T25 and E6 rest, tried on libuv and the
 * kernel themselves: if one of them changes, the rule may be simplified.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <check.h>

#include "leaks.h"
#include "suite.h"

/* A connected pair over TCP: the server's and the client's descriptor. */
static void tcp_pair(int pair[2])
{
    struct sockaddr_in name = {.sin_family = AF_INET};
    socklen_t size = sizeof(name);
    struct sockaddr *address = (struct sockaddr *)&name;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(listener, address, size), 0);
    ck_assert_int_eq(listen(listener, 1), 0);
    ck_assert_int_eq(getsockname(listener, address, &size), 0);
    pair[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(pair[1], address, size), 0);
    pair[0] = accept(listener, NULL, NULL);
    ck_assert_int_ge(pair[0], 0);
    ck_assert_int_eq(close(listener), 0);
}

static void reset_by_close(int fd)
{
    struct linger linger = {.l_onoff = 1};
    ck_assert_int_eq(
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)), 0);
    ck_assert_int_eq(close(fd), 0);
}

struct side {
    uv_loop_t loop;
    uv_tcp_t tcp;
    unsigned reads;
    unsigned writes;
    int status;
};

static void side_open(struct side *side, int fd)
{
    *side = (struct side){.reads = 0};
    ck_assert_int_eq(uv_loop_init(&side->loop), 0);
    ck_assert_int_eq(uv_tcp_init(&side->loop, &side->tcp), 0);
    ck_assert_int_eq(uv_tcp_open(&side->tcp, fd), 0);
    side->tcp.data = side;
}

static void side_close(struct side *side)
{
    if (!uv_is_closing((uv_handle_t *)&side->tcp))
        uv_close((uv_handle_t *)&side->tcp, NULL);
    ck_assert_int_eq(uv_run(&side->loop, UV_RUN_DEFAULT), 0);
    ck_assert_int_eq(uv_loop_close(&side->loop), 0);
}

static void turn(struct side *side)
{
    for (unsigned i = 0; i < 20; i++)
        (void)uv_run(&side->loop, UV_RUN_NOWAIT);
}

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *buf)
{
    static char space[65536];
    (void)handle;
    (void)hint;
    *buf = uv_buf_init(space, sizeof(space));
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    struct side *side = stream->data;
    (void)buf;
    side->reads++;
    side->status = size < 0 ? (int)size : 0;
}

START_TEST(T21_libuv_tells_no_reset_after_uv_read_stop)
{
    struct side side;
    int pair[2];
    tcp_pair(pair);
    side_open(&side, pair[0]);
    uv_stream_t *stream = (uv_stream_t *)&side.tcp;
    ck_assert_int_eq(uv_read_start(stream, on_alloc, on_read), 0);
    turn(&side);
    ck_assert_int_eq(uv_read_stop(stream), 0);
    reset_by_close(pair[1]);
    turn(&side);
    ck_assert_uint_eq(side.reads, 0);
    ck_assert_int_eq(uv_read_start(stream, on_alloc, on_read), 0);
    turn(&side);
    ck_assert_uint_eq(side.reads, 1);
    ck_assert_int_eq(side.status, UV_ECONNRESET);
    side_close(&side);
}
END_TEST

/* Sends until the kernel takes no more. */
static size_t fill(int fd)
{
    static const uint8_t zeros[65536];
    size_t filled = 0;
    ssize_t sent;
    while ((sent = send(fd, zeros, sizeof(zeros), MSG_DONTWAIT)) > 0)
        filled += (size_t)sent;
    return filled;
}

static ssize_t read_some(int fd)
{
    static uint8_t space[65536];
    return recv(fd, space, sizeof(space), 0);
}

static size_t read_all(int fd)
{
    size_t size = 0;
    ssize_t got;
    while ((got = read_some(fd)) > 0)
        size += (size_t)got;
    return size;
}

START_TEST(T23_closing_with_unread_input_destroys_what_is_under_way)
{
    int pair[2];
    tcp_pair(pair);
    ck_assert_int_eq(send(pair[1], "unread", 6, 0), 6);
    size_t sent = fill(pair[0]);
    ck_assert_int_eq(close(pair[0]), 0);
    size_t arrived = read_all(pair[1]);
    ck_assert_uint_lt(arrived, sent);
    ck_assert_int_eq(close(pair[1]), 0);
}
END_TEST

START_TEST(T23_closing_with_all_input_read_does_not)
{
    int pair[2];
    tcp_pair(pair);
    size_t sent = fill(pair[0]);
    ck_assert_int_eq(close(pair[0]), 0);
    ck_assert_uint_eq(read_all(pair[1]), sent);
    ck_assert_int_eq(close(pair[1]), 0);
}
END_TEST

static void on_written(uv_write_t *request, int status)
{
    struct side *side = request->handle->data;
    side->writes++;
    side->status = status;
}

static void on_shut(uv_shutdown_t *request, int status)
{
    (void)request;
    (void)status;
}

START_TEST(T25_uv_tcp_close_reset_fails_while_a_shutdown_is_pending)
{
    struct side side;
    uv_write_t request;
    uv_shutdown_t shut;
    int pair[2];
    tcp_pair(pair);
    side_open(&side, pair[0]);
    (void)fill(pair[0]);
    uv_stream_t *stream = (uv_stream_t *)&side.tcp;
    uv_buf_t buf = uv_buf_init((char[]){"x"}, 1);
    ck_assert_int_eq(uv_write(&request, stream, &buf, 1, on_written), 0);
    ck_assert_int_eq(uv_shutdown(&shut, stream, on_shut), 0);
    ck_assert_int_ne(uv_tcp_close_reset(&side.tcp, NULL), 0);
    ck_assert(!uv_is_closing((uv_handle_t *)&side.tcp));
    side_close(&side);
    ck_assert_int_eq(close(pair[1]), 0);
}
END_TEST

#define BIG (32 * 1024 * 1024)

START_TEST(T13_one_big_uv_write_shows_no_progress_until_its_end)
{
    struct side side;
    uv_write_t request;
    int pair[2];
    char *big = calloc(1, BIG);
    tcp_pair(pair);
    side_open(&side, pair[0]);
    uv_buf_t buf = uv_buf_init(big, BIG);
    ck_assert_int_eq(
        uv_write(&request, (uv_stream_t *)&side.tcp, &buf, 1, on_written), 0);
    for (size_t got = 0; got < BIG / 8; turn(&side))
        got += (size_t)read_some(pair[1]);
    ck_assert_uint_eq(side.writes, 0);
    ck_assert_uint_gt(uv_stream_get_write_queue_size((uv_stream_t *)&side.tcp),
                      0);
    side_close(&side);
    ck_assert_int_eq(close(pair[1]), 0);
    free(big);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("net.facts");
    TCase *tcase = leaks_test_case(suite, "facts");
    tcase_add_test(tcase, T21_libuv_tells_no_reset_after_uv_read_stop);
    tcase_add_test(tcase,
                   T23_closing_with_unread_input_destroys_what_is_under_way);
    tcase_add_test(tcase, T23_closing_with_all_input_read_does_not);
    tcase_add_test(tcase,
                   T25_uv_tcp_close_reset_fails_while_a_shutdown_is_pending);
    tcase_add_test(tcase, T13_one_big_uv_write_shows_no_progress_until_its_end);
    return suite;
}
