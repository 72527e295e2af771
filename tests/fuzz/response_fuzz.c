/* SPDX-License-Identifier: MIT */
/* ctest: with tests/support/http_feed.c */
/*
 * Responses to GET, HEAD and CONNECT, several behind one another: the same
 * events for every split. The first octet picks what they answer and the
 * limits, two more the splits.
 */

#include "http_feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEAD 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEAD || size > 4096)
        return 0;
    const struct http_feed feed = {
        .kind = BIGHT__HTTP_RESPONSES,
        .head_request = (data[0] & 1) != 0,
        .connect = (data[0] & 2) != 0,
        .limits = (data[0] & 4) != 0 ? &http_small_limits : NULL,
    };
    struct http_events events = http_feed_all(
        &feed, bight_bytes_of(data + HEAD, size - HEAD), data[1], 1U + data[2]);
    http_events_fini(&events);
    return 0;
}
