/* SPDX-License-Identifier: MIT */
/** @file
 * Lists with weights, and what a server picks by them (RFC 9110, 12.4.2, 12.5).
 * Time is that of the field times the number of offers; any thread.
 */
#ifndef BIGHT_HTTP_QUALITY_H
#define BIGHT_HTTP_QUALITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/api.h>
#include <bight/bytes.h>

BIGHT_BEGIN_DECLS

/** An element of Accept and its kin. */
typedef struct bight_http_quality {
    bight_bytes value;      /* "text/html", "gzip", "en-GB", "*" */
    bight_bytes parameters; /* before the weight: ";level=1" */
    uint16_t weight;        /* thousandths: 0 to 1000, which is the default */
} bight_http_quality;

/** Takes the next element from the front of *inout_rest; false at its end. One
 * that breaks the grammar is left out. */
BIGHT_API bool bight_http_quality_next(bight_bytes *inout_rest,
                                       bight_http_quality *ret_quality);

/* The functions below pick one of `count` offers, listed in the server's order,
 * which decides between equal weights. False: none is acceptable, and
 * *ret_index is untouched. A field that was not sent is not for them: then all
 * are. */

/** By Accept-Encoding (12.5.3). An offer "identity" is acceptable unless the
 * field excludes it, and comes last if the field does not name it. */
BIGHT_API bool bight_http_choose_encoding(bight_bytes field,
                                          const bight_bytes *offers,
                                          size_t count, size_t *ret_index);

/** By Accept (12.5.1): for each offer, "text/html;level=1", the most specific
 * range that matches gives the weight. */
BIGHT_API bool bight_http_choose_type(bight_bytes field,
                                      const bight_bytes *offers, size_t count,
                                      size_t *ret_index);

/** By Accept-Language (12.5.4): lookup (RFC 4647, 3.4), where "de-CH" finds
 * "de", then basic filtering (3.3.1), where "de" finds "de-CH". "*" takes the
 * first offer that is not excluded. False: use your default. */
BIGHT_API bool bight_http_choose_language(bight_bytes field,
                                          const bight_bytes *offers,
                                          size_t count, size_t *ret_index);

BIGHT_END_DECLS

#endif
