/* SPDX-License-Identifier: MIT */
/* Loading a file. */
#ifndef BIGHT_PLUGIN_LOAD_H
#define BIGHT_PLUGIN_LOAD_H

#include <bight/plugin.h>

/* As bight_plugin_load; with `name` the plugin in it must have that. */
bight_error bight__plugin_load(const char *path, const char *name,
                               const bight_plugin_entry **ret_entry);

#endif
