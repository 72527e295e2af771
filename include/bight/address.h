/* SPDX-License-Identifier: MIT */
/* Where a peer or a port lives, as a small value: IP, UNIX or memory. */
#ifndef BIGHT_ADDRESS_H
#define BIGHT_ADDRESS_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/api.h>
#include <bight/bytes.h>
#include <bight/error.h>

BIGHT_BEGIN_DECLS

/** What kind of address it is; a zeroed address is NONE. */
typedef enum bight_address_family {
    BIGHT_ADDRESS_NONE = 0,
    BIGHT_ADDRESS_IPV4 = 1,
    BIGHT_ADDRESS_IPV6 = 2,
    BIGHT_ADDRESS_UNIX = 3,
    BIGHT_ADDRESS_MEMORY = 4
} bight_address_family;

/** Who is at the other end of a UNIX socket; uid UINT32_MAX: not known. */
typedef struct bight_credentials {
    int32_t pid;
    uint32_t uid;
    uint32_t gid;
} bight_credentials;

/**
 * A value to copy freely; it owns nothing. Unused fields are zero.
 * A UNIX path does not fit: as a peer, UNIX carries credentials only.
 */
typedef struct bight_address {
    bight_address_family family;
    uint16_t port;  /* IPv4, IPv6; in host order */
    uint16_t spare; /* zero */
    uint32_t scope; /* IPv6: the interface's index, or 0 */
    union {
        uint8_t ip[16];          /* network order; IPv4 uses the first 4 */
        bight_credentials creds; /* UNIX */
    };
    uint32_t reserved; /* zero */
} bight_address;

static_assert(sizeof(bight_address) == 32, "bight_address is part of the ABI");

/** Bytes that always hold a formatted address and its NUL. */
#define BIGHT_ADDRESS_TEXT_MAX 64

/**
 * Read an IP address without brackets: a dotted quad without leading zeros, or
 * IPv6 (RFC 4291) with an optional %scope, a number or an interface's name.
 * Any thread; only an interface's name asks the system, names never resolve.
 * INVALID: it is no address (ret untouched).
 */
BIGHT_API bight_error bight_address_parse_ip(bight_bytes text, uint16_t port,
                                             bight_address *ret);

/**
 * Write "127.0.0.1:80", "[fe80::1%2]:80" (RFC 5952), "unix:pid=12,uid=0",
 * "unix" (credentials not known), "memory" or "none".
 * Like snprintf: returns the length without the NUL, cuts to fit n, and buf
 * may be NULL when n is 0. Any thread.
 */
BIGHT_API size_t bight_address_format(const bight_address *address, char *buf,
                                      size_t n);

/** The same family and every field that the family uses. Any thread. */
BIGHT_API bool bight_address_equal(const bight_address *a,
                                   const bight_address *b);

/**
 * Is it 127.0.0.0/8, ::1, or the former inside ::ffff:0:0/96?
 * UNIX and MEMORY are not IP addresses: false. Any thread.
 */
BIGHT_API bool bight_address_is_loopback(const bight_address *address);

BIGHT_END_DECLS

#endif
