/* SPDX-License-Identifier: MIT */
/** @file
 * A router: which handler answers a request, by its host, path and method.
 */
#ifndef BIGHT_HTTP_ROUTER_H
#define BIGHT_HTTP_ROUTER_H

#include <bight/http_exchange.h>

BIGHT_BEGIN_DECLS

/*
 * A pattern is [HOST]/SEGMENT/SEGMENT... A segment is a literal, ":name", which
 * takes one that is not empty, or at the end "*" or "*name", which takes the
 * rest of the path, slashes and all, and may take nothing: so what ends in "*"
 * is a prefix. Literals are percent-coded where they must be ("%3A" for a
 * colon), and compared decoded; a coded slash never ends a segment. A host
 * stands without a port.
 *
 * Of the routes that match, the most specific wins: one with the host before
 * one without, then from the left a literal before ":name" before "*". One that
 * does not have the method is passed over.
 */

/** The most ":name" and "*" of one pattern. */
#define BIGHT_HTTP_ROUTE_VALUES 8
/** The most segments of one. */
#define BIGHT_HTTP_ROUTE_SEGMENTS 64

/** One route. */
typedef struct bight_http_resource {
    const char *method;  /**< "GET", which has HEAD with it; NULL: any */
    const char *pattern; /**< "/users/:id" */
    bight_http_handler_fn handler;
} bight_http_resource;

/** Read by any number of servers once it is made; one thread at a time while
 * routes are added. */
typedef struct bight_http_router bight_http_router;

/** Freed by the caller, after the servers that use it. NO_MEMORY. */
BIGHT_API bight_error bight_http_router_new(bight_http_router **ret_router);

/** Adds a route. Texts are copied; `ctx`, the handler's, is lent. INVALID, with
 * a note: a pattern that is none, a method that is no token, or there is a
 * route for the same already. NO_MEMORY. */
BIGHT_API bight_error bight_http_router_add(bight_http_router *router,
                                            const char *method,
                                            const char *pattern,
                                            bight_http_handler_fn handler,
                                            void *ctx);

/** Adds a table of them, all with the same `ctx`; stops at the first that
 * fails. */
BIGHT_API bight_error bight_http_router_add_all(
    bight_http_router *router, const bight_http_resource *resources,
    size_t count, void *ctx);

/** Answers what no route matches; NULL, as at first: 404. */
BIGHT_API void bight_http_router_set_fallback(bight_http_router *router,
                                              bight_http_handler_fn handler,
                                              void *ctx);

/**
 * The handler of a server whose `ctx` is a router, or of a route of another
 * one. The handler that it finds gets the values by bight_http_path_value, "*"
 * being the name of a rest without one. What has the path but not the method is
 * answered 405, an OPTIONS 204, both with Allow.
 */
BIGHT_API bight_deferred *bight_http_route(void *router,
                                           bight_http_exchange *x);

/** NULL is fine. */
BIGHT_API void bight_http_router_free(bight_http_router *router);

BIGHT_END_DECLS

#endif
