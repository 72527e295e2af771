/* SPDX-License-Identifier: MIT */
/* From a file to a descriptor. */
#include "plugin/load.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "plugin/file.h"
#include "plugin/registry.h"

#define SYMBOL "bight_plugin_v1"

static bight_error invalid(const char *what)
{
    return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID), "%s", what);
}

/* The loader's words, without the path that the note begins with. */
static bight_error loader_error(const char *real)
{
    const char *text = dlerror();
    size_t length = strlen(real);
    if (text == NULL)
        return invalid("the dynamic loader refuses it");
    if (strncmp(text, real, length) == 0 &&
        strncmp(text + length, ": ", 2) == 0)
        text += length + 2;
    return invalid(text);
}

/* Plugins and endpoint types. */
static size_t count_known(void)
{
    size_t plugins = 0, kinds = 0;
    while (bight_plugin_at(plugins) != NULL)
        plugins++;
    while (bight_endpoint_kind_at(kinds) != NULL)
        kinds++;
    return plugins + kinds;
}

/* An unresolved symbol is an error now, not in the middle of a connection, and
 * one plugin's symbols are nothing to another. Never uv_dlopen: it is lazy.
 * What was refused is closed, no code of it but its constructors has run,
 * unless these made something known meanwhile, that may lie in it; what was
 * accepted stays, so its address tells one that is loaded twice. */
static bight_error open_and_add(const char *real, const char *name,
                                const bight_plugin_entry **ret_entry)
{
    size_t before = count_known();
    void *handle = dlopen(real, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL)
        return loader_error(real);
    const bight_plugin *plugin = dlsym(handle, SYMBOL);
    bight_error error =
        plugin == NULL ? invalid("no bight plugin: it has no symbol " SYMBOL)
                       : bight__plugin_add(plugin, real, name, ret_entry);
    if (bight_failed(error) && count_known() == before)
        (void)dlclose(handle);
    return error;
}

/* One file at a time, as in the loader itself, whose own lock is nothing that a
 * thread sanitizer knows. Recursive like that: a constructor may load, too. */
static bight_error open_alone(const char *real, const char *name,
                              const bight_plugin_entry **ret_entry)
{
    static pthread_mutex_t mutex = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
    (void)pthread_mutex_lock(&mutex);
    bight_error error = open_and_add(real, name, ret_entry);
    (void)pthread_mutex_unlock(&mutex);
    return error;
}

bight_error bight__plugin_load(const char *path, const char *name,
                               const bight_plugin_entry **ret_entry)
{
    char real[PATH_MAX];
    bight_error error = bight__plugin_file(path, real);
    if (!bight_failed(error))
        error = open_alone(real, name, ret_entry);
    return bight_error_note(error, "load %s", path);
}

bight_error bight_plugin_load(const char *path,
                              const bight_plugin_entry **ret_entry)
{
    if (strchr(path, '/') == NULL)
        return bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                                "load %s: the path needs a slash", path);
    return bight__plugin_load(path, NULL, ret_entry);
}
