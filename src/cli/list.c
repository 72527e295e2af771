/* SPDX-License-Identifier: MIT */
/* bight list: the plugins that are there. */
#include <stdio.h>
#include <string.h>

#include <bight/log.h>

#include "complain.h"
#include "event.h"
#include "exit.h"
#include "command.h"
#include "paint.h"
#include "protocols.h"

/* It cannot be used, but the others can. */
static void refused(void *ctx, const char *path, bight_error why)
{
    char text[1024];
    bool *any = ctx;
    *any = true;
    (void)bight_error_format(why, text, sizeof(text));
    if (strstr(text, path) != NULL)
        complain_text("%s", text);
    else
        complain_text("%s: %s", path, text);
}

static void show_line(const bight_plugin_entry *entry)
{
    const bight_plugin *plugin = &entry->plugin;
    paint_begin(stdout, PAINT_NAME);
    (void)printf("%-14s", plugin->name);
    paint_end(stdout);
    (void)printf("%-8s%s\n", plugin->version != NULL ? plugin->version : "-",
                 plugin->summary != NULL ? plugin->summary : "");
    if (entry->path != NULL)
        (void)printf("%22s%s\n", "", entry->path);
}

static bight_error show_json(const bight_plugin_entry *entry)
{
    const bight_plugin *plugin = &entry->plugin;
    const bight_log_field fields[] = {
        bight_log_text("name", plugin->name),
        bight_log_text("version",
                       plugin->version != NULL ? plugin->version : ""),
        bight_log_text("summary",
                       plugin->summary != NULL ? plugin->summary : ""),
        bight_log_text("path", entry->path != NULL ? entry->path : ""),
        bight_log_bool("protocol", entry->factory != NULL),
        bight_log_bool("endpoint", plugin->endpoint != NULL),
        bight_log_bool("filter", plugin->filter != NULL),
    };
    return event_write("plugin", fields, sizeof(fields) / sizeof(fields[0]));
}

static int run(const struct command *command, int argc, char *const *argv)
{
    struct operands operands = {.most = 0};
    const bight_plugin_entry *entry;
    bight_error error = bight_ok();
    bool any = false;
    int code;
    if (!command_operands(command, argc, argv, &operands, &code))
        return code;
    protocol_load_all(refused, &any);
    for (size_t i = 0;
         (entry = bight_plugin_at(i)) != NULL && !bight_failed(error); i++) {
        if (operands.options.json)
            error = show_json(entry);
        else
            show_line(entry);
    }
    if (bight_failed(error))
        return complain_error(error);
    return any ? EXIT_PROBLEMS : EXIT_FINE;
}

const struct command list_command = {
    .name = "list",
    .operands = "",
    .summary = "tells the plugins that there are, and where they are",
    .text = "Plugins are part of the program, or files NAME.so in the folders "
            "of\n--plugin-path, else of BIGHT_PLUGIN_PATH, and in the "
            "installed one. One\nthat cannot be used is told on stderr with "
            "the reason; the exit code is\nthen 2.",
    .options = &list_option_table,
    .traits = plain_option_traits,
    .run = run,
};
