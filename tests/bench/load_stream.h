/* SPDX-License-Identifier: MIT */
/* What a connection of the load sends, and what has to come back for it. */
#ifndef BENCH_LOAD_STREAM_H
#define BENCH_LOAD_STREAM_H

#include "load_options.h"

/* Both are endless: the same again after each period. `out` may be read for
 * `ahead` bytes from any place within its period. */
struct load_stream {
    uint8_t *out;
    size_t out_period;
    size_t out_size; /* of one message */
    uint8_t *in;     /* the same memory as `out`, if that is what comes back */
    size_t in_period;
    size_t in_size;  /* of what comes back for one message */
    size_t vague_at; /* in each answer, not compared: its Date */
    size_t vague_size;
    bool starts_elsewhere; /* on each connection */
};

/** A pseudo-random pattern that comes back as it is. */
void load_stream_echo(struct load_stream *s, const struct load_options *o,
                      size_t ahead);

/** The request again and again; one that is made on a connection of its own
 * shows what comes back for it, a 200 with a Content-Length. Exits with 1 if
 * that is not what comes. */
void load_stream_http(struct load_stream *s, const struct load_options *o);

/** Whether what came back at `position` is what has to. */
bool load_stream_matches(const struct load_stream *s, uint64_t position,
                         const uint8_t *data, size_t size);

void load_stream_free(struct load_stream *s);

#endif
