/* SPDX-License-Identifier: MIT */
/* Middleware that codes bodies. */
#include <bight/http_compress.h>

#include <string.h>

#include <bight/http_conditional.h>
#include <bight/http_quality.h>
#include <bight/http_token.h>
#include <bight/http_type.h>

#include "coder.h"
#include "grown.h"
#include "joined.h"
#include "vary.h"

struct compressing {
    struct bight__http_coder *coder; /* NULL: this body stays as it is */
    bool flushes;
};

static const bight_bytes codings[] = {
    [BIGHT__HTTP_BROTLI] = {(const uint8_t *)"br", 2},
    [BIGHT__HTTP_GZIP] = {(const uint8_t *)"gzip", 4},
    [BIGHT__HTTP_IDENTITY] = {(const uint8_t *)"identity", 8},
};

void bight_http_compress_options_init(bight_http_compress_options *options)
{
    *options = (bight_http_compress_options){.size = sizeof(*options),
                                             .minimum = 512,
                                             .gzip_level = 5,
                                             .brotli_quality = 3};
}

static bight_http_compress_options options_of(const void *ctx)
{
    bight_http_compress_options options;
    bight_http_compress_options_init(&options);
    if (ctx != NULL)
        bight__http_take_known(&options, sizeof(options), ctx);
    return options;
}

/* -- whether -------------------------------------------------------------- */

/* Parts of a coded body cannot be cut from an uncoded one, and the other way
 * round. */
static bool may_be_coded(const bight_http_exchange *x)
{
    unsigned status = bight_http_status(x);
    return status != 204 && status != 206 &&
           bight_http_answer_field(x, "Content-Encoding").data == NULL &&
           bight_http_answer_field(x, "Content-Range").data == NULL &&
           !bight_http_list_has(bight_http_answer_field(x, "Cache-Control"),
                                BIGHT_BYTES("no-transform"));
}

static bool is_worth_it(const bight_http_compress_options *options,
                        const bight_http_exchange *x, uint64_t length)
{
    bight_bytes type = bight_http_answer_field(x, "Content-Type");
    bight_http_type parsed;
    if (length < options->minimum || !bight_http_type_compresses(type) ||
        bight_failed(bight_http_type_parse(type, &parsed)))
        return false;
    return options->events ||
           !bight_http_same(parsed.full, BIGHT_BYTES("text/event-stream"));
}

static enum bight__http_coding choose(
    const bight_http_compress_options *options, const bight_http_exchange *x)
{
    enum bight__http_coding offers[3];
    bight_bytes names[3];
    size_t count = 0;
    size_t index;
    bight_buffer buffer;
    bight_buffer_init(&buffer);
    bight_bytes accepted = bight__http_joined(x, "Accept-Encoding", &buffer);
    if (options->brotli_quality > 0)
        offers[count++] = BIGHT__HTTP_BROTLI;
    if (options->gzip_level > 0)
        offers[count++] = BIGHT__HTTP_GZIP;
    offers[count++] = BIGHT__HTTP_IDENTITY;
    for (size_t i = 0; i < count; i++)
        names[i] = codings[offers[i]];
    bool chosen = accepted.data != NULL &&
                  bight_http_choose_encoding(accepted, names, count, &index);
    bight_buffer_fini(&buffer);
    return chosen ? offers[index] : BIGHT__HTTP_IDENTITY;
}

/* -- the head ------------------------------------------------------------- */

/* RFC 9110, 8.8.3.3: the coded body is another one. */
static bight_error weaken(bight_http_exchange *x)
{
    char text[512];
    bight_http_etag etag;
    bight_bytes field = bight_http_answer_field(x, "ETag");
    if (!bight_http_etag_parse(field, &etag) || etag.weak)
        return bight_ok();
    etag.weak = true;
    size_t size = bight_http_etag_format(etag, text, sizeof(text));
    if (size == 0 || size >= sizeof(text))
        return bight_error_of(BIGHT_ERROR_RANGE);
    return bight_http_set_field(x, "ETag", bight_bytes_of(text, size));
}

static bight_error set_fields(bight_http_exchange *x,
                              enum bight__http_coding coding)
{
    bight_error error = weaken(x);
    if (!bight_failed(error) &&
        bight_http_answer_field(x, "Accept-Ranges").data != NULL)
        error = bight_http_set_field(x, "Accept-Ranges", BIGHT_BYTES("none"));
    if (!bight_failed(error))
        error = bight_http_set_field(x, "Content-Encoding", codings[coding]);
    return error;
}

static bool is_head(const bight_http_exchange *x)
{
    return bight_bytes_equal(bight_http_method(x), BIGHT_BYTES("HEAD"));
}

static bool begin(struct compressing *self, enum bight__http_coding coding,
                  const bight_http_compress_options *options, uint64_t length)
{
    int level = coding == BIGHT__HTTP_BROTLI ? options->brotli_quality
                                             : options->gzip_level;
    self->flushes = length == BIGHT_HTTP_LENGTH_UNKNOWN;
    self->coder = bight__http_coder_new(coding, level, length);
    return self->coder != NULL;
}

/* What cannot be coded is sent as it is. To HEAD the fields are the same; a 304
 * has those that it shares with the 200 (RFC 9110, 15.4.5). */
static void answer(void *ctx, void *state, bight_http_exchange *x,
                   uint64_t *length, bool *transforms)
{
    bight_http_compress_options options = options_of(ctx);
    if (!may_be_coded(x) || !is_worth_it(&options, x, *length) ||
        bight_failed(bight__http_vary(x, "Accept-Encoding")))
        return;
    enum bight__http_coding coding = choose(&options, x);
    if (coding == BIGHT__HTTP_IDENTITY)
        return;
    if (bight_http_status(x) == 304) {
        (void)weaken(x);
        return;
    }
    if ((!is_head(x) && !begin(state, coding, &options, *length)) ||
        bight_failed(set_fields(x, coding)))
        return;
    *length = BIGHT_HTTP_LENGTH_UNKNOWN;
    *transforms = true;
}

static bight_error transform(void *ctx, void *state, bight_bytes data,
                             bool last, bight_buffer *out)
{
    struct compressing *self = state;
    enum bight__http_urgency urgency = last            ? BIGHT__HTTP_LAST
                                       : self->flushes ? BIGHT__HTTP_FLUSH
                                                       : BIGHT__HTTP_GATHER;
    (void)ctx;
    return bight__http_coder_code(self->coder, data, urgency, out);
}

static void end(void *ctx, void *state, bight_http_exchange *x,
                bight_error error)
{
    struct compressing *self = state;
    (void)ctx;
    (void)x;
    (void)error;
    bight__http_coder_free(self->coder);
}

const bight_http_middleware bight_http_compress = {
    .size = sizeof(bight_http_middleware),
    .name = "compress",
    .state_size = sizeof(struct compressing),
    .answer = answer,
    .transform = transform,
    .end = end,
};
