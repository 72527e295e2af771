/* SPDX-License-Identifier: MIT */
/* K9: streams of clients, over every wire. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "faults.h"
#include "stream_stage.h"

#define BIG (1024 * 1024)

static const uint8_t big[BIG];

/* -- talking --------------------------------------------------------------- */

static bight_error ask(void *arg, bight_value *ret_value)
{
    bight_stream *s;
    bight_bytes line;
    (void)arg, (void)ret_value;
    bight_error error = bight_stream_connect(place(), NULL, &s);
    if (bight_failed(error))
        return error;
    error = bight_stream_write(s, BIGHT_BYTES("hello\nworld\n"));
    for (int i = 0; i < 2 && !bight_failed(error); i++) {
        error = bight_stream_read_line(s, 100, &line);
        if (!bight_failed(error))
            ck_assert(bight_bytes_equal(line, i == 0 ? BIGHT_BYTES("hello")
                                                     : BIGHT_BYTES("world")));
    }
    bight_error closed = bight_stream_close(s);
    return bight_failed(error) ? error : closed;
}

START_TEST(K9_a_client_asks_and_is_answered)
{
    start(_i, echo);
    ck_assert_ok(run_client(ask, NULL));
    ck_run_until(served == 1);
    end();
}
END_TEST

static bight_error send_big(void *stream, bight_value *ret_value)
{
    (void)ret_value;
    bight_error error = bight_stream_write(stream, bight_bytes_of(big, BIG));
    return bight_failed(error) ? error : bight_stream_write_eof(stream);
}

static bight_error receive_big(bight_stream *s)
{
    size_t sum = 0;
    bight_bytes data;
    bight_error error;
    while (!bight_failed(error = bight_stream_read_some(s, BIG, &data)))
        sum += data.size;
    ck_assert_error(error, BIGHT_ERROR_EOF);
    ck_assert_uint_eq(sum, BIG);
    return bight_ok();
}

/* One task writes while the other reads. */
static bight_error send_and_receive(void *arg, bight_value *ret_value)
{
    bight_stream *s;
    (void)arg, (void)ret_value;
    bight_error error = bight_stream_connect(place(), NULL, &s);
    if (bight_failed(error))
        return error;
    {
        BIGHT_GROUP(group);
        error = bight_group_spawn(&group, NULL, send_big, s);
        if (!bight_failed(error))
            error = receive_big(s);
        if (!bight_failed(error))
            error = bight_group_join(&group);
    }
    bight_error closed = bight_stream_close(s);
    return bight_failed(error) ? error : closed;
}

START_TEST(K9_much_goes_both_ways_at_once)
{
    start(_i, echo);
    ck_assert_ok(run_client(send_and_receive, NULL));
    ck_run_until(served == 1);
    end();
}
END_TEST

/* -- connecting ------------------------------------------------------------ */

static bight_error connect_badly(void *description, bight_value *ret_value)
{
    bight_stream *s = NULL;
    (void)ret_value;
    bight_error error = bight_stream_connect(description, NULL, &s);
    ck_assert_ptr_null(s);
    return error;
}

START_TEST(K9_a_connect_that_fails_says_why)
{
    char malformed[] = "nonsense:", nobody[] = "memory:nobody";
    start(WIRE_MEMORY, echo);
    ck_assert_error(run_client(connect_badly, malformed), BIGHT_ERROR_INVALID);
    bight_error error = run_client(connect_badly, nobody);
    ck_assert(bight_error_is(error, &bight_errno_domain, ECONNREFUSED));
    end();
}
END_TEST

static bight_error connect_parsed(void *arg, bight_value *ret_value)
{
    bight_endpoint *endpoint;
    bight_stream *s;
    (void)arg, (void)ret_value;
    ck_assert_ok(bight_endpoint_parse(bight_bytes_text(place()),
                                      BIGHT_ENDPOINT_CLIENT, &endpoint, NULL));
    bight_stream_options options = {.size = sizeof(options), .limit = 10};
    bight_error error = bight_stream_connect_to(endpoint, &options, &s);
    bight_endpoint_free(endpoint);
    return bight_failed(error) ? error : bight_stream_close(s);
}

START_TEST(K9_a_parsed_endpoint_may_be_connected_to)
{
    start(_i, echo);
    ck_assert_ok(run_client(connect_parsed, NULL));
    end();
}
END_TEST

/* -- cancelling ------------------------------------------------------------ */

/* What is small fills soon. */
static void shrink(bight_stream *s)
{
    int size = 64 * 1024;
    (void)setsockopt(bight_transport_fd(bight_stream_transport(s)), SOL_SOCKET,
                     SO_SNDBUF, &size, sizeof(size));
}

enum point { CONNECT, READ, WRITE, DRAIN, CLOSE, POINTS };

static bight_error reach(enum point point, bight_stream *s)
{
    bight_bytes data;
    bight_error error;
    switch (point) {
    case READ:
        return bight_stream_read_some(s, 10, &data);
    case DRAIN:
        error = bight_stream_write(s, bight_bytes_of(big, 8));
        return bight_failed(error) ? error : bight_stream_drain(s);
    case WRITE:
    case CLOSE:
        return bight_stream_write(s, bight_bytes_of(big, BIG));
    case CONNECT:
    case POINTS:
        break;
    }
    return bight_ok();
}

