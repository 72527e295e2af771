/* SPDX-License-Identifier: MIT */
/* A field of a head or of trailers. */
#ifndef BIGHT_HTTP_FIELD_H
#define BIGHT_HTTP_FIELD_H

#include "names.h"

/* A part of the octets of a head, or of trailers. */
struct bight__http_slice {
    uint32_t at;
    uint32_t size;
};

struct bight__http_field {
    struct bight__http_slice name;
    struct bight__http_slice value; /* without the white space around it */
    enum bight__http_name known;
};

/* The one whose line begins at `at`, and where the line's CR is. The guard let
 * the line through: it has a name, a colon and a value. */
struct bight__http_field bight__http_field_cut(const uint8_t *bytes,
                                               uint32_t at, uint32_t cr);

#endif
