/* SPDX-License-Identifier: MIT */
/* Framers under every split. */
#include "feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREE_WAY_MAX 40
#define CUTS_MAX 4096

void feed_put(FILE *out, bight_bytes bytes)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.size; i++) {
        uint8_t byte = bytes.data[i];
        if (byte >= ' ' && byte <= '~' && strchr("\\[]+!", byte) == NULL) {
            (void)putc_unlocked(byte, out);
        } else {
            const char text[] = {'\\', 'x', digits[byte >> 4],
                                 digits[byte & 15]};
            (void)fwrite_unlocked(text, 1, sizeof(text), out);
        }
    }
}

unsigned feed_random(unsigned limit)
{
    static uint32_t state = 2463534242U;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state % limit;
}

/* Each assertion of Check writes to a pipe: too slow for a million of them. */
static void expect(bool is_so, const char *what)
{
    if (!is_so)
        ck_abort_msg("%s", what);
}

/* -- one split ------------------------------------------------------------ */

static void put_frame(FILE *out, bight_framer *framer, bight_bytes frame,
                      bool *raw)
{
    if (*raw) {
        expect(frame.size > 0, "an empty raw piece");
        feed_put(out, frame);
        return;
    }
    (void)fputc('[', out);
    feed_put(out, frame);
    (void)fputc(']', out);
    if (bight_bytes_equal(frame, BIGHT_BYTES("raw"))) {
        *raw = true;
        bight_framer_set_raw(framer, true);
    }
}

/* What a framer kept of a piece must be a copy: each is freed at once. */
static bight_framing put_piece(FILE *out, bight_framer *framer,
                               bight_bytes piece, bool *raw)
{
    uint8_t *copy = malloc(piece.size > 0 ? piece.size : 1);
    bight_framing found;
    bight_bytes frame;
    expect(copy != NULL, "no memory");
    if (piece.size > 0)
        memcpy(copy, piece.data, piece.size);
    piece.data = copy;
    while ((found = bight_framer_next(framer, &piece, &frame)) ==
           BIGHT_FRAMING_FRAME)
        put_frame(out, framer, frame, raw);
    expect(found == BIGHT_FRAMING_BROKEN || piece.size == 0,
           "more is wanted, but not all was taken");
    free(copy);
    return found;
}

/* A broken framer stays so, and takes nothing more. */
static void put_end(FILE *out, bight_framer *framer, bight_framing found)
{
    bight_bytes more = BIGHT_BYTES("1:a,\n");
    bight_bytes frame;
    bight_error error = bight_framer_error(framer);
    expect(bight_failed(error) == (found == BIGHT_FRAMING_BROKEN),
           "an error without being broken, or none although it is");
    if (bight_failed(error)) {
        (void)fprintf(out, "!%s", error.domain->symbol(error.code));
        found = bight_framer_next(framer, &more, &frame);
        expect(found == BIGHT_FRAMING_BROKEN && more.size == 5,
               "not broken for good");
    } else if (bight_framer_pending(framer) > 0) {
        (void)fprintf(out, "+%zu", bight_framer_pending(framer));
    }
}

char *feed_pieces(bight_framer *framer, bight_bytes input, const size_t *cuts,
                  size_t count)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    bight_framing found = BIGHT_FRAMING_MORE;
    size_t start = 0;
    bool raw = false;
    expect(out != NULL, "no memory");
    for (size_t i = 0; i <= count && found == BIGHT_FRAMING_MORE; i++) {
        size_t end = i < count ? cuts[i] : input.size;
        bight_bytes piece = bight_bytes_tail(input, start);
        found =
            put_piece(out, framer, bight_bytes_head(piece, end - start), &raw);
        start = end;
    }
    put_end(out, framer, found);
    (void)fclose(out);
    return text;
}

/* -- every split ---------------------------------------------------------- */

struct check {
    feed_new_fn make;
    const void *ctx;
    bight_bytes input;
    const char *expected;
    const char *file;
    int line;
};

static void check_split(const struct check *check, const size_t *cuts,
                        size_t count)
{
    bight_framer *framer = check->make(check->ctx);
    char *text = feed_pieces(framer, check->input, cuts, count);
    if (strcmp(text, check->expected) != 0)
        ck_abort_msg("%s:%d: in %zu pieces, the first of %zu bytes: %s, not %s",
                     check->file, check->line, count + 1,
                     count > 0 ? cuts[0] : check->input.size, text,
                     check->expected);
    free(text);
    bight_framer_free(framer);
}

static void check_three_way(const struct check *check)
{
    for (size_t i = 0; i <= check->input.size; i++)
        for (size_t j = i; j <= check->input.size; j++)
            check_split(check, (const size_t[]){i, j}, 2);
}

void feed_assert(feed_new_fn make, const void *ctx, bight_bytes input,
                 const char *expected, const char *file, int line)
{
    const struct check check = {make, ctx, input, expected, file, line};
    size_t cuts[CUTS_MAX] = {0};
    ck_assert_uint_le(input.size, CUTS_MAX);
    check_split(&check, NULL, 0);
    for (size_t i = 0; i <= input.size; i++)
        check_split(&check, &i, 1);
    for (size_t i = 0; i < input.size; i++)
        cuts[i] = i + 1;
    check_split(&check, cuts, input.size);
    if (input.size <= THREE_WAY_MAX)
        check_three_way(&check);
}

void feed_assert_random(feed_new_fn make, const void *ctx, bight_bytes input,
                        const char *expected, const char *file, int line)
{
    const struct check check = {make, ctx, input, expected, file, line};
    size_t cuts[CUTS_MAX] = {0};
    ck_assert_uint_le(input.size, CUTS_MAX);
    check_split(&check, NULL, 0);
    for (unsigned most = 1; most <= 64; most *= 4) {
        size_t count = 0;
        for (size_t at = feed_random(most); at < input.size && count < CUTS_MAX;
             at += 1 + feed_random(most))
            cuts[count++] = at;
        check_split(&check, cuts, count);
    }
}
