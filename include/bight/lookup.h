/* SPDX-License-Identifier: MIT */
/** @file
 * Names to addresses, as the system resolves them, without blocking the loop.
 */
#ifndef BIGHT_LOOKUP_H
#define BIGHT_LOOKUP_H

#include <stddef.h>
#include <stdint.h>

#include <bight/address.h>
#include <bight/api.h>
#include <bight/error.h>
#include <bight/loop.h>

BIGHT_BEGIN_DECLS

typedef struct bight_lookup bight_lookup;

/** On success at least one address, in the system's order of preference, lent
 * for the length of the call. The lookup is gone once it returned. */
typedef void (*bight_lookup_fn)(void *ctx, bight_error error,
                                const bight_address *addresses, size_t count);

/** The codes of getaddrinfo: EAI_NONAME, EAI_AGAIN, ... */
extern BIGHT_API const bight_error_domain bight_dns_domain;

/**
 * Calls `fn` once, soon, with the addresses of `host`, their port set; a
 * numeric host needs no thread. Copies its inputs. `ret_lookup` may be NULL.
 * INVALID: no host name can be so long. BUSY: too many wait; CLOSED, NO_MEMORY.
 */
BIGHT_API bight_error bight_lookup_start(bight_loop *loop, const char *host,
                                         uint16_t port, bight_lookup_fn fn,
                                         void *ctx, bight_lookup **ret_lookup);

/** Forgets it: `fn` gets CANCELLED soon, whatever the system's resolver is
 * still waiting for. Does nothing from inside `fn`. NULL is fine. */
BIGHT_API void bight_lookup_cancel(bight_lookup *lookup);

BIGHT_END_DECLS

#endif
