/* SPDX-License-Identifier: MIT */
/* Finding plugins, and saying why one was not found. */
#include "protocols.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "complain.h"
#include "exit.h"
#include "linked.h"
#include "options.h"
#include "plugin_path.h"

#define NAMES 128

/* Options of the program are not a plugin's, too: each flag has one meaning. */
static void reserve_options(void)
{
    static const char *names[NAMES + 1];
    bight_option option;
    size_t count = 0;
    while (count < NAMES &&
           bight_options_at(&serve_option_table, count, &option))
        names[count++] = option.name;
    bight_plugin_reserve(names);
}

/* Not before a file was loaded that has the name of a linked one: what was
 * named by its path is what is meant. */
static void know_linked(void)
{
    static bool known;
    if (known)
        return;
    known = true;
    plugin_path_warn();
    reserve_options();
    (void)linked_register();
}

/* No name has a dot, so FILE.so can only be a file of this folder. */
bool protocol_is_path(const char *word)
{
    size_t length = strlen(word);
    return strchr(word, '/') != NULL ||
           (length > 3 && strcmp(word + length - 3, ".so") == 0);
}

bight_error protocol_open(const char *word,
                          const bight_plugin_entry **ret_entry)
{
    if (!protocol_is_path(word)) {
        know_linked();
        return bight_plugin_find(word, ret_entry);
    }
    char path[PATH_MAX];
    bool bare = strchr(word, '/') == NULL;
    (void)snprintf(path, sizeof(path), "%s%s", bare ? "./" : "", word);
    reserve_options();
    return bight_plugin_load(path, ret_entry);
}

void protocol_load_all(void (*failed)(void *ctx, const char *path,
                                      bight_error why),
                       void *ctx)
{
    know_linked();
    bight_plugin_load_all(failed, ctx);
}

/* What is there but cannot be used is bad data; bight_errno_domain knows what
 * is not there, or not for us. */
int protocol_exit_code(bight_error error)
{
    if (error.domain != &bight_errno_domain)
        return bight_error_is(error, &bight_domain, BIGHT_ERROR_NO_MEMORY)
                   ? EXIT_SYSTEM
                   : EXIT_DATA;
    return error.code == ENOENT || error.code == ENOTDIR ? EXIT_NO_INPUT
                                                         : exit_code_of(error);
}

static int complain_no_protocol(const bight_plugin_entry *entry)
{
    complain_text("the plugin '%s' has no protocol to serve",
                  entry->plugin.name);
    return EXIT_DATA;
}

int protocol_find(const char *word, const bight_plugin_entry **ret_entry)
{
    const bight_plugin_entry *entry;
    bight_error error = protocol_open(word, &entry);
    if (!protocol_is_path(word) &&
        bight_error_is(error, &bight_domain, BIGHT_ERROR_NOT_FOUND))
        return complain_unknown("protocol", word, protocol_names());
    if (bight_failed(error)) {
        (void)complain_error(error);
        return protocol_exit_code(error);
    }
    if (entry->factory == NULL)
        return complain_no_protocol(entry);
    *ret_entry = entry;
    return 0;
}

const char *const *protocol_names(void)
{
    static const char *names[NAMES + 1];
    const bight_plugin_entry *entry;
    size_t count = 0;
    protocol_load_all(NULL, NULL);
    for (size_t i = 0; (entry = bight_plugin_at(i)) != NULL; i++) {
        if (entry->factory != NULL && count < NAMES)
            names[count++] = entry->plugin.name;
    }
    names[count] = NULL;
    return names;
}

static bight_error table_of(const char *name,
                            const bight_option_table **ret_table)
{
    const bight_plugin_entry *entry;
    bight_error error = protocol_open(name, &entry);
    if (!bight_failed(error))
        *ret_table = entry->plugin.options;
    return error;
}

const struct config_protocols protocol_tables = {table_of, protocol_names};
