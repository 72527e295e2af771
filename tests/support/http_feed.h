/* SPDX-License-Identifier: MIT */
/*
 * S2: one input, every split, the same events. Events are a text: for each
 * message its method or status and its body, "POST(hello)", trailers behind a
 * semicolon; a status alone, "400", for what is refused; "cut" if the input
 * ends too early; "closed" if octets stand behind the last message. Knows no
 * Check.
 */
#ifndef BIGHT_TESTS_HTTP_FEED_H
#define BIGHT_TESTS_HTTP_FEED_H

#include <stdio.h>

#include "reader.h"

struct http_feed {
    enum bight__http_kind kind;
    bool head_request, connect;
    const struct bight__http_limits *limits; /* NULL: the defaults */
};

struct http_events {
    char *text; /* as above */
    char *full; /* with all of the heads, and why something was refused */
};

/* The events of the input cut at `count` places, in rising order. */
struct http_events http_feed(const struct http_feed *feed, bight_bytes input,
                             const size_t *cuts, size_t count);

void http_events_fini(struct http_events *events);

/* What a fuzzer asks: aborts unless the events are the same in one, cut in two,
 * and in pieces of `step` octets. Returns those. */
struct http_events http_feed_all(const struct http_feed *feed,
                                 bight_bytes input, size_t cut, size_t step);

/* Limits that a small input passes. */
extern const struct bight__http_limits http_small_limits;

/* How octets are put into the text. */
void http_put(FILE *out, bight_bytes bytes);

#endif
