/* SPDX-License-Identifier: MIT */
/*
 * Routers. The lookup goes down the tree of routes with the segments of the
 * path, still coded; at each node literals come before the parameter, and that
 * before the rest. Whatever has the path but not the method is remembered for
 * Allow, and passed over.
 */
#include "router.h"

#include <bight/alloc.h>
#include <bight/http_token.h>
#include <bight/http_url.h>

#include "put.h"
#include "server.h"

/* Methods of one answer; more are left out of its Allow. */
#define ALLOW_MAX 32

struct lookup {
    bight_bytes method;
    bool heads;   /* what answers GET answers this HEAD */
    bool options; /* as is: nobody answers it in our place */
    bight_bytes values[BIGHT_HTTP_ROUTE_VALUES];
    size_t value_count;
    const char *allowed[ALLOW_MAX];
    size_t allowed_count;
};

_Static_assert(BIGHT_HTTP_ROUTE_VALUES <= BIGHT__HTTP_VALUES,
               "an exchange has room for what a pattern takes");

/* -- looking up ----------------------------------------------------------- */

static void allow(struct lookup *l, const char *method)
{
    for (size_t i = 0; i < l->allowed_count; i++) {
        if (strcmp(l->allowed[i], method) == 0)
            return;
    }
    if (l->allowed_count < ALLOW_MAX)
        l->allowed[l->allowed_count++] = method;
}

static const struct bight__http_route *choose(
    struct lookup *l, const struct bight__http_route *routes)
{
    const struct bight__http_route *found = NULL;
    for (const struct bight__http_route *r = routes; r != NULL; r = r->next) {
        if (r->method == NULL) {
            found = found != NULL ? found : r;
        } else if (bight_bytes_equal(l->method, bight_bytes_text(r->method))) {
            return r;
        } else {
            allow(l, r->method);
            if (l->heads && strcmp(r->method, "GET") == 0)
                found = r;
        }
    }
    return found;
}

/* Takes the next segment; false: it was the last. */
static bool take_segment(bight_bytes *path, bight_bytes *ret_segment)
{
    const uint8_t *slash =
        path->size > 0 ? memchr(path->data, '/', path->size) : NULL;
    size_t size = slash != NULL ? (size_t)(slash - path->data) : path->size;
    *ret_segment = bight_bytes_head(*path, size);
    *path = bight_bytes_tail(*path, slash != NULL ? size + 1 : size);
    return slash != NULL;
}

static const struct bight__http_route *descend(
    struct lookup *l, const struct bight__http_place *place, bight_bytes path);

static const struct bight__http_route *enter(
    struct lookup *l, const struct bight__http_place *place, bight_bytes path,
    bool more)
{
    return more ? descend(l, place, path) : choose(l, place->ends);
}

/* As deep as a pattern has segments. */
static const struct bight__http_route *descend(
    struct lookup *l, const struct bight__http_place *place, bight_bytes path)
{
    const struct bight__http_route *found = NULL;
    size_t count = l->value_count;
    bight_bytes segment;
    bight_bytes behind = path;
    bool more = take_segment(&behind, &segment);
    size_t at;
    if (bight__http_place_find(place, segment, &at))
        found = enter(l, place->literals[at], behind, more);
    if (found == NULL && place->parameter != NULL && segment.size > 0) {
        l->values[l->value_count++] = segment;
        found = enter(l, place->parameter, behind, more);
    }
    if (found == NULL && place->rests != NULL) {
        l->value_count = count;
        l->values[l->value_count++] = path;
        found = choose(l, place->rests);
    }
    if (found == NULL)
        l->value_count = count;
    return found;
}

static bight_bytes host_of(const bight_http_exchange *x)
{
    bight_bytes host = bight_http_host(x);
    uint16_t port;
    if (bight_failed(bight_http_url_parse_host(host, &host, &port)))
        return bight_bytes_of(NULL, 0);
    if (host.size > 1 && host.data[host.size - 1] == '.')
        host.size--;
    return host;
}

static const struct bight__http_route *look_up(const bight_http_router *router,
                                               struct lookup *l,
                                               const bight_http_exchange *x)
{
    bight_bytes path = bight_http_path(x);
    bight_bytes host = host_of(x);
    const struct bight__http_site *sites[] = {
        host.size > 0 ? bight__http_site_find(router, host) : NULL,
        bight__http_site_find(router, bight_bytes_of(NULL, 0))};
    const struct bight__http_route *found = NULL;
    if (path.size == 0 || path.data[0] != '/')
        return NULL;
    path = bight_bytes_tail(path, 1);
    for (size_t i = 0; i < 2 && found == NULL; i++) {
        if (sites[i] != NULL)
            found = descend(l, sites[i]->root, path);
    }
    return found;
}

/* -- answering ------------------------------------------------------------ */

/* What is in no head, as the "/" of a target without a path, is empty. */
static void set_values(bight_http_exchange *x, const struct lookup *l,
                       const struct bight__http_route *route)
{
    const uint8_t *bytes = x->head.bytes;
    x->value_count = 0;
    for (size_t i = 0; i < route->name_count; i++) {
        bight_bytes value = l->values[i];
        bool inside = value.size > 0;
        x->values[i].name = route->names[i];
        x->values[i].value = (struct bight__http_slice){
            .at = inside ? (uint32_t)(value.data - bytes) : 0,
            .size = (uint32_t)value.size};
        x->value_count++;
    }
}

static void put_allowed(struct bight__http_put *out, const char *method)
{
    if (out->length > 0)
        bight__http_put(out, BIGHT_BYTES(", "));
    bight__http_put(out, bight_bytes_text(method));
}

