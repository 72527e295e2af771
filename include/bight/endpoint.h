/* SPDX-License-Identifier: MIT */
/* Endpoint descriptions: "tcp:127.0.0.1:8080", "unix:/run/x:mode=660". */
#ifndef BIGHT_ENDPOINT_H
#define BIGHT_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/api.h>
#include <bight/bytes.h>
#include <bight/deferred.h>
#include <bight/diagnostic.h>
#include <bight/error.h>
#include <bight/listener.h>

BIGHT_BEGIN_DECLS

/** Longest description, in bytes. */
#define BIGHT_ENDPOINT_TEXT_MAX 4096

/** A parsed description: immutable, so any number of threads may read it. */
typedef struct bight_endpoint bight_endpoint;

/** What the description is for: some arguments and keys exist on one side. */
typedef enum bight_endpoint_side {
    BIGHT_ENDPOINT_SERVER = 1,
    BIGHT_ENDPOINT_CLIENT = 2
} bight_endpoint_side;

/**
 * Parse "kind:args:key=value"; '\' escapes : \ = [ ] and IPv6 is in brackets.
 * Any thread; never touches the network or the file system. The caller frees.
 * INVALID: the note, and ret_diagnostic if not NULL, say what is wrong and
 * where. NO_MEMORY. On error *ret_endpoint is untouched, on success
 * *ret_diagnostic.
 */
BIGHT_API bight_error bight_endpoint_parse(bight_bytes text,
                                           bight_endpoint_side side,
                                           bight_endpoint **ret_endpoint,
                                           bight_diagnostic *ret_diagnostic);

/** Free it with everything inside; NULL is fine. */
BIGHT_API void bight_endpoint_free(bight_endpoint *endpoint);

/** A copy in which each level that may have a host, and has none, has this one:
 * what a program with a default wants. INVALID: it is no host; NO_MEMORY. The
 * caller frees. */
BIGHT_API bight_error bight_endpoint_with_host(const bight_endpoint *endpoint,
                                               const char *host,
                                               bight_endpoint **ret_endpoint);

/** The kind's name, "tcp"; all texts live as long as the endpoint. */
BIGHT_API const char *bight_endpoint_kind_name(const bight_endpoint *endpoint);

/** The side that it was parsed for. */
BIGHT_API bight_endpoint_side
bight_endpoint_get_side(const bight_endpoint *endpoint);

/** Name or address without brackets, as written; NULL when absent. */
BIGHT_API const char *bight_endpoint_host(const bight_endpoint *endpoint);

/** The port; 0 when absent. */
BIGHT_API uint16_t bight_endpoint_port(const bight_endpoint *endpoint);

/** The path of a UNIX socket; NULL when absent. */
BIGHT_API const char *bight_endpoint_path(const bight_endpoint *endpoint);

/** An argument ("name" of memory:NAME) or key as text; NULL when absent. */
BIGHT_API const char *bight_endpoint_value(const bight_endpoint *endpoint,
                                           const char *name);

/** yes or no, as bight_parse_bool reads it; if_absent without such a key. */
BIGHT_API bool bight_endpoint_bool(const bight_endpoint *endpoint,
                                   const char *name, bool if_absent);

/** A number; a mode is read as octal, a duration in ms with off as 0. */
BIGHT_API uint64_t bight_endpoint_uint(const bight_endpoint *endpoint,
                                       const char *name, uint64_t if_absent);

/** What a wrapper wraps, owned by it; NULL for a kind that wraps nothing. */
BIGHT_API const bight_endpoint *bight_endpoint_inner(
    const bight_endpoint *endpoint);

/**
 * Write the canonical description: parsing it gives an equal endpoint, and
 * formatting that the same text.
 * Like snprintf: returns the length without the NUL, cuts to fit n, and buf
 * may be NULL when n is 0. Any thread.
 */
BIGHT_API size_t bight_endpoint_format(const bight_endpoint *endpoint,
                                       char *buf, size_t n);

/* -- using one ------------------------------------------------------------ */

/**
 * Listens: the value is a bight_port (port.h), closed by its destructor. Errors
 * name the endpoint and the system's code. Borrows the endpoint and options for
 * the call; the factory, and what options lend, live until it has fired.
 * Cancelling gives up; the factory hears nothing afterwards (E1-E3).
 */
BIGHT_API bight_deferred *bight_endpoint_listen(
    bight_loop *loop, const bight_endpoint *endpoint,
    const bight_factory *factory, const bight_owner_options *options);

/**
 * Connects: the value is a bight_transport reference, whose destructor unrefs
 * and never closes (T7). The addresses of a name are tried in order under one
 * deadline, options->limits.connect_timeout_ms (E7); all failed: one error that
 * names each. A factory that refuses: REFUSED_BY_FACTORY. Cancelling stops it.
 */
BIGHT_API bight_deferred *bight_endpoint_connect(
    bight_loop *loop, const bight_endpoint *endpoint,
    const bight_factory *factory, const bight_owner_options *options);

/** Parses, then listens. An error: the description is malformed, there is no
 * Deferred and *ret_port is untouched (E1); any other is the Deferred's. */
BIGHT_API bight_error bight_listen(bight_loop *loop, const char *description,
                                   const bight_factory *factory,
                                   const bight_owner_options *options,
                                   bight_deferred **ret_port);

/** Parses, then connects; likewise. */
BIGHT_API bight_error bight_connect(bight_loop *loop, const char *description,
                                    const bight_factory *factory,
                                    const bight_owner_options *options,
                                    bight_deferred **ret_transport);

BIGHT_END_DECLS

#endif
