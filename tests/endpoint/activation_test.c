/* SPDX-License-Identifier: MIT */
/* ctest: threads */
/*
 * E9: socket activation, as sd_listen_fds(3) says. Each test is a child that
 * starts this program anew, with sockets from 3 on and the environment that
 * tells of them; it says on its output what its endpoint came to.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bight/endpoint.h>
#include <bight/port.h>

#include "endpoint/activation.h"
#include "leaks.h"
#include "suite.h"
#include "told.h"

#define FIRST 3
#define SOCKETS 3

/* -- the child ------------------------------------------------------------ */

static void say_port(const bight_port *port)
{
    char text[96];
    bight_listener *listener;
    for (size_t i = 0; (listener = bight_port_listener(port, i)) != NULL; i++) {
        (void)bight_listener_describe(listener, text, sizeof(text));
        printf("%s\n", text);
    }
}

static void close_now(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    (void)bight_transport_write(t, data);
    bight_transport_close(t);
    bight_loop_stop(bight_transport_loop(t));
}

static const bight_protocol once = {.size = sizeof(bight_protocol),
                                    .data_received = close_now};
static const bight_factory serve_once = {.size = sizeof(bight_factory),
                                         .protocol = &once};

static void say_error(bight_error error)
{
    char text[512];
    (void)bight_error_format(error, text, sizeof(text));
    printf("%s\n", text);
}

struct outcome {
    bool fired;
    bight_port *port;
};

static void keep(bight_result *result, void *arg)
{
    struct outcome *outcome = arg;
    bight_error error = bight_result_error(result);
    outcome->fired = true;
    if (bight_failed(error)) {
        say_error(error);
        return;
    }
    outcome->port = bight_result_take(result).as.pointer;
    say_port(outcome->port);
}

static bight_port *try_listen(bight_loop *loop, const char *description)
{
    struct outcome outcome = {.port = NULL};
    bight_deferred *deferred;
    bight_error error =
        bight_listen(loop, description, &serve_once, NULL, &deferred);
    if (bight_failed(error)) {
        say_error(error);
        return NULL;
    }
    bight_on(deferred, keep, &outcome);
    while (!outcome.fired)
        (void)bight_loop_step(loop);
    (void)fflush(stdout);
    return outcome.port;
}

/* -- the child that is threads -------------------------------------------- */

#define THREADS 4
#define ROUNDS 2000

static pthread_barrier_t barrier;
static atomic_int takers; /* that have it now */
static atomic_int clashes;
static atomic_int ports_made;

/* Takes it and gives it back, time and again. */
static void take_and_give(void)
{
    struct bight__bound sockets;
    for (int i = 0; i < ROUNDS; i++) {
        if (bight_failed(bight__activation_find("admin", SIZE_MAX, &sockets)))
            continue;
        if (atomic_fetch_add(&takers, 1) != 0)
            atomic_fetch_add(&clashes, 1);
        atomic_fetch_sub(&takers, 1);
        bight__activation_give_back(sockets.fds[0]);
    }
}

static void count_port(bight_result *result, void *arg)
{
    bight_port **port = arg;
    if (bight_failed(bight_result_error(result)))
        return;
    *port = bight_result_take(result).as.pointer;
    atomic_fetch_add(&ports_made, 1);
}

/* Each with a loop of its own, and until all have tried. */
static void listen_once(void)
{
    bight_loop *loop;
    bight_deferred *deferred = NULL;
    bight_port *port = NULL;
    if (bight_failed(bight_loop_new(NULL, &loop)))
        return;
    (void)bight_listen(loop, "systemd:web:index=0", &serve_once, NULL,
                       &deferred);
    bight_on(deferred, count_port, &port);
    (void)bight_loop_step(loop);
    (void)pthread_barrier_wait(&barrier);
    bight_port_close(port);
    (void)bight_loop_free(loop);
}

static void *be_thread(void *ctx)
{
    (void)ctx;
    (void)pthread_barrier_wait(&barrier);
    take_and_give();
    (void)pthread_barrier_wait(&barrier);
    listen_once();
    return NULL;
}

