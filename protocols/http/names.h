/* SPDX-License-Identifier: MIT */
/*
 * Names of fields that are known: a number each, found without regard to case.
 * The first six are those that framing looks at.
 */
#ifndef BIGHT_HTTP_NAMES_H
#define BIGHT_HTTP_NAMES_H

#include <bight/bytes.h>

/* NAME(number, text, the letters at 1/2, 3/4 and the end, in lower case). */
#define BIGHT__HTTP_NAMES(NAME)                                                \
    NAME(HOST, "Host", 's', 't', 't')                                          \
    NAME(CONTENT_LENGTH, "Content-Length", '-', 'n', 'h')                      \
    NAME(TRANSFER_ENCODING, "Transfer-Encoding", '-', 'o', 'g')                \
    NAME(CONNECTION, "Connection", 'c', 'i', 'n')                              \
    NAME(EXPECT, "Expect", 'e', 'c', 't')                                      \
    NAME(UPGRADE, "Upgrade", 'r', 'd', 'e')                                    \
    NAME(ACCEPT, "Accept", 'e', 'p', 't')                                      \
    NAME(ACCEPT_CH, "Accept-CH", 'p', '-', 'h')                                \
    NAME(ACCEPT_CHARSET, "Accept-Charset", 'c', 'r', 't')                      \
    NAME(ACCEPT_ENCODING, "Accept-Encoding", 'e', 'd', 'g')                    \
    NAME(ACCEPT_LANGUAGE, "Accept-Language", 'l', 'u', 'e')                    \
    NAME(ACCEPT_PATCH, "Accept-Patch", '-', 't', 'h')                          \
    NAME(ACCEPT_POST, "Accept-Post", 't', 'o', 't')                            \
    NAME(ACCEPT_RANGES, "Accept-Ranges", '-', 'n', 's')                        \
    NAME(ACCESS_CONTROL_ALLOW_CREDENTIALS, "Access-Control-Allow-Credentials", \
         'l', 'd', 's')                                                        \
    NAME(ACCESS_CONTROL_ALLOW_HEADERS, "Access-Control-Allow-Headers", '-',    \
         'h', 's')                                                             \
    NAME(ACCESS_CONTROL_ALLOW_METHODS, "Access-Control-Allow-Methods", '-',    \
         'm', 's')                                                             \
    NAME(ACCESS_CONTROL_ALLOW_ORIGIN, "Access-Control-Allow-Origin", 'l', '-', \
         'n')                                                                  \
    NAME(ACCESS_CONTROL_EXPOSE_HEADERS, "Access-Control-Expose-Headers", '-',  \
         '-', 's')                                                             \
    NAME(ACCESS_CONTROL_MAX_AGE, "Access-Control-Max-Age", 'r', 'a', 'e')      \
    NAME(ACCESS_CONTROL_REQUEST_HEADERS, "Access-Control-Request-Headers",     \
         'r', '-', 's')                                                        \
    NAME(ACCESS_CONTROL_REQUEST_METHOD, "Access-Control-Request-Method", '-',  \
         't', 'd')                                                             \
    NAME(AGE, "Age", 'g', 'e', 'e')                                            \
    NAME(ALLOW, "Allow", 'l', 'o', 'w')                                        \
    NAME(ALT_SVC, "Alt-Svc", '-', 'v', 'c')                                    \
    NAME(AUTHENTICATION_INFO, "Authentication-Info", 'a', '-', 'o')            \
    NAME(AUTHORIZATION, "Authorization", 'i', 't', 'n')                        \
    NAME(CACHE_CONTROL, "Cache-Control", 'c', 't', 'l')                        \
    NAME(CLEAR_SITE_DATA, "Clear-Site-Data", 'i', 'd', 'a')                    \
    NAME(CONTENT_DISPOSITION, "Content-Disposition", 'i', 'i', 'n')            \
    NAME(CONTENT_ENCODING, "Content-Encoding", 'e', 'd', 'g')                  \
    NAME(CONTENT_LANGUAGE, "Content-Language", 'l', 'u', 'e')                  \
    NAME(CONTENT_LOCATION, "Content-Location", 'l', 't', 'n')                  \
    NAME(CONTENT_RANGE, "Content-Range", 't', 'a', 'e')                        \
    NAME(CONTENT_SECURITY_POLICY, "Content-Security-Policy", 'u', 'p', 'y')    \
    NAME(CONTENT_TYPE, "Content-Type", 't', 'y', 'e')                          \
    NAME(COOKIE, "Cookie", 'k', 'i', 'e')                                      \
    NAME(CROSS_ORIGIN_EMBEDDER_POLICY, "Cross-Origin-Embedder-Policy", 'm',    \
         '-', 'y')                                                             \
    NAME(CROSS_ORIGIN_OPENER_POLICY, "Cross-Origin-Opener-Policy", 'o', '-',   \
         'y')                                                                  \
    NAME(CROSS_ORIGIN_RESOURCE_POLICY, "Cross-Origin-Resource-Policy", 'e',    \
         '-', 'y')                                                             \
    NAME(DATE, "Date", 't', 'e', 'e')                                          \
    NAME(EARLY_DATA, "Early-Data", '-', 'a', 'a')                              \
    NAME(ETAG, "ETag", 'a', 'g', 'g')                                          \
    NAME(EXPIRES, "Expires", 'i', 'e', 's')                                    \
    NAME(FORWARDED, "Forwarded", 'a', 'd', 'd')                                \
    NAME(FROM, "From", 'o', 'm', 'm')                                          \
    NAME(IF_MATCH, "If-Match", 'a', 'c', 'h')                                  \
    NAME(IF_MODIFIED_SINCE, "If-Modified-Since", 'i', 's', 'e')                \
    NAME(IF_NONE_MATCH, "If-None-Match", 'e', 'a', 'h')                        \
    NAME(IF_RANGE, "If-Range", 'a', 'g', 'e')                                  \
    NAME(IF_UNMODIFIED_SINCE, "If-Unmodified-Since", 'f', 's', 'e')            \
    NAME(KEEP_ALIVE, "Keep-Alive", 'a', 'i', 'e')                              \
    NAME(LAST_EVENT_ID, "Last-Event-ID", 'v', 't', 'd')                        \
    NAME(LAST_MODIFIED, "Last-Modified", 'o', 'f', 'd')                        \
    NAME(LINK, "Link", 'n', 'k', 'k')                                          \
    NAME(LOCATION, "Location", 't', 'o', 'n')                                  \
    NAME(MAX_FORWARDS, "Max-Forwards", 'r', 'r', 's')                          \
    NAME(ORIGIN, "Origin", 'g', 'i', 'n')                                      \
    NAME(PERMISSIONS_POLICY, "Permissions-Policy", 'n', 'o', 'y')              \
    NAME(PRAGMA, "Pragma", 'g', 'm', 'a')                                      \
    NAME(PRIORITY, "Priority", 'r', 't', 'y')                                  \
    NAME(PROXY_AUTHENTICATE, "Proxy-Authenticate", 'h', 'i', 'e')              \
    NAME(PROXY_AUTHENTICATION_INFO, "Proxy-Authentication-Info", 't', 'o',     \
         'o')                                                                  \
    NAME(PROXY_AUTHORIZATION, "Proxy-Authorization", 'h', 'a', 'n')            \
    NAME(PROXY_CONNECTION, "Proxy-Connection", 'n', 't', 'n')                  \
    NAME(RANGE, "Range", 'n', 'g', 'e')                                        \
    NAME(REFERER, "Referer", 'e', 'e', 'r')                                    \
    NAME(REFERRER_POLICY, "Referrer-Policy", 'r', 'l', 'y')                    \
    NAME(RETRY_AFTER, "Retry-After", '-', 't', 'r')                            \
    NAME(SEC_FETCH_DEST, "Sec-Fetch-Dest", 'c', 'd', 't')                      \
    NAME(SEC_FETCH_MODE, "Sec-Fetch-Mode", 'c', 'm', 'e')                      \
    NAME(SEC_FETCH_SITE, "Sec-Fetch-Site", 'c', 's', 'e')                      \
    NAME(SEC_FETCH_USER, "Sec-Fetch-User", 'c', 'u', 'r')                      \
    NAME(SEC_WEBSOCKET_ACCEPT, "Sec-WebSocket-Accept", 'k', 'c', 't')          \
    NAME(SEC_WEBSOCKET_EXTENSIONS, "Sec-WebSocket-Extensions", 't', 'n', 's')  \
    NAME(SEC_WEBSOCKET_KEY, "Sec-WebSocket-Key", 'o', 't', 'y')                \
    NAME(SEC_WEBSOCKET_PROTOCOL, "Sec-WebSocket-Protocol", 'e', 'o', 'l')      \
    NAME(SEC_WEBSOCKET_VERSION, "Sec-WebSocket-Version", 'k', 'e', 'n')        \
    NAME(SERVER, "Server", 'v', 'e', 'r')                                      \
    NAME(SERVER_TIMING, "Server-Timing", '-', 'm', 'g')                        \
    NAME(SET_COOKIE, "Set-Cookie", 'o', 'k', 'e')                              \
    NAME(STRICT_TRANSPORT_SECURITY, "Strict-Transport-Security", 'p', 'e',     \
         'y')                                                                  \
    NAME(TE, "TE", 'e', 'e', 'e')                                              \
    NAME(TIMING_ALLOW_ORIGIN, "Timing-Allow-Origin", 'l', 'r', 'n')            \
    NAME(TRACEPARENT, "Traceparent", 'p', 'e', 't')                            \
    NAME(TRACESTATE, "Tracestate", 's', 'a', 'e')                              \
    NAME(TRAILER, "Trailer", 'i', 'e', 'r')                                    \
    NAME(UPGRADE_INSECURE_REQUESTS, "Upgrade-Insecure-Requests", 'c', 'e',     \
         's')                                                                  \
    NAME(USER_AGENT, "User-Agent", 'a', 'e', 't')                              \
    NAME(VARY, "Vary", 'r', 'y', 'y')                                          \
    NAME(VIA, "Via", 'i', 'a', 'a')                                            \
    NAME(WWW_AUTHENTICATE, "WWW-Authenticate", 'e', 'c', 'e')                  \
    NAME(X_CONTENT_TYPE_OPTIONS, "X-Content-Type-Options", 'y', 'p', 's')      \
    NAME(X_FORWARDED_FOR, "X-Forwarded-For", 'r', '-', 'r')                    \
    NAME(X_FORWARDED_HOST, "X-Forwarded-Host", 'd', 'h', 't')                  \
    NAME(X_FORWARDED_PORT, "X-Forwarded-Port", 'd', 'p', 't')                  \
    NAME(X_FORWARDED_PROTO, "X-Forwarded-Proto", 'd', 'p', 'o')                \
    NAME(X_FRAME_OPTIONS, "X-Frame-Options", '-', 'i', 's')                    \
    NAME(X_REAL_IP, "X-Real-IP", 'a', '-', 'p')                                \
    NAME(X_REQUEST_ID, "X-Request-ID", 'e', '-', 'd')                          \
    NAME(X_REQUESTED_WITH, "X-Requested-With", 't', 'w', 'h')

#define BIGHT__HTTP_NAME_ENUM(name, text, half, late, last)                    \
    BIGHT__HTTP_NAME_##name,

enum bight__http_name {
    BIGHT__HTTP_NAME_UNKNOWN = 0,
    BIGHT__HTTP_NAMES(BIGHT__HTTP_NAME_ENUM) BIGHT__HTTP_NAME_COUNT
};

#undef BIGHT__HTTP_NAME_ENUM

enum bight__http_name bight__http_name_of(bight_bytes text);

/* As it is usually written, "Content-Length"; empty for UNKNOWN. */
bight_bytes bight__http_name_text(enum bight__http_name name);

/* Equal but for the case of ASCII letters. */
bool bight__http_text_equal(bight_bytes a, bight_bytes b);

#endif
