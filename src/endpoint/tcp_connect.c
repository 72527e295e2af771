/* SPDX-License-Identifier: MIT */
/*
 * Connecting to tcp:HOST:PORT. One deadline covers everything (E7); the factory
 * hears of the one socket that connected.
 *
 *     LOOKING_UP ── addresses ──> DIALING ── a socket ──> JOINING ──> told
 *         │                          │          connection_made, filters first
 *         └──── cancel, deadline, the loop closes ────> GIVEN_UP ──> rejected
 *
 * Giving up answers later, from the lookup or from an entry of its own, never
 * from inside the call. JOINING belongs to the connector, whose deadline is
 * what is left of ours.
 */
#include <stdio.h>
#include <unistd.h>

#include <bight/alloc.h>
#include <bight/lookup.h>

#include "endpoint/outcome.h"
#include "endpoint/tcp.h"
#include "loop/dispatch.h"
#include "loop/resource.h"
#include "net/dial.h"

enum stage { LOOKING_UP, DIALING, JOINING, GIVEN_UP };

struct request {
    struct bight__ready ready;
    struct bight__resource resource; /* until the connector has its own */
    bight_loop *loop;
    const void *origin;
    bight_promise *promise;
    bight_timer *deadline;
    uint64_t due_ns;
    enum stage stage;
    bight_lookup *lookup;
    struct bight__dial *dial;
    bight_connector *connector;
    bight_error why; /* it was given up */
    bool only;       /* the name has one address: `address` */
    bight_address address;
    const bight_factory *factory;
    bight_tcp_options tcp;
    struct bight__kept_options kept;
    struct bight__tcp_name name;
};

/* -- the end -------------------------------------------------------------- */

static void leave_register(struct request *request)
{
    bight_timer_free(request->deadline);
    request->deadline = NULL;
    bight__resource_remove(request->loop, &request->resource);
}

static void finish(struct request *request, bight_transport *t,
                   bight_error error)
{
    bight_promise *promise = request->promise;
    leave_register(request);
    bight_free(request);
    if (bight_failed(error))
        bight_promise_reject(promise, error);
    else
        bight_promise_resolve(promise, bight__transport_value(t));
}

static void fail(struct request *request, bight_error error)
{
    finish(request, NULL,
           bight_error_note(error, "connect %s", request->name.text));
}

static void rejected(struct bight__ready *entry)
{
    struct request *request = bight__container(entry, struct request, ready);
    fail(request, request->why);
}

/* Why, with what the attempts so far came to. */
static bight_error with_failures(bight_error error,
                                 const struct bight__dial *dial)
{
    const char *failures = bight__dial_failures(dial);
    return failures[0] == '\0' ? error
                               : bight_error_because(error, "%s", failures);
}

static void give_up(struct request *request, bight_code code)
{
    bight_error why = bight_error_of(code);
    switch (request->stage) {
    case LOOKING_UP:
        bight_lookup_cancel(request->lookup);
        break;
    case DIALING:
        why = with_failures(why, request->dial);
        bight__dial_cancel(request->dial);
        bight__ready_push(request->loop, &request->ready);
        break;
    case JOINING:
        bight_connector_cancel(request->connector);
        return;
    case GIVEN_UP:
        return;
    }
    request->stage = GIVEN_UP;
    request->why = why;
}

static bight_cancel_answer cancel(void *ctx)
{
    give_up(ctx, BIGHT_ERROR_CANCELLED);
    return BIGHT_CANCEL_NOW;
}

static void too_late(void *ctx)
{
    give_up(ctx, BIGHT_ERROR_CONNECT_TIMEOUT);
}

static size_t request_describe(const struct bight__resource *resource,
                               char *buf, size_t size)
{
    const struct request *request =
        bight__container(resource, const struct request, resource);
    return (size_t)snprintf(buf, size, "%s", request->name.text);
}

static void request_end(struct bight__resource *resource)
{
    give_up(bight__container(resource, struct request, resource),
            BIGHT_ERROR_LOOP_CLOSED);
}

static const struct bight__resource_ops request_resource = {
    .kind = "connector", .describe = request_describe, .end = request_end};

/* -- the stages ----------------------------------------------------------- */

static void connected(void *ctx, bight_transport *t, bight_error error)
{
    finish(ctx, t, error);
}

