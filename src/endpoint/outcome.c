/* SPDX-License-Identifier: MIT */
/* Deferreds of ports and of connections. */
#include "endpoint/outcome.h"

#include <string.h>

#include <bight/alloc.h>
#include <bight/port.h>

void bight__options_keep(struct bight__kept_options *kept,
                         const bight_owner_options *given)
{
    bight_owner_options *options = &kept->options;
    bight_owner_options_init(options);
    if (given == NULL)
        return;
    memcpy(options, given,
           given->size < sizeof(*options) ? given->size : sizeof(*options));
    options->size = sizeof(*options);
    size_t count = options->filter_count;
    if (count > BIGHT__FILTERS_MAX)
        count = BIGHT__FILTERS_MAX;
    if (count > 0)
        memcpy(kept->filters, options->filters,
               count * sizeof(kept->filters[0]));
    options->filters = kept->filters;
}

/* -- connections ---------------------------------------------------------- */

static void unref(void *transport)
{
    bight_transport_unref(transport);
}

bight_value bight__transport_value(bight_transport *t)
{
    return bight_value_pointer(bight_transport_ref(t), unref);
}

static bight_cancel_answer cancel(void *ctx)
{
    struct bight__outcome *outcome = ctx;
    bight_connector_cancel(outcome->connector);
    return BIGHT_CANCEL_NOW;
}

struct bight__outcome *bight__outcome_new(bight_loop *loop,
                                          bight_deferred **ret_deferred)
{
    struct bight__outcome *outcome = bight_zalloc(sizeof(*outcome));
    *ret_deferred = NULL;
    if (outcome == NULL)
        return NULL;
    *ret_deferred =
        bight_deferred_new(loop, &outcome->promise, cancel, outcome);
    if (*ret_deferred != NULL)
        return outcome;
    bight_free(outcome);
    return NULL;
}

void bight__outcome_connected(void *ctx, bight_transport *t, bight_error error)
{
    struct bight__outcome *outcome = ctx;
    bight_promise *promise = outcome->promise;
    bight_free(outcome);
    if (bight_failed(error))
        bight_promise_reject(promise, error);
    else
        bight_promise_resolve(promise, bight__transport_value(t));
}

void bight__outcome_started(struct bight__outcome *outcome, bight_error error)
{
    if (bight_failed(error))
        bight__outcome_connected(outcome, NULL, error);
}

/* -- ports ---------------------------------------------------------------- */

static bight_error port_of(bight_loop *loop, bight_listener *listener,
                           bight_port **ret_port)
{
    bight_port *port;
    bight_error error = bight_port_new(loop, &port);
    if (bight_failed(error))
        return error;
    error = bight_port_add(port, listener);
    if (bight_failed(error))
        bight_port_close(port);
    else
        *ret_port = port;
    return error;
}

bight_deferred *bight__port_outcome(bight_loop *loop, bight_listener *listener,
                                    bight_error error)
{
    bight_port *port;
    if (bight_failed(error))
        return bight_deferred_rejected(loop, error);
    error = port_of(loop, listener, &port);
    if (!bight_failed(error))
        return bight_deferred_resolved(loop, bight_port_value(port));
    bight_listener_close(listener);
    return bight_deferred_rejected(loop, error);
}
