/* SPDX-License-Identifier: MIT */
/* The value parsers, telling where a text is wrong. */
#ifndef BIGHT_BASE_PARSE_H
#define BIGHT_BASE_PARSE_H

#include <bight/parse.h>

/* Where a text is wrong; length 0: something is missing there. */
struct bight__span {
    size_t start, length;
};

/* Each returns 0, BIGHT_ERROR_INVALID or BIGHT_ERROR_RANGE. On success
 * *ret_fault, else *ret is untouched. */
int32_t bight__parse_int(bight_bytes text, int64_t *ret,
                         struct bight__span *ret_fault);
int32_t bight__parse_size(bight_bytes text, uint64_t *ret,
                          struct bight__span *ret_fault);
int32_t bight__parse_duration(bight_bytes text, uint64_t *ret,
                              struct bight__span *ret_fault);
int32_t bight__parse_bool(bight_bytes text, bool *ret,
                          struct bight__span *ret_fault);

/* "size", "like 512, 64k, 1M": what the messages say. */
#define BIGHT__INT_WORDS "number", "like 42"
#define BIGHT__SIZE_WORDS "size", "like 512, 64k, 1M"
#define BIGHT__DURATION_WORDS "duration", "like 10s, 500ms"
#define BIGHT__BOOL_WORDS "truth value", "like yes, no"

#endif
