/* SPDX-License-Identifier: MIT */
/* Kernel byte streams through libuv: what TCP and UNIX sockets share. */
#ifndef BIGHT_NET_STREAM_H
#define BIGHT_NET_STREAM_H

#include <uv.h>

#include <bight/driver.h>

#include "loop/uv.h"
#include "wire/listener.h"
#include "wire/transport.h"

/* The slots of both drivers. The driver's state is the libuv handle, whose
 * data is the transport; its word is the descriptor, and a bit of ours. */
bight_error bight__stream_start_read(bight_transport *t);
void bight__stream_stop_read(bight_transport *t);
ptrdiff_t bight__stream_try_writev(bight_transport *t,
                                   const bight_bytes *pieces, size_t count);
bight_error bight__stream_write_rest(bight_transport *t,
                                     const bight_bytes *pieces, size_t count,
                                     void *request);
#ifdef __linux__
ptrdiff_t bight__stream_try_send_file(bight_transport *t,
                                      const bight_bytes *pieces, size_t count,
                                      int fd, uint64_t offset, size_t length);
#else
#define bight__stream_try_send_file NULL
#endif
bight_error bight__stream_shutdown(bight_transport *t);
void bight__stream_close(bight_transport *t);

int bight__stream_fd(const bight_transport *t);
bool bight__stream_unread(const bight_transport *t, int *ret_size);

/* A socket to connect with, of which libuv can take charge: 0, or its status,
 * and then there is none. */
int bight__stream_socket(bight_loop *loop, int family, int *ret_fd);

/* The handle is initialised and has its descriptor: the wire is up. */
void bight__stream_opened(bight_transport *t);

/* A connect with libuv's request on the heap. After success of `start`, the
 * result reaches the transport by itself. */
struct bight__connecting {
    uv_connect_t request;
    bight_transport *transport;
};
struct bight__connecting *bight__connecting_new(bight_transport *t);
void bight__on_connected(uv_connect_t *request, int status);

/* The connect failed at once: reported as if it had been later. */
void bight__connecting_failed(struct bight__connecting *connecting, int status);

#endif
