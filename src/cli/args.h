/* SPDX-License-Identifier: MIT */
/* The words of a command line, parsed by a table of options. */
#ifndef BIGHT_CLI_ARGS_H
#define BIGHT_CLI_ARGS_H

#include <bight/options.h>

/* What a table of options cannot say about one of them. */
struct args_trait {
    const char *name;
    char letter;       /* its short form, or 0 */
    const char *value; /* its value in the help text, or NULL: by its type */
    bool repeats;      /* its values go to `word` too */
};

struct args_spec {
    const bight_option_table *table;
    const struct args_trait *traits; /* ended by one without a name */
    const char *help;                /* "bight help serve": tells all options */
    /* Takes an operand (`option` is NULL) or a value of an option that
     * repeats; both texts are the program's arguments. Returns an exit code. */
    int (*word)(void *ctx, const char *option, const char *text);
};

/* Fills `values`, which bight_options_init made. Returns 0, or the exit code
 * for what it has told on stderr. */
int args_parse(const struct args_spec *spec, int argc, char *const *argv,
               void *values, void *ctx);

/* NULL if the option has none. */
const struct args_trait *args_trait(const struct args_spec *spec,
                                    const char *name);

#endif
