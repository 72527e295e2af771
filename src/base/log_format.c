/* SPDX-License-Identifier: MIT */
/*
 * Log records as lines. A line is made of pieces that are put whole or not at
 * all, in front of a reserve in which its end always fits: so a long record is
 * cut between two characters, and what was opened is closed.
 */
#include <bight/log.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define TEXT_CUT " ..."
#define JSON_CUT ",\"truncated\":true"
#define RESERVE 24 /* the longer of these, a quote, a brace, NUL */

struct line {
    char *buf;
    size_t limit;
    size_t length;
    bool cut; /* nothing more is put */
};

static void put(struct line *line, const char *piece, size_t size)
{
    if (line->length + size > line->limit)
        line->cut = true;
    if (line->cut)
        return;
    memcpy(line->buf + line->length, piece, size);
    line->length += size;
}

static void puts_whole(struct line *line, const char *piece)
{
    put(line, piece, strlen(piece));
}

/* Into the reserve. */
static void put_end(struct line *line, const char *piece)
{
    size_t size = strlen(piece);

    memcpy(line->buf + line->length, piece, size);
    line->length += size;
}

static bool line_init(struct line *line, char *buf, size_t size)
{
    if (size > 0)
        buf[0] = '\0';
    line->buf = buf;
    line->limit = size - RESERVE;
    line->length = 0;
    line->cut = false;
    return size >= BIGHT_LOG_LINE_MIN;
}

static void escape_text(struct bight__rune rune, const uint8_t *data,
                        char ret_piece[12])
{
    (void)bight__rune_escape(rune, data, "\"\\", ret_piece);
}

static void escape_json(struct bight__rune rune, const uint8_t *data,
                        char ret_piece[12])
{
    if (!rune.valid)
        (void)snprintf(ret_piece, 12, "\\ufffd");
    else if (rune.code < 0x80 && bight__rune_printable(rune))
        (void)bight__rune_escape(rune, data, "\"\\", ret_piece);
    else if (rune.code == '\n' || rune.code == '\r' || rune.code == '\t' ||
             bight__rune_printable(rune))
        (void)bight__rune_escape(rune, data, "", ret_piece);
    else
        (void)snprintf(ret_piece, 12, "\\u%04x", (unsigned)rune.code & 0xffff);
}

typedef void (*escape_fn)(struct bight__rune rune, const uint8_t *data,
                          char ret_piece[12]);

/* Once open a string is closed, also when the line was cut inside of it. */
static void put_quoted(struct line *line, bight_bytes bytes, escape_fn escape)
{
    puts_whole(line, "\"");
    if (line->cut)
        return;
    while (bytes.size > 0 && !line->cut) {
        struct bight__rune rune = bight__rune_first(bytes);
        char piece[12];
        escape(rune, bytes.data, piece);
        puts_whole(line, piece);
        bytes = bight_bytes_tail(bytes, rune.size);
    }
    put_end(line, "\"");
}

/* The shortest digits that read back the same, with a point in any locale. */
static void format_double(double value, char buf[40])
{
    char digits[40];
    char *out = buf;

    (void)snprintf(digits, sizeof digits, "%.15g", value);
    if (strtod(digits, NULL) < value || strtod(digits, NULL) > value)
        (void)snprintf(digits, sizeof digits, "%.17g", value);
    for (const char *in = digits; *in; in++) {
        if (strchr("0123456789+-einfa", *in))
            *out++ = *in;
        else if (out == buf || out[-1] != '.')
            *out++ = '.';
    }
    *out = '\0';
}

/* The value of a field that is neither text nor bytes. */
static void format_scalar(const bight_log_field *field, char buf[40])
{
    switch (field->type) {
    case BIGHT_LOG_TYPE_INT:
        (void)snprintf(buf, 40, "%" PRId64, field->value.number);
        break;
    case BIGHT_LOG_TYPE_UINT:
        (void)snprintf(buf, 40, "%" PRIu64, field->value.amount);
        break;
    case BIGHT_LOG_TYPE_DOUBLE:
        format_double(field->value.real, buf);
        break;
    case BIGHT_LOG_TYPE_BOOL:
        (void)snprintf(buf, 40, "%s", field->value.truth ? "true" : "false");
        break;
    case BIGHT_LOG_TYPE_TEXT:
    case BIGHT_LOG_TYPE_BYTES:
    case BIGHT_LOG_TYPE_ERROR:
        buf[0] = '\0';
        break;
    }
}

#define ERROR_MAX 768

/* The value as bytes if it is shown as a string; an error's text goes to
 * `buf`. */
static bool as_string(const bight_log_field *field, char buf[ERROR_MAX],
                      bight_bytes *ret)
{
    if (field->type == BIGHT_LOG_TYPE_ERROR) {
        if (bight_error_format(field->value.error, buf, ERROR_MAX) >= ERROR_MAX)
            bight__text_mark_cut(buf, ERROR_MAX);
        *ret = bight_bytes_text(buf);
        return true;
    }
    *ret = field->value.bytes;
    return field->type == BIGHT_LOG_TYPE_TEXT ||
           field->type == BIGHT_LOG_TYPE_BYTES;
}

static bool needs_quotes(bight_bytes bytes)
{
    if (bytes.size == 0)
        return true;
    while (bytes.size > 0) {
        struct bight__rune rune = bight__rune_first(bytes);
        if (!bight__rune_printable(rune))
            return true;
        if (rune.code < 0x80 && strchr(" \"=\\", (int)rune.code))
            return true;
        bytes = bight_bytes_tail(bytes, rune.size);
    }
    return false;
}

