/* SPDX-License-Identifier: MIT */
/* What is said once all listeners listen. */
#ifndef BIGHT_CLI_BANNER_H
#define BIGHT_CLI_BANNER_H

#include "protocols.h"
#include "server.h"

/* At most four lines on stderr, for people. */
void banner_show(const struct server *server, const struct protocol *protocol);

/* A line of JSON on stdout for each listener. */
bight_error banner_announce(const struct server *server);

#endif
