/* SPDX-License-Identifier: MIT */
/* Completion for zsh, with a line of help behind each word. */
#include <stdio.h>
#include <string.h>

#include "completion.h"
#include "info.h"
#include "protocols.h"

static void put_entry(const char *name, const char *help)
{
    char text[512];
    (void)snprintf(text, sizeof(text), "%s:%s", name, help != NULL ? help : "");
    (void)fputs("        ", stdout);
    completion_put_quoted(text, "'\\''");
    (void)putchar('\n');
}

static void put_commands(void)
{
    const struct command *command;
    (void)puts("_bight_commands() {\n    local -a commands=(");
    for (size_t i = 0; (command = command_at(i)) != NULL; i++)
        put_entry(command->name, command->summary);
    (void)puts("    )\n    _describe command commands\n}\n");
}

static void put_protocols(void)
{
    const bight_plugin_entry *entry;
    (void)puts("_bight_protocols() {\n    local -a protocols=(");
    for (size_t i = 0; (entry = bight_plugin_at(i)) != NULL; i++) {
        if (entry->factory != NULL)
            put_entry(entry->plugin.name, entry->plugin.summary);
    }
    (void)puts("    )\n    _describe protocol protocols\n}\n");
}

static void put_kinds(void)
{
    const bight_endpoint_kind *kind;
    (void)puts("_bight_kinds() {\n    local -a kinds=(");
    for (size_t i = 0; (kind = bight_endpoint_kind_at(i)) != NULL; i++)
        put_entry(kind->name, kind->summary);
    (void)puts("    )\n    _describe 'endpoint type' kinds\n}\n");
}

static void put_places(void)
{
    (void)fputs("_bight_places() {\n    compadd -S : -- ", stdout);
    completion_put_words(completion_places());
    (void)fputs("\n}\n\n_bight_peers() {\n    compadd -S : -- ", stdout);
    completion_put_words(completion_peers());
    (void)puts("\n}\n");
}

static void put_option(const char *owner, const bight_option *option,
                       const struct trait *trait)
{
    char name[128];
    (void)owner;
    (void)trait;
    (void)snprintf(name, sizeof(name), "--%s", option->name);
    put_entry(name, option->help);
}

static void put_table(const char *owner, const bight_option_table *table)
{
    (void)printf("    %s)\n        options+=(\n", owner);
    completion_each_of(owner, table, NULL, put_option);
    (void)puts("        )\n        ;;");
}

static void put_options(void)
{
    const struct command *command;
    const bight_plugin_entry *entry;
    (void)puts("_bight_options() {\n"
               "    local -a options\n"
               "    local owner\n"
               "    for owner in \"$@\"; do\n"
               "    case $owner in");
    for (size_t i = 0; (command = command_at(i)) != NULL; i++)
        put_table(command->name, command->options);
    for (size_t i = 0; (entry = bight_plugin_at(i)) != NULL; i++) {
        if (entry->plugin.options != NULL)
            put_table(entry->plugin.name, entry->plugin.options);
    }
    (void)puts("    esac\n"
               "    done\n"
               "    _describe option options\n"
               "}\n");
}

static void put_value(const char *owner, const bight_option *option,
                      const struct trait *trait)
{
    enum completion what = completion_of(option, trait);
    if (what == COMPLETION_FLAG)
        return;
    (void)printf("    (%s/--%s", owner, option->name);
    if (trait != NULL && trait->letter != 0)
        (void)printf("|%s/-%c", owner, trait->letter);
    (void)fputs(") ", stdout);
    switch (what) {
    case COMPLETION_CHOICES:
        (void)fputs("compadd -- ", stdout);
        completion_put_words(option->choices);
        (void)puts(" ;;");
        return;
    case COMPLETION_ENDPOINT:
        (void)puts("_bight_places ;;");
        return;
    case COMPLETION_FILE:
        (void)puts("_files ;;");
        return;
    case COMPLETION_FLAG:
    case COMPLETION_NOTHING:
        break;
    }
    (void)puts("_message value ;;");
}

static const char body[] =
    "_bight_word() {\n"
    "    if [[ $PREFIX == -* ]]; then\n"
    "        _bight_options $command $protocol\n"
    "        return\n"
    "    fi\n"
    "    case $command in\n"
    "    serve|check)\n"
    "        if [[ -n $protocol ]]; then\n"
    "            _bight_places\n"
    "        else\n"
    "            _bight_protocols\n"
    "            _files -g '*.so'\n"
    "        fi\n"
    "        ;;\n"
    "    connect) _bight_peers ;;\n"
    "    completion) compadd bash fish zsh ;;\n"
    "    info) _bight_protocols; _bight_kinds ;;\n"
    "    help) _bight_commands; _bight_protocols; _bight_kinds ;;\n"
    "    esac\n"
    "}\n"
    "\n"
    "_bight() {\n"
    "    local command=${words[2]} protocol previous=${words[CURRENT-1]} word\n"
    "    if (( CURRENT == 2 )); then\n"
    "        _bight_commands\n"
    "        _bight_protocols\n"
    "        return\n"
    "    fi\n"
    "    for word in ${words[2,CURRENT-1]}; do\n"
    "        [[ \" $_bight_names \" == *\" $word \"* ]] && protocol=$word\n"
    "    done\n"
    "    [[ \" $_bight_names \" == *\" $command \"* ]] && command=serve\n"
    "    if [[ $PREFIX == --*=* ]]; then\n"
    "        previous=${PREFIX%%=*}\n"
    "        compset -P '*='\n"
    "    fi\n"
    "    _bight_value $command $previous ||\n"
    "        _bight_value \"$protocol\" $previous ||\n"
    "        _bight_word\n"
    "}\n"
    "\n"
    "if [[ ${funcstack[1]} == _bight ]]; then\n"
    "    _bight \"$@\"\n"
    "else\n"
    "    compdef _bight bight\n"
    "fi\n";

void completion_zsh(void)
{
    (void)puts("#compdef bight\n"
               "# zsh completion of bight, written by: bight completion zsh\n");
    (void)fputs("typeset -g _bight_names='", stdout);
    completion_put_words(protocol_names());
    (void)puts("'\n");
    put_commands();
    put_protocols();
    put_kinds();
    put_places();
    put_options();
    (void)puts("# True if the word before is an option that has a value.\n"
               "_bight_value() {\n"
               "    case $1/$2 in");
    completion_each(put_value);
    (void)puts("    (*) return 1 ;;\n"
               "    esac\n"
               "    return 0\n"
               "}\n");
    (void)fputs(body, stdout);
}
