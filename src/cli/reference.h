/* SPDX-License-Identifier: MIT */
/* docs/reference/cli.md, from the tables. */
#ifndef BIGHT_CLI_REFERENCE_H
#define BIGHT_CLI_REFERENCE_H

/* On stdout. Returns an exit code. */
int reference_print(void);

#endif
