/* SPDX-License-Identifier: MIT */
/* Where a libuv callback begins a dispatch. */
#ifndef BIGHT_LOOP_UV_H
#define BIGHT_LOOP_UV_H

#include <stdlib.h>

#include <uv.h>

#include "loop/dispatch.h"

/* A manual clock stands still meanwhile. */
static inline void bight__uv_begin(bight_loop *loop)
{
    bight__dispatch_begin(loop,
                          loop->kind == BIGHT_LOOP_REAL ? uv_now(loop->uv) : 0);
}

/* S3: libuv aborts when its table of watchers cannot grow; this tries that
 * allocation first. */
static inline bool bight__uv_can_watch(const bight_loop *loop, int fd)
{
    size_t next = 2;
    if ((unsigned)fd < loop->uv->nwatchers)
        return true;
    while (next < (size_t)fd + 3)
        next *= 2;
    void *trial = malloc(next * sizeof(void *));
    free(trial);
    return trial != NULL;
}

/* Whether it has a handle already: libuv can have one per descriptor. */
static inline bool bight__uv_watches(const bight_loop *loop, int fd)
{
    return (unsigned)fd < loop->uv->nwatchers && loop->uv->watchers[fd] != NULL;
}

#endif
