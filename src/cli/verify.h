/* SPDX-License-Identifier: MIT */
/* Whether what was read can be done: before anything is opened or made. */
#ifndef BIGHT_CLI_VERIFY_H
#define BIGHT_CLI_VERIFY_H

#include "place.h"
#include "settings.h"

/* What must be set is, files that will be read or made can be, from the folder
 * we are in. `name` is what is served, in complaints. Returns the exit code of
 * the last fault; each has been complained about. */
int verify_settings(const struct settings *settings, const char *name);

/* Socket files have a folder that they can be made in. Sockets that will be
 * passed are not asked for. */
int verify_places(const struct place *places, size_t count);

#endif
