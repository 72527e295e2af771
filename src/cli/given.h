/* SPDX-License-Identifier: MIT */
/* An option and its value, as a person wrote them somewhere. */
#ifndef BIGHT_CLI_GIVEN_H
#define BIGHT_CLI_GIVEN_H

#include <stdbool.h>

#include <bight/diagnostic.h>

#include "ini.h"

/* Where a value comes from; a later one counts more. */
enum origin {
    ORIGIN_DEFAULT = 0,
    ORIGIN_FILE = 1,
    ORIGIN_ENVIRONMENT = 2,
    ORIGIN_FLAG = 3
};

struct source {
    enum origin origin;
    const char *where; /* the file, or the option of a variable */
    const char *of;    /* the protocol in the variable's name, or NULL */
    unsigned line;     /* of the file */
};

struct given {
    struct source source;
    bight_bytes name;            /* empty: an operand */
    bight_bytes value;           /* a NUL follows */
    bight_bytes shown;           /* what a complaint shows of it, and ... */
    size_t name_at;              /* ... where in that the name and ... */
    size_t value_at;             /* ... the value begin */
    const struct ini_value *ini; /* of a file */
};

/* As given_complain_name, without what stands from `value_at` on: a secret. */
int given_complain_masked(const struct given *given,
                          const bight_diagnostic *diagnostic);
/* Complains about the name or about the value, which is not shown if it is
 * `secret`; the diagnostic counts from its beginning. Returns the exit code. */
int given_complain_name(const struct given *given,
                        const bight_diagnostic *diagnostic);
int given_complain_value(const struct given *given,
                         const bight_diagnostic *diagnostic, bool secret);

/* "BIGHT_MAX_CONN" of "max-conn"; of "history" of a protocol, whose name may be
 * NULL, "BIGHT_LINES_HISTORY". */
void given_variable(const char *protocol, const char *name, char *buf,
                    size_t size);

/* "command line", "BIGHT_LISTEN", "FILE:3" or "default"; as snprintf. */
size_t source_format(const struct source *source, char *buf, size_t size);

#endif
