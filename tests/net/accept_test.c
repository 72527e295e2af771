/* SPDX-License-Identifier: MIT */
/* E5, E6, L7, S3: accepting, also when there is nothing to accept with. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bight/log.h>

#include "faults.h"
#include "leaks.h"
#include "net/accept.h"
#include "scene.h"
#include "suite.h"

/* -- a kernel that says no ------------------------------------------------ */

static int accept_error;       /* what accept4 fails with ... */
static unsigned accept_errors; /* ... so many times */

/* bight's calls come here instead of libc. */
int fake_accept4(int fd, void *name, socklen_t *size,
                 int flags) __asm__("accept4");

int fake_accept4(int fd, void *name, socklen_t *size, int flags)
{
    if (accept_errors > 0) {
        accept_errors--;
        errno = accept_error;
        return -1;
    }
    return (int)syscall(SYS_accept4, fd, name, size, flags);
}

static void fail_accepts(int errnum, unsigned times)
{
    accept_error = errnum;
    accept_errors = times;
}

static unsigned lines;

static void count_lines(void *ctx, const bight_log_record *record)
{
    (void)ctx;
    if (strcmp(record->event, "accept_paused") == 0)
        lines++;
}

static void start(void)
{
    lines = 0;
    fail_accepts(0, 0);
    scene_begin(WIRE_TCP, BIGHT_LOOP_MANUAL_CLOCK);
    scene.stays = true;
    ck_assert_ok(bight_log_set_sink(count_lines, NULL, BIGHT_LOG_WARNING));
    scene_listen();
}

static void end(void)
{
    ck_assert_ok(bight_log_set_sink(NULL, NULL, BIGHT_LOG_OFF));
    scene_end();
}

static void pass(uint64_t ms)
{
    ck_assert_ok(bight_loop_advance(scene.loop, ms));
    scene_settle();
}

static uint64_t dispatches(void)
{
    bight_loop_stats stats = {.size = sizeof(stats)};
    bight_loop_stats_get(scene.loop, &stats);
    return stats.dispatches;
}

#define PEERS 3
static int peers[PEERS];

static void connect_peers(void)
{
    for (int i = 0; i < PEERS; i++)
        peers[i] = scene_raw_connect();
}

static void close_peers(void)
{
    for (int i = 0; i < PEERS; i++)
        ck_assert_int_eq(close(peers[i]), 0);
}

/* 0: closed cleanly; -1 with EAGAIN: still there. */
static int read_peer(int i)
{
    char byte;
    return (int)recv(peers[i], &byte, 1, MSG_DONTWAIT);
}

static bool is_waiting(int i)
{
    return read_peer(i) == -1 && errno == EAGAIN;
}

/* -- out of descriptors --------------------------------------------------- */

static rlim_t hard_limit;

/* From now on no descriptor is free. */
static void use_up_descriptors(void)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    hard_limit = limit.rlim_cur;
    int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(close(next), 0);
    limit.rlim_cur = (rlim_t)next;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void give_back_descriptors(void)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = hard_limit;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

START_TEST(E6_without_descriptors_one_peer_is_shed_cleanly)
{
    start();
    connect_peers();
    use_up_descriptors();
    scene_settle();
    ck_assert_int_eq(read_peer(0), 0);
    ck_assert(is_waiting(1));
    ck_assert(is_waiting(2));
    ck_assert_uint_eq(scene.served, 0);
    give_back_descriptors();
    close_peers();
    end();
}
END_TEST

START_TEST(E6_without_descriptors_it_waits_100_ms_and_does_not_spin)
{
    start();
    connect_peers();
    use_up_descriptors();
    scene_settle();
    uint64_t before = dispatches();
    scene_settle();
    ck_assert_uint_eq(dispatches(), before);
    pass(99);
    ck_assert(is_waiting(1));
    pass(1);
    ck_assert_int_eq(read_peer(1), 0);
    ck_assert(is_waiting(2));
    ck_assert_uint_lt(dispatches(), before + 10);
    give_back_descriptors();
    close_peers();
    end();
}
END_TEST

