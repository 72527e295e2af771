/* SPDX-License-Identifier: MIT */
/* The part in which the baselines on bare epoll do not differ. */
#ifndef BENCH_EPOLL_SERVER_H
#define BENCH_EPOLL_SERVER_H

#include "bench.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct epoll_conn {
    int fd;
    bool last;     /* to be closed once all is sent */
    uint8_t *rest; /* owned; what is still to be sent, NULL if nothing */
    size_t rest_len;
    size_t rest_sent;
    uint8_t *held; /* owned; the program's, NULL if nothing */
    size_t held_len;
    struct epoll_conn *next;
    struct epoll_conn **link;
};

/** Where all of them read to. */
extern uint8_t epoll_buffer[BENCH_BUFFER_SIZE];

/** Listens as `--listen` says, announces itself and serves until SIGTERM or
 * SIGINT; returns the exit code. */
int epoll_server_run(int argc, char **argv);

/** The program's: there is something to read, and nothing waits to be sent. */
void epoll_conn_readable(struct epoll_conn *c);

/** Sends, and keeps what the kernel refuses; may close and free it. */
void epoll_conn_send(struct epoll_conn *c, const uint8_t *data, size_t len);

/** Closes and frees it. */
void epoll_conn_close(struct epoll_conn *c);

#endif
