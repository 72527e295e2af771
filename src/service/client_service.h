/* SPDX-License-Identifier: MIT */
/*
 * The client service (E12). What is under way is a connect's Deferred, a
 * prepare's, and a transport; a phase that ends waits until none of them is.
 *
 *     IDLE ─ start ─> STARTING ─> CONNECTING ─────> PREPARING ──────> UP
 *      ^                ^             │ failed          │ failed, lost │ lost
 *      │                │ timer       v                 v              │
 *      │ fatal          └───────── WAITING <─ none ─ DROPPING          │
 *      ├──────────────────────────────┘ ^──────────────────────────────┘
 *      └─ none ─ STOPPING <─ stop, from every phase with something under way
 *
 * A connection may end before its connect's callback has run: `lost`.
 */
#ifndef BIGHT_SERVICE_CLIENT_SERVICE_H
#define BIGHT_SERVICE_CLIENT_SERVICE_H

#include <bight/client_service.h>
#include <bight/endpoint.h>

#include "async/texts.h"
#include "base/log_limit.h"
#include "endpoint/outcome.h"
#include "loop/dispatch.h"
#include "loop/resource.h"
#include "service/backoff.h"
#include "service/waiters.h"

enum bight__client_phase {
    BIGHT__CLIENT_IDLE,
    BIGHT__CLIENT_STARTING, /* `ready` is queued */
    BIGHT__CLIENT_CONNECTING,
    BIGHT__CLIENT_PREPARING,
    BIGHT__CLIENT_DROPPING, /* a connection that could not be prepared */
    BIGHT__CLIENT_UP,
    BIGHT__CLIENT_WAITING,
    BIGHT__CLIENT_STOPPING
};

struct bight_client_service {
    bight_loop *loop; /* NULL once it closes */
    struct bight__resource resource;
    struct bight__ready ready;
    enum bight__client_phase phase;
    bool lost;
    bool freed;    /* by the program */
    unsigned busy; /* entries into this file that are under way */
    bight_endpoint *endpoint;
    const bight_factory *factory;
    struct bight__kept_options owner; /* with this service's hooks */
    bight_ended_fn ended;             /* the program's own */
    bight_reported_fn reported;
    void *owner_ctx;
    bight_client_service_options options;
    struct bight__backoff backoff;
    bight_timer *timer; /* WAITING, STOPPING */
    bight_deferred *connecting;
    bight_deferred *preparing;
    bight_transport *transport;
    bight_error why; /* of a loss, or of DROPPING */
    struct bight__texts *texts;
    uint64_t up_ns;
    struct bight__list waiters;
    struct bight__list stoppers;
    struct bight__log_limit limit;
};

/* Around all that may call a hook, which may free it. */
static inline void bight__client_enter(bight_client_service *service)
{
    service->busy++;
}
void bight__client_leave(bight_client_service *service);

/* Takes it off its loop's register. */
void bight__client_leave_loop(bight_client_service *service);

/* One attempt: from here on connections and failures follow each other. */
void bight__client_attempt(bight_client_service *service);

/* From CONNECTING, PREPARING, DROPPING, UP: to STOPPING. */
void bight__client_end(bight_client_service *service);

/* The loop closes: what is under way ends by that. */
void bight__client_loop_closes(bight_client_service *service);

/* The owner's hook: a connection of its ended. */
void bight__client_ended(void *ctx, bight_transport *t, const bight_end *end);

/* The timer's: the next attempt is due, or a stop took too long. */
void bight__client_timer(void *ctx);

#endif
