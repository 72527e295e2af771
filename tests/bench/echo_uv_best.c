/* SPDX-License-Identifier: MIT */
/* Echo on libuv at its best: one shared buffer and uv_try_write.
 *
 * Only what the kernel refuses is copied, once, and goes out by uv_write;
 * the connection is not read until that is done. */
#include "bench.h"
#include "uv_server.h"

#include <stdlib.h>
#include <string.h>

struct rest {
    uv_write_t request;
    char bytes[];
};

static char shared[BENCH_BUFFER_SIZE];

static void on_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf);

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf)
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
        uv_server_check(uv_read_start(stream, on_alloc, on_read), "read");
}

static void write_rest(uv_stream_t *stream, const char *bytes, size_t len)
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

static void on_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf)
{
    if (nread == 0)
        return;
    if (nread < 0) {
        uv_server_close((uv_handle_t *)stream);
        return;
    }
    uv_buf_t out = {.base = buf->base, .len = (size_t)nread};
    int sent = uv_try_write(stream, &out, 1);
    if (sent == nread)
        return;
    if (sent < 0 && sent != UV_EAGAIN) {
        uv_server_close((uv_handle_t *)stream);
        return;
    }
    size_t done = sent < 0 ? 0 : (size_t)sent;
    write_rest(stream, buf->base + done, (size_t)nread - done);
}

int main(int argc, char **argv)
{
    return uv_server_run(argc, argv, on_alloc, on_read);
}
