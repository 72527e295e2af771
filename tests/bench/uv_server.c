/* SPDX-License-Identifier: MIT */
/* Listening, accepting and ending, the same for all libuv baselines. */
#include "uv_server.h"

#include "bench.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rest {
    uv_write_t request;
    char bytes[];
};

static char shared[BENCH_BUFFER_SIZE];
static size_t conn_size;
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

void uv_server_lend(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf)
{
    (void)handle;
    (void)suggested;
    ret_buf->base = shared;
    ret_buf->len = sizeof(shared);
}

static void on_rest_written(uv_write_t *request, int status)
{
    uv_stream_t *stream = request->handle;
    free(request);
    if (status < 0)
        uv_server_close((uv_handle_t *)stream);
    else if (!uv_is_closing((uv_handle_t *)stream))
        uv_server_check(uv_read_start(stream, alloc_cb, read_cb), "read");
}

static void send_rest(uv_stream_t *stream, const char *bytes, size_t len)
{
    struct rest *rest = malloc(sizeof(*rest) + len);
    if (!rest)
        bench_die("malloc");
    memcpy(rest->bytes, bytes, len);
    uv_buf_t buf = {.base = rest->bytes, .len = len};
    (void)uv_read_stop(stream);
    uv_server_check(uv_write(&rest->request, stream, &buf, 1, on_rest_written),
                    "write");
}

void uv_server_send(uv_stream_t *stream, char *bytes, size_t len)
{
    uv_buf_t out = {.base = bytes, .len = len};
    int sent = uv_try_write(stream, &out, 1);
    if (sent >= 0 && (size_t)sent == len)
        return;
    if (sent < 0 && sent != UV_EAGAIN) {
        uv_server_close((uv_handle_t *)stream);
        return;
    }
    size_t done = sent < 0 ? 0 : (size_t)sent;
    send_rest(stream, bytes + done, len - done);
}

static void on_connection(uv_stream_t *listener, int status)
{
    uv_server_check(status, "accept");
    uv_tcp_t *conn = calloc(1, conn_size);
    if (!conn)
        bench_die("calloc");
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

int uv_server_run(int argc, char **argv, size_t size, uv_alloc_cb on_alloc,
                  uv_read_cb on_read)
{
    uv_loop_t loop;
    uv_tcp_t listener;
    uv_signal_t term, interrupt;
    struct sockaddr_in address = bench_listen_option(argc, argv);
    conn_size = size;
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
