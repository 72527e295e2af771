/* SPDX-License-Identifier: MIT */
/* Writes docs/reference/http-limits.md from the options of HTTP servers, and
 * fails where a program that sets no limit gets another one. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <bight/http_server.h>
#include <bight/parse.h>

struct values {
    bight_http_limits limits;
};

static const bight_option options[] = {
    BIGHT_HTTP_LIMIT_OPTIONS(struct values, limits),
};

static const bight_option_table table =
    BIGHT_OPTION_TABLE(options, struct values);

static const char *const intro =
    "<!-- Written by docs/tools/http-limits.c: change the options instead. "
    "-->\n"
    "# Limits of HTTP servers\n"
    "\n"
    "Options of every HTTP server of `bight serve`; without `http-`, and with\n"
    "`_` for `-`, members of `bight_http_limits` in\n"
    "`bight/http_server.h`, where those of times end in `_ms`. What happens\n"
    "at a limit is told in [HTTP](../protocols/http.md#limits).\n"
    "\n"
    "| option | default | values | is |\n"
    "|---|---|---|---|\n";

static const char *kind_of(bight_option_type type)
{
    switch (type) {
    case BIGHT_OPTION_SIZE:
        return "a size, ";
    case BIGHT_OPTION_DURATION:
        return "a duration, ";
    case BIGHT_OPTION_BOOL:
        return "yes or no";
    default:
        return "";
    }
}

static void put_value(const bight_option *option, int64_t value)
{
    char text[32];
    if (option->type == BIGHT_OPTION_DURATION)
        (void)bight_format_duration((uint64_t)value, text, sizeof(text));
    else if (option->type == BIGHT_OPTION_SIZE)
        (void)bight_format_size((uint64_t)value, text, sizeof(text));
    else
        (void)snprintf(text, sizeof(text), "%" PRId64, value);
    (void)printf("%s", text);
}

static void put_values(const bight_option *option)
{
    (void)printf("%s", kind_of(option->type));
    if (option->type == BIGHT_OPTION_BOOL)
        return;
    put_value(option, option->min);
    if (option->max == INT64_MAX) {
        (void)printf(" or more");
        return;
    }
    (void)printf(" to ");
    put_value(option, option->max);
}

/* All that a program gets is all that the options say. */
static bool agree(void)
{
    struct values said;
    struct values given;
    bool same = true;
    if (bight_failed(bight_options_init(&table, &said)))
        return false;
    memset(&given, 0, sizeof(given));
    bight_http_limits_init(&given.limits);
    for (size_t i = 0; i < table.count; i++) {
        char one[32];
        char other[32];
        (void)bight_options_format(&table, &said, options[i].name, true, one,
                                   sizeof(one));
        (void)bight_options_format(&table, &given, options[i].name, true, other,
                                   sizeof(other));
        if (strcmp(one, other) == 0)
            continue;
        (void)fprintf(stderr, "%s: %s as an option, else %s\n", options[i].name,
                      one, other);
        same = false;
    }
    bight_options_fini(&table, &said);
    return same;
}

int main(void)
{
    if (!agree())
        return 1;
    (void)printf("%s", intro);
    for (size_t i = 0; i < table.count; i++) {
        const bight_option *option = &options[i];
        (void)printf("| `%s` | %s | ", option->name, option->default_text);
        put_values(option);
        (void)printf(" | %s |\n", option->help);
    }
    return ferror(stdout) || fflush(stdout) != 0;
}
