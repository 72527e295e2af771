/* SPDX-License-Identifier: MIT */
/* Completion for bash. */
#include <stdio.h>
#include <string.h>

#include "completion.h"
#include "info.h"
#include "protocols.h"

/* bash parts words at ':' and '=', too. */
static const char head[] =
    "# bash completion of bight, written by: bight completion bash\n"
    "\n"
    "_bight_choose() {\n"
    "    mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\")\n"
    "}\n"
    "\n"
    "_bight_files() {\n"
    "    mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "    compopt -o filenames 2>/dev/null\n"
    "}\n"
    "\n"
    "_bight_endpoint() {\n"
    "    _bight_choose \"${1:-$_bight_places}\"\n"
    "    compopt -o nospace 2>/dev/null\n"
    "}\n"
    "\n";

static const char body[] =
    "_bight() {\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
    "    local command=${COMP_WORDS[1]} protocol='' word\n"
    "    COMPREPLY=()\n"
    "    [[ $cur != '=' ]] || cur=''\n"
    "    [[ $prev != '=' ]] || prev=${COMP_WORDS[COMP_CWORD-2]}\n"
    "    if ((COMP_CWORD == 1)); then\n"
    "        _bight_choose \"$_bight_commands $_bight_protocols\"\n"
    "        return\n"
    "    fi\n"
    "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
    "        [[ \" $_bight_protocols \" != *\" $word \"* ]] || protocol=$word\n"
    "    done\n"
    "    [[ \" $_bight_protocols \" != *\" $command \"* ]] || command=serve\n"
    "    _bight_value || _bight_word\n"
    "}\n"
    "\n"
    "complete -F _bight bight\n";

static void put_value(const char *owner, const bight_option *option,
                      const struct trait *trait)
{
    enum completion what = completion_of(option, trait);
    if (what == COMPLETION_FLAG)
        return;
    (void)printf("        %s/--%s", owner, option->name);
    if (trait != NULL && trait->letter != 0)
        (void)printf(" | %s/-%c", owner, trait->letter);
    (void)fputs(") ", stdout);
    switch (what) {
    case COMPLETION_CHOICES:
        (void)fputs("_bight_choose '", stdout);
        completion_put_words(option->choices);
        (void)puts("' ;;");
        return;
    case COMPLETION_ENDPOINT:
        (void)puts("_bight_endpoint ;;");
        return;
    case COMPLETION_FILE:
        (void)puts("_bight_files ;;");
        return;
    case COMPLETION_FLAG:
    case COMPLETION_NOTHING:
        break;
    }
    (void)puts(": ;;");
}

/* True if the word before is an option that has a value. */
static void put_values(const char *indirection)
{
    (void)printf("    case %s/$prev in\n", indirection);
    completion_each(put_value);
    (void)puts("        *) return 1 ;;\n    esac");
}

static void put_option(const char *owner, const bight_option *option,
                       const struct trait *trait)
{
    (void)owner;
    (void)trait;
    (void)printf(" --%s", option->name);
}

static void put_options(void)
{
    const struct command *command;
    const bight_plugin_entry *entry;
    (void)puts("_bight_options() {\n    case $1 in");
    for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
        (void)printf("        %s) echo '", command->name);
        completion_each_of(NULL, command->options, NULL, put_option);
        (void)puts("' ;;");
    }
    for (size_t i = 0; (entry = bight_plugin_at(i)) != NULL; i++) {
        (void)printf("        %s) echo '", entry->plugin.name);
        completion_each_of(NULL, entry->plugin.options, NULL, put_option);
        (void)puts("' ;;");
    }
    (void)puts("    esac\n}\n");
}

static void put_word(void)
{
    (void)puts("_bight_word() {\n"
               "    if [[ $cur == -* ]]; then\n"
               "        _bight_choose \"$(_bight_options \"$command\")"
               "$(_bight_options \"$protocol\")\"\n"
               "        return\n"
               "    fi\n"
               "    case $command in\n"
               "        serve | check)\n"
               "            if [[ -n $protocol ]]; then\n"
               "                _bight_endpoint\n"
               "            elif [[ $cur == */* ]]; then\n"
               "                _bight_files\n"
               "            else\n"
               "                _bight_choose \"$_bight_protocols\"\n"
               "            fi\n"
               "            ;;\n"
               "        connect) _bight_endpoint \"$_bight_peers\" ;;\n"
               "        completion) _bight_choose 'bash fish zsh' ;;\n"
               "        info) _bight_choose \"$_bight_protocols $_bight_kinds\""
               " ;;\n"
               "        help)\n"
               "            _bight_choose \"$_bight_commands $_bight_protocols"
               " $_bight_kinds\"\n"
               "            ;;\n"
               "    esac\n"
               "}\n");
}

static void put_list(const char *name, const char *const *words,
                     const char *end)
{
    (void)printf("_bight_%s='", name);
    for (size_t i = 0; words[i] != NULL; i++)
        (void)printf("%s%s%s", i == 0 ? "" : " ", words[i], end);
    (void)puts("'");
}

void completion_bash(void)
{
    (void)fputs(head, stdout);
    put_list("commands", command_names(), "");
    put_list("protocols", protocol_names(), "");
    put_list("kinds", info_kind_names(), "");
    put_list("places", completion_places(), ":");
    put_list("peers", completion_peers(), ":");
    (void)puts("");
    put_options();
    (void)puts("_bight_value_of() {");
    put_values("$1");
    (void)puts("}\n\n"
               "_bight_value() {\n"
               "    _bight_value_of \"$command\" ||\n"
               "        _bight_value_of \"$protocol\"\n"
               "}\n");
    put_word();
    (void)fputs(body, stdout);
}
