/* SPDX-License-Identifier: MIT */
/* Diagnostics: a message, the text at fault, a caret and a hint. */
#include <bight/diagnostic.h>

#include <stdarg.h>
#include <stdint.h>

#include "base/text.h"

/* Columns of the text that are shown: with its indent it fits 80. */
#define WIDTH 72
/* Columns of a line; one that is full makes some terminals leave another. */
#define LINE 79

void bight_diagnostic_set(bight_diagnostic *d, size_t start, size_t length,
                          const char *format, ...)
{
    va_list args;

    d->start = start;
    d->length = length;
    va_start(args, format);
    bight__text_vformat(d->message, sizeof d->message, format, args);
    va_end(args);
    d->hint[0] = '\0';
}

void bight_diagnostic_hint(bight_diagnostic *d, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    bight__text_vformat(d->hint, sizeof d->hint, format, args);
    va_end(args);
}

void bight_diagnostic_choices(bight_diagnostic *d, bight_bytes word,
                              const char *const *choices)
{
    const char *nearest = bight_nearest(word, choices);
    struct bight__text hint;

    bight__text_init(&hint, d->hint, sizeof d->hint);
    if (nearest) {
        bight__text_puts(&hint, "did you mean '");
        bight__text_puts(&hint, nearest);
        bight__text_puts(&hint, "'?  ");
    }
    bight__text_puts(&hint, "known:");
    for (; *choices; choices++) {
        bight__text_puts(&hint, " ");
        bight__text_puts(&hint, *choices);
    }
    if (bight__text_end(&hint) >= sizeof d->hint)
        bight__text_mark_cut(d->hint, sizeof d->hint);
}

static size_t columns_of(bight_bytes text)
{
    struct bight__text nowhere;

    bight__text_init(&nowhere, NULL, 0);
    return bight__text_put_escaped(&nowhere, text, "");
}

/* How many bytes of the front of `text` take at most `columns`. */
static size_t bytes_in(bight_bytes text, size_t columns)
{
    size_t at = 0;

    while (at < text.size) {
        bight_bytes rest = bight_bytes_tail(text, at);
        size_t size = bight__rune_first(rest).size;
        size_t width = columns_of(bight_bytes_head(rest, size));
        if (width > columns)
            break;
        columns -= width;
        at += size;
    }
    return at;
}

/* Where to begin so that at most `columns` come before `text`'s end. */
static size_t start_for(bight_bytes text, size_t columns)
{
    size_t at = text.size > 4 * columns ? text.size - 4 * columns : 0;

    while (at < text.size && (text.data[at] & 0xc0) == 0x80)
        at++;
    while (columns_of(bight_bytes_tail(text, at)) > columns)
        at += bight__rune_first(bight_bytes_tail(text, at)).size;
    return at;
}

/* The text around its fault, and the marks under that. Returns their column. */
static size_t put_excerpt(struct bight__text *out, bight_bytes text,
                          size_t start, size_t length)
{
    size_t from = start_for(bight_bytes_head(text, start), WIDTH / 2);
    bight_bytes before = bight_bytes_tail(bight_bytes_head(text, start), from);
    size_t indent = columns_of(before) + (from > 0 ? 3 : 0);
    bight_bytes rest = bight_bytes_tail(text, start);
    size_t shown = bytes_in(rest, WIDTH - indent);
    size_t marked =
        columns_of(bight_bytes_head(rest, length < shown ? length : shown));

    bight__text_puts(out, from > 0 ? "  ..." : "  ");
    (void)bight__text_put_escaped(out, before, "");
    (void)bight__text_put_escaped(out, bight_bytes_head(rest, shown), "");
    bight__text_puts(out, shown < rest.size ? "...\n" : "\n");
    bight__text_fill(out, ' ', indent + 2);
    bight__text_puts(out, "^");
    bight__text_fill(out, '~', marked > 0 ? marked - 1 : 0);
    return indent + 2 + (marked > 0 ? marked : 1);
}

/* From `column` on, in lines that end at a word before column 80. */
static void put_hint(struct bight__text *out, bight_bytes hint, size_t column)
{
    size_t margin = column < WIDTH / 2 ? column : 4;
    size_t at = column;

    while (hint.size > 0) {
        size_t blanks = 0, size;
        while (blanks < hint.size && hint.data[blanks] == ' ')
            blanks++;
        for (size = blanks; size < hint.size && hint.data[size] != ' ';)
            size++;
        bight_bytes word =
            bight_bytes_tail(bight_bytes_head(hint, size), blanks);
        size_t width = columns_of(word);
        if (at + blanks + width > LINE && at > margin) {
            bight__text_puts(out, "\n");
            bight__text_fill(out, ' ', margin);
            at = margin;
            blanks = 0;
        }
        bight__text_fill(out, ' ', blanks);
        (void)bight__text_put_escaped(out, word, "");
        at += blanks + width;
        hint = bight_bytes_tail(hint, size);
    }
}

size_t bight_diagnostic_format(const bight_diagnostic *d, const char *program,
                               bight_bytes text, char *buf, size_t size)
{
    size_t start = d->start < text.size ? d->start : text.size;
    size_t column = 0;
    struct bight__text out;

    bight__text_init(&out, buf, size);
    if (program) {
        bight__text_puts(&out, program);
        bight__text_puts(&out, ": ");
    }
    (void)bight__text_put_escaped(&out, bight_bytes_text(d->message), "");
    bight__text_puts(&out, "\n");
    if (text.size > 0)
        column = put_excerpt(&out, text, start, d->length);
    if (d->hint[0])
        bight__text_puts(&out, "  ");
    put_hint(&out, bight_bytes_text(d->hint), column + 2);
    if (text.size > 0 || d->hint[0])
        bight__text_puts(&out, "\n");
    return bight__text_end(&out);
}
