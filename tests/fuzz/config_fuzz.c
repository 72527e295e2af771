/* SPDX-License-Identifier: MIT */
/* ctest: with src/cli/ini.c */
/* Config files: whatever the text, places are inside their lines, and what was
 * read can be written down and read again. */
#undef NDEBUG
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ini.h"

struct state {
    const uint8_t *start, *end; /* of the text */
    unsigned last;              /* line */
};

/* One value, written anew. */
struct again {
    bight_bytes key, value;
    unsigned seen;
};

static void check_line(struct state *state, const struct ini_line *line)
{
    assert(line->number >= state->last);
    state->last = line->number;
    assert(line->text.data >= state->start);
    assert(line->text.data + line->text.size <= state->end);
    assert(memchr(line->text.data, '\n', line->text.size) == NULL);
}

static void section(void *ctx, const struct ini_line *line, bight_bytes name,
                    size_t name_at)
{
    check_line(ctx, line);
    assert(name.size > 0);
    assert(name.data == line->text.data + name_at);
    assert(name_at + name.size < line->text.size);
}

static void again_value(void *ctx, const struct ini_value *value)
{
    struct again *again = ctx;
    assert(bight_bytes_equal(value->key, again->key));
    assert(bight_bytes_equal(value->value, again->value));
    again->seen++;
}

static void again_fault(void *ctx, const struct ini_line *line,
                        const bight_diagnostic *why)
{
    (void)ctx;
    (void)line;
    (void)why;
    abort();
}

/* What stands for `c`, never '\0', between double quotes; its size. */
static size_t escape(uint8_t c, uint8_t *text)
{
    static const char digits[] = "0123456789abcdef";
    static const char known[] = "\"\\\n\t";
    static const char letters[] = "\"\\nt";
    const char *found = strchr(known, c);
    text[0] = c;
    if (found == NULL && c >= ' ' && c != 0x7f)
        return 1;
    text[0] = '\\';
    text[1] = found != NULL ? (uint8_t)letters[found - known] : 'x';
    text[2] = (uint8_t)digits[c >> 4];
    text[3] = (uint8_t)digits[c & 15];
    return found != NULL ? 2 : 4;
}

/* KEY = "VALUE", with escapes where they are needed. */
static void write_again(const struct ini_value *value)
{
    static const struct ini_handler handler = {NULL, again_value, again_fault};
    struct again again = {.key = value->key, .value = value->value};
    size_t size = 0;
    uint8_t *text = malloc(value->key.size + 4 * value->value.size + 8);
    assert(text != NULL);
    memcpy(text, value->key.data, value->key.size);
    size += value->key.size;
    text[size++] = '=';
    text[size++] = '"';
    for (size_t i = 0; i < value->value.size; i++)
        size += escape(value->value.data[i], text + size);
    text[size++] = '"';
    if (size <= INI_LINE_MAX) {
        ini_parse(bight_bytes_of(text, size), &handler, &again);
        assert(again.seen == 1);
    }
    free(text);
}

static void value(void *ctx, const struct ini_value *value)
{
    check_line(ctx, &value->line);
    size_t line = value->line.text.size;
    size_t last = 0;
    assert(value->key.size > 0);
    assert(value->key.data == value->line.text.data + value->key_at);
    assert(value->value.data[value->value.size] == '\0');
    for (size_t i = 0; i <= value->value.size; i++) {
        size_t at = ini_column(value, i);
        assert(at <= line && (i == 0 ? at == value->value_at : at > last));
        last = at;
    }
    write_again(value);
}

static void fault(void *ctx, const struct ini_line *line,
                  const bight_diagnostic *why)
{
    check_line(ctx, line);
    assert(why->start <= line->text.size);
    assert(why->start + why->length <= line->text.size);
    assert(why->message[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ini_handler handler = {section, value, fault};
    uint8_t *text = malloc(size + (size == 0));
    assert(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    struct state state = {.start = text, .end = text + size};
    ini_parse(bight_bytes_of(text, size), &handler, &state);
    free(text);
    return 0;
}
