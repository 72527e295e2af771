/* SPDX-License-Identifier: MIT */
/* E9: sockets that somebody else made, in this process. */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "leaks.h"
#include "loop/loop.h"
#include "suite.h"
#include "told.h"

static void start(void)
{
    scene_begin(WIRE_UNIX, BIGHT_LOOP_MANUAL_CLOCK);
    scene.echo = true;
}

static const char *fd_text(int fd)
{
    static char text[32];
    (void)snprintf(text, sizeof(text), "fd:%d", fd);
    return text;
}

static int listening_tcp(void)
{
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    ck_assert_int_eq(listen(fd, 8), 0);
    return fd;
}

static int listening_unix(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_ge(fd, 0);
    (void)snprintf(name.sun_path, sizeof(name.sun_path), "%s", scene.path);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    ck_assert_int_eq(listen(fd, 8), 0);
    return fd;
}

static void check_serves(bight_port *port)
{
    char description[96];
    (void)snprintf(description, sizeof(description), "%s",
                   told_describe(port, 0));
    bight_transport *t = told_connect(description);
    (void)bight_transport_write(t, BIGHT_BYTES("hello"));
    ck_run_until(scene_last_client()->size == 5);
    bight_transport_unref(t);
}

/* -- servers -------------------------------------------------------------- */

