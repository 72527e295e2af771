/* SPDX-License-Identifier: MIT */
/* Any number of Deferreds that wait for the same, each cancelled alone. */
#ifndef BIGHT_SERVICE_WAITERS_H
#define BIGHT_SERVICE_WAITERS_H

#include <bight/deferred.h>
#include <bight/transport.h>

#include "base/list.h"

/* One more, which gives up after so many failures; 0: never. NULL: no memory,
 * or the loop has closed. */
bight_deferred *bight__connect_waiters_add(struct bight__list *waiters,
                                           bight_loop *loop, unsigned attempts);

/* Each gets a reference; NULL: no value. */
void bight__connect_waiters_resolve(struct bight__list *waiters,
                                    bight_transport *t);
void bight__connect_waiters_reject(struct bight__list *waiters,
                                   bight_error error);

/* One failure more: those that had no other left get its error. */
void bight__connect_waiters_count(struct bight__list *waiters,
                                  bight_error error);

#endif
