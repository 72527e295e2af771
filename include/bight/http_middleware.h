/* SPDX-License-Identifier: MIT */
/** @file
 * What stands between a server and its handler: a chain of const tables, each
 * with a state per exchange.
 */
#ifndef BIGHT_HTTP_MIDDLEWARE_H
#define BIGHT_HTTP_MIDDLEWARE_H

#include <bight/buffer.h>
#include <bight/http_exchange.h>

BIGHT_BEGIN_DECLS

/** One link. `state` is `state_size` zeroed bytes per exchange. Slots may be
 * NULL; the table grows at its end only. */
typedef struct bight_http_middleware {
    size_t size; /**< sizeof(bight_http_middleware) */
    const char *name;
    size_t state_size;
    /** A head is complete, first to last. False: it was answered, or will be;
     * nobody behind it is asked. */
    bool (*request)(void *ctx, void *state, bight_http_exchange *x);
    /** The answer's head is about to leave, last to first: the time to set
     * fields. `length` is the body's, BIGHT_HTTP_LENGTH_UNKNOWN if it comes in
     * pieces of which nobody knows how many; to change the body make it that,
     * and ask for `transform`. */
    void (*answer)(void *ctx, void *state, bight_http_exchange *x,
                   uint64_t *length, bool *transforms);
    /** Of what asked for it: codes `data` into `out`; `last`: no more comes.
     * Of several that did, each gets what the one behind it made, so that the
     * first is what the client undoes first. An error ends the connection. */
    bight_error (*transform)(void *ctx, void *state, bight_bytes data,
                             bool last, bight_buffer *out);
    /** The exchange is over, last to first; also if `request` was not called.
     */
    void (*end)(void *ctx, void *state, bight_http_exchange *x,
                bight_error error);
} bight_http_middleware;

/** One in use. */
typedef struct bight_http_use {
    const bight_http_middleware *middleware; /**< lent, and ... */
    void *ctx;                               /**< ... so is this */
} bight_http_use;

BIGHT_END_DECLS

#endif
