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

#endif
