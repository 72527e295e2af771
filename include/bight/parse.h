/* SPDX-License-Identifier: MIT */
/* Values as people write them: numbers, sizes, durations, yes and no. */
#ifndef BIGHT_PARSE_H
#define BIGHT_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/api.h>
#include <bight/bytes.h>
#include <bight/error.h>

BIGHT_BEGIN_DECLS

/* All: any thread, no locale, no spaces around. INVALID or RANGE leave *ret
 * untouched, with a note such as "'10x' is not a duration (like 10s, 500ms)".
 * Formatters return the full length as snprintf does; parsing what they write
 * gives the same value. */

/** A decimal number: "42", "-7", "+7". */
BIGHT_API bight_error bight_parse_int(bight_bytes text, int64_t *ret);

/** Bytes: "512", "64k", "1M", "2G", "1T", in powers of 1024; either case. */
BIGHT_API bight_error bight_parse_size(bight_bytes text, uint64_t *ret_size);

/** Milliseconds of "500ms", "10s", "2m", "1h", "1d"; the unit may be missing
 * only after 0. */
BIGHT_API bight_error bight_parse_duration(bight_bytes text, uint64_t *ret_ms);

/** true, yes, on, 1 or false, no, off, 0; either case. */
BIGHT_API bight_error bight_parse_bool(bight_bytes text, bool *ret);

BIGHT_API size_t bight_format_int(int64_t value, char *buf, size_t size);

/** In the largest unit that is exact: 65536 is "64k", 65537 "65537". */
BIGHT_API size_t bight_format_size(uint64_t value, char *buf, size_t size);

/** Likewise: 90000 is "90s", 0 is "0s". */
BIGHT_API size_t bight_format_duration(uint64_t ms, char *buf, size_t size);

/** "true" or "false". */
BIGHT_API size_t bight_format_bool(bool value, char *buf, size_t size);

BIGHT_END_DECLS

#endif
