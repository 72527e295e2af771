/* SPDX-License-Identifier: MIT */
/* From a request's body to the fields of a form. The block is the body's: it
 * lives until the sink has heard the end. */
#include <bight/http_read_form.h>

#include <bight/alloc.h>
#include <bight/buffer.h>
#include <bight/http_token.h>
#include <bight/http_type.h>

#include "form.h"
#include "grown.h"

struct reading {
    bight_http_exchange *x;
    bight_promise *promise; /* NULL: it has fired */
    const bight_http_form_events *events;
    void *ctx;
    size_t value_max;
    bight_http_urlencoded *urlencoded;
    bight_http_multipart *multipart; /* one of both */
    bool in_file;
    bight_buffer part; /* no file: its name, then its value */
    size_t name_size;
};

/* -- parts ---------------------------------------------------------------- */

static bight_error on_field(void *ctx, bight_bytes name, bight_bytes value)
{
    struct reading *r = ctx;
    if (!BIGHT__HTTP_HAS(r->events, field))
        return bight_ok();
    return r->events->field(r->ctx, r->x, name, value);
}

static bight_error on_begun(void *ctx, const bight_http_part *part)
{
    struct reading *r = ctx;
    r->in_file = part->is_file;
    if (r->in_file)
        return BIGHT__HTTP_HAS(r->events, file)
                   ? r->events->file(r->ctx, r->x, part)
                   : bight_ok();
    bight_buffer_clear(&r->part);
    r->name_size = part->name.size;
    return bight_buffer_append(&r->part, part->name);
}

static bight_error on_data(void *ctx, bight_bytes data)
{
    struct reading *r = ctx;
    if (r->in_file)
        return BIGHT__HTTP_HAS(r->events, data)
                   ? r->events->data(r->ctx, r->x, data)
                   : bight_ok();
    size_t size = bight_buffer_bytes(&r->part).size - r->name_size;
    if (data.size > r->value_max - size)
        return bight__http_form_too_much("bytes of a value", r->value_max);
    return bight_buffer_append(&r->part, data);
}

static bight_error on_ended(void *ctx)
{
    struct reading *r = ctx;
    if (r->in_file)
        return BIGHT__HTTP_HAS(r->events, file_end)
                   ? r->events->file_end(r->ctx, r->x)
                   : bight_ok();
    bight_bytes all = bight_buffer_bytes(&r->part);
    return on_field(r, bight_bytes_head(all, r->name_size),
                    bight_bytes_tail(all, r->name_size));
}

static const bight_http_part_events part_events = {sizeof(part_events),
                                                   on_begun, on_data, on_ended};

/* -- the body ------------------------------------------------------------- */

/* What a client did wrong has a status. */
static bight_error status_of(bight_error error)
{
    if (bight_error_is(error, &bight_domain, BIGHT_ERROR_INVALID))
        return bight_http_error(400);
    if (bight_error_is(error, &bight_domain, BIGHT_ERROR_RANGE))
        return bight_http_error(413);
    return error;
}

static bight_error feed(struct reading *r, bight_bytes data)
{
    return r->multipart != NULL
               ? bight_http_multipart_feed(r->multipart, data)
               : bight_http_urlencoded_feed(r->urlencoded, data);
}

static bight_error end_parser(struct reading *r)
{
    return r->multipart != NULL ? bight_http_multipart_end(r->multipart)
                                : bight_http_urlencoded_end(r->urlencoded);
}

static void settle(struct reading *r, bight_error error)
{
    bight_promise *promise = r->promise;
    r->promise = NULL;
    if (bight_failed(error))
        bight_promise_reject(promise, status_of(error));
    else
        bight_promise_resolve(promise, bight_value_none());
}

static bool is_wanted(const struct reading *r)
{
    return r->promise != NULL && bight_promise_is_wanted(r->promise);
}

static void on_body(void *ctx, bight_http_exchange *x, bight_bytes data)
{
    struct reading *r = ctx;
    (void)x;
    if (!is_wanted(r))
        return;
    bight_error error = feed(r, data);
    if (bight_failed(error))
        settle(r, error);
}

static void free_reading(struct reading *r)
{
    bight_http_urlencoded_free(r->urlencoded);
    bight_http_multipart_free(r->multipart);
    bight_buffer_fini(&r->part);
    bight_free(r);
}

static void on_body_end(void *ctx, bight_http_exchange *x, bight_error error)
{
    struct reading *r = ctx;
    (void)x;
    if (!bight_failed(error) && is_wanted(r))
        error = end_parser(r);
    if (r->promise != NULL)
        settle(r, error);
    free_reading(r);
}

static const bight_http_sink sink = {sizeof(sink), on_body, on_body_end};

/* -- the beginning -------------------------------------------------------- */

static bight_error make_parser(struct reading *r,
                               const bight_http_form_limits *limits)
{
    bight_bytes field = bight_http_field(r->x, "Content-Type");
    uint8_t buf[BIGHT_HTTP_BOUNDARY_MAX + 1];
    bight_http_type type;
    bight_bytes boundary;
    if (bight_failed(bight_http_type_parse(field, &type)))
        return bight_http_error(415);
    if (bight_http_same(type.full,
                        BIGHT_BYTES("application/x-www-form-urlencoded")))
        return bight_http_urlencoded_new(limits, on_field, r, &r->urlencoded);
    if (!bight_http_same(type.full, BIGHT_BYTES("multipart/form-data")))
        return bight_http_error(415);
    if (bight_failed(bight_http_type_get(&type, BIGHT_BYTES("boundary"), buf,
                                         sizeof(buf), &boundary)))
        return bight_http_error(400);
    return bight_http_multipart_new(boundary, limits, &part_events, r,
                                    &r->multipart);
}

static bight_error start(struct reading *r,
                         const bight_http_form_limits *limits)
{
    bight_error error = make_parser(r, limits);
    if (!bight_failed(error))
        error = bight_http_stream_body(r->x, &sink, r);
    return error;
}

bight_deferred *bight_http_read_form(bight_http_exchange *x,
                                     const bight_http_form_limits *limits,
                                     const bight_http_form_events *events,
                                     void *ctx)
{
    struct reading *r = bight_zalloc(sizeof(*r));
    if (r == NULL)
        return bight_deferred_rejected(bight_http_loop(x),
                                       bight_error_of(BIGHT_ERROR_NO_MEMORY));
    r->x = x;
    r->events = events;
    r->ctx = ctx;
    r->value_max = bight__http_form_limits_of(limits).value;
    bight_deferred *d =
        bight_deferred_new(bight_http_loop(x), &r->promise, NULL, NULL);
    bight_error error =
        d != NULL ? start(r, limits) : bight_error_of(BIGHT_ERROR_NO_MEMORY);
    if (bight_failed(error)) {
        settle(r, error);
        free_reading(r);
    }
    return d;
}
