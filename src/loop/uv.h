/* SPDX-License-Identifier: MIT */
/* Where a libuv callback begins a dispatch. */
#ifndef BIGHT_LOOP_UV_H
#define BIGHT_LOOP_UV_H

#include <uv.h>

#include "loop/dispatch.h"

/* A manual clock stands still meanwhile. */
static inline void bight__uv_begin(bight_loop *loop)
{
    bight__dispatch_begin(loop,
                          loop->kind == BIGHT_LOOP_REAL ? uv_now(loop->uv) : 0);
}

#endif
