/* SPDX-License-Identifier: MIT */
/*
 * S2: two random splits of the same bytes give the same frames. The first byte
 * picks the framer, the second its limit, two more the splits, a fifth the
 * delimiters, which are taken from the bytes themselves; the rest is the input.
 * A frame of "raw" sets the framer to raw.
 */
#undef NDEBUG
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <bight/buffer.h>
#include <bight/framer.h>

#define HEAD 5

/* What came: each frame with a mark behind it, and how it ended. */
struct events {
    bight_buffer text;
    bight_error why;
    size_t pending;
    bool raw;
};

static bight_framer *make_line(uint8_t how, size_t limit, bight_bytes input)
{
    bight_bytes delimiters[8];
    bight_line_options options = {.size = sizeof(options), .limit = limit};
    bight_framer *framer = NULL;
    for (; options.delimiter_count < how % 9U; options.delimiter_count++) {
        bight_bytes *one = &delimiters[options.delimiter_count];
        *one = bight_bytes_head(input, 1 + (how >> 4) % 4U);
        input = bight_bytes_tail(input, 1 + options.delimiter_count % 2);
        if (one->size == 0)
            break;
    }
    if (options.delimiter_count > 0)
        options.delimiters = delimiters;
    bight_error error = bight_line_framer_new(&options, &framer);
    assert(!bight_failed(error));
    return framer;
}

static bight_framer *make(const uint8_t *head, bight_bytes input)
{
    unsigned kind = head[0] % 12;
    size_t limit = head[1] < 200 ? 1U + head[1] : (size_t)1 << (head[1] % 64);
    bight_framer *framer = NULL;
    bight_error error = bight_ok();
    if (kind == 8)
        error = bight_netstring_framer_new(limit, &framer);
    else if (kind > 8)
        return make_line(head[4], limit, input);
    else
        error =
            bight_prefixed_framer_new((bight_prefix)(kind + 1), limit, &framer);
    assert(!bight_failed(error));
    return framer;
}

static void put(struct events *events, bight_framer *framer, bight_bytes frame)
{
    bight_error error = bight_buffer_append(&events->text, frame);
    assert(!bight_failed(error));
    if (events->raw)
        return;
    error = bight_buffer_printf(&events->text, "|%zu|", frame.size);
    assert(!bight_failed(error));
    if (bight_bytes_equal(frame, BIGHT_BYTES("raw"))) {
        events->raw = true;
        bight_framer_set_raw(framer, true);
    }
}

static bight_framing feed(struct events *events, bight_framer *framer,
                          bight_bytes piece)
{
    uint8_t *copy = malloc(piece.size + 1);
    bight_framing found;
    bight_bytes frame;
    assert(copy);
    memcpy(copy, piece.data, piece.size);
    piece.data = copy;
    while ((found = bight_framer_next(framer, &piece, &frame)) ==
           BIGHT_FRAMING_FRAME)
        put(events, framer, frame);
    assert(found == BIGHT_FRAMING_BROKEN || piece.size == 0);
    free(copy);
    return found;
}

/* Pieces of at most `most` bytes, of sizes that `most` alone decides. */
static void run(struct events *events, bight_framer *framer, bight_bytes input,
                uint8_t most)
{
    bight_framing found = BIGHT_FRAMING_MORE;
    uint32_t state = most;
    *events = (struct events){.raw = false};
    while (input.size > 0 && found == BIGHT_FRAMING_MORE) {
        state = state * 1664525U + 1013904223U;
        size_t size = 1 + (state >> 16) % (most + 1U);
        found = feed(events, framer, bight_bytes_head(input, size));
        input = bight_bytes_tail(input, size);
    }
    events->why = bight_framer_error(framer);
    events->pending = bight_framer_pending(framer);
    bight_framer_free(framer);
}

static void compare(const struct events *one, const struct events *other)
{
    assert(bight_bytes_equal(bight_buffer_bytes(&one->text),
                             bight_buffer_bytes(&other->text)));
    assert(one->why.domain == other->why.domain);
    assert(one->why.code == other->why.code);
    assert(one->pending == other->pending || bight_failed(one->why));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct events one, other;
    if (size < HEAD || size > 4096)
        return 0;
    bight_bytes input = bight_bytes_of(data + HEAD, size - HEAD);
    run(&one, make(data, input), input, data[2]);
    run(&other, make(data, input), input, data[3]);
    compare(&one, &other);
    bight_buffer_fini(&one.text);
    bight_buffer_fini(&other.text);
    return 0;
}
