/* SPDX-License-Identifier: MIT */
/* Connectors: one connect each, told once how it went (T3, T7). */
#include <stdio.h>

#include <bight/alloc.h>

#include "wire/listener.h"
#include "wire/transport.h"

static bight_connector *connector_of(const struct bight__owner *owner)
{
    return bight__container(owner, bight_connector, owner);
}

static size_t owner_describe(const struct bight__owner *owner, char *buf,
                             size_t size)
{
    return (size_t)snprintf(buf, size, "%s", connector_of(owner)->target);
}

static void owner_end(struct bight__owner *owner)
{
    (void)owner;
}

static void tell(bight_connector *connector, bight_transport *t,
                 bight_error error)
{
    connector->transport = NULL;
    bight__owner_retire(&connector->owner);
    if (connector->fn != NULL)
        connector->fn(connector->ctx, t, error);
}

static void owner_made(struct bight__owner *owner, bight_transport *t)
{
    tell(connector_of(owner), t, bight_ok());
}

static void owner_failed(struct bight__owner *owner, const bight_address *peer,
                         bight_error why)
{
    (void)peer;
    bight_connector *connector = connector_of(owner);
    tell(connector, NULL,
         bight_error_note(why, "connect %s", connector->target));
}

static void owner_free(struct bight__owner *owner)
{
    bight_free(connector_of(owner));
}

static const struct bight__owner_ops connector_owner = {
    .kind = "connector",
    .describe = owner_describe,
    .end = owner_end,
    .made = owner_made,
    .failed = owner_failed,
    .free = owner_free,
};

bight_error bight__connector_new(bight_loop *loop, const bight_factory *factory,
                                 const bight_owner_options *options,
                                 const bight_driver *driver,
                                 const bight_address *peer, const char *target,
                                 bight_connected_fn fn, void *ctx,
                                 const void *made_at,
                                 bight_connector **ret_connector)
{
    bight_connector *connector = bight_zalloc(sizeof(*connector));
    if (connector == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    connector->fn = fn;
    connector->ctx = ctx;
    (void)snprintf(connector->target, sizeof(connector->target), "%s", target);
    bight_error error = bight__owner_init(
        &connector->owner, loop, &connector_owner, factory, options, made_at);
    if (bight_failed(error)) {
        bight_free(connector);
        return error;
    }
    error = bight__owner_build(&connector->owner, driver, peer, 0,
                               &connector->transport);
    if (bight_failed(error)) {
        bight__owner_retire(&connector->owner);
        return error;
    }
    bight__transport_rearm(connector->transport);
    *ret_connector = connector;
    return bight_ok();
}

void bight__connector_discard(bight_connector *connector)
{
    bight_transport *t = connector->transport;
    bight__wheel_remove(&connector->owner.loop->wheel, &t->timer);
    bight__owner_retire(&connector->owner);
    bight__transport_discard(t);
}

void bight_connector_cancel(bight_connector *connector)
{
    bight__loop_check(connector->owner.loop);
    if (connector->transport != NULL)
        bight__transport_end_with(connector->transport,
                                  bight_error_of(BIGHT_ERROR_CANCELLED), true);
}
