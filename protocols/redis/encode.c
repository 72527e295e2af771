/* SPDX-License-Identifier: MIT */
/* Encoding commands. */
#include "encode.h"

#include <string.h>
#include <strings.h>

/* '$' or '*', 20 digits, and two ends of lines. */
#define AROUND 25

size_t bight__redis_encoded_room(const bight_bytes *arguments, size_t count)
{
    size_t room = AROUND;
    for (size_t i = 0; i < count; i++) {
        if (arguments[i].size > SIZE_MAX / 2 - room)
            return 0;
        room += AROUND + arguments[i].size;
    }
    return room;
}

static uint8_t *put_number(uint8_t *to, uint8_t kind, size_t number)
{
    uint8_t digits[20];
    size_t first = sizeof(digits);
    *to++ = kind;
    if (number < 10) {
        *to++ = (uint8_t)('0' + number);
    } else {
        for (; number > 0; number /= 10)
            digits[--first] = (uint8_t)('0' + number % 10);
        memcpy(to, digits + first, sizeof(digits) - first);
        to += sizeof(digits) - first;
    }
    *to++ = '\r';
    *to++ = '\n';
    return to;
}

size_t bight__redis_encode(uint8_t *to, const bight_bytes *arguments,
                           size_t count)
{
    uint8_t *at = put_number(to, '*', count);
    for (size_t i = 0; i < count; i++) {
        size_t size = arguments[i].size;
        at = put_number(at, '$', size);
        if (size > 0)
            memcpy(at, arguments[i].data, size);
        at += size;
        *at++ = '\r';
        *at++ = '\n';
    }
    return (size_t)(at - to);
}

static bool is_word(bight_bytes text, const char *word)
{
    return text.size == strlen(word) &&
           strncasecmp((const char *)text.data, word, text.size) == 0;
}

bool bight__redis_changes_mode(const bight_bytes *arguments, size_t count)
{
    static const char *const words[] = {
        "subscribe",  "unsubscribe",  "psubscribe", "punsubscribe",
        "ssubscribe", "sunsubscribe", "monitor",    "hello",
        "reset",      "sync",         "psync",      "quit"};
    static const uint32_t initials = 1u << ('s' - 'a') | 1u << ('u' - 'a') |
                                     1u << ('p' - 'a') | 1u << ('m' - 'a') |
                                     1u << ('h' - 'a') | 1u << ('r' - 'a') |
                                     1u << ('q' - 'a') | 1u << ('c' - 'a');
    bight_bytes name = arguments[0];
    unsigned initial = name.size > 3 ? (name.data[0] | 0x20u) - 'a' : 32;
    if (initial >= 32 || (initials >> initial & 1) == 0)
        return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (words[i][0] == (char)(name.data[0] | 0x20) &&
            is_word(name, words[i]))
            return true;
    return count > 1 && is_word(name, "client") &&
           is_word(arguments[1], "reply");
}
