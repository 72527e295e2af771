/* SPDX-License-Identifier: MIT */
/* bight serve NAME [ENDPOINT...]: from what was given to what shall run. */
#ifndef BIGHT_CLI_SERVE_H
#define BIGHT_CLI_SERVE_H

#include "command.h"
#include "config.h"
#include "place.h"
#include "protocols.h"

struct serve {
    const struct command *command;
    struct settings settings;
    struct serve_options options;
    struct config config;
    const bight_plugin_entry *entry; /* NULL: none was named */
    void *values;                    /* of its options; NULL: it has none */
    struct place *places;
    size_t count;
};

/* Reads the environment, the command line and the config file. Returns an exit
 * code, and has complained; in any case serve_fini ends it. */
int serve_read(struct serve *serve, const struct command *command, int argc,
               char *const *argv);
void serve_fini(struct serve *serve);

/* Goes to the folder that was named, and looks whether all that was given can
 * be done. Returns an exit code; it has complained. */
int serve_check(struct serve *serve);

/* --show-origin, on stdout. */
void serve_show(const struct serve *serve);

/* What --help and --show-origin ask for; false: it is to be done. */
bool serve_tell(const struct serve *serve);

/* Serves until a signal; in run.c. Returns the exit code. */
int serve_run(struct serve *serve);

#endif
