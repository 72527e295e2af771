/* SPDX-License-Identifier: MIT */
/** @file
 * An HTTP/1.1 server (RFC 9110, RFC 9112): reads requests strictly, gives them
 * to a handler one after the other, and sends the answers in that order.
 */
#ifndef BIGHT_HTTP_SERVER_H
#define BIGHT_HTTP_SERVER_H

#include <bight/http_exchange.h>
#include <bight/http_middleware.h>
#include <bight/options.h>

BIGHT_BEGIN_DECLS

/** What a client may do (S1); by bight_http_limits_init. Times are in ms, and
 * up to 2 s late. */
typedef struct bight_http_limits {
    size_t size;               /**< sizeof(bight_http_limits) */
    uint64_t target;           /**< bytes of a target; 8000, then 414 */
    uint64_t head;             /**< bytes of a head; 32 KiB, then 431 */
    uint64_t line;             /**< bytes of a field line; 8 KiB */
    int64_t fields;            /**< of a head; 100, then 431 */
    uint64_t body;             /**< bytes, unless streamed; 1 MiB, 413 */
    uint64_t head_timeout_ms;  /**< from its first byte; 10 s, then 408 */
    uint64_t idle_timeout_ms;  /**< between requests; 60 s */
    uint64_t write_timeout_ms; /**< without progress; 60 s */
    uint64_t body_rate;        /**< bytes a second at least; 240, 408 */
    int64_t requests;          /**< of one connection; 0: no limit */
    uint64_t half_close_ms;    /**< until who wrote its eof, and has no answer
                                    yet, counts as gone; 30 s; 0: at once */
} bight_http_limits;

BIGHT_API void bight_http_limits_init(bight_http_limits *limits);

/** The limits as options, for the table of a plugin whose struct of values has
 * a bight_http_limits `member`; their names begin with "http-". */
/* NOLINTBEGIN(bugprone-macro-parentheses): types and members take none. */
#define BIGHT_HTTP_LIMIT_OPTIONS(type, member)                                 \
    BIGHT_HTTP_SIZE_LIMIT("http-target", type, member.target, "8000", 16,      \
                          81920, "bytes of a request's target"),               \
        BIGHT_HTTP_SIZE_LIMIT("http-head", type, member.head, "32k", 256,      \
                              81920, "bytes of a request's head"),             \
        BIGHT_HTTP_SIZE_LIMIT("http-line", type, member.line, "8k", 128,       \
                              81920, "bytes of one field of it"),              \
        BIGHT_HTTP_SIZE_LIMIT("http-body", type, member.body, "1M", 0,         \
                              INT64_C(1) << 30,                                \
                              "bytes of a body that is kept"),                 \
        {"http-fields",                                                        \
         BIGHT_OPTION_INT,                                                     \
         offsetof(type, member.fields),                                        \
         "100",                                                                \
         1,                                                                    \
         1000,                                                                 \
         .help = "fields of a request"},                                       \
        {"http-head-timeout",                                                  \
         BIGHT_OPTION_DURATION,                                                \
         offsetof(type, member.head_timeout_ms),                               \
         "10s",                                                                \
         1000,                                                                 \
         INT64_C(86400000),                                                    \
         .help = "for a head to come"},                                        \
        {"http-idle-timeout",                                                  \
         BIGHT_OPTION_DURATION,                                                \
         offsetof(type, member.idle_timeout_ms),                               \
         "60s",                                                                \
         1000,                                                                 \
         INT64_C(86400000),                                                    \
         .help = "between two requests"},                                      \
        {"http-write-timeout",                                                 \
         BIGHT_OPTION_DURATION,                                                \
         offsetof(type, member.write_timeout_ms),                              \
         "60s",                                                                \
         1000,                                                                 \
         INT64_C(86400000),                                                    \
         .help = "for a client that does not read"},                           \
        {"http-body-rate",                                                     \
         BIGHT_OPTION_SIZE,                                                    \
         offsetof(type, member.body_rate),                                     \
         "240",                                                                \
         0,                                                                    \
         INT64_C(1) << 40,                                                     \
         .help = "bytes of a body that must come in a second"},                \
        {"http-requests",                                                      \
         BIGHT_OPTION_INT,                                                     \
         offsetof(type, member.requests),                                      \
         "0",                                                                  \
         0,                                                                    \
         INT64_MAX,                                                            \
         .help = "of one connection; 0: no limit"},                            \
    {                                                                          \
        "http-half-close", BIGHT_OPTION_DURATION,                              \
            offsetof(type, member.half_close_ms), "30s", 0, INT64_C(86400000), \
            .help = "answers to who wrote eof; 0: none"                        \
    }
#define BIGHT_HTTP_SIZE_LIMIT(name, type, member, text, least, most, what)     \
    {                                                                          \
        name, BIGHT_OPTION_SIZE, offsetof(type, member), text, least, most,    \
            .help = what                                                       \
    }
/* NOLINTEND(bugprone-macro-parentheses) */

typedef struct bight_http_options {
    size_t size;                      /**< sizeof(bight_http_options) */
    bight_http_handler_fn handler;    /**< of every request */
    void *ctx;                        /**< the handler's */
    const char *name;                 /**< the field Server; NULL: none */
    const bight_http_use *middleware; /**< first to last, 64 at most; copied */
    size_t middleware_count;
    bight_http_limits limits; /**< last: they may grow */
} bight_http_options;

/** "bight", the default limits, no handler. */
BIGHT_API void bight_http_options_init(bight_http_options *options);

/** One per loop and set of options: clock, pool, handlers. */
typedef struct bight_http_server bight_http_server;

/** Makes one; what the options point to is lent until it is freed. INVALID: no
 * handler. NO_MEMORY, CLOSED. */
BIGHT_API bight_error bight_http_server_new(bight_loop *loop,
                                            const bight_http_options *options,
                                            bight_http_server **ret_server);
/** After its last connection ended: in a factory's `stopped`. NULL is fine. */
BIGHT_API void bight_http_server_free(bight_http_server *server);

/** Its connections: for a factory whose `shared` begins with a
 * `bight_http_server *`, which its `started` makes and `stopped` frees. */
extern BIGHT_API const bight_protocol bight_http_protocol;

/** A factory for programs: the owner's factory_options are a
 * `const bight_http_options *`, lent until its last connection ended. */
extern BIGHT_API const bight_factory bight_http_factory;

BIGHT_END_DECLS

#endif
