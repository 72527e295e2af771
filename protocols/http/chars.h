/* SPDX-License-Identifier: MIT */
/* Classes of octets, from the grammars of RFC 9110, 3986 and 6265. */
#ifndef BIGHT_HTTP_CHARS_H
#define BIGHT_HTTP_CHARS_H

#include <stdbool.h>
#include <stdint.h>

#include <bight/bytes.h>

enum {
    BIGHT__HTTP_TCHAR = 0x01,      /* of a token (RFC 9110, 5.6.2) */
    BIGHT__HTTP_UNRESERVED = 0x02, /* RFC 3986, 2.3 */
    BIGHT__HTTP_SUB_DELIM = 0x04,  /* RFC 3986, 2.2 */
    BIGHT__HTTP_TEXT = 0x08,       /* of a field's value (RFC 9110, 5.5) */
    BIGHT__HTTP_HEX = 0x10,
    BIGHT__HTTP_COOKIE = 0x20, /* cookie-octet (RFC 6265, 4.1.1) */
    BIGHT__HTTP_ETAG = 0x40,   /* etagc (RFC 9110, 8.8.3) */
    BIGHT__HTTP_ALNUM = 0x80
};

extern const uint8_t bight__http_chars[256];

static inline bool bight__http_is(uint8_t c, unsigned classes)
{
    return (bight__http_chars[c] & classes) != 0;
}

static inline bool bight__http_all(bight_bytes text, unsigned classes)
{
    for (size_t i = 0; i < text.size; i++) {
        if (!bight__http_is(text.data[i], classes))
            return false;
    }
    return true;
}

static inline bool bight__http_is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static inline bool bight__http_is_space(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static inline uint8_t bight__http_lower(uint8_t c)
{
    return (uint8_t)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* The value of a hexadecimal digit. */
static inline unsigned bight__http_hex(uint8_t c)
{
    return bight__http_is_digit(c) ? c - (unsigned)'0'
                                   : (c | 0x20u) - (unsigned)'a' + 10;
}

/* Drops spaces and tabs at the front. */
static inline void bight__http_skip_space(bight_bytes *text)
{
    while (text->size > 0 && bight__http_is_space(text->data[0]))
        *text = bight_bytes_tail(*text, 1);
}

/* Does the text begin with that octet? It is dropped. */
static inline bool bight__http_skip(bight_bytes *text, uint8_t c)
{
    if (text->size == 0 || text->data[0] != c)
        return false;
    *text = bight_bytes_tail(*text, 1);
    return true;
}

/* Takes what the front has of some classes. */
static inline bight_bytes bight__http_take(bight_bytes *text, unsigned classes)
{
    bight_bytes taken = bight_bytes_head(*text, 0);
    while (taken.size < text->size &&
           bight__http_is(text->data[taken.size], classes))
        taken.size++;
    *text = bight_bytes_tail(*text, taken.size);
    return taken;
}

/* Where the octet is, or the text's size. */
static inline size_t bight__http_find(bight_bytes text, uint8_t c)
{
    const uint8_t *found =
        text.size > 0 ? (const uint8_t *)memchr(text.data, c, text.size) : NULL;
    return found ? (size_t)(found - text.data) : text.size;
}

#endif
