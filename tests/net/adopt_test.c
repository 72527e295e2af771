/* SPDX-License-Identifier: MIT */
/* L10: a foreign libuv program that runs bight's echo beside its own. */
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bight/net.h>
#include <bight/uv.h>

#include "leaks.h"
#include "scene.h"
#include "suite.h"

/* -- the host ------------------------------------------------------------- */

static struct host {
    uv_loop_t loop;
    uv_timer_t timer;
    uv_idle_t idle;
    uv_tcp_t server;
    uv_tcp_t client; /* the one that the host's server accepted */
    unsigned ticks;
    unsigned idles;
    unsigned closed;
    unsigned reported;
} host;

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
    host.ticks++;
}

static void on_idle(uv_idle_t *idle)
{
    (void)idle;
    host.idles++;
}

static void on_handle_closed(uv_handle_t *handle)
{
    (void)handle;
    host.closed++;
}

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *buf)
{
    static char space[1024];
    (void)handle;
    (void)hint;
    *buf = uv_buf_init(space, sizeof(space));
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    if (size < 0) {
        uv_close((uv_handle_t *)stream, on_handle_closed);
        return;
    }
    uv_buf_t back = uv_buf_init(buf->base, (unsigned)size);
    ck_assert_int_eq(uv_try_write(stream, &back, 1), (int)size);
}

static void on_connection(uv_stream_t *server, int status)
{
    ck_assert_int_eq(status, 0);
    (void)uv_tcp_init(&host.loop, &host.client);
    ck_assert_int_eq(uv_accept(server, (uv_stream_t *)&host.client), 0);
    (void)uv_read_start((uv_stream_t *)&host.client, on_alloc, on_read);
}

static void host_listen(void)
{
    struct sockaddr_in name = {.sin_family = AF_INET};
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)uv_tcp_init(&host.loop, &host.server);
    ck_assert_int_eq(uv_tcp_bind(&host.server, (struct sockaddr *)&name, 0), 0);
    ck_assert_int_eq(uv_listen((uv_stream_t *)&host.server, 16, on_connection),
                     0);
}

static uint16_t host_port(void)
{
    struct sockaddr_in name;
    int size = sizeof(name);
    (void)uv_tcp_getsockname(&host.server, (struct sockaddr *)&name, &size);
    return ntohs(name.sin_port);
}

static void host_begin(void)
{
    host = (struct host){.ticks = 0};
    ck_assert_int_eq(uv_loop_init(&host.loop), 0);
    host.loop.data = &host;
    (void)uv_timer_init(&host.loop, &host.timer);
    (void)uv_timer_start(&host.timer, on_tick, 0, 1);
    (void)uv_idle_init(&host.loop, &host.idle);
    (void)uv_idle_start(&host.idle, on_idle);
    host_listen();
}

static void host_close_handles(void)
{
    uv_close((uv_handle_t *)&host.timer, on_handle_closed);
    uv_close((uv_handle_t *)&host.idle, on_handle_closed);
    uv_close((uv_handle_t *)&host.server, on_handle_closed);
}

static void host_end(void)
{
    ck_assert_int_eq(uv_run(&host.loop, UV_RUN_DEFAULT), 0);
    ck_assert_ptr_eq(host.loop.data, &host);
    ck_assert_int_eq(uv_loop_close(&host.loop), 0);
}

/* -- bight inside it ------------------------------------------------------ */

static void on_reported(void *ctx, const bight_close_report *report)
{
    (void)ctx;
    (void)report;
    host.reported++;
}

static void adopt(void)
{
    scene = (struct scene){.wire = WIRE_TCP, .echo = true};
    bight_owner_options_init(&scene.options);
    bight_owner_options_init(&scene.connect);
    ck_assert_ok(bight_loop_adopt(&host.loop, NULL, &scene.loop));
}

/* Closes and frees bight's loop; the host turns meanwhile. */
static void leave(void)
{
    bight_loop_close(scene.loop, on_reported, NULL);
    ck_assert_error(bight_loop_free(scene.loop), BIGHT_ERROR_BUSY);
    while (host.reported == 0)
        (void)uv_run(&host.loop, UV_RUN_NOWAIT);
    ck_assert_ok(bight_loop_free(scene.loop));
}

static int connect_raw(uint16_t port)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port)};
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    return fd;
}

/* Says `text` and turns the host's loop until the same came back. */
static void echo(int fd, const char *text)
{
    char back[64] = "";
    size_t size = strlen(text);
    ck_assert_int_eq(send(fd, text, size, 0), (ssize_t)size);
    while (recv(fd, back, size, MSG_DONTWAIT | MSG_PEEK) < (ssize_t)size) {
        (void)uv_run(&host.loop, UV_RUN_NOWAIT);
        (void)sched_yield();
    }
    ck_assert_int_eq(recv(fd, back, size, 0), (ssize_t)size);
    ck_assert_str_eq(back, text);
}

START_TEST(L10_host_and_bight_are_both_served)
{
    host_begin();
    adopt();
    scene_listen();
    int to_host = connect_raw(host_port());
    int to_bight = connect_raw(bight_listener_address(scene.listener).port);
    for (unsigned i = 0; i < 100; i++) {
        echo(to_host, "hello host");
        echo(to_bight, "hello bight");
    }
    ck_assert_uint_gt(host.ticks, 0);
    ck_assert_uint_gt(host.idles, 200);
    ck_assert_int_eq(close(to_host), 0);
    ck_assert_int_eq(close(to_bight), 0);
    host_close_handles();
    leave();
    host_end();
}
END_TEST

