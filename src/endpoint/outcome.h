/* SPDX-License-Identifier: MIT */
/* From what the net floor calls back to a Deferred's value or error. */
#ifndef BIGHT_ENDPOINT_OUTCOME_H
#define BIGHT_ENDPOINT_OUTCOME_H

#include <bight/deferred.h>
#include <bight/listener.h>

#include "wire/owner.h"

/* A copy of owner's options that needs no more of the caller's memory. */
struct bight__kept_options {
    bight_owner_options options;
    bight_filter_use filters[BIGHT__FILTERS_MAX];
};

void bight__options_keep(struct bight__kept_options *kept,
                         const bight_owner_options *given);

/* T7: carries a reference, which its end drops without closing. */
bight_value bight__transport_value(bight_transport *t);

/* One connector whose end is a Deferred's. Cancelling that cancels it. */
struct bight__outcome {
    bight_promise *promise;
    bight_connector *connector;
};

/* NULL: no memory, and *ret_deferred NULL too. */
struct bight__outcome *bight__outcome_new(bight_loop *loop,
                                          bight_deferred **ret_deferred);

/* Becomes the connector's callback, with the outcome as its context. */
void bight__outcome_connected(void *ctx, bight_transport *t, bight_error error);

/* What the start of the connect returned: an error is the Deferred's. */
void bight__outcome_started(struct bight__outcome *outcome, bight_error error);

/* A port of this listener, closed if there is no memory for it; or the error
 * that there was instead of one. */
bight_deferred *bight__port_outcome(bight_loop *loop, bight_listener *listener,
                                    bight_error error);

#endif
