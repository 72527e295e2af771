/* SPDX-License-Identifier: MIT */
/*
 * The side poller (T21): one edge-triggered epoll set per loop, under one
 * uv_poll, that holds the descriptors of transports whose reading is stopped.
 * With an empty event mask a member reports only errors and hang-ups, which
 * libuv does not tell of a stream it does not read.
 */
#ifndef BIGHT_LOOP_SIDE_H
#define BIGHT_LOOP_SIDE_H

#include <stdbool.h>

#include <bight/loop.h>

/* Called in a dispatch, with what was given to add: there is room to write to,
 * or else an error or a hang-up. The cookie must live as
 * long as the descriptor: closing that is what ends the watch, after a
 * forget. */
typedef void (*bight__side_fn)(void *cookie, bool room);

/* Watches `fd` from now on; UNSUPPORTED where there is no epoll, as
 * under a virtual loop. */
bight_error bight__side_add(bight_loop *loop, int fd, bight__side_fn fn,
                            void *cookie);

/* Likewise, whether it is watched already or not; from now on it also tells
 * each time when there is room again after a write was refused, and once soon
 * if there is room now. */
bight_error bight__side_await_room(bight_loop *loop, int fd, bight__side_fn fn,
                                   void *cookie);

/* The descriptor is about to be closed; harmless for one never watched. */
void bight__side_forget(bight_loop *loop, int fd);

/* Starts the end of the poller, if there is one. */
void bight__side_free(bight_loop *loop);

bight_error bight__side_after_fork(bight_loop *loop);

#endif
