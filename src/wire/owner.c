/* SPDX-License-Identifier: MIT */
/* Owners: limits, the register of connections, and who is told what. */
#include "wire/owner.h"

#include <stdio.h>
#include <string.h>

#include <bight/alloc.h>

#include "wire/out.h"

void bight_limits_init(bight_limits *limits)
{
    *limits = (bight_limits){
        .size = sizeof(*limits),
        .high_mark = 64 * 1024,
        .low_mark = 16 * 1024,
        .write_cap = 16 * 1024 * 1024,
        .read_limit = 1024 * 1024,
        .connect_timeout_ms = 30 * 1000,
        .linger_timeout_ms = 30 * 1000,
        .handshake_timeout_ms = 15 * 1000,
    };
}

void bight_owner_options_init(bight_owner_options *options)
{
    *options = (bight_owner_options){.size = sizeof(*options)};
    bight_limits_init(&options->limits);
}

static bight_owner_options options_take(const bight_owner_options *given)
{
    bight_owner_options options;
    bight_owner_options_init(&options);
    if (given != NULL)
        memcpy(&options, given,
               given->size < sizeof(options) ? given->size : sizeof(options));
    return options;
}

static bight_error check(const bight_owner_options *options)
{
    const char *what = NULL;
    if (options->limits.low_mark > options->limits.high_mark)
        what = "the low mark is above the high mark";
    else if (options->limits.linger_timeout_ms == 0)
        what = "the linger timeout cannot be switched off";
    else if (options->filter_count > BIGHT__FILTERS_MAX)
        what = "too many filters";
    if (what == NULL)
        return bight_ok();
    return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID), "%s", what);
}

static void owner_end(struct bight__resource *resource)
{
    struct bight__owner *owner =
        bight__container(resource, struct bight__owner, resource);
    bight__owner_ref(owner);
    owner->ops->end(owner);
    struct bight__list_cursor cursor;
    bight__list_walk_begin(&cursor, &owner->transports);
    struct bight__list *link;
    while ((link = bight__list_walk_next(&cursor)) != NULL) {
        bight_transport *t = bight__container(link, bight_transport, link);
        if (t->state < BIGHT__ENDING)
            bight__transport_note(t, bight_error_of(BIGHT_ERROR_LOOP_CLOSED));
        bight__out_flush_now(t);
        bight__transport_cut(t, false);
    }
    bight__list_walk_end(&cursor);
    bight__owner_unref(owner);
}

static size_t owner_describe(const struct bight__resource *resource, char *buf,
                             size_t size)
{
    const struct bight__owner *owner =
        bight__container(resource, struct bight__owner, resource);
    return owner->ops->describe(owner, buf, size);
}

static uint64_t age_of(const bight_transport *t)
{
    bight_end end = {.size = sizeof(end)};
    bight_transport_end(t, &end);
    return end.duration_ms;
}

static void owner_report(struct bight__resource *resource,
                         struct bight__survivors *survivors)
{
    struct bight__owner *owner =
        bight__container(resource, struct bight__owner, resource);
    char name[96];
    (void)owner_describe(resource, name, sizeof(name));
    bight__survivors_add(survivors, owner->ops->kind, name, resource->made_at,
                         bight__loop_now_ms(owner->loop) - resource->made_ms);
    struct bight__list *all = &owner->transports;
    for (struct bight__list *link = all->next; link != all; link = link->next) {
        bight_transport *t = bight__container(link, bight_transport, link);
        bight_address peer = bight_transport_peer(t);
        char text[64];
        (void)bight_address_format(&peer, text, sizeof(text));
        bight__survivors_add(survivors, "connection", text, resource->made_at,
                             age_of(t));
    }
}

static const struct bight__resource_ops owner_resource = {
    .kind = "owner",
    .describe = owner_describe,
    .end = owner_end,
    .report = owner_report};

