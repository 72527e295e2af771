/* SPDX-License-Identifier: MIT */
/* The load: one thread, many connections, every byte that comes back compared.
 *
 * Sockets are blocking, so that connecting, the first message and the end
 * are plain calls; a measurement itself uses MSG_DONTWAIT and epoll only.
 * Each connection carries one endless stream; an echoed one is a stretch of a
 * fixed pseudo-random pattern that starts elsewhere on each connection, so that
 * a byte lost, doubled or crossed over between connections is found by memcmp.
 *
 * A connection is a window of credit: `refill` allows k more messages,
 * `pump` sends what is allowed, `receive` completes messages and refills at
 * once, or, in lockstep, not before every message under way is back. */
#include "bench.h"
#include "histogram.h"
#include "load_options.h"
#include "load_stream.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EVENTS 1024
#define CONNECTS_PER_ADDRESS 20000
#define FIRST_MESSAGE_MAX 1024
#define IDLE_WAVE 100

struct conn {
    int fd;
    bool blocked;     /* waits for EPOLLOUT too */
    size_t origin;    /* where in the stream it starts */
    uint64_t allowed; /* bytes to be sent */
    uint64_t sent;
    uint64_t received;
    uint64_t first;    /* number of the oldest message under way */
    uint64_t next;     /* number of the next message */
    uint64_t *sent_at; /* borrowed from load.stamps, `depth` of them */
};

struct load {
    struct load_options options;
    int epoll_fd;
    struct conn *conns;
    uint64_t *stamps;
    struct load_stream stream;
    uint64_t connects; /* so far, to change the source address in time */
    uint64_t limit;    /* messages of this run, 0: until stop_at */
    uint64_t stop_at;
    uint64_t issued;
    uint64_t done;
    struct histogram latencies;
};

static uint8_t incoming[BENCH_BUFFER_SIZE];

static uint64_t now_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "bench_load: %s\n", what);
    exit(1);
}

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory)
        bench_die("calloc");
    return memory;
}

/* Of what it sends. */
static const uint8_t *stream_at(const struct load *l, const struct conn *c,
                                uint64_t position)
{
    return l->stream.out + (c->origin + position) % l->stream.out_period;
}

/* An address of 127/8 has 28000 ports for one peer; then the next one's turn
 * comes. Ports of connections this side closed first stay taken for a minute.
 */
static void bind_source(const struct load *l, int fd)
{
    uint32_t step = (uint32_t)(l->connects / CONNECTS_PER_ADDRESS) % 250;
    uint32_t peer = ntohl(l->options.peer.sin_addr.s_addr);
    int on = 1;
    if (step == 0 || peer >> 24 != 127)
        return;
    struct sockaddr_in source = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK + step),
    };
    if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on)) !=
        0)
        bench_die("IP_BIND_ADDRESS_NO_PORT");
    if (bind(fd, (const struct sockaddr *)&source, sizeof(source)) != 0)
        bench_die("bind");
}

static void watch(const struct load *l, int op, struct conn *c, bool out)
{
    struct epoll_event event = {
        .events = out ? EPOLLIN | EPOLLOUT : EPOLLIN,
        .data = {.ptr = c},
    };
    c->blocked = out;
    if (epoll_ctl(l->epoll_fd, op, c->fd, &event) != 0)
        bench_die("epoll_ctl");
}

