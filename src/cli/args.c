/* SPDX-License-Identifier: MIT */
/*
 * Arguments: --name VALUE, --name=VALUE, -l VALUE, -lVALUE, flags without a
 * value, operands between them, and -- before operands that begin with '-'.
 */
#include "args.h"

#include <stdio.h>
#include <string.h>

#include "complain.h"

#define OPTIONS 64

struct args {
    const struct args_spec *spec;
    int argc;
    char *const *argv;
    int at; /* the next argument */
    void *values;
    void *ctx;
};

/* One option as it was written. */
struct given {
    bight_bytes name;
    bight_bytes value;
    size_t name_at;  /* where in `shown` the name and ... */
    size_t value_at; /* ... the value begin */
    char shown[512];
};

const struct args_trait *args_trait(const struct args_spec *spec,
                                    const char *name)
{
    for (const struct args_trait *t = spec->traits; t->name != NULL; t++) {
        if (name != NULL && strcmp(t->name, name) == 0)
            return t;
    }
    return NULL;
}

static const struct args_trait *trait_of_letter(const struct args_spec *spec,
                                                char letter)
{
    for (const struct args_trait *t = spec->traits; t->name != NULL; t++) {
        if (t->letter == letter)
            return t;
    }
    return NULL;
}

static bool option_find(const struct args *args, bight_bytes name,
                        bight_option *ret_option)
{
    bight_option option;
    for (size_t i = 0; bight_options_at(args->spec->table, i, &option); i++) {
        if (bight_bytes_equal(bight_bytes_text(option.name), name)) {
            *ret_option = option;
            return true;
        }
    }
    return false;
}

static int complain_issue(const bight_option_issue *issue,
                          const struct given *given)
{
    bight_diagnostic diagnostic = issue->diagnostic;
    diagnostic.start += issue->in_name ? given->name_at : given->value_at;
    return complain(&diagnostic, bight_bytes_text(given->shown));
}

static int set(struct args *args, const struct given *given,
               const bight_option *option)
{
    const struct args_trait *trait = args_trait(args->spec, option->name);
    bight_option_issue issue;
    bight_error error = bight_options_set(args->spec->table, args->values,
                                          given->name, given->value, &issue);
    if (bight_error_is(error, &bight_domain, BIGHT_ERROR_NO_MEMORY))
        return complain_error(error);
    if (bight_failed(error))
        return complain_issue(&issue, given);
    if (trait == NULL || !trait->repeats)
        return 0;
    return args->spec->word(args->ctx, option->name,
                            (const char *)given->value.data);
}

static int complain_unknown(const struct args *args, bight_bytes name,
                            const char *argument)
{
    const char *known[OPTIONS + 1] = {NULL};
    bight_diagnostic diagnostic;
    bight_option option;
    for (size_t i = 0;
         i < OPTIONS && bight_options_at(args->spec->table, i, &option); i++)
        known[i] = option.name;
    const char *nearest = bight_nearest(name, known);
    bight_diagnostic_set(&diagnostic, 0, name.size + 2,
                         "unknown option '--%.*s'", (int)name.size,
                         (const char *)name.data);
    if (nearest != NULL)
        bight_diagnostic_hint(&diagnostic, "did you mean '--%s'?", nearest);
    else
        bight_diagnostic_hint(&diagnostic, "see: %s", args->spec->help);
    return complain(&diagnostic, bight_bytes_text(argument));
}

/* The value is in the next argument, of which a flag has none. */
static int take_next(struct args *args, struct given *given,
                     const bight_option *option)
{
    size_t length = strlen(given->shown);
    if (option->type == BIGHT_OPTION_BOOL) {
        given->value = BIGHT_BYTES("true");
        return 0;
    }
    if (args->at == args->argc) {
        bight_diagnostic diagnostic;
        bight_diagnostic_set(&diagnostic, length, 0, "--%s needs a value",
                             option->name);
        bight_diagnostic_hint(&diagnostic, "%s", option->help);
        return complain(&diagnostic, bight_bytes_text(given->shown));
    }
    const char *value = args->argv[args->at++];
    given->value = bight_bytes_text(value);
    given->value_at = length + 1;
    (void)snprintf(given->shown + length, sizeof(given->shown) - length, " %s",
                   value);
    return 0;
}

static void given_init(struct given *given, const char *argument, size_t prefix)
{
    *given = (struct given){.name_at = prefix};
    (void)snprintf(given->shown, sizeof(given->shown), "%s", argument);
}

static int parse_long(struct args *args, const char *argument)
{
    const char *equals = strchr(argument, '=');
    size_t size =
        equals != NULL ? (size_t)(equals - argument) : strlen(argument);
    struct given given;
    bight_option option;
    given_init(&given, argument, 2);
    given.name = bight_bytes_of(argument + 2, size - 2);
    if (!option_find(args, given.name, &option))
        return complain_unknown(args, given.name, argument);
    if (equals != NULL) {
        given.value = bight_bytes_text(equals + 1);
        given.value_at = size + 1;
    } else {
        int code = take_next(args, &given, &option);
        if (code != 0)
            return code;
    }
    return set(args, &given, &option);
}

static int complain_letter(const struct args *args, const char *argument,
                           size_t at)
{
    bight_diagnostic diagnostic;
    char known[64] = "";
    size_t length = 0;
    for (const struct args_trait *t = args->spec->traits; t->name != NULL; t++)
        if (t->letter != 0 && length + 4 < sizeof(known))
            length += (size_t)snprintf(known + length, sizeof(known) - length,
                                       " -%c", t->letter);
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
    const struct args_trait *trait = trait_of_letter(args->spec, argument[*at]);
    struct given given;
    bight_option option;
    if (trait == NULL ||
        !option_find(args, bight_bytes_text(trait->name), &option))
        return complain_letter(args, argument, *at);
    given_init(&given, argument, *at);
    given.name = bight_bytes_text(trait->name);
    if (option.type == BIGHT_OPTION_BOOL || argument[*at + 1] == '\0') {
        int code = take_next(args, &given, &option);
        return code != 0 ? code : set(args, &given, &option);
    }
    given.value_at = *at + 1;
    given.value = bight_bytes_text(argument + given.value_at);
    *at = strlen(argument) - 1;
    return set(args, &given, &option);
}

/* Flags may stand together: -qv. */
static int parse_short(struct args *args, const char *argument)
{
    int code = 0;
    for (size_t at = 1; code == 0 && argument[at] != '\0'; at++)
        code = parse_letter(args, argument, &at);
    return code;
}

int args_parse(const struct args_spec *spec, int argc, char *const *argv,
               void *values, void *ctx)
{
    struct args args = {
        .spec = spec, .argc = argc, .argv = argv, .values = values, .ctx = ctx};
    bool operands = false;
    int code = 0;
    while (code == 0 && args.at < argc) {
        const char *argument = argv[args.at++];
        if (operands || argument[0] != '-' || argument[1] == '\0')
            code = spec->word(ctx, NULL, argument);
        else if (strcmp(argument, "--") == 0)
            operands = true;
        else if (argument[1] == '-')
            code = parse_long(&args, argument);
        else
            code = parse_short(&args, argument);
    }
    return code;
}
