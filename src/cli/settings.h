/* SPDX-License-Identifier: MIT */
/*
 * The values of option tables, of which each may come from the command line,
 * the environment or a file; the first of these that gives it counts, in
 * whatever order they are asked.
 */
#ifndef BIGHT_CLI_SETTINGS_H
#define BIGHT_CLI_SETTINGS_H

#include <bight/options.h>

#include "given.h"

/* What a table of options cannot say about one of them. */
struct trait {
    const char *name;
    char letter;       /* its short form, or 0 */
    const char *value; /* its value in the help text, or NULL: by its type */
    bool repeats;      /* its values go to `word`, all of them */
    bool here;         /* only on the command line */
    bool not_in_file;  /* nor in a file, but in the environment */
    bool creates;      /* a file that will be made, unless it is "-" or "off" */
};

/* One table and its values. */
struct group {
    const char *section; /* of a file; NULL: what stands before the first */
    const bight_option_table *table;
    const struct trait *traits; /* ended by one without a name, or NULL */
    void *values;
    void *tried;            /* where a value that does not count is checked */
    struct source *sources; /* of each option */
    unsigned *lines;        /* of each: where a file has it, or 0 */
};

struct settings {
    struct group command;  /* the command's own options */
    struct group protocol; /* those of what it serves; no table: none */
    /* Takes an operand, or a value of an option that repeats. Returns an exit
     * code; it has complained. */
    int (*word)(void *ctx, const struct given *given);
    void *ctx;
};

/* Makes `values` hold the defaults; `section` lives as long as the group. On
 * error nothing is left to end. */
bight_error group_init(struct group *group, const char *section,
                       const bight_option_table *table,
                       const struct trait *traits, void *values);
/* Ends the values too; all zero is fine. */
void group_fini(struct group *group);

/* False if there is no such option. */
bool group_find(const struct group *group, bight_bytes name,
                bight_option *ret_option);
/* The option's place in `lines`; it exists. */
unsigned *group_line(const struct group *group, const char *name);
/* NULL if the option has none. */
const struct trait *group_trait(const struct group *group, const char *name);

/* The group that an option of the command line or of the environment is of, the
 * command's first; NULL: of none. */
struct group *settings_find(struct settings *settings, bight_bytes name,
                            bight_option *ret_option);

/* Checks the value of a known option, which counts if nothing better was given.
 * Returns an exit code; it has complained. */
int settings_give(struct settings *settings, struct group *group,
                  const struct given *given);

/* Complains that nobody knows the option, with the name most like it. */
int settings_complain_unknown(const struct settings *settings,
                              const struct group *group,
                              const struct given *given, const char *help);

/* Takes BIGHT_NAME for each option --NAME of one of the groups. Returns the
 * last exit code that is not 0; each fault has been complained about. */
int settings_take_environment(struct settings *settings, struct group *group);

/* On stdout, as a config file with the origins as comments. Those that repeat
 * are left out: they are the caller's, line by line. A secret is ***. */
void settings_show(const struct settings *settings);
void settings_show_line(const char *name, const char *value,
                        const struct source *source);

#endif
