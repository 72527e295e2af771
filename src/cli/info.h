/* SPDX-License-Identifier: MIT */
/* What is to be known about one protocol or one kind of endpoints. */
#ifndef BIGHT_CLI_INFO_H
#define BIGHT_CLI_INFO_H

#include <stdbool.h>

#include <bight/endpoint_kind.h>
#include <bight/plugin.h>

/* On stdout, of the plugin or kind of that name, or of the plugin in that file.
 * False: there is none. *ret_code: the exit code; it has complained. */
bool info_show(const char *word, int *ret_code);

void info_show_plugin(const bight_plugin_entry *entry);
void info_show_kind(const bight_endpoint_kind *kind);

/* Of the kinds, ended by NULL. */
const char *const *info_kind_names(void);

#endif
