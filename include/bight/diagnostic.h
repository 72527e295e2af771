/* SPDX-License-Identifier: MIT */
/* What is wrong with a text a person wrote, and where in it. */
#ifndef BIGHT_DIAGNOSTIC_H
#define BIGHT_DIAGNOSTIC_H

#include <stddef.h>

#include <bight/api.h>
#include <bight/bytes.h>

BIGHT_BEGIN_DECLS

/** Offsets count bytes of the text; length 0 at its end: something is missing.
 * Caller-owned, holds no pointers. Start from zero: no message, no hint. */
typedef struct bight_diagnostic {
    size_t start, length;
    char message[160]; /* "unknown endpoint type 'tpc'" */
    char hint[240];    /* "did you mean 'tcp'?  known: tcp unix"; may be "" */
} bight_diagnostic;

/** Fills all but the hint, which becomes "". What is too long ends in "...".
 * Any thread; cannot fail. */
BIGHT_API void bight_diagnostic_set(bight_diagnostic *d, size_t start,
                                    size_t length, const char *format, ...)
    BIGHT_PRINTF(4, 5);

/** Replaces the hint alone. */
BIGHT_API void bight_diagnostic_hint(bight_diagnostic *d, const char *format,
                                     ...) BIGHT_PRINTF(2, 3);

/** Makes the hint "did you mean 'x'?  known: x y z" for a word that is none of
 * the choices (an array ended by NULL). */
BIGHT_API void bight_diagnostic_choices(bight_diagnostic *d, bight_bytes word,
                                        const char *const *choices);

/** Writes "PROGRAM: message", the text (its part around the fault when it is
 * long) and "^~~  hint", which goes on below if it needs more than 80 columns,
 * each line with its newline. `program` may be NULL; bytes that a terminal
 * would obey are escaped. Returns the full length as snprintf does; what is
 * written always ends in NUL if `size` > 0. */
BIGHT_API size_t bight_diagnostic_format(const bight_diagnostic *d,
                                         const char *program, bight_bytes text,
                                         char *buf, size_t size);

/** The choice (of an array ended by NULL) that a person who typed `word` most
 * likely meant; NULL if none is close. */
BIGHT_API const char *bight_nearest(bight_bytes word,
                                    const char *const *choices);

BIGHT_END_DECLS

#endif
