/* SPDX-License-Identifier: MIT */
/* Reads config files line by line. */
#include "ini.h"

#include <string.h>

struct ini {
    const struct ini_handler *handler;
    void *ctx;
    struct ini_line line;
    bight_bytes section;
    bool skipping; /* a section whose line is wrong */
    char value[INI_LINE_MAX + 1];
};

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static bool is_name(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static size_t skip_blanks(bight_bytes text, size_t at)
{
    while (at < text.size && is_blank(text.data[at]))
        at++;
    return at;
}

static size_t skip_name(bight_bytes text, size_t at)
{
    while (at < text.size && is_name(text.data[at]))
        at++;
    return at;
}

/* The end, or a comment. */
static bool is_over(bight_bytes text, size_t at)
{
    return at >= text.size || text.data[at] == '#' || text.data[at] == ';';
}

static bight_bytes slice(bight_bytes text, size_t from, size_t to)
{
    return bight_bytes_of(text.data + from, to - from);
}

static void fault(const struct ini *ini, size_t start, size_t length,
                  const char *message, const char *hint)
{
    bight_diagnostic why;
    bight_diagnostic_set(&why, start, length, "%s", message);
    bight_diagnostic_hint(&why, "%s", hint);
    if (ini->handler->fault != NULL)
        ini->handler->fault(ini->ctx, &ini->line, &why);
}

/* -- values --------------------------------------------------------------- */

static int digit(uint8_t c)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *found = c != '\0' ? strchr(digits, c) : NULL;
    if (found == NULL)
        return -1;
    int value = (int)(found - digits);
    return value < 16 ? value : value - 6;
}

/* The byte of two digits; 0: they are none, or it would end the value. */
static char byte_of(bight_bytes text)
{
    if (text.size < 2 || digit(text.data[0]) < 0 || digit(text.data[1]) < 0)
        return 0;
    return (char)(16 * digit(text.data[0]) + digit(text.data[1]));
}

/* What follows a '\' between double quotes, or 0. */
static char escaped(bight_bytes text)
{
    switch (text.data[0]) {
    case '"':
    case '\\':
        return (char)text.data[0];
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'x':
        return byte_of(bight_bytes_tail(text, 1));
    default:
        return 0;
    }
}

/* The bytes of an escape that is known. */
static size_t escape_size(bight_bytes text, size_t at)
{
    return at + 1 < text.size && text.data[at + 1] == 'x' ? 4 : 2;
}

/* From behind the opening quote to behind the closing one, decoded; 0 after a
 * fault. */
static size_t read_quoted(struct ini *ini, size_t at, struct ini_value *value)
{
    bight_bytes text = ini->line.text;
    size_t start = at;
    size_t size = 0;
    for (; at < text.size && (char)text.data[at] != value->quote; at++) {
        char c = (char)text.data[at];
        if (c == '\\' && value->quote == '"' && at + 1 < text.size) {
            c = escaped(bight_bytes_tail(text, at + 1));
            if (c == 0) {
                fault(ini, at, 2, "unknown escape",
                      "known: \\\" \\\\ \\n \\t \\xHH; '...' needs none");
                return 0;
            }
            at += escape_size(text, at) - 1;
        }
        ini->value[size++] = c;
    }
    if (at == text.size) {
        fault(ini, start - 1, 1, "the quote is not closed", "");
        return 0;
    }
    value->value = bight_bytes_of(ini->value, size);
    return at + 1;
}

static void read_plain(struct ini *ini, size_t at, struct ini_value *value)
{
    bight_bytes text = ini->line.text;
    size_t end = at;
    while (end < text.size &&
           !(is_over(text, end) && is_blank(text.data[end - 1])))
        end++;
    while (end > at && is_blank(text.data[end - 1]))
        end--;
    memcpy(ini->value, text.data + at, end - at);
    value->value = bight_bytes_of(ini->value, end - at);
}

