/* SPDX-License-Identifier: MIT */
/* The ways of a handler: at once, in pieces, on demand, later; bodies kept and
 * passed on; one middleware around all of them. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bight/http.h>
#include <bight/loop.h>
#include <bight/memory.h>

/* -- at once -------------------------------------------------------------- */

static bight_deferred *hello(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    bight_http_answer(x, 200, "text/plain", BIGHT_BYTES("hello\n"));
    return NULL;
}

/* -- in pieces ------------------------------------------------------------ */

static bight_deferred *pieces(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    bight_error error =
        bight_http_start(x, 200, "text/plain", BIGHT_HTTP_LENGTH_UNKNOWN);
    if (bight_failed(error))
        return bight_deferred_rejected(bight_http_loop(x), error);
    (void)bight_http_write(x, BIGHT_BYTES("one "));
    (void)bight_http_write(x, BIGHT_BYTES("two\n"));
    bight_http_finish(x);
    return NULL;
}

/* -- on demand ------------------------------------------------------------ */

struct count {
    unsigned next, last;
};

static void count_on(void *ctx, bight_http_exchange *x)
{
    struct count *count = ctx;
    char line[16];
    int size = snprintf(line, sizeof(line), "%u\n", count->next);
    (void)bight_http_write(x, bight_bytes_of(line, (size_t)size));
    if (count->next++ == count->last)
        bight_http_finish(x);
}

static void count_over(void *ctx, bight_http_exchange *x)
{
    (void)x;
    free(ctx);
}

static const bight_http_source counting = {
    .size = sizeof(bight_http_source),
    .resume = count_on,
    .stop = count_over,
    .pull = true,
};

static bight_deferred *numbers(void *ctx, bight_http_exchange *x)
{
    struct count *count = malloc(sizeof(*count));
    (void)ctx;
    if (count == NULL)
        return NULL; /* nothing was begun: 500 */
    *count = (struct count){.next = 1, .last = 100000};
    bight_error error =
        bight_http_start(x, 200, "text/plain", BIGHT_HTTP_LENGTH_UNKNOWN);
    if (!bight_failed(error))
        error = bight_http_produce(x, &counting, count);
    if (!bight_failed(error))
        return NULL;
    free(count);
    return bight_deferred_rejected(bight_http_loop(x), error);
}

/* -- later, by a Deferred ------------------------------------------------- */

static void repeat(bight_result *result, void *arg)
{
    const bight_bytes *body = bight_result_peek(result).as.pointer;
    bight_http_answer(arg, 200, "text/plain", *body);
}

static bight_deferred *kept(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    return bight_then(bight_http_read_body(x), repeat, x);
}

/* -- later, by a callback ------------------------------------------------- */

struct nap {
    bight_timer *timer;
    bight_http_exchange *x;
};

static void wake(void *ctx)
{
    struct nap *nap = ctx;
    bight_http_answer(nap->x, 200, "text/plain", BIGHT_BYTES("good morning\n"));
}

/* After the answer, and also when the client did not wait for it. */
static void nap_over(void *ctx, bight_http_exchange *x, bight_error error)
{
    struct nap *nap = ctx;
    (void)x;
    (void)error;
    bight_timer_free(nap->timer);
    free(nap);
}

static bight_deferred *sleepy(void *ctx, bight_http_exchange *x)
{
    struct nap *nap = malloc(sizeof(*nap));
    (void)ctx;
    if (nap == NULL)
        return NULL;
    nap->x = x;
    if (bight_failed(
            bight_timer_new(bight_http_loop(x), wake, nap, &nap->timer))) {
        free(nap);
        return NULL;
    }
    bight_http_on_end(x, nap_over, nap);
    bight_http_later(x);
    bight_timer_start(nap->timer, 3000);
    return NULL;
}

/* -- a body that is passed on --------------------------------------------- */

static void pass(void *ctx, bight_http_exchange *x, bight_bytes data)
{
    (void)ctx;
    if (bight_http_write(x, data) == BIGHT_WRITE_FULL)
        bight_http_pause_body(x);
}

static void passed(void *ctx, bight_http_exchange *x, bight_error error)
{
    (void)ctx;
    if (!bight_failed(error))
        bight_http_finish(x);
}

static const bight_http_sink passing = {
    .size = sizeof(bight_http_sink),
    .data = pass,
    .end = passed,
};

static void room(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    bight_http_resume_body(x);
}