START_TEST(L10_closing_bight_leaves_the_host_running)
{
    host_begin();
    adopt();
    scene_listen();
    int to_host = connect_raw(host_port());
    int to_bight = connect_raw(bight_listener_address(scene.listener).port);
    echo(to_bight, "hello");
    leave();
    ck_assert_uint_eq(scene_last_server()->lost, 1);
    ck_assert_uint_eq(host.closed, 0);
    ck_assert(uv_is_active((uv_handle_t *)&host.timer));
    unsigned ticks = host.ticks;
    while (host.ticks == ticks)
        echo(to_host, "still there");
    ck_assert_int_eq(close(to_host), 0);
    ck_assert_int_eq(close(to_bight), 0);
    host_close_handles();
    host_end();
    ck_assert_uint_eq(host.closed, 4);
}
END_TEST

/* From the host's timer: everything ends, in whatever order. */
static void end_all(uv_timer_t *timer)
{
    bight_listener_close(scene.listener);
    bight_transport_close(scene_last_server()->t);
    bight_loop_close(scene.loop, on_reported, NULL);
    uv_close((uv_handle_t *)timer, NULL);
}

START_TEST(L10_uv_run_returns_when_all_is_done)
{
    uv_timer_t timer;
    host_begin();
    adopt();
    scene_listen();
    int fd = connect_raw(bight_listener_address(scene.listener).port);
    echo(fd, "hello");
    (void)uv_timer_init(&host.loop, &timer);
    (void)uv_timer_start(&timer, end_all, 0, 0);
    host_close_handles();
    ck_assert_int_eq(uv_run(&host.loop, UV_RUN_DEFAULT), 0);
    ck_assert_uint_eq(host.reported, 1);
    ck_assert_uint_eq(scene_last_server()->lost, 1);
    ck_assert_ok(bight_loop_free(scene.loop));
    ck_assert_int_eq(close(fd), 0);
    host_end();
}
END_TEST

START_TEST(L10_a_bight_without_work_does_not_keep_its_host)
{
    host_begin();
    adopt();
    scene_listen();
    bight_listener_close(scene.listener);
    host_close_handles();
    ck_assert_int_eq(uv_run(&host.loop, UV_RUN_DEFAULT), 0);
    leave();
    host_end();
}
END_TEST

static void write_to_client(uv_timer_t *timer)
{
    (void)bight_transport_write(scene_last_server()->t,
                                BIGHT_BYTES("from the host"));
    uv_close((uv_handle_t *)timer, NULL);
}

START_TEST(L10_a_verb_in_a_callback_of_the_host_s_is_carried_out)
{
    uv_timer_t timer;
    char text[14] = "";
    host_begin();
    adopt();
    scene_listen();
    int fd = connect_raw(bight_listener_address(scene.listener).port);
    echo(fd, "hello");
    (void)uv_timer_init(&host.loop, &timer);
    (void)uv_timer_start(&timer, write_to_client, 0, 0);
    while (recv(fd, text, 13, MSG_DONTWAIT) != 13)
        (void)uv_run(&host.loop, UV_RUN_NOWAIT);
    ck_assert_str_eq(text, "from the host");
    ck_assert_int_eq(close(fd), 0);
    host_close_handles();
    leave();
    host_end();
}
END_TEST

static int broken_fd;

/* What was written meets, in one poll, the news that the peer is gone. */
static void break_and_write(uv_prepare_t *prepare)
{
    scene_raw_reset(broken_fd);
    (void)bight_transport_write(scene_last_server()->t, BIGHT_BYTES("x"));
    uv_close((uv_handle_t *)prepare, NULL);
}

START_TEST(L10_a_write_from_the_host_to_a_broken_connection_ends_it)
{
    uv_prepare_t prepare;
    host_begin();
    adopt();
    scene_listen();
    broken_fd = connect_raw(bight_listener_address(scene.listener).port);
    echo(broken_fd, "hello");
    (void)uv_prepare_init(&host.loop, &prepare);
    (void)uv_prepare_start(&prepare, break_and_write);
    while (scene_last_server()->lost == 0)
        (void)uv_run(&host.loop, UV_RUN_NOWAIT);
    ck_assert_error(scene_last_server()->why, BIGHT_ERROR_RESET);
    host_close_handles();
    leave();
    host_end();
}
END_TEST

START_TEST(L10_two_bights_in_one_host)
{
    host_begin();
    adopt();
    bight_loop *first = scene.loop;
    ck_assert_ok(bight_loop_adopt(&host.loop, NULL, &scene.loop));
    scene_listen();
    int fd = connect_raw(bight_listener_address(scene.listener).port);
    echo(fd, "hello");
    bight_loop_close(first, NULL, NULL);
    echo(fd, "hello again");
    ck_assert_int_eq(close(fd), 0);
    host_close_handles();
    leave();
    ck_assert_ok(bight_loop_free(first));
    host_end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("net.adopt");
    TCase *tcase = leaks_test_case(suite, "host");
    tcase_add_test(tcase, L10_host_and_bight_are_both_served);
    tcase_add_test(tcase, L10_closing_bight_leaves_the_host_running);
    tcase_add_test(tcase, L10_uv_run_returns_when_all_is_done);
    tcase_add_test(tcase, L10_a_bight_without_work_does_not_keep_its_host);
    tcase_add_test(tcase,
                   L10_a_verb_in_a_callback_of_the_host_s_is_carried_out);
    tcase_add_test(tcase,
                   L10_a_write_from_the_host_to_a_broken_connection_ends_it);
    tcase_add_test(tcase, L10_two_bights_in_one_host);
    return suite;
}
