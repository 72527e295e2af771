/* SPDX-License-Identifier: MIT */
/* bight completion: what the writers for the shells have in common. */
#include "completion.h"

#include <stdio.h>
#include <string.h>

#include <bight/endpoint_kind.h>

#include "complain.h"
#include "describe.h"
#include "exit.h"
#include "protocols.h"

void completion_put_words(const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++)
        (void)printf("%s%s", i == 0 ? "" : " ", words[i]);
}

void completion_put_quoted(const char *text, const char *escape)
{
    (void)putchar('\'');
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\'')
            (void)fputs(escape, stdout);
        else
            (void)putchar((unsigned char)*c < ' ' ? ' ' : *c);
    }
    (void)putchar('\'');
}

enum completion completion_of(const bight_option *option,
                              const struct trait *trait)
{
    if (option->type == BIGHT_OPTION_BOOL)
        return COMPLETION_FLAG;
    if (option->type == BIGHT_OPTION_ENUM)
        return COMPLETION_CHOICES;
    if (trait != NULL && trait->value != NULL &&
        strcmp(trait->value, "ENDPOINT") == 0)
        return COMPLETION_ENDPOINT;
    if (describe_is_text(option) && option->type != BIGHT_OPTION_STRING)
        return COMPLETION_FILE;
    return COMPLETION_NOTHING;
}

void completion_each_of(const char *owner, const bight_option_table *table,
                        const struct trait *traits, completion_fn fn)
{
    const struct group group = {.traits = traits};
    bight_option option;
    for (size_t i = 0; table != NULL && bight_options_at(table, i, &option);
         i++)
        fn(owner, &option, group_trait(&group, option.name));
}

void completion_each(completion_fn fn)
{
    const struct command *command;
    const bight_plugin_entry *entry;
    for (size_t i = 0; (command = command_at(i)) != NULL; i++)
        completion_each_of(command->name, command->options, command->traits,
                           fn);
    for (size_t i = 0; (entry = bight_plugin_at(i)) != NULL; i++)
        completion_each_of(entry->plugin.name, entry->plugin.options, NULL, fn);
}

#define KINDS 64

/* Nobody else lives in this process, where memory: ends. */
static void list_kinds(unsigned side, const char *names[KINDS])
{
    const bight_endpoint_kind *kind;
    size_t count = 0;
    for (size_t i = 0;
         count < KINDS - 1 && (kind = bight_endpoint_kind_at(i)) != NULL; i++) {
        if ((kind->sides & side) != 0 && strcmp(kind->name, "memory") != 0)
            names[count++] = kind->name;
    }
    names[count] = NULL;
}

const char *const *completion_places(void)
{
    static const char *names[KINDS];
    list_kinds(BIGHT_ENDPOINT_SERVER, names);
    return names;
}

const char *const *completion_peers(void)
{
    static const char *names[KINDS];
    list_kinds(BIGHT_ENDPOINT_CLIENT, names);
    return names;
}

/* -- the command ---------------------------------------------------------- */

static const struct {
    const char *name;
    void (*write)(void);
} shells[] = {
    {"bash", completion_bash},
    {"fish", completion_fish},
    {"zsh", completion_zsh},
};

static const char *const names[] = {"bash", "fish", "zsh", NULL};

static int run(const struct command *command, int argc, char *const *argv)
{
    struct operands operands = {.most = 1,
                                .missing = "completion needs a shell"};
    int code;
    if (!command_operands(command, argc, argv, &operands, &code))
        return code;
    for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
        if (strcmp(shells[i].name, operands.words[0]) == 0) {
            protocol_load_all(NULL, NULL);
            shells[i].write();
            return fflush(stdout) == 0 ? EXIT_FINE : EXIT_IO;
        }
    }
    return complain_unknown("shell", operands.words[0], names);
}

const struct command completion_command = {
    .name = "completion",
    .operands = "bash|fish|zsh",
    .summary = "writes what a shell needs to complete words",
    .text = "  bash   source <(bight completion bash)\n"
            "  zsh    source <(bight completion zsh), after compinit\n"
            "  fish   bight completion fish | source\n"
            "It knows the plugins that were there when it was written.",
    .options = &plain_option_table,
    .traits = plain_option_traits,
    .run = run,
};
