/* SPDX-License-Identifier: MIT */
/* Tables that begin with their own size and grow at their end. */
#ifndef BIGHT_BASE_TABLE_H
#define BIGHT_BASE_TABLE_H

#include <stddef.h>

/* The least size of a table that has `member`. What is needed is asked for by
 * this, never by sizeof: that grows, and older tables do not. */
#define BIGHT__TABLE_PAST(type, member)                                        \
    (offsetof(type, member) + sizeof(((const type *)0)->member))

#endif
