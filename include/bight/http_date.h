/* SPDX-License-Identifier: MIT */
/** @file
 * Dates of header fields (RFC 9110, 5.6.7), in seconds since 1970 UTC. No
 * locale, no time zone, no allocation; any thread.
 */
#ifndef BIGHT_HTTP_DATE_H
#define BIGHT_HTTP_DATE_H

#include <stdint.h>

#include <bight/api.h>
#include <bight/bytes.h>
#include <bight/error.h>

BIGHT_BEGIN_DECLS

/** Bytes of "Sun, 06 Nov 1994 08:49:37 GMT". */
#define BIGHT_HTTP_DATE_SIZE 29

/** Writes those 29 bytes and a NUL. What lies outside the years 0 to 9999
 * becomes the nearest that does not. */
BIGHT_API void bight_http_date_format(int64_t seconds,
                                      char ret_text[BIGHT_HTTP_DATE_SIZE + 1]);

/** Parses the three formats that a recipient must accept: IMF-fixdate, that of
 * RFC 850, asctime's. A year of two digits that would be more than 50 years
 * after `now` is one of the past. INVALID: anything else, a day or hour that
 * does not exist, a wrong day of the week. A leap second is the next second. */
BIGHT_API bight_error bight_http_date_parse(bight_bytes text, int64_t now,
                                            int64_t *ret_seconds);

BIGHT_END_DECLS

#endif
