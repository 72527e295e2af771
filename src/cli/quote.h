/* SPDX-License-Identifier: MIT */
/* Values on stdout as a config file has them. */
#ifndef BIGHT_CLI_QUOTE_H
#define BIGHT_CLI_QUOTE_H

/* Between quotes and escaped where that is needed: it reads as the same value,
 * and moves no cursor. Returns the bytes written. */
int quote_print(const char *value);

#endif
