/* SPDX-License-Identifier: MIT */
/* Promises that other threads hold. */
#ifndef BIGHT_ASYNC_SHARED_H
#define BIGHT_ASYNC_SHARED_H

#include "async/deferred.h"

/* At the loop's close: promises that were not posted are taken back. */
void bight__shared_abandon(struct bight__async *async);

#endif
