/* SPDX-License-Identifier: MIT */
/* The defaults. */
#include "limits.h"

const struct bight__http_limits bight__http_default_limits = {
    .target = 8000,
    .head = 32768,
    .line = 8192,
    .fields = 100,
    .body = 1048576,
    .chunk_line = 256,
    .chunk_extras = 4096,
    .chunks = 10000,
    .trailer_bytes = 4096,
    .trailers = 20,
};
