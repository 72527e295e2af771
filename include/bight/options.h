/* SPDX-License-Identifier: MIT */
/* Tables of typed options, and the values that people give them. */
#ifndef BIGHT_OPTIONS_H
#define BIGHT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/api.h>
#include <bight/bytes.h>
#include <bight/diagnostic.h>
#include <bight/error.h>
#include <bight/parse.h>

BIGHT_BEGIN_DECLS

/** The type of an option, and of its member in the struct of values. */
typedef enum bight_option_type {
    BIGHT_OPTION_STRING = 1,   /* char *, freed by fini; NULL while not set */
    BIGHT_OPTION_INT = 2,      /* int64_t */
    BIGHT_OPTION_BOOL = 3,     /* bool */
    BIGHT_OPTION_SIZE = 4,     /* uint64_t, bytes */
    BIGHT_OPTION_DURATION = 5, /* uint64_t, milliseconds */
    BIGHT_OPTION_PATH = 6,     /* char *, as STRING, but never "" */
    BIGHT_OPTION_ENUM = 7,     /* int32_t, the index in `choices` */
    BIGHT_OPTION_FILE = 8,     /* as PATH: a file to be read */
    BIGHT_OPTION_FOLDER = 9    /* as PATH: a folder to be read from */
} bight_option_type;

/** Whether a text that its type allows has a meaning, too; else an error, and
 * in *d what is wrong, with offsets in `text`. Does nothing else; any thread.
 */
typedef bight_error (*bight_option_check_fn)(bight_bytes text,
                                             bight_diagnostic *d);

/** One option; it grows at its end only. Limits: both 0 is none, and `max` <
 * `min` no upper one; of a text they limit the length in bytes. */
typedef struct bight_option {
    const char *name; /* "idle-timeout" */
    bight_option_type type;
    size_t offset;            /* of its member in the struct of values */
    const char *default_text; /* NULL: zero, or not set */
    int64_t min, max;
    const char *const *choices;  /* ENUM: ended by NULL */
    const char *help;            /* one line */
    bool secret;                 /* never shown in a message or a log */
    bool required;               /* a text that must be set */
    bight_option_check_fn check; /* of values; NULL: the type is enough */
} bight_option;

/** Options and the struct that holds their values. Static and const. */
typedef struct bight_option_table {
    size_t size;   /* sizeof(bight_option_table) */
    size_t stride; /* sizeof(bight_option), as the table's author knew it */
    const bight_option *options;
    size_t count;
    size_t values_size; /* of the struct of values */
} bight_option_table;

/** Initialises a table from an array of options and the type of the values. */
#define BIGHT_OPTION_TABLE(array, values_type)                                 \
    {                                                                          \
        sizeof(bight_option_table), sizeof(bight_option), (array),             \
            sizeof(array) / sizeof((array)[0]), sizeof(values_type)            \
    }

/** What is wrong with a name or a value, and where in it. */
typedef struct bight_option_issue {
    bool in_name; /* the diagnostic is about the name, not the value */
    bool secret;  /* do not show the value: the diagnostic does not */
    bight_diagnostic diagnostic;
} bight_option_issue;

/** Makes `values` hold the defaults; bight_options_fini ends them. USAGE: the
 * table or a default is wrong (the note says how). NO_MEMORY. On error nothing
 * is left to free. All of these: any thread that has `values` to itself. */
BIGHT_API bight_error bight_options_init(const bight_option_table *table,
                                         void *values);

/** Parses `text` into the option called `name`. NOT_FOUND (no such option),
 * INVALID, RANGE, NO_MEMORY leave the value as it was; of the first three the
 * note and *ret_issue (may be NULL, else untouched) tell a person. */
BIGHT_API bight_error bight_options_set(const bight_option_table *table,
                                        void *values, bight_bytes name,
                                        bight_bytes text,
                                        bight_option_issue *ret_issue);

/** Looks at what is set as whoever uses the values will: required ones are
 * there (INVALID), and files and folders can be read, from the working folder
 * (an errno; INVALID: one in place of the other). The first fault counts, from
 * the option at *index on, which becomes its; note and *ret_issue (may be NULL)
 * as of set. */
BIGHT_API bight_error bight_options_verify(const bight_option_table *table,
                                           const void *values, size_t *index,
                                           bight_option_issue *ret_issue);

/** Frees the strings and zeroes `values`; accepts NULL and what init left. */
BIGHT_API void bight_options_fini(const bight_option_table *table,
                                  void *values);

/** Writes the option's value so that set makes the same of it ("" for no such
 * option or one not set); a secret that is set as "***" unless `reveal`.
 * Returns the full length as snprintf does. */
BIGHT_API size_t bight_options_format(const bight_option_table *table,
                                      const void *values, const char *name,
                                      bool reveal, char *buf, size_t size);

/** Copies the option at `index` into one of the size known here; false past
 * the last. This is how to walk a table whose author may be older or newer. */
BIGHT_API bool bight_options_at(const bight_option_table *table, size_t index,
                                bight_option *ret_option);

BIGHT_END_DECLS

#endif
