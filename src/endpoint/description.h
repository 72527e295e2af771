/* SPDX-License-Identifier: MIT */
/* Kinds of endpoints as tables, and the description that they give rise to. */
#ifndef BIGHT_ENDPOINT_DESCRIPTION_H
#define BIGHT_ENDPOINT_DESCRIPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/endpoint_kind.h>

/** A kind has at most that many fields; so many kinds are known at most. */
#define BIGHT__ENDPOINT_FIELDS_MAX 31
#define BIGHT__ENDPOINT_KINDS_MAX 63
/** Levels of one description: wrappers and what they wrap. */
#define BIGHT__ENDPOINT_DEPTH_MAX 8

struct bight_endpoint {
    const bight_endpoint_kind *kind; /* lives as long as the process */
    bight_endpoint_side side;
    bight_endpoint *inner;
    const char *values[]; /* as kind->fields; NULL: absent; the texts follow */
};

/** bight_endpoint_parse with these kinds, ended by NULL; they outlive it. */
bight_error bight__endpoint_parse(bight_bytes text, bight_endpoint_side side,
                                  const bight_endpoint_kind *const *kinds,
                                  bight_endpoint **ret_endpoint,
                                  bight_diagnostic *ret_diagnostic);

/** How many fields there are. */
size_t bight__endpoint_field_count(const bight_endpoint_kind *kind);

/** Which field has that name; the count of fields if none has. */
size_t bight__endpoint_field_index(const bight_endpoint_kind *kind,
                                   bight_bytes name);

/**
 * Is value right for the field? bracketed: it stood in [ ].
 * false: the diagnostic, whose start and length stay, says why.
 */
bool bight__endpoint_value_check(const bight_endpoint_field *field,
                                 bight_endpoint_side side, const char *value,
                                 bool bracketed, bight_diagnostic *diagnostic);

/** Read on, yes, true, 1, off, no, false, 0; false: it is none of them. */
bool bight__endpoint_value_bool(const char *value, bool *ret);

/** Read a number, octal for a mode, ms for a duration; false: it is none. */
bool bight__endpoint_value_uint(bight_endpoint_type type, const char *value,
                                uint64_t *ret);

#endif
