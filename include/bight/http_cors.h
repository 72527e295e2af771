/* SPDX-License-Identifier: MIT */
/** @file
 * Middleware that lets pages of other origins read answers (CORS; the Fetch
 * standard, 3.2).
 */
#ifndef BIGHT_HTTP_CORS_H
#define BIGHT_HTTP_CORS_H

#include <bight/http_middleware.h>

BIGHT_BEGIN_DECLS

typedef struct bight_http_cors_options {
    size_t size; /**< sizeof(bight_http_cors_options) */
    /** "https://example.org", as browsers send it; "*": any. Ends in NULL. */
    const char *const *origins;
    const char *methods; /**< NULL: "GET, HEAD, POST, PUT, PATCH, DELETE" */
    const char *headers; /**< of requests, listed; NULL: what is asked for */
    const char *exposed; /**< of answers, for scripts to read; NULL: none */
    uint32_t max_age_s;  /**< how long a preflight counts; 0: not said */
    bool credentials;    /**< with cookies; never for "*" */
} bight_http_cors_options;

/** Answers preflights, 204, and adds the fields to all answers to an origin
 * that may read them; others get the answer without. Its ctx is a
 * `const bight_http_cors_options *`, lent. */
extern BIGHT_API const bight_http_middleware bight_http_cors;

BIGHT_END_DECLS

#endif
