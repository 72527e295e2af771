/* SPDX-License-Identifier: MIT */
/* Judges of output, written without the code that they judge. */
#ifndef BIGHT_TESTS_BASE_VALID_H
#define BIGHT_TESTS_BASE_VALID_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Is the line free of everything a terminal or a line reader would obey? */
static inline bool valid_plain(const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c == 0x7f)
            return false;
        if (c == 0xc2 && (unsigned char)text[1] < 0xa0)
            return false;
    }
    return true;
}

/* The length of a well-formed UTF-8 sequence other than ASCII; 0: none. */
static inline size_t valid_sequence(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    unsigned char low = 0x80, high = 0xbf;
    size_t size = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;

    if (s[0] < 0xc2 || s[0] > 0xf4)
        return 0;
    if (s[0] == 0xe0)
        low = 0xa0;
    if (s[0] == 0xed)
        high = 0x9f;
    if (s[0] == 0xf0)
        low = 0x90;
    if (s[0] == 0xf4)
        high = 0x8f;
    if (s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < size; i++) {
        if (s[i] < 0x80 || s[i] > 0xbf)
            return 0;
    }
    return size;
}

static inline bool valid_utf8(const char *text)
{
    while (*text) {
        size_t size = (unsigned char)*text < 0x80 ? 1 : valid_sequence(text);
        if (size == 0)
            return false;
        text += size;
    }
    return true;
}

/* Each of the following returns what comes after, NULL if it is not valid. */
static inline const char *valid_json_string(const char *at)
{
    if (*at++ != '"')
        return NULL;
    while (*at != '"') {
        if ((unsigned char)*at < 0x20)
            return NULL;
        if (*at == '\\' && at[1] == 'u') {
            if (strspn(at + 2, "0123456789abcdefABCDEF") < 4)
                return NULL;
            at += 6;
        } else if (*at == '\\') {
            if (!at[1] || !strchr("\"\\/bfnrt", at[1]))
                return NULL;
            at += 2;
        } else {
            at++;
        }
    }
    return at + 1;
}

static inline const char *valid_json_number(const char *at)
{
    size_t digits;

    at += *at == '-';
    digits = strspn(at, "0123456789");
    if (digits == 0 || (digits > 1 && *at == '0'))
        return NULL;
    at += digits;
    if (*at == '.') {
        digits = strspn(at + 1, "0123456789");
        at += 1 + digits;
        if (digits == 0)
            return NULL;
    }
    if (*at == 'e' || *at == 'E') {
        at += at[1] == '-' || at[1] == '+' ? 2 : 1;
        digits = strspn(at, "0123456789");
        at += digits;
        if (digits == 0)
            return NULL;
    }
    return at;
}

static inline const char *valid_json_scalar(const char *at)
{
    if (*at == '"')
        return valid_json_string(at);
    if (strncmp(at, "true", 4) == 0 || strncmp(at, "null", 4) == 0)
        return at + 4;
    if (strncmp(at, "false", 5) == 0)
        return at + 5;
    return valid_json_number(at);
}

/* One object of scalars, and nothing after it. */
static inline bool valid_json_line(const char *at)
{
    if (*at != '{')
        return false;
    do {
        at = valid_json_string(at + 1);
        if (!at || *at != ':')
            return false;
        at = valid_json_scalar(at + 1);
    } while (at && *at == ',');
    return at && at[0] == '}' && at[1] == '\0';
}

#endif
