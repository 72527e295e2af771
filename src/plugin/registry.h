/* SPDX-License-Identifier: MIT */
/* The plugins that are known: one register per process, which only grows. */
#ifndef BIGHT_PLUGIN_REGISTRY_H
#define BIGHT_PLUGIN_REGISTRY_H

#include <bight/plugin.h>

/* Checks a descriptor and makes it known; `path` is copied, NULL if it is
 * linked. With `name` it must have that. One that is known already is found
 * again. Any thread. INVALID, UNSUPPORTED, BUSY, NO_MEMORY, or the endpoint
 * register's: the note says why. */
bight_error bight__plugin_add(const bight_plugin *plugin, const char *path,
                              const char *name,
                              const bight_plugin_entry **ret_entry);

/* NULL if there is none of that name. Any thread. */
const bight_plugin_entry *bight__plugin_known(const char *name);

#endif
