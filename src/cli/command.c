/* SPDX-License-Identifier: MIT */
/* Commands: finding one, and those that are a line long. */
#include "command.h"

#include <stdio.h>
#include <string.h>

#include "complain.h"
#include "exit.h"
#include "help.h"
#include "serve.h"

struct command {
    const char *name;
    int (*run)(int argc, char *const *argv);
};

static int run_serve(int argc, char *const *argv)
{
    return serve_command(NULL, argc, argv);
}

static int run_version(int argc, char *const *argv)
{
    (void)argc;
    (void)argv;
    help_version();
    return EXIT_FINE;
}

static int unknown(const char *what, const char *word, const char *const *known)
{
    bight_diagnostic diagnostic;
    bight_diagnostic_set(&diagnostic, 0, strlen(word), "unknown %s '%s'", what,
                         word);
    bight_diagnostic_choices(&diagnostic, bight_bytes_text(word), known);
    return complain(&diagnostic, bight_bytes_text(word));
}

static int run_help(int argc, char *const *argv)
{
    static const char *const topics[] = {"serve", NULL};
    if (argc > 0 && strcmp(argv[0], "serve") != 0)
        return unknown("help topic", argv[0], topics);
    if (argc > 0)
        serve_help();
    else
        help_usage(stdout);
    return EXIT_FINE;
}

static const struct command commands[] = {
    {"help", run_help},
    {"serve", run_serve},
    {"version", run_version},
};

#define COUNT (sizeof(commands) / sizeof(commands[0]))

/* `bight --help`, as everybody tries first. */
static const char *command_name(const char *word)
{
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return "help";
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        return "version";
    return word;
}

static int unknown_command(const char *word)
{
    const char *known[COUNT + 1];
    for (size_t i = 0; i < COUNT; i++)
        known[i] = commands[i].name;
    known[COUNT] = NULL;
    return unknown("command", word, known);
}

/* A protocol's name alone serves it: `bight echo tcp:7007`. */
int command_run(int argc, char *const *argv)
{
    if (argc < 2) {
        help_usage(stderr);
        return EXIT_USAGE;
    }
    const char *name = command_name(argv[1]);
    for (size_t i = 0; i < COUNT; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(argc - 2, argv + 2);
    }
    const struct protocol *protocol = protocol_find(name);
    if (protocol != NULL)
        return serve_command(protocol, argc - 2, argv + 2);
    return unknown_command(name);
}
