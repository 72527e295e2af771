/* SPDX-License-Identifier: MIT */
/* Numbers on the wire: decimal digits, and no more of them than fit. */
#ifndef REDIS_NUMBER_H
#define REDIS_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/bytes.h>

/* A length or a count. False: it is none, or above INT64_MAX. */
static inline bool bight__redis_read_length(const uint8_t *data, size_t size,
                                            uint64_t *ret_length)
{
    uint64_t length = 0;
    if (size == 0 || size > 18)
        return false;
    for (size_t i = 0; i < size; i++) {
        unsigned digit = (unsigned)data[i] - '0';
        if (digit > 9)
            return false;
        length = length * 10 + digit;
    }
    *ret_length = length;
    return true;
}

bool bight__redis_read_integer(bight_bytes text, int64_t *ret_integer);

/* `text` ends in a NUL. */
bool bight__redis_read_double(bight_bytes text, double *ret_number);

bool bight__redis_is_double(bight_bytes text);
bool bight__redis_is_big_number(bight_bytes text);

#endif
