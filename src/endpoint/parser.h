/* SPDX-License-Identifier: MIT */
/* The parser of descriptions, and what it tells a person who mistyped. */
#ifndef BIGHT_ENDPOINT_PARSER_H
#define BIGHT_ENDPOINT_PARSER_H

#include "endpoint/description.h"
#include "endpoint/scan.h"

struct bight__endpoint_parser {
    struct bight__endpoint_scan scan;
    bight_endpoint_side side;
    const bight_endpoint_kind *const *kinds;
    bight_code code; /* of the error */
    bight_endpoint *outermost;
    char *room; /* where the node's next text goes */
};

static inline bool bight__endpoint_has_side(
    const struct bight__endpoint_parser *p, unsigned sides)
{
    return (sides & (unsigned)p->side) != 0;
}

/** Is the field an argument, or a key, on the parser's side? */
static inline bool bight__endpoint_is_argument(
    const struct bight__endpoint_parser *p, const bight_endpoint_field *field)
{
    return field->positional && bight__endpoint_has_side(p, field->sides);
}

static inline bool bight__endpoint_is_key(
    const struct bight__endpoint_parser *p, const bight_endpoint_field *field)
{
    return !field->positional && bight__endpoint_has_side(p, field->sides);
}

/** The kind of what comes next, if that is PORT or HOST:PORT; else NULL. */
const bight_endpoint_kind *bight__endpoint_bare_kind(
    const struct bight__endpoint_parser *p);

/*
 * Each fills the diagnostic for text[at, end) or the span, and returns false.
 */
bool bight__endpoint_complain_type(struct bight__endpoint_parser *p,
                                   size_t end);
bool bight__endpoint_complain_type_side(struct bight__endpoint_parser *p,
                                        const bight_endpoint_kind *kind,
                                        size_t end);
bool bight__endpoint_complain_count(struct bight__endpoint_parser *p,
                                    const bight_endpoint_kind *kind,
                                    size_t end);
bool bight__endpoint_complain_order(struct bight__endpoint_parser *p,
                                    const bight_endpoint_kind *kind,
                                    const struct bight__endpoint_span *span);
bool bight__endpoint_complain_key(struct bight__endpoint_parser *p,
                                  const bight_endpoint *node,
                                  const struct bight__endpoint_span *span);
bool bight__endpoint_complain_key_side(struct bight__endpoint_parser *p,
                                       const bight_endpoint_kind *kind,
                                       const struct bight__endpoint_span *span);

#endif
