/* SPDX-License-Identifier: MIT */
/* Variables of the environment that nobody reads. */
#ifndef BIGHT_CLI_ENVIRONMENT_H
#define BIGHT_CLI_ENVIRONMENT_H

/* Warns of each BIGHT_* that is almost the name of an option, of a command's or
 * of a plugin's that is known by now: a line each. */
void environment_warn(void);

#endif
