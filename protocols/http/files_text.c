/* SPDX-License-Identifier: MIT */
/* Names and numbers, as pages show them. */
#include "files_text.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void put_bytes(struct bight__http_files_text *out, bight_bytes bytes)
{
    if (!bight_failed(out->error))
        out->error = bight_buffer_append(out->page, bytes);
}

void bight__http_files_put(struct bight__http_files_text *out, const char *text)
{
    put_bytes(out, bight_bytes_text(text));
}

void bight__http_files_put_number(struct bight__http_files_text *out,
                                  uint64_t number)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "%" PRIu64, number);
    bight__http_files_put(out, text);
}

bool bight__http_files_is_full(const struct bight__http_files_text *out)
{
    return out->page->end - out->page->start >= BIGHT__HTTP_FILES_PAGE_MAX;
}

/* -- names ---------------------------------------------------------------- */

/* Octets of the character that begins here; 0: it is none (RFC 3629, 4). */
static size_t character_size(const uint8_t *c, size_t left)
{
    static const struct {
        uint8_t first, last, low, high; /* of the first, and of the second */
        uint8_t size;
    } forms[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3},
        {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    if (c[0] < 0x80)
        return 1;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        size_t size = forms[i].size;
        if (c[0] < forms[i].first || c[0] > forms[i].last || size > left ||
            c[1] < forms[i].low || c[1] > forms[i].high)
            continue;
        for (size_t at = 2; at < size; at++)
            if ((c[at] & 0xc0) != 0x80)
                return 0;
        return size;
    }
    return 0;
}

/* C1 ones are two octets. */
static bool is_control(const uint8_t *c, size_t size)
{
    return (size == 1 && (c[0] < ' ' || c[0] == 0x7f)) ||
           (size == 2 && c[0] == 0xc2 && c[1] < 0xa0);
}

typedef const char *(*escape_fn)(uint8_t c);

static void put_name(struct bight__http_files_text *out, bight_bytes name,
                     escape_fn escape)
{
    while (name.size > 0) {
        size_t size = character_size(name.data, name.size);
        const char *other = size == 1 ? escape(name.data[0]) : NULL;
        if (size == 0 || is_control(name.data, size))
            other = "\xef\xbf\xbd";
        if (other != NULL)
            bight__http_files_put(out, other);
        else
            put_bytes(out, bight_bytes_head(name, size));
        name = bight_bytes_tail(name, size > 0 ? size : 1);
    }
}

static const char *escape_html(uint8_t c)
{
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static const char *escape_json(uint8_t c)
{
    return c == '"' ? "\\\"" : c == '\\' ? "\\\\" : NULL;
}

void bight__http_files_put_html(struct bight__http_files_text *out,
                                bight_bytes name)
{
    put_name(out, name, escape_html);
}

void bight__http_files_put_json(struct bight__http_files_text *out,
                                bight_bytes name)
{
    put_name(out, name, escape_json);
}

/* "." and a slash before it: "a:b" is no scheme then. */
void bight__http_files_put_reference(struct bight__http_files_text *out,
                                     bight_bytes name, bool folder)
{
    char text[3 * NAME_MAX + 1];
    size_t size =
        bight_http_url_encode(name, BIGHT_HTTP_URL_PLAIN, text, sizeof(text));
    bight__http_files_put(out, "./");
    if (size < sizeof(text))
        put_bytes(out, bight_bytes_of(text, size));
    if (folder)
        bight__http_files_put(out, "/");
}

/* -- dates ---------------------------------------------------------------- */

static bool split(int64_t seconds, struct tm *ret_tm)
{
    const time_t time = (time_t)seconds;
    return gmtime_r(&time, ret_tm) != NULL;
}

void bight__http_files_put_day(struct bight__http_files_text *out,
                               int64_t seconds)
{
    struct tm tm;
    char text[64];
    if (!split(seconds, &tm))
        return;
    (void)snprintf(text, sizeof(text), "%04lld-%02d-%02d", 1900LL + tm.tm_year,
                   tm.tm_mon + 1, tm.tm_mday);
    bight__http_files_put(out, text);
}

void bight__http_files_put_time(struct bight__http_files_text *out,
                                int64_t seconds, bool exact)
{
    struct tm tm;
    char text[64];
    if (!split(seconds, &tm))
        return;
    int size = snprintf(text, sizeof(text), "%02d:%02d", tm.tm_hour, tm.tm_min);
    if (exact && size > 0)
        (void)snprintf(text + size, sizeof(text) - (size_t)size, ":%02d",
                       tm.tm_sec);
    bight__http_files_put(out, text);
}
