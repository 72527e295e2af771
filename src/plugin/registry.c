/* SPDX-License-Identifier: MIT */
/* The register of plugins. */
#include "plugin/registry.h"

#include <pthread.h>
#include <string.h>

#include <bight/alloc.h>

#include "plugin/check.h"

/* Never freed: any thread, and any connection, may be using it. */
struct known {
    bight_plugin_entry entry;
    const bight_plugin *source;
    bight_factory factory; /* of a plugin that gives a protocol */
    char path[];
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* Sorted by name; the mutex guards all of these. */
static struct known **all;
static size_t count;
static size_t room;
static const char *const *reserved;

void bight_plugin_reserve(const char *const *names)
{
    (void)pthread_mutex_lock(&mutex);
    reserved = names;
    (void)pthread_mutex_unlock(&mutex);
}

/* The first that is not before `name`. */
static size_t place_of(const char *name)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(all[middle]->entry.plugin.name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct known *find(const char *name)
{
    size_t at = place_of(name);
    return at < count && strcmp(all[at]->entry.plugin.name, name) == 0 ? all[at]
                                                                       : NULL;
}

static struct known *find_source(const bight_plugin *source)
{
    for (size_t i = 0; i < count; i++) {
        if (all[i]->source == source)
            return all[i];
    }
    return NULL;
}

static bight_error grow(void)
{
    if (count < room)
        return bight_ok();
    size_t larger = room > 0 ? 2 * room : 16;
    struct known **moved = bight_realloc(all, larger * sizeof(struct known *));
    if (moved == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    all = moved;
    room = larger;
    return bight_ok();
}

/* The plugin's own factory stays the one it knows: bight_factory_each takes
 * its address, and the wire copies tables of any size. */
static const bight_factory *factory_for(struct known *known)
{
    const bight_plugin *plugin = &known->entry.plugin;
    if (plugin->protocol == NULL)
        return plugin->factory;
    known->factory = (bight_factory){
        .size = sizeof(bight_factory),
        .name = plugin->name,
        .protocol = plugin->protocol,
    };
    return &known->factory;
}

static struct known *known_new(const bight_plugin *source,
                               const bight_plugin *plugin, const char *path)
{
    size_t length = path != NULL ? strlen(path) + 1 : 0;
    struct known *known = bight_zalloc(sizeof(*known) + length);
    if (known == NULL)
        return NULL;
    known->source = source;
    known->entry.size = sizeof(known->entry);
    known->entry.plugin = *plugin;
    known->entry.factory = factory_for(known);
    if (path != NULL) {
        memcpy(known->path, path, length);
        known->entry.path = known->path;
    }
    return known;
}

static bight_error name_is_taken(const struct known *by)
{
    return bight_error_note(
        bight_error_of(BIGHT_ERROR_BUSY), "the name '%s' is taken by %s",
        by->entry.plugin.name,
        by->entry.path != NULL ? by->entry.path : "one linked in");
}

/* The endpoint's kind last: it cannot be taken back. */
static bight_error insert(struct known *known)
{
    const bight_plugin *plugin = &known->entry.plugin;
    const struct known *other = find(plugin->name);
    if (other != NULL)
        return name_is_taken(other);
    bight_error error = grow();
    if (!bight_failed(error) && plugin->endpoint != NULL)
        error = bight_endpoint_register(plugin->endpoint);
    if (bight_failed(error))
        return error;
    size_t at = place_of(plugin->name);
    memmove(&all[at + 1], &all[at], (count - at) * sizeof(struct known *));
    all[at] = known;
    count++;
    return bight_ok();
}

static bight_error check_name(const bight_plugin *plugin, const char *name)
{
    if (name == NULL || strcmp(plugin->name, name) == 0)
        return bight_ok();
    return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                            "the plugin in it is called '%s'", plugin->name);
}

static bight_error add(const bight_plugin *source, const char *path,
                       const char *name, struct known **ret_known)
{
    bight_plugin plugin;
    bight_error error = bight__plugin_check(source, reserved, &plugin);
    if (!bight_failed(error))
        error = check_name(&plugin, name);
    if (bight_failed(error))
        return error;
    struct known *known = known_new(source, &plugin, path);
    if (known == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    error = insert(known);
    if (bight_failed(error))
        bight_free(known);
    else
        *ret_known = known;
    return error;
}

bight_error bight__plugin_add(const bight_plugin *plugin, const char *path,
                              const char *name,
                              const bight_plugin_entry **ret_entry)
{
    (void)pthread_mutex_lock(&mutex);
    struct known *known = find_source(plugin);
    bight_error error = known != NULL ? check_name(&known->entry.plugin, name)
                                      : add(plugin, path, name, &known);
    (void)pthread_mutex_unlock(&mutex);
    if (!bight_failed(error))
        *ret_entry = &known->entry;
    return error;
}

const bight_plugin_entry *bight__plugin_known(const char *name)
{
    (void)pthread_mutex_lock(&mutex);
    const struct known *known = find(name);
    (void)pthread_mutex_unlock(&mutex);
    return known != NULL ? &known->entry : NULL;
}

bight_error bight_plugin_register(const bight_plugin *plugin)
{
    const bight_plugin_entry *unused;
    bight_error error = bight__plugin_add(plugin, NULL, NULL, &unused);
    return bight_error_note(error, "plugin %s", bight__plugin_name(plugin));
}

const bight_plugin_entry *bight_plugin_at(size_t index)
{
    (void)pthread_mutex_lock(&mutex);
    const struct known *known = index < count ? all[index] : NULL;
    (void)pthread_mutex_unlock(&mutex);
    return known != NULL ? &known->entry : NULL;
}