static void conn_open(struct load *l, struct conn *c)
{
    const struct sockaddr_in *peer = &l->options.peer;
    int on = 1;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        bench_die("socket");
    bind_source(l, c->fd);
    l->connects++;
    if (connect(c->fd, (const struct sockaddr *)peer, sizeof(*peer)) != 0)
        bench_die("connect");
    if (setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
        bench_die("TCP_NODELAY");
    c->allowed = c->sent = c->received = 0;
    watch(l, EPOLL_CTL_ADD, c, false);
}

static void conn_pump(const struct load *l, struct conn *c)
{
    while (c->sent < c->allowed) {
        size_t len = (size_t)(c->allowed - c->sent);
        ssize_t n = send(c->fd, stream_at(l, c, c->sent), len,
                         MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN)
            break;
        if (n < 0 && errno != EINTR)
            bench_die("send");
        if (n > 0)
            c->sent += (uint64_t)n;
    }
    bool blocked = c->sent < c->allowed;
    if (blocked != c->blocked)
        watch(l, EPOLL_CTL_MOD, c, blocked);
}

static uint64_t may_issue(const struct load *l, uint64_t wanted, uint64_t now)
{
    if (l->limit) {
        uint64_t left = l->limit - l->issued;
        return wanted < left ? wanted : left;
    }
    return now < l->stop_at ? wanted : 0;
}

static void conn_refill(struct load *l, struct conn *c, uint64_t wanted,
                        uint64_t now)
{
    uint64_t count = may_issue(l, wanted, now);
    for (uint64_t i = 0; i < count; i++)
        c->sent_at[c->next++ % l->options.depth] = now;
    c->allowed += count * l->stream.out_size;
    l->issued += count;
    if (count)
        conn_pump(l, c);
}

/* An echo's client closes first: all it sent is back, so this is a plain FIN.
 * A request says that its server does. */
static void conn_reopen(struct load *l, struct conn *c)
{
    if (l->options.request && recv(c->fd, incoming, sizeof(incoming), 0) != 0)
        fail("a connection that was to be closed stays");
    (void)close(c->fd);
    c->fd = -1;
    uint64_t now = now_ns();
    if (!may_issue(l, 1, now))
        return;
    conn_open(l, c);
    conn_refill(l, c, 1, now);
}

static void compare(const struct load *l, struct conn *c, size_t len)
{
    const struct load_stream *s = &l->stream;
    if (c->received + len >
        c->sent / s->out_size * s->in_size + c->sent % s->out_size)
        fail("more came back than was sent for");
    if (!load_stream_matches(s, c->origin + c->received, incoming, len))
        fail("what came back is not what has to");
    c->received += len;
}

static void conn_receive(struct load *l, struct conn *c)
{
    ssize_t n = recv(c->fd, incoming, sizeof(incoming), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < 0)
        bench_die("recv");
    if (n == 0)
        fail("the server closed a connection");
    uint64_t before = c->received / l->stream.in_size;
    compare(l, c, (size_t)n);
    uint64_t count = c->received / l->stream.in_size - before;
    if (!count)
        return;
    uint64_t now = now_ns();
    for (uint64_t i = 0; i < count; i++)
        histogram_add(&l->latencies,
                      now - c->sent_at[c->first++ % l->options.depth]);
    l->done += count;
    if (l->options.mode == LOAD_CONNECT)
        conn_reopen(l, c);
    else if (!l->options.lockstep)
        conn_refill(l, c, count, now);
}

static void refill_all(struct load *l)
{
    const struct load_options *o = &l->options;
    for (size_t i = 0; i < o->connections; i++) {
        uint64_t now = now_ns();
        struct conn *c = &l->conns[i];
        if (o->mode == LOAD_CONNECT && may_issue(l, 1, now))
            conn_open(l, c);
        conn_refill(l, c, o->depth, now);
    }
}

static void dispatch(struct load *l)
{
    struct epoll_event events[EVENTS];
    int n = epoll_wait(l->epoll_fd, events, EVENTS, -1);
    if (n < 0 && errno != EINTR)
        bench_die("epoll_wait");
    for (int i = 0; i < n; i++) {
        struct conn *c = events[i].data.ptr;
        if (events[i].events & EPOLLOUT)
            conn_pump(l, c);
        if (events[i].events & ~(uint32_t)EPOLLOUT)
            conn_receive(l, c);
    }
}

static void report(const struct load *l, double seconds)
{
    double done = (double)l->done;
    printf("{\"messages\":%llu,\"seconds\":%.6f,\"rate\":%.1f,"
           "\"bytes\":%llu,\"p50_us\":%.2f,\"p99_us\":%.2f}\n",
           (unsigned long long)l->done, seconds, done / seconds,
           (unsigned long long)(l->done * l->stream.in_size),
           histogram_quantile(&l->latencies, 0.5) / 1000,
           histogram_quantile(&l->latencies, 0.99) / 1000);
    fflush(stdout);
}

static void run(struct load *l, uint64_t messages, double seconds)
{
    uint64_t begin = now_ns();
    l->limit = messages;
    l->stop_at = begin + (uint64_t)(seconds * 1e9);
    l->issued = l->done = 0;
    memset(&l->latencies, 0, sizeof(l->latencies));
    refill_all(l);
    while (l->done < l->issued) {
        dispatch(l);
        if (l->options.lockstep && l->done == l->issued)
            refill_all(l);
    }
    report(l, (double)(now_ns() - begin) / 1e9);
}

/* Of a large message to be echoed a part will do. */
static size_t first_message_size(const struct load *l, size_t size)
{
    return size < FIRST_MESSAGE_MAX || l->options.request ? size
                                                          : FIRST_MESSAGE_MAX;
}

static void greet(struct load *l, struct conn *c)
{
    size_t len = first_message_size(l, l->stream.out_size);
    ssize_t sent = send(c->fd, stream_at(l, c, 0), len, MSG_NOSIGNAL);
    if (sent < 0 || (size_t)sent != len)
        bench_die("first message");
    c->sent = len;
}

static void hear(struct load *l, struct conn *c)
{
    size_t len = first_message_size(l, l->stream.in_size);
    while (c->received < len) {
        size_t left = len - (size_t)c->received;
        size_t most = left < sizeof(incoming) ? left : sizeof(incoming);
        ssize_t got = recv(c->fd, incoming, most, 0);
        if (got <= 0)
            bench_die("what comes back for the first message");
        compare(l, c, (size_t)got);
    }
    if (!l->options.request)
        c->origin += len;
    c->sent = c->received = 0;
}

/* One after the other, so that the server accepts and closes them one by one
 * and does the same work each time, however busy the machine is. Only many
 * idle ones come and go in waves, which any backlog holds. */
static size_t wave_size(const struct load *l)
{
    return l->options.mode == LOAD_IDLE ? IDLE_WAVE : 1;
}

static void greet_all(struct load *l)
{
    size_t count = l->options.connections;
    size_t step = wave_size(l);
    for (size_t wave = 0; wave < count; wave += step) {
        size_t end = wave + step < count ? wave + step : count;
        for (size_t i = wave; i < end; i++) {
            conn_open(l, &l->conns[i]);
            greet(l, &l->conns[i]);
        }
        for (size_t i = wave; i < end; i++)
            hear(l, &l->conns[i]);
    }
}

static void open_all(struct load *l)
{
    size_t count = l->options.connections, depth = l->options.depth;
    l->conns = allocate(count, sizeof(*l->conns));
    l->stamps = allocate(count * depth, sizeof(*l->stamps));
    for (size_t i = 0; i < count; i++) {
        struct conn *c = &l->conns[i];
        c->fd = -1;
        if (l->stream.starts_elsewhere)
            c->origin = i * 7919 % l->stream.out_period;
        c->sent_at = l->stamps + i * depth;
    }
    if (l->options.mode != LOAD_CONNECT)
        greet_all(l);
}

static void conn_end(struct conn *c)
{
    if (c->fd < 0)
        return;
    if (recv(c->fd, incoming, sizeof(incoming), 0) != 0)
        fail("no clean end of a connection");
    (void)close(c->fd);
}

/* Waits for the server's end of each connection as well, so that it has done
 * the same work whenever this program is over. */
static void close_all(struct load *l)
{
    size_t count = l->options.connections, step = wave_size(l);
    for (size_t wave = 0; wave < count; wave += step) {
        size_t end = wave + step < count ? wave + step : count;
        for (size_t i = wave; i < end; i++)
            if (l->conns[i].fd >= 0)
                (void)shutdown(l->conns[i].fd, SHUT_WR);
        for (size_t i = wave; i < end; i++)
            conn_end(&l->conns[i]);
    }
}

static void obey(struct load *l)
{
    char line[80];
    puts("{\"event\":\"ready\"}");
    fflush(stdout);
    while (fgets(line, sizeof(line), stdin)) {
        unsigned long long messages;
        double seconds;
        if (sscanf(line, "count %llu", &messages) == 1 && messages)
            run(l, messages, 0);
        else if (sscanf(line, "time %lf", &seconds) == 1 && seconds > 0)
            run(l, 0, seconds);
        else
            fail("a line on stdin is neither `count N` nor `time S`");
    }
}

/* Ends the process whatever it waits for. */
static void on_alarm(int number)
{
    static const char text[] = "bench_load: out of time\n";
    (void)number;
    if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
        _exit(1);
    _exit(75);
}

int main(int argc, char **argv)
{
    struct load l = {.options = load_options_parse(argc, argv)};
    const struct load_options *o = &l.options;
    (void)signal(SIGALRM, on_alarm);
    (void)alarm(o->max_seconds);
    l.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (l.epoll_fd < 0)
        bench_die("epoll_create1");
    size_t longest = o->size * o->depth;
    if (o->request)
        load_stream_http(&l.stream, o);
    else
        load_stream_echo(&l.stream, o,
                         longest > sizeof(incoming) ? longest
                                                    : sizeof(incoming));
    open_all(&l);
    if (o->hold)
        obey(&l);
    else
        run(&l, o->messages, o->seconds);
    close_all(&l);
    load_stream_free(&l.stream);
    free(l.stamps);
    free(l.conns);
    (void)close(l.epoll_fd);
    return 0;
}
