/* SPDX-License-Identifier: MIT */
/* ctest: with tests/support/http_feed.c */
/* ctest: with tests/support/http_oracle.c */
/*
 * Heads of requests and responses: the same events for every split, and what is
 * accepted http-parser accepts, cut at the same octets. The first octet picks
 * the side and the limits, two more the splits; the rest is the input.
 */
#undef NDEBUG
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "http_feed.h"
#include "http_oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEAD 3

/* http-parser alone refuses what only begins like Transfer-Encoding, and an
 * HTAB behind a Content-Length. */
static bool is_excused(const struct bight__http_head *head, bight_bytes input)
{
    const bight_bytes prefix = BIGHT_BYTES("Transfer-Encoding");
    for (unsigned i = 0; i < head->field_count; i++) {
        const struct bight__http_field *field = &head->fields[i];
        bight_bytes name = bight__http_head_slice(head, field->name);
        if (name.size > prefix.size &&
            bight__http_text_equal(bight_bytes_head(name, prefix.size), prefix))
            return true;
    }
    return head->has_length && memchr(input.data, '\t', input.size) != NULL;
}

static void ask_oracle(const struct http_feed *feed, bight_bytes input)
{
    struct bight__http_reader reader;
    struct bight__http_head head;
    bight_bytes rest = input, data;
    bight__http_head_init(&head);
    bight__http_reader_init(&reader, feed->kind, feed->limits);
    if (bight__http_reader_step(&reader, &head, &rest, &data) ==
            BIGHT__HTTP_HEAD &&
        !is_excused(&head, input)) {
        assert(http_oracle_agrees(feed->kind == BIGHT__HTTP_RESPONSES, input,
                                  input.size - rest.size, &head));
    }
    bight__http_head_fini(&head);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEAD || size > 4096)
        return 0;
    bight_bytes input = bight_bytes_of(data + HEAD, size - HEAD);
    const struct http_feed feed = {
        .kind =
            (data[0] & 1) != 0 ? BIGHT__HTTP_RESPONSES : BIGHT__HTTP_REQUESTS,
        .limits = (data[0] & 2) != 0 ? &http_small_limits
                                     : &bight__http_default_limits,
    };
    struct http_events events =
        http_feed_all(&feed, input, data[1], 1U + data[2]);
    ask_oracle(&feed, input);
    http_events_fini(&events);
    return 0;
}
