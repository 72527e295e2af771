/* SPDX-License-Identifier: MIT */
/*
 * Arguments: --name VALUE, --name=VALUE, -l VALUE, -lVALUE, flags without a
 * value, operands between them, and -- before operands that begin with '-'.
 */
#include "args.h"

#include <stdio.h>
#include <string.h>

#include "complain.h"

struct args {
    struct settings *settings;
    const char *help;
    int argc;
    char *const *argv;
    int at; /* the next argument */
};

/* One option as it was written. */
struct written {
    struct given given;
    struct group *group;
    bight_option option;
    char shown[512];
};

static void written_init(struct written *written, const char *argument,
                         size_t name_at)
{
    *written = (struct written){
        .given = {.source = {.origin = ORIGIN_FLAG}, .name_at = name_at}};
    (void)snprintf(written->shown, sizeof(written->shown), "%s", argument);
}

static int give(struct args *args, struct written *written)
{
    written->given.shown = bight_bytes_text(written->shown);
    return settings_give(args->settings, written->group, &written->given);
}

static int complain_no_value(const struct written *written)
{
    bight_diagnostic diagnostic;
    bight_diagnostic_set(&diagnostic, strlen(written->shown), 0,
                         "--%s needs a value", written->option.name);
    bight_diagnostic_hint(&diagnostic, "%s", written->option.help);
    return complain(&diagnostic, bight_bytes_text(written->shown));
}

/* The value is in the next argument, of which a flag has none. */
static int take_next(struct args *args, struct written *written)
{
    size_t length = strlen(written->shown);
    if (written->option.type == BIGHT_OPTION_BOOL) {
        written->given.value = BIGHT_BYTES("true");
        return 0;
    }
    if (args->at == args->argc)
        return complain_no_value(written);
    const char *value = args->argv[args->at++];
    written->given.value = bight_bytes_text(value);
    written->given.value_at = length + 1;
    (void)snprintf(written->shown + length, sizeof(written->shown) - length,
                   " %s", value);
    return 0;
}

static int complain_option(const struct args *args, struct written *written,
                           const char *argument)
{
    written->given.name_at = 0;
    written->given.shown = bight_bytes_text(argument);
    return settings_complain_unknown(args->settings, NULL, &written->given,
                                     args->help);
}

static int parse_long(struct args *args, const char *argument)
{
    const char *equals = strchr(argument, '=');
    size_t size =
        equals != NULL ? (size_t)(equals - argument) : strlen(argument);
    struct written written;
    written_init(&written, argument, 2);
    written.given.name = bight_bytes_of(argument + 2, size - 2);
    written.group =
        settings_find(args->settings, written.given.name, &written.option);
    if (written.group == NULL)
        return complain_option(args, &written, argument);
    if (equals != NULL) {
        written.given.value = bight_bytes_text(equals + 1);
        written.given.value_at = size + 1;
    } else {
        int code = take_next(args, &written);
        if (code != 0)
            return code;
    }
    return give(args, &written);
}

static const struct trait *trait_of_letter(const struct group *group,
                                           char letter)
{
    const struct trait *t = group->traits;
    for (; t != NULL && t->name != NULL; t++) {
        if (t->letter == letter)
            return t;
    }
    return NULL;
}

static int complain_letter(const struct args *args, const char *argument,
                           size_t at)
{
    bight_diagnostic diagnostic;
    char known[64] = "";
    size_t length = 0;
    const struct trait *t = args->settings->command.traits;
    for (; t != NULL && t->name != NULL; t++) {
        if (t->letter != 0 && length + 4 < sizeof(known))
            length += (size_t)snprintf(known + length, sizeof(known) - length,
                                       " -%c", t->letter);
    }
    size_t size = 1; /* of the whole UTF-8 character */
    while (((unsigned char)argument[at + size] & 0xc0) == 0x80)
        size++;
    bight_diagnostic_set(&diagnostic, at, size, "unknown option '-%.*s'",
                         (int)size, argument + at);
    bight_diagnostic_hint(&diagnostic, "known:%s", known);
    return complain(&diagnostic, bight_bytes_text(argument));
}

