/* SPDX-License-Identifier: MIT */
/*
 * Standard input or output on a thread of the loop's pool. It may be anything:
 * a file cannot be waited for by a loop, and what is shared with others (a
 * terminal, a pipe) must not be made non-blocking under their hands.
 */
#ifndef BIGHT_CLI_STANDARD_H
#define BIGHT_CLI_STANDARD_H

#include <stdbool.h>

#include <bight/bytes.h>
#include <bight/loop.h>

#define STANDARD_MAX 65536

/* On the loop, once for each read or write, unless that returned an error.
 * CANCELLED: it was stopped before its end. Errors name what failed. */
typedef void (*standard_fn)(void *ctx, bight_error error);

struct standard {
    bight_loop *loop;
    int fd;
    int wake;         /* readable from the stop on */
    bool is_terminal; /* somebody types, or looks */
    bool blocks;      /* what poll says of it counts */
    bool busy;
    standard_fn done;
    void *ctx;
    uint8_t *data; /* read, or to be written */
    size_t size;   /* 0 after a read: its end */
};

bight_error standard_init(struct standard *standard, bight_loop *loop, int fd);
/* Not while it is busy; all zero but `wake` -1 is fine. */
void standard_fini(struct standard *standard);

/* Reads what there is, at most STANDARD_MAX. */
bight_error standard_read(struct standard *standard);

/* Writes a copy of all of it, at most STANDARD_MAX. */
bight_error standard_write(struct standard *standard, bight_bytes data);

/* Ends what is under way, soon, and whatever comes later. */
void standard_stop(struct standard *standard);

#endif
