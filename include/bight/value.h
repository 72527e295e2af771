/* SPDX-License-Identifier: MIT */
/* What a Deferred carries when it went well: 16 bytes, passed by value. */
#ifndef BIGHT_VALUE_H
#define BIGHT_VALUE_H

#include <stddef.h>
#include <stdint.h>

#include <bight/api.h>

BIGHT_BEGIN_DECLS

/** Ends what a value's pointer refers to. */
typedef void (*bight_destroy_fn)(void *pointer);

/** One word, and what ends it. Whoever holds a value owns it: it is passed on
 * or destroyed, exactly once (D5). */
typedef struct bight_value {
    union {
        void *pointer;
        int64_t integer;
        double number;
    } as;
    bight_destroy_fn destroy; /* NULL: nothing to end */
} bight_value;

static inline bight_value bight_value_none(void)
{
    bight_value value;
    value.as.pointer = NULL;
    value.destroy = NULL;
    return value;
}

/** `destroy` may be NULL: the pointer is then lent. */
static inline bight_value bight_value_pointer(void *pointer,
                                              bight_destroy_fn destroy)
{
    bight_value value;
    value.as.pointer = pointer;
    value.destroy = destroy;
    return value;
}

static inline bight_value bight_value_integer(int64_t integer)
{
    bight_value value;
    value.as.integer = integer;
    value.destroy = NULL;
    return value;
}

static inline bight_value bight_value_number(double number)
{
    bight_value value;
    value.as.number = number;
    value.destroy = NULL;
    return value;
}

/** Ends what the value owns; one without a destructor needs no end. */
static inline void bight_value_destroy(bight_value value)
{
    if (value.destroy != NULL)
        value.destroy(value.as.pointer);
}

BIGHT_END_DECLS

#endif
