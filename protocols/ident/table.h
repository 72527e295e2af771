/* SPDX-License-Identifier: MIT */
/* Whose connection is whose, as a file says it. */
#ifndef IDENT_TABLE_H
#define IDENT_TABLE_H

#include <bight/bytes.h>
#include <bight/error.h>

#define USER_MAX 512 /* RFC 1413 */

struct entry {
    uint16_t here, there; /* ports; 0: any */
    bight_bytes user;     /* "-": hidden */
};

struct table {
    char *text;
    struct entry *all;
    size_t count;
};

/* Lines "PORT PORT USER", with '*' for any port, '-' for a user who stays
 * hidden; '#' begins a comment. NULL: none. INVALID: with the line; an errno;
 * NO_MEMORY. */
bight_error ident_table_read(const char *path, struct table *ret_table);
void ident_table_free(struct table *table);

/* The first line that fits; NULL: none. */
const struct entry *ident_table_find(const struct table *table, uint16_t here,
                                     uint16_t there);

#endif
