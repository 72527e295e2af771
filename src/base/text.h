/* SPDX-License-Identifier: MIT */
/* Text written into memory of a fixed size, counted as snprintf does. */
#ifndef BIGHT_BASE_TEXT_H
#define BIGHT_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/bytes.h>

/* `length` may exceed `size`: the text has then been cut. */
struct bight__text {
    char *buf;
    size_t size;
    size_t length;
};

/* What one step of a reader of text from elsewhere found. */
struct bight__rune {
    uint32_t code; /* the byte itself if not valid */
    uint8_t size;  /* 1 to 4 bytes */
    bool valid;    /* well-formed UTF-8 */
};

void bight__text_init(struct bight__text *text, char *buf, size_t size);
void bight__text_put(struct bight__text *text, bight_bytes bytes);
void bight__text_puts(struct bight__text *text, const char *string);
void bight__text_fill(struct bight__text *text, char c, size_t count);

/* Ends the text in NUL where there is room; returns its full length. */
size_t bight__text_end(struct bight__text *text);

/* Makes a string that filled `size` (at least 8) bytes and was cut there end in
 * "...", and not in half a UTF-8 sequence. */
void bight__text_mark_cut(char *buf, size_t size);

/* Formats into at least 8 bytes; what is too long is cut and marked. */
void bight__text_vformat(char *buf, size_t size, const char *format,
                         va_list args) __attribute__((format(printf, 3, 0)));

/* The first character of at least one byte. */
struct bight__rune bight__rune_first(bight_bytes bytes);

/* May it go to a terminal, or could it move the cursor, reorder what is read
 * or break the line? */
bool bight__rune_printable(struct bight__rune rune);

/* The bytes as they are, but what is not printable as \n, \t, \r, \xHH (a byte
 * that is no UTF-8) or \uHHHH. `also`: characters to put a backslash before.
 * Returns the columns written, one for each character. */
size_t bight__text_put_escaped(struct bight__text *text, bight_bytes bytes,
                               const char *also);

/* One character of that: at most 10 bytes and a NUL. Returns their number. */
size_t bight__rune_escape(struct bight__rune rune, const uint8_t *data,
                          const char *also, char ret_text[12]);

/* A string for a message out of bytes from elsewhere: escaped, cut to `size`
 * (at least 16) and marked. */
void bight__text_quote(char *buf, size_t size, bight_bytes bytes);

#endif
