/* SPDX-License-Identifier: MIT */
/** @file
 * Media types (RFC 9110, 8.3.1): of files by their names, and as read from
 * Content-Type. No allocation; any thread.
 */
#ifndef BIGHT_HTTP_TYPE_H
#define BIGHT_HTTP_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/api.h>
#include <bight/bytes.h>
#include <bight/error.h>

BIGHT_BEGIN_DECLS

/** The type by what follows the last dot of the name, in any case: "text/html;
 * charset=utf-8"; "application/octet-stream" for what is not in the table. A
 * constant, ended by NUL. */
BIGHT_API bight_bytes bight_http_type_of_name(bight_bytes name);

/** Does compression make such a body smaller? Parameters may follow the type.
 * True for text and its kin, false for what is packed already or unknown, and
 * for event streams, which a compressor would hold. */
BIGHT_API bool bight_http_type_compresses(bight_bytes type);

/** A media type: slices of its text. */
typedef struct bight_http_type {
    bight_bytes full;       /* "text/html" */
    bight_bytes type;       /* "text" */
    bight_bytes subtype;    /* "html" */
    bight_bytes parameters; /* for bight_http_parameter_next */
} bight_http_type;

/** Parses `type/subtype *(;name=value)`, parameters included. INVALID. */
BIGHT_API bight_error bight_http_type_parse(bight_bytes text,
                                            bight_http_type *ret_type);

/** Decodes the first parameter of that name, in any case, into `buf`: boundary,
 * charset. NOT_FOUND; RANGE: more than `size` bytes. */
BIGHT_API bight_error bight_http_type_get(const bight_http_type *type,
                                          bight_bytes name, uint8_t *buf,
                                          size_t size, bight_bytes *ret_value);

BIGHT_END_DECLS

#endif
