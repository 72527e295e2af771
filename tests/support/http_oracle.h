/* SPDX-License-Identifier: MIT */
/* What http-parser itself makes of an input, in the words of http_feed.h. */
#ifndef BIGHT_TESTS_HTTP_ORACLE_H
#define BIGHT_TESTS_HTTP_ORACLE_H

#include <bight/bytes.h>

#include "head.h"

/* As a program would that trusts it: "POST(hello) INVALID_METHOD"; "upgrade"
 * where it stops for another protocol. The caller frees it. */
char *http_oracle(bool is_response, bight_bytes input);

/* The octets of the first head, told that no body follows; 0 if it takes none
 * there. `ret_fields`, for at most HTTP_ORACLE_FIELDS, is how it cut them, but
 * for white space at their ends, which it leaves. */
#define HTTP_ORACLE_FIELDS 512
struct http_oracle_field {
    bight_bytes name;
    bight_bytes value;
};
size_t http_oracle_head(bool is_response, bight_bytes input,
                        struct http_oracle_field *ret_fields,
                        unsigned *ret_count);

/* Whether it takes the first head of `input` up to the same octet, and cuts its
 * fields where `head` has them. */
bool http_oracle_agrees(bool is_response, bight_bytes input, size_t size,
                        const struct bight__http_head *head);

#endif