static bool has_begun, is_done;
static bight_error result;

/* What cannot suspend is not cancelled either: so little fits everywhere. */
static bight_error until_cancelled(void *arg, bight_value *ret_value)
{
    enum point point = *(enum point *)arg;
    bight_stream *s;
    (void)ret_value;
    has_begun = true;
    bight_error error = bight_stream_connect(place(), NULL, &s);
    if (bight_failed(error))
        return error;
    shrink(s);
    error = reach(point, s);
    if (point == CLOSE)
        error = bight_stream_close(s);
    else
        bight_stream_abort(s);
    return error;
}

static void note_result(bight_result *r, void *arg)
{
    (void)arg;
    result = bight_result_error(r);
    is_done = true;
}

START_TEST(K3_a_client_may_be_cancelled_at_each_suspension_point)
{
    enum point point = (enum point)(_i % POINTS);
    start(_i / POINTS, sleep_long);
    has_begun = is_done = false;
    bight_deferred *d =
        bight_finally(bight_spawn(scene.loop, NULL, until_cancelled, &point),
                      note_result, NULL);
    ck_run_until(has_begun);
    if (point != CONNECT) {
        ck_run_until(begun == 1);
        scene_settle();
    }
    bight_cancel(d);
    ck_run_until(is_done);
    bight_detach(d);
    if (bight_failed(result))
        ck_assert_error(result, BIGHT_ERROR_CANCELLED);
    else
        ck_assert(point == CONNECT || point == DRAIN);
    scene_settle();
    end();
}
END_TEST

/* -- the end --------------------------------------------------------------- */

static bight_error close_at_once(void *arg, bight_value *ret_value)
{
    bight_stream *s;
    (void)arg, (void)ret_value;
    bight_error error = bight_stream_connect(place(), NULL, &s);
    if (bight_failed(error))
        return error;
    shrink(s);
    (void)bight_transport_set_marks(bight_stream_transport(s), 2 * BIG, 0);
    error = bight_stream_write(s, bight_bytes_of(big, BIG));
    ck_assert_ok(error);
    has_begun = true;
    return bight_stream_close(s);
}

START_TEST(K9_close_waits_until_all_was_sent)
{
    start(_i, receive_big);
    ck_assert_ok(run_client(close_at_once, NULL));
    ck_run_until(served == 1);
    end();
}
END_TEST

/* T24: the peer never reads. */
START_TEST(K9_close_is_bounded_by_the_linger_timeout)
{
    start(_i, sleep_long);
    has_begun = is_done = false;
    bight_deferred *d = bight_finally(
        bight_spawn(scene.loop, NULL, close_at_once, NULL), note_result, NULL);
    ck_run_until(has_begun);
    scene_settle();
    ck_assert_ok(bight_loop_advance(scene.loop, 29000));
    scene_settle();
    ck_assert(!is_done);
    ck_assert_ok(bight_loop_advance(scene.loop, 2000));
    ck_run_until(is_done);
    ck_assert_error(result, BIGHT_ERROR_LINGER_TIMEOUT);
    bight_detach(d);
    end();
}
END_TEST

/* -- memory ---------------------------------------------------------------- */

static void exchange(int fd)
{
    char text[8];
    ck_assert_int_eq(write(fd, "ping\n", 5), 5);
    for (size_t got = 0; got < 5;) {
        ssize_t n = recv(fd, text, sizeof(text), MSG_DONTWAIT);
        if (n > 0)
            got += (size_t)n;
        scene_step();
    }
}

START_TEST(K9_nothing_is_allocated_when_the_kernel_takes_it_at_once)
{
    start(WIRE_TCP, echo);
    scene.listener = bight_port_listener(port, 0);
    int fd = scene_raw_connect();
    exchange(fd);
    exchange(fd);
    faults_fail_all();
    for (int i = 0; i < 100; i++)
        exchange(fd);
    uint64_t failed = faults_failed();
    faults_fail_nth(0);
    ck_assert_uint_eq(failed, 0);
    (void)close(fd);
    ck_run_until(served == 1);
    scene.listener = NULL;
    end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("endpoint.stream");
    TCase *talks = leaks_test_case(suite, "talks");
    tcase_add_loop_test(talks, K9_a_client_asks_and_is_answered, 0, WIRE_COUNT);
    tcase_add_loop_test(talks, K9_much_goes_both_ways_at_once, 0, WIRE_COUNT);
    tcase_add_test(talks, K9_a_connect_that_fails_says_why);
    tcase_add_loop_test(talks, K9_a_parsed_endpoint_may_be_connected_to, 0,
                        WIRE_COUNT);
    tcase_add_test(talks,
                   K9_nothing_is_allocated_when_the_kernel_takes_it_at_once);
    TCase *ends = leaks_test_case(suite, "ends");
    tcase_add_loop_test(ends,
                        K3_a_client_may_be_cancelled_at_each_suspension_point,
                        0, WIRE_COUNT * POINTS);
    tcase_add_loop_test(ends, K9_close_waits_until_all_was_sent, 0, WIRE_COUNT);
    tcase_add_loop_test(ends, K9_close_is_bounded_by_the_linger_timeout, 0,
                        WIRE_COUNT);
    return suite;
}
