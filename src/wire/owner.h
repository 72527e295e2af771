/* SPDX-License-Identifier: MIT */
/*
 * The owner: what a listener and a connector have in common, and where what
 * differs little between connections lives.
 */
#ifndef BIGHT_WIRE_OWNER_H
#define BIGHT_WIRE_OWNER_H

#include <bight/filter.h>
#include <bight/listener.h>

#include "loop/loop.h"
#include "wire/wire.h"

#define BIGHT__FILTERS_MAX 4

struct bight__owner;

/* What a kind of owner adds. */
struct bight__owner_ops {
    const char *kind;
    /* The same as a public describe: snprintf-like. */
    size_t (*describe)(const struct bight__owner *owner, char *buf,
                       size_t size);
    /* The loop closes: stop what is under way. */
    void (*end)(struct bight__owner *owner);
    /* connection_made of the application's protocol was called. May be NULL. */
    void (*made)(struct bight__owner *owner, bight_transport *t);
    /* A connection came to nothing (T3). */
    void (*failed)(struct bight__owner *owner, const bight_address *peer,
                   bight_error why);
    /* A wire of its ended. May be NULL. */
    void (*ended)(struct bight__owner *owner);
    /* Nothing refers to it any more. */
    void (*free)(struct bight__owner *owner);
};

struct bight__owner {
    bight_loop *loop; /* first: on every path */
    bight_limits limits;
    const struct bight__owner_ops *ops;
    struct bight__resource resource;
    struct bight__factory *factory;
    struct bight__list beside;     /* the factory's other owners */
    struct bight__list transports; /* upper ones before lower ones */
    size_t wires;                  /* connections at level 0 */
    size_t filter_count;
    bight_filter_use filters[BIGHT__FILTERS_MAX];
    const void *factory_options;
    bight_ended_fn ended;
    bight_refused_fn refused;
    bight_admit_fn admit;
    bight_reported_fn reported;
    void *ctx;
    unsigned refs;
    struct bight__ready ready; /* its last words to the factory */
    bool retired;
    bool queued;
};

/* Fills a zeroed owner: options are copied, the factory is taken, the resource
 * registered; the caller has the one reference. On an error nothing is held. */
bight_error bight__owner_init(struct bight__owner *owner, bight_loop *loop,
                              const struct bight__owner_ops *ops,
                              const bight_factory *factory,
                              const bight_owner_options *options,
                              const void *made_at);
void bight__owner_ref(struct bight__owner *owner);
void bight__owner_unref(struct bight__owner *owner);

/* Nothing new will come: it goes after the last connection. Idempotent. */
void bight__owner_retire(struct bight__owner *owner);

/* A connection came or went. */
void bight__owner_add(struct bight__owner *owner, bight_transport *t);
void bight__owner_remove(struct bight__owner *owner, bight_transport *t);

/* A new transport on `driver` for this owner, at a level of its filters: with
 * the next filter's protocol, or the factory's. An error was told to nobody. */
bight_error bight__owner_build(struct bight__owner *owner,
                               const bight_driver *driver,
                               const bight_address *peer, unsigned level,
                               bight_transport **ret_transport);

/* Tells the owner's user that a connection never came to be. */
void bight__owner_refuse(struct bight__owner *owner, const bight_address *peer,
                         bight_error why);

#endif