static void be_threads(void)
{
    pthread_t threads[THREADS];
    (void)pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        (void)pthread_create(&threads[i], NULL, be_thread, NULL);
    for (int i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    (void)pthread_barrier_destroy(&barrier);
    printf("clashes %d ports %d\n", atomic_load(&clashes),
           atomic_load(&ports_made));
}

/* -- the child that was told ---------------------------------------------- */

/* What the child was told to do, beside saying what its endpoint is. */
static int be_child(const char *description, const char *what)
{
    bight_loop *loop;
    if (strcmp(what, "threads") == 0) {
        be_threads();
        return 0;
    }
    if (bight_failed(bight_loop_new(NULL, &loop)))
        return 1;
    bight_port *port = try_listen(loop, description);
    if (strcmp(what, "twice") == 0)
        bight_port_close(try_listen(loop, description));
    if (port != NULL && strcmp(what, "serve") == 0)
        (void)bight_loop_run(loop);
    if (strcmp(what, "cloexec") == 0)
        printf("cloexec %d\n", fcntl(FIRST, F_GETFD) & FD_CLOEXEC);
    if (strcmp(what, "environment") == 0)
        printf("%s\n", getenv("LISTEN_FDNAMES"));
    bight_port_close(port);
    return bight_failed(bight_loop_free(loop)) ? 1 : 0;
}

/* -- the parent ----------------------------------------------------------- */

static int sockets[SOCKETS];
static uint16_t ports[SOCKETS];
static char said[1024];

struct activation {
    const char *fds;   /* LISTEN_FDS */
    const char *names; /* LISTEN_FDNAMES; NULL: none */
    bool other_pid;    /* LISTEN_PID is another process */
    bool no_pid;
    const char *what;
};

static int open_socket(uint16_t *ret_port)
{
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof(name);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&name, size), 0);
    ck_assert_int_eq(listen(fd, 8), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&name, &size), 0);
    *ret_port = ntohs(name.sin_port);
    return fd;
}

static void set_environment(const struct activation *a, const char *description)
{
    char pid[24];
    (void)snprintf(pid, sizeof(pid), "%d", getpid() + (a->other_pid ? 1 : 0));
    (void)setenv("BIGHT_TEST_ENDPOINT", description, 1);
    (void)setenv("BIGHT_TEST_WHAT", a->what != NULL ? a->what : "say", 1);
    (void)setenv("LISTEN_FDS", a->fds, 1);
    if (!a->no_pid)
        (void)setenv("LISTEN_PID", pid, 1);
    if (a->names != NULL)
        (void)setenv("LISTEN_FDNAMES", a->names, 1);
}

/* Sockets go up first, so that none is overwritten on its way down. */
static void place_sockets(int output)
{
    int high[SOCKETS];
    (void)dup2(output, STDOUT_FILENO);
    for (int i = 0; i < SOCKETS; i++)
        high[i] = fcntl(sockets[i], F_DUPFD_CLOEXEC, 50);
    for (int i = 0; i < SOCKETS; i++)
        (void)dup2(high[i], FIRST + i);
}

static pid_t spawn(const struct activation *a, const char *description,
                   int *ret_output)
{
    int ends[2];
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        set_environment(a, description);
        place_sockets(ends[1]);
        (void)execl("/proc/self/exe", "activated", (char *)NULL);
        _exit(127);
    }
    (void)close(ends[1]);
    *ret_output = ends[0];
    return child;
}

/* Up to the end of its output; one line is enough for a server. */
static void listen_to(int output, bool one_line)
{
    size_t length = 0;
    ssize_t got;
    while ((got = read(output, said + length, sizeof(said) - 1 - length)) > 0) {
        length += (size_t)got;
        said[length] = '\0';
        if (one_line && strchr(said, '\n') != NULL)
            return;
    }
    said[length] = '\0';
}

