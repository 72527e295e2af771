/* SPDX-License-Identifier: MIT */
/* Listening, accepting and ending, the same for both libuv baselines. */
#include "uv_server.h"

#include "bench.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static uv_alloc_cb alloc_cb;
static uv_read_cb read_cb;

void uv_server_check(int status, const char *what)
{
    if (status >= 0)
        return;
    fprintf(stderr, "bench: %s: %s\n", what, uv_strerror(status));
    exit(1);
}

/* `data` is the memory of a connection, and NULL in all other handles. */
static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void uv_server_close(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, on_closed);
}

static void on_connection(uv_stream_t *listener, int status)
{
    uv_server_check(status, "accept");
    uv_tcp_t *conn = malloc(sizeof(*conn));
    if (!conn)
        bench_die("malloc");
    uv_server_check(uv_tcp_init(listener->loop, conn), "uv_tcp_init");
    conn->data = conn;
    uv_server_check(uv_accept(listener, (uv_stream_t *)conn), "uv_accept");
    uv_server_check(uv_tcp_nodelay(conn, 1), "uv_tcp_nodelay");
    uv_server_check(uv_read_start((uv_stream_t *)conn, alloc_cb, read_cb),
                    "uv_read_start");
}

static void on_walk(uv_handle_t *handle, void *arg)
{
    (void)arg;
    uv_server_close(handle);
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    uv_walk(handle->loop, on_walk, NULL);
}

static void start_signal(uv_loop_t *loop, uv_signal_t *handle, int number)
{
    uv_server_check(uv_signal_init(loop, handle), "uv_signal_init");
    uv_server_check(uv_signal_start(handle, on_signal, number), "uv_signal");
    handle->data = NULL;
}

static void start_listener(uv_loop_t *loop, uv_tcp_t *tcp,
                           struct sockaddr_in address)
{
    int len = sizeof(address);
    uv_server_check(uv_tcp_init(loop, tcp), "uv_tcp_init");
    tcp->data = NULL;
    uv_server_check(uv_tcp_bind(tcp, (const struct sockaddr *)&address, 0),
                    "uv_tcp_bind");
    uv_server_check(uv_listen((uv_stream_t *)tcp, BENCH_BACKLOG, on_connection),
                    "listen");
    uv_server_check(uv_tcp_getsockname(tcp, (struct sockaddr *)&address, &len),
                    "getsockname");
    bench_announce(&address);
}

int uv_server_run(int argc, char **argv, uv_alloc_cb on_alloc,
                  uv_read_cb on_read)
{
    uv_loop_t loop;
    uv_tcp_t listener;
    uv_signal_t term, interrupt;
    struct sockaddr_in address = bench_listen_option(argc, argv);
    alloc_cb = on_alloc;
    read_cb = on_read;
    (void)signal(SIGPIPE, SIG_IGN);
    uv_server_check(uv_loop_init(&loop), "uv_loop_init");
    start_signal(&loop, &term, SIGTERM);
    start_signal(&loop, &interrupt, SIGINT);
    start_listener(&loop, &listener, address);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    uv_server_check(uv_loop_close(&loop), "uv_loop_close");
    return 0;
}
