/* SPDX-License-Identifier: MIT */
/* Messages and what has to come back: an echo, or the answer to a request. */
#include "load_stream.h"

#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATTERN_PERIOD 65521
#define ANSWER_HEAD_MAX 8192
#define DATE_SIZE (sizeof("Sun, 06 Nov 1994 08:49:37 GMT") - 1)

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "bench_load: %s\n", what);
    exit(1);
}

static uint8_t *allocate(size_t size)
{
    uint8_t *memory = malloc(size);
    if (!memory)
        bench_die("malloc");
    return memory;
}

void load_stream_echo(struct load_stream *s, const struct load_options *o,
                      size_t ahead)
{
    uint32_t state = 2463534242u;
    uint8_t *pattern = allocate(PATTERN_PERIOD + ahead);
    for (size_t i = 0; i < PATTERN_PERIOD + ahead; i++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        pattern[i] = i < PATTERN_PERIOD ? (uint8_t)(state >> 24)
                                        : pattern[i - PATTERN_PERIOD];
    }
    *s = (struct load_stream){
        .out = pattern,
        .out_period = PATTERN_PERIOD,
        .out_size = o->size,
        .in = pattern,
        .in_period = PATTERN_PERIOD,
        .in_size = o->size,
        .starts_elsewhere = true,
    };
}

/* -- the answer ----------------------------------------------------------- */

static int ask(const struct load_options *o)
{
    const char *request = o->request;
    size_t len = strlen(request);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        bench_die("socket");
    if (connect(fd, (const struct sockaddr *)&o->peer, sizeof(o->peer)) != 0)
        bench_die("connect");
    if (send(fd, request, len, MSG_NOSIGNAL) != (ssize_t)len)
        bench_die("the first request");
    return fd;
}

static size_t receive(int fd, uint8_t *to, size_t room)
{
    ssize_t got = recv(fd, to, room, 0);
    if (got <= 0)
        bench_die("the answer to the first request");
    return (size_t)got;
}

/* The value of a field of the head, which is a string; NULL: none. */
static const char *field(const char *head, const char *name)
{
    size_t len = strlen(name);
    const char *line = strstr(head, "\r\n");
    for (; line; line = strstr(line + 2, "\r\n"))
        if (strncasecmp(line + 2, name, len) == 0 && line[2 + len] == ':')
            return line + 2 + len + 1 + strspn(line + 3 + len, " ");
    return NULL;
}

/* How long head and body are; the head is all in `bytes`. */
static void measure(struct load_stream *s, const char *head, size_t head_size)
{
    const char *length = field(head, "Content-Length");
    const char *date = field(head, "Date");
    if (strncmp(head, "HTTP/1.1 200 ", 13) != 0 || !length || !date)
        fail("the answer is not a 200 with a Content-Length and a Date");
    s->in_size = s->in_period = head_size + strtoul(length, NULL, 10);
    s->vague_at = (size_t)(date - head);
    s->vague_size = DATE_SIZE;
}

static void hear(struct load_stream *s, int fd)
{
    char head[ANSWER_HEAD_MAX + 1];
    size_t got = 0;
    const char *end = NULL;
    while (!end) {
        if (got == ANSWER_HEAD_MAX)
            fail("the answer's head has no end");
        got += receive(fd, (uint8_t *)head + got, ANSWER_HEAD_MAX - got);
        head[got] = '\0';
        end = strstr(head, "\r\n\r\n");
    }
    measure(s, head, (size_t)(end + 4 - head));
    if (got > s->in_size)
        fail("more than one answer came to one request");
    s->in = allocate(s->in_size);
    memcpy(s->in, head, got);
    while (got < s->in_size)
        got += receive(fd, s->in + got, s->in_size - got);
}

void load_stream_http(struct load_stream *s, const struct load_options *o)
{
    size_t len = strlen(o->request);
    *s = (struct load_stream){.out_size = len, .out_period = len};
    s->out = allocate(len * (o->depth + 1));
    for (size_t i = 0; i <= o->depth; i++)
        memcpy(s->out + i * len, o->request, len);
    int fd = ask(o);
    hear(s, fd);
    (void)close(fd);
}

/* -- comparing ------------------------------------------------------------ */

/* Of one answer, or of the rest of a period. */
static bool part_matches(const struct load_stream *s, size_t at,
                         const uint8_t *data, size_t size)
{
    size_t vague_end = s->vague_at + s->vague_size;
    size_t before = at < s->vague_at ? s->vague_at - at : 0;
    if (s->vague_size == 0 || size <= before)
        return memcmp(data, s->in + at, size) == 0;
    if (memcmp(data, s->in + at, before) != 0)
        return false;
    size_t skip = at < vague_end ? vague_end - at : 0;
    return size <= skip ||
           memcmp(data + skip, s->in + at + skip, size - skip) == 0;
}

bool load_stream_matches(const struct load_stream *s, uint64_t position,
                         const uint8_t *data, size_t size)
{
    size_t at = (size_t)(position % s->in_period);
    while (size > 0) {
        size_t left = s->in_period - at;
        size_t len = size < left ? size : left;
        if (!part_matches(s, at, data, len))
            return false;
        data += len;
        size -= len;
        at = 0;
    }
    return true;
}

void load_stream_free(struct load_stream *s)
{
    if (s->in != s->out)
        free(s->in);
    free(s->out);
}
