/* SPDX-License-Identifier: MIT */
/* The tree of routes: made from their patterns. */
#include "router.h"

#include <bight/alloc.h>
#include <bight/http_token.h>
#include <bight/http_url.h>

/* -- finding -------------------------------------------------------------- */

static uint8_t digit_of(uint8_t c)
{
    return (uint8_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* The server let well-formed coding through only. */
static uint8_t take_octet(bight_bytes *coded)
{
    uint8_t c = coded->data[0];
    size_t size = 1;
    if (c == '%' && coded->size >= 3) {
        c = (uint8_t)(digit_of(coded->data[1]) << 4 | digit_of(coded->data[2]));
        size = 3;
    }
    *coded = bight_bytes_tail(*coded, size);
    return c;
}

static int compare(bight_bytes coded, bight_bytes text)
{
    size_t at = 0;
    while (coded.size > 0) {
        uint8_t c = take_octet(&coded);
        if (at == text.size)
            return 1;
        if (c != text.data[at])
            return c < text.data[at] ? -1 : 1;
        at++;
    }
    return at < text.size ? -1 : 0;
}

bool bight__http_place_find(const struct bight__http_place *place,
                            bight_bytes segment, size_t *ret_index)
{
    size_t low = 0;
    size_t high = place->literal_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(segment, place->literals[middle]->text);
        if (order == 0) {
            *ret_index = middle;
            return true;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    *ret_index = low;
    return false;
}

struct bight__http_site *bight__http_site_find(const bight_http_router *router,
                                               bight_bytes host)
{
    struct bight__http_site *site = router->sites;
    while (site != NULL && !bight_http_same(site->host, host))
        site = site->next;
    return site;
}

/* -- making --------------------------------------------------------------- */

static bight_error no_memory(void)
{
    return bight_error_of(BIGHT_ERROR_NO_MEMORY);
}

static bight_error refuse(const char *pattern, const char *why)
{
    return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                            "route '%.200s': %s", pattern, why);
}

/* `segment` decodes: add_segment saw to it. */
static struct bight__http_place *make_place(bight_bytes segment)
{
    struct bight__http_place *place =
        bight_zalloc(sizeof(*place) + segment.size);
    if (place == NULL)
        return NULL;
    (void)bight_http_url_decode(segment, 0, (uint8_t *)(place + 1),
                                segment.size, &place->text);
    return place;
}

static struct bight__http_place *add_literal(struct bight__http_place *place,
                                             bight_bytes segment)
{
    size_t at;
    if (bight__http_place_find(place, segment, &at))
        return place->literals[at];
    struct bight__http_place **more = bight_realloc(
        place->literals, (place->literal_count + 1) * sizeof(void *));
    if (more == NULL)
        return NULL;
    place->literals = more;
    struct bight__http_place *made = make_place(segment);
    if (made == NULL)
        return NULL;
    memmove(more + at + 1, more + at,
            (place->literal_count - at) * sizeof(void *));
    more[at] = made;
    place->literal_count++;
    return made;
}

static bool decodes(bight_bytes segment)
{
    for (size_t i = 0; i < segment.size; i++) {
        uint8_t spare[1];
        bight_bytes text;
        bight_bytes code = bight_bytes_head(bight_bytes_tail(segment, i), 3);
        if (code.data[0] == '%' &&
            bight_failed(bight_http_url_decode(code, 0, spare, 1, &text)))
            return false;
    }
    return true;
}

static struct bight__http_place *add_segment(struct bight__http_place *place,
                                             bight_bytes segment)
{
    if (segment.size == 0 || segment.data[0] != ':')
        return add_literal(place, segment);
    if (place->parameter == NULL)
        place->parameter = make_place(bight_bytes_of(NULL, 0));
    return place->parameter;
}

static bool same_method(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bight_error hang(struct bight__http_route **list, const char *pattern,
                        struct bight__http_route *route)
{
    for (; *list != NULL; list = &(*list)->next) {
        if (same_method((*list)->method, route->method))
            return refuse(pattern, "there is one for the same");
    }
    *list = route;
    return bight_ok();
}

/* `path` is behind the first slash. */
static bight_error grow(struct bight__http_place *place, bight_bytes path,
                        const char *pattern, struct bight__http_route *route)
{
    for (size_t depth = 0; depth < BIGHT_HTTP_ROUTE_SEGMENTS; depth++) {
        const uint8_t *slash =
            path.size > 0 ? memchr(path.data, '/', path.size) : NULL;
        size_t size = slash != NULL ? (size_t)(slash - path.data) : path.size;
        bight_bytes segment = bight_bytes_head(path, size);
        if (size > 0 && segment.data[0] == '*')
            return slash != NULL ? refuse(pattern, "segments follow a '*'")
                                 : hang(&place->rests, pattern, route);
        if (!decodes(segment))
            return refuse(pattern, "'%' without two hexadecimal digits");
        place = add_segment(place, segment);
        if (place == NULL)
            return no_memory();
        if (slash == NULL)
            return hang(&place->ends, pattern, route);
        path = bight_bytes_tail(path, size + 1);
    }
    return refuse(pattern, "too many segments");
}

static void free_routes(struct bight__http_route *route)
{
    while (route != NULL) {
        struct bight__http_route *next = route->next;
        bight_free(route);
        route = next;
    }
}

/* As deep as a pattern has segments. */
static void free_place(struct bight__http_place *place)
{
    if (place == NULL)
        return;
    for (size_t i = 0; i < place->literal_count; i++)
        free_place(place->literals[i]);
    free_place(place->parameter);
    free_routes(place->ends);
    free_routes(place->rests);
    bight_free(place->literals);
    bight_free(place);
}

void bight__http_site_free(struct bight__http_site *site)
{
    free_place(site->root);
    bight_free(site);
}

static struct bight__http_site *add_site(bight_http_router *router,
                                         bight_bytes host)
{
    struct bight__http_site *site = bight__http_site_find(router, host);
    if (site != NULL)
        return site;
    site = bight_zalloc(sizeof(*site) + host.size);
    if (site == NULL)
        return NULL;
    site->host = bight_bytes_of(site + 1, host.size);
    if (host.size > 0)
        memcpy(site + 1, host.data, host.size);
    site->root = make_place(bight_bytes_of(NULL, 0));
    if (site->root == NULL) {
        bight_free(site);
        return NULL;
    }
    site->next = router->sites;
    router->sites = site;
    return site;
}

bight_error bight__http_router_insert(bight_http_router *router,
                                      const char *pattern,
                                      struct bight__http_route *route)
{
    const char *slash = strchr(pattern, '/');
    if (slash == NULL)
        return refuse(pattern, "it has no '/'");
    struct bight__http_site *site =
        add_site(router, bight_bytes_of(pattern, (size_t)(slash - pattern)));
    if (site == NULL)
        return no_memory();
    return grow(site->root, bight_bytes_text(slash + 1), pattern, route);
}
