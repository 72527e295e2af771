/* SPDX-License-Identifier: MIT */
/* Bucket i < 32 holds the value i; above, five bits follow the leading one. */
#include "histogram.h"

static unsigned bucket_of(uint64_t value)
{
    if (value < 32)
        return (unsigned)value;
    unsigned shift = 58u - (unsigned)__builtin_clzll(value);
    return shift * 32 + (unsigned)(value >> shift);
}

static double middle_of(unsigned bucket)
{
    if (bucket < 64)
        return bucket;
    unsigned shift = bucket / 32 - 1;
    uint64_t low = (uint64_t)(bucket - shift * 32) << shift;
    return (double)low + (double)(UINT64_C(1) << shift) / 2;
}

void histogram_add(struct histogram *h, uint64_t value)
{
    h->buckets[bucket_of(value)]++;
    h->total++;
}

double histogram_quantile(const struct histogram *h, double share)
{
    double below = 0, wanted = share * (double)h->total;
    for (unsigned i = 0; h->total && i < sizeof(h->buckets) / 8; i++) {
        below += (double)h->buckets[i];
        if (h->buckets[i] && below >= wanted)
            return middle_of(i);
    }
    return 0;
}
