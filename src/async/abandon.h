/* SPDX-License-Identifier: MIT */
/* Giving a Deferred up for good, for those above that hold many. */
#ifndef BIGHT_ASYNC_ABANDON_H
#define BIGHT_ASYNC_ABANDON_H

#include <bight/deferred.h>

/* Cancels, whoever has the consumer's end; after `ms` it is rejected with
 * LINGER_TIMEOUT although its producer answered LATER (T36). 0: at once. Only
 * the first call counts. After bight_on only until that has called: `d` goes
 * with it. */
void bight__deferred_abandon(bight_deferred *d, uint64_t ms);

#endif
