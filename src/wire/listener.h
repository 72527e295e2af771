/* SPDX-License-Identifier: MIT */
/* Listeners and connectors: what the wires' own kinds build on. */
#ifndef BIGHT_WIRE_LISTENER_H
#define BIGHT_WIRE_LISTENER_H

#include "wire/owner.h"

/* What a kind of listener adds; it embeds bight_listener as its first member,
 * and owns the block. */
struct bight__listener_ops {
    /* Nothing is accepted any more after it returns. Called once. */
    void (*stop)(bight_listener *listener);
    size_t (*describe)(const bight_listener *listener, char *buf, size_t size);
    void (*free)(bight_listener *listener);
};

enum bight__drain {
    BIGHT__DRAIN_NONE,     /* not asked for, or reported */
    BIGHT__DRAIN_WAITING,  /* for connections to end */
    BIGHT__DRAIN_REPORTING /* its entry is queued */
};

struct bight_listener {
    struct bight__owner owner;
    const struct bight__listener_ops *ops;
    bight_address address;
    bool stopped;
    enum bight__drain drain;
    bight_timer *deadline;
    struct bight__ready drained_ready;
    bight_drained_fn drained;
    void *drained_ctx;
    bight_drain_report report; /* served counts the aborted, too */
};

bight_error bight__listener_init(bight_listener *listener, bight_loop *loop,
                                 const struct bight__listener_ops *ops,
                                 const bight_factory *factory,
                                 const bight_owner_options *options,
                                 const void *made_at);

/* Gives up one that never listened: frees it through its ops. */
void bight__listener_discard(bight_listener *listener);

/* Whether one more may come, and this peer; if not, its user was told. */
bool bight__listener_admits(bight_listener *listener,
                            const bight_address *peer);

/* A connect under way. */
struct bight_connector {
    struct bight__owner owner;
    bight_connected_fn fn;
    void *ctx;
    bight_transport *transport; /* until told */
    char target[128];           /* for messages */
};

/* Makes a connector with its transport in state CONNECTING, its deadline
 * armed; the wire then opens it, or fails it. */
bight_error bight__connector_new(bight_loop *loop, const bight_factory *factory,
                                 const bight_owner_options *options,
                                 const bight_driver *driver,
                                 const bight_address *peer, const char *target,
                                 bight_connected_fn fn, void *ctx,
                                 const void *made_at,
                                 bight_connector **ret_connector);

/* Undoes that, before anything was reported. */
void bight__connector_discard(bight_connector *connector);

#endif
