/* SPDX-License-Identifier: MIT */
/* T21: how a reset is noticed while reading is stopped, on real sockets. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bight/uv.h>

#include "leaks.h"
#include "loop/dispatch.h"
#include "loop/side.h"
#include "loops.h"
#include "suite.h"

/* A TCP connection through the loopback interface. */
struct connection {
    int near; /* what is watched */
    int far;  /* what ends it */
};

static struct connection connect_pair(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct connection pair = {.far = socket(AF_INET, SOCK_STREAM, 0)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, length), 0);
    ck_assert_int_eq(listen(listener, 1), 0);
    ck_assert_int_eq(
        getsockname(listener, (struct sockaddr *)&address, &length), 0);
    ck_assert_int_eq(connect(pair.far, (struct sockaddr *)&address, length), 0);
    pair.near = accept(listener, NULL, NULL);
    ck_assert_int_ge(pair.near, 0);
    (void)close(listener);
    return pair;
}

/* Returns when the near end's kernel knows of it. */
static void await(const struct connection *pair, short event)
{
    struct pollfd fd = {.fd = pair->near, .events = event};
    do
        ck_assert_int_eq(poll(&fd, 1, -1), 1);
    while ((fd.revents & event) == 0);
}

static void reset(const struct connection *pair)
{
    const struct linger hard = {.l_onoff = 1, .l_linger = 0};
    ck_assert_int_eq(
        setsockopt(pair->far, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard)), 0);
    (void)close(pair->far);
    await(pair, POLLERR);
}

static void finish(const struct connection *pair)
{
    ck_assert_int_eq(shutdown(pair->far, SHUT_WR), 0);
    await(pair, POLLRDHUP);
}

/* -- the facts ------------------------------------------------------------- */

static unsigned reads;

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    static char bytes[64];
    (void)handle, (void)size;
    *buf = uv_buf_init(bytes, sizeof(bytes));
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    (void)stream, (void)size, (void)buf;
    reads++;
}

START_TEST(libuv_tells_nothing_of_a_reset_after_read_stop)
{
    uv_loop_t loop;
    uv_tcp_t tcp;
    struct connection pair = connect_pair();
    reads = 0;
    ck_assert_int_eq(uv_loop_init(&loop), 0);
    ck_assert_int_eq(uv_tcp_init(&loop, &tcp), 0);
    ck_assert_int_eq(uv_tcp_open(&tcp, pair.near), 0);
    uv_stream_t *stream = (uv_stream_t *)&tcp;
    ck_assert_int_eq(uv_read_start(stream, on_alloc, on_read), 0);
    (void)uv_run(&loop, UV_RUN_NOWAIT);
    ck_assert_int_eq(uv_read_stop(stream), 0);
    reset(&pair);
    for (unsigned i = 0; i < 10; i++)
        (void)uv_run(&loop, UV_RUN_NOWAIT);
    ck_assert_uint_eq(reads, 0);
    ck_assert_int_eq(uv_read_start(stream, on_alloc, on_read), 0);
    (void)uv_run(&loop, UV_RUN_ONCE);
    ck_assert_uint_eq(reads, 1);
    uv_close((uv_handle_t *)&tcp, NULL);
    ck_assert_int_eq(uv_run(&loop, UV_RUN_DEFAULT), 0);
    ck_assert_int_eq(uv_loop_close(&loop), 0);
}
END_TEST

static unsigned epoll_events(int set)
{
    struct epoll_event event = {.events = 0};
    return epoll_wait(set, &event, 1, 0) == 1 ? event.events : 0;
}

START_TEST(epoll_with_an_empty_mask_tells_of_a_reset_but_not_of_a_finish)
{
    struct epoll_event event = {.events = EPOLLET};
    struct connection pair = connect_pair();
    int set = epoll_create1(EPOLL_CLOEXEC);
    ck_assert_int_eq(epoll_ctl(set, EPOLL_CTL_ADD, pair.near, &event), 0);
    ck_assert_uint_eq(epoll_events(set), 0);
    ck_assert_int_eq(write(pair.far, "data", 4), 4);
    await(&pair, POLLIN);
    ck_assert_uint_eq(epoll_events(set), 0);
    finish(&pair);
    ck_assert_uint_eq(epoll_events(set), 0);
    reset(&pair);
    ck_assert_uint_eq(epoll_events(set), EPOLLERR | EPOLLHUP);
    ck_assert_uint_eq(epoll_events(set), 0);
    (void)close(set);
    (void)close(pair.near);
}
END_TEST

/* -- the poller ------------------------------------------------------------ */

static bight_loop *the_loop;
static unsigned told;

static void begin(void)
{
    told = 0;
    the_loop = loops_new(BIGHT_LOOP_REAL);
}

static void tell(void *cookie, bool room)
{
    ck_assert(!room);
    ck_assert(the_loop->dispatching);
    ck_assert_ptr_eq(cookie, &told);
    told++;
}

static void stay_alive(uv_idle_t *idle)
{
    (void)idle;
}

/* The poller keeps no loop running, so something else must: a handle of the
 * test's own, which is no dispatch of bight's. */
static void poll_once(void)
{
    static uv_idle_t idle;
    uv_loop_t *uv = bight_loop_uv(the_loop);
    ck_assert_int_eq(uv_idle_init(uv, &idle), 0);
    ck_assert_int_eq(uv_idle_start(&idle, stay_alive), 0);
    (void)bight_loop_step(the_loop);
    uv_close((uv_handle_t *)&idle, NULL);
    (void)bight_loop_step(the_loop);
}

