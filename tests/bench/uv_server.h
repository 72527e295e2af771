/* SPDX-License-Identifier: MIT */
/* The part in which the two libuv baselines do not differ. */
#ifndef BENCH_UV_SERVER_H
#define BENCH_UV_SERVER_H

#include <uv.h>

/** Listens as `--listen` says, announces itself and serves until SIGTERM or
 * SIGINT; then closes every handle and returns the exit code. Every accepted
 * connection is a malloc'd uv_tcp_t (in `data`), freed once it is closed. */
int uv_server_run(int argc, char **argv, uv_alloc_cb on_alloc,
                  uv_read_cb on_read);

/** Closes the connection unless that has begun already. */
void uv_server_close(uv_handle_t *handle);

/** Exits with 1 and libuv's text if `status` is an error. */
void uv_server_check(int status, const char *what);

#endif
