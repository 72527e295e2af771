/* SPDX-License-Identifier: MIT */
/* Commands: finding one, and what those share that are simple. */
#include "command.h"

#include <stdio.h>
#include <string.h>

#include "args.h"
#include "complain.h"
#include "exit.h"
#include "help.h"
#include "paint.h"
#include "plugin_path.h"
#include "protocols.h"
#include "serve.h"

static const struct command *const commands[] = {
    &check_command, &completion_command, &connect_command, &help_command,
    &info_command,  &list_command,       &serve_command,   &version_command,
};

#define COUNT (sizeof(commands) / sizeof(commands[0]))

const struct command *command_at(size_t index)
{
    return index < COUNT ? commands[index] : NULL;
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < COUNT; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    }
    return NULL;
}

const char *const *command_names(void)
{
    static const char *names[COUNT + 1];
    for (size_t i = 0; i < COUNT; i++)
        names[i] = commands[i]->name;
    return names;
}

/* -- operands ------------------------------------------------------------- */

static int take_operand(void *ctx, const struct given *given)
{
    struct operands *operands = ctx;
    const char *word = (const char *)given->value.data;
    if (operands->count < operands->most) {
        operands->words[operands->count++] = word;
        return 0;
    }
    bight_diagnostic diagnostic;
    bight_diagnostic_set(&diagnostic, 0, given->value.size,
                         "one word too many: '%s'", word);
    return complain(&diagnostic, given->value);
}

static int complain_no_operand(const struct command *command,
                               const struct operands *operands)
{
    char text[64];
    bight_diagnostic diagnostic;
    (void)snprintf(text, sizeof(text), "bight %s ", command->name);
    bight_diagnostic_set(&diagnostic, strlen(text), 0, "%s", operands->missing);
    bight_diagnostic_hint(&diagnostic, "bight %s %s", command->name,
                          command->operands);
    return complain(&diagnostic, bight_bytes_text(text));
}

static int parse_operands(const struct command *command, int argc,
                          char *const *argv, struct operands *operands)
{
    char help[64];
    struct settings settings = {.word = take_operand, .ctx = operands};
    (void)snprintf(help, sizeof(help), "bight help %s", command->name);
    bight_error error = group_init(&settings.command, NULL, command->options,
                                   command->traits, &operands->options);
    if (bight_failed(error))
        return complain_error(error);
    int code = args_parse(&settings, help, argc, argv);
    if (code == 0)
        code = settings_take_environment(&settings, &settings.command);
    if (code == 0 && operands->options.plugin_path != NULL)
        code = plugin_path_set(operands->options.plugin_path);
    struct plain_options options = operands->options;
    options.plugin_path = NULL;
    group_fini(&settings.command);
    operands->options = options;
    return code;
}

bool command_operands(const struct command *command, int argc,
                      char *const *argv, struct operands *operands,
                      int *ret_code)
{
    *ret_code = parse_operands(command, argc, argv, operands);
    if (*ret_code != 0)
        return false;
    paint_choose((enum color)operands->options.color);
    if (operands->options.help) {
        help_command_show(command);
        return false;
    }
    if (operands->count > 0 || operands->missing == NULL)
        return true;
    *ret_code = complain_no_operand(command, operands);
    return false;
}

/* -- the program ---------------------------------------------------------- */

/* `bight --help`, as everybody tries first. */
static const char *command_name(const char *word)
{
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return "help";
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        return "version";
    return word;
}

static bool is_protocol(const char *word)
{
    const bight_plugin_entry *entry;
    return protocol_is_path(word) ||
           !bight_error_is(protocol_open(word, &entry), &bight_domain,
                           BIGHT_ERROR_NOT_FOUND);
}

static int unknown_command(const char *word)
{
    bight_diagnostic diagnostic;
    const char *protocol =
        bight_nearest(bight_bytes_text(word), protocol_names());
    bight_diagnostic_set(&diagnostic, 0, strlen(word), "unknown command '%s'",
                         word);
    bight_diagnostic_choices(&diagnostic, bight_bytes_text(word),
                             command_names());
    if (protocol != NULL &&
        bight_nearest(bight_bytes_text(word), command_names()) == NULL)
        bight_diagnostic_hint(&diagnostic, "did you mean '%s'?", protocol);
    return complain(&diagnostic, bight_bytes_text(word));
}

/* A protocol's name or file alone serves it: `bight echo tcp:7007`. Then it is
 * the first operand, in the place of the command's name. */
int command_run(int argc, char *const *argv)
{
    if (argc < 2) {
        help_usage(stderr);
        return EXIT_USAGE;
    }
    const char *name = command_name(argv[1]);
    const struct command *command = command_find(name);
    if (command != NULL)
        return command->run(command, argc - 2, argv + 2);
    if (name[0] != '-' && is_protocol(name))
        return serve_command.run(&serve_command, argc - 1, argv + 1);
    return unknown_command(name);
}
