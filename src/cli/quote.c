/* SPDX-License-Identifier: MIT */
/* Values, quoted for a config file and for a terminal. */
#include "quote.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* How many bytes from here on a terminal would obey: a control character, of
 * which UTF-8 has some in two bytes. */
static size_t obeyed(const char *at)
{
    unsigned char c = (unsigned char)at[0], next = (unsigned char)at[1];
    if (c < ' ' || c == 0x7f)
        return c != '\0';
    return c == 0xc2 && next >= 0x80 && next < 0xa0 ? 2 : 0;
}

static bool needs_quotes(const char *value)
{
    size_t length = strlen(value);
    if (length == 0)
        return false;
    for (const char *at = value; *at != '\0'; at++) {
        if (obeyed(at) > 0)
            return true;
    }
    return strpbrk(value, "#;\"'") != NULL || value[0] == ' ' ||
           value[length - 1] == ' ';
}

static int print_obeyed(const char *at, size_t size)
{
    int width = 0;
    if (*at == '\n' || *at == '\t')
        return printf("\\%c", *at == '\n' ? 'n' : 't');
    for (size_t i = 0; i < size; i++)
        width += printf("\\x%02x", (unsigned char)at[i]);
    return width;
}

int quote_print(const char *value)
{
    if (!needs_quotes(value))
        return printf("%s", value);
    int width = printf("\"");
    while (*value != '\0') {
        size_t size = obeyed(value);
        if (size > 0)
            width += print_obeyed(value, size);
        else
            width += printf("%s%c", *value == '"' || *value == '\\' ? "\\" : "",
                            *value);
        value += size > 0 ? size : 1;
    }
    return width + printf("\"");
}
