/* SPDX-License-Identifier: MIT */
/* Echo on libuv as its tutorials write it: a fresh buffer of the suggested
 * size for every read, handed to a fresh uv_write, freed when that is done. */
#include "bench.h"
#include "uv_server.h"

#include <stdlib.h>

struct write_request {
    uv_write_t request;
    uv_buf_t buffer; /* owned */
};

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf)
{
    (void)handle;
    ret_buf->base = malloc(suggested);
    ret_buf->len = ret_buf->base ? suggested : 0;
}

static void on_written(uv_write_t *request, int status)
{
    struct write_request *write = (struct write_request *)request;
    if (status < 0)
        uv_server_close((uv_handle_t *)request->handle);
    free(write->buffer.base);
    free(write);
}

static void on_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf)
{
    if (nread <= 0) {
        free(buf->base);
        if (nread < 0)
            uv_server_close((uv_handle_t *)stream);
        return;
    }
    struct write_request *write = malloc(sizeof(*write));
    if (!write)
        bench_die("malloc");
    write->buffer = uv_buf_init(buf->base, (unsigned)nread);
    uv_server_check(
        uv_write(&write->request, stream, &write->buffer, 1, on_written),
        "uv_write");
}

int main(int argc, char **argv)
{
    return uv_server_run(argc, argv, sizeof(uv_tcp_t), on_alloc, on_read);
}
