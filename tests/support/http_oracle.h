/* SPDX-License-Identifier: MIT */
/* What http-parser itself makes of an input, in the words of http_feed.h. */
#ifndef BIGHT_TESTS_HTTP_ORACLE_H
#define BIGHT_TESTS_HTTP_ORACLE_H

#include <bight/bytes.h>

/* As a program would that trusts it: "POST(hello) INVALID_METHOD"; "upgrade"
 * where it stops for another protocol. The caller frees it. */
char *http_oracle(bool is_response, bight_bytes input);

/* The octets of the first head, told that no body follows; 0 if it takes none
 * there. `ret_fields` counts what it found. */
size_t http_oracle_head(bool is_response, bight_bytes input,
                        unsigned *ret_fields);

#endif
