/* SPDX-License-Identifier: MIT */
/* UNIX sockets: the file, who may replace it, and who is at the other end. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bight/net.h>

#include "leaks.h"
#include "scene.h"
#include "suite.h"

static void start(void)
{
    scene_begin(WIRE_UNIX, BIGHT_LOOP_REAL);
    scene.stays = true;
}

static bight_error try_listen(const char *path, unsigned mode)
{
    bight_unix_options options;
    bight_unix_options_init(&options);
    options.mode = mode;
    scene.listener = NULL;
    return bight_unix_listen(scene.loop, &scene_servers, path, &options,
                             &scene.options, &scene.listener);
}

static unsigned mode_of(const char *path)
{
    struct stat file;
    ck_assert_int_eq(lstat(path, &file), 0);
    return file.st_mode & 07777;
}

static bool exists(const char *path)
{
    struct stat file;
    return lstat(path, &file) == 0;
}

/* -- the file ------------------------------------------------------------- */

static const struct {
    unsigned mode, mask;
} modes[] = {{0660, 022}, {0600, 0}, {0666, 077}, {0777, 0777}, {0620, 0}};

START_TEST(the_mode_is_exact_whatever_the_umask)
{
    start();
    mode_t before = umask(modes[_i].mask);
    bight_error error = try_listen(scene.path, modes[_i].mode);
    ck_assert_uint_eq(umask(before), modes[_i].mask);
    ck_assert_ok(error);
    ck_assert_uint_eq(mode_of(scene.path), modes[_i].mode);
    scene_end();
}
END_TEST

START_TEST(the_default_mode_is_660)
{
    start();
    scene_listen();
    ck_assert_uint_eq(mode_of(scene.path), 0660);
    scene_end();
}
END_TEST

START_TEST(the_file_is_removed_on_stop)
{
    start();
    scene_listen();
    ck_assert(exists(scene.path));
    bight_listener_stop(scene.listener);
    ck_assert(!exists(scene.path));
    scene_end();
}
END_TEST

START_TEST(a_file_of_another_is_not_removed_on_stop)
{
    start();
    scene_listen();
    ck_assert_int_eq(unlink(scene.path), 0);
    int fd = open(scene.path, O_CREAT | O_EXCL | O_WRONLY, 0600);
    ck_assert_int_ge(fd, 0);
    bight_listener_stop(scene.listener);
    ck_assert(exists(scene.path));
    ck_assert_int_eq(close(fd), 0);
    scene_end();
}
END_TEST

START_TEST(a_socket_of_another_is_not_removed_on_stop)
{
    start();
    scene_listen();
    bight_listener *first = scene.listener;
    ck_assert_int_eq(unlink(scene.path), 0);
    scene_listen();
    bight_listener_stop(first);
    ck_assert(exists(scene.path));
    scene_connect();
    scene_end();
}
END_TEST

static struct sockaddr_un name_of(const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    memcpy(name.sun_path, path, strlen(path) + 1);
    return name;
}

