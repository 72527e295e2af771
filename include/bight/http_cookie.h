/* SPDX-License-Identifier: MIT */
/** @file
 * Cookies, the server's side (RFC 6265, and the prefixes and SameSite of
 * rfc6265bis, 4.1). Slices in, slices out; linear time; any thread.
 */
#ifndef BIGHT_HTTP_COOKIE_H
#define BIGHT_HTTP_COOKIE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/api.h>
#include <bight/bytes.h>
#include <bight/error.h>

BIGHT_BEGIN_DECLS

/** Takes the next pair from the front of a Cookie field (RFC 6265, 4.2); false
 * at its end. A pair whose name is no token or whose value has a control
 * character is left out; spaces, commas, quotes and bytes above 0x7f, which
 * browsers send, stay in the value as they are. */
BIGHT_API bool bight_http_cookie_next(bight_bytes *inout_rest,
                                      bight_bytes *ret_name,
                                      bight_bytes *ret_value);

/** The first of that name, which is the one with the longest path (RFC 6265,
 * 5.4). Names differ by case. False: there is none. */
BIGHT_API bool bight_http_cookie_get(bight_bytes field, bight_bytes name,
                                     bight_bytes *ret_value);

typedef enum bight_http_same_site {
    BIGHT_HTTP_SAME_SITE_UNSET = 0, /**< the browser's default */
    BIGHT_HTTP_SAME_SITE_STRICT = 1,
    BIGHT_HTTP_SAME_SITE_LAX = 2,
    BIGHT_HTTP_SAME_SITE_NONE = 3 /**< wants `secure` */
} bight_http_same_site;

/** A cookie to be set. Attributes that are empty or false are left out. */
typedef struct bight_http_cookie {
    size_t size; /**< sizeof(bight_http_cookie) */
    bight_bytes name;
    bight_bytes value;
    bight_bytes path;   /**< begins with "/" */
    bight_bytes domain; /**< "example.org": subdomains get it, too */
    int64_t max_age;    /**< seconds; 0 or less: forget it */
    int64_t expires;    /**< seconds since 1970 */
    bool has_max_age;
    bool has_expires;
    bool secure;
    bool http_only;
    bight_http_same_site same_site;
} bight_http_cookie;

/** All empty but `size`. */
BIGHT_API void bight_http_cookie_init(bight_http_cookie *cookie);

/**
 * Writes the value of Set-Cookie into `buf`. INVALID, with a note: a name that
 * is no token, a value outside cookie-octet (a pair of quotes around it is
 * fine; code others first), a path or domain that would break out, name and
 * value above 4096 bytes, an attribute above 1024, "__Secure-" or SameSite=None
 * without `secure`, "__Host-" without it or with a domain or another path than
 * "/". RANGE: more than `size` bytes, NUL included.
 */
BIGHT_API bight_error bight_http_cookie_format(const bight_http_cookie *cookie,
                                               char *buf, size_t size,
                                               bight_bytes *ret_field);

BIGHT_END_DECLS

#endif