START_TEST(E9_fd_listens_on_an_inherited_tcp_socket)
{
    start();
    int fd = listening_tcp();
    bight_port *port = told_listen(fd_text(fd));
    ck_assert_int_ne(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    ck_assert_int_eq(strncmp(told_describe(port, 0), "tcp:127.0.0.1:", 14), 0);
    ck_assert_uint_ne(bight_listener_address(bight_port_listener(port, 0)).port,
                      0);
    check_serves(port);
    bight_port_close(port);
    ck_assert_int_lt(fcntl(fd, F_GETFD), 0);
    scene_end();
}
END_TEST

/* The file is whose it was: it stays. */
START_TEST(E9_fd_listens_on_an_inherited_unix_socket)
{
    char expected[96];
    start();
    bight_port *port = told_listen(fd_text(listening_unix()));
    (void)snprintf(expected, sizeof(expected), "unix:%s", scene.path);
    ck_assert_str_eq(told_describe(port, 0), expected);
    check_serves(port);
    bight_port_close(port);
    ck_assert_int_eq(access(scene.path, F_OK), 0);
    scene_end();
}
END_TEST

/* Its connections live on, and whoever asks for their listener's name has no
 * descriptor any more. */
START_TEST(E9_a_listener_that_was_stopped_keeps_its_name)
{
    char expected[96], text[96];
    start();
    bight_port *port = told_listen(fd_text(listening_unix()));
    bight_listener *listener = bight_port_listener(port, 0);
    (void)snprintf(expected, sizeof(expected), "unix:%s", scene.path);
    bight_transport *t = told_connect(expected);
    bight_listener_stop(listener);
    scene_settle();
    ck_assert_uint_eq(bight_listener_count(listener), 1);
    (void)bight_listener_describe(listener, text, sizeof(text));
    ck_assert_str_eq(text, expected);
    bight_transport_unref(t);
    bight_port_close(port);
    scene_end();
}
END_TEST

static void check_refused(int fd, bight_deferred *deferred, const char *verb,
                          const char *what)
{
    struct told told;
    char expected[128];
    told_await(&told, deferred);
    (void)snprintf(expected, sizeof(expected),
                   "%s fd:%d: descriptor %d %s: not valid (INVALID)", verb, fd,
                   fd, what);
    ck_assert_str_eq(told.text, expected);
}

static void check_not_served(int fd, const char *what)
{
    check_refused(fd, told_listening(fd_text(fd)), "listen", what);
    if (fd != 999)
        ck_assert_int_eq(close(fd), 0);
}

START_TEST(E9_fd_says_what_else_a_descriptor_is)
{
    int ends[2];
    start();
    check_not_served(999, "is not open (was it passed?)");
    check_not_served(open("/dev/null", O_RDONLY), "is not a socket");
    check_not_served(socket(AF_INET, SOCK_DGRAM, 0), "is not a stream socket");
    check_not_served(socket(AF_INET, SOCK_STREAM, 0), "does not listen");
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    check_not_served(ends[0], "does not listen");
    ck_assert_int_eq(close(ends[1]), 0);
    scene_end();
}
END_TEST

START_TEST(E9_fd_is_not_served_twice)
{
    start();
    int fd = listening_tcp();
    bight_port *port = told_listen(fd_text(fd));
    check_refused(fd, told_listening(fd_text(fd)), "listen",
                  "is in use in this loop");
    check_serves(port);
    bight_port_close(port);
    scene_end();
}
END_TEST

START_TEST(E9_a_virtual_loop_takes_no_descriptors)
{
    struct told told;
    scene_begin(WIRE_MEMORY, BIGHT_LOOP_VIRTUAL);
    int fd = listening_tcp();
    told_await(&told, told_listening(fd_text(fd)));
    ck_assert_error(told.error, BIGHT_ERROR_UNSUPPORTED);
    ck_assert_int_eq(close(fd), 0);
    scene_end();
}
END_TEST

static bight_error refuse_start(void *shared, const void *options,
                                bight_loop *loop)
{
    (void)shared, (void)options, (void)loop;
    return bight_error_of(BIGHT_ERROR_NOT_FOUND);
}

static const bight_factory failing = {.size = sizeof(bight_factory),
                                      .protocol = &scene_server,
                                      .started = refuse_start};

START_TEST(a_descriptor_that_was_not_taken_is_still_ours)
{
    struct told told;
    bight_deferred *deferred;
    start();
    int fd = listening_tcp();
    ck_assert_ok(
        bight_listen(scene.loop, fd_text(fd), &failing, NULL, &deferred));
    told_await(&told, deferred);
    ck_assert_error(told.error, BIGHT_ERROR_NOT_FOUND);
    bight_port *port = told_listen(fd_text(fd));
    check_serves(port);
    bight_port_close(port);
    scene_end();
}
END_TEST

START_TEST(S3_a_descriptor_that_could_not_be_watched_is_still_ours)
{
    struct told told;
    start();
    int fd = listening_tcp();
    scene.loop->faults = 1;
    told_await(&told, told_listening(fd_text(fd)));
    ck_assert(bight_failed(told.error));
    ck_assert_uint_eq(scene.loop->faults, 0);
    ck_assert_int_ge(fcntl(fd, F_GETFD), 0);
    bight_port *port = told_listen(fd_text(fd));
    check_serves(port);
    bight_port_close(port);
    scene_end();
}
END_TEST

/* -- clients -------------------------------------------------------------- */

START_TEST(E9_fd_connects_over_a_connected_socket)
{
    struct told told;
    char text[8] = "";
    int ends[2];
    start();
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    told_await(&told, told_connecting(fd_text(ends[0])));
    ck_assert_msg(told.value != NULL, "%s", told.text);
    ck_assert_uint_eq(scene.made, 1);
    bight_address peer = bight_transport_peer(told.value);
    ck_assert_int_eq(peer.family, BIGHT_ADDRESS_UNIX);
    ck_assert_int_eq(peer.creds.pid, getpid());
    (void)bight_transport_write(told.value, BIGHT_BYTES("ping"));
    scene_settle();
    ck_assert_int_eq(read(ends[1], text, sizeof(text)), 4);
    ck_assert_str_eq(text, "ping");
    ck_assert_int_eq(write(ends[1], "pong", 4), 4);
    ck_run_until(scene.clients[0].size == 4);
    ck_assert_int_eq(close(ends[1]), 0);
    ck_run_until(scene.clients[0].lost == 1);
    bight_transport_unref(told.value);
    scene_end();
}
END_TEST

START_TEST(E9_fd_connects_over_a_connected_tcp_socket)
{
    struct told told;
    start();
    bight_port *port = told_listen("tcp:127.0.0.1:0");
    struct sockaddr_in name = {
        .sin_family = AF_INET,
        .sin_port =
            htons(bight_listener_address(bight_port_listener(port, 0)).port),
        .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    told_await(&told, told_connecting(fd_text(fd)));
    ck_assert_msg(told.value != NULL, "%s", told.text);
    (void)bight_transport_write(told.value, BIGHT_BYTES("hello"));
    ck_run_until(scene.clients[0].size == 5);
    bight_transport_unref(told.value);
    bight_port_close(port);
    scene_end();
}
END_TEST

static void check_not_connected(int fd, const char *what)
{
    check_refused(fd, told_connecting(fd_text(fd)), "connect", what);
    ck_assert_int_eq(close(fd), 0);
}

START_TEST(E9_fd_says_why_a_descriptor_is_no_connection)
{
    start();
    check_not_connected(listening_tcp(), "listens and is not connected");
    check_not_connected(socket(AF_INET, SOCK_STREAM, 0), "is not connected");
    check_not_connected(socket(AF_INET, SOCK_DGRAM, 0),
                        "is not a stream socket");
    ck_assert_uint_eq(scene.made, 0);
    scene_end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("endpoint.inherited");
    TCase *tcase = leaks_test_case(suite, "fd");
    tcase_add_test(tcase, E9_fd_listens_on_an_inherited_tcp_socket);
    tcase_add_test(tcase, E9_fd_listens_on_an_inherited_unix_socket);
    tcase_add_test(tcase, E9_a_listener_that_was_stopped_keeps_its_name);
    tcase_add_test(tcase, E9_fd_says_what_else_a_descriptor_is);
    tcase_add_test(tcase, E9_fd_is_not_served_twice);
    tcase_add_test(tcase, E9_a_virtual_loop_takes_no_descriptors);
    tcase_add_test(tcase, a_descriptor_that_was_not_taken_is_still_ours);
    tcase_add_test(tcase,
                   S3_a_descriptor_that_could_not_be_watched_is_still_ours);
    tcase_add_test(tcase, E9_fd_connects_over_a_connected_socket);
    tcase_add_test(tcase, E9_fd_connects_over_a_connected_tcp_socket);
    tcase_add_test(tcase, E9_fd_says_why_a_descriptor_is_no_connection);
    return suite;
}
