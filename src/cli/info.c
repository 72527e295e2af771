/* SPDX-License-Identifier: MIT */
/* Plugins and kinds of endpoints, from their tables. */
#include "info.h"

#include <stdio.h>
#include <string.h>

#include "complain.h"
#include "describe.h"
#include "exit.h"
#include "help.h"
#include "paint.h"
#include "protocols.h"

#define COLUMN 30
#define KINDS 64

/* -- kinds ---------------------------------------------------------------- */

const char *const *info_kind_names(void)
{
    static const char *names[KINDS + 1];
    const bight_endpoint_kind *kind;
    size_t count = 0;
    while (count < KINDS && (kind = bight_endpoint_kind_at(count)) != NULL)
        names[count++] = kind->name;
    names[count] = NULL;
    return names;
}

static const bight_endpoint_kind *find_kind(const char *name)
{
    const bight_endpoint_kind *kind;
    for (size_t i = 0; (kind = bight_endpoint_kind_at(i)) != NULL; i++) {
        if (strcmp(kind->name, name) == 0)
            return kind;
    }
    return NULL;
}

static void show_title(const char *name, const char *version,
                       const char *summary)
{
    paint_begin(stdout, PAINT_NAME);
    (void)fputs(name, stdout);
    paint_end(stdout);
    (void)printf("%s%s - %s\n", version != NULL ? " " : "",
                 version != NULL ? version : "",
                 summary != NULL ? summary : "");
}

/* Words of `text`, in lines that end before column 80. */
static void show_wrapped(const char *text)
{
    size_t at = COLUMN;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        if (at + 1 + length >= 80) {
            (void)printf("\n%*s", COLUMN, "");
            at = COLUMN;
        } else if (at > COLUMN) {
            (void)putchar(' ');
            at++;
        }
        (void)printf("%.*s", (int)length, text);
        at += length;
        text += length;
        text += strspn(text, " ");
    }
}

static void show_limits(const bight_endpoint_field *field, unsigned sides)
{
    char range[64];
    char text[256];
    size_t at = 0;
    if (describe_field_range(field, range, sizeof(range)) > 0)
        at += (size_t)snprintf(text, sizeof(text), "; %s", range);
    if (field->default_text != NULL)
        at += (size_t)snprintf(text + at, sizeof(text) - at, "; by default %s",
                               field->default_text);
    if (field->sides != sides)
        at += (size_t)snprintf(text + at, sizeof(text) - at, "; %s only",
                               describe_sides(field->sides));
    if (at > 0)
        (void)printf("%*s%s\n", COLUMN, "", text + 2);
}

static void show_field(const bight_endpoint_field *field, unsigned sides)
{
    int width = field->positional ? printf("  %s", field->name)
                                  : printf("  %s=%s", field->name,
                                           describe_field_value(field));
    if (width + 1 >= COLUMN) {
        (void)putchar('\n');
        width = 0;
    }
    (void)printf("%*s", COLUMN - width, "");
    if (field->help != NULL)
        show_wrapped(field->help);
    else if (field->stands_for != NULL)
        (void)printf("the same as %s", field->stands_for);
    (void)putchar('\n');
    show_limits(field, sides);
}

static void show_fields(const bight_endpoint_kind *kind, bool positional,
                        const char *heading)
{
    bool any = false;
    for (const bight_endpoint_field *field = kind->fields; field->name != NULL;
         field++) {
        if (field->positional != positional)
            continue;
        if (!any)
            (void)printf("\n%s:\n", heading);
        any = true;
        show_field(field, kind->sides);
    }
}

void info_show_kind(const bight_endpoint_kind *kind)
{
    char text[256];
    (void)describe_kind(kind, text, sizeof(text));
    show_title(kind->name, NULL, kind->summary);
    (void)printf("  %s, %s\n", text, describe_sides(kind->sides));
    show_fields(kind, true, "Arguments");
    show_fields(kind, false, "Keys");
}

/* -- plugins -------------------------------------------------------------- */

static void show_parts(const bight_plugin_entry *entry)
{
    const bight_plugin *plugin = &entry->plugin;
    const char *comma = "";
    (void)fputs("  ", stdout);
    if (entry->factory != NULL) {
        (void)fputs("protocol", stdout);
        comma = ", ";
    }
    if (plugin->endpoint != NULL) {
        (void)printf("%sendpoint type '%s'", comma, plugin->endpoint->name);
        comma = ", ";
    }
    if (plugin->filter != NULL)
        (void)printf("%sfilter", comma);
    (void)printf("; ABI %u.%u, %s\n", plugin->head.abi_major,
                 plugin->head.abi_minor,
                 entry->path != NULL ? entry->path : "part of this program");
}

void info_show_plugin(const bight_plugin_entry *entry)
{
    const bight_plugin *plugin = &entry->plugin;
    show_title(plugin->name, plugin->version, plugin->summary);
    show_parts(entry);
    if (plugin->options == NULL || plugin->options->count == 0) {
        (void)puts("  no options of its own");
        return;
    }
    (void)printf("\nOptions, also below [%s] in a config file:\n",
                 plugin->name);
    help_options(plugin->options, NULL, true);
}

/* -- the command ---------------------------------------------------------- */

bool info_show(const char *word, int *ret_code)
{
    const bight_endpoint_kind *kind = find_kind(word);
    const bight_plugin_entry *entry;
    *ret_code = EXIT_FINE;
    bight_error error = protocol_open(word, &entry);
    if (!bight_failed(error)) {
        info_show_plugin(entry);
    } else if (kind != NULL) {
        info_show_kind(kind);
    } else if (!protocol_is_path(word) &&
               bight_error_is(error, &bight_domain, BIGHT_ERROR_NOT_FOUND)) {
        return false;
    } else {
        (void)complain_error(error);
        *ret_code = protocol_exit_code(error);
    }
    return true;
}

static const char *const *names(void)
{
    static const char *all[256];
    size_t count = 0;
    for (const char *const *name = protocol_names();
         *name != NULL && count < 128; name++)
        all[count++] = *name;
    for (const char *const *name = info_kind_names(); *name != NULL; name++)
        all[count++] = *name;
    all[count] = NULL;
    return all;
}

static int run(const struct command *command, int argc, char *const *argv)
{
    struct operands operands = {
        .most = 1, .missing = "info needs a protocol or an endpoint type"};
    int code;
    if (!command_operands(command, argc, argv, &operands, &code))
        return code;
    if (!info_show(operands.words[0], &code))
        return complain_unknown("protocol or endpoint type", operands.words[0],
                                names());
    return code;
}

const struct command info_command = {
    .name = "info",
    .operands = "NAME|./FILE.so|KIND",
    .summary = "tells all about a protocol or an endpoint type",
    .options = &info_option_table,
    .traits = plain_option_traits,
    .run = run,
};
