/* SPDX-License-Identifier: MIT */
/* How long to wait before the next attempt (E12). */
#ifndef BIGHT_SERVICE_BACKOFF_H
#define BIGHT_SERVICE_BACKOFF_H

#include <stdint.h>

struct bight__backoff {
    uint64_t first_ms;
    double factor;
    uint64_t max_ms;
    uint64_t jitter_ms;
    uint64_t (*random)(void *ctx); /* NULL: `seed` */
    void *ctx;
    uint64_t seed;
    double next_ms; /* without jitter; below first_ms: from the beginning */
};

/* The next attempt is the first again. */
void bight__backoff_reset(struct bight__backoff *backoff);

/* The delay before the next one, which the one after that exceeds. */
uint64_t bight__backoff_next(struct bight__backoff *backoff);

#endif
