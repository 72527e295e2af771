/* SPDX-License-Identifier: MIT */
/* The plugins that are linked into the program. */
#ifndef BIGHT_CLI_LINKED_H
#define BIGHT_CLI_LINKED_H

#include <bight/error.h>

/* Makes them known, but for one whose name a plugin has that was loaded; a
 * second call does nothing. The last error, if any. */
bight_error linked_register(void);

#endif
