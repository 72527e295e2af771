/* SPDX-License-Identifier: MIT */
/* What is said once all listeners listen. */
#ifndef BIGHT_CLI_BANNER_H
#define BIGHT_CLI_BANNER_H

#include <bight/plugin.h>

#include "server.h"

/* At most four lines on stderr, for people. */
void banner_show(const struct server *server, const bight_plugin_entry *entry);

/* A line of JSON on stdout for each listener. */
bight_error banner_announce(const struct server *server);

#endif
