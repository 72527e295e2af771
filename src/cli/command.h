/* SPDX-License-Identifier: MIT */
/* The commands of the program. */
#ifndef BIGHT_CLI_COMMAND_H
#define BIGHT_CLI_COMMAND_H

#include "options.h"

struct command {
    const char *name;
    const char *operands; /* "NAME [ENDPOINT...]", or "" */
    const char *summary;  /* one line */
    const char *text;     /* paragraphs behind the options; may be NULL */
    const bight_option_table *options;
    const struct trait *traits;
    /* Gets what stands behind the command's name. Returns the exit code. */
    int (*run)(const struct command *command, int argc, char *const *argv);
};

extern const struct command check_command;
extern const struct command completion_command;
extern const struct command connect_command;
extern const struct command help_command;
extern const struct command info_command;
extern const struct command list_command;
extern const struct command serve_command;
extern const struct command version_command;

/* Sorted by name; NULL past the last. */
const struct command *command_at(size_t index);
/* NULL if there is none. */
const struct command *command_find(const char *name);

/* Their names, and what may stand in their place, ended by NULL. */
const char *const *command_names(void);

/* The operands of a command of few options. */
struct operands {
    struct plain_options options;
    const char *words[8];
    size_t count;
    size_t most;
    const char *missing; /* what is said if there is none; NULL: fine */
};

/* Parses them. False: there is no more to do, and *ret_code is what to return;
 * on either way plain_options need no end. */
bool command_operands(const struct command *command, int argc,
                      char *const *argv, struct operands *operands,
                      int *ret_code);

/* Runs the program: argv[0] is its name. Returns its exit code. */
int command_run(int argc, char *const *argv);

#endif
