/* SPDX-License-Identifier: MIT */
/* Completion for fish. */
#include <stdio.h>
#include <string.h>

#include "completion.h"
#include "info.h"
#include "protocols.h"

static void put_help(const char *help)
{
    (void)fputs(" -d ", stdout);
    completion_put_quoted(help != NULL ? help : "", "\\'");
    (void)putchar('\n');
}

/* A word in the place of a command. */
static void put_first(const char *word, const char *help)
{
    (void)printf("complete -c bight -n __bight_first -a %s", word);
    put_help(help);
}

static void put_firsts(void)
{
    const struct command *command;
    const bight_plugin_entry *entry;
    for (size_t i = 0; (command = command_at(i)) != NULL; i++)
        put_first(command->name, command->summary);
    for (size_t i = 0; (entry = bight_plugin_at(i)) != NULL; i++) {
        if (entry->factory != NULL)
            put_first(entry->plugin.name, entry->plugin.summary);
    }
}

static void put_value(const bight_option *option, const struct trait *trait)
{
    switch (completion_of(option, trait)) {
    case COMPLETION_FLAG:
        break;
    case COMPLETION_CHOICES:
        (void)fputs(" -x -a '", stdout);
        completion_put_words(option->choices);
        (void)putchar('\'');
        break;
    case COMPLETION_ENDPOINT:
        (void)fputs(" -x -a '(__bight_places)'", stdout);
        break;
    case COMPLETION_FILE:
        (void)fputs(" -r -F", stdout);
        break;
    case COMPLETION_NOTHING:
        (void)fputs(" -x", stdout);
        break;
    }
}

static void put_option(const char *owner, const bight_option *option,
                       const struct trait *trait)
{
    (void)printf("complete -c bight -n '__bight_of %s' -l %s", owner,
                 option->name);
    if (trait != NULL && trait->letter != 0)
        (void)printf(" -s %c", trait->letter);
    put_value(option, trait);
    put_help(option->help);
}

static const char head[] =
    "# fish completion of bight, written by: bight completion fish\n"
    "\n"
    "function __bight_first\n"
    "    test (count (commandline -opc)) -eq 1\n"
    "end\n"
    "\n"
    "# Whether the command, or the protocol that is served, is this one.\n"
    "function __bight_of\n"
    "    set -l words (commandline -opc)\n"
    "    test (count $words) -ge 2; or return 1\n"
    "    contains -- $argv[1] $words[2..-1]; and return 0\n"
    "    test $argv[1] = serve; and contains -- $words[2] $__bight_protocols\n"
    "end\n"
    "\n"
    "# Whether a protocol stands there already.\n"
    "function __bight_served\n"
    "    for word in (commandline -opc)[2..-1]\n"
    "        contains -- $word $__bight_protocols; and return 0\n"
    "    end\n"
    "    return 1\n"
    "end\n"
    "\n"
    "function __bight_places\n"
    "    printf '%s:\\n' $__bight_place_names\n"
    "end\n"
    "\n";

static const char body[] =
    "\n"
    "complete -c bight -n '__bight_of serve; and __bight_served'"
    " -a '(__bight_places)'\n"
    "complete -c bight -n '__bight_of check; and __bight_served'"
    " -a '(__bight_places)'\n"
    "complete -c bight -n '__bight_of serve; and not __bight_served'"
    " -a \"$__bight_protocols\"\n"
    "complete -c bight -n '__bight_of check; and not __bight_served'"
    " -a \"$__bight_protocols\"\n"
    "complete -c bight -n '__bight_of connect'"
    " -a '(printf \"%s:\\n\" $__bight_peer_names)'\n"
    "complete -c bight -n '__bight_of info'"
    " -a \"$__bight_protocols $__bight_kind_names\"\n"
    "complete -c bight -n '__bight_of help'"
    " -a \"$__bight_commands $__bight_protocols $__bight_kind_names\"\n"
    "complete -c bight -n '__bight_of completion' -a 'bash fish zsh'\n";

static void put_list(const char *name, const char *const *words)
{
    (void)printf("set -g __bight_%s ", name);
    completion_put_words(words);
    (void)putchar('\n');
}

void completion_fish(void)
{
    (void)fputs(head, stdout);
    put_list("commands", command_names());
    put_list("protocols", protocol_names());
    put_list("kind_names", info_kind_names());
    put_list("place_names", completion_places());
    put_list("peer_names", completion_peers());
    (void)puts("\ncomplete -c bight -f");
    put_firsts();
    completion_each(put_option);
    (void)fputs(body, stdout);
}
