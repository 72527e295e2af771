/* SPDX-License-Identifier: MIT */
/* T21, T23, T25, E2, E6, E14 over TCP: what only that wire can do. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bight/net.h>
#include <bight/uv.h>

#include "leaks.h"
#include "scene.h"
#include "suite.h"

static bight_tcp_options tcp;

static void start(void)
{
    scene_begin(WIRE_TCP, BIGHT_LOOP_MANUAL_CLOCK);
    bight_tcp_options_init(&tcp);
    scene.stays = true;
}

static bight_address address_of(const char *text, uint16_t port)
{
    bight_address address;
    ck_assert_ok(
        bight_address_parse_ip(bight_bytes_text(text), port, &address));
    return address;
}

static bight_error try_listen(const char *text, uint16_t port,
                              bight_listener **ret_listener)
{
    bight_address address = address_of(text, port);
    return bight_tcp_listen(scene.loop, &scene_servers, &address, &tcp,
                            &scene.options, ret_listener);
}

static void listen_on(const char *text, uint16_t port)
{
    ck_assert_ok(try_listen(text, port, &scene.listener));
}

static uint16_t port(void)
{
    return bight_listener_address(scene.listener).port;
}

static int option(bight_transport *t, int level, int name)
{
    int value = -1;
    socklen_t size = sizeof(value);
    ck_assert_int_eq(
        getsockopt(bight_transport_fd(t), level, name, &value, &size), 0);
    return value;
}

/* -- options -------------------------------------------------------------- */

START_TEST(E14_nodelay_is_on_and_keepalive_off)
{
    start();
    scene_listen();
    scene_connect();
    bight_transport *server = scene_last_server()->t;
    ck_assert_int_ne(option(server, IPPROTO_TCP, TCP_NODELAY), 0);
    ck_assert_int_ne(option(scene.client, IPPROTO_TCP, TCP_NODELAY), 0);
    ck_assert_int_eq(option(server, SOL_SOCKET, SO_KEEPALIVE), 0);
    ck_assert_int_eq(option(scene.client, SOL_SOCKET, SO_KEEPALIVE), 0);
    scene_end();
}
END_TEST

START_TEST(nodelay_can_be_switched_off)
{
    start();
    tcp.nodelay = false;
    listen_on("127.0.0.1", 0);
    scene_connect();
    bight_transport *server = scene_last_server()->t;
    ck_assert_int_eq(option(server, IPPROTO_TCP, TCP_NODELAY), 0);
    scene_end();
}
END_TEST

static void connected(void *ctx, bight_transport *t, bight_error error)
{
    (void)ctx;
    ck_assert_ok(error);
    scene.client = t;
    scene.connected++;
}

START_TEST(keepalive_is_set_on_both_ends)
{
    start();
    tcp.keepalive_ms = 90500;
    listen_on("127.0.0.1", 0);
    bight_address address = bight_listener_address(scene.listener);
    ck_assert_ok(bight_tcp_connect(scene.loop, &scene_clients, &address, &tcp,
                                   NULL, connected, NULL, NULL));
    ck_run_until(scene.connected == 1 && scene.served == 1);
    bight_transport *ends[2] = {scene.client, scene_last_server()->t};
    for (int i = 0; i < 2; i++) {
        ck_assert_int_ne(option(ends[i], SOL_SOCKET, SO_KEEPALIVE), 0);
        ck_assert_int_eq(option(ends[i], IPPROTO_TCP, TCP_KEEPIDLE), 91);
    }
    scene_end();
}
END_TEST

START_TEST(a_port_in_use_is_an_error_that_names_it)
{
    char text[128];
    char expected[128];
    bight_listener *second = NULL;
    start();
    listen_on("127.0.0.1", 0);
    bight_error error = try_listen("127.0.0.1", port(), &second);
    ck_assert(bight_failed(error));
    ck_assert_ptr_null(second);
    (void)bight_error_format(error, text, sizeof(text));
    (void)snprintf(expected, sizeof(expected),
                   "listen tcp:127.0.0.1:%u: address already in use "
                   "(EADDRINUSE)",
                   (unsigned)port());
    ck_assert_str_eq(text, expected);
    scene_end();
}
END_TEST

START_TEST(reuse_port_lets_two_listen)
{
    bight_listener *second = NULL;
    start();
    tcp.reuse_port = true;
    listen_on("127.0.0.1", 0);
    ck_assert_ok(try_listen("127.0.0.1", port(), &second));
    bight_listener_stop(scene.listener);
    scene_connect();
    ck_assert_uint_eq(bight_listener_count(second), 1);
    scene_end();
}
END_TEST

