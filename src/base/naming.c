/* SPDX-License-Identifier: MIT */
/* Names and lines in tables. */
#include "base/naming.h"

#include <string.h>

#include "base/text.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyz"
#define NAME_BYTES LETTERS "0123456789-"

bool bight__is_name(const char *name)
{
    if (name == NULL)
        return false;
    size_t length = strnlen(name, BIGHT__NAME_MAX + 1);
    return length > 0 && length <= BIGHT__NAME_MAX &&
           strchr(LETTERS, name[0]) != NULL &&
           strspn(name, NAME_BYTES) == length;
}

bool bight__is_line(const char *text, size_t most)
{
    size_t length = text != NULL ? strnlen(text, most + 1) : 0;
    bight_bytes rest = bight_bytes_of(text, length);
    if (length == 0 || length > most)
        return false;
    while (rest.size > 0) {
        struct bight__rune rune = bight__rune_first(rest);
        if (!bight__rune_printable(rune))
            return false;
        rest = bight_bytes_tail(rest, rune.size);
    }
    return true;
}