/* The option of the letter at `at`; what follows a letter that is no flag is
 * its value, and then *at is the last one. */
static int parse_letter(struct args *args, const char *argument, size_t *at)
{
    struct group *group = &args->settings->command;
    const struct trait *trait = trait_of_letter(group, argument[*at]);
    struct written written;
    written_init(&written, argument, *at);
    written.group = group;
    if (trait == NULL ||
        !group_find(group, bight_bytes_text(trait->name), &written.option))
        return complain_letter(args, argument, *at);
    written.given.name = bight_bytes_text(trait->name);
    if (written.option.type == BIGHT_OPTION_BOOL || argument[*at + 1] == '\0') {
        int code = take_next(args, &written);
        return code != 0 ? code : give(args, &written);
    }
    written.given.value_at = *at + 1;
    written.given.value = bight_bytes_text(argument + written.given.value_at);
    *at = strlen(argument) - 1;
    return give(args, &written);
}

/* Flags may stand together: -qv. */
static int parse_short(struct args *args, const char *argument)
{
    int code = 0;
    for (size_t at = 1; code == 0 && argument[at] != '\0'; at++)
        code = parse_letter(args, argument, &at);
    return code;
}

static int parse_operand(const struct args *args, const char *argument)
{
    const struct given given = {.source = {.origin = ORIGIN_FLAG},
                                .value = bight_bytes_text(argument),
                                .shown = bight_bytes_text(argument)};
    return args->settings->word(args->settings->ctx, &given);
}

int args_parse(struct settings *settings, const char *help, int argc,
               char *const *argv)
{
    struct args args = {
        .settings = settings, .help = help, .argc = argc, .argv = argv};
    bool operands = false;
    int code = 0;
    while (code == 0 && args.at < argc) {
        const char *argument = argv[args.at++];
        if (operands || argument[0] != '-' || argument[1] == '\0')
            code = parse_operand(&args, argument);
        else if (strcmp(argument, "--") == 0)
            operands = true;
        else if (argument[1] == '-')
            code = parse_long(&args, argument);
        else
            code = parse_short(&args, argument);
    }
    return code;
}

/* -- before the words are parsed ------------------------------------------ */

/* What follows the letter in an argument of letters that have no values: "",
 * "VALUE"; NULL if it is not there. */
static const char *behind_letter(const struct group *group,
                                 const char *argument, const char *name)
{
    bight_option option;
    for (const char *at = argument + 1; *at != '\0'; at++) {
        const struct trait *trait = trait_of_letter(group, *at);
        if (trait == NULL)
            return NULL;
        if (strcmp(trait->name, name) == 0)
            return at + 1;
        if (!group_find(group, bight_bytes_text(trait->name), &option) ||
            option.type != BIGHT_OPTION_BOOL)
            return NULL;
    }
    return NULL;
}

/* What follows the option in its argument: as above, or "=VALUE"; NULL if it is
 * another one. */
static const char *behind(const struct group *group, const char *argument,
                          const char *name)
{
    size_t length = strlen(name);
    if (argument[0] != '-')
        return NULL;
    if (argument[1] != '-')
        return behind_letter(group, argument, name);
    if (strncmp(argument + 2, name, length) != 0)
        return NULL;
    const char *rest = argument + 2 + length;
    return *rest == '\0' || *rest == '=' ? rest : NULL;
}

const char *args_peek(const struct group *group, int argc, char *const *argv,
                      const char *name)
{
    const char *value = NULL;
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *rest = behind(group, argv[i], name);
        if (rest == NULL)
            continue;
        if (*rest == '\0')
            value = i + 1 < argc ? argv[i + 1] : value;
        else
            value = *rest == '=' ? rest + 1 : rest;
    }
    return value;
}