/* -- IPv6 ----------------------------------------------------------------- */

static bool has_ipv6(void)
{
    struct sockaddr_in6 name = {.sin6_family = AF_INET6,
                                .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool has = fd >= 0 && bind(fd, (struct sockaddr *)&name, sizeof(name)) == 0;
    if (fd >= 0)
        (void)close(fd);
    return has;
}

static void connect_to(const char *text)
{
    bight_address address = address_of(text, port());
    bight_listener *listener = scene.listener;
    unsigned before = scene.connected;
    ck_assert_ok(bight_tcp_connect(scene.loop, &scene_clients, &address, NULL,
                                   NULL, connected, NULL, NULL));
    ck_run_until(scene.connected > before && scene.served == scene.made);
    scene.listener = listener;
}

START_TEST(E2_an_ipv6_listener_takes_ipv4_too)
{
    if (!has_ipv6())
        return;
    start();
    listen_on("::", 0);
    connect_to("127.0.0.1");
    bight_address peer = bight_transport_peer(scene_last_server()->t);
    ck_assert(bight_address_is_loopback(&peer));
    connect_to("::1");
    peer = bight_transport_peer(scene_last_server()->t);
    ck_assert_int_eq(peer.family, BIGHT_ADDRESS_IPV6);
    scene_end();
}
END_TEST

static void refused(void *ctx, bight_transport *t, bight_error error)
{
    (void)ctx;
    ck_assert_ptr_null(t);
    scene.connected++;
    (void)bight_error_format(error, scene.connect_text,
                             sizeof(scene.connect_text));
}

START_TEST(ipv6_only_takes_ipv6_only)
{
    if (!has_ipv6())
        return;
    start();
    tcp.ipv6_only = true;
    listen_on("::", 0);
    connect_to("::1");
    bight_address address = address_of("127.0.0.1", port());
    ck_assert_ok(bight_tcp_connect(scene.loop, &scene_clients, &address, NULL,
                                   NULL, refused, NULL, NULL));
    ck_run_until(scene.connected == 2);
    ck_assert_ptr_nonnull(strstr(scene.connect_text, "ECONNREFUSED"));
    scene_end();
}
END_TEST

/* -- connecting ----------------------------------------------------------- */

START_TEST(a_refused_connect_says_where_and_why)
{
    char expected[128];
    start();
    listen_on("127.0.0.1", 0);
    bight_address address = bight_listener_address(scene.listener);
    bight_listener_close(scene.listener);
    ck_assert_ok(bight_tcp_connect(scene.loop, &scene_clients, &address, NULL,
                                   NULL, refused, NULL, NULL));
    ck_run_until(scene.connected == 1);
    (void)snprintf(expected, sizeof(expected),
                   "connect tcp:127.0.0.1:%u: connection refused "
                   "(ECONNREFUSED)",
                   (unsigned)address.port);
    ck_assert_str_eq(scene.connect_text, expected);
    scene_end();
}
END_TEST

/* Connections that nobody accepts; the next one's SYN gets no answer. */
static int listen_full(bight_address *ret_address, int clients[4])
{
    struct sockaddr_in name = {.sin_family = AF_INET};
    socklen_t size = sizeof(name);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&name, size), 0);
    ck_assert_int_eq(listen(fd, 0), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&name, &size), 0);
    for (int i = 0; i < 4; i++) {
        clients[i] =
            socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        (void)connect(clients[i], (struct sockaddr *)&name, size);
    }
    *ret_address = address_of("127.0.0.1", ntohs(name.sin_port));
    return fd;
}

START_TEST(T31_a_connect_without_an_answer_times_out)
{
    bight_address address;
    int clients[4];
    start();
    int fd = listen_full(&address, clients);
    ck_assert_ok(bight_tcp_connect(scene.loop, &scene_clients, &address, NULL,
                                   &scene.connect, refused, NULL, NULL));
    ck_assert_ok(bight_loop_advance(scene.loop, 29990));
    ck_assert_uint_eq(scene.connected, 0);
    ck_assert_ok(bight_loop_advance(scene.loop, 40));
    ck_run_until(scene.connected == 1);
    ck_assert_ptr_nonnull(strstr(scene.connect_text, "CONNECT_TIMEOUT"));
    scene_settle();
    ck_assert_uint_eq(scene.made, 0);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(close(clients[i]), 0);
    ck_assert_int_eq(close(fd), 0);
    scene_end();
}
END_TEST

