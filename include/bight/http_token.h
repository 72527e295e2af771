/* SPDX-License-Identifier: MIT */
/** @file
 * What header fields are made of: tokens, lists, parameters, quoted strings,
 * base64 (RFC 9110, 5.6). Slices in, slices out; linear time; any thread.
 */
#ifndef BIGHT_HTTP_TOKEN_H
#define BIGHT_HTTP_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/api.h>
#include <bight/bytes.h>
#include <bight/error.h>

BIGHT_BEGIN_DECLS

/** One or more tchar (RFC 9110, 5.6.2)? */
BIGHT_API bool bight_http_is_token(bight_bytes text);

/** May it be a field's value: no CR, LF, NUL or other control but HTAB, and no
 * white space at its ends (RFC 9110, 5.5)? "" may. */
BIGHT_API bool bight_http_is_value(bight_bytes text);

/** Are they equal but for the case of ASCII letters? */
BIGHT_API bool bight_http_same(bight_bytes a, bight_bytes b);

/** The text without spaces and tabs at its ends. */
BIGHT_API bight_bytes bight_http_trim(bight_bytes text);

/** Takes the next element of a comma-separated list from the front of
 * *inout_rest, trimmed; false at its end. Empty ones are left out, commas in
 * quoted strings are no separators (RFC 9110, 5.6.1.2). */
BIGHT_API bool bight_http_list_next(bight_bytes *inout_rest,
                                    bight_bytes *ret_element);

/** Is `token` an element of the list, in any case, as of Connection? */
BIGHT_API bool bight_http_list_has(bight_bytes list, bight_bytes token);

/** A parameter (RFC 9110, 5.6.6). */
typedef struct bight_http_parameter {
    bight_bytes name;  /* a token */
    bight_bytes value; /* a token or what is inside the quotes, still escaped */
    bool quoted;       /* see bight_http_unescape */
} bight_http_parameter;

/** Takes the next of `;name=value;name="value"`, where spaces may stand around
 * the semicolons and nothing between two of them. False at the end, when
 * *inout_rest is empty, or before what is no parameter, when it is not. */
BIGHT_API bool bight_http_parameter_next(bight_bytes *inout_rest,
                                         bight_http_parameter *ret_parameter);

/** Drops the backslashes of a quoted string's inside (RFC 9110, 5.6.4) into
 * `buf`, which may be where `text` lies. RANGE: more than `size` bytes. */
BIGHT_API bight_error bight_http_unescape(bight_bytes text, uint8_t *buf,
                                          size_t size, bight_bytes *ret_text);

/** Writes a token as it is, all else as a quoted string. Returns the full
 * length as snprintf does; 0 for what has a control character. */
BIGHT_API size_t bight_http_quote(bight_bytes text, char *buf, size_t size);

/** Are they equal? In a time that tells their lengths, but nothing else. */
BIGHT_API bool bight_http_same_secret(bight_bytes a, bight_bytes b);

/** Decodes base64 (RFC 4648, 4) into `buf`, which may be where `text` lies:
 * with its padding, unused bits zero, nothing else in between. INVALID; RANGE:
 * more than `size` bytes. On failure `buf` is spoiled. */
BIGHT_API bight_error bight_http_base64_decode(bight_bytes text, uint8_t *buf,
                                               size_t size,
                                               bight_bytes *ret_bytes);

/** Writes it as base64. Returns the full length as snprintf does. */
BIGHT_API size_t bight_http_base64_encode(bight_bytes bytes, char *buf,
                                          size_t size);

BIGHT_END_DECLS

#endif
