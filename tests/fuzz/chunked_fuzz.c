/* SPDX-License-Identifier: MIT */
/* ctest: with tests/support/http_feed.c */
/* ctest: with tests/support/http_oracle.c */
/*
 * Chunked bodies: the same events for every split, and http-parser finds the
 * same body in what is accepted. The first octet picks the limits, two more the
 * splits; the rest follows the head of a request.
 */
#undef NDEBUG
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "http_feed.h"
#include "http_oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEAD 3

static const char start[] = "POST / HTTP/1.1\r\nHost: h\r\n"
                            "Transfer-Encoding: chunked\r\n\r\n";

/* "POST(body": trailers are http-parser's own affair. */
static void ask_oracle(const char *ours, bight_bytes input)
{
    size_t body = strcspn(ours, ";)");
    if (ours[body] == '\0')
        return;
    char *theirs = http_oracle(false, input);
    assert(strncmp(theirs, ours, body) == 0);
    assert(theirs[body] == ')' || theirs[body] == ' ');
    free(theirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct http_feed feed = {
        .kind = BIGHT__HTTP_REQUESTS,
        .limits = size > 0 && (data[0] & 1) != 0 ? &http_small_limits
                                                 : &bight__http_default_limits,
    };
    if (size < HEAD || size > 4096)
        return 0;
    size_t all = sizeof(start) - 1 + size - HEAD;
    char *input = malloc(all);
    assert(input != NULL);
    memcpy(input, start, sizeof(start) - 1);
    memcpy(input + sizeof(start) - 1, data + HEAD, size - HEAD);
    bight_bytes bytes = bight_bytes_of(input, all);
    struct http_events events =
        http_feed_all(&feed, bytes, sizeof(start) - 1 + data[1], 1U + data[2]);
    ask_oracle(events.text, bytes);
    http_events_fini(&events);
    free(input);
    return 0;
}