static void watch(const struct connection *pair)
{
    ck_assert_ok(bight__side_add(the_loop, pair->near, tell, &told));
}

START_TEST(a_reset_is_told_once)
{
    struct connection pair = connect_pair();
    begin();
    watch(&pair);
    poll_once();
    ck_assert_uint_eq(told, 0);
    reset(&pair);
    for (unsigned i = 0; i < 3; i++)
        poll_once();
    ck_assert_uint_eq(told, 1);
    (void)close(pair.near);
    loops_free(the_loop);
}
END_TEST

/* A copy of it, as a forked process has, keeps the socket open. */
START_TEST(a_forgotten_descriptor_is_not_told_of_although_a_copy_is_open)
{
    struct connection pair = connect_pair();
    begin();
    watch(&pair);
    struct connection copy = {.near = dup(pair.near), .far = pair.far};
    bight__side_forget(the_loop, pair.near);
    (void)close(pair.near);
    reset(&copy);
    poll_once();
    ck_assert_uint_eq(told, 0);
    (void)close(copy.near);
    loops_free(the_loop);
}
END_TEST

START_TEST(data_and_a_finish_are_not_told)
{
    struct connection pair = connect_pair();
    begin();
    watch(&pair);
    ck_assert_int_eq(write(pair.far, "data", 4), 4);
    finish(&pair);
    poll_once();
    ck_assert_uint_eq(told, 0);
    (void)close(pair.near);
    (void)close(pair.far);
    loops_free(the_loop);
}
END_TEST

START_TEST(two_hundred_resets_at_once_are_all_told)
{
    struct connection pairs[200];
    begin();
    for (unsigned i = 0; i < 200; i++) {
        pairs[i] = connect_pair();
        watch(&pairs[i]);
    }
    for (unsigned i = 0; i < 200; i++)
        reset(&pairs[i]);
    poll_once();
    ck_assert_uint_eq(told, 200);
    for (unsigned i = 0; i < 200; i++)
        (void)close(pairs[i].near);
    loops_free(the_loop);
}
END_TEST

START_TEST(closing_the_descriptor_ends_the_watch)
{
    struct connection pair = connect_pair();
    begin();
    watch(&pair);
    (void)close(pair.near);
    (void)close(pair.far);
    poll_once();
    ck_assert_uint_eq(told, 0);
    loops_free(the_loop);
}
END_TEST

START_TEST(a_descriptor_is_watched_once)
{
    struct connection pair = connect_pair();
    begin();
    watch(&pair);
    ck_assert(bight_error_is(bight__side_add(the_loop, pair.near, tell, &told),
                             &bight_errno_domain, EEXIST));
    (void)close(pair.near);
    (void)close(pair.far);
    loops_free(the_loop);
}
END_TEST

START_TEST(the_poller_keeps_no_loop_running)
{
    struct connection pair = connect_pair();
    begin();
    watch(&pair);
    ck_assert_ok(bight_loop_run(the_loop));
    (void)close(pair.near);
    (void)close(pair.far);
    loops_free(the_loop);
}
END_TEST

/* L12: the poller's dispatch begins with libuv's time, not with the last. */
START_TEST(time_spent_waiting_for_a_reset_is_no_slow_callback)
{
    bight_loop_stats stats = {.size = sizeof(stats)};
    struct connection pair = connect_pair();
    begin();
    watch(&pair);
    reset(&pair);
    bight__dispatch_tick(the_loop, the_loop->now_ms - 5000);
    poll_once();
    bight_loop_stats_get(the_loop, &stats);
    ck_assert_uint_eq(stats.slow_callbacks, 0);
    ck_assert_uint_eq(told, 1);
    (void)close(pair.near);
    loops_free(the_loop);
}
END_TEST

START_TEST(a_virtual_loop_has_no_poller)
{
    struct connection pair = connect_pair();
    bight_loop *loop = loops_new(BIGHT_LOOP_VIRTUAL);
    ck_assert_error(bight__side_add(loop, pair.near, tell, &told),
                    BIGHT_ERROR_UNSUPPORTED);
    (void)close(pair.near);
    (void)close(pair.far);
    loops_free(loop);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("side");
    TCase *facts = leaks_test_case(suite, "facts");
    tcase_add_test(facts, libuv_tells_nothing_of_a_reset_after_read_stop);
    tcase_add_test(
        facts, epoll_with_an_empty_mask_tells_of_a_reset_but_not_of_a_finish);

    TCase *poller = leaks_test_case(suite, "poller");
    tcase_add_test(poller, a_reset_is_told_once);
    tcase_add_test(
        poller, a_forgotten_descriptor_is_not_told_of_although_a_copy_is_open);
    tcase_add_test(poller, data_and_a_finish_are_not_told);
    tcase_add_test(poller, two_hundred_resets_at_once_are_all_told);
    tcase_add_test(poller, closing_the_descriptor_ends_the_watch);
    tcase_add_test(poller, a_descriptor_is_watched_once);
    tcase_add_test(poller, the_poller_keeps_no_loop_running);
    tcase_add_test(poller, time_spent_waiting_for_a_reset_is_no_slow_callback);
    tcase_add_test(poller, a_virtual_loop_has_no_poller);
    return suite;
}
