/* SPDX-License-Identifier: MIT */
/*
 * A peer without any of bight: a plain socket, driven by the case, connected to
 * the listener of the first pair.
 */
#ifndef BIGHT_TESTING_RAW_H
#define BIGHT_TESTING_RAW_H

#include "testing/stage.h"

struct bight__raw {
    struct bight__stage *stage; /* has the descriptor */
    uint64_t received;
    uint64_t sent;
    bool eof;
    int error; /* errno of a read that failed */
};

/* Listens, connects, waits for the server's connection_made. Unsupported where
 * the wire is no socket. */
void bight__raw_open(struct bight__raw *raw, struct bight__stage *stage);
/* Reads what there is, all of the pattern; true once eof or an error came. */
bool bight__raw_read(struct bight__raw *raw);
/* Sends up to `size` bytes of the pattern, as many as go. */
size_t bight__raw_send(struct bight__raw *raw, size_t size);
void bight__raw_shutdown(struct bight__raw *raw);
/* By a reset; plainly. Idempotent. */
void bight__raw_reset(struct bight__raw *raw);
void bight__raw_close(struct bight__raw *raw);

#define RAW(raw) UNLESS_FAILED(bight__raw_open((raw), stage))

#endif
