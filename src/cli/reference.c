/* SPDX-License-Identifier: MIT */
/* The reference page: commands, options, protocols, files, exit codes. */
#include "reference.h"

#include <stdio.h>
#include <string.h>

#include "command.h"
#include "describe.h"
#include "exit.h"
#include "protocols.h"

static const char head[] =
    "<!-- Written by `bight help --markdown`; a test compares it. -->\n"
    "# The command `bight`\n"
    "\n"
    "One program serves every protocol; `bight help` tells most of this page\n"
    "in a terminal.\n";

static const char config[] =
    "\n## Where values come from\n"
    "\n"
    "An option is taken from the command line; what is not there from the\n"
    "environment; what is not there either, of `serve` and `check`, from the\n"
    "file of `--config`; else it has its default. `--show-origin` tells each\n"
    "value and its origin, in the form of a config file; secrets are `***`.\n"
    "\n"
    "In the environment `--max-conn` is called `BIGHT_MAX_CONN`; a flag is\n"
    "`yes` or `no`. An option of a protocol, as `--history` of `lines`, is\n"
    "called `BIGHT_LINES_HISTORY` or `BIGHT_HISTORY`; the first counts if\n"
    "both are set. An empty variable counts as not set. Of one that is\n"
    "almost the name of an option, as `BIGHT_LISTN`, `serve`, `check` and\n"
    "`connect` warn.\n"
    "\n"
    "```ini\n"
    "# The options of the command, without their dashes.\n"
    "listen = tcp:7007        ; may be repeated\n"
    "listen = unix:/run/echo.sock:mode=660\n"
    "idle-timeout = 30s\n"
    "public = no\n"
    "\n"
    "[echo]\n"
    "# Below the name of a protocol stand the options of that one.\n"
    "```\n"
    "\n"
    "- `#` and `;` begin a comment, at the beginning of a line or after a\n"
    "  blank.\n"
    "- A value loses the blanks around it. Between single quotes it is taken\n"
    "  as it is; between double quotes `\\\"`, `\\\\`, `\\n`, `\\t` and\n"
    "  `\\xHH` are one byte each.\n"
    "- An option is set once, `listen` any number of times. A line has at\n"
    "  most 4096 bytes, a file 1 MiB.\n"
    "- Sections of protocols that are not served are checked, too.\n"
    "- `config`, `help`, `dry-run` and `show-origin` cannot be in a file.\n"
    "\n"
    "Every fault is told, with file, line and place; the exit code is 78.\n"
    "\n"
    "`NO_COLOR` takes colours away, `CLICOLOR_FORCE` brings them where no\n"
    "terminal is; `--color` overrules both. `NOTIFY_SOCKET` is told when it\n"
    "is ready and when it stops, `LISTEN_FDS` gives the sockets of\n"
    "`systemd:`.\n";

static const char codes[] =
    "\n## Exit codes\n"
    "\n"
    "| code | means |\n"
    "|---|---|\n"
    "| 0 | fine; of a server: it was told to stop, and drained; of a client: "
    "the peer ended, and all was sent |\n"
    "| 1 | another failure |\n"
    "| 2 | `check` or `list` found a problem |\n"
    "| 64 | a mistake on the command line |\n"
    "| 65 | a plugin that cannot be used |\n"
    "| 66 | a file to read, or a plugin, is missing |\n"
    "| 69 | cannot connect; an address in use, or not of this machine |\n"
    "| 71 | out of descriptors or memory |\n"
    "| 73 | a file cannot be made |\n"
    "| 74 | input or output failed, or a connection broke |\n"
    "| 75 | timed out |\n"
    "| 77 | no permission |\n"
    "| 78 | a mistake in the config file or in the environment |\n"
    "| 128 + n | signal n came a second time, or before it was connected "
    "|\n";

/* -- options -------------------------------------------------------------- */

/* A '|' would end the cell. */
static void put_cell(const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '|')
            (void)putchar('\\');
        (void)putchar(*c);
    }
}

static void put_option(const bight_option *option, const struct trait *trait)
{
    char value[128];
    char range[64];
    (void)describe_value(option, trait, value, sizeof(value));
    (void)describe_range(option, range, sizeof(range));
    (void)fputs("| `", stdout);
    if (trait != NULL && trait->letter != 0)
        (void)printf("-%c`, `", trait->letter);
    (void)printf("--%s", option->name);
    (void)fputs(*value != '\0' ? " " : "", stdout);
    put_cell(value);
    (void)fputs("` | ", stdout);
    if (option->default_text != NULL && !option->secret)
        (void)printf("`%s`", option->default_text);
    (void)fputs(" | ", stdout);
    put_cell(option->help);
    if (*range != '\0')
        (void)printf("; %s", range);
    (void)fputs(option->secret ? "; never shown |\n" : " |\n", stdout);
}

static void put_options(const bight_option_table *table,
                        const struct trait *traits)
{
    const struct group group = {.traits = traits};
    bight_option option;
    (void)fputs("\n| option | default | |\n|---|---|---|\n", stdout);
    for (size_t i = 0; bight_options_at(table, i, &option); i++)
        put_option(&option, group_trait(&group, option.name));
}

/* -- sections ------------------------------------------------------------- */

static void put_command(const struct command *command)
{
    (void)printf("\n## bight %s\n\n", command->name);
    (void)printf("```text\nbight %s %s%s[OPTION...]\n```\n\n", command->name,
                 command->operands, *command->operands != '\0' ? " " : "");
    (void)printf("%c%s.\n", command->summary[0] - 'a' + 'A',
                 command->summary + 1);
    if (command == &check_command)
        (void)puts("\nThe options are those of `bight serve`.");
    else
        put_options(command->options, command->traits);
    if (command->text != NULL)
        (void)printf("\n```text\n%s\n```\n", command->text);
}

static void put_protocol(const bight_plugin_entry *entry)
{
    (void)printf("\n### %s\n\n%c%s.\n", entry->plugin.name,
                 entry->plugin.summary[0] - 'a' + 'A',
                 entry->plugin.summary + 1);
    if (entry->plugin.options != NULL)
        put_options(entry->plugin.options, NULL);
}

/* Only those that are part of the program: it is a page about that. */
static void put_protocols(void)
{
    const bight_plugin_entry *entry;
    (void)puts("\n## Protocols");
    for (size_t i = 0; (entry = bight_plugin_at(i)) != NULL; i++) {
        if (entry->path == NULL && entry->factory != NULL &&
            entry->plugin.summary != NULL)
            put_protocol(entry);
    }
}

int reference_print(void)
{
    const struct command *command;
    (void)protocol_names();
    (void)fputs(head, stdout);
    for (size_t i = 0; (command = command_at(i)) != NULL; i++)
        put_command(command);
    (void)fputs(config, stdout);
    put_protocols();
    (void)fputs(codes, stdout);
    return fflush(stdout) == 0 ? EXIT_FINE : EXIT_IO;
}
