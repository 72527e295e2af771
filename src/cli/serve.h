/* SPDX-License-Identifier: MIT */
/* bight serve NAME [ENDPOINT...]: from the command line to what shall run. */
#ifndef BIGHT_CLI_SERVE_H
#define BIGHT_CLI_SERVE_H

#include "options.h"
#include "place.h"
#include "protocols.h"

struct serve {
    struct serve_options options;
    const struct protocol *protocol;
    struct place *places;
    size_t count;
};

/* Parses argv[0] .. argv[argc - 1], runs, and returns the exit code. With
 * `protocol` the command line names none. */
int serve_command(const struct protocol *protocol, int argc, char *const *argv);

/* The help text, on stdout. */
void serve_help(void);

/* Serves until a signal; in run.c. */
int serve_run(struct serve *serve);

#endif
