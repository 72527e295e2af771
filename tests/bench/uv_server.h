/* SPDX-License-Identifier: MIT */
/* The part in which the libuv baselines do not differ. */
#ifndef BENCH_UV_SERVER_H
#define BENCH_UV_SERVER_H

#include <uv.h>

/** Listens as `--listen` says, announces itself and serves until SIGTERM or
 * SIGINT; then closes every handle and returns the exit code. Every accepted
 * connection is `size` bytes, zero behind the uv_tcp_t (its `data`) that they
 * begin with, and freed once it is closed. */
int uv_server_run(int argc, char **argv, size_t size, uv_alloc_cb on_alloc,
                  uv_read_cb on_read);

/** An alloc_cb: one buffer for all of them. */
void uv_server_lend(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf);

/** Tries to write. Only what the kernel refuses is copied, once, and goes out
 * by uv_write; the connection is not read until that is done. */
void uv_server_send(uv_stream_t *stream, char *bytes, size_t len);

/** Closes the connection unless that has begun already. */
void uv_server_close(uv_handle_t *handle);

/** Exits with 1 and libuv's text if `status` is an error. */
void uv_server_check(int status, const char *what);

#endif
