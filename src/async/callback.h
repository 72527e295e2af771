/* SPDX-License-Identifier: MIT */
/* A Deferred's callbacks, as run.c takes them. */
#ifndef BIGHT_ASYNC_CALLBACK_H
#define BIGHT_ASYNC_CALLBACK_H

#include "async/deferred.h"

static inline bool bight__callback_none_left(const bight_deferred *d)
{
    return d->kinds == 0 && d->more == NULL &&
           d->consumer != BIGHT__CONSUMER_LAST;
}

/* Moves the next behind the first two, which have run, into their place; false:
 * none is left. */
bool bight__callback_refill(bight_deferred *d);

/* Takes the first of those in place. */
static inline struct bight__callback bight__callback_take(bight_deferred *d)
{
    struct bight__callback callback = d->first[0];
    d->first[0] = d->first[1];
    d->kinds >>= 2;
    return callback;
}

/* Whether only bight_on's is left, if that. */
bool bight__callback_at_end(const bight_deferred *d);

#endif