START_TEST(a_virtual_loop_has_no_sockets)
{
    bight_listener *listener = NULL;
    scene_begin(WIRE_TCP, BIGHT_LOOP_VIRTUAL);
    bight_address address = address_of("127.0.0.1", 0);
    ck_assert_error(bight_tcp_listen(scene.loop, &scene_servers, &address, NULL,
                                     NULL, &listener),
                    BIGHT_ERROR_UNSUPPORTED);
    ck_assert_error(bight_tcp_connect(scene.loop, &scene_clients, &address,
                                      NULL, NULL, refused, NULL, NULL),
                    BIGHT_ERROR_UNSUPPORTED);
    ck_assert_uint_eq(scene.connected, 0);
    scene_end();
}
END_TEST

START_TEST(an_address_of_another_kind_is_refused)
{
    bight_listener *listener = NULL;
    start();
    bight_address address = {.family = BIGHT_ADDRESS_UNIX};
    ck_assert_error(bight_tcp_listen(scene.loop, &scene_servers, &address, NULL,
                                     NULL, &listener),
                    BIGHT_ERROR_INVALID);
    ck_assert_error(bight_tcp_connect(scene.loop, &scene_clients, &address,
                                      NULL, NULL, refused, NULL, NULL),
                    BIGHT_ERROR_INVALID);
    scene_end();
}
END_TEST

START_TEST(both_ends_know_both_addresses)
{
    bight_address client, server;
    start();
    scene_listen();
    scene_connect();
    bight_transport *t = scene_last_server()->t;
    ck_assert_ok(bight_transport_local(scene.client, &client));
    ck_assert_ok(bight_transport_local(t, &server));
    bight_address of_client = bight_transport_peer(t);
    bight_address of_server = bight_transport_peer(scene.client);
    ck_assert(bight_address_equal(&client, &of_client));
    ck_assert(bight_address_equal(&server, &of_server));
    ck_assert(bight_transport_can(t, BIGHT_CAN_RESET));
    ck_assert(bight_transport_can(t, BIGHT_CAN_WRITE_EOF));
    ck_assert(!bight_transport_can(t, BIGHT_CAN_CREDENTIALS));
    scene_end();
}
END_TEST

/* Descriptor 0 belongs to somebody else, even while ours does not exist. */
START_TEST(E7_cancel_touches_no_descriptor_but_its_own)
{
    struct linger linger = {.l_onoff = 7};
    socklen_t size = sizeof(linger);
    bight_connector *connector;
    start();
    int saved = dup(0);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(dup2(fd, 0), 0);
    scene_listen();
    ck_assert_ok(scene_try_connect(&scene_clients, &connector));
    bight_connector_cancel(connector);
    ck_run_until(scene.connected == 1);
    ck_assert_int_eq(getsockopt(0, SOL_SOCKET, SO_LINGER, &linger, &size), 0);
    ck_assert_int_eq(linger.l_onoff, 0);
    ck_assert_int_eq(close(fd), 0);
    if (saved >= 0)
        ck_assert_int_eq(dup2(saved, 0), 0);
    ck_assert_int_eq(close(saved >= 0 ? saved : 0), 0);
    scene_end();
}
END_TEST

/* -- ending --------------------------------------------------------------- */

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

static void add_options(TCase *tcase)
{
    tcase_add_test(tcase, E14_nodelay_is_on_and_keepalive_off);
    tcase_add_test(tcase, nodelay_can_be_switched_off);
    tcase_add_test(tcase, keepalive_is_set_on_both_ends);
    tcase_add_test(tcase, a_port_in_use_is_an_error_that_names_it);
    tcase_add_test(tcase, reuse_port_lets_two_listen);
    tcase_add_test(tcase, E2_an_ipv6_listener_takes_ipv4_too);
    tcase_add_test(tcase, ipv6_only_takes_ipv6_only);
    tcase_add_test(tcase, an_address_of_another_kind_is_refused);
    tcase_add_test(tcase, a_virtual_loop_has_no_sockets);
    tcase_add_test(tcase, both_ends_know_both_addresses);
}

static void add_connecting(TCase *tcase)
{
    tcase_add_test(tcase, a_refused_connect_says_where_and_why);
    tcase_add_test(tcase, T31_a_connect_without_an_answer_times_out);
    tcase_add_test(tcase, E7_cancel_touches_no_descriptor_but_its_own);
}

static void add_ending(TCase *tcase)
{
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
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("net.tcp");
    add_options(leaks_test_case(suite, "options"));
    add_connecting(leaks_test_case(suite, "connecting"));
    add_ending(leaks_test_case(suite, "ending"));
    return suite;
}
