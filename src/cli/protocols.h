/* SPDX-License-Identifier: MIT */
/* The plugins that the program can get at: linked, found, or named by path. */
#ifndef BIGHT_CLI_PROTOCOLS_H
#define BIGHT_CLI_PROTOCOLS_H

#include <stdbool.h>

#include <bight/plugin.h>

#include "config.h"

/* A word with a slash, or FILE.so. */
bool protocol_is_path(const char *word);

/* By name or path. Returns an exit code; it has complained. */
int protocol_find(const char *word, const bight_plugin_entry **ret_entry);

/* Likewise, without a complaint. */
bight_error protocol_open(const char *word,
                          const bight_plugin_entry **ret_entry);

/* All plugins that are there: linked ones, and those in folders; `failed` (may
 * be NULL) is told of those that were refused. */
void protocol_load_all(void (*failed)(void *ctx, const char *path,
                                      bight_error why),
                       void *ctx);

/* The names of all that can be served, those in folders too, ended by NULL;
 * lent until the next call. */
const char *const *protocol_names(void);

/* What a config file asks about them. */
extern const struct config_protocols protocol_tables;

/* The exit code for a plugin that was refused. */
int protocol_exit_code(bight_error error);

#endif
