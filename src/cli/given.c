/* SPDX-License-Identifier: MIT */
/* Complaints about what was given, with the place where that was. */
#include "given.h"

#include <stdio.h>

#include "complain.h"
#include "exit.h"

/* A person's configuration is at fault, or the command line. */
static int complain_here(const struct given *given,
                         const bight_diagnostic *diagnostic, bight_bytes shown)
{
    char where[512];
    if (given->source.origin == ORIGIN_FLAG)
        return complain(diagnostic, shown);
    if (given->source.origin == ORIGIN_FILE)
        (void)source_format(&given->source, where, sizeof(where));
    else
        (void)snprintf(where, sizeof(where), "environment");
    complain_at(where, diagnostic, shown);
    return EXIT_CONFIG;
}

int given_complain_name(const struct given *given,
                        const bight_diagnostic *diagnostic)
{
    bight_diagnostic moved = *diagnostic;
    moved.start += given->name_at;
    return complain_here(given, &moved, given->shown);
}

/* In a secret's place stands what does not tell its length either; what is at
 * fault in it is all of it. */
int given_complain_masked(const struct given *given,
                          const bight_diagnostic *diagnostic)
{
    char shown[256];
    bight_diagnostic moved = *diagnostic;
    size_t at = given->value_at < 128 ? given->value_at : 128;
    (void)snprintf(shown, sizeof(shown), "%.*s***", (int)at,
                   (const char *)given->shown.data);
    if (moved.start >= at || moved.start + moved.length > at) {
        moved.start = at;
        moved.length = 3;
    }
    return complain_here(given, &moved, bight_bytes_text(shown));
}

int given_complain_value(const struct given *given,
                         const bight_diagnostic *diagnostic, bool secret)
{
    bight_diagnostic moved = *diagnostic;
    if (secret) {
        moved.start = given->value_at;
        return given_complain_masked(given, &moved);
    }
    if (given->ini == NULL) {
        moved.start += given->value_at;
    } else {
        moved.start = ini_column(given->ini, diagnostic->start);
        moved.length =
            ini_column(given->ini, diagnostic->start + diagnostic->length) -
            moved.start;
    }
    return complain_here(given, &moved, given->shown);
}

void given_variable(const char *protocol, const char *name, char *buf,
                    size_t size)
{
    (void)snprintf(buf, size, "BIGHT_%s%s%s", protocol != NULL ? protocol : "",
                   protocol != NULL ? "_" : "", name);
    for (char *c = buf; *c != '\0'; c++) {
        if (*c == '-')
            *c = '_';
        else if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    }
}

size_t source_format(const struct source *source, char *buf, size_t size)
{
    char variable[128];
    const char *text = "default";
    switch (source->origin) {
    case ORIGIN_FILE:
        return (size_t)snprintf(buf, size, "%s:%u", source->where,
                                source->line);
    case ORIGIN_ENVIRONMENT:
        given_variable(source->of, source->where, variable, sizeof(variable));
        text = variable;
        break;
    case ORIGIN_FLAG:
        text = "command line";
        break;
    case ORIGIN_DEFAULT:
        break;
    }
    return (size_t)snprintf(buf, size, "%s", text);
}
