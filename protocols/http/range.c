/* SPDX-License-Identifier: MIT */
/* Range and Content-Range (RFC 9110, 14), multipart/byteranges. */
#include <bight/http_range.h>

#include <bight/http_token.h>

#include "chars.h"
#include "put.h"

/* Takes digits from the front; the number saturates. */
static bool take_number(bight_bytes *text, uint64_t *ret)
{
    uint64_t number = 0;
    size_t digits = 0;
    for (; digits < text->size; digits++) {
        unsigned digit = text->data[digits] - (unsigned)'0';
        if (digit > 9)
            break;
        number = number > (UINT64_MAX - digit) / 10 ? UINT64_MAX
                                                    : number * 10 + digit;
    }
    *text = bight_bytes_tail(*text, digits);
    *ret = number;
    return digits > 0;
}

/* The answer for one range-spec: GIVEN, OUTSIDE, or IGNORED for what is none.
 */
static bight_http_ranges parse_spec(bight_bytes text, uint64_t length,
                                    bight_http_range *range)
{
    uint64_t first, last;
    bool suffix = !take_number(&text, &first);
    if (!bight__http_skip(&text, '-'))
        return BIGHT_HTTP_RANGES_IGNORED;
    bool closed = take_number(&text, &last);
    if (text.size > 0 || (suffix && !closed) ||
        (!suffix && closed && last < first))
        return BIGHT_HTTP_RANGES_IGNORED;
    if (suffix ? last == 0 : first >= length)
        return BIGHT_HTTP_RANGES_OUTSIDE;
    range->first = suffix ? length - (last < length ? last : length) : first;
    range->last = suffix || !closed || last >= length ? length - 1 : last;
    return BIGHT_HTTP_RANGES_GIVEN;
}

static bool touch(bight_http_range a, bight_http_range b)
{
    return a.first <= b.last + 1 && b.first <= a.last + 1;
}

/* Adds a range, or widens the first one that it touches by it and by all others
 * that then touch it. */
static size_t add(bight_http_range *ranges, size_t count,
                  bight_http_range range)
{
    size_t place = count, kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (touch(ranges[i], range)) {
            if (ranges[i].first < range.first)
                range.first = ranges[i].first;
            if (ranges[i].last > range.last)
                range.last = ranges[i].last;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (!touch(ranges[i], range))
            ranges[kept++] = ranges[i];
        else if (place == count)
            place = kept++;
    }
    if (place == count)
        place = kept++;
    ranges[place] = range;
    return kept;
}

/* What stands behind "bytes=", if it does. */
static bool take_unit(bight_bytes *field)
{
    bight_bytes unit = bight__http_take(field, BIGHT__HTTP_TCHAR);
    return bight_http_same(unit, BIGHT_BYTES("bytes")) &&
           bight__http_skip(field, '=');
}

bight_http_ranges bight_http_range_parse(bight_bytes field, uint64_t length,
                                         bight_http_range *ranges, size_t limit,
                                         size_t *ret_count)
{
    size_t count = 0, seen = 0;
    bool empty = false;
    bight_bytes spec;
    if (!take_unit(&field))
        return BIGHT_HTTP_RANGES_IGNORED;
    for (; bight_http_list_next(&field, &spec); seen++) {
        bight_http_range range;
        bight_http_ranges found;
        if (seen == limit)
            return BIGHT_HTTP_RANGES_TOO_MANY;
        found = parse_spec(spec, length, &range);
        if (found == BIGHT_HTTP_RANGES_IGNORED)
            return found;
        if (found == BIGHT_HTTP_RANGES_GIVEN && length > 0)
            count = add(ranges, count, range);
        empty = empty || (found == BIGHT_HTTP_RANGES_GIVEN && length == 0);
    }
    if (seen == 0 || empty)
        return BIGHT_HTTP_RANGES_IGNORED;
    if (count == 0)
        return BIGHT_HTTP_RANGES_OUTSIDE;
    *ret_count = count;
    return BIGHT_HTTP_RANGES_GIVEN;
}

/* -- what is sent --------------------------------------------------------- */

static void put_content_range(struct bight__http_put *out,
                              const bight_http_range *range, uint64_t length)
{
    bight__http_put(out, BIGHT_BYTES("bytes "));
    if (range) {
        bight__http_put_number(out, range->first);
        bight__http_put_char(out, '-');
        bight__http_put_number(out, range->last);
    } else {
        bight__http_put_char(out, '*');
    }
    bight__http_put_char(out, '/');
    bight__http_put_number(out, length);
}

size_t bight_http_content_range_format(const bight_http_range *range,
                                       uint64_t length, char *buf, size_t size)
{
    struct bight__http_put out = {buf, size, 0};
    put_content_range(&out, range, length);
    return bight__http_put_end(&out);
}

size_t bight_http_byteranges_head(bight_bytes boundary, bight_bytes type,
                                  bight_http_range range, uint64_t length,
                                  char *buf, size_t size)
{
    struct bight__http_put out = {buf, size, 0};
    bight__http_put(&out, BIGHT_BYTES("\r\n--"));
    bight__http_put(&out, boundary);
    if (type.size > 0) {
        bight__http_put(&out, BIGHT_BYTES("\r\nContent-Type: "));
        bight__http_put(&out, type);
    }
    bight__http_put(&out, BIGHT_BYTES("\r\nContent-Range: "));
    put_content_range(&out, &range, length);
    bight__http_put(&out, BIGHT_BYTES("\r\n\r\n"));
    return bight__http_put_end(&out);
}

size_t bight_http_byteranges_tail(bight_bytes boundary, char *buf, size_t size)
{
    struct bight__http_put out = {buf, size, 0};
    bight__http_put(&out, BIGHT_BYTES("\r\n--"));
    bight__http_put(&out, boundary);
    bight__http_put(&out, BIGHT_BYTES("--\r\n"));
    return bight__http_put_end(&out);
}

static uint64_t plus(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

uint64_t bight_http_byteranges_size(bight_bytes boundary, bight_bytes type,
                                    const bight_http_range *ranges,
                                    size_t count, uint64_t length)
{
    uint64_t total = bight_http_byteranges_tail(boundary, NULL, 0);
    for (size_t i = 0; i < count; i++) {
        total = plus(total, bight_http_byteranges_head(
                                boundary, type, ranges[i], length, NULL, 0));
        total = plus(total, ranges[i].last - ranges[i].first);
        total = plus(total, 1);
    }
    return total;
}
