/* SPDX-License-Identifier: MIT */
/* Weighted lists, and picking by them (RFC 9110, 12.4.2, 12.5). */
#include <bight/http_quality.h>

#include <bight/http_token.h>
#include <bight/http_type.h>

#include "chars.h"

/* -- the list ------------------------------------------------------------- */

/* "0", "0.5", "1.000": at most three digits behind the point. */
static bool parse_weight(bight_bytes text, uint16_t *ret_weight)
{
    unsigned weight = 0, unit = 1000;
    if (text.size == 0 || text.size > 5 ||
        (text.data[0] != '0' && text.data[0] != '1') ||
        (text.size > 1 && text.data[1] != '.'))
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (i == 1)
            continue;
        if (!bight__http_is_digit(text.data[i]))
            return false;
        weight += (text.data[i] - (unsigned)'0') * unit;
        unit /= 10;
    }
    *ret_weight = (uint16_t)weight;
    return weight <= 1000;
}

/* "*", a token, or two with a slash between. */
static bool is_range(bight_bytes value)
{
    size_t slash = bight__http_find(value, '/');
    return bight_http_is_token(bight_bytes_head(value, slash)) &&
           (slash == value.size ||
            bight_http_is_token(bight_bytes_tail(value, slash + 1)));
}

static bool parse_element(bight_bytes element, bight_http_quality *quality)
{
    size_t size = bight__http_find(element, ';');
    bight_bytes rest = bight_bytes_tail(element, size);
    const uint8_t *start = rest.data;
    bight_http_parameter parameter;
    bool weighted = false;
    quality->value = bight_http_trim(bight_bytes_head(element, size));
    quality->parameters = rest;
    quality->weight = 1000;
    if (!is_range(quality->value))
        return false;
    for (;;) {
        size_t before = (size_t)(rest.data - start);
        if (!bight_http_parameter_next(&rest, &parameter))
            break;
        if (weighted || !bight_http_same(parameter.name, BIGHT_BYTES("q")))
            continue;
        if (parameter.quoted ||
            !parse_weight(parameter.value, &quality->weight))
            return false;
        weighted = true;
        quality->parameters = bight_bytes_of(start, before);
    }
    return rest.size == 0;
}

bool bight_http_quality_next(bight_bytes *inout_rest,
                             bight_http_quality *ret_quality)
{
    bight_http_quality quality;
    bight_bytes element;
    while (bight_http_list_next(inout_rest, &element)) {
        if (parse_element(element, &quality)) {
            *ret_quality = quality;
            return true;
        }
    }
    return false;
}

/* -- Accept-Encoding (12.5.3), Accept (12.5.1) ----------------------------- */

static bool is_any(bight_bytes value)
{
    return value.size == 1 && value.data[0] == '*';
}

/* "x-gzip" is "gzip" (8.4.1.3). */
static bool is_coding(bight_bytes value, bight_bytes offer)
{
    bight_bytes old = bight_bytes_head(value, 2);
    return bight_http_same(value, offer) ||
           (bight_http_same(old, BIGHT_BYTES("x-")) &&
            bight_http_same(bight_bytes_tail(value, 2), offer) &&
            (bight_http_same(offer, BIGHT_BYTES("gzip")) ||
             bight_http_same(offer, BIGHT_BYTES("compress"))));
}

/* Its weight; 0 for what is acceptable as a last resort; -1: it is not. */
static int judge_encoding(bight_bytes field, bight_bytes offer)
{
    bight_http_quality quality;
    int named = -1, any = -1;
    while (bight_http_quality_next(&field, &quality)) {
        if (named < 0 && is_coding(quality.value, offer))
            named = quality.weight;
        if (any < 0 && is_any(quality.value))
            any = quality.weight;
    }
    int weight = named >= 0 ? named : any;
    if (weight < 0 && bight_http_same(offer, BIGHT_BYTES("identity")))
        return 0;
    return weight > 0 ? weight : -1;
}

static bool has_parameter(bight_bytes parameters,
                          const bight_http_parameter *wanted)
{
    bight_http_parameter parameter;
    while (bight_http_parameter_next(&parameters, &parameter)) {
        if (bight_http_same(parameter.name, wanted->name) &&
            bight_http_same(parameter.value, wanted->value))
            return true;
    }
    return false;
}

/* How closely a range names the offer; 0: not at all. */
static int closeness(const bight_http_quality *range,
                     const bight_http_type *offer)
{
    size_t slash = bight__http_find(range->value, '/');
    bight_bytes type = bight_bytes_head(range->value, slash);
    bight_bytes subtype = bight_bytes_tail(range->value, slash + 1);
    bight_bytes parameters = range->parameters;
    bight_http_parameter parameter;
    int close = 3;
    if (is_any(type) && is_any(subtype))
        return 1;
    if (!bight_http_same(type, offer->type))
        return 0;
    if (is_any(subtype))
        return 2;
    if (!bight_http_same(subtype, offer->subtype))
        return 0;
    while (bight_http_parameter_next(&parameters, &parameter)) {
        if (!has_parameter(offer->parameters, &parameter))
            return 0;
        close++;
    }
    return close;
}

static int judge_type(bight_bytes field, bight_bytes offer)
{
    bight_http_quality range;
    bight_http_type type;
    int closest = 0, weight = -1;
    if (bight_failed(bight_http_type_parse(offer, &type)))
        return -1;
    while (bight_http_quality_next(&field, &range)) {
        int close = closeness(&range, &type);
        if (close > closest) {
            closest = close;
            weight = range.weight;
        }
    }
    return weight > 0 ? weight : -1;
}

static bool choose(bight_bytes field, const bight_bytes *offers, size_t count,
                   int (*judge)(bight_bytes field, bight_bytes offer),
                   size_t *ret_index)
{
    int best = -1;
    for (size_t i = 0; i < count; i++) {
        int weight = judge(field, offers[i]);
        if (weight > best) {
            best = weight;
            *ret_index = i;
        }
    }
    return best >= 0;
}

bool bight_http_choose_encoding(bight_bytes field, const bight_bytes *offers,
                                size_t count, size_t *ret_index)
{
    return choose(field, offers, count, judge_encoding, ret_index);
}

bool bight_http_choose_type(bight_bytes field, const bight_bytes *offers,
                            size_t count, size_t *ret_index)
{
    return choose(field, offers, count, judge_type, ret_index);
}