START_TEST(E6_with_descriptors_again_it_serves_again)
{
    start();
    connect_peers();
    use_up_descriptors();
    scene_settle();
    give_back_descriptors();
    pass(100);
    ck_assert_uint_eq(scene.served, 2);
    close_peers();
    connect_peers();
    scene_settle();
    ck_assert_uint_eq(scene.served, 2 + PEERS);
    close_peers();
    end();
}
END_TEST

START_TEST(E6_the_reserve_is_refilled_for_the_next_shortage)
{
    start();
    for (unsigned round = 0; round < 3; round++) {
        connect_peers();
        use_up_descriptors();
        scene_settle();
        ck_assert_int_eq(read_peer(0), 0);
        give_back_descriptors();
        pass(100);
        close_peers();
        scene_settle();
    }
    ck_assert_uint_eq(scene.served, 3 * (PEERS - 1));
    end();
}
END_TEST

START_TEST(E6_it_logs_at_most_one_line_a_second)
{
    start();
    fail_accepts(ENOBUFS, 1000000);
    connect_peers();
    scene_settle();
    ck_assert_uint_eq(lines, 1);
    for (unsigned i = 0; i < 9; i++)
        pass(100);
    ck_assert_uint_eq(lines, 1);
    for (unsigned i = 0; i < 10; i++)
        pass(100);
    ck_assert_uint_eq(lines, 2);
    close_peers();
    end();
}
END_TEST

static const int shortages[] = {EMFILE, ENFILE, ENOBUFS, ENOMEM, EINVAL};

START_TEST(E6_any_shortage_is_waited_out)
{
    start();
    fail_accepts(shortages[_i], 1000000);
    connect_peers();
    scene_settle();
    uint64_t before = dispatches();
    scene_settle();
    ck_assert_uint_eq(dispatches(), before);
    ck_assert_uint_eq(lines, 1);
    fail_accepts(0, 0);
    scene_settle();
    ck_assert_uint_eq(scene.served, 0);
    pass(100);
    ck_assert_uint_eq(scene.served, PEERS);
    close_peers();
    end();
}
END_TEST

static const int passing[] = {ECONNABORTED, EINTR, EPROTO, EPERM, ENETDOWN};

START_TEST(E6_a_peer_that_left_is_no_reason_to_wait)
{
    start();
    fail_accepts(passing[_i], 2);
    connect_peers();
    scene_settle();
    ck_assert_uint_eq(scene.served, PEERS);
    ck_assert_uint_eq(lines, 0);
    close_peers();
    end();
}
END_TEST

START_TEST(E6_a_peer_that_reset_before_it_was_accepted_harms_nobody)
{
    start();
    connect_peers();
    scene_raw_reset(peers[1]);
    scene_settle();
    ck_assert_uint_ge(scene.served, 2);
    ck_assert_uint_eq(bight_listener_count(scene.listener), 2);
    ck_assert_int_eq(close(peers[0]), 0);
    ck_assert_int_eq(close(peers[2]), 0);
    end();
}
END_TEST

START_TEST(E6_a_listening_socket_that_is_shut_down_does_not_spin)
{
    start();
    struct bight__acceptor *acceptor =
        bight__container(scene.listener, struct bight__acceptor, listener);
    ck_assert_int_eq(shutdown(acceptor->fd, SHUT_RDWR), 0);
    scene_settle();
    uint64_t before = dispatches();
    scene_settle();
    ck_assert_uint_eq(dispatches(), before);
    pass(100);
    ck_assert_uint_lt(dispatches(), before + 5);
    end();
}
END_TEST

START_TEST(E4_a_listener_may_be_stopped_while_it_waits)
{
    start();
    fail_accepts(ENOMEM, 1000000);
    connect_peers();
    scene_settle();
    bight_listener_close(scene.listener);
    pass(1000);
    ck_assert_uint_eq(scene.served, 0);
    close_peers();
    end();
}
END_TEST

/* -- how many, and who ---------------------------------------------------- */

