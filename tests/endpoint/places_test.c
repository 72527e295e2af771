/* SPDX-License-Identifier: MIT */
/* E2, E9, E14: where a server listens, and what its keys do. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>

#include "binding.h"
#include "leaks.h"
#include "suite.h"

/* -- E2 ------------------------------------------------------------------- */

START_TEST(E2_the_port_knows_its_real_address_and_serves_there)
{
    char description[96];
    start(_i);
    bight_port *port = told_listen(told_place());
    ck_assert_ptr_nonnull(bight_port_listener(port, 0));
    ck_assert_ptr_null(bight_port_listener(port, 1));
    (void)snprintf(description, sizeof(description), "%s",
                   told_describe(port, 0));
    bight_transport *t = told_connect(description);
    ck_assert_uint_eq(bight_port_count(port), 1);
    (void)bight_transport_write(t, BIGHT_BYTES("hello"));
    ck_run_until(scene_last_server()->size == 5);
    ck_assert_str_eq(scene_last_server()->text, "hello");
    bight_transport_unref(t);
    bight_port_close(port);
    end();
}
END_TEST

START_TEST(E2_a_name_with_two_addresses_is_one_port_on_both)
{
    start(WIRE_TCP);
    told_plan("127.0.0.1 ::1 127.0.0.1");
    bight_port *port = told_listen("tcp:both.example:0");
    ck_assert_ptr_null(bight_port_listener(port, 2));
    ck_assert_uint_ne(port_at(port, 0), 0);
    ck_assert_uint_eq(port_at(port, 0), port_at(port, 1));
    ck_assert_int_eq(
        bight_listener_address(bight_port_listener(port, 0)).family,
        BIGHT_ADDRESS_IPV4);
    ck_assert_int_eq(
        bight_listener_address(bight_port_listener(port, 1)).family,
        BIGHT_ADDRESS_IPV6);
    bight_transport_unref(told_connect(told_describe(port, 0)));
    bight_transport_unref(told_connect(told_describe(port, 1)));
    ck_assert_uint_eq(bight_port_count(port), 2);
    bight_port_close(port);
    end();
}
END_TEST

/* Whatever the resolver thinks of it. */
START_TEST(E9_localhost_is_both_loopback_addresses_without_a_lookup)
{
    start(WIRE_TCP);
    told_plan(NULL);
    bight_port *port = told_listen("tcp:LocalHost:0");
    ck_assert_int_eq(strncmp(told_describe(port, 0), "tcp:127.0.0.1:", 14), 0);
    ck_assert_int_eq(strncmp(told_describe(port, 1), "tcp:[::1]:", 10), 0);
    ck_assert_uint_eq(port_at(port, 0), port_at(port, 1));
    bight_port_close(port);
    no_ipv6 = true;
    port = told_listen("tcp:localhost:0");
    ck_assert_ptr_null(bight_port_listener(port, 1));
    bight_port_close(port);
    end();
}
END_TEST

START_TEST(E2_any_port_is_tried_again_until_it_is_free_on_all_addresses)
{
    start(WIRE_TCP);
    told_plan("127.0.0.1 ::1");
    binds_fail = 5;
    bight_port *port = told_listen("tcp:both.example:0");
    ck_assert_uint_eq(port_at(port, 0), port_at(port, 1));
    ck_assert_uint_eq(binds, 12);
    bight_port_close(port);
    end();
}
END_TEST

START_TEST(E2_it_is_not_tried_for_ever)
{
    struct told told;
    start(WIRE_TCP);
    told_plan("127.0.0.1 ::1");
    binds_fail = 1000;
    told_await(&told, told_listening("tcp:both.example:0"));
    ck_assert(bight_error_is(told.error, &bight_errno_domain, EADDRINUSE));
    ck_assert_uint_eq(binds, 32);
    end();
}
END_TEST

