/* SPDX-License-Identifier: MIT */
/*
 * The text of a config file: lines KEY = VALUE below lines [SECTION]. A '#' or
 * ';' begins a comment, at the line's start or after a blank. A value loses the
 * blanks around it; 'VALUE' is taken as it is, in "VALUE" a '\' stands before
 * '"' and '\', and \n and \t are what they are in C.
 */
#ifndef BIGHT_CLI_INI_H
#define BIGHT_CLI_INI_H

#include <bight/bytes.h>
#include <bight/diagnostic.h>

/* Longest line, in bytes. */
#define INI_LINE_MAX 4096

/* Everything in these is lent for the length of the call. */
struct ini_line {
    unsigned number; /* from 1 */
    bight_bytes text;
};

struct ini_value {
    struct ini_line line;
    bight_bytes section; /* "" before the first one */
    bight_bytes key;
    bight_bytes value; /* without quotes; a NUL follows */
    size_t key_at;     /* in the line */
    size_t value_at;   /* in the line, after a quote */
    char quote;        /* '"', '\'' or 0 */
};

/* Slots may be NULL. */
struct ini_handler {
    void (*section)(void *ctx, const struct ini_line *line, bight_bytes name,
                    size_t name_at);
    void (*value)(void *ctx, const struct ini_value *value);
    /* The text goes on with the next line; a section whose line is wrong is
     * passed over. */
    void (*fault)(void *ctx, const struct ini_line *line,
                  const bight_diagnostic *why);
};

void ini_parse(bight_bytes text, const struct ini_handler *handler, void *ctx);

/* Where in the line the byte at `offset` of the value stands. */
size_t ini_column(const struct ini_value *value, size_t offset);

#endif