static void reap(pid_t child, int output)
{
    int status;
    (void)close(output);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

static void activate(const struct activation *a, const char *description)
{
    int output;
    pid_t child = spawn(a, description, &output);
    listen_to(output, false);
    reap(child, output);
}

static void begin(void)
{
    for (int i = 0; i < SOCKETS; i++)
        sockets[i] = open_socket(&ports[i]);
}

static void end(void)
{
    for (int i = 0; i < SOCKETS; i++)
        (void)close(sockets[i]);
}

/* "tcp:127.0.0.1:PORT", a line for each of these sockets. */
static const char *lines(int first, int second, int third)
{
    static char text[256];
    const int all[] = {first, second, third};
    text[0] = '\0';
    for (int i = 0; i < 3 && all[i] >= 0; i++)
        (void)snprintf(text + strlen(text), 64, "tcp:127.0.0.1:%u\n",
                       ports[all[i]]);
    return text;
}

static const struct activation named = {.fds = "3", .names = "web:admin:web"};

START_TEST(E9_systemd_gives_the_sockets_of_a_name)
{
    begin();
    activate(&named, "systemd:admin");
    ck_assert_str_eq(said, lines(1, -1, -1));
    end();
}
END_TEST

START_TEST(E9_several_sockets_of_one_name_are_one_port)
{
    begin();
    activate(&named, "systemd:web");
    ck_assert_str_eq(said, lines(0, 2, -1));
    end();
}
END_TEST

START_TEST(E9_without_a_name_all_sockets_are_one_port)
{
    begin();
    activate(&named, "systemd:");
    ck_assert_str_eq(said, lines(0, 1, 2));
    activate(&named, "systemd");
    ck_assert_str_eq(said, lines(0, 1, 2));
    end();
}
END_TEST

START_TEST(E9_an_index_gives_one_of_them)
{
    begin();
    activate(&named, "systemd:index=1");
    ck_assert_str_eq(said, lines(1, -1, -1));
    activate(&named, "systemd:web:index=1");
    ck_assert_str_eq(said, lines(2, -1, -1));
    activate(&named, "systemd:index=3");
    ck_assert_str_eq(said, "listen systemd:: no socket 3 was passed; there "
                           "are: web admin web: not found (NOT_FOUND)\n");
    end();
}
END_TEST

START_TEST(E9_without_names_they_are_unknown)
{
    const struct activation a = {.fds = "2"};
    begin();
    activate(&a, "systemd:unknown");
    ck_assert_str_eq(said, lines(0, 1, -1));
    end();
}
END_TEST

START_TEST(E9_a_name_that_is_not_there_is_told_with_those_that_are)
{
    begin();
    activate(&named, "systemd:wbe");
    ck_assert_str_eq(said,
                     "listen systemd:wbe: no socket named 'wbe' was passed; "
                     "there are: web admin web: not found (NOT_FOUND)\n");
    end();
}
END_TEST

static const struct activation not_ours[] = {
    {.fds = "3", .names = "web:admin:web", .other_pid = true},
    {.fds = "3", .names = "web:admin:web", .no_pid = true},
    {.fds = "0", .names = ""},
    {.fds = "x3"},
    {.fds = ""},
    {.fds = "-1"},
};

START_TEST(E9_what_was_passed_to_somebody_else_is_left_alone)
{
    begin();
    activate(&not_ours[_i], "systemd:web");
    ck_assert_str_eq(
        said, "listen systemd:web: no sockets were passed: LISTEN_PID and "
              "LISTEN_FDS are not for this process: not found (NOT_FOUND)\n");
    end();
}
END_TEST

START_TEST(E9_a_socket_that_was_passed_is_used_once)
{
    struct activation a = named;
    char expected[256];
    begin();
    a.what = "twice";
    activate(&a, "systemd:admin");
    (void)snprintf(expected, sizeof(expected),
                   "%slisten systemd:admin: a socket that was passed is in use "
                   "already: in use already (BUSY)\n",
                   lines(1, -1, -1));
    ck_assert_str_eq(said, expected);
    end();
}
END_TEST

START_TEST(E9_of_several_threads_one_gets_the_socket_that_was_passed)
{
    struct activation a = named;
    begin();
    a.what = "threads";
    activate(&a, "systemd:");
    ck_assert_str_eq(said, "clashes 0 ports 1\n");
    end();
}
END_TEST

START_TEST(E9_descriptors_are_not_inherited_further)
{
    struct activation a = named;
    begin();
    a.what = "cloexec";
    activate(&a, "systemd:nosuch");
    ck_assert_ptr_nonnull(strstr(said, "cloexec 1\n"));
    end();
}
END_TEST

START_TEST(E9_the_environment_stays_as_it_is)
{
    struct activation a = named;
    begin();
    a.what = "environment";
    activate(&a, "systemd:web");
    ck_assert_ptr_nonnull(strstr(said, "\nweb:admin:web\n"));
    end();
}
END_TEST

static int connect_to(uint16_t port)
{
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_port = htons(port),
                               .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    return fd;
}

static void check_serves(const char *description, uint16_t port)
{
    struct activation a = named;
    char text[8] = "";
    int output;
    a.what = "serve";
    pid_t child = spawn(&a, description, &output);
    listen_to(output, true);
    int fd = connect_to(port);
    ck_assert_int_eq(write(fd, "hello", 5), 5);
    ck_assert_int_eq(read(fd, text, sizeof(text)), 5);
    ck_assert_str_eq(text, "hello");
    (void)close(fd);
    reap(child, output);
}

START_TEST(E9_systemds_sockets_are_served)
{
    begin();
    check_serves("systemd:web", ports[2]);
    check_serves("trace:systemd:admin", ports[1]);
    end();
}
END_TEST

START_TEST(E9_an_inherited_descriptor_is_served)
{
    begin();
    check_serves("fd:4", ports[1]);
    end();
}
END_TEST

START_TEST(E9_without_any_activation_it_says_so)
{
    struct told told;
    scene_begin(WIRE_MEMORY, BIGHT_LOOP_MANUAL_CLOCK);
    told_await(&told, told_listening("systemd:web"));
    ck_assert_error(told.error, BIGHT_ERROR_NOT_FOUND);
    ck_assert_ptr_nonnull(strstr(told.text, "no sockets were passed"));
    scene_end();
}
END_TEST

Suite *bight_test_suite(void)
{
    const char *description = getenv("BIGHT_TEST_ENDPOINT");
    if (description != NULL)
        exit(be_child(description, getenv("BIGHT_TEST_WHAT")));
    Suite *suite = suite_create("endpoint.activation");
    TCase *tcase = tcase_create("systemd");
    tcase_set_tags(tcase, "fork");
    tcase_add_test(tcase, E9_systemd_gives_the_sockets_of_a_name);
    tcase_add_test(tcase, E9_several_sockets_of_one_name_are_one_port);
    tcase_add_test(tcase, E9_without_a_name_all_sockets_are_one_port);
    tcase_add_test(tcase, E9_an_index_gives_one_of_them);
    tcase_add_test(tcase, E9_without_names_they_are_unknown);
    tcase_add_test(tcase,
                   E9_a_name_that_is_not_there_is_told_with_those_that_are);
    tcase_add_loop_test(tcase,
                        E9_what_was_passed_to_somebody_else_is_left_alone, 0,
                        sizeof(not_ours) / sizeof(not_ours[0]));
    tcase_add_test(tcase, E9_a_socket_that_was_passed_is_used_once);
    tcase_add_test(tcase,
                   E9_of_several_threads_one_gets_the_socket_that_was_passed);
    tcase_add_test(tcase, E9_descriptors_are_not_inherited_further);
    tcase_add_test(tcase, E9_the_environment_stays_as_it_is);
    tcase_add_test(tcase, E9_systemds_sockets_are_served);
    tcase_add_test(tcase, E9_an_inherited_descriptor_is_served);
    suite_add_tcase(suite, tcase);
    tcase = leaks_test_case(suite, "none");
    tcase_add_test(tcase, E9_without_any_activation_it_says_so);
    return suite;
}