START_TEST(E2_addresses_that_this_machine_lacks_are_left_out)
{
    start(WIRE_TCP);
    no_ipv6_bind = true;
    told_plan("::1 127.0.0.1");
    bight_port *port = told_listen("tcp:both.example:0");
    ck_assert_ptr_null(bight_port_listener(port, 1));
    ck_assert_int_eq(
        bight_listener_address(bight_port_listener(port, 0)).family,
        BIGHT_ADDRESS_IPV4);
    bight_port_close(port);
    told_plan("::1");
    check_fails("tcp:both.example:80", "listen tcp:[::1]:80: address not "
                                       "available (EADDRNOTAVAIL)");
    end();
}
END_TEST

START_TEST(E9_without_a_host_both_families_are_served)
{
    char description[96];
    start(WIRE_TCP);
    bight_port *port = told_listen("tcp:0");
    ck_assert_int_eq(
        bight_listener_address(bight_port_listener(port, 0)).family,
        BIGHT_ADDRESS_IPV6);
    (void)snprintf(description, sizeof(description), "tcp:127.0.0.1:%u",
                   port_at(port, 0));
    bight_transport_unref(told_connect(description));
    (void)snprintf(description, sizeof(description), "tcp:[::1]:%u",
                   port_at(port, 0));
    bight_transport_unref(told_connect(description));
    bight_port_close(port);
    end();
}
END_TEST

/* 0: the kernel has no IPv6; 1: it is switched off. */
START_TEST(E9_without_a_host_and_without_ipv6_ipv4_is_served)
{
    start(WIRE_TCP);
    no_ipv6 = _i == 0;
    no_ipv6_bind = _i == 1;
    bight_port *port = told_listen("tcp:0");
    ck_assert_int_eq(
        bight_listener_address(bight_port_listener(port, 0)).family,
        BIGHT_ADDRESS_IPV4);
    char description[96];
    (void)snprintf(description, sizeof(description), "tcp:127.0.0.1:%u",
                   port_at(port, 0));
    bight_transport_unref(told_connect(description));
    bight_port_close(port);
    end();
}
END_TEST

START_TEST(E9_interface_is_the_host)
{
    start(WIRE_TCP);
    bight_port *port = told_listen("tcp:0:interface=127.0.0.1");
    ck_assert_int_eq(
        bight_listener_address(bight_port_listener(port, 0)).family,
        BIGHT_ADDRESS_IPV4);
    bight_port_close(port);
    end();
}
END_TEST

/* -- E14 and the other keys ----------------------------------------------- */

static int option_of(bight_transport *t, int level, int name)
{
    int value = -1;
    socklen_t size = sizeof(value);
    ck_assert_int_eq(
        getsockopt(bight_transport_fd(t), level, name, &value, &size), 0);
    return value;
}

static bight_transport *served_by(const char *keys)
{
    char description[96];
    (void)snprintf(description, sizeof(description), "tcp:127.0.0.1:0%s", keys);
    bight_port *port = told_listen(description);
    bight_transport_unref(told_connect(told_describe(port, 0)));
    bight_port_close(port);
    return scene_last_server()->t;
}

START_TEST(E14_defaults_of_a_server_are_its_keys_defaults)
{
    start(WIRE_TCP);
    bight_transport *t = served_by("");
    ck_assert_int_ne(option_of(t, IPPROTO_TCP, TCP_NODELAY), 0);
    ck_assert_int_eq(option_of(t, SOL_SOCKET, SO_KEEPALIVE), 0);
    end();
}
END_TEST

START_TEST(E14_keys_of_a_server_reach_its_sockets)
{
    start(WIRE_TCP);
    bight_transport *t = served_by(":nodelay=no:keepalive=90s");
    ck_assert_int_eq(option_of(t, IPPROTO_TCP, TCP_NODELAY), 0);
    ck_assert_int_ne(option_of(t, SOL_SOCKET, SO_KEEPALIVE), 0);
    ck_assert_int_eq(option_of(t, IPPROTO_TCP, TCP_KEEPIDLE), 90);
    end();
}
END_TEST

