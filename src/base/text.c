/* SPDX-License-Identifier: MIT */
/* Bounded text, and the escaping of text that comes from elsewhere. */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

void bight__text_init(struct bight__text *text, char *buf, size_t size)
{
    text->buf = buf;
    text->size = size;
    text->length = 0;
}

void bight__text_put(struct bight__text *text, bight_bytes bytes)
{
    if (text->length < text->size && bytes.size > 0) {
        bight_bytes fit = bight_bytes_head(bytes, text->size - text->length);
        memcpy(text->buf + text->length, fit.data, fit.size);
    }
    text->length += bytes.size;
}

void bight__text_puts(struct bight__text *text, const char *string)
{
    bight__text_put(text, bight_bytes_text(string));
}

void bight__text_fill(struct bight__text *text, char c, size_t count)
{
    for (; count > 0; count--)
        bight__text_put(text, bight_bytes_of(&c, 1));
}

size_t bight__text_end(struct bight__text *text)
{
    if (text->length < text->size)
        text->buf[text->length] = '\0';
    else if (text->size > 0)
        text->buf[text->size - 1] = '\0';
    return text->length;
}

static bool is_continuation(uint8_t byte)
{
    return (byte & 0xc0) == 0x80;
}

void bight__text_mark_cut(char *buf, size_t size)
{
    size_t end = size - sizeof "...";

    while (end > 0 && is_continuation((uint8_t)buf[end]))
        end--;
    memcpy(buf + end, "...", sizeof "...");
}

void bight__text_vformat(char *buf, size_t size, const char *format,
                         va_list args)
{
    int length = vsnprintf(buf, size, format, args);

    if (length < 0)
        (void)snprintf(buf, size, "?");
    else if ((size_t)length >= size)
        bight__text_mark_cut(buf, size);
}

/* How many bytes the sequence has that begins so; 0: none begins so. */
static uint8_t sequence_size(uint8_t byte)
{
    if (byte < 0x80)
        return 1;
    if (byte < 0xc2)
        return 0;
    if (byte < 0xe0)
        return 2;
    if (byte < 0xf0)
        return 3;
    return byte < 0xf5 ? 4 : 0;
}

struct bight__rune bight__rune_first(bight_bytes bytes)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    struct bight__rune bad = {bytes.data[0], 1, false};
    struct bight__rune rune = {bytes.data[0], sequence_size(bytes.data[0]),
                               true};

    if (rune.size == 0 || rune.size > bytes.size)
        return bad;
    if (rune.size > 1)
        rune.code &= 0x7fu >> rune.size;
    for (size_t i = 1; i < rune.size; i++) {
        if (!is_continuation(bytes.data[i]))
            return bad;
        rune.code = rune.code << 6 | (bytes.data[i] & 0x3fu);
    }
    if (rune.code < least[rune.size] || rune.code > 0x10ffff ||
        (rune.code >= 0xd800 && rune.code <= 0xdfff))
        return bad;
    return rune;
}

bool bight__rune_printable(struct bight__rune rune)
{
    uint32_t c = rune.code;

    if (!rune.valid || c < 0x20 || (c >= 0x7f && c < 0xa0))
        return false;
    /* separators of lines, and the marks that turn the reading direction */
    return c != 0x61c && !(c >= 0x200e && c <= 0x200f) &&
           !(c >= 0x2028 && c <= 0x202e) && !(c >= 0x2066 && c <= 0x2069) &&
           c != 0xfeff;
}

static const char *short_escape(uint32_t code)
{
    switch (code) {
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return NULL;
    }
}

size_t bight__rune_escape(struct bight__rune rune, const uint8_t *data,
                          const char *also, char ret_text[12])
{
    const char *brief = rune.valid ? short_escape(rune.code) : NULL;
    int length;

    if (brief) {
        length = snprintf(ret_text, 12, "%s", brief);
    } else if (bight__rune_printable(rune)) {
        bool marked = rune.code < 0x80 && strchr(also, (int)rune.code);
        length = snprintf(ret_text, 12, "%s%.*s", marked ? "\\" : "",
                          (int)rune.size, (const char *)data);
    } else if (rune.valid && rune.code >= 0x80) {
        length = snprintf(ret_text, 12, "\\u%04x", (unsigned)rune.code);
    } else {
        length = snprintf(ret_text, 12, "\\x%02x", (unsigned)rune.code & 0xff);
    }
    return (size_t)length;
}

size_t bight__text_put_escaped(struct bight__text *text, bight_bytes bytes,
                               const char *also)
{
    size_t columns = 0;

    while (bytes.size > 0) {
        struct bight__rune rune = bight__rune_first(bytes);
        char piece[12];
        size_t size = bight__rune_escape(rune, bytes.data, also, piece);

        bight__text_put(text, bight_bytes_of(piece, size));
        columns += bytes.data[0] < 0x80 || size != rune.size ? size : 1;
        bytes = bight_bytes_tail(bytes, rune.size);
    }
    return columns;
}

/* The head is enough: a text that long is cut anyway. */
void bight__text_quote(char *buf, size_t size, bight_bytes bytes)
{
    struct bight__text text;

    bight__text_init(&text, buf, size);
    (void)bight__text_put_escaped(&text, bight_bytes_head(bytes, size), "");
    if (bight__text_end(&text) >= size)
        bight__text_mark_cut(buf, size);
}