static const bight_http_source rooms = {
    .size = sizeof(bight_http_source),
    .resume = room,
};

static bight_deferred *echo(void *ctx, bight_http_exchange *x)
{
    bight_error error = bight_http_start(x, 200, "application/octet-stream",
                                         BIGHT_HTTP_LENGTH_UNKNOWN);
    if (!bight_failed(error))
        error = bight_http_produce(x, &rooms, ctx);
    if (!bight_failed(error))
        error = bight_http_stream_body(x, &passing, ctx);
    return bight_failed(error)
               ? bight_deferred_rejected(bight_http_loop(x), error)
               : NULL;
}

/* -- around all of them --------------------------------------------------- */

struct visit {
    uint64_t number;
};

static bool visit_begins(void *ctx, void *state, bight_http_exchange *x)
{
    struct visit *visit = state;
    uint64_t *visits = ctx;
    (void)x;
    visit->number = ++*visits;
    return true; /* whoever is behind it is asked as well */
}

static void visit_answered(void *ctx, void *state, bight_http_exchange *x,
                           uint64_t *length, bool *transforms)
{
    const struct visit *visit = state;
    char text[24];
    (void)ctx;
    (void)length;
    (void)transforms;
    int size =
        snprintf(text, sizeof(text), "%llu", (unsigned long long)visit->number);
    (void)bight_http_set_field(x, "X-Visit",
                               bight_bytes_of(text, (size_t)size));
}

static const bight_http_middleware counter = {
    .size = sizeof(bight_http_middleware),
    .name = "counter",
    .state_size = sizeof(struct visit),
    .request = visit_begins,
    .answer = visit_answered,
};

/* -- a server and its client, over memory --------------------------------- */

static const bight_http_resource resources[] = {
    {"GET", "/hello", hello},     {"GET", "/pieces", pieces},
    {"GET", "/numbers", numbers}, {"POST", "/kept", kept},
    {"GET", "/sleepy", sleepy},   {"POST", "/echo", echo},
};

static const char requests[] =
    "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
    "GET /pieces HTTP/1.1\r\nHost: a\r\n\r\n"
    "GET /numbers HTTP/1.1\r\nHost: a\r\n\r\n"
    "POST /kept HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nkept\n"
    "GET /sleepy HTTP/1.1\r\nHost: a\r\n\r\n"
    "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
    "Transfer-Encoding: chunked\r\n\r\n5\r\necho\n\r\n0\r\n\r\n";

static void client_made(void *self, bight_transport *t)
{
    (void)self;
    (void)bight_transport_write(t, bight_bytes_text(requests));
}

static void client_data(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    (void)t;
    (void)fwrite(data.data, 1, data.size, stdout);
}

static const bight_protocol client = {
    .size = sizeof(bight_protocol),
    .name = "client",
    .connection_made = client_made,
    .data_received = client_data,
};

static bool serve(bight_loop *loop, bight_http_router *router)
{
    const bight_factory clients = {.size = sizeof(clients),
                                   .protocol = &client};
    uint64_t visits = 0;
    const bight_http_use use = {&counter, &visits};
    bight_http_options options;
    bight_owner_options owner;
    bight_listener *listener;
    bight_http_options_init(&options);
    options.handler = bight_http_route;
    options.ctx = router;
    options.middleware = &use;
    options.middleware_count = 1;
    bight_owner_options_init(&owner);
    owner.factory_options = &options;
    if (bight_failed(bight_memory_listen(loop, &bight_http_factory, "web", NULL,
                                         &owner, &listener)))
        return false;
    bool ok = !bight_failed(bight_memory_connect(loop, &clients, "web", NULL,
                                                 NULL, NULL, NULL)) &&
              !bight_failed(bight_loop_advance(loop, 10 * 1000));
    bight_listener_close(listener);
    return !bight_failed(bight_loop_free(loop)) && ok && visits == 6;
}

int main(void)
{
    bight_loop_options options;
    bight_loop *loop;
    bight_http_router *router;
    bight_loop_options_init(&options);
    options.kind = BIGHT_LOOP_VIRTUAL;
    if (bight_failed(bight_http_router_new(&router)))
        return EXIT_FAILURE;
    bool ok = !bight_failed(bight_http_router_add_all(
                  router, resources, sizeof(resources) / sizeof(resources[0]),
                  NULL)) &&
              !bight_failed(bight_loop_new(&options, &loop)) &&
              serve(loop, router);
    bight_http_router_free(router);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
