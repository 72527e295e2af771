/* SPDX-License-Identifier: MIT */
/** @file
 * URLs of http and https (RFC 3986; RFC 9110, 4.2), their percent-coding and
 * their queries. Slices in, slices out; linear time; any thread.
 */
#ifndef BIGHT_HTTP_URL_H
#define BIGHT_HTTP_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/api.h>
#include <bight/bytes.h>
#include <bight/error.h>

BIGHT_BEGIN_DECLS

/** Where a text is put; it says what may stay as it is (RFC 3986, 3.3, 3.4). */
typedef enum bight_http_url_part {
    BIGHT_HTTP_URL_SEGMENT = 1, /**< one segment of a path: no "/" */
    BIGHT_HTTP_URL_PATH = 2,    /**< several */
    BIGHT_HTTP_URL_VALUE = 3,   /**< a name or value of a query: no "&=+" */
    BIGHT_HTTP_URL_FORM = 4,    /**< likewise, and a space becomes "+" */
    BIGHT_HTTP_URL_PLAIN = 5    /**< unreserved characters only (2.3) */
} bight_http_url_part;

/** Flags of the functions below. */
enum {
    BIGHT_HTTP_URL_NO_NUL = 1,  /**< decode: %00 is INVALID */
    BIGHT_HTTP_URL_PLUS = 2,    /**< decode: "+" is a space, as in a form */
    BIGHT_HTTP_URL_USERINFO = 4 /**< parse: "user@" is no error */
};

/** Decodes each %XX once into `buf`, which may be where `text` lies. INVALID:
 * "%" without two hexadecimal digits, or a flag forbids it. RANGE: more than
 * `size` bytes. On failure `buf` is spoiled. */
BIGHT_API bight_error bight_http_url_decode(bight_bytes text, unsigned flags,
                                            uint8_t *buf, size_t size,
                                            bight_bytes *ret_text);

/** Codes what may not stay in such a part as %XX. Returns the full length as
 * snprintf does; ends in NUL if `size` > 0. */
BIGHT_API size_t bight_http_url_encode(bight_bytes text,
                                       bight_http_url_part part, char *buf,
                                       size_t size);

/** An absolute URL: slices of its text, still coded. */
typedef struct bight_http_url {
    bight_bytes userinfo; /* before the "@"; empty: none */
    bight_bytes host;     /* a name, an IPv4 address, or "[...]" */
    bight_bytes path;     /* empty or begins with "/" */
    bight_bytes query;    /* behind the "?" */
    bight_bytes fragment; /* behind the "#" */
    uint16_t port;        /* as written, else 80 or 443 */
    bool secure;          /* https */
    bool has_query;       /* "/?" has one, which is empty */
    bool has_fragment;
} bight_http_url;

/** Parses an absolute URL of http or https (RFC 3986, 4.3). INVALID, with a
 * note: another scheme, userinfo unless the flag allows it, no host, a port
 * of 0 or above 65535, a character that must be coded. */
BIGHT_API bight_error bight_http_url_parse(bight_bytes text, unsigned flags,
                                           bight_http_url *ret_url);

/** Parses uri-host[:port], as Host and authority-form have it (RFC 9110, 7.2).
 * The port is 0 where none is written. INVALID: also if the host is empty. */
BIGHT_API bight_error bight_http_url_parse_host(bight_bytes text,
                                                bight_bytes *ret_host,
                                                uint16_t *ret_port);

/** Writes the URL, scheme in lower case, the default port left out. Returns the
 * full length as snprintf does. */
BIGHT_API size_t bight_http_url_format(const bight_http_url *url, char *buf,
                                       size_t size);

/** Removes "." and ".." segments where they stand (RFC 3986, 5.2.4); returns
 * the size that is left. What begins with "/" still does, and has no segment
 * ".." any more. A server decodes first: "%2e" is a dot. */
BIGHT_API size_t bight_http_url_remove_dots(uint8_t *path, size_t size);

/** Resolves a reference, as of Location, against its base (RFC 3986, 5.2.2,
 * strict) into `buf`, where the slices of *ret_url then lie. INVALID: no
 * reference, or the result is no URL of http or https. RANGE: more than `size`
 * bytes before its dots are removed. `buf` is elsewhere than the inputs; it is
 * spoiled on failure. */
BIGHT_API bight_error bight_http_url_resolve(const bight_http_url *base,
                                             bight_bytes reference, char *buf,
                                             size_t size,
                                             bight_http_url *ret_url);

/** Takes the next "name=value" of a query or an urlencoded form from the front
 * of *inout_rest, still coded; without "=" it is a name with an empty value.
 * Empty ones are left out. False at the end. */
BIGHT_API bool bight_http_query_next(bight_bytes *inout_rest,
                                     bight_bytes *ret_name,
                                     bight_bytes *ret_value);

/** Decodes the first value of `name` (itself not coded) as a form's, "+" being
 * a space, into `buf`. NOT_FOUND; INVALID: the value does not decode; RANGE:
 * more than `size` bytes. */
BIGHT_API bight_error bight_http_query_get(bight_bytes query, bight_bytes name,
                                           uint8_t *buf, size_t size,
                                           bight_bytes *ret_value);

BIGHT_END_DECLS

#endif
