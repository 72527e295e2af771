/* SPDX-License-Identifier: MIT */
/*
 * A config file: first the options of the command, then below [NAME] those of
 * the protocol NAME. What is said of other protocols is checked, too.
 */
#ifndef BIGHT_CLI_CONFIG_H
#define BIGHT_CLI_CONFIG_H

#include "settings.h"

/* All zero: no file. */
struct config {
    const char *path; /* the caller's */
    bight_bytes text;
};

/* Largest file, in bytes. */
#define CONFIG_MAX ((size_t)1 << 20)

/* Returns an exit code; it has complained. */
int config_read(struct config *config, const char *path);
void config_fini(struct config *config);

/* The value of an option of the command, before it is known whether all of the
 * file is right; the caller frees it. NULL: there is none, or no memory. */
char *config_peek(const struct config *config, const char *name);

struct config_protocols {
    /* The options of a protocol; NULL: it has none. NOT_FOUND: there is no such
     * protocol. */
    bight_error (*table)(const char *name,
                         const bight_option_table **ret_table);
    const char *const *(*names)(void); /* of all, ended by NULL */
};

/* Gives the settings all that the file says. Returns the exit code of the last
 * fault; each has been complained about. */
int config_take(const struct config *config, struct settings *settings,
                const struct config_protocols *protocols);

#endif
