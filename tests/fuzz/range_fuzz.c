/* SPDX-License-Identifier: MIT */
/* Ranges: they lie within the length, never touch each other, and what they
 * are written as reads back the same. The first byte picks limit and length. */
#undef NDEBUG
#include <assert.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bight/http_range.h>

#define MOST 32

static uint64_t length_of(uint8_t how)
{
    static const uint64_t lengths[] = {
        0, 1, 10, 1000, 10000, UINT32_MAX, UINT64_MAX - 1, UINT64_MAX};

    return lengths[how % 8];
}

static void judge(const bight_http_range *ranges, size_t count, uint64_t length)
{
    for (size_t i = 0; i < count; i++) {
        assert(ranges[i].first <= ranges[i].last && ranges[i].last < length);
        for (size_t j = 0; j < i; j++)
            assert(ranges[j].last + 1 < ranges[i].first ||
                   ranges[i].last + 1 < ranges[j].first);
    }
}

static void read_back(const bight_http_range *ranges, size_t count,
                      uint64_t length)
{
    char text[MOST * 42 + 8] = "bytes=";
    size_t size = strlen(text), again = 0;
    bight_http_range other[MOST];

    for (size_t i = 0; i < count; i++)
        size += (size_t)snprintf(text + size, sizeof(text) - size,
                                 "%" PRIu64 "-%" PRIu64 ",", ranges[i].first,
                                 ranges[i].last);
    assert(bight_http_range_parse(bight_bytes_of(text, size), length, other,
                                  count, &again) == BIGHT_HTTP_RANGES_GIVEN);
    assert(again == count);
    assert(memcmp(ranges, other, count * sizeof(*ranges)) == 0);
}

static void write_parts(const bight_http_range *ranges, size_t count,
                        uint64_t length)
{
    bight_bytes boundary = BIGHT_BYTES("b"), type = BIGHT_BYTES("c/d");
    uint64_t total = bight_http_byteranges_tail(boundary, NULL, 0);
    bool fits = true;
    char text[200];

    for (size_t i = 0; i < count; i++) {
        uint64_t more = bight_http_byteranges_head(boundary, type, ranges[i],
                                                   length, text, sizeof(text));
        assert(more < sizeof(text) && strlen(text) == more);
        fits = fits && ranges[i].last - ranges[i].first < UINT64_MAX / MOST / 2;
        total += more + (ranges[i].last - ranges[i].first + 1);
    }
    assert(!fits || bight_http_byteranges_size(boundary, type, ranges, count,
                                               length) == total);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bight_http_range ranges[MOST];
    size_t count = MOST + 1;

    if (size < 1 || size > 4096)
        return 0;
    size_t limit = data[0] / 8;
    uint64_t length = length_of(data[0]);
    bight_http_ranges found = bight_http_range_parse(
        bight_bytes_of(data + 1, size - 1), length, ranges, limit, &count);
    if (found == BIGHT_HTTP_RANGES_GIVEN) {
        assert(count >= 1 && count <= limit);
        judge(ranges, count, length);
        read_back(ranges, count, length);
        write_parts(ranges, count, length);
    } else {
        assert(count == MOST + 1);
    }
    return 0;
}
