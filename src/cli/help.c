/* SPDX-License-Identifier: MIT */
/* Help texts, from the tables. */
#include "help.h"

#include <string.h>

#include "complain.h"
#include "describe.h"
#include "exit.h"
#include "info.h"
#include "paint.h"
#include "protocols.h"
#include "reference.h"

#define COLUMN 30

/* -- options -------------------------------------------------------------- */

/* "  -l, --listen ENDPOINT" */
static int show_name(const bight_option *option, const struct trait *trait)
{
    char value[128];
    int width = trait != NULL && trait->letter != 0
                    ? printf("  -%c, ", trait->letter)
                    : printf("      ");
    (void)describe_value(option, trait, value, sizeof(value));
    width += printf("--%s%s%s", option->name, *value != '\0' ? " " : "", value);
    return width;
}

static void show_option(const bight_option *option, const struct trait *trait,
                        bool ranges)
{
    char range[64];
    int width = show_name(option, trait);
    if (width + 1 >= COLUMN) {
        (void)putchar('\n');
        width = 0;
    }
    (void)printf("%*s%s", COLUMN - width, "", option->help);
    if (option->default_text != NULL && !option->secret)
        (void)printf(" (%s)", option->default_text);
    (void)putchar('\n');
    if (ranges && describe_range(option, range, sizeof(range)) > 0)
        (void)printf("%*s%s\n", COLUMN, "", range);
    if (ranges && option->secret)
        (void)printf("%*sa secret: never shown\n", COLUMN, "");
}

void help_options(const bight_option_table *table, const struct trait *traits,
                  bool ranges)
{
    const struct group group = {.traits = traits};
    bight_option option;
    for (size_t i = 0; bight_options_at(table, i, &option); i++)
        show_option(&option, group_trait(&group, option.name), ranges);
}

/* -- commands ------------------------------------------------------------- */

static void show_heading(const char *heading)
{
    paint_begin(stdout, PAINT_NAME);
    (void)fputs(heading, stdout);
    paint_end(stdout);
    (void)putchar('\n');
}

void help_command_show(const struct command *command)
{
    (void)printf("usage: bight %s %s%s[OPTION...]\n\n", command->name,
                 command->operands, *command->operands != '\0' ? " " : "");
    (void)printf("%c%s.\n\n", command->summary[0] - 'a' + 'A',
                 command->summary + 1);
    show_heading("Options:");
    help_options(command->options, command->traits, false);
    if (command->text != NULL)
        (void)printf("\n%s\n", command->text);
}

void help_usage(FILE *out)
{
    (void)fputs("usage: bight serve NAME [ENDPOINT...] [OPTION...]\n"
                "       bight connect ENDPOINT [OPTION...]\n"
                "       bight help [COMMAND|NAME|KIND]\n"
                "for example: bight serve echo tcp:7007\n",
                out);
}

static void show_commands(void)
{
    const struct command *command;
    for (size_t i = 0; (command = command_at(i)) != NULL; i++)
        (void)printf("  %-12s%s\n", command->name, command->summary);
}

static void show_protocols(void)
{
    const bight_plugin_entry *entry;
    protocol_load_all(NULL, NULL);
    for (size_t i = 0; (entry = bight_plugin_at(i)) != NULL; i++) {
        if (entry->factory != NULL)
            (void)printf("  %-12s%s\n", entry->plugin.name,
                         entry->plugin.summary);
    }
}

static void show_all(void)
{
    help_usage(stdout);
    (void)putchar('\n');
    show_heading("Commands:");
    show_commands();
    (void)putchar('\n');
    show_heading("Protocols, whose name alone serves them, too:");
    show_protocols();
    (void)puts("\n"
               "Exit codes: 0 fine, 1 other failures, 2 a check found "
               "problems,\n"
               "64 command line, 65 a plugin that cannot be used, 66 a file "
               "is missing,\n"
               "69 cannot connect, or address in use or not here, 71 no "
               "descriptors or\n"
               "memory, 73 files, 74 input and output, 75 timed out, 77 no "
               "permission,\n"
               "78 config file or environment.");
}

/* -- the command ---------------------------------------------------------- */

static const char *const *topics(void)
{
    static const char *names[256];
    const char *const *lists[] = {command_names(), protocol_names(),
                                  info_kind_names()};
    size_t count = 0;
    for (size_t i = 0; i < 3; i++) {
        for (const char *const *name = lists[i]; *name != NULL && count < 255;
             name++)
            names[count++] = *name;
    }
    names[count] = NULL;
    return names;
}

static int complain_topic(const char *word)
{
    bight_diagnostic diagnostic;
    const char *nearest = bight_nearest(bight_bytes_text(word), topics());
    bight_diagnostic_set(&diagnostic, 0, strlen(word),
                         "unknown help topic '%s'", word);
    if (nearest != NULL)
        bight_diagnostic_hint(&diagnostic, "did you mean '%s'?", nearest);
    else
        bight_diagnostic_hint(&diagnostic, "see: bight help");
    return complain(&diagnostic, bight_bytes_text(word));
}

static int run(const struct command *command, int argc, char *const *argv)
{
    struct operands operands = {.most = 1};
    int code;
    if (!command_operands(command, argc, argv, &operands, &code))
        return code;
    if (operands.options.markdown)
        return reference_print();
    if (operands.count == 0) {
        show_all();
        return EXIT_FINE;
    }
    const struct command *topic = command_find(operands.words[0]);
    if (topic != NULL) {
        help_command_show(topic);
        return EXIT_FINE;
    }
    if (!info_show(operands.words[0], &code))
        return complain_topic(operands.words[0]);
    return code;
}

const struct command help_command = {
    .name = "help",
    .operands = "[COMMAND|NAME|KIND]",
    .summary = "tells what there is, or about one of it",
    .options = &markdown_option_table,
    .traits = plain_option_traits,
    .run = run,
};
