/* SPDX-License-Identifier: MIT */
/* The methods that are known: http-parser's, by its numbers. */
#ifndef BIGHT_HTTP_METHODS_H
#define BIGHT_HTTP_METHODS_H

#define BIGHT__HTTP_METHODS(METHOD)                                            \
    METHOD(0, DELETE, "DELETE")                                                \
    METHOD(1, GET, "GET")                                                      \
    METHOD(2, HEAD, "HEAD")                                                    \
    METHOD(3, POST, "POST")                                                    \
    METHOD(4, PUT, "PUT")                                                      \
    METHOD(5, CONNECT, "CONNECT")                                              \
    METHOD(6, OPTIONS, "OPTIONS")                                              \
    METHOD(7, TRACE, "TRACE")                                                  \
    METHOD(8, COPY, "COPY")                                                    \
    METHOD(9, LOCK, "LOCK")                                                    \
    METHOD(10, MKCOL, "MKCOL")                                                 \
    METHOD(11, MOVE, "MOVE")                                                   \
    METHOD(12, PROPFIND, "PROPFIND")                                           \
    METHOD(13, PROPPATCH, "PROPPATCH")                                         \
    METHOD(14, SEARCH, "SEARCH")                                               \
    METHOD(15, UNLOCK, "UNLOCK")                                               \
    METHOD(16, BIND, "BIND")                                                   \
    METHOD(17, REBIND, "REBIND")                                               \
    METHOD(18, UNBIND, "UNBIND")                                               \
    METHOD(19, ACL, "ACL")                                                     \
    METHOD(20, REPORT, "REPORT")                                               \
    METHOD(21, MKACTIVITY, "MKACTIVITY")                                       \
    METHOD(22, CHECKOUT, "CHECKOUT")                                           \
    METHOD(23, MERGE, "MERGE")                                                 \
    METHOD(24, MSEARCH, "M-SEARCH")                                            \
    METHOD(25, NOTIFY, "NOTIFY")                                               \
    METHOD(26, SUBSCRIBE, "SUBSCRIBE")                                         \
    METHOD(27, UNSUBSCRIBE, "UNSUBSCRIBE")                                     \
    METHOD(28, PATCH, "PATCH")                                                 \
    METHOD(29, PURGE, "PURGE")                                                 \
    METHOD(30, MKCALENDAR, "MKCALENDAR")                                       \
    METHOD(31, LINK, "LINK")                                                   \
    METHOD(32, UNLINK, "UNLINK")                                               \
    METHOD(33, SOURCE, "SOURCE")

#define BIGHT__HTTP_METHOD_ENUM(number, name, text)                            \
    BIGHT__HTTP_METHOD_##name = (number),

enum bight__http_method { BIGHT__HTTP_METHODS(BIGHT__HTTP_METHOD_ENUM) };

#undef BIGHT__HTTP_METHOD_ENUM

#endif
