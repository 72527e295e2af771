/* SPDX-License-Identifier: MIT */
/* Registered tables: full copies of protocols and factories, per loop. */
#include <string.h>

#include <bight/alloc.h>
#include <bight/transport.h>

#include "wire/out.h"
#include "wire/transport.h"
#include "wire/wire.h"

struct registered {
    struct bight__list link;
    const bight_protocol *source;
    bight_protocol table;
};

static void no_call(void *self, bight_transport *t)
{
    (void)self;
    (void)t;
}

static void no_data(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    (void)t;
    (void)data;
}

static bool no_eof(void *self, bight_transport *t)
{
    (void)self;
    (void)t;
    return false;
}

static void no_lost(void *self, bight_transport *t, bight_error why)
{
    (void)self;
    (void)t;
    (void)why;
}

static void drain_by_close(void *self, bight_transport *t)
{
    (void)self;
    bight_transport_close(t);
}

/* What an older, smaller table lacks stays NULL and gets its default too. */
static void fill(bight_protocol *table, const bight_protocol *given)
{
    size_t size = given->size < sizeof(*table) ? given->size : sizeof(*table);
    *table = (bight_protocol){0};
    memcpy(table, given, size);
    table->size = sizeof(*table);
    if (table->name == NULL)
        table->name = "unnamed";
    if (table->connection_made == NULL)
        table->connection_made = no_call;
    if (table->data_received == NULL)
        table->data_received = no_data;
    if (table->eof_received == NULL)
        table->eof_received = no_eof;
    if (table->pause_writing == NULL)
        table->pause_writing = no_call;
    if (table->resume_writing == NULL)
        table->resume_writing = no_call;
    if (table->connection_lost == NULL)
        table->connection_lost = no_lost;
    if (table->draining == NULL)
        table->draining = drain_by_close;
    if (table->buffer_updated == NULL)
        table->get_buffer = NULL;
}

static void wire_fini(bight_loop *loop)
{
    struct bight__wire *wire = loop->wire;
    bight__out_fini(loop);
    bight__blocks_fini(loop);
    struct bight__list *link;
    while ((link = bight__list_first(&wire->protocols)) != NULL) {
        bight__list_remove(link);
        bight_free(bight__container(link, struct registered, link));
    }
    bight_free(wire);
    loop->wire = NULL;
}

bight_error bight__wire_ready(bight_loop *loop)
{
    if (loop->wire != NULL)
        return bight_ok();
    loop->wire = bight_zalloc(sizeof(*loop->wire));
    if (loop->wire == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    bight__list_init(&loop->wire->protocols);
    bight__list_init(&loop->wire->factories);
    bight__list_init(&loop->wire->names);
    bight__list_init(&loop->wire->readers);
    loop->wire_fini = wire_fini;
    loop->wheel.expired = bight__transport_expired;
    return bight_ok();
}

bight_error bight__protocol_register(bight_loop *loop,
                                     const bight_protocol *protocol,
                                     const bight_protocol **ret_protocol)
{
    if (protocol == NULL || protocol->size < offsetof(bight_protocol, name))
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "a protocol's table without its size");
    struct bight__list *all = &loop->wire->protocols;
    for (struct bight__list *link = all->next; link != all; link = link->next) {
        struct registered *known =
            bight__container(link, struct registered, link);
        if (known->source == protocol) {
            *ret_protocol = &known->table;
            return bight_ok();
        }
    }
    struct registered *entry = bight_zalloc(sizeof(*entry));
    if (entry == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    entry->source = protocol;
    fill(&entry->table, protocol);
    bight__list_push_front(all, &entry->link);
    *ret_protocol = &entry->table;
    return bight_ok();
}

static struct bight__factory *factory_find(bight_loop *loop,
                                           const bight_factory *factory,
                                           const void *options)
{
    struct bight__list *all = &loop->wire->factories;
    for (struct bight__list *link = all->next; link != all; link = link->next) {
        struct bight__factory *known =
            bight__container(link, struct bight__factory, link);
        if (known->source == factory && known->options == options)
            return known;
    }
    return NULL;
}

static void factory_free(struct bight__factory *factory)
{
    bight__list_remove(&factory->link);
    bight_free(factory->shared);
    bight_free(factory);
}

/* What the program makes in there, it makes itself. */
static bight_error call_started(const struct bight__factory *factory)
{
    const void *origin = factory->loop->origin;
    if (factory->table.started == NULL)
        return bight_ok();
    factory->loop->origin = NULL;
    bight_error error = factory->table.started(factory->shared,
                                               factory->options, factory->loop);
    factory->loop->origin = origin;
    return error;
}

static bight_error factory_start(struct bight__factory *factory)
{
    const bight_protocol *unused;
    if (factory->table.protocol == NULL && factory->table.build == NULL)
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "a factory without a protocol");
    if (factory->table.protocol != NULL) {
        bight_error error = bight__protocol_register(
            factory->loop, factory->table.protocol, &unused);
        if (bight_failed(error))
            return error;
    }
    if (factory->table.shared_size > 0) {
        factory->shared = bight_zalloc(factory->table.shared_size);
        if (factory->shared == NULL)
            return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    }
    return call_started(factory);
}

static bight_error factory_new(bight_loop *loop, const bight_factory *given,
                               const void *options,
                               struct bight__factory **ret_factory)
{
    struct bight__factory *factory = bight_zalloc(sizeof(*factory));
    if (factory == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    size_t size = given->size < sizeof(*given) ? given->size : sizeof(*given);
    memcpy(&factory->table, given, size);
    factory->source = given;
    factory->options = options;
    factory->loop = loop;
    bight__list_init(&factory->users);
    bight__list_push_front(&loop->wire->factories, &factory->link);
    bight_error error = factory_start(factory);
    if (bight_failed(error)) {
        factory_free(factory);
        return error;
    }
    *ret_factory = factory;
    return bight_ok();
}

bight_error bight__factory_take(bight_loop *loop, const bight_factory *given,
                                const void *options,
                                struct bight__factory **ret_factory)
{
    struct bight__factory *factory = factory_find(loop, given, options);
    if (factory == NULL) {
        bight_error error = factory_new(loop, given, options, &factory);
        if (bight_failed(error))
            return error;
    }
    factory->owners++;
    *ret_factory = factory;
    return bight_ok();
}

void bight__factory_drop(struct bight__factory *factory)
{
    if (--factory->owners > 0)
        return;
    if (factory->table.stopped != NULL)
        factory->table.stopped(factory->shared);
    factory_free(factory);
}

bight_error bight__factory_build(struct bight__factory *factory,
                                 const bight_address *peer,
                                 const bight_protocol **ret_protocol)
{
    const bight_protocol *protocol = factory->table.protocol;
    if (factory->table.build != NULL) {
        bight_error error =
            factory->table.build(factory->shared, peer, &protocol);
        if (bight_failed(error))
            return bight_error_wrap(
                bight_error_of(BIGHT_ERROR_REFUSED_BY_FACTORY), error, "%s",
                factory->table.name != NULL ? factory->table.name : "factory");
    }
    return bight__protocol_register(factory->loop, protocol, ret_protocol);
}
