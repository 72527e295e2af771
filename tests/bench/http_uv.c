/* SPDX-License-Identifier: MIT */
/* HTTP on libuv and http-parser at their best: one shared buffer, a parser in
 * each connection, and one uv_try_write for all answers to one read. */
#include "http_answer.h"
#include "uv_server.h"

#include <http_parser.h>
#include <string.h>

#define OUT_MAX (256 * 1024)

struct conn {
    uv_tcp_t tcp; /* first */
    http_parser parser;
    bool last;
};

static char out[OUT_MAX];
static size_t used;

/* What a server has to look at, it is told. */
static int on_piece(http_parser *parser, const char *at, size_t len)
{
    (void)parser;
    (void)at;
    (void)len;
    return 0;
}

static int on_complete(http_parser *parser)
{
    struct conn *c = parser->data;
    c->last = !http_should_keep_alive(parser);
    const struct http_answer *answer = http_answer(c->last);
    if (used + answer->len > sizeof(out))
        return 1;
    memcpy(out + used, answer->bytes, answer->len);
    used += answer->len;
    return 0;
}

static const http_parser_settings settings = {
    .on_url = on_piece,
    .on_header_field = on_piece,
    .on_header_value = on_piece,
    .on_message_complete = on_complete,
};

static void on_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf)
{
    struct conn *c = (struct conn *)stream;
    if (nread < 0)
        uv_server_close((uv_handle_t *)stream);
    if (nread <= 0)
        return;
    if (!c->parser.data) {
        http_parser_init(&c->parser, HTTP_REQUEST);
        c->parser.data = c;
        http_answer_tick(time(NULL));
    }
    used = 0;
    size_t len = (size_t)nread;
    size_t done = http_parser_execute(&c->parser, &settings, buf->base, len);
    if (used > 0)
        uv_server_send(stream, out, used);
    if (c->last || done != len)
        uv_server_close((uv_handle_t *)stream);
}

int main(int argc, char **argv)
{
    return uv_server_run(argc, argv, sizeof(struct conn), uv_server_lend,
                         on_read);
}
