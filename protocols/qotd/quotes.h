/* SPDX-License-Identifier: MIT */
/* A collection of quotes, as they go over the wire. */
#ifndef BIGHT_QOTD_QUOTES_H
#define BIGHT_QOTD_QUOTES_H

#include <bight/bytes.h>
#include <bight/error.h>

/* RFC 865: "it should be less than 512 characters". */
#define QUOTE_MAX 511
/* The largest file that is read. */
#define QUOTES_FILE_MAX (1024 * 1024)

struct quotes {
    char *text; /* all of them, with CR LF at each line's end */
    bight_bytes *all;
    size_t count;
    size_t too_long; /* how many were left out */
};

/* The built-in ones. NO_MEMORY. */
bight_error quotes_default(struct quotes *ret_quotes);

/* Of a file in the form of fortune: quotes are separated by lines "%". An
 * errno; INVALID: it is too large, or has no quote that is short enough. */
bight_error quotes_read(const char *path, struct quotes *ret_quotes);

/* Also of one that is zeroed. */
void quotes_fini(struct quotes *quotes);

#endif
