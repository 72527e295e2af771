/* SPDX-License-Identifier: MIT */
/*
 * S2: one input, every split, the same events. Events are a text: "[frame]" for
 * each frame, then "+n" if n bytes are pending or "!SYMBOL" if it broke. After
 * the frame "raw" the framer is set to raw: what comes then stands bare, as how
 * it is cut means nothing.
 */
#ifndef BIGHT_TESTS_FEED_H
#define BIGHT_TESTS_FEED_H

#include <stdio.h>

#include <check.h>

#include <bight/framer.h>

/* Makes the framer under test, or fails the test. */
typedef bight_framer *(*feed_new_fn)(const void *ctx);

/* The events of the input cut at `count` places, in rising order; each piece
 * lies in memory of its own size. Freed by the caller. */
char *feed_pieces(bight_framer *framer, bight_bytes input, const size_t *cuts,
                  size_t count);

/* All in one, every two-way split, byte by byte; of short inputs every
 * three-way split too. */
#define ck_assert_feed(make, ctx, input, expected)                             \
    feed_assert((make), (ctx), (input), (expected), __FILE__, __LINE__)
void feed_assert(feed_new_fn make, const void *ctx, bight_bytes input,
                 const char *expected, const char *file, int line);

/* The same for some random splits. */
#define ck_assert_feed_random(make, ctx, input, expected)                      \
    feed_assert_random((make), (ctx), (input), (expected), __FILE__, __LINE__)
void feed_assert_random(feed_new_fn make, const void *ctx, bight_bytes input,
                        const char *expected, const char *file, int line);

/* A number below `limit`; the same ones in every run. */
unsigned feed_random(unsigned limit);

/* How a frame is put into the events' text. */
void feed_put(FILE *out, bight_bytes bytes);

#endif
