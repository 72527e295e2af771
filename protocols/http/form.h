/* SPDX-License-Identifier: MIT */
/* What the parsers of forms share. */
#ifndef BIGHT_HTTP_FORM_INTERNAL_H
#define BIGHT_HTTP_FORM_INTERNAL_H

#include <bight/http_form.h>

/* The caller's limits with the defaults filled in. */
bight_http_form_limits bight__http_form_limits_of(
    const bight_http_form_limits *limits);

/* INVALID or RANGE with a note. */
bight_error bight__http_form_broken(const char *what);
bight_error bight__http_form_too_much(const char *what, uint64_t limit);

/* What a part's header says, decoded. `head` has its lines, each with its CRLF;
 * `spare`, of their size, is where the names of *ret_part then lie. */
bight_error bight__http_part_read(bight_bytes head,
                                  const bight_http_form_limits *limits,
                                  uint8_t *spare, bight_http_part *ret_part);

#endif