bight_error bight__owner_init(struct bight__owner *owner, bight_loop *loop,
                              const struct bight__owner_ops *ops,
                              const bight_factory *factory,
                              const bight_owner_options *given,
                              const void *made_at)
{
    bight__loop_check(loop);
    bight_owner_options options = options_take(given);
    if (loop->state != BIGHT__LOOP_OPEN)
        return bight_error_of(BIGHT_ERROR_CLOSED);
    bight_error error = check(&options);
    if (!bight_failed(error))
        error = bight__wire_ready(loop);
    if (!bight_failed(error))
        error = bight__factory_take(loop, factory, options.factory_options,
                                    &owner->factory);
    if (bight_failed(error))
        return error;
    bight__list_push_back(&owner->factory->users, &owner->beside);
    owner->loop = loop;
    owner->limits = options.limits;
    owner->ops = ops;
    owner->filter_count = options.filter_count;
    if (options.filter_count > 0)
        memcpy(owner->filters, options.filters,
               options.filter_count * sizeof(*options.filters));
    owner->factory_options = options.factory_options;
    owner->ended = options.ended;
    owner->refused = options.refused;
    owner->admit = options.admit;
    owner->reported = options.reported;
    owner->ctx = options.ctx;
    owner->refs = 1;
    bight__list_init(&owner->transports);
    bight__resource_add(loop, &owner->resource, &owner_resource, made_at);
    return bight_ok();
}

void bight__owner_ref(struct bight__owner *owner)
{
    owner->refs++;
}

void bight__owner_unref(struct bight__owner *owner)
{
    if (--owner->refs == 0)
        owner->ops->free(owner);
}

/* The factory's last words come from the ready queue, not from a verb. A
 * connection that was being built when its owner retired comes first. */
static void say_goodbye(struct bight__ready *entry)
{
    struct bight__owner *owner =
        bight__container(entry, struct bight__owner, ready);
    if (!bight__list_empty(&owner->transports)) {
        owner->queued = false;
        return;
    }
    bight__list_remove(&owner->beside);
    bight__factory_drop(owner->factory);
    owner->factory = NULL;
    bight__resource_remove(owner->loop, &owner->resource);
    bight__owner_unref(owner);
}

static void leave_if_done(struct bight__owner *owner)
{
    if (!owner->retired || owner->queued ||
        !bight__list_empty(&owner->transports))
        return;
    owner->queued = true;
    owner->ready.run = say_goodbye;
    bight__ready_push(owner->loop, &owner->ready);
}

void bight__owner_retire(struct bight__owner *owner)
{
    owner->retired = true;
    leave_if_done(owner);
}

void bight__owner_add(struct bight__owner *owner, bight_transport *t)
{
    bight__list_push_front(&owner->transports, &t->link);
    if (t->level == 0) {
        owner->wires++;
        owner->loop->connections++;
    }
}

void bight__owner_remove(struct bight__owner *owner, bight_transport *t)
{
    bight__list_remove(&t->link);
    if (t->level == 0) {
        owner->wires--;
        owner->loop->connections--;
        if (owner->ops->ended != NULL)
            owner->ops->ended(owner);
    }
    leave_if_done(owner);
}

bight_error bight__owner_build(struct bight__owner *owner,
                               const bight_driver *driver,
                               const bight_address *peer, unsigned level,
                               bight_transport **ret_transport)
{
    const bight_protocol *protocol;
    bool filtered = level < owner->filter_count;
    bight_error error =
        filtered ? bight__protocol_register(owner->loop,
                                            owner->filters[level].filter->below,
                                            &protocol)
                 : bight__factory_build(owner->factory, peer, &protocol);
    if (bight_failed(error))
        return error;
    bight_transport *t;
    error = bight__transport_new(owner, driver, protocol, peer, &t);
    if (bight_failed(error))
        return error;
    t->level = (uint8_t)level;
    if (filtered)
        t->facts |= BIGHT__FILTERED;
    bight__owner_add(owner, t);
    *ret_transport = t;
    return bight_ok();
}

void bight__owner_refuse(struct bight__owner *owner, const bight_address *peer,
                         bight_error why)
{
    if (owner->refused != NULL)
        owner->refused(owner->ctx, peer, why);
}