/* The file of a server that died. */
static void leave_stale(void)
{
    struct sockaddr_un name = name_of(scene.path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    ck_assert_int_eq(listen(fd, 1), 0);
    ck_assert_int_eq(close(fd), 0);
    ck_assert(exists(scene.path));
}

START_TEST(a_stale_socket_is_replaced)
{
    start();
    leave_stale();
    scene_listen();
    scene_connect();
    scene_end();
}
END_TEST

START_TEST(a_live_socket_is_not_replaced)
{
    char text[160];
    start();
    scene_listen();
    bight_listener *live = scene.listener;
    bight_error error = try_listen(scene.path, 0660);
    ck_assert_ptr_null(scene.listener);
    (void)bight_error_format(error, text, sizeof(text));
    ck_assert_ptr_nonnull(strstr(text, "listen unix:"));
    ck_assert_ptr_nonnull(strstr(text, "EADDRINUSE"));
    scene.listener = live;
    scene_connect();
    scene_end();
}
END_TEST

START_TEST(a_regular_file_in_the_way_is_left_alone)
{
    char text[8] = "";
    start();
    int fd = open(scene.path, O_CREAT | O_EXCL | O_RDWR, 0600);
    ck_assert_int_eq(write(fd, "mine", 4), 4);
    ck_assert(bight_failed(try_listen(scene.path, 0660)));
    ck_assert_int_eq(pread(fd, text, sizeof(text) - 1, 0), 4);
    ck_assert_str_eq(text, "mine");
    ck_assert_uint_eq(mode_of(scene.path), 0600);
    ck_assert_int_eq(close(fd), 0);
    scene_end();
}
END_TEST

START_TEST(a_link_in_the_way_is_left_alone)
{
    start();
    ck_assert_int_eq(symlink("nowhere", scene.path), 0);
    ck_assert(bight_failed(try_listen(scene.path, 0660)));
    ck_assert(exists(scene.path));
    scene_end();
}
END_TEST

START_TEST(a_path_that_does_not_fit_is_an_error)
{
    char path[200];
    struct sockaddr_un name;
    start();
    memset(path, 'x', sizeof(path));
    path[sizeof(name.sun_path)] = '\0';
    ck_assert_error(try_listen(path, 0660), BIGHT_ERROR_INVALID);
    ck_assert_error(bight_unix_connect(scene.loop, &scene_clients, path, NULL,
                                       NULL, NULL, NULL),
                    BIGHT_ERROR_INVALID);
    ck_assert_error(try_listen("", 0660), BIGHT_ERROR_INVALID);
    scene_end();
}
END_TEST

START_TEST(a_path_in_no_folder_is_an_error)
{
    start();
    bight_error error = try_listen("no/such/folder/s", 0660);
    ck_assert(bight_error_is(error, &bight_errno_domain, ENOENT));
    scene_end();
}
END_TEST

/* -- the other end -------------------------------------------------------- */

START_TEST(the_longest_path_works)
{
    struct sockaddr_un name;
    char folder[sizeof(name.sun_path)];
    start();
    (void)snprintf(folder, sizeof(folder), "%s", scene.path);
    *strrchr(folder, '/') = '\0';
    ck_assert_int_eq(chdir(folder), 0);
    char path[sizeof(name.sun_path)];
    memset(path, 'x', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    ck_assert_ok(try_listen(path, 0660));
    ck_assert_ok(bight_unix_connect(scene.loop, &scene_clients, path, NULL,
                                    NULL, NULL, NULL));
    ck_run_until(scene.made == 1 && scene.served == 1);
    bight_listener_stop(scene.listener);
    ck_assert(!exists(path));
    ck_assert_int_eq(chdir("/"), 0);
    scene_end();
}
END_TEST

static _Noreturn void be_a_client(void)
{
    struct sockaddr_un name = name_of(scene.path);
    char byte;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&name, sizeof(name)) != 0)
        _exit(1);
    _exit(read(fd, &byte, 1) == 0 ? 0 : 1);
}

START_TEST(a_server_knows_the_process_at_the_other_end)
{
    char text[BIGHT_ADDRESS_TEXT_MAX];
    char expected[BIGHT_ADDRESS_TEXT_MAX];
    int status;
    start();
    scene_listen();
    pid_t child = fork();
    if (child == 0)
        be_a_client();
    ck_run_until(scene.served == 1);
    bight_transport *t = scene_last_server()->t;
    ck_assert(bight_transport_can(t, BIGHT_CAN_CREDENTIALS));
    bight_address peer = bight_transport_peer(t);
    (void)bight_address_format(&peer, text, sizeof(text));
    (void)snprintf(expected, sizeof(expected), "unix:pid=%d,uid=%u", (int)child,
                   (unsigned)getuid());
    ck_assert_str_eq(text, expected);
    ck_assert_uint_eq(peer.creds.gid, getgid());
    bight_transport_close(t);
    ck_run_until(scene_last_server()->lost == 1);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    scene_end();
}
END_TEST

START_TEST(a_client_knows_the_process_at_the_other_end)
{
    start();
    scene_listen();
    scene_connect();
    ck_assert(bight_transport_can(scene.client, BIGHT_CAN_CREDENTIALS));
    bight_address peer = bight_transport_peer(scene.client);
    ck_assert_int_eq(peer.family, BIGHT_ADDRESS_UNIX);
    ck_assert_int_eq(peer.creds.pid, getpid());
    ck_assert_uint_eq(peer.creds.uid, getuid());
    scene_end();
}
END_TEST

START_TEST(the_local_address_is_this_process)
{
    bight_address local;
    start();
    scene_listen();
    scene_connect();
    ck_assert_ok(bight_transport_local(scene.client, &local));
    ck_assert_int_eq(local.family, BIGHT_ADDRESS_UNIX);
    ck_assert_int_eq(local.creds.pid, getpid());
    ck_assert(!bight_transport_can(scene.client, BIGHT_CAN_RESET));
    ck_assert(bight_transport_can(scene.client, BIGHT_CAN_WRITE_EOF));
    scene_end();
}
END_TEST

START_TEST(a_connect_to_nobody_says_where_and_why)
{
    char expected[160];
    start();
    scene_connect_and_fail();
    (void)snprintf(expected, sizeof(expected),
                   "connect unix:%s: no such file or directory (ENOENT)",
                   scene.path);
    ck_assert_str_eq(scene.connect_text, expected);
    leave_stale();
    scene_connect_and_fail();
    (void)snprintf(expected, sizeof(expected),
                   "connect unix:%s: connection refused (ECONNREFUSED)",
                   scene.path);
    ck_assert_str_eq(scene.connect_text, expected);
    scene_end();
}
END_TEST

