/* SPDX-License-Identifier: MIT */
/* Writes docs/reference/endpoints.md from the tables of kinds. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include <bight/endpoint_kind.h>
#include <bight/parse.h>

static const char *const intro =
    "<!-- Written by docs/tools/endpoints.c: change the tables instead. -->\n"
    "# Endpoints\n"
    "\n"
    "A description says where to listen or what to connect to:\n"
    "\n"
    "```text\n"
    "KIND:ARGUMENT:...:KEY=VALUE:...\n"
    "```\n"
    "\n"
    "Arguments come in the order below, then keys in any order. A `\\` takes\n"
    "their meaning from `: \\ = [ ]`, and an IPv6 address is in brackets. A\n"
    "wrapper has keys and then another description; one that is only `PORT`\n"
    "or `HOST:PORT` is `tcp` there. How descriptions are used is told in\n"
    "[endpoints](../concepts/endpoints.md).\n"
    "\n"
    "| kind | server | client | is |\n"
    "|---|---|---|---|\n";

static const char *tick(unsigned sides, bight_endpoint_side side)
{
    return (sides & (unsigned)side) != 0 ? "yes" : "";
}

static void put_overview(void)
{
    const bight_endpoint_kind *kind;
    for (size_t i = 0; (kind = bight_endpoint_kind_at(i)) != NULL; i++)
        printf("| [`%s`](#%s) | %s | %s | %s |\n", kind->name, kind->name,
               tick(kind->sides, BIGHT_ENDPOINT_SERVER),
               tick(kind->sides, BIGHT_ENDPOINT_CLIENT), kind->summary);
}

/* -- how it is written ---------------------------------------------------- */

static bool is_argument(const bight_endpoint_field *field, unsigned side)
{
    return field->positional && (field->sides & side) != 0;
}

static bool has_keys(const bight_endpoint_kind *kind, unsigned side)
{
    for (const bight_endpoint_field *f = kind->fields; f->name != NULL; f++)
        if (!f->positional && (f->sides & side) != 0)
            return true;
    return false;
}

static void put_upper(const char *name)
{
    for (; *name != '\0'; name++)
        putchar(toupper((unsigned char)*name));
}

static void put_usage(const bight_endpoint_kind *kind, unsigned side)
{
    const char *separator = ":";
    printf("%s", kind->name);
    for (const bight_endpoint_field *f = kind->fields; f->name != NULL; f++) {
        if (!is_argument(f, side))
            continue;
        bool optional = (f->required & side) == 0;
        bool last = !is_argument(&f[1], side);
        printf("%s%s", separator, optional ? "[" : "");
        put_upper(f->name);
        printf("%s", !optional ? "" : last ? "]" : ":]");
        separator = optional ? "" : ":";
    }
    printf("%s%s", has_keys(kind, side) ? "[:KEY=VALUE...]" : "",
           kind->wrapper ? ":ENDPOINT" : "");
}

static void put_usages(const bight_endpoint_kind *kind)
{
    printf("\n```text\n");
    if ((kind->sides & BIGHT_ENDPOINT_SERVER) != 0) {
        printf("server  ");
        put_usage(kind, BIGHT_ENDPOINT_SERVER);
        printf("\n");
    }
    if ((kind->sides & BIGHT_ENDPOINT_CLIENT) != 0) {
        printf("client  ");
        put_usage(kind, BIGHT_ENDPOINT_CLIENT);
        printf("\n");
    }
    printf("```\n");
}

/* -- its fields ----------------------------------------------------------- */

static void put_duration(uint32_t ms)
{
    char text[24];
    (void)bight_format_duration(ms, text, sizeof(text));
    printf("%s", text);
}

static void put_type(const bight_endpoint_field *field)
{
    switch (field->type) {
    case BIGHT_ENDPOINT_HOST:
        printf("a host");
        return;
    case BIGHT_ENDPOINT_PORT:
        printf("0 to 65535");
        return;
    case BIGHT_ENDPOINT_PATH:
        printf("a path");
        return;
    case BIGHT_ENDPOINT_TEXT:
        printf("a text");
        return;
    case BIGHT_ENDPOINT_BOOL:
        printf("yes or no");
        return;
    case BIGHT_ENDPOINT_UINT:
        printf("%" PRIu32 " to %" PRIu32, field->min, field->max);
        return;
    case BIGHT_ENDPOINT_MODE:
        printf("octal, up to 777");
        return;
    case BIGHT_ENDPOINT_DURATION:
        put_duration(field->min);
        printf(" to ");
        put_duration(field->max);
        printf(", or off");
        return;
    }
}

static const char *side_of(unsigned sides)
{
    if (sides == BIGHT_ENDPOINT_BOTH)
        return "both";
    return sides == BIGHT_ENDPOINT_SERVER ? "server" : "client";
}

static void put_field(const bight_endpoint_field *field)
{
    const char *what = field->positional ? "argument" : "key";
    printf("| `%s` | %s | %s | ", field->name, what, side_of(field->sides));
    put_type(field);
    printf(" | %s | %s |\n",
           field->default_text != NULL ? field->default_text : "", field->help);
}

static void put_kind(const bight_endpoint_kind *kind)
{
    printf("\n## %s\n\n%c%s.\n", kind->name,
           toupper((unsigned char)kind->summary[0]), kind->summary + 1);
    put_usages(kind);
    if (kind->url)
        printf("\n`%s://` is another way to begin it.\n", kind->name);
    printf("\n| name | is | side | value | default | meaning "
           "|\n|---|---|---|---|---|---|\n");
    for (const bight_endpoint_field *f = kind->fields; f->name != NULL; f++)
        put_field(f);
}

int main(void)
{
    const bight_endpoint_kind *kind;
    printf("%s", intro);
    put_overview();
    for (size_t i = 0; (kind = bight_endpoint_kind_at(i)) != NULL; i++)
        put_kind(kind);
    return ferror(stdout) || fflush(stdout) != 0;
}
