/* SPDX-License-Identifier: MIT */
/* HTTP by libevent's evhttp, which sends Date and Content-Length by itself. */
#include "bench.h"
#include "http_answer.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <signal.h>
#include <string.h>

static void on_request(struct evhttp_request *request, void *arg)
{
    struct evkeyvalq *fields = evhttp_request_get_output_headers(request);
    struct evbuffer *body = evhttp_request_get_output_buffer(request);
    (void)arg;
    if (evhttp_add_header(fields, "Server", "bench") != 0 ||
        evhttp_add_header(fields, "Content-Type", "text/plain") != 0 ||
        evbuffer_add(body, HTTP_BODY, strlen(HTTP_BODY)) != 0)
        bench_die("evhttp");
    evhttp_send_reply(request, HTTP_OK, "OK", NULL);
}

static void on_signal(evutil_socket_t number, short events, void *base)
{
    (void)number;
    (void)events;
    (void)event_base_loopbreak(base);
}

static struct event *watch(struct event_base *base, int number)
{
    struct event *event = evsignal_new(base, number, on_signal, base);
    if (!event || event_add(event, NULL) != 0)
        bench_die("evsignal");
    return event;
}

static void announce(struct evconnlistener *listener)
{
    struct sockaddr_in bound;
    socklen_t len = sizeof(bound);
    if (getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&bound,
                    &len) != 0)
        bench_die("getsockname");
    bench_announce(&bound);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = bench_listen_option(argc, argv);
    struct event_base *base = event_base_new();
    struct evhttp *http = base ? evhttp_new(base) : NULL;
    if (!http)
        bench_die("evhttp_new");
    struct evconnlistener *listener = evconnlistener_new_bind(
        base, NULL, NULL, LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE,
        BENCH_BACKLOG, (const struct sockaddr *)&address, sizeof(address));
    if (!listener || !evhttp_bind_listener(http, listener))
        bench_die("bind");
    evhttp_set_gencb(http, on_request, NULL);
    struct event *term = watch(base, SIGTERM);
    struct event *interrupt = watch(base, SIGINT);
    announce(listener);
    (void)event_base_dispatch(base);
    event_free(term);
    event_free(interrupt);
    evhttp_free(http);
    event_base_free(base);
    return 0;
}
