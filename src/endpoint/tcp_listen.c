/* SPDX-License-Identifier: MIT */
/*
 * Listening on tcp. Addresses are bound in the call; a name is looked up first:
 *
 *     LOOKING_UP ── addresses ──> bound, resolved
 *         │ cancel, or the loop closes
 *     GIVEN_UP ── the lookup's answer ──> rejected
 */
#include <strings.h>

#include <bight/alloc.h>
#include <bight/lookup.h>

#include "endpoint/bound.h"
#include "endpoint/outcome.h"
#include "endpoint/tcp.h"
#include "loop/dispatch.h"

struct request {
    bight_loop *loop;
    const void *origin;
    bight_promise *promise;
    bight_lookup *lookup;
    const bight_factory *factory;
    bight_tcp_options tcp;
    struct bight__kept_options kept;
    struct bight__tcp_name name;
    bight_error given_up; /* why, or success */
};

static bight_error open_port(bight_loop *loop, struct bight__bound *bound,
                             const bight_factory *factory,
                             const bight_owner_options *options,
                             const char *name, bight_port **ret_port)
{
    bight_error error =
        bight__bound_port(loop, bound, factory, options, ret_port);
    bight__bound_close(bound);
    return bight_error_note(error, "listen %s", name);
}

/* -- a name --------------------------------------------------------------- */

static bight_error bind_found(struct request *request, bight_error error,
                              const bight_address *addresses, size_t count,
                              bight_port **ret_port)
{
    struct bight__bound bound;
    const char *name = request->name.text;
    if (bight_failed(request->given_up))
        return bight_error_note(request->given_up, "listen %s", name);
    if (bight_failed(error))
        return bight_error_note(error, "listen %s", name);
    error = bight__bound_make(request->loop, addresses, count, &request->tcp,
                              &bound);
    if (bight_failed(error))
        return error;
    return open_port(request->loop, &bound, request->factory,
                     &request->kept.options, name, ret_port);
}

static void found(void *ctx, bight_error error, const bight_address *addresses,
                  size_t count)
{
    struct request *request = ctx;
    bight_promise *promise = request->promise;
    bight_port *port = NULL;
    if (request->loop->state != BIGHT__LOOP_OPEN)
        request->given_up = bight_error_of(BIGHT_ERROR_LOOP_CLOSED);
    request->loop->origin = request->origin;
    error = bind_found(request, error, addresses, count, &port);
    request->loop->origin = NULL;
    bight_free(request);
    if (bight_failed(error))
        bight_promise_reject(promise, error);
    else
        bight_promise_resolve(promise, bight_port_value(port));
}

static bight_cancel_answer cancel(void *ctx)
{
    struct request *request = ctx;
    request->given_up = bight_error_of(BIGHT_ERROR_CANCELLED);
    bight_lookup_cancel(request->lookup);
    return BIGHT_CANCEL_NOW;
}

static bight_deferred *listen_on_name(bight_loop *loop,
                                      const bight_endpoint *endpoint,
                                      const bight_factory *factory,
                                      const bight_owner_options *options)
{
    struct request *request = bight_zalloc(sizeof(*request));
    if (request == NULL)
        return NULL;
    request->loop = loop;
    request->origin = loop->origin;
    request->factory = factory;
    request->tcp = bight__tcp_options(endpoint);
    request->name = bight__tcp_name(endpoint);
    bight__options_keep(&request->kept, options);
    bight_deferred *deferred =
        bight_deferred_new(loop, &request->promise, cancel, request);
    if (deferred == NULL) {
        bight_free(request);
        return NULL;
    }
    bight_error error = bight_lookup_start(loop, bight_endpoint_host(endpoint),
                                           bight_endpoint_port(endpoint), found,
                                           request, &request->lookup);
    if (bight_failed(error))
        found(request, error, NULL, 0);
    return deferred;
}

/* -- addresses, or all of them -------------------------------------------- */

/* RFC 6761, 6.3: nobody but this machine says where localhost is. */
static size_t known_addresses(const bight_endpoint *endpoint,
                              bight_address ret_addresses[2])
{
    static const char *const loopback[] = {"127.0.0.1", "::1"};
    const char *host = bight_endpoint_host(endpoint);
    uint16_t port = bight_endpoint_port(endpoint);
    if (!bight_failed(bight_address_parse_ip(bight_bytes_text(host), port,
                                             &ret_addresses[0])))
        return 1;
    if (strcasecmp(host, "localhost") != 0)
        return 0;
    for (size_t i = 0; i < 2; i++)
        (void)bight_address_parse_ip(bight_bytes_text(loopback[i]), port,
                                     &ret_addresses[i]);
    return 2;
}

static bight_error bind_now(bight_loop *loop, const bight_address *addresses,
                            size_t count, const bight_endpoint *endpoint,
                            struct bight__bound *ret_bound)
{
    bight_tcp_options tcp = bight__tcp_options(endpoint);
    if (count == 0)
        return bight__bound_everywhere(loop, bight_endpoint_port(endpoint),
                                       &tcp, ret_bound);
    return bight__bound_make(loop, addresses, count, &tcp, ret_bound);
}

/* No addresses: all there are. */
static bight_deferred *listen_now(bight_loop *loop,
                                  const bight_address *addresses, size_t count,
                                  const bight_endpoint *endpoint,
                                  const bight_factory *factory,
                                  const bight_owner_options *options)
{
    struct bight__bound bound;
    bight_port *port = NULL;
    bight_error error = bind_now(loop, addresses, count, endpoint, &bound);
    if (!bight_failed(error))
        error = open_port(loop, &bound, factory, options,
                          bight__tcp_name(endpoint).text, &port);
    if (bight_failed(error))
        return bight_deferred_rejected(loop, error);
    return bight_deferred_resolved(loop, bight_port_value(port));
}

bight_deferred *bight__tcp_listen(bight_loop *loop,
                                  const bight_endpoint *endpoint,
                                  const bight_factory *factory,
                                  const bight_owner_options *options)
{
    bight_address addresses[2];
    bight__loop_check(loop);
    if (loop->uv == NULL)
        return bight_deferred_rejected(
            loop, bight_error_note(bight_error_of(BIGHT_ERROR_UNSUPPORTED),
                                   "listen %s: a virtual loop has no sockets",
                                   bight__tcp_name(endpoint).text));
    if (bight_endpoint_host(endpoint) == NULL)
        return listen_now(loop, NULL, 0, endpoint, factory, options);
    size_t count = known_addresses(endpoint, addresses);
    if (count > 0)
        return listen_now(loop, addresses, count, endpoint, factory, options);
    return listen_on_name(loop, endpoint, factory, options);
}