START_TEST(E14_keys_of_a_client_reach_its_socket)
{
    char description[128];
    start(WIRE_TCP);
    bight_port *port = told_listen("tcp:127.0.0.1:0");
    bight_transport *t = told_connect(told_describe(port, 0));
    ck_assert_int_ne(option_of(t, IPPROTO_TCP, TCP_NODELAY), 0);
    ck_assert_int_eq(option_of(t, SOL_SOCKET, SO_KEEPALIVE), 0);
    bight_transport_unref(t);
    (void)snprintf(description, sizeof(description),
                   "%s:nodelay=no:keepalive=2m", told_describe(port, 0));
    t = told_connect(description);
    ck_assert_int_eq(option_of(t, IPPROTO_TCP, TCP_NODELAY), 0);
    ck_assert_int_eq(option_of(t, IPPROTO_TCP, TCP_KEEPIDLE), 120);
    bight_transport_unref(t);
    bight_port_close(port);
    end();
}
END_TEST

START_TEST(reuseport_shares_a_port)
{
    char description[96];
    start(WIRE_TCP);
    bight_port *first = told_listen("tcp:127.0.0.1:0:reuseport=yes");
    (void)snprintf(description, sizeof(description), "%s:reuseport=yes",
                   told_describe(first, 0));
    bight_port *second = told_listen(description);
    ck_assert_uint_eq(port_at(first, 0), port_at(second, 0));
    bight_port_close(first);
    bight_port_close(second);
    end();
}
END_TEST

/* The side that closes first keeps its port for a while. */
START_TEST(E14_reuseaddr_listens_although_old_connections_linger)
{
    struct told told;
    char plain[96], without[128];
    start(WIRE_TCP);
    bight_port *first = told_listen("tcp:127.0.0.1:0");
    (void)snprintf(plain, sizeof(plain), "%s", told_describe(first, 0));
    (void)snprintf(without, sizeof(without), "%s:reuseaddr=no", plain);
    bight_transport_unref(told_connect(plain));
    bight_port_close(first);
    bight_transport_close(scene_last_server()->t);
    ck_run_until(scene_last_server()->lost == 1 &&
                 scene_last_client()->lost == 1);
    told_await(&told, told_listening(without));
    ck_assert(bight_error_is(told.error, &bight_errno_domain, EADDRINUSE));
    bight_port_close(told_listen(plain));
    end();
}
END_TEST

START_TEST(mode_is_the_socket_files)
{
    char description[256];
    struct stat file;
    start(WIRE_UNIX);
    (void)snprintf(description, sizeof(description), "%s:mode=600",
                   told_place());
    bight_port *port = told_listen(description);
    ck_assert_int_eq(stat(scene.path, &file), 0);
    ck_assert_uint_eq(file.st_mode & 0777, 0600);
    bight_port_close(port);
    ck_assert_int_ne(stat(scene.path, &file), 0);
    end();
}
END_TEST

static void add_places(Suite *suite)
{
    TCase *tcase = leaks_test_case(suite, "places");
    tcase_add_loop_test(tcase,
                        E2_the_port_knows_its_real_address_and_serves_there, 0,
                        WIRE_COUNT);
    tcase_add_test(tcase, E2_a_name_with_two_addresses_is_one_port_on_both);
    tcase_add_test(
        tcase, E2_any_port_is_tried_again_until_it_is_free_on_all_addresses);
    tcase_add_test(tcase,
                   E9_localhost_is_both_loopback_addresses_without_a_lookup);
    tcase_add_test(tcase, E2_it_is_not_tried_for_ever);
    tcase_add_test(tcase, E2_addresses_that_this_machine_lacks_are_left_out);
    tcase_add_test(tcase, E9_without_a_host_both_families_are_served);
    tcase_add_loop_test(
        tcase, E9_without_a_host_and_without_ipv6_ipv4_is_served, 0, 2);
    tcase_add_test(tcase, E9_interface_is_the_host);
    tcase_add_test(tcase, E14_defaults_of_a_server_are_its_keys_defaults);
    tcase_add_test(tcase, E14_keys_of_a_server_reach_its_sockets);
    tcase_add_test(tcase, E14_keys_of_a_client_reach_its_socket);
    tcase_add_test(tcase, reuseport_shares_a_port);
    tcase_add_test(tcase,
                   E14_reuseaddr_listens_although_old_connections_linger);
    tcase_add_test(tcase, mode_is_the_socket_files);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("endpoint.places");
    add_places(suite);
    return suite;
}
