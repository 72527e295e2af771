/* SPDX-License-Identifier: MIT */
/* Dates: what parses is written and parses to the same; what is written from
 * any number parses to it. The first eight bytes are a clock and a number. */
#undef NDEBUG
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include <bight/http_date.h>

#define FIRST (-INT64_C(62167219200))
#define LAST INT64_C(253402300799)

static void round_trip(int64_t seconds, int64_t now)
{
    char text[BIGHT_HTTP_DATE_SIZE + 1];
    int64_t back;

    bight_http_date_format(seconds, text);
    assert(strlen(text) == BIGHT_HTTP_DATE_SIZE);
    bight_error e = bight_http_date_parse(bight_bytes_text(text), now, &back);
    assert(!bight_failed(e));
    assert(back == (seconds < FIRST ? FIRST : seconds > LAST ? LAST : seconds));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t now, seconds;

    if (size < sizeof(now) || size > 256)
        return 0;
    memcpy(&now, data, sizeof(now));
    round_trip(now, now);
    round_trip(now % (LAST + 1), now);
    /* the leap second of the last year is beyond it */
    if (!bight_failed(bight_http_date_parse(
            bight_bytes_of(data + sizeof(now), size - sizeof(now)), now,
            &seconds))) {
        assert(seconds >= FIRST && seconds <= LAST + 1);
        if (seconds <= LAST)
            round_trip(seconds, now);
    }
    return 0;
}
