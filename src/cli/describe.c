/* SPDX-License-Identifier: MIT */
/* Options and keys in words. */
#include "describe.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* -- options -------------------------------------------------------------- */

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
    case BIGHT_OPTION_FILE:
        return "FILE";
    case BIGHT_OPTION_FOLDER:
        return "FOLDER";
    case BIGHT_OPTION_STRING:
        return "TEXT";
    case BIGHT_OPTION_BOOL:
    case BIGHT_OPTION_ENUM:
        break;
    }
    return "";
}

static size_t put(char *buf, size_t size, size_t at, const char *text)
{
    size_t room = at < size ? size - at : 0;
    return at + (size_t)snprintf(room > 0 ? buf + at : NULL, room, "%s", text);
}

size_t describe_value(const bight_option *option, const struct trait *trait,
                      char *buf, size_t size)
{
    size_t at = 0;
    if (trait != NULL && trait->value != NULL)
        return put(buf, size, 0, trait->value);
    if (option->type != BIGHT_OPTION_ENUM)
        return put(buf, size, 0, type_value(option->type));
    for (size_t i = 0; option->choices[i] != NULL; i++) {
        at = put(buf, size, at, i == 0 ? "" : "|");
        at = put(buf, size, at, option->choices[i]);
    }
    return at;
}

static void number(const bight_option *option, int64_t value, char *buf,
                   size_t size)
{
    if (option->type == BIGHT_OPTION_DURATION)
        (void)bight_format_duration((uint64_t)value, buf, size);
    else if (option->type == BIGHT_OPTION_SIZE)
        (void)bight_format_size((uint64_t)value, buf, size);
    else
        (void)bight_format_int(value, buf, size);
}

static bool has_range(const bight_option *option)
{
    return (option->min != 0 || option->max != 0) &&
           option->type != BIGHT_OPTION_BOOL &&
           option->type != BIGHT_OPTION_ENUM;
}

bool describe_is_text(const bight_option *option)
{
    return option->type == BIGHT_OPTION_STRING ||
           option->type == BIGHT_OPTION_PATH ||
           option->type == BIGHT_OPTION_FILE ||
           option->type == BIGHT_OPTION_FOLDER;
}

size_t describe_range(const bight_option *option, char *buf, size_t size)
{
    char min[32];
    char max[32];
    bool length = describe_is_text(option);
    if (!has_range(option))
        return put(buf, size, 0, "");
    number(option, option->min, min, sizeof(min));
    number(option, option->max, max, sizeof(max));
    if (option->max == INT64_MAX && option->min == 0)
        return put(buf, size, 0, "");
    if (option->max < option->min || option->max == INT64_MAX)
        return (size_t)snprintf(buf, size, "at least %s%s", min,
                                length ? " bytes" : "");
    if (option->min == 0 && length)
        return (size_t)snprintf(buf, size, "at most %s bytes", max);
    return (size_t)snprintf(buf, size, "%s to %s%s", min, max,
                            length ? " bytes" : "");
}

/* -- endpoints ------------------------------------------------------------ */

const char *describe_field_value(const bight_endpoint_field *field)
{
    switch (field->type) {
    case BIGHT_ENDPOINT_HOST:
        return "HOST";
    case BIGHT_ENDPOINT_PORT:
        return "PORT";
    case BIGHT_ENDPOINT_PATH:
        return "PATH";
    case BIGHT_ENDPOINT_BOOL:
        return "yes|no";
    case BIGHT_ENDPOINT_UINT:
        return "N";
    case BIGHT_ENDPOINT_MODE:
        return "OCTAL";
    case BIGHT_ENDPOINT_DURATION:
        return "DURATION|off";
    case BIGHT_ENDPOINT_TEXT:
        break;
    }
    return "TEXT";
}

size_t describe_field_range(const bight_endpoint_field *field, char *buf,
                            size_t size)
{
    bight_option option = {.type = field->type == BIGHT_ENDPOINT_DURATION
                                       ? BIGHT_OPTION_DURATION
                                       : BIGHT_OPTION_INT,
                           .min = field->min,
                           .max = field->max};
    if (field->type != BIGHT_ENDPOINT_UINT &&
        field->type != BIGHT_ENDPOINT_DURATION)
        return put(buf, size, 0, "");
    return describe_range(&option, buf, size);
}

const char *describe_sides(unsigned sides)
{
    if (sides == BIGHT_ENDPOINT_SERVER)
        return "server";
    return sides == BIGHT_ENDPOINT_CLIENT ? "client" : "both sides";
}

static size_t put_argument(const bight_endpoint_field *field, unsigned side,
                           bool first, char *buf, size_t size, size_t at)
{
    bool optional = (field->required & side) == 0;
    at = put(buf, size, at, optional ? "[" : "");
    at = put(buf, size, at, first ? "" : ":");
    for (const char *c = field->name; *c != '\0'; c++) {
        const char letter[] = {(char)toupper((unsigned char)*c), '\0'};
        at = put(buf, size, at, letter);
    }
    return put(buf, size, at, optional ? "]" : "");
}

/* An argument that may be missing takes the ':' along that parts it from the
 * next: [HOST:]PORT. */
size_t describe_kind(const bight_endpoint_kind *kind, char *buf, size_t size)
{
    unsigned side = (kind->sides & BIGHT_ENDPOINT_SERVER) != 0
                        ? BIGHT_ENDPOINT_SERVER
                        : BIGHT_ENDPOINT_CLIENT;
    const bight_endpoint_field *field = kind->fields;
    size_t at = put(buf, size, put(buf, size, 0, kind->name), ":");
    bool first = true;
    bool keys = false;
    for (; field->name != NULL; field++) {
        bool open = (field->required & side) == 0;
        keys = keys || !field->positional;
        if (!field->positional || (field->sides & side) == 0)
            continue;
        at = put_argument(field, side, first, buf, size, at);
        if (open && first && field[1].name != NULL && field[1].positional) {
            at = put(buf, size, at - 1, ":]");
            first = true;
            continue;
        }
        first = false;
    }
    if (kind->wrapper)
        return put(buf, size, put(buf, size, at, keys ? "[KEY=VALUE:]" : ""),
                   "ENDPOINT");
    return put(buf, size, at, keys ? "[:KEY=VALUE...]" : "");
}
