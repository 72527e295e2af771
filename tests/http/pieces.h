/* SPDX-License-Identifier: MIT */
/* S2: one input, every split, the same events, told as a text. */
#ifndef BIGHT_TESTS_HTTP_PIECES_H
#define BIGHT_TESTS_HTTP_PIECES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include <bight/bytes.h>
#include <bight/error.h>

#include "texts.h"

#define PIECES_THREE_WAY_MAX 120

/* A parser made for `ctx`, which tells its events to `out`. */
struct pieces_parser {
    void *(*make)(const void *ctx, FILE *out);
    bight_error (*feed)(void *parser, bight_bytes data);
    bight_error (*end)(void *parser);
    void (*free)(void *parser);
};

/* Each piece lies in memory of its own size. */
static inline bight_error pieces_feed(const struct pieces_parser *kind,
                                      void *parser, bight_bytes piece)
{
    uint8_t *copy = malloc(piece.size > 0 ? piece.size : 1);
    bight_error error;
    if (!copy)
        ck_abort_msg("no memory");
    if (piece.size > 0)
        memcpy(copy, piece.data, piece.size);
    error = kind->feed(parser, bight_bytes_of(copy, piece.size));
    free(copy);
    return error;
}

/* The events of the input cut at places in rising order, then "." or
 * "!SYMBOL". A parser that failed stays so and says nothing more. */
static inline char *pieces_events(const struct pieces_parser *kind,
                                  const void *ctx, bight_bytes input,
                                  const size_t *cuts, size_t count)
{
    char *text = NULL;
    size_t size = 0, done = 0;
    FILE *out = open_memstream(&text, &size);
    void *parser;
    bight_error error = bight_ok();
    if (!out)
        ck_abort_msg("no memory");
    parser = kind->make(ctx, out);
    for (size_t i = 0; i <= count; i++) {
        size_t end = i < count ? cuts[i] : input.size;
        error = pieces_feed(
            kind, parser,
            bight_bytes_head(bight_bytes_tail(input, done), end - done));
        done = end;
    }
    error = kind->end(parser);
    if (bight_error_is(kind->feed(parser, BIGHT_BYTES("")), error.domain,
                       error.code))
        (void)fprintf(out, "%s%s", bight_failed(error) ? "!" : ".",
                      bight_failed(error) ? error.domain->symbol(error.code)
                                          : "");
    kind->free(parser);
    (void)fclose(out);
    return text;
}

static inline void pieces_check(const struct pieces_parser *kind,
                                const void *ctx, bight_bytes input,
                                const size_t *cuts, size_t count,
                                const char *expected)
{
    char *text = pieces_events(kind, ctx, input, cuts, count);
    if (strcmp(text, expected) != 0)
        ck_abort_msg("cut %zu times, first at %zu: '%s' instead of '%s'", count,
                     count > 0 ? cuts[0] : 0, text, expected);
    free(text);
}

/* All in one, every two-way split, byte by byte; of short inputs every
 * three-way split too. */
static inline void pieces_assert(const struct pieces_parser *kind,
                                 const void *ctx, bight_bytes input,
                                 const char *expected)
{
    size_t *all = calloc(input.size + 1, sizeof(*all));
    size_t most = effort(PIECES_THREE_WAY_MAX, 8);
    if (!all)
        ck_abort_msg("no memory");
    pieces_check(kind, ctx, input, NULL, 0, expected);
    for (size_t i = 0; i < input.size; i++) {
        size_t cuts[2] = {i, i};
        all[i] = i;
        pieces_check(kind, ctx, input, cuts, 1, expected);
        for (cuts[1] = i; input.size <= most && cuts[1] < input.size; cuts[1]++)
            pieces_check(kind, ctx, input, cuts, 2, expected);
    }
    pieces_check(kind, ctx, input, all, input.size, expected);
    free(all);
}

/* A text in which nothing but letters and the like stands as it is. */
static inline void pieces_put(FILE *out, bight_bytes bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        uint8_t c = bytes.data[i];
        if (c > ' ' && c <= '~' && !strchr("\\[]|!", c))
            (void)fputc(c, out);
        else
            (void)fprintf(out, "\\%02x", c);
    }
}

#endif
