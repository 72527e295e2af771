/* SPDX-License-Identifier: MIT */
/*
 * Looks at each octet of a head, or of trailers, before it is read, finds its
 * end and keeps its limits. Goes on where it stopped: linear however the
 * input is cut, and the same octet is at fault.
 */
#ifndef BIGHT_HTTP_GUARD_H
#define BIGHT_HTTP_GUARD_H

#include <bight/bytes.h>

#include "fault.h"
#include "limits.h"

struct bight__http_guard {
    uint32_t left;        /* octets that may still come */
    uint32_t part;        /* octets of the part or the line so far */
    uint16_t fields;      /* lines begun */
    uint16_t fields_most; /* that may be */
    uint8_t state;
};

void bight__http_guard_request(struct bight__http_guard *guard,
                               const struct bight__http_limits *limits);
void bight__http_guard_response(struct bight__http_guard *guard,
                                const struct bight__http_limits *limits);
void bight__http_guard_trailers(struct bight__http_guard *guard,
                                const struct bight__http_limits *limits);

/* Takes from `in` up to the end of the head. NULL, or what is wrong: then it
 * must not be called again. */
const struct bight__http_fault *bight__http_guard_scan(
    struct bight__http_guard *guard, const struct bight__http_limits *limits,
    bight_bytes *in);

/* Has the empty line come that ends it? */
bool bight__http_guard_is_done(const struct bight__http_guard *guard);

#endif
