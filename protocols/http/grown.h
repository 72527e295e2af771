/* SPDX-License-Identifier: MIT */
/* Structs of callers that begin with their size and grow at their end: none is
 * read further than its author knew it. */
#ifndef BIGHT_HTTP_GROWN_H
#define BIGHT_HTTP_GROWN_H

#include <stddef.h>
#include <string.h>

/* Over the defaults in `full`, of `size` bytes, goes what is `given`. */
static inline void bight__http_take_known(void *full, size_t size,
                                          const void *given)
{
    size_t known;
    memcpy(&known, given, sizeof(known));
    memcpy(full, given, known < size ? known : size);
    memcpy(full, &size, sizeof(size));
}

/* Whether a lent table has the slot, and not NULL or false in it. */
#define BIGHT__HTTP_HAS(table, slot)                                           \
    ((size_t)((const char *)&(table)->slot - (const char *)(table)) +          \
             sizeof((table)->slot) <=                                          \
         (table)->size &&                                                      \
     (table)->slot)

#endif
