/* SPDX-License-Identifier: MIT */
/* http_feed.h under every split, as an assertion. */
#ifndef BIGHT_TESTS_HTTP_CHECK_H
#define BIGHT_TESTS_HTTP_CHECK_H

#include <check.h>

#include "http_feed.h"

/* In one, in every two pieces, octet by octet: those events each time. Of a
 * large input some of the cuts. */
#define ck_assert_http(feed, input, expected)                                  \
    http_check((feed), (input), (expected), __FILE__, __LINE__)
void http_check(const struct http_feed *feed, bight_bytes input,
                const char *expected, const char *file, int line);

/* What was refused, "RFC 9112, 6.1: ..."; "" if nothing was. The caller frees
 * it. */
char *http_why(const struct http_feed *feed, bight_bytes input);

#endif
