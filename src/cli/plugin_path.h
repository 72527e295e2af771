/* SPDX-License-Identifier: MIT */
/* The folders in which the library looks for plugins. */
#ifndef BIGHT_CLI_PLUGIN_PATH_H
#define BIGHT_CLI_PLUGIN_PATH_H

/* Puts folders in the place of BIGHT_PLUGIN_PATH: separated by ':', relative
 * ones are from here. Returns an exit code; it has complained. */
int plugin_path_set(const char *folders);

/* Says which folders of BIGHT_PLUGIN_PATH the library leaves out, if any. */
void plugin_path_warn(void);

#endif
