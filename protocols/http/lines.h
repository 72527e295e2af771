/* SPDX-License-Identifier: MIT */
/*
 * The guard's short way: lines that are whole and right, below every limit.
 * What else there is, is left to the guard.
 */
#ifndef BIGHT_HTTP_LINES_H
#define BIGHT_HTTP_LINES_H

#include "guard.h"

/* The longest that http-parser knows has 11 octets. */
#define BIGHT__HTTP_METHOD_MAX 32

/* Behind a request line of HTTP/1.1, or `p`. */
const uint8_t *bight__http_skip_request_line(const uint8_t *p,
                                             const uint8_t *end);

/* Behind as many field lines as there are, and the empty one if `ret_done`;
 * counts them. */
const uint8_t *bight__http_skip_fields(struct bight__http_guard *guard,
                                       const uint8_t *p, const uint8_t *end,
                                       bool *ret_done);

#endif
