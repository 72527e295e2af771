/* SPDX-License-Identifier: MIT */
/* Whether a table of a kind is as the parser and the reference need it. */
#include "base/naming.h"
#include "endpoint/kinds.h"

static bight_error wrong(const bight_endpoint_kind *kind, const char *field,
                         const char *what)
{
    bight_error error = bight_error_of(BIGHT_ERROR_INVALID);
    const char *name = kind->name != NULL ? kind->name : "?";
    if (field != NULL)
        return bight_error_note(error, "endpoint type '%s': '%s' %s", name,
                                field, what);
    return bight_error_note(error, "endpoint type '%s' %s", name, what);
}

static bool is_among(unsigned sides, unsigned all)
{
    return (sides & ~all) == 0;
}

static bool stands_for_argument(const bight_endpoint_kind *kind,
                                const bight_endpoint_field *field)
{
    size_t index =
        bight__endpoint_field_index(kind, bight_bytes_text(field->stands_for));
    const bight_endpoint_field *argument = &kind->fields[index];
    return argument->name != NULL && argument->positional &&
           argument->type == field->type;
}

static const char *check_field(const bight_endpoint_kind *kind, size_t index)
{
    const bight_endpoint_field *field = &kind->fields[index];
    if (!bight__is_name(field->name))
        return "is no name for a field";
    if (bight__endpoint_field_index(kind, bight_bytes_text(field->name)) !=
        index)
        return "is there twice";
    if (field->type < BIGHT_ENDPOINT_HOST ||
        field->type > BIGHT_ENDPOINT_DURATION)
        return "has no type that is known here";
    if (field->positional && kind->wrapper)
        return "is an argument, and wrappers have keys only";
    if (field->positional && index > 0 && !kind->fields[index - 1].positional)
        return "is an argument behind a key";
    if (field->sides == 0 || !is_among(field->sides, kind->sides))
        return "is for no side, or for one that the type is not for";
    if (!is_among(field->required, field->sides))
        return "is required where it may not be";
    if (field->min > field->max)
        return "has its limits the wrong way round";
    if (field->stands_for != NULL && !stands_for_argument(kind, field))
        return "stands for no argument of its type";
    if (!bight__is_line(field->help, BIGHT__HELP_MAX))
        return "has no line of help";
    return NULL;
}

static const char *check_kind(const bight_endpoint_kind *kind)
{
    if (!bight__is_line(kind->summary, BIGHT__HELP_MAX))
        return "has no line of summary";
    if (kind->sides == 0 || !is_among(kind->sides, BIGHT_ENDPOINT_BOTH))
        return "is for no side";
    if ((kind->sides & BIGHT_ENDPOINT_SERVER) != 0 && kind->listen == NULL)
        return "is for servers, but cannot listen";
    if ((kind->sides & BIGHT_ENDPOINT_CLIENT) != 0 && kind->connect == NULL)
        return "is for clients, but cannot connect";
    if (kind->wrapper && (kind->url || kind->bare))
        return "is a wrapper that is written as an address";
    if (bight__endpoint_field_count(kind) > BIGHT__ENDPOINT_FIELDS_MAX)
        return "has too many fields";
    return NULL;
}

bight_error bight__endpoint_kind_check(const bight_endpoint_kind *kind)
{
    if (!bight__is_name(kind->name))
        return wrong(kind, NULL, "is no name for a type");
    const char *what = check_kind(kind);
    if (what != NULL)
        return wrong(kind, NULL, what);
    for (size_t i = 0; kind->fields[i].name != NULL; i++) {
        what = check_field(kind, i);
        if (what != NULL)
            return wrong(kind, kind->fields[i].name, what);
    }
    return bight_ok();
}
