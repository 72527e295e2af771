/* SPDX-License-Identifier: MIT */
/* Compressors: gzip (RFC 1952) and brotli (RFC 7932), all their memory from
 * bight's allocator. The one door to zlib and libbrotlienc. */
#ifndef BIGHT_HTTP_CODER_H
#define BIGHT_HTTP_CODER_H

#include <bight/buffer.h>

enum bight__http_coding {
    BIGHT__HTTP_BROTLI,
    BIGHT__HTTP_GZIP,
    BIGHT__HTTP_IDENTITY
};

/* What is to become of the octets that were given. */
enum bight__http_urgency {
    BIGHT__HTTP_GATHER, /* they may wait for more */
    BIGHT__HTTP_FLUSH,  /* the reader can decode all of them */
    BIGHT__HTTP_LAST    /* and no more come */
};

struct bight__http_coder;

/* `length`, of all that will come, makes it small; UINT64_MAX: nobody knows.
 * NULL: no memory. */
struct bight__http_coder *bight__http_coder_new(enum bight__http_coding coding,
                                                int level, uint64_t length);
/* Appends what is ready to `out`. NO_MEMORY: it is of no more use. */
bight_error bight__http_coder_code(struct bight__http_coder *coder,
                                   bight_bytes data,
                                   enum bight__http_urgency urgency,
                                   bight_buffer *out);
/* NULL is fine. */
void bight__http_coder_free(struct bight__http_coder *coder);

#endif
