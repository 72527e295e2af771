/* SPDX-License-Identifier: MIT */
/* Numbers as RESP3 writes them, whatever the locale. */
#include "number.h"

#include <locale.h>
#include <stdlib.h>

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

bool bight__redis_read_integer(bight_bytes text, int64_t *ret_integer)
{
    bool negative = text.size > 0 && text.data[0] == '-';
    bool sign = negative || (text.size > 0 && text.data[0] == '+');
    uint64_t limit = (uint64_t)INT64_MAX + negative, value = 0;
    if (text.size == (size_t)sign)
        return false;
    for (size_t i = sign; i < text.size; i++) {
        if (!is_digit(text.data[i]))
            return false;
        unsigned digit = text.data[i] - (unsigned)'0';
        if (value > (limit - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *ret_integer = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

/* How many bytes from `at` on are digits. */
static size_t digits(bight_bytes text, size_t at)
{
    size_t end = at;
    while (end < text.size && is_digit(text.data[end]))
        end++;
    return end - at;
}

static size_t sign_at(bight_bytes text, size_t at)
{
    return at < text.size && (text.data[at] == '-' || text.data[at] == '+');
}

bool bight__redis_is_big_number(bight_bytes text)
{
    size_t at = sign_at(text, 0);
    return at < text.size && at + digits(text, at) == text.size;
}

static bool is_named(bight_bytes text)
{
    bight_bytes rest = bight_bytes_tail(text, sign_at(text, 0));
    return bight_bytes_equal(rest, BIGHT_BYTES("inf")) ||
           bight_bytes_equal(rest, BIGHT_BYTES("nan"));
}

bool bight__redis_is_double(bight_bytes text)
{
    if (is_named(text))
        return true;
    size_t at = sign_at(text, 0);
    size_t whole = digits(text, at);
    at += whole;
    if (at < text.size && text.data[at] == '.') {
        size_t part = digits(text, at + 1);
        whole += part;
        at += 1 + part;
    }
    if (whole == 0)
        return false;
    if (at < text.size && (text.data[at] | 0x20) == 'e') {
        at += 1 + sign_at(text, at + 1);
        size_t exponent = digits(text, at);
        if (exponent == 0)
            return false;
        at += exponent;
    }
    return at == text.size;
}

bool bight__redis_read_double(bight_bytes text, double *ret_number)
{
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!bight__redis_is_double(text))
        return false;
    *ret_number = strtod_l((const char *)text.data, NULL, c);
    freelocale(c);
    return true;
}
