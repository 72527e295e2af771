/* SPDX-License-Identifier: MIT */
/* Connects that a test plans: a kernel that refuses or never answers, a lookup
 * that hangs, a factory that is counted. */
#ifndef BIGHT_TESTS_ENDPOINT_DIALING_H
#define BIGHT_TESTS_ENDPOINT_DIALING_H

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "faults.h"
#include "gate.h"
#include "told.h"

/* -- a kernel with a plan ------------------------------------------------- */

/* One letter for each connect: r refused at once, h hangs, l fails
 * later, others are real. */
static const char *plan;
static unsigned connects;
static int far_ends[16];
static unsigned far_count;

int fake_connect(int fd, const struct sockaddr *name,
                 socklen_t size) __asm__("connect");

/* A socket that is never writable stands in for one that gets no answer. */
static void hang(int fd)
{
    static const char junk[4096];
    int ends[2];
    ck_assert_int_eq(socketpair(AF_UNIX,
                                SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                                ends),
                     0);
    while (send(ends[0], junk, sizeof(junk), MSG_NOSIGNAL) > 0)
        continue;
    ck_assert_int_eq(dup3(ends[0], fd, O_CLOEXEC), fd);
    (void)close(ends[0]);
    far_ends[far_count++] = ends[1];
}

/* One whose peer left with bytes unread stands in for one that failed. */
static void fail_later(int fd)
{
    int ends[2];
    ck_assert_int_eq(socketpair(AF_UNIX,
                                SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                                ends),
                     0);
    ck_assert_int_eq(send(ends[0], "x", 1, MSG_NOSIGNAL), 1);
    ck_assert_int_eq(dup3(ends[0], fd, O_CLOEXEC), fd);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

int fake_connect(int fd, const struct sockaddr *name, socklen_t size)
{
    char what = *plan != '\0' ? *plan++ : '-';
    connects++;
    if (what == 'r') {
        errno = ECONNREFUSED;
        return -1;
    }
    if (what == 'h' || what == 'l') {
        (what == 'h' ? hang : fail_later)(fd);
        errno = EINPROGRESS;
        return -1;
    }
    return (int)syscall(SYS_connect, fd, name, size);
}

/* -- a factory that is counted -------------------------------------------- */

static struct trace trace;
static unsigned builds;

static bight_error on_started(void *shared, const void *options,
                              bight_loop *loop)
{
    (void)shared, (void)options, (void)loop;
    trace_add(&trace, "started");
    return bight_ok();
}

static void on_stopped(void *shared)
{
    (void)shared;
    trace_add(&trace, "stopped");
}

static bight_error on_build(void *shared, const bight_address *peer,
                            const bight_protocol **ret_protocol)
{
    (void)shared, (void)peer;
    builds++;
    *ret_protocol = &scene_client;
    return bight_ok();
}

static const bight_factory hearing = {.size = sizeof(bight_factory),
                                      .name = "hearing",
                                      .started = on_started,
                                      .stopped = on_stopped,
                                      .build = on_build};

static bight_port *port;
static struct gate gate;

static inline int resolve_at_gate(const char *node, const char *service,
                                  const struct addrinfo *hints,
                                  struct addrinfo **ret_list)
{
    gate_pass(&gate);
    return told_resolve(node, service, hints, ret_list);
}

static inline void start(int wire)
{
    plan = "";
    connects = far_count = builds = 0;
    trace = (struct trace){.length = 0};
    gate = (struct gate)GATE_INIT;
    scene_begin((enum wire)wire, BIGHT_LOOP_MANUAL_CLOCK);
    port = told_listen(told_place());
}

static inline void end(void)
{
    bight_port_close(port);
    scene_end();
    while (far_count > 0)
        (void)close(far_ends[--far_count]);
    bight__lookup_set_resolver(NULL);
    /* The orphan of a lookup may still be on its way. */
    gate_open(&gate);
    faults_wait_for_live(0);
}

/* "tcp:HOST:" and the port that is listened on. */
static inline const char *towards(const char *host)
{
    static char text[96];
    (void)snprintf(text, sizeof(text), "tcp:%s:%u", host,
                   bight_listener_address(bight_port_listener(port, 0)).port);
    return text;
}

static inline bight_deferred *connecting(const char *description)
{
    bight_deferred *deferred = NULL;
    ck_assert_ok(bight_connect(scene.loop, description, &hearing,
                               &scene.connect, &deferred));
    return deferred;
}

#endif
