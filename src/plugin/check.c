/* SPDX-License-Identifier: MIT */
/* Descriptors: what is refused, and what a person is told about it. */
#include "plugin/check.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include <bight/alloc.h>

#include "base/naming.h"
#include "base/table.h"

#define VERSION_MAX 31
#define SUMMARY_MAX 60
/* Values of options are a handful of numbers and pointers. */
#define VALUES_MAX ((size_t)64 * 1024)

static_assert(offsetof(bight_plugin, head) == 0 &&
                  offsetof(bight_plugin_head, size) == 4 &&
                  offsetof(bight_plugin_head, abi_major) == 8 &&
                  offsetof(bight_plugin_head, abi_minor) == 10 &&
                  offsetof(bight_plugin_head, features) == 12 &&
                  sizeof(bight_plugin_head) == 16,
              "the head never moves");

static bight_error invalid(const char *what)
{
    return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID), "%s", what);
}

/* -- the head ------------------------------------------------------------- */

static bight_error check_abi(const bight_plugin_head *head)
{
    if (head->abi_major == BIGHT_PLUGIN_ABI_MAJOR &&
        head->abi_minor <= BIGHT_PLUGIN_ABI_MINOR)
        return bight_ok();
    return bight_error_note(bight_error_of(BIGHT_ERROR_UNSUPPORTED),
                            "built for plugin ABI %u.%u, this bight has %d.%d",
                            head->abi_major, head->abi_minor,
                            BIGHT_PLUGIN_ABI_MAJOR, BIGHT_PLUGIN_ABI_MINOR);
}

/* The smallest table of this major number ends with the protocol. */
static bool is_size(uint32_t size)
{
    return size >= offsetof(bight_plugin, factory) &&
           size <= sizeof(bight_plugin);
}

static bight_error check_head(const bight_plugin_head *head)
{
    if (head->magic != BIGHT_PLUGIN_MAGIC)
        return invalid("its descriptor does not begin with the magic number");
    bight_error error = check_abi(head);
    if (bight_failed(error))
        return error;
    if (head->features != 0)
        return bight_error_note(bight_error_of(BIGHT_ERROR_UNSUPPORTED),
                                "it needs features 0x%" PRIx32
                                " that this bight does not have",
                                head->features);
    if (!is_size(head->size))
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "a descriptor of %" PRIu32
                                " bytes is none of ABI %u.%u",
                                head->size, head->abi_major, head->abi_minor);
    return bight_ok();
}

const char *bight__plugin_name(const bight_plugin *given)
{
    return given != NULL && !bight_failed(check_head(&given->head)) &&
                   bight__is_name(given->name)
               ? given->name
               : "?";
}

/* -- options -------------------------------------------------------------- */

static bight_error check_option(const bight_option *option,
                                const char *const *reserved)
{
    bight_error error = bight_error_of(BIGHT_ERROR_INVALID);
    if (!bight__is_name(option->name))
        return invalid("an option's name is not [a-z][a-z0-9-]*, at most 31 "
                       "bytes");
    if (!bight__is_line(option->help, BIGHT__HELP_MAX))
        return bight_error_note(error, "option '%s' has no line of help",
                                option->name);
    for (size_t i = 0; reserved != NULL && reserved[i] != NULL; i++) {
        if (strcmp(reserved[i], option->name) == 0)
            return bight_error_note(
                error, "option '%s' is named like one of the program's own",
                option->name);
    }
    return bight_ok();
}

/* Only a table with sound options and defaults can be made values of. */
static bight_error try_values(const bight_option_table *table)
{
    void *values = bight_zalloc(table->values_size);
    if (values == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    bight_error error = bight_options_init(table, values);
    if (!bight_failed(error))
        bight_options_fini(table, values);
    bight_free(values);
    /* Whose mistake it was: the note stays. */
    if (bight_error_is(error, &bight_domain, BIGHT_ERROR_USAGE))
        error.code = BIGHT_ERROR_INVALID;
    return error;
}

static bight_error check_options(const bight_option_table *table,
                                 const char *const *reserved)
{
    bight_option option;
    if (table->size < BIGHT__TABLE_PAST(bight_option_table, values_size) ||
        table->stride < offsetof(bight_option, secret) ||
        (table->options == NULL && table->count > 0))
        return invalid("its option table has not the sizes of one");
    if (table->values_size > VALUES_MAX)
        return invalid("its options' values are larger than 64k");
    for (size_t i = 0; bight_options_at(table, i, &option); i++) {
        bight_error error = check_option(&option, reserved);
        if (bight_failed(error))
            return error;
    }
    return try_values(table);
}

/* -- tables --------------------------------------------------------------- */

static const char *judge_protocol(const bight_protocol *protocol)
{
    return protocol->size < offsetof(bight_protocol, connection_made)
               ? "its protocol's table is too short"
               : NULL;
}

static bool has_build(const bight_factory *factory)
{
    return factory->size >= BIGHT__TABLE_PAST(bight_factory, build) &&
           factory->build != NULL;
}

static const char *judge_factory(const bight_factory *factory)
{
    if (factory->size < offsetof(bight_factory, shared_size))
        return "its factory's table is too short";
    if (factory->protocol != NULL)
        return judge_protocol(factory->protocol);
    return has_build(factory) ? NULL : "its factory has no protocol";
}

static const char *judge_filter(const bight_filter *filter)
{
    if (filter->size < offsetof(bight_filter, above) + sizeof(void *))
        return "its filter's table is too short";
    return filter->below == NULL || filter->above == NULL
               ? "its filter lacks a side"
               : NULL;
}

static const char *judge_tables(const bight_plugin *plugin)
{
    int tables = (plugin->protocol != NULL) + (plugin->factory != NULL) +
                 (plugin->endpoint != NULL) + (plugin->filter != NULL);
    if (tables == 0)
        return "it has no protocol, factory, endpoint or filter";
    if (tables > 1)
        return "it has more than one of protocol, factory, endpoint, filter";
    if (plugin->protocol != NULL)
        return judge_protocol(plugin->protocol);
    if (plugin->factory != NULL)
        return judge_factory(plugin->factory);
    if (plugin->options != NULL)
        return "it has options, but neither a protocol nor a factory";
    return plugin->filter != NULL ? judge_filter(plugin->filter) : NULL;
}

static const char *judge_texts(const bight_plugin *plugin)
{
    if (plugin->name == NULL)
        return "it has no name";
    if (!bight__is_name(plugin->name))
        return "its name is not [a-z][a-z0-9-]*, at most 31 bytes";
    if (plugin->version != NULL &&
        !bight__is_line(plugin->version, VERSION_MAX))
        return "its version is not a line of at most 31 bytes";
    if (plugin->summary == NULL)
        return "it has no summary";
    if (!bight__is_line(plugin->summary, SUMMARY_MAX))
        return "its summary is not a line of at most 60 bytes";
    return NULL;
}

bight_error bight__plugin_check(const bight_plugin *given,
                                const char *const *reserved,
                                bight_plugin *ret_plugin)
{
    bight_plugin plugin = {.name = NULL};
    if (given == NULL)
        return invalid("no descriptor");
    bight_error error = check_head(&given->head);
    if (bight_failed(error))
        return error;
    memcpy(&plugin, given, given->head.size);
    const char *what = judge_texts(&plugin);
    if (what == NULL)
        what = judge_tables(&plugin);
    if (what != NULL)
        return invalid(what);
    if (plugin.options != NULL)
        error = check_options(plugin.options, reserved);
    if (!bight_failed(error))
        *ret_plugin = plugin;
    return error;
}
