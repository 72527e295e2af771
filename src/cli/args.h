/* SPDX-License-Identifier: MIT */
/* The words of a command line. */
#ifndef BIGHT_CLI_ARGS_H
#define BIGHT_CLI_ARGS_H

#include "settings.h"

/* Gives the settings what stands in the arguments; operands go to their `word`.
 * `help` is told with an unknown option: "bight help serve". Returns 0, or the
 * exit code for what it has told on stderr. */
int args_parse(struct settings *settings, const char *help, int argc,
               char *const *argv);

/* The last value of --NAME, or of its letter, in the arguments, which have not
 * been parsed yet; NULL if there is none. What looks like it may be another
 * option's value. */
const char *args_peek(const struct group *group, int argc, char *const *argv,
                      const char *name);

#endif
