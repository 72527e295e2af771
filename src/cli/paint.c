/* SPDX-License-Identifier: MIT */
/* Escape sequences of ECMA-48 that every terminal knows. */
#include "paint.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum color chosen = COLOR_AUTO;

void paint_choose(enum color color)
{
    chosen = color;
}

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value != NULL && *value != '\0';
}

static bool is_on(FILE *out)
{
    const char *term = getenv("TERM");
    const char *force = getenv("CLICOLOR_FORCE");
    if (chosen != COLOR_AUTO)
        return chosen == COLOR_ALWAYS;
    if (is_set("NO_COLOR"))
        return false;
    if (force != NULL && *force != '\0' && strcmp(force, "0") != 0)
        return true;
    return isatty(fileno(out)) && term != NULL && strcmp(term, "dumb") != 0;
}

void paint_begin(FILE *out, enum paint paint)
{
    static const char *const codes[] = {
        [PAINT_ERROR] = "\033[1;31m",
        [PAINT_MARK] = "\033[1;32m",
        [PAINT_NAME] = "\033[1m",
        [PAINT_URL] = "\033[36m",
    };
    if (is_on(out))
        (void)fputs(codes[paint], out);
}

void paint_end(FILE *out)
{
    if (is_on(out))
        (void)fputs("\033[0m", out);
}
