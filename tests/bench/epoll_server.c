/* SPDX-License-Identifier: MIT */
/* Accepting, sending and ending on bare epoll, level triggered. What the kernel
 * refuses is copied, and the connection then waits for EPOLLOUT instead of
 * EPOLLIN until that rest is sent. */
#include "epoll_server.h"

#include "bench.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 1024

uint8_t epoll_buffer[BENCH_BUFFER_SIZE];

static struct epoll_conn *conns;
static int epoll_fd;

static void watch(int op, int fd, uint32_t events, void *data)
{
    struct epoll_event event = {.events = events, .data = {.ptr = data}};
    if (epoll_ctl(epoll_fd, op, fd, &event) != 0)
        bench_die("epoll_ctl");
}

void epoll_conn_close(struct epoll_conn *c)
{
    close(c->fd);
    *c->link = c->next;
    if (c->next)
        c->next->link = c->link;
    free(c->rest);
    free(c->held);
    free(c);
}

static void conn_keep(struct epoll_conn *c, const uint8_t *rest, size_t len)
{
    c->rest = malloc(len);
    if (!c->rest)
        bench_die("malloc");
    memcpy(c->rest, rest, len);
    c->rest_len = len;
    c->rest_sent = 0;
    watch(EPOLL_CTL_MOD, c->fd, EPOLLOUT, c);
}

void epoll_conn_send(struct epoll_conn *c, const uint8_t *data, size_t len)
{
    ssize_t sent = send(c->fd, data, len, MSG_NOSIGNAL);
    if (sent < 0) {
        if (errno != EAGAIN && errno != EINTR) {
            epoll_conn_close(c);
            return;
        }
        sent = 0;
    }
    if ((size_t)sent < len)
        conn_keep(c, data + sent, len - (size_t)sent);
    else if (c->last)
        epoll_conn_close(c);
}

static void conn_writable(struct epoll_conn *c)
{
    size_t len = c->rest_len - c->rest_sent;
    ssize_t sent = send(c->fd, c->rest + c->rest_sent, len, MSG_NOSIGNAL);
    if (sent < 0) {
        if (errno != EAGAIN && errno != EINTR)
            epoll_conn_close(c);
        return;
    }
    c->rest_sent += (size_t)sent;
    if (c->rest_sent < c->rest_len)
        return;
    if (c->last) {
        epoll_conn_close(c);
        return;
    }
    free(c->rest);
    c->rest = NULL;
    watch(EPOLL_CTL_MOD, c->fd, EPOLLIN, c);
}

static void accept_all(int listener)
{
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR)
                return;
            bench_die("accept4");
        }
        int on = 1;
        if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
            bench_die("TCP_NODELAY");
        struct epoll_conn *c = calloc(1, sizeof(*c));
        if (!c)
            bench_die("calloc");
        c->fd = fd;
        c->next = conns;
        c->link = &conns;
        if (conns)
            conns->link = &c->next;
        conns = c;
        watch(EPOLL_CTL_ADD, fd, EPOLLIN, c);
    }
}

static int listen_on(struct sockaddr_in address)
{
    int on = 1;
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        bench_die("socket");
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0)
        bench_die("SO_REUSEADDR");
    if (bind(fd, (const struct sockaddr *)&address, len) != 0)
        bench_die("bind");
    if (listen(fd, BENCH_BACKLOG) != 0)
        bench_die("listen");
    if (getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        bench_die("getsockname");
    bench_announce(&address);
    return fd;
}

static int terminations(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        bench_die("sigprocmask");
    int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0)
        bench_die("signalfd");
    return fd;
}

/* A closed connection is never seen again in the same batch: it was in the
 * batch once, and nothing but its own event closes it. */
static void serve(int listener, const int *stop)
{
    struct epoll_event events[EVENTS];
    for (;;) {
        int n = epoll_wait(epoll_fd, events, EVENTS, -1);
        if (n < 0 && errno != EINTR)
            bench_die("epoll_wait");
        for (int i = 0; i < n; i++) {
            struct epoll_conn *c = events[i].data.ptr;
            if (!c)
                accept_all(listener);
            else if ((const void *)c == (const void *)stop)
                return;
            else if (c->rest)
                conn_writable(c);
            else
                epoll_conn_readable(c);
        }
    }
}

int epoll_server_run(int argc, char **argv)
{
    struct sockaddr_in address = bench_listen_option(argc, argv);
    int stop = terminations();
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0)
        bench_die("epoll_create1");
    int listener = listen_on(address);
    watch(EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
    watch(EPOLL_CTL_ADD, stop, EPOLLIN, &stop);
    serve(listener, &stop);
    while (conns)
        epoll_conn_close(conns);
    close(listener);
    close(stop);
    close(epoll_fd);
    return 0;
}
