/* SPDX-License-Identifier: MIT */
/* What the program says about itself. */
#ifndef BIGHT_CLI_HELP_H
#define BIGHT_CLI_HELP_H

#include <stdio.h>

/* A few lines on `out`. */
void help_usage(FILE *out);

/* "bight 0.1.0 (libuv 1.44.2)" on stdout. */
void help_version(void);

#endif
