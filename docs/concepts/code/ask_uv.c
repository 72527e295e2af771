/* SPDX-License-Identifier: MIT */
/* A question, an answer, a deadline: on libuv alone. ask_uv PORT. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bight/uv.h>

struct ask {
    uv_tcp_t tcp;
    uv_timer_t timer;
    uv_connect_t connect;
    uv_write_t write;
    char line[256];
    size_t size;
    const char *failed; /* what was tried */
    int status;
    bool done;
};

static void end(struct ask *ask, const char *what, int status)
{
    if (ask->done)
        return;
    ask->done = true;
    ask->failed = what;
    ask->status = status;
    uv_close((uv_handle_t *)&ask->tcp, NULL);
    uv_close((uv_handle_t *)&ask->timer, NULL);
}

static void too_late(uv_timer_t *timer)
{
    end(timer->data, "answer", UV_ETIMEDOUT);
}

/* Straight into the line; its last byte stays free. */
static void make_room(uv_handle_t *handle, size_t hint, uv_buf_t *buf)
{
    struct ask *ask = handle->data;
    (void)hint;
    buf->base = ask->line + ask->size;
    buf->len = sizeof(ask->line) - 1 - ask->size;
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    struct ask *ask = stream->data;
    (void)buf;
    if (size < 0) {
        end(ask, "read", (int)size);
        return;
    }
    ask->size += (size_t)size;
    char *newline = memchr(ask->line, '\n', ask->size);
    if (newline != NULL) {
        *newline = '\0';
        end(ask, NULL, 0);
    }
}

static void written(uv_write_t *write, int status)
{
    if (status < 0)
        end(write->data, "write", status);
}

static void connected(uv_connect_t *connect, int status)
{
    static char question[] = "PING\n";
    struct ask *ask = connect->data;
    uv_buf_t buf = uv_buf_init(question, sizeof(question) - 1);
    uv_stream_t *stream = (uv_stream_t *)&ask->tcp;
    if (status == 0)
        status = uv_read_start(stream, make_room, on_read);
    if (status == 0)
        status = uv_write(&ask->write, stream, &buf, 1, written);
    if (status != 0)
        end(ask, "connect", status);
}

static int start(uv_loop_t *loop, struct ask *ask, int port)
{
    struct sockaddr_in address;
    ask->tcp.data = ask->timer.data = ask->connect.data = ask->write.data = ask;
    (void)uv_tcp_init(loop, &ask->tcp);
    (void)uv_timer_init(loop, &ask->timer);
    (void)uv_timer_start(&ask->timer, too_late, 300, 0);
    int status = uv_ip4_addr("127.0.0.1", port, &address);
    if (status == 0)
        status = uv_tcp_connect(&ask->connect, &ask->tcp,
                                (const struct sockaddr *)&address, connected);
    if (status != 0)
        end(ask, "connect", status);
    return uv_run(loop, UV_RUN_DEFAULT);
}

int main(int argc, char **argv)
{
    struct ask ask = {.size = 0};
    uv_loop_t loop;
    if (argc != 2 || uv_loop_init(&loop) != 0)
        return EXIT_FAILURE;
    (void)start(&loop, &ask, atoi(argv[1]));
    (void)uv_loop_close(&loop);
    if (ask.failed != NULL)
        (void)fprintf(stderr, "ask: %s: %s\n", ask.failed,
                      uv_strerror(ask.status));
    else
        (void)printf("%s\n", ask.line);
    return ask.failed != NULL ? EXIT_FAILURE : EXIT_SUCCESS;
}
