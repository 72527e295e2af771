/* SPDX-License-Identifier: MIT */
/* A page as it is written: what could not be written is told at its end. */
#ifndef BIGHT_HTTP_FILES_TEXT_H
#define BIGHT_HTTP_FILES_TEXT_H

#include <bight/buffer.h>
#include <bight/http_url.h>

/* Of a page, about: what is beyond is left out, and the page says so. */
#define BIGHT__HTTP_FILES_PAGE_MAX ((size_t)4 * 1024 * 1024)

struct bight__http_files_text {
    bight_buffer *page;
    bight_error error; /* the first */
};

void bight__http_files_put(struct bight__http_files_text *out,
                           const char *text);
void bight__http_files_put_number(struct bight__http_files_text *out,
                                  uint64_t number);
/* A name, which may be any bytes, as text of HTML or inside a string of JSON:
 * what is no UTF-8, or a control character, becomes U+FFFD. */
void bight__http_files_put_html(struct bight__http_files_text *out,
                                bight_bytes name);
void bight__http_files_put_json(struct bight__http_files_text *out,
                                bight_bytes name);
/* A relative reference to a name of this folder. */
void bight__http_files_put_reference(struct bight__http_files_text *out,
                                     bight_bytes name, bool folder);
/* "2026-11-25"; "19:26" or, `exact`, "19:26:05". */
void bight__http_files_put_day(struct bight__http_files_text *out,
                               int64_t seconds);
void bight__http_files_put_time(struct bight__http_files_text *out,
                                int64_t seconds, bool exact);

bool bight__http_files_is_full(const struct bight__http_files_text *out);

#endif
