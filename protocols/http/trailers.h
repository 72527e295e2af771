/* SPDX-License-Identifier: MIT */
/* Fields behind a chunked body. */
#ifndef BIGHT_HTTP_TRAILERS_H
#define BIGHT_HTTP_TRAILERS_H

#include "fault.h"
#include "field.h"

/* RFC 9112, 7.1.2: never merged into the head's,
 * and without those that may not be there (RFC 9110, 6.5.1). */
struct bight__http_trailers {
    uint8_t *bytes; /* what the slices are parts of; NULL: there are none */
    uint32_t used, room;
    struct bight__http_field *fields;
    uint16_t count, field_room;
};

void bight__http_trailers_fini(struct bight__http_trailers *trailers);

/* Adds octets; false without memory. */
bool bight__http_trailers_append(struct bight__http_trailers *trailers,
                                 const uint8_t *data, size_t size);

/* Reads `count` lines that the guard let through to the empty one. NULL, or
 * what is wrong. */
const struct bight__http_fault *bight__http_trailers_parse(
    struct bight__http_trailers *trailers, uint16_t count);

#endif
