/* SPDX-License-Identifier: MIT */
/* The lines of a chunked body (RFC 9112, 7.1): sizes, extensions, line ends. */
#ifndef BIGHT_HTTP_CHUNKED_H
#define BIGHT_HTTP_CHUNKED_H

#include <bight/bytes.h>

#include "fault.h"
#include "limits.h"

struct bight__http_chunked {
    uint64_t size;   /* of the chunk, when its line is done */
    uint64_t chunks; /* lines done */
    uint32_t extras; /* octets of extensions in all lines */
    uint32_t line;   /* octets of this one */
    uint8_t state;
};

/* Before the first line of a body. */
void bight__http_chunked_begin(struct bight__http_chunked *chunked);

/* Behind a chunk's data: the line end there and the next line. */
void bight__http_chunked_next(struct bight__http_chunked *chunked);

/* Takes from `in` up to the end of the line. NULL, or what is wrong. */
const struct bight__http_fault *bight__http_chunked_scan(
    struct bight__http_chunked *chunked,
    const struct bight__http_limits *limits, bight_bytes *in);

bool bight__http_chunked_is_done(const struct bight__http_chunked *chunked);

#endif