static void put_text_value(struct line *line, bight_bytes bytes)
{
    if (needs_quotes(bytes)) {
        put_quoted(line, bytes, escape_text);
        return;
    }
    while (bytes.size > 0) {
        uint8_t size = bight__rune_first(bytes).size;
        put(line, (const char *)bytes.data, size);
        bytes = bight_bytes_tail(bytes, size);
    }
}

/* A key of any other sign could pass for two fields. */
static void put_text_key(struct line *line, const char *key)
{
    puts_whole(line, " ");
    for (; key && *key; key++) {
        bool plain = (*key >= 'a' && *key <= 'z') ||
                     (*key >= 'A' && *key <= 'Z') ||
                     (*key >= '0' && *key <= '9') || strchr("_-.", *key);
        put(line, plain ? key : "_", 1);
    }
    puts_whole(line, "=");
}

/* Without its value a key says nothing: then it is taken back. */
static void put_text_field(struct line *line, const bight_log_field *field)
{
    size_t before = line->length;
    char buf[ERROR_MAX] = "";
    bight_bytes bytes;

    put_text_key(line, field->key);
    if (!line->cut && as_string(field, buf, &bytes)) {
        put_text_value(line, bytes);
        return;
    }
    format_scalar(field, buf);
    puts_whole(line, buf);
    if (line->cut)
        line->length = before;
}

size_t bight_log_format_text(const bight_log_record *record, char *buf,
                             size_t size)
{
    uint64_t ms = record->unix_ms % 86400000;
    char time[24];
    struct line line;

    if (!line_init(&line, buf, size))
        return 0;
    (void)snprintf(time, sizeof time, "%02u:%02u:%02u.%03u ",
                   (unsigned)(ms / 3600000), (unsigned)(ms / 60000 % 60),
                   (unsigned)(ms / 1000 % 60), (unsigned)(ms % 1000));
    puts_whole(&line, time);
    puts_whole(&line, bight_log_level_name(record->level));
    puts_whole(&line, " ");
    put_text_value(&line, bight_bytes_text(record->event));
    for (size_t i = 0; i < record->count && !line.cut; i++)
        put_text_field(&line, &record->fields[i]);
    if (line.cut)
        put_end(&line, TEXT_CUT);
    buf[line.length] = '\0';
    return line.length;
}

/* JSON has no NaN and no infinity. */
static void put_json_scalar(struct line *line, const bight_log_field *field)
{
    char buf[40] = "";

    format_scalar(field, buf);
    if (field->type == BIGHT_LOG_TYPE_DOUBLE && !isfinite(field->value.real))
        buf[0] = '\0';
    puts_whole(line, buf[0] ? buf : "null");
}

static void put_json_field(struct line *line, const bight_log_field *field)
{
    size_t before = line->length;
    char buf[ERROR_MAX];
    bight_bytes bytes;
    bool string = as_string(field, buf, &bytes);

    puts_whole(line, ",");
    put_quoted(line, bight_bytes_text(field->key), escape_json);
    puts_whole(line, string ? ":\"" : ":");
    if (line->cut) {
        line->length = before;
    } else if (string) {
        line->length--; /* the quote was to see that it fits */
        put_quoted(line, bytes, escape_json);
    } else {
        put_json_scalar(line, field);
        if (line->cut)
            line->length = before;
    }
}

/* Howard Hinnant's days-to-civil for days since 1970: without the time zone
 * lock that gmtime takes. */
static void format_day(uint64_t day, char buf[48])
{
    uint64_t z = day + 719468;
    uint64_t era = z / 146097;
    uint64_t of_era = z % 146097;
    uint64_t year =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    uint64_t month = (5 * of_year + 2) / 153;
    uint64_t date = of_year - (153 * month + 2) / 5 + 1;

    month = month < 10 ? month + 3 : month - 9;
    year += era * 400 + (month <= 2 ? 1 : 0);
    (void)snprintf(buf, 48, "%04" PRIu64 "-%02u-%02u", year, (unsigned)month,
                   (unsigned)date);
}

static void put_json_head(struct line *line, const bight_log_record *record)
{
    uint64_t ms = record->unix_ms % 86400000;
    char day[48];
    char head[128];

    format_day(record->unix_ms / 86400000, day);
    (void)snprintf(head, sizeof head,
                   "{\"ts\":\"%sT%02u:%02u:%02u.%03uZ\",\"level\":\"%s\",", day,
                   (unsigned)(ms / 3600000), (unsigned)(ms / 60000 % 60),
                   (unsigned)(ms / 1000 % 60), (unsigned)(ms % 1000),
                   bight_log_level_name(record->level));
    puts_whole(line, head);
    puts_whole(line, "\"event\":");
    put_quoted(line, bight_bytes_text(record->event), escape_json);
}

size_t bight_log_format_json(const bight_log_record *record, char *buf,
                             size_t size)
{
    struct line line;

    if (!line_init(&line, buf, size))
        return 0;
    put_json_head(&line, record);
    for (size_t i = 0; i < record->count && !line.cut; i++)
        put_json_field(&line, &record->fields[i]);
    if (line.cut)
        put_end(&line, JSON_CUT);
    put_end(&line, "}");
    buf[line.length] = '\0';
    return line.length;
}
