/* SPDX-License-Identifier: MIT */
/** @file
 * Small middleware: fields against attacks on pages, names of requests, a limit
 * of bodies.
 */
#ifndef BIGHT_HTTP_LAYERS_H
#define BIGHT_HTTP_LAYERS_H

#include <bight/http_middleware.h>

BIGHT_BEGIN_DECLS

/** What browsers are told; by bight_http_security_options_init. NULL leaves a
 * field out. */
typedef struct bight_http_security_options {
    size_t size; /**< sizeof(bight_http_security_options) */
    /** Content-Security-Policy: nothing but the server's own, styles in the
     * page, no frames around it. */
    const char *policy;
    const char *referrer;  /**< Referrer-Policy; "no-referrer" */
    const char *frames;    /**< X-Frame-Options; "DENY" */
    const char *transport; /**< Strict-Transport-Security; NULL */
    bool sniff;            /**< without X-Content-Type-Options: nosniff; no */
} bight_http_security_options;

BIGHT_API void bight_http_security_options_init(
    bight_http_security_options *options);

/** Sets the fields that the handler did not. Its ctx is a
 * `const bight_http_security_options *`, lent, or NULL for the defaults. */
extern BIGHT_API const bight_http_middleware bight_http_security;

typedef struct bight_http_request_id_options {
    size_t size; /**< sizeof(bight_http_request_id_options) */
    /** The field of the request that is believed: for servers behind a proxy
     * that sets it. NULL: none. */
    const char *trusted;
} bight_http_request_id_options;

/** Names each request: by the trusted field, if that is 1 to 128 of letters,
 * digits and "-._~+/=:", else by 128 random bits in hexadecimal. The name is
 * X-Request-Id of the answer from the beginning (bight_http_answer_field). Its
 * ctx is a `const bight_http_request_id_options *`, lent, or NULL. */
extern BIGHT_API const bight_http_middleware bight_http_request_id;

typedef struct bight_http_body_limit_options {
    size_t size;   /**< sizeof(bight_http_body_limit_options) */
    uint64_t most; /**< bytes of a body */
} bight_http_body_limit_options;

/** Answers 413 before the handler where a length says that it is more; of one
 * without a length, as soon as more has come, streamed or kept. Its ctx is a
 * `const bight_http_body_limit_options *`, lent. */
extern BIGHT_API const bight_http_middleware bight_http_body_limit;

BIGHT_END_DECLS

#endif
