/* SPDX-License-Identifier: MIT */
/** @file
 * Parts of a representation: Range, Content-Range, multipart/byteranges
 * (RFC 9110, 14). No allocation; any thread.
 */
#ifndef BIGHT_HTTP_RANGE_H
#define BIGHT_HTTP_RANGE_H

#include <stddef.h>
#include <stdint.h>

#include <bight/api.h>
#include <bight/bytes.h>

BIGHT_BEGIN_DECLS

/** How many ranges a server should take of one request. */
#define BIGHT_HTTP_RANGES_DEFAULT 16

/** Bytes, both ends included. */
typedef struct bight_http_range {
    uint64_t first;
    uint64_t last;
} bight_http_range;

/** What a Range field asks for. */
typedef enum bight_http_ranges {
    BIGHT_HTTP_RANGES_IGNORED = 0, /**< another unit, or broken: send all */
    BIGHT_HTTP_RANGES_GIVEN = 1,   /**< 206 with these */
    BIGHT_HTTP_RANGES_OUTSIDE = 2, /**< 416: none within the length */
    BIGHT_HTTP_RANGES_TOO_MANY = 3 /**< 416, or send all */
} bight_http_ranges;

/**
 * Parses "bytes=0-99,200-,-5" for a representation of `length` bytes (14.1.2).
 * Writes at most `limit` ranges, all within it, in the field's order; those
 * that overlap or touch become one, so that all together are never more than
 * the whole (14.2). More than `limit` of them, before that, are TOO_MANY. Time:
 * the field's size, and `limit` squared. Outputs are written for GIVEN only,
 * `ranges` also for TOO_MANY.
 */
BIGHT_API bight_http_ranges bight_http_range_parse(bight_bytes field,
                                                   uint64_t length,
                                                   bight_http_range *ranges,
                                                   size_t limit,
                                                   size_t *ret_count);

/** Writes Content-Range (14.4): "bytes 0-99/1000", or "bytes * /1000" without
 * that space for NULL, as of a 416. Returns the full length as snprintf does;
 * it is below 80. */
BIGHT_API size_t bight_http_content_range_format(const bight_http_range *range,
                                                 uint64_t length, char *buf,
                                                 size_t size);

/** What stands before each part of multipart/byteranges (14.6): delimiter,
 * Content-Type (if not empty), Content-Range, an empty line. Returns the full
 * length as snprintf does. `boundary`: at most 70 characters of a token. */
BIGHT_API size_t bight_http_byteranges_head(bight_bytes boundary,
                                            bight_bytes type,
                                            bight_http_range range,
                                            uint64_t length, char *buf,
                                            size_t size);

/** What stands behind the last one. */
BIGHT_API size_t bight_http_byteranges_tail(bight_bytes boundary, char *buf,
                                            size_t size);

/** The Content-Length of it all; saturates at UINT64_MAX. */
BIGHT_API uint64_t bight_http_byteranges_size(bight_bytes boundary,
                                              bight_bytes type,
                                              const bight_http_range *ranges,
                                              size_t count, uint64_t length);

BIGHT_END_DECLS

#endif
