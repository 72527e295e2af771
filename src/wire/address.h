/* SPDX-License-Identifier: MIT */
/* Addresses as the system and the connection block store them. */
#ifndef BIGHT_WIRE_ADDRESS_H
#define BIGHT_WIRE_ADDRESS_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include <bight/address.h>

/** The peer inside a connection's block: an address without its spare room. */
struct bight__peer {
    uint8_t family; /* bight_address_family */
    uint8_t spare;  /* the owner's to use; pack sets 0, unpack ignores it */
    uint16_t port;
    uint32_t scope;
    uint8_t ip[16]; /* UNIX: the credentials' bytes */
};

static_assert(sizeof(struct bight__peer) == 24, "24 bytes of every connection");

/** Any thread; never fails. */
void bight__peer_pack(const bight_address *address, struct bight__peer *ret);
void bight__peer_unpack(const struct bight__peer *peer, bight_address *ret);

/**
 * AF_INET, AF_INET6 and AF_UNIX (credentials not known: pid 0, uid and gid
 * UINT32_MAX) become addresses. INVALID for another family or a length too
 * short for its family (ret untouched). Any thread.
 */
bight_error bight__address_from_sockaddr(const struct sockaddr *from,
                                         socklen_t length, bight_address *ret);

/**
 * Fill ret, zeroed beyond the address, and return its length.
 * 0: the family has no sockaddr (NONE, UNIX, MEMORY; ret untouched).
 */
socklen_t bight__address_to_sockaddr(const bight_address *address,
                                     struct sockaddr_storage *ret);

/** RFC 4291 text without scope to 16 bytes; false: it is none. */
bool bight__address_parse_ipv6(bight_bytes text, uint8_t ret[16]);

/** A dotted quad without leading zeros to 4 bytes; false: it is none. */
bool bight__address_parse_ipv4(bight_bytes text, uint8_t ret[4]);

#endif
