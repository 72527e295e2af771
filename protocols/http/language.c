/* SPDX-License-Identifier: MIT */
/* Picking a language (RFC 9110, 12.5.4; RFC 4647, 3.3.1 and 3.4). */
#include <bight/http_quality.h>

#include <bight/http_token.h>

/* How well an element suits an offer; compared member by member. */
struct fit {
    unsigned weight;
    size_t place; /* of the element: the earlier one wins */
    bool lookup;  /* the tag is the range, or a beginning of it */
    size_t size;  /* of the tag: the longer one wins */
};

/* Is `part` the whole, or does it end before a hyphen of it? */
static bool begins(bight_bytes whole, bight_bytes part)
{
    return part.size > 0 && part.size <= whole.size &&
           (part.size == whole.size || whole.data[part.size] == '-') &&
           bight_http_same(bight_bytes_head(whole, part.size), part);
}

static bool is_better(const struct fit *one, const struct fit *other)
{
    if (one->weight != other->weight)
        return one->weight > other->weight;
    if (one->place != other->place)
        return one->place < other->place;
    if (one->lookup != other->lookup)
        return one->lookup;
    return one->lookup && one->size > other->size;
}

/* The best element for one offer; its weight is 0 if there is none. False: the
 * closest range says that it is not acceptable. */
static bool find_fit(bight_bytes field, bight_bytes tag, struct fit *ret_fit,
                     bool *ret_any)
{
    bight_http_quality range;
    size_t closest = 0, place = 0;
    bool named = false, refused = false;
    struct fit best = {0, 0, false, tag.size};
    for (; bight_http_quality_next(&field, &range); place++) {
        bool any = bight_bytes_equal(range.value, BIGHT_BYTES("*"));
        bool inside = begins(tag, range.value);
        struct fit fit = {range.weight, place, begins(range.value, tag),
                          tag.size};
        if (any && !named)
            refused = range.weight == 0;
        if (any && range.weight > 0)
            *ret_any = true;
        if (inside && range.value.size > closest) {
            named = true;
            closest = range.value.size;
            refused = range.weight == 0;
        }
        if (!any && (inside || fit.lookup) && is_better(&fit, &best))
            best = fit;
    }
    *ret_fit = best;
    return !refused;
}

bool bight_http_choose_language(bight_bytes field, const bight_bytes *offers,
                                size_t count, size_t *ret_index)
{
    struct fit best = {0, 0, false, 0};
    size_t chosen = count, first = count;
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        struct fit fit;
        if (!find_fit(field, offers[i], &fit, &any))
            continue;
        if (first == count)
            first = i;
        if (fit.weight > 0 && is_better(&fit, &best)) {
            best = fit;
            chosen = i;
        }
    }
    if (chosen == count && any)
        chosen = first;
    if (chosen == count)
        return false;
    *ret_index = chosen;
    return true;
}
