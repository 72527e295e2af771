/* SPDX-License-Identifier: MIT */
/* Parsing and formatting of plain values. */
#include "base/parse.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"

struct unit {
    const char *name;
    uint64_t factor;
};

/* Ascending; the first is what a number counts. */
static const struct unit sizes[] = {
    {"", 1},
    {"k", UINT64_C(1) << 10},
    {"M", UINT64_C(1) << 20},
    {"G", UINT64_C(1) << 30},
    {"T", UINT64_C(1) << 40},
};

static const struct unit durations[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static char lower(uint8_t c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool same_word(bight_bytes text, const char *word)
{
    bight_bytes other = bight_bytes_text(word);

    if (text.size != other.size)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (lower(text.data[i]) != lower(other.data[i]))
            return false;
    }
    return true;
}

static int32_t fault(struct bight__span *ret_fault, size_t start, size_t end,
                     bight_code code)
{
    ret_fault->start = start;
    ret_fault->length = end - start;
    return (int32_t)code;
}

/* How many digits `text` begins with; *ret saturates at UINT64_MAX and
 * *ret_overflow tells. */
static size_t take_digits(bight_bytes text, uint64_t *ret, bool *ret_overflow)
{
    uint64_t value = 0;
    size_t at = 0;

    *ret_overflow = false;
    for (; at < text.size; at++) {
        unsigned digit = text.data[at] - (unsigned)'0';
        if (digit > 9)
            break;
        if (value > (UINT64_MAX - digit) / 10)
            *ret_overflow = true;
        value = *ret_overflow ? UINT64_MAX : value * 10 + digit;
    }
    *ret = value;
    return at;
}

int32_t bight__parse_int(bight_bytes text, int64_t *ret,
                         struct bight__span *ret_fault)
{
    bool negative = text.size > 0 && text.data[0] == '-';
    size_t sign = negative || (text.size > 0 && text.data[0] == '+') ? 1 : 0;
    uint64_t most = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    uint64_t value;
    bool overflow;
    size_t at =
        sign + take_digits(bight_bytes_tail(text, sign), &value, &overflow);

    if (at == sign || at < text.size)
        return fault(ret_fault, at, text.size, BIGHT_ERROR_INVALID);
    if (overflow || value > most)
        return fault(ret_fault, 0, text.size, BIGHT_ERROR_RANGE);
    if (negative && value > 0)
        *ret = -(int64_t)(value - 1) - 1;
    else
        *ret = (int64_t)value;
    return 0;
}

/* NULL: there is no such unit. */
static const struct unit *find_unit(const struct unit *units, size_t count,
                                    bight_bytes name)
{
    for (size_t i = 0; i < count; i++) {
        if (same_word(name, units[i].name))
            return &units[i];
    }
    return NULL;
}

static int32_t parse_with_unit(bight_bytes text, const struct unit *units,
                               size_t count, uint64_t *ret,
                               struct bight__span *ret_fault)
{
    uint64_t value;
    bool overflow;
    size_t at = take_digits(text, &value, &overflow);
    bight_bytes name = bight_bytes_tail(text, at);
    const struct unit *unit = find_unit(units, count, name);

    if (value == 0 && name.size == 0)
        unit = &units[0];
    if (at == 0)
        return fault(ret_fault, 0, text.size, BIGHT_ERROR_INVALID);
    if (!unit)
        return fault(ret_fault, at, text.size, BIGHT_ERROR_INVALID);
    if (overflow || value > UINT64_MAX / unit->factor)
        return fault(ret_fault, 0, text.size, BIGHT_ERROR_RANGE);
    *ret = value * unit->factor;
    return 0;
}

int32_t bight__parse_size(bight_bytes text, uint64_t *ret,
                          struct bight__span *ret_fault)
{
    return parse_with_unit(text, sizes, COUNT(sizes), ret, ret_fault);
}

int32_t bight__parse_duration(bight_bytes text, uint64_t *ret,
                              struct bight__span *ret_fault)
{
    return parse_with_unit(text, durations, COUNT(durations), ret, ret_fault);
}

int32_t bight__parse_bool(bight_bytes text, bool *ret,
                          struct bight__span *ret_fault)
{
    static const char *const words[] = {"false", "no",  "off", "0",
                                        "true",  "yes", "on",  "1"};

    for (size_t i = 0; i < COUNT(words); i++) {
        if (same_word(text, words[i])) {
            *ret = i >= COUNT(words) / 2;
            return 0;
        }
    }
    return fault(ret_fault, 0, text.size, BIGHT_ERROR_INVALID);
}

/* The error of a code of the functions above, 0 included. */
static bight_error explain(int32_t code, bight_bytes text, const char *what,
                           const char *example)
{
    bight_error e = bight_error_make(code ? &bight_domain : NULL, code);
    char value[64];

    bight__text_quote(value, sizeof value, text);
    if (code == BIGHT_ERROR_RANGE)
        return bight_error_note(e, "'%s' is out of range", value);
    return bight_error_note(e, "'%s' is not a %s (%s)", value, what, example);
}

bight_error bight_parse_int(bight_bytes text, int64_t *ret)
{
    struct bight__span at;

    return explain(bight__parse_int(text, ret, &at), text, BIGHT__INT_WORDS);
}

bight_error bight_parse_size(bight_bytes text, uint64_t *ret_size)
{
    struct bight__span at;

    return explain(bight__parse_size(text, ret_size, &at), text,
                   BIGHT__SIZE_WORDS);
}

bight_error bight_parse_duration(bight_bytes text, uint64_t *ret_ms)
{
    struct bight__span at;

    return explain(bight__parse_duration(text, ret_ms, &at), text,
                   BIGHT__DURATION_WORDS);
}

bight_error bight_parse_bool(bight_bytes text, bool *ret)
{
    struct bight__span at;

    return explain(bight__parse_bool(text, ret, &at), text, BIGHT__BOOL_WORDS);
}

static size_t format_with_unit(uint64_t value, const struct unit *unit,
                               const struct unit *first, char *buf, size_t size)
{
    while (unit > first && value % unit->factor != 0)
        unit--;
    return (size_t)snprintf(buf, size, "%" PRIu64 "%s", value / unit->factor,
                            unit->name);
}

size_t bight_format_int(int64_t value, char *buf, size_t size)
{
    return (size_t)snprintf(buf, size, "%" PRId64, value);
}

size_t bight_format_size(uint64_t value, char *buf, size_t size)
{
    const struct unit *largest = &sizes[value ? COUNT(sizes) - 1 : 0];

    return format_with_unit(value, largest, sizes, buf, size);
}

size_t bight_format_duration(uint64_t ms, char *buf, size_t size)
{
    const struct unit *largest = &durations[ms ? COUNT(durations) - 1 : 1];

    return format_with_unit(ms, largest, durations, buf, size);
}

size_t bight_format_bool(bool value, char *buf, size_t size)
{
    return (size_t)snprintf(buf, size, "%s", value ? "true" : "false");
}
