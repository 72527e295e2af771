/* SPDX-License-Identifier: MIT */
/** @file
 * Entity tags and conditional requests (RFC 9110, 8.8.3, 13). No allocation;
 * linear time; any thread.
 */
#ifndef BIGHT_HTTP_CONDITIONAL_H
#define BIGHT_HTTP_CONDITIONAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/api.h>
#include <bight/bytes.h>

BIGHT_BEGIN_DECLS

/** An entity tag (8.8.3). */
typedef struct bight_http_etag {
    bight_bytes opaque; /* inside the quotes */
    bool weak;          /* W/"..." */
} bight_http_etag;

/** Parses one, nothing around it; false: it is none. */
BIGHT_API bool bight_http_etag_parse(bight_bytes text,
                                     bight_http_etag *ret_etag);

/** Takes the next of a list from the front of *inout_rest. False at the end,
 * when *inout_rest is empty, or before what is none, when it is not. */
BIGHT_API bool bight_http_etag_next(bight_bytes *inout_rest,
                                    bight_http_etag *ret_etag);

/** Do they match (8.8.3.2)? `strong`: also, neither may be weak. */
BIGHT_API bool bight_http_etag_match(bight_http_etag a, bight_http_etag b,
                                     bool strong);

/** Writes it. Returns the full length as snprintf does; 0 if `opaque` has a
 * character that no tag may have. */
BIGHT_API size_t bight_http_etag_format(bight_http_etag etag, char *buf,
                                        size_t size);

/** What there is: the selected representation, as it is now. */
typedef struct bight_http_validators {
    size_t size; /**< sizeof(bight_http_validators) */
    bool exists; /**< there is one: what "*" asks for */
    bool has_etag;
    bool has_modified;
    bight_http_etag etag;
    int64_t modified; /**< Last-Modified, seconds since 1970 */
    int64_t now;      /**< a date within its last second is weak (8.8.2.2) */
} bight_http_validators;

/** What the request says: the values of its fields, `data` NULL for one that
 * was not sent. Lines of one name are joined by ", " (5.3). */
typedef struct bight_http_conditions {
    size_t size; /**< sizeof(bight_http_conditions) */
    bight_bytes if_match;
    bight_bytes if_unmodified_since;
    bight_bytes if_none_match;
    bight_bytes if_modified_since;
    bight_bytes if_range;
    bool reads;     /**< GET or HEAD */
    bool has_range; /**< a GET with Range */
} bight_http_conditions;

typedef enum bight_http_verdict {
    BIGHT_HTTP_PROCEED = 0,
    BIGHT_HTTP_NOT_MODIFIED = 1, /**< 304 */
    BIGHT_HTTP_FAILED = 2,       /**< 412 */
    BIGHT_HTTP_IGNORE_RANGE = 3  /**< proceed, as if Range were not there */
} bight_http_verdict;

/** Judges all of them, in the order of 13.2.2. A date that is none is ignored,
 * a broken list matches as far as it goes. */
BIGHT_API bight_http_verdict
bight_http_judge(const bight_http_conditions *conditions,
                 const bight_http_validators *validators);

BIGHT_END_DECLS

#endif
