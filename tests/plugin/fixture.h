/* SPDX-License-Identifier: MIT */
/* Files to load, and what is said about them. FIXTURES is their folder. */
#ifndef BIGHT_TESTS_PLUGIN_FIXTURE_H
#define BIGHT_TESTS_PLUGIN_FIXTURE_H

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include <bight/plugin.h>

#include "loops.h"

#define FIXTURE(name) FIXTURES "/" name ".so"

/* A folder for one test, and a file in it. */
struct folder {
    char path[64];
    char file[128];
};

static inline void folder_begin(struct folder *folder)
{
    (void)snprintf(folder->path, sizeof(folder->path), "/tmp/bight-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder->path));
}

/* Names a file in it. */
static inline const char *folder_file(struct folder *folder, const char *name)
{
    (void)snprintf(folder->file, sizeof(folder->file), "%s/%s", folder->path,
                   name);
    return folder->file;
}

static inline void folder_end(struct folder *folder)
{
    char command[128];
    (void)snprintf(command, sizeof(command), "rm -rf %s", folder->path);
    ck_assert_int_eq(system(command), 0);
}

/* Copies the first `most` bytes of a fixture into the folder. */
static inline const char *folder_copy(struct folder *folder, const char *from,
                                      const char *name, size_t most)
{
    static char bytes[1024 * 1024];
    FILE *in = fopen(from, "rb");
    ck_assert_ptr_nonnull(in);
    size_t size = fread(bytes, 1, sizeof(bytes), in);
    ck_assert_int_eq(fclose(in), 0);
    ck_assert_uint_gt(size, 0);
    ck_assert_uint_lt(size, sizeof(bytes));
    FILE *out = fopen(folder_file(folder, name), "wb");
    ck_assert_ptr_nonnull(out);
    size = size < most ? size : most;
    ck_assert_uint_eq(fwrite(bytes, 1, size, out), size);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_int_eq(chmod(folder->file, 0755), 0);
    return folder->file;
}

/* The error's text, lent until the next call. */
static inline const char *said(bight_error error)
{
    static char text[1024];
    (void)bight_error_format(error, text, sizeof(text));
    return text;
}

/* The file is refused: with these words behind "load PATH: ". */
#define ck_assert_refused(path, words)                                         \
    do {                                                                       \
        const bight_plugin_entry *entry_ = NULL;                               \
        char expected_[3 * PATH_MAX];                                          \
        (void)snprintf(expected_, sizeof(expected_), "load %s: %s", (path),    \
                       (words));                                               \
        ck_assert_str_eq(said(bight_plugin_load((path), &entry_)), expected_); \
        ck_assert_ptr_null(entry_);                                            \
    } while (0)

static inline const bight_plugin_entry *fixture_load(const char *path)
{
    const bight_plugin_entry *entry = NULL;
    ck_assert_ok(bight_plugin_load(path, &entry));
    ck_assert_ptr_nonnull(entry);
    return entry;
}

#endif
