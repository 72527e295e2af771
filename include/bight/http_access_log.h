/* SPDX-License-Identifier: MIT */
/** @file
 * Middleware that tells of each request in one line.
 */
#ifndef BIGHT_HTTP_ACCESS_LOG_H
#define BIGHT_HTTP_ACCESS_LOG_H

#include <bight/http_middleware.h>

BIGHT_BEGIN_DECLS

typedef enum bight_http_log_format {
    /** 12:00:01.234 info request conn=9 peer=... status=200 ms=0.21 */
    BIGHT_HTTP_LOG_TEXT = 0,
    /** Apache's and nginx's: PEER - USER [TIME] "LINE" STATUS BYTES ... */
    BIGHT_HTTP_LOG_COMBINED = 1,
    /** {"ts":"2024-02-29T12:00:01.234Z","level":"info","event":"request",... */
    BIGHT_HTTP_LOG_JSON = 2
} bight_http_log_format;

/** Bytes of a line, newline included, at most; what is longer is cut. */
#define BIGHT_HTTP_LOG_LINE_MAX 8192

/** Takes a line, newline included, lent for the call: for one write of it. */
typedef void (*bight_http_log_fn)(void *ctx, bight_bytes line);

typedef struct bight_http_access_log_options {
    size_t size; /**< sizeof(bight_http_access_log_options) */
    bight_http_log_format format;
    bight_http_log_fn fn; /**< NULL: bight_log_write, level info; no format */
    void *ctx;            /**< lent to `fn` */
} bight_http_access_log_options;

/**
 * Put it first, so that it hears of all. A line comes when the answer was
 * written or the client is gone, which is status 499 if nothing was answered.
 * It has conn (the descriptor), peer, proto, method, path (the target as sent),
 * status, in and out (bytes of the bodies on the wire), ms, id if there is
 * X-Request-Id, err if it failed. What clients sent cannot leave its field:
 * control characters, quotes and the like are escaped (S5). What was no request
 * at all is not told here: bight_transport_log has it. Its ctx is a
 * `const bight_http_access_log_options *`, lent, or NULL.
 */
extern BIGHT_API const bight_http_middleware bight_http_access_log;

BIGHT_END_DECLS

#endif