/* RFC 9110, 10.2.1. */
static bight_error set_allow(bight_http_exchange *x, struct lookup *l)
{
    char text[ALLOW_MAX * 16];
    struct bight__http_put out = {.buf = text, .size = sizeof(text)};
    allow(l, "OPTIONS");
    for (size_t i = 0; i < l->allowed_count; i++) {
        put_allowed(&out, l->allowed[i]);
        if (strcmp(l->allowed[i], "GET") == 0)
            put_allowed(&out, "HEAD");
    }
    return bight_http_set_field(
        x, "Allow",
        bight_bytes_of(text, out.length < out.size ? out.length : out.size));
}

static bight_deferred *refuse_method(bight_http_exchange *x, struct lookup *l)
{
    bight_error error = set_allow(x, l);
    if (bight_failed(error))
        return bight_deferred_rejected(bight_http_loop(x), error);
    if (l->options)
        bight_http_answer(x, 204, NULL, bight_bytes_of(NULL, 0));
    else
        bight_http_fail(x, 405);
    return NULL;
}

bight_deferred *bight_http_route(void *ctx, bight_http_exchange *x)
{
    const bight_http_router *router = ctx;
    struct lookup l = {.method = bight_http_method(x)};
    l.heads = bight_bytes_equal(l.method, BIGHT_BYTES("HEAD"));
    l.options = bight_bytes_equal(l.method, BIGHT_BYTES("OPTIONS"));
    const struct bight__http_route *route = look_up(router, &l, x);
    if (route != NULL) {
        set_values(x, &l, route);
        return route->handler(route->ctx, x);
    }
    bool server =
        l.options && bight_bytes_equal(bight_http_path(x), BIGHT_BYTES("*"));
    if (l.allowed_count > 0 || server)
        return refuse_method(x, &l);
    if (router->fallback != NULL)
        return router->fallback(router->fallback_ctx, x);
    bight_http_fail(x, 404);
    return NULL;
}

/* -- making --------------------------------------------------------------- */

bight_error bight_http_router_new(bight_http_router **ret_router)
{
    bight_http_router *router = bight_zalloc(sizeof(*router));
    if (router == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    *ret_router = router;
    return bight_ok();
}

/* ":name", "*name" and "*": copied to `to`; returns what is behind them. */
static char *copy_names(struct bight__http_route *route, const char *pattern,
                        char *to)
{
    for (const char *at = strchr(pattern, '/'); at != NULL;
         at = strchr(at, '/')) {
        at++;
        if (*at != ':' && *at != '*')
            continue;
        const char *name = at[0] == '*' && at[1] == '\0' ? at : at + 1;
        size_t size = strcspn(name, "/");
        if (route->name_count < BIGHT_HTTP_ROUTE_VALUES)
            route->names[route->name_count] = to;
        route->name_count++;
        memcpy(to, name, size);
        to[size] = '\0';
        to += size + 1;
    }
    return to;
}

static const char *fault_of(const struct bight__http_route *route)
{
    if (route->method != NULL &&
        !bight_http_is_token(bight_bytes_text(route->method)))
        return "its method is no token";
    if (route->name_count > BIGHT_HTTP_ROUTE_VALUES)
        return "it has too many values";
    for (size_t i = 0; i < route->name_count; i++) {
        if (route->names[i][0] == '\0')
            return "a value has no name";
        for (size_t j = 0; j < i; j++) {
            if (strcmp(route->names[i], route->names[j]) == 0)
                return "two values have one name";
        }
    }
    return NULL;
}

/* Names with their NULs are no longer than the pattern. */
static struct bight__http_route *make_route(const char *method,
                                            const char *pattern)
{
    size_t method_size = method != NULL ? strlen(method) + 1 : 0;
    struct bight__http_route *route =
        bight_zalloc(sizeof(*route) + method_size + strlen(pattern) + 2);
    if (route == NULL)
        return NULL;
    if (method != NULL) {
        memcpy(route->text, method, method_size);
        route->method = route->text;
    }
    (void)copy_names(route, pattern, route->text + method_size);
    return route;
}

bight_error bight_http_router_add(bight_http_router *router, const char *method,
                                  const char *pattern,
                                  bight_http_handler_fn handler, void *ctx)
{
    struct bight__http_route *route = make_route(method, pattern);
    if (route == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    route->handler = handler;
    route->ctx = ctx;
    const char *fault = fault_of(route);
    bight_error error =
        fault != NULL ? bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                         "route '%.200s': %s", pattern, fault)
                      : bight__http_router_insert(router, pattern, route);
    if (bight_failed(error))
        bight_free(route);
    return error;
}

bight_error bight_http_router_add_all(bight_http_router *router,
                                      const bight_http_resource *resources,
                                      size_t count, void *ctx)
{
    for (size_t i = 0; i < count; i++) {
        bight_error error = bight_http_router_add(router, resources[i].method,
                                                  resources[i].pattern,
                                                  resources[i].handler, ctx);
        if (bight_failed(error))
            return error;
    }
    return bight_ok();
}

void bight_http_router_set_fallback(bight_http_router *router,
                                    bight_http_handler_fn handler, void *ctx)
{
    router->fallback = handler;
    router->fallback_ctx = ctx;
}

void bight_http_router_free(bight_http_router *router)
{
    if (router == NULL)
        return;
    while (router->sites != NULL) {
        struct bight__http_site *site = router->sites;
        router->sites = site->next;
        bight__http_site_free(site);
    }
    bight_free(router);
}
