/* SPDX-License-Identifier: MIT */
/* Fields stand between ':'; '\' and '[ ]' take that meaning away. */
#include "endpoint/scan.h"

#include <stdarg.h>

#include "base/text.h"

#define NONE SIZE_MAX

bool bight__endpoint_scan_fail(struct bight__endpoint_scan *s, size_t start,
                               size_t end, const char *format, ...)
{
    bight_diagnostic *d = s->diagnostic;
    va_list values;
    va_start(values, format);
    bight__text_vformat(d->message, sizeof(d->message), format, values);
    va_end(values);
    d->start = start;
    d->length = end - start;
    d->hint[0] = '\0';
    return false;
}

struct bight__endpoint_quote bight__endpoint_quote(bight_bytes bytes)
{
    struct bight__endpoint_quote quote;
    bight__text_quote(quote.text, sizeof(quote.text), bytes);
    return quote;
}

bight_bytes bight__endpoint_scan_slice(const struct bight__endpoint_scan *s,
                                       size_t start, size_t end)
{
    return bight_bytes_of(s->text.data + start, end - start);
}

bool bight__endpoint_scan_check(struct bight__endpoint_scan *s, size_t max)
{
    if (s->text.size == 0)
        return bight__endpoint_scan_fail(s, 0, 0, "the description is empty");
    if (s->text.size > max)
        return bight__endpoint_scan_fail(
            s, max, s->text.size, "a description has at most %zu bytes", max);
    for (size_t i = 0; i < s->text.size; i++) {
        uint8_t c = s->text.data[i];
        if (c < 0x20 || c == 0x7f)
            return bight__endpoint_scan_fail(s, i, i + 1,
                                             "control character 0x%02x", c);
    }
    return true;
}

static bool is_escape(uint8_t c)
{
    return c == ':' || c == '\\' || c == '=' || c == '[' || c == ']';
}

static bool bad_escape(struct bight__endpoint_scan *s, size_t at)
{
    size_t end = at + 2 < s->text.size ? at + 2 : s->text.size;
    bight_bytes escape = bight__endpoint_scan_slice(s, at, end);
    (void)bight__endpoint_scan_fail(s, at, end, "'%s' is not an escape",
                                    bight__endpoint_quote(escape).text);
    bight_diagnostic_hint(s->diagnostic, "write \\\\ for one \\");
    return false;
}

static bool open_bracket(struct bight__endpoint_scan *s, size_t at)
{
    (void)bight__endpoint_scan_fail(s, at, at + 1, "this '[' has no ']'");
    bight_diagnostic_hint(s->diagnostic,
                          "write \\[ unless it opens an IPv6 address");
    return false;
}

bool bight__endpoint_scan_field(struct bight__endpoint_scan *s,
                                struct bight__endpoint_span *ret)
{
    size_t i = s->at, value = s->at, open = NONE, equals = NONE;
    if (s->at == s->text.size)
        return bight__endpoint_scan_fail(s, s->at - 1, s->at,
                                         "nothing follows this ':'");
    for (; i < s->text.size; i++) {
        uint8_t c = s->text.data[i];
        if (c == '\\') {
            if (i + 1 == s->text.size || !is_escape(s->text.data[i + 1]))
                return bad_escape(s, i);
            i++;
        } else if (open != NONE) {
            open = c == ']' ? NONE : open;
        } else if (c == '[' && i == value) {
            open = i;
        } else if (c == ':') {
            break;
        } else if (c == '=' && equals == NONE) {
            equals = i;
            value = i + 1;
        }
    }
    if (open != NONE)
        return open_bracket(s, open);
    ret->start = s->at;
    ret->end = i;
    ret->equals = equals == NONE ? BIGHT__ENDPOINT_NO_KEY : equals;
    return true;
}

void bight__endpoint_scan_pass(struct bight__endpoint_scan *s, size_t end)
{
    s->done = end == s->text.size;
    s->at = s->done ? end : end + 1;
}

size_t bight__endpoint_scan_word(const struct bight__endpoint_scan *s,
                                 size_t start)
{
    size_t end = start;
    while (end < s->text.size && s->text.data[end] != ':')
        end++;
    return end;
}

static bool is_number(const struct bight__endpoint_scan *s, size_t start,
                      size_t end)
{
    for (size_t i = start; i < end; i++) {
        if (s->text.data[i] < '0' || s->text.data[i] > '9')
            return false;
    }
    return start < end;
}

bool bight__endpoint_scan_is_bare(const struct bight__endpoint_scan *s)
{
    size_t end = bight__endpoint_scan_word(s, s->at);
    if (end == s->at)
        return false;
    if (s->text.data[s->at] == '[' || is_number(s, s->at, end))
        return true;
    if (end == s->text.size)
        return false;
    return is_number(s, end + 1, bight__endpoint_scan_word(s, end + 1));
}

bool bight__endpoint_scan_unwrap(struct bight__endpoint_scan *s,
                                 struct bight__endpoint_span *span)
{
    size_t close = span->start + 1;
    while (s->text.data[close] != ']')
        close += s->text.data[close] == '\\' ? 2 : 1;
    size_t rest = close + 1;
    if (rest != span->end) {
        bight_bytes more = bight__endpoint_scan_slice(s, rest, span->end);
        return bight__endpoint_scan_fail(s, rest, span->end, "'%s' follows ']'",
                                         bight__endpoint_quote(more).text);
    }
    span->start++;
    span->end = close;
    return true;
}

char *bight__endpoint_scan_copy(const struct bight__endpoint_scan *s,
                                const struct bight__endpoint_span *span,
                                char *to)
{
    for (size_t i = span->start; i < span->end; i++) {
        if (s->text.data[i] == '\\')
            i++;
        *to++ = (char)s->text.data[i];
    }
    *to++ = '\0';
    return to;
}
