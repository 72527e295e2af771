/* SPDX-License-Identifier: MIT */
/* What a shell completes, from the tables: one writer for each shell, on
 * stdout. */
#ifndef BIGHT_CLI_COMPLETION_H
#define BIGHT_CLI_COMPLETION_H

#include "command.h"

void completion_bash(void);
void completion_fish(void);
void completion_zsh(void);

/* -- what these share ----------------------------------------------------- */

/* "a b c". */
void completion_put_words(const char *const *words);

/* The text between single quotes, with `escape` in the place of a quote inside:
 * '\'' or \'; control characters are blanks. */
void completion_put_quoted(const char *text, const char *escape);

/* What an option's value is completed with. */
enum completion {
    COMPLETION_FLAG,     /* it has none */
    COMPLETION_CHOICES,  /* option->choices */
    COMPLETION_ENDPOINT, /* kinds of endpoints */
    COMPLETION_FILE,
    COMPLETION_NOTHING
};
enum completion completion_of(const bight_option *option,
                              const struct trait *trait);

/* Calls `fn` for each option of each command (`owner` is its name), then of
 * each protocol. */
typedef void (*completion_fn)(const char *owner, const bight_option *option,
                              const struct trait *trait);
void completion_each(completion_fn fn);

/* Likewise, of one table. */
void completion_each_of(const char *owner, const bight_option_table *table,
                        const struct trait *traits, completion_fn fn);

/* The kinds of endpoints that can be served, and those that can be connected
 * to; ended by NULL. */
const char *const *completion_places(void);
const char *const *completion_peers(void);

#endif
