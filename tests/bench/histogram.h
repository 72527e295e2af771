/* SPDX-License-Identifier: MIT */
/* Latencies in logarithmic buckets: 32 in each power of two, 3 % apart. */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>

struct histogram {
    uint64_t total;
    uint64_t buckets[60 * 32];
};

/** Counts one value. */
void histogram_add(struct histogram *h, uint64_t value);

/** The value below which `share` (0 to 1) of all values lie, as the middle of
 * its bucket; 0 if there are none. */
double histogram_quantile(const struct histogram *h, double share);

#endif
