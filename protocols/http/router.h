/* SPDX-License-Identifier: MIT */
/*
 * The tree of a router's routes: a level for each segment. A path is looked up
 * by going down it, and visits no node twice, for a node has one depth.
 */
#ifndef BIGHT_HTTP_ROUTER_INTERNAL_H
#define BIGHT_HTTP_ROUTER_INTERNAL_H

#include <bight/http_router.h>

struct bight__http_route {
    struct bight__http_route *next; /* of the same place */
    const char *method;             /* NULL: any */
    bight_http_handler_fn handler;
    void *ctx;
    const char *names[BIGHT_HTTP_ROUTE_VALUES]; /* of values, left to right */
    size_t name_count;
    char text[]; /* the method and the names, each with its NUL */
};

/* What may follow when the segments before have matched. */
struct bight__http_place {
    struct bight__http_place **literals; /* sorted by their text */
    size_t literal_count;
    struct bight__http_place *parameter; /* ":name" */
    struct bight__http_route *ends;      /* routes whose last segment it is */
    struct bight__http_route *rests;     /* routes that end in "*" here */
    bight_bytes text; /* of a literal, decoded; behind the struct */
};

struct bight__http_site {
    struct bight__http_site *next;
    struct bight__http_place *root;
    bight_bytes host; /* in lower case, behind the struct; empty: any */
};

struct bight_http_router {
    struct bight__http_site *sites;
    bight_http_handler_fn fallback;
    void *fallback_ctx;
};

/* -- route_tree.c --------------------------------------------------------- */

/* The place of such a literal; *ret_index is where it is or would be. */
bool bight__http_place_find(const struct bight__http_place *place,
                            bight_bytes segment, size_t *ret_index);
/* Adds the route; text is that of its pattern. */
bight_error bight__http_router_insert(bight_http_router *router,
                                      const char *pattern,
                                      struct bight__http_route *route);
void bight__http_site_free(struct bight__http_site *site);
/* The site of a host, without its port; NULL: there is none. */
struct bight__http_site *bight__http_site_find(const bight_http_router *router,
                                               bight_bytes host);

#endif
