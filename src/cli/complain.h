/* SPDX-License-Identifier: MIT */
/* What the program says when it cannot do what it was asked to. */
#ifndef BIGHT_CLI_COMPLAIN_H
#define BIGHT_CLI_COMPLAIN_H

#include <bight/diagnostic.h>
#include <bight/error.h>

/* Message, `text`, caret and hint on stderr; returns the exit code. */
int complain(const bight_diagnostic *diagnostic, bight_bytes text);

/* The same with "bight: WHERE: " before the message. */
void complain_at(const char *where, const bight_diagnostic *diagnostic,
                 bight_bytes text);

/* "unknown WHAT 'WORD'", and the choices (ended by NULL). */
int complain_unknown(const char *what, const char *word,
                     const char *const *known);

/* "bight: ERROR" on stderr; returns the error's exit code. */
int complain_error(bight_error error);

/* "bight: MESSAGE". */
void complain_text(const char *format, ...) BIGHT_PRINTF(1, 2);

#endif