START_TEST(L7_one_event_accepts_64)
{
    int fds[100];
    start();
    for (int i = 0; i < 100; i++)
        fds[i] = scene_raw_connect();
    scene_step();
    ck_assert_uint_eq(scene.served, 64);
    scene_step();
    ck_assert_uint_eq(scene.served, 100);
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(close(fds[i]), 0);
    end();
}
END_TEST

START_TEST(E6_over_max_connections_the_socket_is_closed_at_once)
{
    start();
    bight_listener_close(scene.listener);
    scene.options.limits.max_connections = 1;
    scene_listen();
    connect_peers();
    scene_settle();
    ck_assert_uint_eq(scene.served, 1);
    ck_assert_uint_eq(scene.refused, 2);
    ck_assert(is_waiting(0));
    ck_assert_int_eq(read_peer(1), 0);
    ck_assert_int_eq(read_peer(2), 0);
    close_peers();
    end();
}
END_TEST

static bight_error refuse(void *shared, const bight_address *peer,
                          const bight_protocol **ret_protocol)
{
    (void)shared;
    (void)ret_protocol;
    ck_assert_int_eq(peer->family, BIGHT_ADDRESS_IPV4);
    return bight_error_of(BIGHT_ERROR_RANGE);
}

static const bight_factory refusing = {.size = sizeof(bight_factory),
                                       .build = refuse};

START_TEST(E5_a_peer_that_the_factory_refuses_is_closed_at_once)
{
    start();
    bight_listener_close(scene.listener);
    ck_assert_ok(scene_try_listen(&refusing, &scene.listener));
    connect_peers();
    scene_settle();
    for (int i = 0; i < PEERS; i++)
        ck_assert_int_eq(read_peer(i), 0);
    ck_assert_uint_eq(scene.refused, PEERS);
    ck_assert_error(scene.refused_error, BIGHT_ERROR_REFUSED_BY_FACTORY);
    close_peers();
    end();
}
END_TEST

START_TEST(S3_a_peer_for_whom_there_is_no_memory_is_closed)
{
    start();
    connect_peers();
    faults_fail_nth(1);
    scene_settle();
    ck_assert_uint_eq(scene.refused, 1);
    ck_assert_error(scene.refused_error, BIGHT_ERROR_NO_MEMORY);
    ck_assert_int_eq(read_peer(0), 0);
    ck_assert_uint_eq(scene.served, 2);
    close_peers();
    end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("net.accept");
    TCase *tcase = leaks_test_case(suite, "descriptors");
    tcase_set_tags(tcase, "fork");
    tcase_add_test(tcase, E6_without_descriptors_one_peer_is_shed_cleanly);
    tcase_add_test(tcase,
                   E6_without_descriptors_it_waits_100_ms_and_does_not_spin);
    tcase_add_test(tcase, E6_with_descriptors_again_it_serves_again);
    tcase_add_test(tcase, E6_the_reserve_is_refilled_for_the_next_shortage);
    tcase = leaks_test_case(suite, "errors");
    tcase_add_test(tcase, E6_it_logs_at_most_one_line_a_second);
    tcase_add_loop_test(tcase, E6_any_shortage_is_waited_out, 0, 5);
    tcase_add_loop_test(tcase, E6_a_peer_that_left_is_no_reason_to_wait, 0, 5);
    tcase_add_test(tcase,
                   E6_a_peer_that_reset_before_it_was_accepted_harms_nobody);
    tcase_add_test(tcase,
                   E6_a_listening_socket_that_is_shut_down_does_not_spin);
    tcase_add_test(tcase, E4_a_listener_may_be_stopped_while_it_waits);
    tcase = leaks_test_case(suite, "peers");
    tcase_add_test(tcase, L7_one_event_accepts_64);
    tcase_add_test(tcase, E6_over_max_connections_the_socket_is_closed_at_once);
    tcase_add_test(tcase, E5_a_peer_that_the_factory_refuses_is_closed_at_once);
    tcase_add_test(tcase, S3_a_peer_for_whom_there_is_no_memory_is_closed);
    return suite;
}
