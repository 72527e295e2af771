/* SPDX-License-Identifier: MIT */
/* What an octet may be part of. */
#ifndef BIGHT_HTTP_OCTETS_H
#define BIGHT_HTTP_OCTETS_H

#include <stdbool.h>
#include <stdint.h>

enum bight__http_octet {
    BIGHT__HTTP_TOKEN = 0x01,  /* tchar (RFC 9110, 5.6.2) */
    BIGHT__HTTP_TEXT = 0x02,   /* a field's value: HTAB, SP, VCHAR, obs-text */
    BIGHT__HTTP_URI = 0x04,    /* a target: pchar, "/", "?", "[", "]", "%" */
    BIGHT__HTTP_REG = 0x08,    /* reg-name (RFC 3986, 3.2.2), but for "%" */
    BIGHT__HTTP_HEX = 0x10,    /* HEXDIG, of either case */
    BIGHT__HTTP_QUOTED = 0x20, /* qdtext (RFC 9110, 5.6.4) */
    BIGHT__HTTP_PLAIN = 0x40   /* URI, but for "?" and "%" */
};

extern const uint8_t bight__http_octets[256];

static inline bool bight__http_is(uint8_t octet, enum bight__http_octet kind)
{
    return (bight__http_octets[octet] & kind) != 0;
}

/* The first octet from `p` that is not of that kind, or `end`. */
static inline const uint8_t *bight__http_skip(const uint8_t *p,
                                              const uint8_t *end,
                                              enum bight__http_octet kind)
{
    for (; end - p >= 4; p += 4) {
        if (!bight__http_is(p[0], kind))
            return p;
        if (!bight__http_is(p[1], kind))
            return p + 1;
        if (!bight__http_is(p[2], kind))
            return p + 2;
        if (!bight__http_is(p[3], kind))
            return p + 3;
    }
    while (p < end && bight__http_is(*p, kind))
        p++;
    return p;
}

#endif
