/* SPDX-License-Identifier: MIT */
/* A form that was sent: its fields are told, of its files their sizes; none is
 * kept. */
#include <bight/alloc.h>

#include "httpbin.h"

struct sent {
    bight_http_exchange *x;
    struct pairs fields;
    struct json files; /* an array that is being written */
    uint64_t file_size;
};

static bight_error on_field(void *ctx, bight_http_exchange *x, bight_bytes name,
                            bight_bytes value)
{
    struct sent *sent = ctx;
    (void)x;
    pairs_add(&sent->fields, name, value);
    return bight_ok();
}

static bight_error on_file(void *ctx, bight_http_exchange *x,
                           const bight_http_part *part)
{
    struct sent *sent = ctx;
    (void)x;
    sent->file_size = 0;
    json_open(&sent->files, NULL, '{');
    json_text(&sent->files, "name", part->name);
    json_text(&sent->files, "file_name", part->file_name);
    json_text(&sent->files, "type", part->type);
    return bight_ok();
}

static bight_error on_data(void *ctx, bight_http_exchange *x, bight_bytes data)
{
    struct sent *sent = ctx;
    (void)x;
    sent->file_size += data.size;
    return bight_ok();
}

static bight_error on_file_end(void *ctx, bight_http_exchange *x)
{
    struct sent *sent = ctx;
    (void)x;
    json_number(&sent->files, "size", sent->file_size);
    json_close(&sent->files, '}');
    return bight_ok();
}

static const bight_http_form_events events = {
    .size = sizeof(bight_http_form_events),
    .field = on_field,
    .file = on_file,
    .data = on_data,
    .file_end = on_file_end,
};

static void tell(bight_result *result, void *arg)
{
    struct sent *sent = arg;
    (void)result;
    json_close(&sent->files, ']');
    json_pairs(&sent->files, "form", &sent->fields);
    json_close(&sent->files, '}');
    json_answer(&sent->files, sent->x);
}

static void forget(bight_result *result, void *arg)
{
    struct sent *sent = arg;
    (void)result;
    bight_buffer_fini(&sent->files.out);
    bight_buffer_fini(&sent->fields.text);
    bight_buffer_fini(&sent->fields.places);
    bight_free(sent);
}

bight_deferred *bin_form_sent(void *ctx, bight_http_exchange *x)
{
    struct sent *sent = bight_zalloc(sizeof(*sent));
    (void)ctx;
    if (sent == NULL)
        return bight_deferred_rejected(bight_http_loop(x),
                                       bight_error_of(BIGHT_ERROR_NO_MEMORY));
    sent->x = x;
    json_open(&sent->files, NULL, '{');
    json_open(&sent->files, "files", '[');
    bight_deferred *d = bight_http_read_form(x, NULL, &events, sent);
    return bight_finally(bight_then(d, tell, sent), forget, sent);
}
