/* SPDX-License-Identifier: MIT */
/* HTTP on bare epoll, as little of it as answers a GET: heads are found by
 * their end, nothing in them is looked at but the method and the one field
 * that this benchmark's clients send. One send answers all of one recv. */
#include "epoll_server.h"
#include "http_answer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define HEAD_MAX 8192
#define OUT_MAX (256 * 1024)

static uint8_t out[OUT_MAX];

static void tick(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME_COARSE, &now);
    http_answer_tick(now.tv_sec);
}

static bool says_close(const uint8_t *head, size_t len)
{
    static const char field[] = "\r\nConnection: close\r\n";
    return memmem(head, len, field, sizeof(field) - 1) != NULL;
}

/* Answers what is whole; the rest of the input is told. */
static size_t answer_all(struct epoll_conn *c, const uint8_t *in, size_t len,
                         size_t *ret_out)
{
    const uint8_t *end = in + len, *blank;
    size_t used = 0;
    while (!c->last && used + HTTP_ANSWER_MAX <= sizeof(out) &&
           (blank = memmem(in, (size_t)(end - in), "\r\n\r\n", 4)) != NULL) {
        c->last = memcmp(in, "GET ", 4) != 0 ||
                  says_close(in, (size_t)(blank - in) + 2);
        const struct http_answer *answer = http_answer(c->last);
        memcpy(out + used, answer->bytes, answer->len);
        used += answer->len;
        in = blank + 4;
    }
    *ret_out = used;
    return (size_t)(end - in);
}

static bool hold(struct epoll_conn *c, const uint8_t *rest, size_t len)
{
    if (len > HEAD_MAX)
        return false;
    c->held = malloc(len);
    if (!c->held)
        bench_die("malloc");
    memcpy(c->held, rest, len);
    c->held_len = len;
    return true;
}

/* What was held comes first again. */
static size_t take_held(struct epoll_conn *c)
{
    size_t len = c->held_len;
    if (c->held)
        memcpy(epoll_buffer, c->held, len);
    free(c->held);
    c->held = NULL;
    c->held_len = 0;
    return len;
}

void epoll_conn_readable(struct epoll_conn *c)
{
    size_t len = c->held ? take_held(c) : 0, answered;
    ssize_t got =
        recv(c->fd, epoll_buffer + len, sizeof(epoll_buffer) - len, 0);
    bool later = got < 0 && (errno == EAGAIN || errno == EINTR);
    if (got <= 0 && !later) {
        epoll_conn_close(c);
        return;
    }
    tick();
    len += later ? 0 : (size_t)got;
    size_t left = answer_all(c, epoll_buffer, len, &answered);
    if (left > 0 && !c->last && !hold(c, epoll_buffer + len - left, left))
        epoll_conn_close(c);
    else if (answered > 0)
        epoll_conn_send(c, out, answered);
}

int main(int argc, char **argv)
{
    tick();
    return epoll_server_run(argc, argv);
}