/* Like a reset, as far as a UNIX socket has one. */
START_TEST(abort_over_unread_input_resets_the_client)
{
    start();
    scene_listen();
    scene_connect();
    bight_transport *server = scene_last_server()->t;
    bight_transport_pause_reading(server, BIGHT_HOLD_USER);
    scene_settle();
    (void)bight_transport_write(scene.client, BIGHT_BYTES("unread"));
    scene_settle();
    bight_transport_abort(server);
    ck_run_until(scene_last_client()->lost == 1);
    ck_assert_error(scene_last_client()->why, BIGHT_ERROR_RESET);
    scene_end();
}
END_TEST

START_TEST(a_child_that_closes_its_copy_leaves_the_file)
{
    start();
    ck_assert_ok(try_listen(scene.path, 0600));
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        (void)bight_loop_after_fork(scene.loop);
        bight_listener_close(scene.listener);
        _exit(bight_failed(bight_loop_free(scene.loop)));
    }
    int status = -1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert(exists(scene.path));
    scene_end();
}
END_TEST

#define ROUNDS 300

/* Listens once at each byte that comes, and answers whether it could. */
static void rival(int fd, const char *path)
{
    char byte;
    bight_loop *loop = loops_new(BIGHT_LOOP_REAL);
    while (read(fd, &byte, 1) == 1 && byte != 'q') {
        bight_listener *listener = NULL;
        bool ok = !bight_failed(bight_unix_listen(loop, &scene_servers, path,
                                                  NULL, NULL, &listener));
        (void)!write(fd, ok ? "y" : "n", 1);
        (void)!read(fd, &byte, 1);
        bight_listener_close(listener);
        (void)bight_loop_step(loop);
        (void)!write(fd, ".", 1);
    }
    _exit(0);
}

static unsigned one_round(const int *fds)
{
    char byte;
    unsigned listening = 0;
    for (unsigned i = 0; i < 2; i++)
        ck_assert_int_eq(write(fds[i], "g", 1), 1);
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_int_eq(read(fds[i], &byte, 1), 1);
        listening += byte == 'y';
    }
    for (unsigned i = 0; i < 2; i++)
        ck_assert_int_eq(write(fds[i], "c", 1), 1);
    for (unsigned i = 0; i < 2; i++)
        ck_assert_int_eq(read(fds[i], &byte, 1), 1);
    return listening;
}

/* A bound socket that does not listen yet refuses like a stale one. */
START_TEST(two_servers_never_both_listen_on_one_path)
{
    int fds[2];
    pid_t children[2];
    start();
    for (unsigned i = 0; i < 2; i++) {
        int pair[2];
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
        children[i] = fork();
        if (children[i] == 0)
            rival(pair[1], scene.path);
        (void)close(pair[1]);
        fds[i] = pair[0];
    }
    for (unsigned i = 0; i < ROUNDS; i++)
        ck_assert_uint_eq(one_round(fds), 1);
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_int_eq(write(fds[i], "q", 1), 1);
        ck_assert_int_eq(waitpid(children[i], NULL, 0), children[i]);
        (void)close(fds[i]);
    }
    scene_end();
}
END_TEST

static void add_file(TCase *tcase)
{
    tcase_add_loop_test(tcase, the_mode_is_exact_whatever_the_umask, 0, 5);
    tcase_add_test(tcase, the_default_mode_is_660);
    tcase_add_test(tcase, the_file_is_removed_on_stop);
    tcase_add_test(tcase, a_file_of_another_is_not_removed_on_stop);
    tcase_add_test(tcase, a_socket_of_another_is_not_removed_on_stop);
    tcase_add_test(tcase, a_stale_socket_is_replaced);
    tcase_add_test(tcase, a_live_socket_is_not_replaced);
    tcase_add_test(tcase, a_regular_file_in_the_way_is_left_alone);
    tcase_add_test(tcase, a_link_in_the_way_is_left_alone);
    tcase_add_test(tcase, a_path_that_does_not_fit_is_an_error);
    tcase_add_test(tcase, a_path_in_no_folder_is_an_error);
    tcase_add_test(tcase, the_longest_path_works);
}

static void add_peers(TCase *tcase)
{
    tcase_add_test(tcase, a_client_knows_the_process_at_the_other_end);
    tcase_add_test(tcase, the_local_address_is_this_process);
    tcase_add_test(tcase, a_connect_to_nobody_says_where_and_why);
    tcase_add_test(tcase, abort_over_unread_input_resets_the_client);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("net.unix");
    add_file(leaks_test_case(suite, "file"));
    add_peers(leaks_test_case(suite, "peers"));
    TCase *tcase = leaks_test_case(suite, "process");
    tcase_set_tags(tcase, "fork");
    tcase_add_test(tcase, a_server_knows_the_process_at_the_other_end);
    tcase_add_test(tcase, a_child_that_closes_its_copy_leaves_the_file);
    tcase_add_test(tcase, two_servers_never_both_listen_on_one_path);
    return suite;
}
