/* SPDX-License-Identifier: MIT */
/* Help texts; of options they come from the tables. */
#include "help.h"

#include <stdio.h>

#include <bight/loop.h>

#include "protocols.h"
#include "serve.h"

#define COLUMN 30

static const char *type_value(bight_option_type type)
{
    switch (type) {
    case BIGHT_OPTION_INT:
        return "N";
    case BIGHT_OPTION_SIZE:
        return "SIZE";
    case BIGHT_OPTION_DURATION:
        return "DURATION";
    case BIGHT_OPTION_PATH:
        return "PATH";
    case BIGHT_OPTION_STRING:
        return "TEXT";
    case BIGHT_OPTION_BOOL:
    case BIGHT_OPTION_ENUM:
        break;
    }
    return "";
}

/* "  -l, --listen ENDPOINT" */
static int show_name(const bight_option *option, const struct args_trait *trait)
{
    const char *value = type_value(option->type);
    int width = trait != NULL && trait->letter != 0
                    ? printf("  -%c, ", trait->letter)
                    : printf("      ");
    if (trait != NULL && trait->value != NULL)
        value = trait->value;
    width += printf("--%s", option->name);
    if (option->type == BIGHT_OPTION_ENUM) {
        for (size_t i = 0; option->choices[i] != NULL; i++)
            width += printf("%c%s", i == 0 ? ' ' : '|', option->choices[i]);
    } else if (*value != '\0') {
        width += printf(" %s", value);
    }
    return width;
}

static void show_option(const bight_option *option,
                        const struct args_trait *trait)
{
    int width = show_name(option, trait);
    if (width + 1 >= COLUMN) {
        (void)putchar('\n');
        width = 0;
    }
    (void)printf("%*s%s", COLUMN - width, "", option->help);
    if (option->default_text != NULL)
        (void)printf(" (%s)", option->default_text);
    (void)putchar('\n');
}

static void show_protocols(void)
{
    const struct protocol *protocol;
    for (size_t i = 0; (protocol = protocol_at(i)) != NULL; i++)
        (void)printf("  %-*s%s\n", COLUMN - 2, protocol->name,
                     protocol->summary);
}

void serve_help(void)
{
    bight_option option;
    (void)puts("usage: bight serve NAME ENDPOINT... [OPTION...]\n\n"
               "Serves a protocol until SIGINT or SIGTERM.\n\n"
               "Protocols:");
    show_protocols();
    (void)puts("\nEndpoints, as words or with --listen:\n"
               "  tcp:[HOST:]PORT             port 0: any that is free; "
               "without HOST: this\n"
               "                              machine only, unless --public\n"
               "  unix:PATH[:mode=660]        a socket file\n"
               "\nOptions:");
    for (size_t i = 0; bight_options_at(&serve_option_table, i, &option); i++) {
        const struct args_spec spec = {.traits = serve_option_traits};
        show_option(&option, args_trait(&spec, option.name));
    }
    (void)puts(
        "\nDurations are written as 500ms, 10s, 2m, 1h.\n"
        "SIGINT, SIGTERM: drain, end with 0; again: abort, end with 128 + "
        "signal.\nOther signals end it at once.\n"
        "Exit codes: 64 command line, 69 address in use or not here, 71 no\n"
        "descriptors or memory, 73 and 74 files, 77 no permission, 1 other.");
}

void help_usage(FILE *out)
{
    (void)fputs("usage: bight serve NAME ENDPOINT... [OPTION...]\n"
                "       bight help [serve]\n"
                "       bight version\n"
                "for example: bight serve echo tcp:7007\n",
                out);
}

void help_version(void)
{
    (void)printf("bight %s (libuv %s)\n", bight_version(),
                 bight_loop_uv_version());
}
