/* SPDX-License-Identifier: MIT */
/* min(first * factor^n, max) + U[0,1) * jitter, in whole milliseconds. */
#include "service/backoff.h"

#include <stddef.h>

/* splitmix64: any seed will do. */
static uint64_t own_random(struct bight__backoff *backoff)
{
    uint64_t z = backoff->seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static double unit(struct bight__backoff *backoff)
{
    uint64_t bits = backoff->random != NULL ? backoff->random(backoff->ctx)
                                            : own_random(backoff);
    return (double)(bits >> 11) * 0x1p-53;
}

void bight__backoff_reset(struct bight__backoff *backoff)
{
    backoff->next_ms = 0;
}

uint64_t bight__backoff_next(struct bight__backoff *backoff)
{
    double ms = backoff->next_ms;
    if (ms < (double)backoff->first_ms)
        ms = (double)backoff->first_ms;
    if (ms > (double)backoff->max_ms)
        ms = (double)backoff->max_ms;
    backoff->next_ms = ms * backoff->factor;
    return (uint64_t)ms +
           (uint64_t)(unit(backoff) * (double)backoff->jitter_ms);
}
