/* SPDX-License-Identifier: MIT */
/*
 * S2: two random splits of the same form give the same events, the end and
 * its error among them. The first byte picks the parser and the limits, two
 * more the splits; of a multipart form the boundary comes up to a newline.
 */
#undef NDEBUG
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <bight/buffer.h>
#include <bight/http_form.h>

#define HEAD 3

static void put(bight_buffer *out, bight_bytes text)
{
    bight_error e = bight_buffer_append(out, text);

    assert(!bight_failed(e));
    e = bight_buffer_append(out, BIGHT_BYTES("|"));
    assert(!bight_failed(e));
}

static bight_error field(void *ctx, bight_bytes name, bight_bytes value)
{
    put(ctx, name);
    put(ctx, value);
    return bight_ok();
}

static bight_error begun(void *ctx, const bight_http_part *part)
{
    put(ctx, part->name);
    put(ctx, part->file_name);
    put(ctx, part->type);
    put(ctx, part->head);
    return bight_ok();
}

static bight_error some_data(void *ctx, bight_bytes data)
{
    assert(data.size > 0);
    bight_error e = bight_buffer_append(ctx, data);
    assert(!bight_failed(e));
    return bight_ok();
}

static bight_error ended(void *ctx)
{
    put(ctx, BIGHT_BYTES("]"));
    return bight_ok();
}

static const bight_http_part_events events = {sizeof(events), begun, some_data,
                                              ended};

/* One of the two is NULL. */
struct parser {
    bight_http_multipart *multipart;
    bight_http_urlencoded *urlencoded;
};

static bool make(struct parser *parser, uint8_t how, bight_bytes boundary,
                 bight_buffer *out)
{
    bight_http_form_limits limits = {.size = sizeof(limits)};

    if (how & 2) {
        limits.fields = 3;
        limits.name = 5;
        limits.value = 7;
        limits.head = 90;
        limits.part = 11;
    }
    memset(parser, 0, sizeof(*parser));
    bight_error e = how & 1
                        ? bight_http_urlencoded_new(&limits, field, out,
                                                    &parser->urlencoded)
                        : bight_http_multipart_new(boundary, &limits, &events,
                                                   out, &parser->multipart);
    assert(!bight_failed(e) ||
           bight_error_is(e, &bight_domain, BIGHT_ERROR_INVALID));
    return !bight_failed(e);
}

static bight_error feed(struct parser *parser, bight_bytes piece)
{
    uint8_t *copy = malloc(piece.size + 1);
    bight_error e;

    assert(copy);
    copy = realloc(copy, piece.size ? piece.size : 1);
    assert(copy);
    memcpy(copy, piece.data, piece.size);
    piece.data = copy;
    e = parser->multipart
            ? bight_http_multipart_feed(parser->multipart, piece)
            : bight_http_urlencoded_feed(parser->urlencoded, piece);
    free(copy);
    return e;
}

/* Pieces of at most `most` bytes, of sizes that `most` alone decides. */
static bight_error run(struct parser *parser, bight_bytes input, uint8_t most)
{
    uint32_t state = most;
    bight_error e;

    while (input.size > 0) {
        state = state * 1664525U + 1013904223U;
        size_t size = 1 + (state >> 16) % (most + 1U);
        (void)feed(parser, bight_bytes_head(input, size));
        input = bight_bytes_tail(input, size);
    }
    e = parser->multipart ? bight_http_multipart_end(parser->multipart)
                          : bight_http_urlencoded_end(parser->urlencoded);
    bight_http_multipart_free(parser->multipart);
    bight_http_urlencoded_free(parser->urlencoded);
    return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bight_buffer one = {0}, other = {0};
    struct parser parser;
    bight_bytes input, boundary;

    if (size <= HEAD || size > 4096)
        return 0;
    input = bight_bytes_of(data + HEAD, size - HEAD);
    boundary = bight_bytes_head(input, 0);
    while (!(data[0] & 1) && boundary.size < input.size &&
           input.data[boundary.size] != '\n')
        boundary.size++;
    if (!(data[0] & 1))
        input = bight_bytes_tail(input, boundary.size + 1);
    if (!make(&parser, data[0], boundary, &one))
        return 0;
    bight_error e = run(&parser, input, data[1]);
    assert(make(&parser, data[0], boundary, &other));
    bight_error f = run(&parser, input, data[2]);
    assert(e.domain == f.domain && e.code == f.code);
    assert(bight_bytes_equal(bight_buffer_bytes(&one),
                             bight_buffer_bytes(&other)));
    bight_buffer_fini(&one);
    bight_buffer_fini(&other);
    return 0;
}
