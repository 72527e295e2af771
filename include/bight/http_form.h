/* SPDX-License-Identifier: MIT */
/** @file
 * The bodies of forms, read as they come: the same events for every split (S2),
 * in linear time, within limits (S1). A parser is one thread's at a time.
 */
#ifndef BIGHT_HTTP_FORM_H
#define BIGHT_HTTP_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/api.h>
#include <bight/bytes.h>
#include <bight/error.h>

BIGHT_BEGIN_DECLS

/** The longest boundary of a multipart body (RFC 2046, 5.1.1). */
#define BIGHT_HTTP_BOUNDARY_MAX 70

/** What a form may have; 0 is the default. */
typedef struct bight_http_form_limits {
    size_t size;   /**< sizeof(bight_http_form_limits) */
    size_t fields; /**< fields or parts; 1000 */
    size_t name;   /**< bytes of a name, decoded; 1 KiB */
    size_t value;  /**< bytes of an urlencoded value, decoded; 64 KiB */
    size_t head;   /**< bytes of the header lines of one part; 8 KiB */
    uint64_t part; /**< bytes of the data of one part; no limit */
} bight_http_form_limits;

/* Parsers answer INVALID for what breaks the format, RANGE for what passes a
 * limit, both with a note, NO_MEMORY, or what a callback answered; from then on
 * they answer the same and call nobody. Callbacks run inside feed and end; they
 * may not call the parser. What they are given is lent until they return. */

/** A field of an urlencoded form, decoded; a failure ends the parsing. */
typedef bight_error (*bight_http_field_fn)(void *ctx, bight_bytes name,
                                           bight_bytes value);

/** Reads application/x-www-form-urlencoded. */
typedef struct bight_http_urlencoded bight_http_urlencoded;

/** `limits` NULL: the defaults. Freed by the caller. NO_MEMORY. */
BIGHT_API bight_error bight_http_urlencoded_new(
    const bight_http_form_limits *limits, bight_http_field_fn fn, void *ctx,
    bight_http_urlencoded **ret_parser);
/** Reads on. Memory grows with one name and value, up to twice their limits. */
BIGHT_API bight_error bight_http_urlencoded_feed(bight_http_urlencoded *parser,
                                                 bight_bytes data);
/** The body is complete: the last field comes. */
BIGHT_API bight_error bight_http_urlencoded_end(bight_http_urlencoded *parser);
/** NULL is fine. */
BIGHT_API void bight_http_urlencoded_free(bight_http_urlencoded *parser);

/** A part of multipart/form-data (RFC 7578). */
typedef struct bight_http_part {
    bight_bytes name;      /* of the field */
    bight_bytes file_name; /* filename*, else filename; never a path of yours */
    bight_bytes type;      /* its Content-Type; empty: none was sent */
    bight_bytes head;      /* its header lines, each with its CRLF */
    bool is_file;          /* a file name was sent, though maybe an empty one */
} bight_http_part;

/** What a multipart parser calls; all slots but `begun` may be NULL. */
typedef struct bight_http_part_events {
    size_t size; /**< sizeof(bight_http_part_events) */
    /** A part's header is complete. */
    bight_error (*begun)(void *ctx, const bight_http_part *part);
    /** Some of its data, never none; how it is cut means nothing. */
    bight_error (*data)(void *ctx, bight_bytes data);
    /** The part is complete. */
    bight_error (*ended)(void *ctx);
} bight_http_part_events;

/** Reads multipart/form-data (RFC 7578; RFC 2046, 5.1.1). */
typedef struct bight_http_multipart bight_http_multipart;

/** `boundary` is that of Content-Type, `events` stays valid, `limits` NULL: the
 * defaults. Freed by the caller. INVALID: no such boundary may be; NO_MEMORY.
 */
BIGHT_API bight_error bight_http_multipart_new(
    bight_bytes boundary, const bight_http_form_limits *limits,
    const bight_http_part_events *events, void *ctx,
    bight_http_multipart **ret_parser);
/** Reads on. Data of parts is lent as it comes, never gathered. What is before
 * the first and behind the last boundary is dropped. */
BIGHT_API bight_error bight_http_multipart_feed(bight_http_multipart *parser,
                                                bight_bytes data);
/** The body is complete. INVALID: the last boundary has not come. */
BIGHT_API bight_error bight_http_multipart_end(bight_http_multipart *parser);
/** NULL is fine. */
BIGHT_API void bight_http_multipart_free(bight_http_multipart *parser);

BIGHT_END_DECLS

#endif
