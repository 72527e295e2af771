/* SPDX-License-Identifier: MIT */
/* What the program says about itself. */
#ifndef BIGHT_CLI_HELP_H
#define BIGHT_CLI_HELP_H

#include <stdio.h>

#include "command.h"

/* A few lines on `out`. */
void help_usage(FILE *out);

/* The help text of a command, on stdout. */
void help_command_show(const struct command *command);

/* The options of a table, on stdout; letters and values from the traits, which
 * may be NULL. With `ranges` the limits too. */
void help_options(const bight_option_table *table, const struct trait *traits,
                  bool ranges);

#endif
