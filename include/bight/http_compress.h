/* SPDX-License-Identifier: MIT */
/** @file
 * Middleware that codes the bodies of answers by gzip or brotli.
 */
#ifndef BIGHT_HTTP_COMPRESS_H
#define BIGHT_HTTP_COMPRESS_H

#include <bight/http_middleware.h>

BIGHT_BEGIN_DECLS

/** By bight_http_compress_options_init. */
typedef struct bight_http_compress_options {
    size_t size;        /**< sizeof(bight_http_compress_options) */
    uint64_t minimum;   /**< smaller bodies stay as they are; 512 */
    int gzip_level;     /**< 1 to 9; 0: no gzip; 5 */
    int brotli_quality; /**< 1 to 11; 0: no brotli; 3 */
    bool events;        /**< code text/event-stream as well; no */
} bight_http_compress_options;

BIGHT_API void bight_http_compress_options_init(
    bight_http_compress_options *options);

/**
 * Codes what the client takes (RFC 9110, 12.5.3) and whose type says that it is
 * worth it (bight_http_type_compresses); never a 206, what is coded already, or
 * what is marked no-transform. Adds Vary, makes a strong ETag weak, also of a
 * 304 that has the type and the length which its 200 would have had. What is
 * answered at once is coded at once, and has a length. Of a body without a
 * known length each write leaves at once, as it was written. A coder holds up
 * to 256 KiB (gzip) or 2 MiB (brotli) until its body is complete. Its ctx is a
 * `const bight_http_compress_options *`, lent, or NULL for the defaults.
 * Secrets do not belong in a body that repeats what the client sent (BREACH).
 */
extern BIGHT_API const bight_http_middleware bight_http_compress;

BIGHT_END_DECLS

#endif
