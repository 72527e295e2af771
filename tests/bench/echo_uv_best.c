/* SPDX-License-Identifier: MIT */
/* Echo on libuv at its best: one shared buffer and uv_try_write. */
#include "uv_server.h"

static void on_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf)
{
    if (nread < 0)
        uv_server_close((uv_handle_t *)stream);
    else if (nread > 0)
        uv_server_send(stream, buf->base, (size_t)nread);
}

int main(int argc, char **argv)
{
    return uv_server_run(argc, argv, sizeof(uv_tcp_t), uv_server_lend, on_read);
}
