/* SPDX-License-Identifier: MIT */
/* What tests need of lookups. */
#ifndef BIGHT_NET_LOOKUP_H
#define BIGHT_NET_LOOKUP_H

#include <netdb.h>

#include <bight/lookup.h>

/* So many addresses of a name are kept. */
#define BIGHT__LOOKUP_ADDRESSES_MAX 64

typedef int (*bight__getaddrinfo_fn)(const char *node, const char *service,
                                     const struct addrinfo *hints,
                                     struct addrinfo **ret_list);

/* Replaces getaddrinfo for lookups that start later; NULL restores it. Results
 * are freed with freeaddrinfo. Any thread. */
void bight__lookup_set_resolver(bight__getaddrinfo_fn fn);

#endif
