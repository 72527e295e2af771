/* SPDX-License-Identifier: MIT */
/*
 * bight's own listening sockets (E6): accepted peers are judged before there
 * is a handle, and running out of descriptors neither spins nor kills.
 */
#ifndef BIGHT_NET_ACCEPT_H
#define BIGHT_NET_ACCEPT_H

#include <sys/socket.h>
#include <uv.h>

#include "wire/listener.h"

struct bight__acceptor;

/* The peer behind a new descriptor, and a handle around it. */
struct bight__acceptor_ops {
    const bight_driver *driver;
    bight_address (*peer)(int fd, const struct sockaddr *from, socklen_t size);
    /* libuv's status; the handle is the driver's state. */
    int (*open)(uv_loop_t *uv, void *handle, int fd);
};

/* A listener on a socket; its kind embeds it as its first member. */
struct bight__acceptor {
    bight_listener listener;
    const struct bight__acceptor_ops *ops;
    uv_poll_t *poll;    /* on the heap: it outlives the listener's stop */
    bight_timer *pause; /* while there are no descriptors */
    int fd;
    int reserve; /* a descriptor to give up for shedding one peer */
    uint64_t shed;
    unsigned vain; /* accepts since the last peer that failed in passing */
};

/* Polls a listening descriptor, its own from here on; on an error it stays the
 * caller's. */
bight_error bight__acceptor_start(struct bight__acceptor *acceptor, int fd,
                                  const struct bight__acceptor_ops *ops);
void bight__acceptor_stop(struct bight__acceptor *acceptor);

#endif