/* False after a fault. `at` is behind the '='. */
static bool read_value(struct ini *ini, size_t at, struct ini_value *value)
{
    bight_bytes text = ini->line.text;
    at = skip_blanks(text, at);
    value->value_at = at;
    value->value = bight_bytes_of(ini->value, 0);
    if (at == text.size || (is_over(text, at) && is_blank(text.data[at - 1])))
        return true;
    if (text.data[at] != '"' && text.data[at] != '\'') {
        read_plain(ini, at, value);
        return true;
    }
    value->quote = (char)text.data[at];
    value->value_at = at + 1;
    at = read_quoted(ini, at + 1, value);
    if (at == 0)
        return false;
    at = skip_blanks(text, at);
    if (!is_over(text, at)) {
        fault(ini, at, text.size - at, "more behind the closing quote",
              "quote all of the value, or nothing");
        return false;
    }
    return true;
}

size_t ini_column(const struct ini_value *value, size_t offset)
{
    size_t at = value->value_at;
    for (size_t i = 0; i < offset && at < value->line.text.size; i++)
        at += value->quote == '"' && value->line.text.data[at] == '\\'
                  ? escape_size(value->line.text, at)
                  : 1;
    return at;
}

/* -- lines ---------------------------------------------------------------- */

static void read_pair(struct ini *ini, size_t at)
{
    bight_bytes text = ini->line.text;
    size_t end = skip_name(text, at);
    size_t equals = skip_blanks(text, end);
    struct ini_value value = {.line = ini->line,
                              .section = ini->section,
                              .key = slice(text, at, end),
                              .key_at = at};
    if (end == at) {
        fault(ini, at, 1, "no name of an option begins like this",
              "write NAME = VALUE, [SECTION] or # comment");
        return;
    }
    if (equals == text.size || text.data[equals] != '=') {
        fault(ini, equals, equals < text.size, "a '=' is missing",
              "write NAME = VALUE");
        return;
    }
    if (!read_value(ini, equals + 1, &value))
        return;
    ini->value[value.value.size] = '\0';
    if (!ini->skipping && ini->handler->value != NULL)
        ini->handler->value(ini->ctx, &value);
}

static void read_section(struct ini *ini, size_t at)
{
    bight_bytes text = ini->line.text;
    size_t start = skip_blanks(text, at + 1);
    size_t end = skip_name(text, start);
    size_t close = skip_blanks(text, end);
    ini->skipping = true;
    if (close == text.size || text.data[close] != ']') {
        fault(ini, close, close < text.size, "a ']' is missing",
              "write [SECTION]");
        return;
    }
    if (end == start) {
        fault(ini, at, close + 1 - at, "a section without a name", "");
        return;
    }
    at = skip_blanks(text, close + 1);
    if (!is_over(text, at)) {
        fault(ini, at, text.size - at, "more behind the section's name", "");
        return;
    }
    ini->skipping = false;
    ini->section = slice(text, start, end);
    if (ini->handler->section != NULL)
        ini->handler->section(ini->ctx, &ini->line, ini->section, start);
}

/* False after a fault. */
static bool check_bytes(const struct ini *ini)
{
    bight_bytes text = ini->line.text;
    if (text.size > INI_LINE_MAX) {
        fault(ini, INI_LINE_MAX, 0, "the line is too long",
              "at most 4096 bytes");
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] != '\t' &&
            (text.data[i] < ' ' || text.data[i] == 0x7f)) {
            fault(ini, i, 1, "a control character", "");
            return false;
        }
    }
    return true;
}

static void read_line(struct ini *ini)
{
    bight_bytes text = ini->line.text;
    size_t at = skip_blanks(text, 0);
    if (!check_bytes(ini) || is_over(text, at))
        return;
    if (text.data[at] == '[')
        read_section(ini, at);
    else
        read_pair(ini, at);
}

void ini_parse(bight_bytes text, const struct ini_handler *handler, void *ctx)
{
    static const uint8_t mark[] = {0xef, 0xbb, 0xbf};
    struct ini ini = {
        .handler = handler, .ctx = ctx, .section = BIGHT_BYTES("")};
    if (text.size >= sizeof(mark) && memcmp(text.data, mark, 3) == 0)
        text = bight_bytes_tail(text, 3);
    while (text.size > 0) {
        const uint8_t *newline = memchr(text.data, '\n', text.size);
        size_t size =
            newline != NULL ? (size_t)(newline - text.data) : text.size;
        ini.line.number++;
        ini.line.text = bight_bytes_head(text, size);
        if (size > 0 && text.data[size - 1] == '\r')
            ini.line.text = bight_bytes_head(text, size - 1);
        read_line(&ini);
        text = bight_bytes_tail(text, newline != NULL ? size + 1 : size);
    }
}
