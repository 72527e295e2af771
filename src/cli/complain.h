/* SPDX-License-Identifier: MIT */
/* What the program says when it cannot do what it was asked to. */
#ifndef BIGHT_CLI_COMPLAIN_H
#define BIGHT_CLI_COMPLAIN_H

#include <bight/diagnostic.h>
#include <bight/error.h>

/* Message, `text`, caret and hint on stderr; returns the exit code. */
int complain(const bight_diagnostic *diagnostic, bight_bytes text);

/* "bight: ERROR" on stderr; returns the error's exit code. */
int complain_error(bight_error error);

#endif
