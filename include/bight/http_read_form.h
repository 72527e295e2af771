/* SPDX-License-Identifier: MIT */
/** @file
 * Reads the form that a request brings, urlencoded or multipart, as it comes.
 */
#ifndef BIGHT_HTTP_READ_FORM_H
#define BIGHT_HTTP_READ_FORM_H

#include <bight/http_exchange.h>
#include <bight/http_form.h>

BIGHT_BEGIN_DECLS

/** What a form has. Names and data are lent for the call; an error ends the
 * reading, and is the Deferred's. Slots may be NULL: that is then skipped. */
typedef struct bight_http_form_events {
    size_t size; /**< sizeof(bight_http_form_events) */
    /** A field, decoded and whole; also a part that is no file, up to
     * `limits->value` bytes. */
    bight_error (*field)(void *ctx, bight_http_exchange *x, bight_bytes name,
                         bight_bytes value);
    /** A file begins. A `file_name` is what the client says: no path. */
    bight_error (*file)(void *ctx, bight_http_exchange *x,
                        const bight_http_part *part);
    /** Some of it; bight_http_pause_body holds the rest back. */
    bight_error (*data)(void *ctx, bight_http_exchange *x, bight_bytes data);
    /** The file is complete. */
    bight_error (*file_end)(void *ctx, bight_http_exchange *x);
} bight_http_form_events;

/**
 * Streams the body into a parser by its Content-Type; `limits` NULL: the
 * defaults. The Deferred fires without a value when all of it has come; its
 * errors are of bight_http_domain, 400 for what is broken, 413 beyond a limit,
 * 415 for another type, so a handler may return it. `events` and `ctx` are lent
 * until then. Nothing is called after it was cancelled. USAGE: the body was
 * asked for before. NULL: no memory.
 */
BIGHT_API bight_deferred *bight_http_read_form(
    bight_http_exchange *x, const bight_http_form_limits *limits,
    const bight_http_form_events *events, void *ctx);

BIGHT_END_DECLS

#endif
