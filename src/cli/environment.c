/* SPDX-License-Identifier: MIT */
/* Slips in the names of variables. What is like no option at all is somebody
 * else's, and left in peace. */
#include "environment.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <bight/plugin.h>

#include "complain.h"
#include "given.h"
#include "options.h"

#define PREFIX "BIGHT_"
#define NAMES 512
#define LONGEST 64

extern char **environ;

/* As options are written: "max-conn". Those made of two words lie in `pool`. */
struct names {
    const char *all[NAMES + 1];
    size_t count;
    char pool[NAMES * 16];
    size_t used;
};

static void add(struct names *names, const char *name)
{
    if (names->count < NAMES)
        names->all[names->count++] = name;
}

static bool is_here(const struct trait *trait, const char *name)
{
    for (; trait != NULL && trait->name != NULL; trait++) {
        if (strcmp(trait->name, name) == 0)
            return trait->here;
    }
    return false;
}

static void add_table(struct names *names, const bight_option_table *table,
                      const struct trait *traits)
{
    bight_option option;
    for (size_t i = 0; bight_options_at(table, i, &option); i++) {
        if (!is_here(traits, option.name))
            add(names, option.name);
    }
}

static void add_plugin(struct names *names, const bight_plugin *plugin)
{
    bight_option option;
    for (size_t i = 0; bight_options_at(plugin->options, i, &option); i++) {
        char *both = names->pool + names->used;
        size_t room = sizeof(names->pool) - names->used;
        int length = snprintf(both, room, "%s-%s", plugin->name, option.name);
        add(names, option.name);
        if (length < 0 || (size_t)length >= room)
            return;
        names->used += (size_t)length + 1;
        add(names, both);
    }
}

static void add_all(struct names *names)
{
    const bight_plugin_entry *entry;
    add_table(names, &serve_option_table, serve_option_traits);
    add_table(names, &connect_option_table, connect_option_traits);
    for (size_t i = 0; (entry = bight_plugin_at(i)) != NULL; i++) {
        if (entry->plugin.options != NULL)
            add_plugin(names, &entry->plugin);
    }
}

/* False: it is no name for one. */
static bool option_of(const char *variable, char name[LONGEST])
{
    size_t length = strcspn(variable, "=");
    if (length == 0 || length >= LONGEST)
        return false;
    for (size_t i = 0; i < length; i++) {
        char c = variable[i];
        if (c >= 'A' && c <= 'Z')
            name[i] = (char)(c - 'A' + 'a');
        else
            name[i] = (char)(c == '_' ? '-' : c);
    }
    name[length] = '\0';
    return true;
}

static bool is_known(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->all[i], name) == 0)
            return true;
    }
    return false;
}

static void judge(const struct names *names, const char *entry)
{
    char name[LONGEST];
    char meant[LONGEST + sizeof(PREFIX)];
    if (strncmp(entry, PREFIX, strlen(PREFIX)) != 0 ||
        !option_of(entry + strlen(PREFIX), name) || is_known(names, name))
        return;
    const char *nearest = bight_nearest(bight_bytes_text(name), names->all);
    if (nearest == NULL)
        return;
    given_variable(NULL, nearest, meant, sizeof(meant));
    complain_text("%.*s is not known and not used; did you mean %s?",
                  (int)strcspn(entry, "="), entry, meant);
}

void environment_warn(void)
{
    struct names names = {.count = 0};
    add_all(&names);
    for (char **entry = environ; *entry != NULL; entry++)
        judge(&names, *entry);
}
