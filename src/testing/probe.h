/* SPDX-License-Identifier: MIT */
/*
 * A filter that counts what the state machine asks of its driver, and is as
 * slow as the case wants: a wire inside the test's hands.
 */
#ifndef BIGHT_TESTING_PROBE_H
#define BIGHT_TESTING_PROBE_H

#include <bight/filter.h>

struct bight__probe {
    /* What it is like. */
    bool sink;        /* takes everything, forwards nothing */
    bool choked;      /* takes `allow` bytes, then refuses */
    bool never_opens; /* as a handshake that does not come to its end */
    bool breaks;      /* as one that fails */
    bool cannot;      /* answers no to every capability */
    size_t allow;

    /* What was asked of it. */
    bight_transport *above;
    unsigned tries;
    unsigned rests;
    unsigned starts;
    unsigned stops;
    unsigned shutdowns;
    unsigned closes;
    unsigned resets;
    unsigned lost;        /* the one below it is gone */
    size_t pieces;        /* of the last try */
    size_t bytes;         /* offered by the last try */
    size_t most_rest;     /* bytes of the largest write_rest */
    size_t most_count;    /* pieces of the longest */
    const uint8_t *first; /* of the last try */
    size_t first_size;

    /* An open write_rest. */
    bight_bytes rest[BIGHT_DRIVER_PIECES];
    size_t rest_count;
    bool rest_open;
};

/* Forwards an open write_rest and reports it written; in a dispatch. */
void bight__probe_complete(struct bight__probe *probe);
/* Delivers bytes upwards as if they had come from the wire, none as its eof; in
 * a dispatch. */
void bight__probe_deliver(struct bight__probe *probe, bight_bytes data);

extern const bight_filter bight__probe_filter;

#endif
