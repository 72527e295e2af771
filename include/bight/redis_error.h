/* SPDX-License-Identifier: MIT */
/* What went wrong with a Redis command: the server's word, or the way to it. */
#ifndef BIGHT_REDIS_ERROR_H
#define BIGHT_REDIS_ERROR_H

#include <bight/error.h>
#include <bight/redis_reply.h>

BIGHT_BEGIN_DECLS

/** The codes of bight_redis_domain; a number never changes its meaning. An
 * error reply's text is the error's detail. */
typedef enum bight_redis_code {
    BIGHT_REDIS_REPLY = 1, /**< an error reply that is none of those below */
    /** The connection was lost with the command under way: nobody knows
     * whether it was done. Never sent again. */
    BIGHT_REDIS_LOST = 2,
    BIGHT_REDIS_NOT_CONNECTED = 3, /**< with refuse_offline */
    BIGHT_REDIS_QUEUE_FULL = 4,    /**< max_commands or max_bytes */
    /* error replies by their first word */
    BIGHT_REDIS_WRONGTYPE = 16,
    BIGHT_REDIS_NOAUTH = 17,
    BIGHT_REDIS_WRONGPASS = 18,
    BIGHT_REDIS_NOPERM = 19,
    BIGHT_REDIS_NOSCRIPT = 20,
    BIGHT_REDIS_BUSY = 21,
    BIGHT_REDIS_OOM = 22,
    BIGHT_REDIS_LOADING = 23,
    BIGHT_REDIS_READONLY = 24,
    BIGHT_REDIS_MOVED = 25,
    BIGHT_REDIS_ASK = 26,
    BIGHT_REDIS_CLUSTERDOWN = 27,
    BIGHT_REDIS_TRYAGAIN = 28,
    BIGHT_REDIS_CROSSSLOT = 29,
    BIGHT_REDIS_EXECABORT = 30,
    BIGHT_REDIS_BUSYGROUP = 31,
    BIGHT_REDIS_NOGROUP = 32,
    BIGHT_REDIS_BUSYKEY = 33,
    BIGHT_REDIS_MISCONF = 34,
    BIGHT_REDIS_NOREPLICAS = 35,
    BIGHT_REDIS_NOPROTO = 36,
    BIGHT_REDIS_UNBLOCKED = 37
} bight_redis_code;

extern BIGHT_API const bight_error_domain bight_redis_domain;

/** What an error reply, also one inside another, is as an error; success for
 * any other. */
BIGHT_API bight_error bight_redis_reply_error(const bight_redis_reply *reply);

BIGHT_END_DECLS

#endif
