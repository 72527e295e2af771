/* SPDX-License-Identifier: MIT */
/* E2, E7, E14, T31 over TCP: addresses, options, connecting. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bight/net.h>

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

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("net.tcp");
    add_options(leaks_test_case(suite, "options"));
    add_connecting(leaks_test_case(suite, "connecting"));
    return suite;
}
