/* SPDX-License-Identifier: MIT */
/* Listening with a kernel that a test plans: without IPv6, or with ports that
 * are taken. */
#ifndef BIGHT_TESTS_ENDPOINT_BINDING_H
#define BIGHT_TESTS_ENDPOINT_BINDING_H

#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "told.h"

/* -- a kernel that says no ------------------------------------------------ */

static bool no_ipv6;        /* the family is not there ... */
static bool no_ipv6_bind;   /* ... or none of its addresses */
static unsigned binds_fail; /* so many binds to ::1 find the port taken */
static unsigned binds;

/* bight's calls come here instead of libc. */
int fake_socket(int family, int type, int protocol) __asm__("socket");
int fake_bind(int fd, const struct sockaddr *name,
              socklen_t size) __asm__("bind");

int fake_socket(int family, int type, int protocol)
{
    if (no_ipv6 && family == AF_INET6) {
        errno = EAFNOSUPPORT;
        return -1;
    }
    return (int)syscall(SYS_socket, family, type, protocol);
}

int fake_bind(int fd, const struct sockaddr *name, socklen_t size)
{
    binds++;
    if (name->sa_family == AF_INET6 && no_ipv6_bind) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    if (name->sa_family == AF_INET6 && binds_fail > 0) {
        binds_fail--;
        errno = EADDRINUSE;
        return -1;
    }
    return (int)syscall(SYS_bind, fd, name, size);
}

static inline void start(int wire)
{
    no_ipv6 = no_ipv6_bind = false;
    binds_fail = binds = 0;
    scene_begin((enum wire)wire, BIGHT_LOOP_MANUAL_CLOCK);
}

static inline void end(void)
{
    scene_end();
    bight__lookup_set_resolver(NULL);
}

static inline uint16_t port_at(const bight_port *port, size_t index)
{
    return bight_listener_address(bight_port_listener(port, index)).port;
}

static inline void check_fails(const char *description, const char *expected)
{
    struct told told;
    told_await(&told, told_listening(description));
    ck_assert_str_eq(told.text, expected);
    ck_assert_ptr_null(told.value);
}

#endif
