/* SPDX-License-Identifier: MIT */
/* From the bytes of one value, which were judged, to its block. */
#ifndef REDIS_BUILD_H
#define REDIS_BUILD_H

#include "block.h"

#define DEPTH_MAX 64

/* `values` and `texts` as counted: at least what there is. NULL: no memory. */
bight_redis_reply *bight__redis_build(struct bight__redis_pool *pool,
                                      const uint8_t *data, size_t values,
                                      size_t texts);

#endif