static uint64_t left_ms(const struct request *request)
{
    uint64_t now_ns = bight_loop_now_ns(request->loop);
    uint64_t left_ns = request->due_ns > now_ns ? request->due_ns - now_ns : 0;
    return left_ns / 1000000 + 1;
}

/* What the socket became is heard from the connector; whatever goes wrong at
 * once is this request's to say. */
static void join(struct request *request, int fd)
{
    bight_owner_options *options = &request->kept.options;
    request->stage = JOINING;
    if (options->limits.connect_timeout_ms > 0)
        options->limits.connect_timeout_ms = left_ms(request);
    request->loop->origin = request->origin;
    bight_error error =
        bight_socket_connect(request->loop, request->factory, fd, options,
                             connected, request, &request->connector);
    request->loop->origin = NULL;
    if (bight_failed(error)) {
        (void)close(fd);
        fail(request, error);
        return;
    }
    leave_register(request);
}

static bight_error naming_address(const struct request *request,
                                  bight_error error)
{
    char text[BIGHT_ADDRESS_TEXT_MAX];
    if (!request->only)
        return error;
    (void)bight_address_format(&request->address, text, sizeof(text));
    return bight_error_note(error, "%s", text);
}

static void dialed(void *ctx, int fd, bight_error error)
{
    struct request *request = ctx;
    request->dial = NULL;
    if (bight_failed(error))
        fail(request, naming_address(request, error));
    else
        join(request, fd);
}

static void found(void *ctx, bight_error error, const bight_address *addresses,
                  size_t count)
{
    struct request *request = ctx;
    request->lookup = NULL;
    if (request->stage == GIVEN_UP) {
        fail(request, request->why);
        return;
    }
    if (!bight_failed(error))
        error =
            bight__dial_start(request->loop, addresses, count, &request->tcp,
                              dialed, request, &request->dial);
    if (bight_failed(error)) {
        fail(request, error);
        return;
    }
    request->stage = DIALING;
    request->only = request->only && count == 1;
    request->address = addresses[0];
}

/* -- the beginning -------------------------------------------------------- */

static bight_error arm(struct request *request)
{
    uint64_t ms = request->kept.options.limits.connect_timeout_ms;
    if (ms == 0)
        return bight_ok();
    bight_error error =
        bight_timer_new(request->loop, too_late, request, &request->deadline);
    if (bight_failed(error))
        return error;
    request->due_ns = bight__add_ms(bight_loop_now_ns(request->loop), ms);
    bight_timer_start(request->deadline, ms);
    return bight_ok();
}

static bool is_name(const char *host)
{
    bight_address unused;
    return bight_failed(
        bight_address_parse_ip(bight_bytes_text(host), 0, &unused));
}

static bight_error start(struct request *request,
                         const bight_endpoint *endpoint)
{
    const char *host = bight_endpoint_host(endpoint);
    request->only = is_name(host);
    if (request->loop->uv == NULL)
        return bight_error_note(bight_error_of(BIGHT_ERROR_UNSUPPORTED),
                                "a virtual loop has no sockets");
    bight_error error = arm(request);
    if (bight_failed(error))
        return error;
    return bight_lookup_start(request->loop, host,
                              bight_endpoint_port(endpoint), found, request,
                              &request->lookup);
}

static struct request *request_new(bight_loop *loop,
                                   const bight_endpoint *endpoint,
                                   const bight_factory *factory,
                                   const bight_owner_options *options)
{
    struct request *request = bight_zalloc(sizeof(*request));
    if (request == NULL)
        return NULL;
    request->ready.run = rejected;
    request->loop = loop;
    request->origin = loop->origin;
    request->factory = factory;
    request->tcp = bight__tcp_options(endpoint);
    request->name = bight__tcp_name(endpoint);
    bight__options_keep(&request->kept, options);
    return request;
}

bight_deferred *bight__tcp_connect(bight_loop *loop,
                                   const bight_endpoint *endpoint,
                                   const bight_factory *factory,
                                   const bight_owner_options *options)
{
    bight__loop_check(loop);
    struct request *request = request_new(loop, endpoint, factory, options);
    if (request == NULL)
        return NULL;
    bight_deferred *deferred =
        bight_deferred_new(loop, &request->promise, cancel, request);
    if (deferred == NULL) {
        bight_free(request);
        return NULL;
    }
    bight__resource_add(loop, &request->resource, &request_resource,
                        __builtin_return_address(0));
    bight_error error = start(request, endpoint);
    if (bight_failed(error))
        fail(request, error);
    return deferred;
}
