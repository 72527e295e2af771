/* SPDX-License-Identifier: MIT */
/* What an octet may be part of. */
#ifndef BIGHT_HTTP_OCTETS_H
#define BIGHT_HTTP_OCTETS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

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

#define BIGHT__HTTP_ONES 0x0101010101010101U

/* Not 0 if one of eight octets is below 0x20 or DEL; in memory's order the
 * first such octet has the lowest bit that is set. */
static inline uint64_t bight__http_controls(uint64_t octets)
{
    uint64_t low = (octets - BIGHT__HTTP_ONES * 0x20) & ~octets;
    uint64_t other = octets ^ (BIGHT__HTTP_ONES * 0x7f);
    return (low | ((other - BIGHT__HTTP_ONES) & ~other)) &
           (BIGHT__HTTP_ONES * 0x80);
}

static inline const uint8_t *bight__http_skip_text_singly(const uint8_t *p,
                                                          const uint8_t *end)
{
    while (p < end && bight__http_is(*p, BIGHT__HTTP_TEXT))
        p++;
    return p;
}

/* The first octet that TEXT does not have, or `end`: eight at a time, of which
 * the last eight may have been passed in part. An HTAB is a control that TEXT
 * has, so behind one it goes on singly. */
static inline const uint8_t *bight__http_skip_text(const uint8_t *p,
                                                   const uint8_t *end)
{
    if (end - p < 8)
        return bight__http_skip_text_singly(p, end);
    for (;;) {
        uint64_t octets;
        memcpy(&octets, p, sizeof(octets));
        uint64_t found = bight__http_controls(octets);
        if (found != 0) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
            p += __builtin_ctzll(found) / 8;
#endif
            return bight__http_skip_text_singly(p, end);
        }
        if (end - p == 8)
            return end;
        p = end - p >= 16 ? p + 8 : end - 8;
    }
}

#endif
