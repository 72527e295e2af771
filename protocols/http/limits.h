/* SPDX-License-Identifier: MIT */
/* What a peer may make a reader keep or do. */
#ifndef BIGHT_HTTP_LIMITS_H
#define BIGHT_HTTP_LIMITS_H

#include <stdint.h>

struct bight__http_limits {
    uint32_t target;        /* octets; 8000 */
    uint32_t head;          /* octets of start line and fields; 32 KiB */
    uint32_t line;          /* octets of one field line; 8 KiB */
    uint16_t fields;        /* count; 100 */
    uint64_t body;          /* octets; 1 MiB; UINT64_MAX: none */
    uint32_t chunk_line;    /* octets; 256 */
    uint32_t chunk_extras;  /* octets of extensions in a message; 4 KiB */
    uint64_t chunks;        /* 10 000, and one more for 64 octets of the body */
    uint32_t trailer_bytes; /* 4 KiB */
    uint16_t trailers;      /* count; 20 */
};

extern const struct bight__http_limits bight__http_default_limits;

#endif
