/* SPDX-License-Identifier: MIT */
/* The folders in which plugins are looked for by name. */
#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bight/plugin.h>

#include "base/naming.h"
#include "plugin/load.h"
#include "plugin/registry.h"

#define SUFFIX ".so"
#define SUFFIX_SIZE (sizeof(SUFFIX) - 1)
/* The library's own name begins so. */
#define LIBRARY "libbight.so"

/* -- where ---------------------------------------------------------------- */

static char installed[PATH_MAX];

/* Beside libbight.so, wherever that was moved to; a program that has the
 * library linked into it looks where it was to be installed. */
static void find_installed(void)
{
    Dl_info info;
    char folder[PATH_MAX];
    (void)snprintf(installed, sizeof(installed), "%s", BIGHT_PLUGIN_DIR);
    if (dladdr(&installed, &info) == 0 || info.dli_fname == NULL)
        return;
    const char *slash = strrchr(info.dli_fname, '/');
    if (slash == NULL || strncmp(slash + 1, LIBRARY, strlen(LIBRARY)) != 0)
        return;
    (void)snprintf(folder, sizeof(folder), "%.*s/",
                   (int)(slash - info.dli_fname), info.dli_fname);
    char *real = realpath(folder, NULL);
    if (real != NULL)
        (void)snprintf(installed, sizeof(installed), "%s/bight/plugins", real);
    free(real);
}

/* Steps over what has the form of no folder here: "", a relative path, one too
 * long. NULL: there is none left. */
static const char *next_folder(const char **rest, size_t *ret_length)
{
    while (*rest != NULL) {
        const char *folder = *rest;
        size_t length = strcspn(folder, ":");
        *rest = folder[length] == ':' ? folder + length + 1 : NULL;
        if (folder[0] == '/' && length < PATH_MAX) {
            *ret_length = length;
            return folder;
        }
    }
    return NULL;
}

const char *bight_plugin_folder(size_t index)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static _Thread_local char text[PATH_MAX];
    const char *rest = secure_getenv("BIGHT_PLUGIN_PATH");
    const char *folder;
    size_t length, i = 0;
    while ((folder = next_folder(&rest, &length)) != NULL) {
        if (i++ == index) {
            (void)snprintf(text, sizeof(text), "%.*s", (int)length, folder);
            return text;
        }
    }
    (void)pthread_once(&once, find_installed);
    if (i < index)
        return NULL;
    (void)snprintf(text, sizeof(text), "%s", installed);
    return text;
}

/* -- by name -------------------------------------------------------------- */

/* False: no such path can be. */
static bool path_of(const char *folder, const char *file, char path[PATH_MAX])
{
    int length = snprintf(path, PATH_MAX, "%s/%s", folder, file);
    return length > 0 && length < PATH_MAX;
}

/* The first file of that name decides, also when it cannot be loaded. */
static bight_error look_for(const char *name,
                            const bight_plugin_entry **ret_entry)
{
    char file[BIGHT__NAME_MAX + sizeof(SUFFIX)];
    char path[PATH_MAX];
    const char *folder;
    (void)snprintf(file, sizeof(file), "%s" SUFFIX, name);
    for (size_t i = 0; (folder = bight_plugin_folder(i)) != NULL; i++) {
        if (path_of(folder, file, path) && access(path, F_OK) == 0)
            return bight__plugin_load(path, name, ret_entry);
    }
    return bight_error_note(bight_error_of(BIGHT_ERROR_NOT_FOUND), "plugin %s",
                            name);
}

bight_error bight_plugin_find(const char *name,
                              const bight_plugin_entry **ret_entry)
{
    if (!bight__is_name(name))
        return bight_error_note(bight_error_of(BIGHT_ERROR_NOT_FOUND),
                                "'%s' is no name of a plugin", name);
    const bight_plugin_entry *entry = bight__plugin_known(name);
    if (entry == NULL)
        return look_for(name, ret_entry);
    *ret_entry = entry;
    return bight_ok();
}

/* -- all of them ---------------------------------------------------------- */

typedef void (*failed_fn)(void *ctx, const char *path, bight_error why);

static int is_plugin_file(const struct dirent *file)
{
    size_t length = strlen(file->d_name);
    return file->d_name[0] != '.' && length > SUFFIX_SIZE &&
           strcmp(file->d_name + length - SUFFIX_SIZE, SUFFIX) == 0;
}

/* What has a known name stands behind it, as in bight_plugin_find. */
static void load_one(const char *folder, const char *file, failed_fn failed,
                     void *ctx)
{
    char name[NAME_MAX + 1];
    char path[PATH_MAX];
    const bight_plugin_entry *unused;
    (void)snprintf(name, sizeof(name), "%.*s",
                   (int)(strlen(file) - SUFFIX_SIZE), file);
    if (!path_of(folder, file, path) || bight__plugin_known(name) != NULL)
        return;
    bight_error error = bight__plugin_load(path, name, &unused);
    if (bight_failed(error) && failed != NULL)
        failed(ctx, path, error);
}

/* The folder's text is lent only until the next call, which `failed` may be. */
static void load_folder(const char *lent, failed_fn failed, void *ctx)
{
    char folder[PATH_MAX];
    struct dirent **files = NULL;
    (void)snprintf(folder, sizeof(folder), "%s", lent);
    int count = scandir(folder, &files, is_plugin_file, alphasort);
    for (int i = 0; i < count; i++) {
        load_one(folder, files[i]->d_name, failed, ctx);
        free(files[i]);
    }
    free(files);
}

void bight_plugin_load_all(failed_fn failed, void *ctx)
{
    const char *folder;
    for (size_t i = 0; (folder = bight_plugin_folder(i)) != NULL; i++)
        load_folder(folder, failed, ctx);
}
