/* SPDX-License-Identifier: MIT */
/** @file
 * Middleware that asks for a name and a password (RFC 7617), which only TLS
 * keeps secret.
 */
#ifndef BIGHT_HTTP_BASIC_AUTH_H
#define BIGHT_HTTP_BASIC_AUTH_H

#include <bight/http_middleware.h>

BIGHT_BEGIN_DECLS

typedef struct bight_http_user {
    const char *name;
    const char *password;
} bight_http_user;

/** Compares in a time that does not tell how much is right
 * (bight_http_same_secret). */
typedef bool (*bight_http_check_fn)(void *ctx, bight_http_exchange *x,
                                    bight_bytes name, bight_bytes password);

typedef struct bight_http_basic_auth_options {
    size_t size;                  /**< sizeof(bight_http_basic_auth_options) */
    const char *realm;            /**< what for; shown to who is asked */
    const bight_http_user *users; /**< who may; all are compared each time */
    size_t user_count;
    bight_http_check_fn check; /**< asked as well; NULL: nobody else may */
    void *ctx;                 /**< lent to `check` */
} bight_http_basic_auth_options;

/** Answers 401 to who is none of them, an OPTIONS too: CORS goes before it. Its
 * ctx is a `const bight_http_basic_auth_options *`, lent. */
extern BIGHT_API const bight_http_middleware bight_http_basic_auth;

/** Decodes the request's name and password into `buf`. NOT_FOUND: it has none
 * of this kind. INVALID; RANGE: more than `size` bytes. Checks nothing. */
BIGHT_API bight_error bight_http_basic_read(const bight_http_exchange *x,
                                            uint8_t *buf, size_t size,
                                            bight_bytes *ret_name,
                                            bight_bytes *ret_password);

/** Answers 401 and asks for them: for handlers that check by themselves. */
BIGHT_API void bight_http_basic_ask(bight_http_exchange *x, const char *realm);

BIGHT_END_DECLS

#endif
