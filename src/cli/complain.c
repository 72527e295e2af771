/* SPDX-License-Identifier: MIT */
/* Complaints on stderr. */
#include "complain.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "exit.h"
#include "paint.h"

/* Paths and names are of the person's own making, but a terminal need not obey
 * them. */
static void put_safely(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        (void)fputc((unsigned char)*c < ' ' || *c == 0x7f ? '?' : *c, stderr);
}

static void put_name(const char *where)
{
    paint_begin(stderr, PAINT_ERROR);
    (void)fputs("bight:", stderr);
    paint_end(stderr);
    (void)fputc(' ', stderr);
    if (where != NULL) {
        put_safely(where);
        (void)fputs(": ", stderr);
    }
}

/* The third line is "   ^~~  hint", and the hint may go on below. */
static void put_marks(const char *line)
{
    size_t indent = strspn(line, " ");
    size_t marks = strspn(line + indent, "^~");
    (void)fprintf(stderr, "%.*s", (int)indent, line);
    paint_begin(stderr, PAINT_MARK);
    (void)fprintf(stderr, "%.*s", (int)marks, line + indent);
    paint_end(stderr);
    (void)fputs(line + indent + marks, stderr);
}

static const char *behind_lines(const char *text, unsigned count)
{
    while (count-- > 0) {
        const char *end = strchr(text, '\n');
        if (end == NULL)
            return text + strlen(text);
        text = end + 1;
    }
    return text;
}

void complain_at(const char *where, const bight_diagnostic *diagnostic,
                 bight_bytes text)
{
    char buf[2048];
    (void)bight_diagnostic_format(diagnostic, NULL, text, buf, sizeof(buf));
    const char *rest = behind_lines(buf, text.size > 0 ? 2 : 1);
    put_name(where);
    (void)fprintf(stderr, "%.*s", (int)(rest - buf), buf);
    if (text.size > 0)
        put_marks(rest);
    else
        (void)fputs(rest, stderr);
}

int complain(const bight_diagnostic *diagnostic, bight_bytes text)
{
    complain_at(NULL, diagnostic, text);
    return EXIT_USAGE;
}

int complain_unknown(const char *what, const char *word,
                     const char *const *known)
{
    bight_diagnostic diagnostic;
    bight_diagnostic_set(&diagnostic, 0, strlen(word), "unknown %s '%s'", what,
                         word);
    bight_diagnostic_choices(&diagnostic, bight_bytes_text(word), known);
    return complain(&diagnostic, bight_bytes_text(word));
}

void complain_text(const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    put_name(NULL);
    put_safely(text);
    (void)fputc('\n', stderr);
}

int complain_error(bight_error error)
{
    char text[1024];
    (void)bight_error_format(error, text, sizeof(text));
    complain_text("%s", text);
    return exit_code_of(error);
}
